"""A column described by several extractors at once, each sample read as seldom as can be."""

import warnings
from contextlib import closing, nullcontext
from functools import partial
from itertools import chain
from typing import NamedTuple

import numpy as np
from sklearn.utils.validation import check_is_fitted

from mmsk._utils.workers import map_samples
from mmsk.base._remembering import Keeper, recall
from mmsk.exceptions import FailedSamplesWarning
from mmsk.io._sources import describe_source, reading_once

#: Rows described in one go: more would be lost together, and keep one worker busy alone.
_MOST_TOGETHER = 500


class Failure(NamedTuple):
    """A sample that could not be read or described.

    Attributes
    ----------
    row : int
        Position in the column, from 0.
    source : str
        The source in a few words: a path, or kind and shape.
    reason : str
        What was wrong with it.
    """

    row: int
    source: str
    reason: str


def place_of(owner, row, cell):
    """Where a sample stands, for a note on an error: class, row and source."""
    return f"{owner}: row {row}, source {describe_source(cell)}"


def describe_column(owner, extractors, X, *, raising):
    """Features of a column by several extractors; those that read alike share samples.

    Parameters
    ----------
    owner : estimator
        Named in errors; its ``n_jobs`` samples are worked on at once.
    extractors : list of SampleTransformer
        At least one, all fitted on columns like X.
    X : column of n_samples sources
    raising : bool
        Whether a sample that cannot be read raises.

    Returns
    -------
    blocks : list of ndarray of shape (n_samples, n_features), float32
        Of each extractor; NaN in rows that are missing, or that one of them cannot read.
    present : ndarray of shape (n_samples,), bool
        True where every extractor found what it describes.
    failures : list of Failure
        One for a row.
    """
    for extractor in extractors:
        check_is_fitted(extractor)
    groups = _reading_alike(extractors)
    columns = [group[0]._cells(X, reset=False) for group in groups]
    rows = _described_rows(owner, groups, list(zip(*columns, strict=True)), raising=raising)
    in_groups = [extractor for group in groups for extractor in group]
    widths = [len(extractor._names_out()) for extractor in in_groups]
    blocks = [np.full((len(rows), width), np.nan, dtype=np.float32) for width in widths]
    present = np.zeros(len(rows), dtype=bool)
    failures = [found for found in rows if isinstance(found, Failure)]
    for index, found in enumerate(rows):
        if isinstance(found, Failure):
            continue
        for block, features in zip(blocks, found.features, strict=True):
            if features is not None:
                block[index] = features
        present[index] = all(features is not None for features in found.features)
    return [blocks[in_groups.index(e)] for e in extractors], present, failures


def _described_rows(owner, groups, rows, *, raising):
    """A `_Described` or a `Failure` for each row; what is new goes into the stores."""
    unit = partial(_unit, type(owner).__name__, groups, raising=raising)
    known = recall(groups, rows, owner.n_jobs)
    numbered = list(zip(range(len(rows)), rows, known, strict=True))
    units = _units(groups, numbered)
    with closing(Keeper(groups)) as keeper:
        found = map_samples(
            unit, units, owner.n_jobs, done=lambda some: keeper.keep(chain.from_iterable(some))
        )
    of_rows = chain.from_iterable(found)
    by_index = {
        row[0]: one for row, one in zip(chain.from_iterable(units), of_rows, strict=True)
    }
    return [by_index[index] for index in range(len(rows))]


def _units(groups, numbered):
    """Rows in lists, those together that a group of extractors describes in one go."""
    units, last = [], {}
    for row in numbered:
        shared = _shared_source(groups, row[1])
        unit = None if shared is None else last.get(shared)
        if unit is None or len(unit) == _MOST_TOGETHER:
            unit = []
            units.append(unit)
            last[shared] = unit
        unit.append(row)
    return units


def _shared_source(groups, cells):
    """What the first source of a row is opened from, to go together with others; or None."""
    for group, cell in zip(groups, cells, strict=True):
        for source in group[0]._members(cell)[:1]:
            shared = group[0]._shared_source(source)
            if shared is not None:
                return shared
    return None


