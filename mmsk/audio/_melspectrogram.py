"""Mel spectrograms of signals in memory, a swap-in for librosa's."""

import warnings
from numbers import Integral

import numpy as np

from mmsk._kernels.audio import (
    DB_PER_NEPER,
    LANES,
    SOFTEST_POWER,
    float_decibels,
    mel_bands,
)
from mmsk.audio._frames import SAMPLES_AT_ONCE, in_hops, spectrogram_of, window_taper
from mmsk.audio._mel import mel_bank
from mmsk.exceptions import NarrowFiltersWarning

_RANGE_DB = 80.0  # bands softer than this below the loudest are levelled
_PAD_MODES = ("constant", "edge", "linear_ramp", "reflect", "symmetric")


def melspectrogram(
    *,
    y=None,
    sr=22050,
    S=None,
    n_fft=2048,
    hop_length=512,
    win_length=None,
    window="hann",
    center=True,
    pad_mode="constant",
    power=2.0,
    **kwargs,
):
    """Energy in bands of equal width in mel, over time; as ``librosa.feature.melspectrogram``.

    Parameters
    ----------
    y : ndarray of shape (..., n_samples), floating, or None
        Finite samples; leading dimensions are channels.
    sr : float, default=22050
        Sampling rate in hertz.
    S : ndarray of shape (..., n_bins, n_frames) or None
        A spectrogram to sum up, instead of ``y``; the parameters up to ``power`` are then
        ignored, and ``n_fft`` follows from ``n_bins`` where they disagree.
    n_fft : int, default=2048
        Length of the Fourier transform in samples; powers of two are fastest.
    hop_length : int, default=512
        Samples from one frame to the next.
    win_length : int or None, default=None
        Length of the window in samples, at most ``n_fft``, which is None's meaning.
    window : str, tuple, float, callable or array of shape (win_length,), default="hann"
        As ``scipy.signal.get_window`` takes it (periodic), a function of the length, or
        the window itself.
    center : bool, default=True
        Whether frame ``t`` is centred at sample ``t * hop_length`` or starts there.
    pad_mode : str, default="constant"
        How the signal goes on beyond its ends if ``center``; as in ``numpy.pad``, but no
        statistics and no ``"wrap"``.
    power : float, default=2.0
        Exponent of the magnitudes: 1 for amplitude, 2 for power.
    **kwargs : dict
        ``n_mels=128``, ``fmin=0.0``, ``fmax=None``, ``htk=False``, ``norm="slaney"`` and
        ``dtype=numpy.float32`` of the mel filters, as in ``librosa.filters.mel``.

    Returns
    -------
    bands : ndarray of shape (..., n_mels, n_frames), float32 or float64
        Non-negative; float64 if ``y``, ``S`` or ``dtype`` is. Silence gives 0.

    Raises
    ------
    ValueError
        If ``y`` is no array of finite floating samples, or a length or mode does not fit.
    TypeError
        For an unknown keyword.

    Warns
    -----
    NarrowFiltersWarning
        If mel filters are narrower than a bin, so that their bands are always 0.

    Notes
    -----
    Within 1e-5 of librosa 0.11, relative to the loudest band, and several times as fast.
    A signal shorter than ``n_fft`` is padded without librosa's warning.

    Examples
    --------
    A tone of 1000 Hz is loudest in the band that holds it.

    >>> import numpy as np
    >>> from mmsk.audio import melspectrogram
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)
    >>> bands = melspectrogram(y=tone, sr=8000, n_fft=512, hop_length=160, n_mels=20)
    >>> bands.shape, int(bands.mean(axis=1).argmax())
    ((20, 51), 8)
    """
    if S is not None:
        S = np.asarray(S)
        if S.ndim < 2:
            raise ValueError(f"S must have shape (..., n_bins, n_frames), got {S.shape}")
        if n_fft is None or S.shape[-2] != n_fft // 2 + 1:
            n_fft = 2 * (S.shape[-2] - 1)
        return _bands_of_spectrogram(S, _bank_for(S.dtype, sr, n_fft, kwargs))
    _check_signal(y)
    _check_lengths(y.shape[-1], n_fft, hop_length, win_length, center, pad_mode)
    y = y.astype(np.float32 if y.dtype.itemsize <= 4 else np.float64, copy=False)
    bank = _bank_for(y.dtype, sr, n_fft, kwargs)
    taper = window_taper(window, n_fft if win_length is None else win_length, n_fft)
    channels = []
    for channel in y.reshape(-1, y.shape[-1]):
        hops = in_hops(channel, n_fft, hop_length, center, pad_mode)
        channels.append(_bands_of_signal(hops, taper, power, bank))
    together = channels[0] if len(channels) == 1 else np.stack(channels)
    return together.reshape(*y.shape[:-1], *channels[0].shape)


