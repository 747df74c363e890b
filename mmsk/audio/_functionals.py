"""Functionals: what a series does over time, in twenty numbers."""

import numpy as np

from mmsk._kernels.audio import deltas
from mmsk.audio._stretches import blocks

_PERCENTS = (5, 25, 50, 75, 95)
_SPREADS = ("std", "skewness", "kurtosis", *(f"p{percent:02d}" for percent in _PERCENTS))
_TRENDS = ("mean", "slope_per_s", "rising_share", "peak_place")
_VALUES_AT_ONCE = 1 << 19  # of series that functionals are taken of


def functionals(rows, hop_s):
    """Spreads and trends of each series, and spreads of its deltas.

    Parameters
    ----------
    rows : ndarray or Spool of shape (n_frames, n_series), floating
        At least one frame.
    hop_s : float
        From one frame to the next.

    Returns
    -------
    found : ndarray of shape (20, n_series), float64
        As `functional_names` names them. 0, but for the mean and percentiles, of a series
        that does not change.
    """
    some = []
    for series in _in_groups(rows):
        parts = [spreads(series), trends(series, hop_s), spreads(deltas(series))]
        some.append(np.concatenate(parts).reshape(-1, len(series)))
    return np.concatenate(some, axis=1)


def functional_names(names):
    """Names of what `functionals` gives of series, row by row."""
    plain = [f"{name}_{pool}" for pool in (*_SPREADS, *_TRENDS) for name in names]
    return plain + [f"{name}_delta_{pool}" for pool in _SPREADS for name in names]


def _in_groups(rows):
    """Series over all frames, (n_some_series, n_frames): all at once, or few of many frames."""
    n_series = rows.shape[1]
    n_at_once = max(1, _VALUES_AT_ONCE // len(rows))
    for first in range(0, n_series, n_at_once):
        some = [block[:, first : first + n_at_once] for block in blocks(rows)]
        yield np.ascontiguousarray(np.concatenate(some).T, np.float64)


def spreads(series):
    """Deviation, skewness, kurtosis and percentiles, each of all series."""
    means, stds = series.mean(axis=1), series.std(axis=1)
    moves = _moves(means, stds)
    scores = (series - means[:, None]) / np.where(moves, stds, 1)[:, None]
    skewness, fourth = (scores**3).mean(axis=1), (scores**4).mean(axis=1)
    percentiles = np.percentile(series, _PERCENTS, axis=1)
    shape = [np.where(moves, skewness, 0), np.where(moves, fourth - 3, 0)]
    return np.concatenate([stds, *shape, percentiles.ravel()])


def trends(series, hop_s):
    """Mean, slope, share of rising frames and place of the peak, each of all series."""
    n_frames = series.shape[1]
    means = series.mean(axis=1)
    moves = _moves(means, series.std(axis=1))
    times_s = (np.arange(n_frames) - (n_frames - 1) / 2) * hop_s
    slopes = series @ times_s / max(times_s @ times_s, np.finfo(float).tiny)
    last = max(n_frames - 1, 1)
    rising = (np.diff(series, axis=1) > 0).sum(axis=1) / last
    places = series.argmax(axis=1) / last
    return np.concatenate([means, *(np.where(moves, t, 0) for t in (slopes, rising, places))])


def _moves(means, stds):
    """Which series change by more than rounding."""
    return stds > 1e-9 * (1 + np.abs(means))
