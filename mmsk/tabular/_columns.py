"""Columns of a table as arrays: numbers, dates, or whatever else a cell holds."""

import datetime
import math
from numbers import Number
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from mmsk._utils.columns import is_missing

_DATE = np.dtype("datetime64[us]")
_LEGAL = (
    *(str, Number, np.bool_, np.datetime64),
    *(datetime.date, datetime.time, datetime.timedelta),
)


class Column(NamedTuple):
    """One column of a table.

    Attributes
    ----------
    name : str
    values : ndarray of shape (n_samples,)
        float64 where the maker of the table says numbers, datetime64[us] where it says
        dates, else objects. Missing: NaN, NaT or None.
    is_categorical : bool
        Whether the maker of the table says categories.
    """

    name: str
    values: np.ndarray
    is_categorical: bool = False


class OtherKindError(ValueError):
    """A cell does not fit the kind of its column."""

    def __init__(self, row, cell):
        super().__init__(row, cell)
        self.row, self.cell = row, cell


def column_of_series(name, series):
    """A `Column` of a Series of pandas, polars or another maker.

    Parameters
    ----------
    name : str
    series : Series
    """
    series = nw.from_native(series, series_only=True)
    dtype = series.dtype
    if dtype.is_numeric() or dtype == nw.Boolean:
        return Column(name, series.cast(nw.Float64).to_numpy())
    if dtype == nw.Datetime:
        series = series.dt.replace_time_zone(None)  # what the clock on the wall showed
    if dtype == nw.Datetime or dtype == nw.Date:
        return Column(name, series.cast(nw.Datetime("us")).to_numpy().astype(_DATE))
    is_categorical = dtype == nw.Categorical or dtype == nw.Enum
    return Column(name, _objects(series.to_list()), is_categorical)


def column_of_array(name, values):
    """A `Column` of a 1-D array.

    Parameters
    ----------
    name : str
    values : ndarray of shape (n_samples,)
    """
    if values.dtype.kind in "biuf":
        return Column(name, values.astype(np.float64))
    if values.dtype.kind == "M":
        return Column(name, values.astype(_DATE))
    return Column(name, _objects(list(values)))


def _objects(cells):
    cells = [None if is_missing(cell) or _is_blank(cell) else cell for cell in cells]
    # np.array would make a matrix of cells that are lists
    return np.fromiter(cells, dtype=object, count=len(cells))


def _is_blank(cell):
    return isinstance(cell, str) and not cell.strip()


def is_present(values):
    """Which cells hold something.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), float64, datetime64 or object

    Returns
    -------
    present : ndarray of shape (n_samples,), bool
    """
    if values.dtype == object:
        return np.array([cell is not None for cell in values], dtype=bool)
    return ~np.isnan(values) if values.dtype.kind == "f" else ~np.isnat(values)


def as_numbers(column):
    """Numbers of a column; text that spells a number is one, a span of time is seconds.

    Parameters
    ----------
    column : Column

    Returns
    -------
    numbers : ndarray of shape (n_samples,), float64
        NaN where missing.

    Raises
    ------
    OtherKindError
        At the first cell that is no number.
    ValueError
        If a number is infinite or beyond float32.
    """
    numbers = _converted(column, np.float64, np.nan, _number)
    with np.errstate(invalid="ignore"):
        beyond = np.flatnonzero(np.abs(numbers) > np.finfo(np.float32).max)
    if beyond.size:
        raise ValueError(
            f"column {column.name!r} holds {numbers[beyond[0]]} in row {beyond[0]}: infinite, "
            "or beyond float32. Replace it, for example with NaN."
        )
    return numbers


def as_dates(column):
    """Dates of a column; text in ISO 8601 is one, and time zones are left out.

    Parameters
    ----------
    column : Column

    Returns
    -------
    dates : ndarray of shape (n_samples,), datetime64[us]
        NaT where missing.

    Raises
    ------
    OtherKindError
        At the first cell that is no date.
    """
    return _converted(column, _DATE, np.datetime64("NaT", "us"), _date)


def as_levels(column, *, only_text):
    """Levels of a column, as text; numbers as Python writes them, 3.0 as 3.

    Parameters
    ----------
    column : Column
    only_text : bool
        Whether a cell that is not text is of another kind.

    Returns
    -------
    levels : list of length n_samples
        None where missing.

    Raises
    ------
    OtherKindError
        At the first cell that is not text, with ``only_text``.
    """
    levels = []
    present = is_present(column.values)
    for row, cell in enumerate(column.values):
        if only_text and present[row] and not isinstance(cell, str):
            raise OtherKindError(row, cell)
        levels.append(_level(cell) if present[row] else None)
    return levels


def check_cells(column):
    """Refuse cells that are no text, number or date.

    Raises
    ------
    TypeError
        Naming the column and the first row with such a cell.
    """
    if column.values.dtype != object or column.is_categorical:
        return
    for row, cell in enumerate(column.values):
        if cell is not None and (not isinstance(cell, _LEGAL) or isinstance(cell, complex)):
            raise TypeError(
                "the argument must be a table of strings, numbers and dates: column "
                f"{column.name!r} holds a {type(cell).__name__} in row {row}. Convert the "
                "column, or leave it out."
            )


def _converted(column, dtype, missing, convert):
    """The values if they are of the type already, else each present cell converted."""
    values = column.values
    if values.dtype == dtype:
        return values
    converted = np.full(len(values), missing, dtype=dtype)
    for row in np.flatnonzero(is_present(values)):
        try:
            converted[row] = convert(values[row])
        except (TypeError, ValueError):
            raise OtherKindError(row, values[row]) from None
    return converted


def _number(cell):
    if isinstance(cell, datetime.timedelta):
        return cell.total_seconds()
    if isinstance(cell, np.timedelta64):
        return cell / np.timedelta64(1, "s")
    if isinstance(cell, datetime.time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    if isinstance(cell, (datetime.date, np.datetime64)):
        raise TypeError("a date is no number")
    try:
        return float(cell)
    except OverflowError:  # an int with more than 308 digits
        return math.inf


def _date(cell):
    if isinstance(cell, str):
        cell = datetime.datetime.fromisoformat(cell.strip())
    if isinstance(cell, datetime.datetime):
        cell = cell.replace(tzinfo=None)
    if not isinstance(cell, (datetime.date, np.datetime64)):
        raise TypeError("no date")
    return np.datetime64(cell, "us")


def _level(cell):
    if isinstance(cell, (float, np.floating)) and float(cell).is_integer():
        cell = int(cell)
    return str(cell)
