"""What a command shows while it works."""

from contextlib import contextmanager

from mmsk._utils.workers import reporting


@contextmanager
def working(task):
    """A progress bar on the terminal, on standard error, gone when the work is done.

    Parameters
    ----------
    task : str
        What is being done.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    quiet = not console.is_terminal  # a log has no use for a moving bar
    with Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        bar = progress.add_task(task, total=None)

        def report(n_done, n_samples):
            progress.update(bar, completed=n_done, total=n_samples)

        with reporting(report):
            yield


def print_table(title, header, rows):
    """A table on standard output; numbers right-aligned, nothing cut when piped."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left")
    for column in header:
        numeric = all(isinstance(row[header.index(column)], float) for row in rows)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        # Text, since brackets in a column's name would be read as markup
        table.add_row(*(Text(f"{c:.3f}" if isinstance(c, float) else str(c)) for c in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=110)
    console.print(table)
