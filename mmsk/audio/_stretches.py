"""Recordings of any length: frames described stretch by stretch, and summed up in blocks.

*Rows* are an array or a `mmsk.io._spool.Spool` of shape (n_frames, n_series), a row for each
frame. Only some thousand of them are in memory at a time, and so of samples.
"""

from itertools import pairwise

import numpy as np

from mmsk._kernels.audio import DELTA_REACH, deltas
from mmsk.io._spool import gathered

#: Frames that are described, or summed up, at a time: shorter recordings are one block.
FRAMES_AT_ONCE = 1 << 14

#: Samples that frames are described from at a time, but for those of one frame.
SAMPLES_AT_ONCE = 1 << 21

#: Equal stretches of a recording whose means `over_time` holds.
N_PARTS = 5

#: What `over_time` holds of each series, in this order.
POOLS = ("mean", "std", "delta_std", *(f"part{part + 1}" for part in range(N_PARTS)))


def described(samples, hop_length, reach, describe):
    """Rows of what each frame says by itself, computed from one stretch after another.

    Parameters
    ----------
    samples : ndarray or Spool of shape (n_samples,), floating
    hop_length : int
    reach : int
        How far from its centre a frame looks, in samples, on either side.
    describe : callable
        Of an array of shape (n_some_samples,): what its frames say, of shape
        ``(1 + n_some_samples // hop_length, n_series)``, frame ``t`` centred at sample
        ``t * hop_length``, with silence beyond both ends.

    Returns
    -------
    rows : ndarray or Spool of shape (1 + n_samples // hop_length, n_series)
        The same as ``describe(samples)``: each stretch is described with the samples
        around it, and the frames that miss some are left to its neighbours.
    """
    return gathered(_described(samples, hop_length, reach, describe))


def _described(samples, hop_length, reach, describe):
    n_frames = 1 + len(samples) // hop_length
    n_around = -(-reach // hop_length)
    n_at_once = max(1, min(FRAMES_AT_ONCE, SAMPLES_AT_ONCE // hop_length))
    for first in range(0, n_frames, n_at_once):
        stop = min(first + n_at_once, n_frames)
        start = max(first - n_around, 0)
        rows = describe(samples[start * hop_length : (stop + n_around) * hop_length])
        yield rows[first - start : stop - start]


def blocks(rows, first=0, stop=None):
    """Consecutive blocks of rows, from the first to before ``stop``.

    Parameters
    ----------
    rows : ndarray or Spool of shape (n_frames, ...)
    first : int, default=0
    stop : int or None, default=None

    Yields
    ------
    block : ndarray of shape (n_some_frames, ...)
    """
    stop = len(rows) if stop is None else stop
    for start in range(first, stop, FRAMES_AT_ONCE):
        yield rows[start : min(start + FRAMES_AT_ONCE, stop)]


def mapped(function, rows):
    """What a function makes of the rows, block by block.

    Parameters
    ----------
    function : callable
        Of a block, an array of shape (n_some_frames, n_series): as many rows.
    rows : ndarray or Spool of shape (n_frames, n_series)

    Returns
    -------
    rows : ndarray or Spool of shape (n_frames, n_others)
    """
    return gathered(map(function, blocks(rows)))


def highest(rows):
    """The largest value of all.

    Parameters
    ----------
    rows : ndarray or Spool of shape (n_frames, n_series)

    Returns
    -------
    highest : floating
    """
    return max(block.max() for block in blocks(rows))


def moments(some):
    """Mean and standard deviation of each column.

    Parameters
    ----------
    some : iterable of ndarray of shape (n_some_rows, n_columns), floating
        At least one, with at least one row.

    Returns
    -------
    means, deviations : ndarray of shape (n_columns,), float64

    Notes
    -----
    Blocks are brought together as by T. F. Chan, G. H. Golub, R. J. LeVeque (1979), "Updating
    formulae and a pairwise algorithm for computing sample variances", so that nothing is
    lost where the mean is large.
    """
    n_rows, means, squares = 0, 0.0, 0.0
    for block in some:
        values = np.asarray(block, np.float64)
        own = values.mean(axis=0)
        away = own - means
        share = len(values) / (n_rows + len(values))
        squares = squares + ((values - own) ** 2).sum(axis=0) + away**2 * (n_rows * share)
        means = means + away * share
        n_rows += len(values)
    return means, np.sqrt(squares / n_rows)


def delta_blocks(rows, first=0, stop=None):
    """Blocks of the slopes over time of each column, as of the kernel `deltas`.

    Parameters
    ----------
    rows : ndarray or Spool of shape (n_frames, n_series), floating
    first, stop
        As of `blocks`: there is nothing beyond them.

    Yields
    ------
    block : ndarray of shape (n_some_frames, n_series), float64
    """
    stop = len(rows) if stop is None else stop
    for start in range(first, stop, FRAMES_AT_ONCE):
        end = min(start + FRAMES_AT_ONCE, stop)
        before = max(start - DELTA_REACH, first)
        around = np.asarray(rows[before : min(end + DELTA_REACH, stop)], np.float64)
        slopes = deltas(np.ascontiguousarray(around.T)).T
        yield slopes[start - before : end - before]


def over_time(rows, first=0, stop=None):
    """What a recording's row holds of the features of its frames.

    Parameters
    ----------
    rows : ndarray or Spool of shape (n_frames, n_series), floating
    first, stop
        As of `blocks`: the frames that count, at least one.

    Returns
    -------
    summary : ndarray of shape (3 + N_PARTS, n_series), float64
        The mean of each series, its standard deviation, that of its deltas, and its mean
        in the first of `N_PARTS` equal stretches of time, in the second... as `POOLS` names
        them. A stretch is one frame where it would be none.
    """
    stop = len(rows) if stop is None else stop
    starts = [first + part * (stop - first) // N_PARTS for part in range(N_PARTS + 1)]
    parts = [
        moments(blocks(rows, begin, max(end, begin + 1)))[0] for begin, end in pairwise(starts)
    ]
    _, delta_deviations = moments(delta_blocks(rows, first, stop))
    return np.stack([*moments(blocks(rows, first, stop)), delta_deviations, *parts])