def decibels(power):
    """Levels of powers.

    Parameters
    ----------
    power : ndarray, floating
        Non-negative.

    Returns
    -------
    levels : ndarray, of the shape and dtype of ``power``
        In decibels of 1, at least -100.
    """
    if power.dtype == np.float32:
        return float_decibels(np.ravel(power)).reshape(power.shape)
    return DB_PER_NEPER * np.log(np.maximum(power, SOFTEST_POWER))  # quicker than log10


def levelled(levels, loudest):
    """Levels, but no softer than 80 dB below the loudest; so ``librosa.power_to_db`` ends.

    Parameters
    ----------
    levels : ndarray, floating
        In decibels; overwritten.
    loudest : floating or ndarray
        The highest level of the channel, also of what is not among ``levels``.

    Returns
    -------
    levels : ndarray
        ``levels`` itself.
    """
    return np.maximum(levels, loudest - _RANGE_DB, out=levels)


def _check_signal(y):
    if y is None:
        raise ValueError("give the samples as y=, or a spectrogram as S=")
    if not isinstance(y, np.ndarray) or y.dtype.kind != "f" or y.ndim == 0:
        got = f"{y.dtype} of shape {y.shape}" if hasattr(y, "dtype") else type(y).__name__
        raise ValueError(
            f"y must be an array of floating samples of shape (..., n_samples), got {got}. "
            "For 16-bit samples: y / 32768."
        )
    if y.size == 0:
        raise ValueError(f"y holds no samples: its shape is {y.shape}")
    if not np.isfinite(y).all():
        raise ValueError("y holds NaN or infinite samples")


def _check_lengths(n_samples, n_fft, hop_length, win_length, center, pad_mode):
    for name, length in (("n_fft", n_fft), ("hop_length", hop_length)):
        if not isinstance(length, Integral) or length < 1:
            raise ValueError(f"{name} must be a positive int, got {length!r}")
    if win_length is not None and not 1 <= win_length <= n_fft:
        raise ValueError(f"win_length must be from 1 to n_fft={n_fft}, got {win_length}")
    if center and pad_mode not in _PAD_MODES:
        raise ValueError(f"pad_mode must be one of {_PAD_MODES}, got {pad_mode!r}")
    if n_samples + (2 * (n_fft // 2) if center else 0) < n_fft:
        raise ValueError(
            f"n_fft={n_fft} is longer than the signal of {n_samples} samples, "
            f"with center={center}"
        )


def _bank_for(dtype, sr, n_fft, kwargs):
    kwargs = {"dtype": np.float32, **kwargs, "sr": sr}
    bank = mel_bank(n_fft, np.result_type(dtype, kwargs["dtype"]), tuple(kwargs.items()))
    if bank.n_empty:
        warnings.warn(
            f"{bank.n_empty} of {len(bank.ends)} mel filters are narrower than a bin of "
            f"n_fft={n_fft} at sr={sr}, so their bands are 0. Use fewer n_mels or more n_fft",
            NarrowFiltersWarning,
            stacklevel=3,
        )
    return bank


def _bands_of_signal(hops, taper, power, bank):
    n_overlapping = (len(taper) - 1) // hops.shape[1]
    n_frames = len(hops) - n_overlapping
    n_at_once = LANES * max(1, SAMPLES_AT_ONCE // (LANES * len(taper)))
    pieces = []
    for start in range(0, n_frames, n_at_once):
        stop = min(start + n_at_once, n_frames)
        spectrogram = spectrogram_of(hops[start : stop + n_overlapping], taper)
        if power == 1:
            np.sqrt(spectrogram, out=spectrogram)
        elif power != 2:
            spectrogram **= power / 2
        pieces.append(_bands_of_spectrogram(spectrogram, bank))
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=1)


def _bands_of_spectrogram(spectrogram, bank):
    spectrogram = np.ascontiguousarray(spectrogram, dtype=bank.weights.dtype)
    if spectrogram.ndim == 2:
        return mel_bands(spectrogram, bank.first_bins, bank.ends, bank.weights)
    return np.stack([_bands_of_spectrogram(channel, bank) for channel in spectrogram])
