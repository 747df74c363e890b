"""Packages that only some features need."""

import importlib


def require(package, *, extra, needed_by):
    """An optional package, imported now.

    Parameters
    ----------
    package : str
        Name to import.
    extra : str
        The extra of mmsk that installs it.
    needed_by : str
        What the caller wants it for, as the subject of the error.

    Raises
    ------
    ModuleNotFoundError
        If the package is not installed; says how to install it.
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package.partition(".")[0]:
            raise  # the package is there and misses something of its own
        raise ModuleNotFoundError(
            f"{needed_by} needs the package {package!r}. "
            f'Install it with: pip install "mmsk[{extra}]"',
            name=error.name,
        ) from None
