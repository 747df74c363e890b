"""Frames of a recording: cut, weighted, transformed."""

from functools import lru_cache
from numbers import Real

import numpy as np
from scipy.fft import rfft
from scipy.signal import get_window

from mmsk._kernels.audio import LANES, power_spectrogram, turned_signal

#: Samples of frames transformed before their mel bands are summed: they stay in the cache.
SAMPLES_AT_ONCE = 4096 * LANES


def frame_lengths(window_s, hop_s, rate_hz):
    """Lengths of frames in samples: at least one, and two of a transform.

    Parameters
    ----------
    window_s, hop_s : float
    rate_hz : int

    Returns
    -------
    lengths : dict of str to int
        ``win_length``, ``hop_length`` and ``n_fft``, the power of two that holds the window.
    """
    win_length = max(1, round(window_s * rate_hz))
    return {
        "win_length": win_length,
        "hop_length": max(1, round(hop_s * rate_hz)),
        "n_fft": max(2, 1 << (win_length - 1).bit_length()),
    }


def window_taper(window, win_length, n_fft):
    """The window, in the middle of ``n_fft`` samples.

    Parameters
    ----------
    window : str, tuple, float, callable or array of shape (win_length,)
        As in `melspectrogram`.
    win_length, n_fft : int

    Returns
    -------
    taper : ndarray of shape (n_fft,), float64
        Read-only.
    """
    if isinstance(window, str):
        return _named_taper(window, win_length, n_fft)
    if isinstance(window, (tuple, Real)):
        values = get_window(window, win_length)
    else:
        values = window(win_length) if callable(window) else window
    return _centred(values, win_length, n_fft)


@lru_cache(maxsize=32)
def _named_taper(name, win_length, n_fft):
    return _centred(get_window(name, win_length), win_length, n_fft)


def _centred(values, win_length, n_fft):
    values = np.asarray(values, dtype=np.float64)
    if values.shape != (win_length,):
        raise ValueError(f"window must have shape ({win_length},), got {values.shape}")
    before = (n_fft - win_length) // 2
    taper = np.pad(values, (before, n_fft - win_length - before))
    taper.setflags(write=False)
    return taper


def in_hops(y, n_fft, hop_length, center, pad_mode):
    """The signal with its margins, a row per hop; all that the frames need, and no more.

    Parameters
    ----------
    y : ndarray of shape (n_samples,), floating
    n_fft, hop_length, center, pad_mode
        As in `melspectrogram`.

    Returns
    -------
    hops : ndarray of shape (n_hops, hop_length), of the dtype of ``y``
        Frame ``t`` begins with row ``t``.
    """
    before = n_fft // 2 if center else 0
    margins = 2 * before
    if before and pad_mode != "constant":
        y = _with_margins(y, n_fft, hop_length, pad_mode)
        before = margins = 0
    n_frames = 1 + (len(y) + margins - n_fft) // hop_length
    signal = np.zeros((n_frames + (n_fft - 1) // hop_length) * hop_length, y.dtype)
    used = y[: len(signal) - before]
    signal[before : before + len(used)] = used
    return signal.reshape(-1, hop_length)


def _with_margins(y, n_fft, hop_length, pad_mode):
    margin = n_fft // 2
    tail_frame = (len(y) + margin - n_fft) // hop_length + 1  # the first beyond the end
    tail_start = tail_frame * hop_length - margin
    tail = y
    if tail_start > 0 and tail_start + n_fft <= len(y) + margin:
        # librosa continues only the samples of those frames: a reflection may turn twice
        tail = y[tail_start:]
    after = np.pad(tail, (0, margin), mode=pad_mode)[len(tail) :]
    return np.concatenate([np.pad(y, (margin, 0), mode=pad_mode), after])


def spectrogram_of(hops, taper):
    """Squared magnitudes of the Fourier transform of each frame.

    Parameters
    ----------
    hops : ndarray of shape (n_hops, hop_length), floating
        As `in_hops` gives them.
    taper : ndarray of shape (n_fft,), float64

    Returns
    -------
    power : ndarray of shape (n_fft // 2 + 1, n_frames), of the dtype of ``hops``
    """
    n_fft = len(taper)
    hop_length = hops.shape[1]
    n_frames = len(hops) - (n_fft - 1) // hop_length
    if n_fft > 1 and n_fft.bit_count() == 1:
        return power_spectrogram(turned_signal(hops), taper, n_frames, *_butterflies(n_fft))
    signal = np.ravel(hops)
    frames = np.lib.stride_tricks.sliding_window_view(signal, n_fft)[::hop_length][:n_frames]
    spectrum = rfft(frames * taper)  # in float64, as the kernel
    return (spectrum.real**2 + spectrum.imag**2).T.astype(hops.dtype)


def spectrograms(samples, taper, hop_length):
    """Power spectrograms of consecutive stretches: a long recording's would not fit.

    Parameters
    ----------
    samples : ndarray of shape (n_samples,), floating
    taper : ndarray of shape (n_fft,), float64
    hop_length : int

    Yields
    ------
    power : ndarray of shape (n_fft // 2 + 1, n_frames), of the dtype of ``samples``
        Frames are centred, and silence lies beyond both ends.
    """
    hops = in_hops(samples, len(taper), hop_length, center=True, pad_mode="constant")
    n_overlapping = (len(taper) - 1) // hop_length
    n_frames = len(hops) - n_overlapping
    n_at_once = max(1, SAMPLES_AT_ONCE // len(taper))
    for start in range(0, n_frames, n_at_once):
        stop = min(start + n_at_once, n_frames)
        yield spectrogram_of(hops[start : stop + n_overlapping], taper)


@lru_cache(maxsize=16)
def _butterflies(n_fft):
    """Roots of unity, and where the stages of the transform leave each frequency."""
    roots = np.exp(-2j * np.pi * np.arange(n_fft) / n_fft)
    n_points = n_fft // 2
    frequencies = np.arange(1 if n_points.bit_length() % 2 else 2)  # radix 4, or 2 at last
    while len(frequencies) < n_points:
        frequencies = np.concatenate([4 * frequencies + quarter for quarter in range(4)])
    order = np.argsort(frequencies)
    for array in (roots, order):
        array.setflags(write=False)
    return roots, order


def frame_rms(samples, n_window, hop_length):
    """Root mean square of each frame, unweighted.

    Parameters
    ----------
    samples : ndarray of shape (n_samples,), float64
    n_window, hop_length : int

    Returns
    -------
    rms : ndarray of shape (n_frames,), float64
        Frames are centred, and silence lies beyond both ends; with an even ``n_window``,
        ``n_frames`` is ``1 + n_samples // hop_length``.
    """
    signal = in_hops(samples, n_window, hop_length, center=True, pad_mode="constant").ravel()
    frames = np.lib.stride_tricks.sliding_window_view(signal, n_window)[::hop_length]
    n_frames = 1 + (len(samples) + 2 * (n_window // 2) - n_window) // hop_length
    # summed frame by frame: differences of a running sum would drown soft frames
    energy = np.einsum("ij,ij->i", frames[:n_frames], frames[:n_frames])
    return np.sqrt(energy / n_window)
