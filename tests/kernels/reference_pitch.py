"""Slow twins of the pitch kernels: whole arrays, one frame or cycle at a time."""

import numpy as np

from mmsk._kernels.pitch import SEARCH


def lag_differences(signal, hop, n_frames, n_window, n_lags):
    found = np.empty((n_frames, n_lags))
    for frame, lag in np.ndindex(found.shape):
        start = frame * hop
        window = signal[start : start + n_window]
        found[frame, lag] = ((window - signal[start + lag : start + lag + n_window]) ** 2).sum()
    return found


def add_squares(signal, start, stop, squares):
    views = np.lib.stride_tricks.sliding_window_view(signal, len(squares))[start:stop]
    squares += ((views - views[:, :1]) ** 2).sum(axis=0)


def yin_track(signal, differences, hop, n_window, shortest, threshold):
    track = []
    for frame, difference in enumerate(differences):
        normalised = mean_normalised(difference)
        lag = dip_lag(normalised, shortest, threshold)
        bend, slope, depth = np.polyfit([-1, 0, 1], difference[lag - 1 : lag + 2], 2)
        shift = np.clip(-slope / (2 * bend), -1, 1) if bend > 1e-12 * difference.max() else 0
        first, later = (
            signal[start : start + n_window] for start in (frame * hop, frame * hop + lag)
        )
        power = (first**2).sum() + (later**2).sum()
        depth = max(depth + slope * shift / 2, 0)
        repeating = max(1 - depth / power, 0) if power else 0
        track.append([lag + shift, normalised[lag], repeating])
    return np.array(track)


def mean_normalised(difference):
    lags, totals = np.arange(1, len(difference)), np.cumsum(difference[1:])
    # multiplied first, as the kernel does, so that equal ratios stay equal
    ratios = difference[1:] * lags / np.where(totals > 0, totals, 1)
    return np.concatenate([[1.0], np.where(totals > 0, ratios, 1)])


def dip_lag(normalised, shortest, threshold):
    inner = normalised[1:-1]
    dips = (inner < threshold) & (inner < normalised[:-2]) & (inner <= normalised[2:])
    lags = 1 + np.flatnonzero(dips)
    lags = lags[lags >= shortest]
    return lags[0] if len(lags) else shortest + np.argmin(normalised[shortest:-1])


def cycles(signal, begin, end, periods, hop):
    found, place = [], float(begin)
    while True:
        start = int(np.floor(place + 0.5))
        period = np.repeat(periods, hop)[min(start - begin, len(periods) * hop - 1)]
        n_samples = int(np.floor(period + 0.5))
        low, high = int(period * (1 - SEARCH)), int(period * (1 + SEARCH)) + 1
        if start + high + 1 + n_samples > end:
            return np.array([c[0] for c in found]), np.array([c[1] for c in found])
        lag, shift = matching_lag(signal, start, n_samples, max(low, 1), high)
        found.append((lag + shift, np.ptp(signal[start : start + lag])))
        place += lag + shift


def matching_lag(signal, start, n_samples, low, high):
    here = signal[start : start + n_samples]
    views = np.lib.stride_tricks.sliding_window_view(signal[start:], n_samples)
    later = views[low - 1 : high + 2]
    lengths = np.linalg.norm(later, axis=1)
    likeness = (later @ here) / np.where(lengths > 0, lengths, 1)
    best = 1 + np.argmax(likeness[1:-1])
    bend, slope, _ = np.polyfit([-1, 0, 1], likeness[best - 1 : best + 2], 2)
    shift = -slope / (2 * bend) if bend < -1e-12 else 0
    return low - 1 + best, np.clip(shift, -0.5, 0.5)
