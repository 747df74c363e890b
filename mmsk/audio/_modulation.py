"""Modulation: how fast, and how much, features of frames go up and down."""

import numpy as np
from scipy.signal import get_window

_WINDOW_S = 2.0  # two periods of the slowest modulation
_STARTS_HZ = (1, 2, 4, 8, 16)  # octaves; speech has most at the rate of syllables, 4 Hz


def bands_hz(hop_s):
    """Where bands of modulation start: those below half the rate of frames.

    Parameters
    ----------
    hop_s : float
        From one frame to the next.

    Returns
    -------
    starts_hz : list of int
    """
    return [hz for hz in _STARTS_HZ if hz < 0.5 / hop_s]


def modulations(rows, hop_s):
    """Deviation of each series within octaves of modulation frequency.

    Parameters
    ----------
    rows : ndarray or Spool of shape (n_frames, n_series), floating
    hop_s : float

    Returns
    -------
    deviations : ndarray of shape (n_bands, n_series), float64
        In units of the series, by `bands_hz`: the root of what the band has of the variance,
        which is the mean over Hann windows of 2 s, one each second, each less its mean. What is
        left at the end for no window does not count; a shorter recording is one window.

    References
    ----------
    S. Greenberg, B. E. D. Kingsbury (1997), "The modulation spectrogram: in pursuit of an
    invariant representation of speech", ICASSP, 1647-1650.
    """
    starts_hz = bands_hz(hop_s)
    n_window = max(2, round(_WINDOW_S / hop_s))
    n_used = min(n_window, len(rows))
    weights = get_window("hann", n_used)[:, None]
    frequencies_hz = np.fft.rfftfreq(n_window, hop_s)
    places = np.arange(len(frequencies_hz))
    sides = np.where((places > 0) & (2 * places < n_window), 2, 1)  # most stand for two
    total, n_windows = np.zeros((len(frequencies_hz), rows.shape[1])), 0
    for first in range(0, len(rows) - n_used + 1, max(1, n_window // 2)):
        values = np.asarray(rows[first : first + n_used], np.float64)
        mean = (values * weights).sum(axis=0) / weights.sum()
        spectrum = np.fft.rfft((values - mean) * weights, n_window, axis=0)
        total += spectrum.real**2 + spectrum.imag**2
        n_windows += 1
    power = sides[:, None] * total / (n_windows * n_window * (weights**2).sum())
    in_bands = [(hz <= frequencies_hz) & (frequencies_hz < 2 * hz) for hz in starts_hz]
    sums = [power[inside].sum(axis=0) for inside in in_bands]
    return np.sqrt(np.reshape(sums, (len(starts_hz), rows.shape[1])))
