"""Tables in and out, and the part of them that a command is asked for."""

import contextlib
import os
from pathlib import Path

from mmsk._utils.optional import require


def read_table(path):
    """A table from ``.csv``, ``.csv.gz``, ``.tsv`` or ``.parquet``.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    table : pandas.DataFrame
    """
    import pandas as pd

    path = Path(path)
    if not path.is_file():
        raise ValueError(f"there is no table {str(path)!r}.")
    if path.suffix in (".parquet", ".pq"):
        require("pyarrow", extra="parquet", needed_by=f"reading {path.name}")
    try:
        if path.suffix in (".parquet", ".pq"):
            table = pd.read_parquet(path)
        else:
            separator = "\t" if ".tsv" in path.suffixes else ","
            table = pd.read_csv(path, sep=separator, low_memory=False)
    except UnicodeDecodeError as error:
        raise ValueError(f"cannot read the table {str(path)!r}: it is not UTF-8.") from error
    except (ValueError, EOFError) as error:  # EOFError: a .gz that was cut off
        raise ValueError(f"cannot read the table {str(path)!r}: {error}") from error
    if not len(table):
        raise ValueError(f"the table {str(path)!r} has no rows.")
    return table


def check_output(path):
    """Raise a ValueError where no file can be written, before work is spent on it."""
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"cannot write {str(path)!r}: it is a folder.")
    if not path.parent.is_dir():
        raise ValueError(
            f"cannot write {str(path)!r}: there is no folder {str(path.parent)!r}."
        )
    if not os.access(path.parent, os.W_OK):
        raise ValueError(f"cannot write {str(path)!r}: its folder is not writable.")


def write_table(table, path):
    """Write a table to ``.csv``, ``.csv.gz`` or ``.parquet``, whole or not at all."""
    path = Path(path)
    partial = path.with_name(f".part-{path.name}")  # keeps the endings
    try:
        if path.suffix in (".parquet", ".pq"):
            require("pyarrow", extra="parquet", needed_by=f"writing {path.name}")
            table.to_parquet(partial, index=False)
        else:
            table.to_csv(partial, index=False)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def rows_where(table, condition):
    """Which rows meet ``COL=VALUE`` or ``COL!=VALUE``, compared as text.

    Parameters
    ----------
    table : pandas.DataFrame
    condition : str or None
        None is all rows. 3 and 3.0 are the same.

    Returns
    -------
    wanted : ndarray of shape (n_rows,), bool
    """
    import numpy as np

    if condition is None:
        return np.ones(len(table), dtype=bool)
    column, separator, value = condition.partition("=")
    if not separator:
        raise ValueError(f"a condition must be COL=VALUE or COL!=VALUE, got {condition!r}.")
    negated, column = column.endswith("!"), column.removesuffix("!")
    check_columns(table, [column])
    cells = table[column]
    wanted = (cells.astype(str) == value).fillna(False).to_numpy(dtype=bool)
    if cells.dtype.kind in "iuf":
        with contextlib.suppress(ValueError):  # a word: no number equals it
            wanted |= (cells == float(value)).fillna(False).to_numpy(dtype=bool)
    wanted = ~wanted if negated else wanted
    if not wanted.any():
        held = ", ".join(map(repr, cells.dropna().astype(str).unique()[:10]))
        raise ValueError(f"no row has {condition}. The column holds {held}.")
    return wanted


def as_words(cells):
    """Cells of a column as text, whatever a table made of them: 3.0 and "3" are both "3".

    Parameters
    ----------
    cells : iterable

    Returns
    -------
    words : ndarray of shape (n_cells,), object
    """
    import numpy as np

    return np.array(
        [
            str(int(c) if isinstance(c, (float, np.floating)) and c.is_integer() else c)
            for c in cells
        ],
        dtype=object,
    )


def check_columns(table, columns):
    """Raise a ValueError that names the columns a table lacks."""
    absent = [column for column in columns if column not in table.columns]
    if absent:
        raise ValueError(f"the table has no column {absent}. It has {list(table.columns)}.")
