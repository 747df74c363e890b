"""Mel spectrograms of signals in memory, a swap-in for librosa's."""

import warnings
from functools import lru_cache
from numbers import Integral, Real

import numpy as np
from scipy.fft import rfft
from scipy.signal import get_window

from mmsk._kernels.audio import LANES, mel_bands, power_spectrogram, turned_signal
from mmsk.audio._mel import mel_bank

#: Samples of frames transformed before their mel bands are summed: they stay in the cache.
SAMPLES_AT_ONCE = 4096 * LANES

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
    UserWarning
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
    taper = _taper(window, n_fft if win_length is None else win_length, n_fft)
    channels = []
    for channel in y.reshape(-1, y.shape[-1]):
        hops = _in_hops(channel, n_fft, hop_length, center, pad_mode)
        channels.append(_bands_of_signal(hops, taper, power, bank))
    return np.stack(channels).reshape(*y.shape[:-1], *channels[0].shape)


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
            stacklevel=3,
        )
    return bank


def _taper(window, win_length, n_fft):
    """The window, in the middle of ``n_fft`` samples."""
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


def _in_hops(y, n_fft, hop_length, center, pad_mode):
    """The signal with its margins, a row per hop; all that the frames need, and no more."""
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


def _bands_of_signal(hops, taper, power, bank):
    n_overlapping = (len(taper) - 1) // hops.shape[1]
    n_frames = len(hops) - n_overlapping
    n_at_once = LANES * max(1, SAMPLES_AT_ONCE // (LANES * len(taper)))
    pieces = []
    for start in range(0, n_frames, n_at_once):
        stop = min(start + n_at_once, n_frames)
        spectrogram = _power_spectrogram(hops[start : stop + n_overlapping], taper)
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


def _power_spectrogram(hops, taper):
    n_fft = len(taper)
    hop_length = hops.shape[1]
    n_frames = len(hops) - (n_fft - 1) // hop_length
    if n_fft > 1 and n_fft.bit_count() == 1:
        return power_spectrogram(turned_signal(hops), taper, n_frames, *_butterflies(n_fft))
    signal = np.ravel(hops)
    frames = np.lib.stride_tricks.sliding_window_view(signal, n_fft)[::hop_length][:n_frames]
    spectrum = rfft(frames * taper)  # in float64, as the kernel
    return (spectrum.real**2 + spectrum.imag**2).T.astype(hops.dtype)


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
