"""Rows of single sources looked up in the stores of extractors, and new ones put there."""

import time
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, NamedTuple

from mmsk._utils.workers import map_samples
from mmsk.store import FeatureStore, recipe_key, row_key, sample_key

#: What a killed process loses at most, and a film more; a put waits for the disk some 50 ms.
_KEPT_EVERY_S = 1.0

_default: ContextVar = ContextVar("mmsk_memory", default=None)


@contextmanager
def using_memory(memory):
    """A context in which ``memory=None`` of extractors means ``memory``.

    Parameters
    ----------
    memory : "auto", str, path, FeatureStore or None
        None: that nothing is kept.
    """
    token = _default.set(memory)
    try:
        yield
    finally:
        _default.reset(token)


def in_this_memory(function):
    """The same function, for other threads and processes, which know no context of this one.

    Parameters
    ----------
    function : callable
        Of one argument.
    """
    return partial(_run_in, _default.get(), function)


def _run_in(memory, function, argument):
    with using_memory(memory):
        return function(argument)


class Remembered(NamedTuple):
    """What a store knows of one source.

    Attributes
    ----------
    key : bytes
        What the row is, or will be, found by.
    is_known : bool
    row : ndarray of shape (n_features,), float32, or None
        None also where the sample is known to hold nothing.
    """

    key: bytes
    is_known: bool
    row: Any


class _Memory(NamedTuple):
    """A store, and what is asked of it for one extractor."""

    store: FeatureStore
    recipe: bytes
    width: int

    def of(self, key, rows):
        """What the rows that were found say of a source."""
        if key is None:
            return None
        row = rows.get(key)
        # code that changed without its _version may give rows of another width
        fits = row is None or row.shape == (self.width,)
        return Remembered(key, key in rows and fits, row)


def recall(groups, rows, n_jobs):
    """What is known of a column.

    Parameters
    ----------
    groups : list of list of SampleTransformer
        Fitted; each group reads alike.
    rows : list of tuple of cells
        A cell for each group.
    n_jobs : int or None
        Samples told at once, which reads their files where content tells them.

    Returns
    -------
    known : list
        By row, group, extractor and source a `Remembered`, or None where there is nothing
        to keep; None instead of the list of sources, where an extractor keeps none.
    """
    memories = [[_memory(extractor) for extractor in group] for group in groups]
    if all(memory is None for of_group in memories for memory in of_group):
        return [[[None] * len(group) for group in groups]] * len(rows)
    keys = map_samples(partial(_row_keys, groups, memories), rows, n_jobs, reported=False)
    found = _found(memories, keys)
    return [
        [
            [_remembered(memory, of_one, found) for memory, of_one in zip(*both, strict=True)]
            for both in zip(memories, of_row, strict=True)
        ]
        for of_row in keys
    ]


class Keeper:
    """Rows newly described, put into their stores some at a time."""

    def __init__(self, groups):
        self._groups = groups
        self._waiting = {}
        self._put_at_s = time.monotonic()

    def keep(self, results):
        """Take what is new in some results; those of failures hold nothing to keep."""
        for of_row in results:
            for group, fresh in zip(self._groups, getattr(of_row, "fresh", []), strict=False):
                for extractor, rows in zip(group, fresh, strict=True):
                    if rows:
                        owner = _store(extractor), type(extractor).__name__
                        self._waiting.setdefault(owner, {}).update(rows)
        if time.monotonic() - self._put_at_s > _KEPT_EVERY_S:
            self.close()

    def close(self):
        """Put what is waiting, after an error too: it was work."""
        waiting, self._waiting = self._waiting, {}
        for (store, feature), rows in waiting.items():
            store.put(feature, rows)
        self._put_at_s = time.monotonic()


def _store(extractor):
    memory = getattr(extractor, "memory", None)
    return FeatureStore.of(_default.get() if memory is None else memory)


def _memory(extractor):
    store = _store(extractor)
    if store is None:
        return None
    return _Memory(store, recipe_key(extractor), len(extractor._feature_names()))


def _row_keys(groups, memories, cells):
    of_groups = zip(groups, memories, cells, strict=True)
    return [_cell_keys(group, of_group, cell) for group, of_group, cell in of_groups]


def _cell_keys(group, memories, cell):
    """The key of each source, or None, for each extractor; None where it keeps none."""
    nothing = [None] * len(group)
    if memories == nothing:
        return nothing
    try:
        sources = group[0]._sources(cell)
    except ValueError:
        return nothing  # describing the cell will say what is wrong with it
    told = {
        identity: [sample_key(s, identity, is_text=group[0]._takes_text) for s in sources]
        for identity in {memory.store.identity for memory in memories if memory is not None}
    }
    return [
        None
        if memory is None
        else [s and row_key(memory.recipe, s) for s in told[memory.store.identity]]
        for memory in memories
    ]


def _found(memories, keys):
    """Rows by store and key; each store is asked once."""
    asked = {}
    for of_row in keys:
        for of_memories, of_keys in zip(memories, of_row, strict=True):
            for memory, of_one in zip(of_memories, of_keys, strict=True):
                if of_one is not None:
                    asked.setdefault(memory.store, {}).update(dict.fromkeys(of_one))
    return {store: store.get(k for k in some if k is not None) for store, some in asked.items()}


def _remembered(memory, keys, found):
    return None if keys is None else [memory.of(key, found[memory.store]) for key in keys]
