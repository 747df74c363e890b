"""Loops over sound that look for what repeats.

Conventions: a signal is C-contiguous (n_samples,) float64; a *lag* is a whole number of
samples, a period any. Frame ``t`` begins with sample ``t * hop``. Callers check sizes;
kernels do not raise.
"""

import numpy as np

from mmsk._kernels._jit import kernel

SEARCH = 0.2  # of a period: how far the length of one cycle may be from it


@kernel
def lag_differences(signal, hop, n_frames, n_window, n_lags):
    """The difference function of YIN: how unlike each window is to itself, moved by each lag.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,), float64
        At least ``(n_frames - 1) * hop + n_window + n_lags - 1`` samples.
    hop, n_frames, n_window, n_lags : int
        All at least 1.

    Returns
    -------
    differences : ndarray of shape (n_frames, n_lags), float64
        ``sum((x[j] - x[j + lag]) ** 2)`` over the ``n_window`` samples from the frame's
        first on: non-negative, and 0 at lag 0.

    Notes
    -----
    Squares are summed once for each hop and shared by the frames that overlap there: sums
    only, so nothing is lost where a soft frame follows a loud one.
    """
    differences = np.zeros((n_frames, n_lags))
    n_whole = n_window // hop
    n_rest = n_window - n_whole * hop
    last = n_frames - 1 + n_whole
    for block in range(last + 1):
        start = block * hop
        squares = np.zeros(n_lags)
        add_squares(signal, start, start + n_rest, squares)
        if block >= n_whole:
            differences[block - n_whole] += squares
        if block == last:
            break
        add_squares(signal, start + n_rest, start + hop, squares)
        for frame in range(max(block - n_whole + 1, 0), min(block + 1, n_frames)):
            differences[frame] += squares
    return differences


@kernel
def add_squares(signal, start, stop, squares):
    """Squared differences of samples from those after them, added for each lag.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,), float64
    start, stop : int
        The samples that are compared.
    squares : ndarray of shape (n_lags,), float64
        Added to in place, to spare a copy.
    """
    n_lags = len(squares)
    for sample in range(start, stop):
        level = signal[sample]
        ahead = signal[sample : sample + n_lags]
        for lag in range(n_lags):
            squares[lag] += (level - ahead[lag]) ** 2


@kernel
def yin_track(signal, differences, hop, n_window, shortest, threshold):
    """Period of each frame, and how well it repeats.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,), float64
    differences : ndarray of shape (n_frames, n_lags), float64
        As `lag_differences` gives them; at least ``shortest + 2`` lags.
    hop, n_window : int
    shortest : int
        The shortest lag that may be a period, at least 1.
    threshold : float
        Aperiodicity below which the first dip is taken; without one, the deepest.

    Returns
    -------
    track : ndarray of shape (n_frames, 3), float64
        The period in samples, refined by a parabola through the difference function; the
        aperiodicity there, from 0, and 1 where all is still; the share of the power that
        repeats after the period, from 0 to 1.
    """
    n_frames = len(differences)
    track = np.empty((n_frames, 3))
    for frame in range(n_frames):
        difference = differences[frame]
        normalised = mean_normalised(difference)
        lag = dip_lag(normalised, shortest, threshold)
        before, depth, after = difference[lag - 1], difference[lag], difference[lag + 1]
        bend = before - 2 * depth + after
        shift = 0.0
        if bend > 0:
            shift = min(max((before - after) / (2 * bend), -1.0), 1.0)
        depth = max(depth - (before - after) * shift / 4, 0.0)
        power = 0.0
        for sample in range(frame * hop, frame * hop + n_window):
            power += signal[sample] ** 2 + signal[sample + lag] ** 2
        track[frame, 0] = lag + shift
        track[frame, 1] = normalised[lag]
        track[frame, 2] = max(1 - depth / power, 0.0) if power > 0 else 0.0
    return track


