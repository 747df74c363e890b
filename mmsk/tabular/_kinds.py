"""The kinds of columns a table may hold: what each learns, gives, and is called.

A kind is three functions: ``learn(column, max_categories)`` gives the fitted state, a plain
dict; ``encode(column, state)`` gives the features; ``names(name, state)`` names them.
"""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mmsk.tabular._columns import (
    OtherKindError,
    as_dates,
    as_levels,
    as_numbers,
    is_present,
)

_US_PER_DAY = 86_400_000_000


def guess_kind(column):
    """The kind of a column: "nothing", "number", "date" or "category".

    Parameters
    ----------
    column : Column

    Returns
    -------
    kind : str
        The first kind that every present cell fits.
    """
    if not is_present(column.values).any():
        return "nothing"
    if column.is_categorical:
        return "category"
    for kind, convert in (("number", as_numbers), ("date", as_dates)):
        try:
            convert(column)
        except OtherKindError:
            continue
        return kind
    return "category"


# Numbers


def _learn_number(column, _):
    numbers = as_numbers(column)
    present = numbers[~np.isnan(numbers)]
    return {"median": float(np.median(present)), "missing": len(present) < len(numbers)}


def _encode_number(column, state):
    numbers = as_numbers(column)
    missing = np.isnan(numbers)
    features = [np.where(missing, state["median"], numbers)]
    return features + [missing] * state["missing"]


def _name_number(name, state):
    return [name] + [f"{name}__missing"] * state["missing"]


# Dates


def _learn_date(column, _):
    dates = as_dates(column)
    present = np.sort(dates[~np.isnat(dates)]).astype(np.int64)
    return {
        # a date that was there, not the middle of two
        "median_us": int(present[(len(present) - 1) // 2]),
        "missing": len(present) < len(dates),
        "clock": bool((present % _US_PER_DAY).any()),
    }


def _encode_date(column, state):
    dates = as_dates(column)
    missing = np.isnat(dates)
    dates = np.where(missing, np.datetime64(state["median_us"], "us"), dates)
    days = dates.astype(np.int64) / _US_PER_DAY
    years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    months = dates.astype("datetime64[M]").astype(np.int64) % 12
    weekdays = (np.floor(days) + 3) % 7  # 1970-01-01 was a Thursday, and Monday is 0
    features = [days, years, *_on_circle(months / 12), *_on_circle(weekdays / 7)]
    if state["clock"]:
        features += _on_circle(days % 1)
    return features + [missing] * state["missing"]


def _on_circle(turns):
    """Sine and cosine, so that December is as near to January as June to July."""
    return [np.sin(2 * np.pi * turns), np.cos(2 * np.pi * turns)]


def _name_date(name, state):
    rounds = ["month", "weekday"] + ["hour"] * state["clock"]
    parts = ["days", "year"] + [f"{part}_{axis}" for part in rounds for axis in ("sin", "cos")]
    return [f"{name}__{part}" for part in parts + ["missing"] * state["missing"]]


# Categories


def _learn_category(column, max_categories):
    levels = as_levels(column, only_text=False)
    counts = Counter(level for level in levels if level is not None)
    pooled = max_categories is not None and len(counts) > max_categories
    # the most frequent ones, of equal ones the first in order of the alphabet
    kept = sorted(counts, key=lambda level: (-counts[level], level))
    present = [cell for cell in column.values if cell is not None]
    return {
        "levels": sorted(kept[: max_categories - 1] if pooled else kept),
        "infrequent": pooled,
        "missing": None in levels,
        "only_text": all(isinstance(cell, str) for cell in present),
    }


def _encode_category(column, state):
    levels = as_levels(column, only_text=state["only_text"])
    names = _levels_out(state)
    position = {level: place for place, level in enumerate(state["levels"])}
    other = names.index("__infrequent") if state["infrequent"] else -1
    missing = names.index("__missing") if state["missing"] else -1
    places = np.array(
        [missing if level is None else position.get(level, other) for level in levels]
    )
    return [places == place for place in range(len(names))]


def _name_category(name, state):
    return [name + suffix for suffix in _levels_out(state)]


def _levels_out(state):
    return (
        [f"={level}" for level in state["levels"]]
        + ["__infrequent"] * state["infrequent"]
        + ["__missing"] * state["missing"]
    )


class Kind(NamedTuple):
    """What a kind of column does, and what it is called in messages."""

    learn: Callable
    encode: Callable
    names: Callable
    plural: str


KINDS = {
    "nothing": Kind(lambda *_: {}, lambda *_: [], lambda *_: [], "nothing"),
    "number": Kind(_learn_number, _encode_number, _name_number, "numbers"),
    "date": Kind(_learn_date, _encode_date, _name_date, "dates"),
    "category": Kind(_learn_category, _encode_category, _name_category, "categories"),
}
