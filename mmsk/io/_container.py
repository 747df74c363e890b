"""Containers of film and sound, opened alike by all generations of PyAV."""

from mmsk.io._sources import openable


def open_container(source):
    """A container to read from, damaged tags and all.

    Parameters
    ----------
    source : str, pathlib.Path or bytes

    Returns
    -------
    container : av.container.InputContainer
    """
    import av

    # before 19 a tag that is no UTF-8 made the whole file unreadable
    lenient = {"metadata_errors": "ignore"} if int(av.__version__.split(".")[0]) < 19 else {}
    return av.open(openable(source), **lenient)