@kernel
def mean_normalised(difference):
    """The difference function by its mean over all shorter lags.

    Parameters
    ----------
    difference : ndarray of shape (n_lags,), float64

    Returns
    -------
    normalised : ndarray of shape (n_lags,), float64
        1 at lag 0, and wherever nothing differs so far.
    """
    normalised = np.ones(len(difference))
    total = 0.0
    for lag in range(1, len(difference)):
        total += difference[lag]
        if total > 0:
            normalised[lag] = difference[lag] * lag / total
    return normalised


@kernel
def dip_lag(normalised, shortest, threshold):
    """The first dip below a threshold, or the deepest of all lags if there is none.

    Parameters
    ----------
    normalised : ndarray of shape (n_lags,), float64
    shortest : int
    threshold : float

    Returns
    -------
    lag : int
        From ``shortest`` to ``n_lags - 2``.
    """
    deepest = shortest
    for lag in range(shortest, len(normalised) - 1):
        value = normalised[lag]
        if value < threshold and normalised[lag - 1] > value <= normalised[lag + 1]:
            return lag
        if value < normalised[deepest]:
            deepest = lag
    return deepest


@kernel
def cycles(signal, begin, end, periods, hop):
    """Length and height of each cycle of a voiced stretch, one after another.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,), float64
    begin, end : int
        The samples of the stretch.
    periods : ndarray of shape (n_frames,), float64
        Of the frames of the stretch, in samples, at least 2; frame ``t`` stands for the
        ``hop`` samples from ``begin + t * hop`` on.
    hop : int

    Returns
    -------
    lengths, heights : ndarray of shape (n_cycles,), float64
        A length is the lag, within `SEARCH` of the period, at which the cycle is most like
        what follows, by their correlation, refined by a parabola. A height is the
        difference of the highest and the lowest sample of the cycle. None where the
        stretch holds no two cycles.
    """
    most = 2 * (end - begin) + 1  # a cycle takes half a sample at least: a lag less a shift
    lengths, heights = np.empty(most), np.empty(most)
    n_cycles, place = 0, float(begin)
    while n_cycles < most:
        start = int(place + 0.5)
        period = periods[min((start - begin) // hop, len(periods) - 1)]
        n_samples = int(period + 0.5)
        low, high = int(period * (1 - SEARCH)), int(period * (1 + SEARCH)) + 1
        if start + high + 1 + n_samples > end:
            break
        lag, shift = matching_lag(signal, start, n_samples, max(low, 1), high)
        cycle = signal[start : start + lag]
        lengths[n_cycles] = lag + shift
        heights[n_cycles] = cycle.max() - cycle.min()
        n_cycles += 1
        place += lag + shift  # whole lags would drift away from the cycles
    return lengths[:n_cycles], heights[:n_cycles]


@kernel
def matching_lag(signal, start, n_samples, low, high):
    """The lag at which samples are most like those after them.

    Parameters
    ----------
    signal : ndarray of shape (n_total,), float64
        At least ``start + high + 1 + n_samples`` samples.
    start, n_samples : int
    low, high : int
        The first and the last lag, of at least 1.

    Returns
    -------
    lag : int
        The first of the largest correlation (not centred; 0 with silence).
    shift : float
        From there to the top of a parabola, within half a sample.
    """
    correlations = np.zeros(high - low + 3)  # with a neighbour on each side
    for k in range(len(correlations)):
        product, power = 0.0, 0.0
        for sample in range(start, start + n_samples):
            later = signal[sample + low - 1 + k]
            product += signal[sample] * later
            power += later * later
        if power > 0:
            correlations[k] = product / np.sqrt(power)
    best = 1
    for k in range(2, len(correlations) - 1):
        if correlations[k] > correlations[best]:
            best = k
    before, top, after = correlations[best - 1], correlations[best], correlations[best + 1]
    bend = 2 * top - before - after
    shift = (after - before) / (2 * bend) if bend > 0 else 0.0
    return low - 1 + best, min(max(shift, -0.5), 0.5)