def _reading_alike(extractors):
    """Extractors in groups that can share decoded samples."""
    groups = []
    for extractor in extractors:
        for group in groups:
            if extractor._reads_like(group[0]):
                group.append(extractor)
                break
        else:
            groups.append([extractor])
    return groups


class _Described(NamedTuple):
    """Features of a row by each extractor, None of what is missing, and rows to keep."""

    features: list
    fresh: list


def _unit(owner, groups, rows, *, raising):
    """A `_Described` or a `Failure` for each of some rows."""
    together = _together(groups, rows)
    described = []
    for row in rows:
        with reading_once() if len(groups) > 1 else nullcontext():
            described.append(_row(owner, groups, row, together, raising=raising))
    return described


def _together(groups, rows):
    """Features by index of the row, group, place in its cell and extractor, of one go."""
    wanted = {}  # by what is opened: a cell may list several films
    for index, cells, known in rows:
        for g, (group, cell, of_group) in enumerate(zip(groups, cells, known, strict=True)):
            try:
                sources = group[0]._sources(cell)
            except ValueError:
                continue  # describing the row will say what is wrong with it
            for n, source in enumerate(sources):
                shared = group[0]._shared_source(source)
                for k, extractor in enumerate(group) if shared is not None else ():
                    remembered = None if of_group[k] is None else of_group[k][n]
                    if remembered is None or not remembered.is_known:  # None: no such file
                        wanted.setdefault(shared, {})[index, g, n, k] = extractor, source
    found = {}
    for of_one in wanted.values():
        if len(of_one) > 1:
            pairs = list(of_one.values())
            described = pairs[0][0]._described_together(pairs)
            found.update(zip(of_one, described, strict=True))
    return found


def _row(owner, groups, numbered, together, *, raising):
    """The `_Described` of one row, or a `Failure`."""
    index, cells, known = numbered
    described = _Described([], [])
    for g, (group, cell, of_group) in enumerate(zip(groups, cells, known, strict=True)):
        ready = {key[2:]: row for key, row in together.items() if key[:2] == (index, g)}
        try:
            features, fresh = _of_cell(group, cell, of_group, ready)
        except ValueError as error:
            if not raising:
                return Failure(index, describe_source(cell), str(error))
            error.add_note(place_of(owner, index, cell))
            raise
        described.features.extend(features)
        described.fresh.append(fresh)
    return described


def _of_cell(group, cell, known, ready):
    """Features of one cell by each extractor of a group, and a dict of new rows of each."""
    rows, fresh = [[] for _ in group], [{} for _ in group]
    for place, source in enumerate(group[0]._sources(cell)):  # one sample at a time in memory
        remembered = [None if of_one is None else of_one[place] for of_one in known]
        is_known = [of_one is not None and of_one.is_known for of_one in remembered]
        is_ready = [ready.get((place, k)) is not None for k in range(len(group))]
        is_left = not all(map(max, is_known, is_ready))
        sample = group[0]._read(source) if is_left else None
        for k, extractor in enumerate(group):
            if is_known[k]:
                row = remembered[k].row
            elif is_ready[k]:
                row = np.array(ready[place, k], np.float32)
            else:
                row = _features(extractor, sample)
            if row is not None:
                rows[k].append(row)
            if not is_known[k] and remembered[k] is not None:
                fresh[k][remembered[k].key] = row
    return [e._pooled(found) for e, found in zip(group, rows, strict=True)], fresh


def _features(extractor, sample):
    """Features of one decoded sample, of the type in which they are stored and returned."""
    return None if sample is None else np.array(extractor._extract(sample), np.float32)


def warn_of_failures(owner, failures, n_rows):
    """Tell the caller of ``transform`` which samples could not be read, in one warning."""
    if not failures:
        return
    first = failures[0]
    message = (
        f"{type(owner).__name__}: {len(failures)} of {n_rows} samples could not be read "
        f"and are rows of NaN; the first is row {first.row}: {first.reason}. "
        "transform_with_errors(X) lists them all."
    )
    warnings.warn(message, FailedSamplesWarning)
