"""Tables in and out, and the part of them that a command is asked for."""

import contextlib
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
        return pd.read_parquet(path)
    separator = "\t" if ".tsv" in path.suffixes else ","
    return pd.read_csv(path, sep=separator, low_memory=False)


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
    wanted = cells.astype(str) == value
    if cells.dtype.kind in "iuf":
        with contextlib.suppress(ValueError):  # a word: no number equals it
            wanted |= cells == float(value)
    wanted = ~wanted if negated else wanted
    if not wanted.any():
        held = ", ".join(map(repr, cells.dropna().astype(str).unique()[:10]))
        raise ValueError(f"no row has {condition}. The column holds {held}.")
    return wanted.to_numpy()


def check_columns(table, columns):
    """Raise a ValueError that names the columns a table lacks."""
    absent = [column for column in columns if column not in table.columns]
    if absent:
        raise ValueError(f"the table has no column {absent}. It has {list(table.columns)}.")
