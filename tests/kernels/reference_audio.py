"""Slow twins of `mmsk._kernels.audio`."""

import numpy as np

from mmsk._kernels.audio import LANES


def turned_signal(hops):
    return hops.T.copy()


def power_spectrogram(turned, window, n_frames, roots, order):
    signal, hop, n_fft = turned.T.ravel(), len(turned), len(window)
    frames = np.stack([signal[t * hop : t * hop + n_fft] for t in range(n_frames)])
    return (np.abs(np.fft.rfft(frames * window)) ** 2).T.astype(turned.dtype)


def aligned_empty(n_rows, n_columns):
    return np.empty((n_rows, n_columns))


def windowed_points(turned, window, start, n_lanes):
    signal, hop, n_fft = turned.T.ravel(), len(turned), len(window)
    starts = hop * np.arange(start, start + n_lanes)
    frames = signal[starts + np.arange(n_fft)[:, None]] * window[:, None]
    return _points(frames[::2] + 1j * frames[1::2])


def radix_4(points, n_lanes, n_done, roots):
    quarters = _complexes(points, n_lanes).reshape(4, len(points) // 4, n_lanes)
    turns = np.arange(len(points) // 4) // n_done * n_done
    butterflies = [
        np.exp(-2j * np.pi * k * turns / len(points))[:, None]
        * sum((-1j) ** (k * quarter) * quarters[quarter] for quarter in range(4))
        for k in range(4)
    ]
    return _points(np.stack(butterflies, axis=1).reshape(len(points), n_lanes))


def radix_2(points, n_lanes):
    a, b = np.split(_complexes(points, n_lanes), 2)
    return _points(np.stack([a + b, a - b], axis=1).reshape(len(points), n_lanes))


def fill_power(points, n_lanes, roots, order, start, power):
    spectrum = _complexes(points, n_lanes)[order]  # of even + 1j * odd samples
    mirrored = np.roll(spectrum[::-1], 1, axis=0).conj()
    even, odd = (spectrum + mirrored) / 2, (spectrum - mirrored) / 2j
    shifts = np.exp(-1j * np.pi * np.arange(len(points) + 1) / len(points))[:, None]
    again = np.arange(len(points) + 1) % len(points)
    power[:, start : start + n_lanes] = np.abs(even[again] + shifts * odd[again]) ** 2


def mel_bands(power, first_bins, ends, weights):
    bands = []
    for first, some in zip(first_bins, np.split(weights, ends[:-1]), strict=True):
        bands.append(some @ power[first : first + len(some)])
    return np.array(bands, dtype=power.dtype)


def float_decibels(power):
    with np.errstate(over="ignore"):
        return (10 * np.log10(np.maximum(power.astype(float), 1e-10))).astype(np.float32)


def deltas(series):
    padded = np.pad(series, [(0, 0), (2, 2)], mode="edge")
    filters = np.array([-2, -1, 0, 1, 2]) / 10
    slopes = [np.convolve(row, filters[::-1], mode="valid") for row in padded]
    return np.array(slopes, dtype=series.dtype)


def _complexes(points, n_lanes):
    real, imaginary = np.split(points, 2, axis=1)
    return real[:, :n_lanes] + 1j * imaginary[:, :n_lanes]


def _points(complexes):
    """Complex numbers of shape (n_points, n_lanes), as the kernels hold them."""
    lanes = np.zeros((len(complexes), LANES), complex)
    lanes[:, : complexes.shape[1]] = complexes
    return np.concatenate([lanes.real, lanes.imag], axis=1)
