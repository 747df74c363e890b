"""Where an error came from, said in a note on it."""

from contextlib import contextmanager


@contextmanager
def noting(note):
    """Add a note to whatever is raised inside."""
    try:
        yield
    except Exception as error:
        error.add_note(note)
        raise
