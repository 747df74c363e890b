"""A bounded and seeded sample of the descriptors of a column."""

from functools import partial

import numpy as np

from mmsk._utils.workers import map_samples
from mmsk.exceptions import NothingToLearnError

MOST_ROWS = 1000  # that ``fit`` reads: more, each with fewer descriptors, tell little more


def sampled_descriptors(transformer, cells, seed, *, most_rows=MOST_ROWS):
    """Descriptors of some rows, at most ``max_descriptors``, as many of each, and positions.

    Parameters
    ----------
    transformer : SampleTransformer
        With ``_describe`` (sample to descriptors and positions), ``max_descriptors``,
        ``n_jobs`` and ``on_error``.
    cells : list
    seed : int
    most_rows : int, default=1000

    Returns
    -------
    found : list of (ndarray of shape (n_some, n_values), ndarray of shape (n_some, n_axes))
        By row; those that cannot be read are left out with ``on_error="missing"``.

    Raises
    ------
    NothingToLearnError
        If there are fewer than two descriptors in all.
    """
    rows = [row for row, cell in enumerate(cells) if transformer._members(cell)]
    n_rows = min(len(rows), most_rows, transformer.max_descriptors)
    chosen = np.sort(np.random.default_rng(seed).permutation(rows)[:n_rows])
    most = transformer.max_descriptors // max(1, n_rows)
    some_of = partial(_some_descriptors, transformer, most=most, seed=seed)
    numbered = [(int(row), cells[int(row)]) for row in chosen]
    described = map_samples(some_of, numbered, transformer.n_jobs, reported=False)
    found = [some for some in described if some]
    n_found = sum(len(descriptors) for descriptors, _ in found)
    if n_found < 2:
        raise NothingToLearnError(
            f"{type(transformer).__name__} learns from at least 2 descriptors, but the "
            f"{len(cells)} samples have {n_found}."
        )
    return found


def _some_descriptors(transformer, numbered_cell, *, most, seed):
    """Some descriptors of a cell, and positions; None if it cannot be read."""
    row, cell = numbered_cell
    found = []
    with transformer._passing_over(row, cell):
        samples = [transformer._read(source) for source in transformer._sources(cell)]
        found = [transformer._describe(sample) for sample in samples if sample is not None]
    if not found:
        return None
    descriptors, positions = map(np.concatenate, zip(*found, strict=True))
    if len(descriptors) > most:
        rng = np.random.default_rng((seed, row))
        kept = np.sort(rng.choice(len(descriptors), most, replace=False))
        descriptors, positions = descriptors[kept], positions[kept]
    return descriptors, positions
