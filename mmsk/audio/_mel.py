"""The mel scale, and triangular filters on it."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

# Slaney's scale: linear below 1000 Hz (mel 15), then 27 mels for each factor of 6.4
_HZ_PER_MEL = 200 / 3
_KNEE_HZ = 1000.0
_KNEE_MEL = _KNEE_HZ / _HZ_PER_MEL
_LOG_STEP = np.log(6.4) / 27


class MelBank(NamedTuple):
    """A filter bank without its zeros, as `mmsk._kernels.audio.mel_bands` takes it.

    Attributes
    ----------
    first_bins, ends : ndarray of shape (n_mels,), intp
    weights : ndarray of shape (n_weights,), floating
    n_empty : int
        Filters that hold no bin, because they are narrower than one.
    """

    first_bins: np.ndarray
    ends: np.ndarray
    weights: np.ndarray
    n_empty: int


@lru_cache(maxsize=32)
def mel_bank(n_fft, dtype, filters):
    """The filters of `mel_filters`, kept for the next recording.

    Parameters
    ----------
    n_fft : int
    dtype : numpy.dtype
        Of the weights handed out.
    filters : tuple of (str, object)
        The other arguments of `mel_filters`, hashable.

    Returns
    -------
    bank : MelBank
        Read-only arrays.
    """
    weights = mel_filters(n_fft=n_fft, **dict(filters))
    widths = np.count_nonzero(weights, axis=1)
    bank = MelBank(
        first_bins=(weights != 0).argmax(axis=1),
        ends=widths.cumsum(),
        weights=weights[weights != 0].astype(dtype),
        n_empty=int((widths == 0).sum()),
    )
    for array in bank[:3]:
        array.setflags(write=False)
    return bank


def mel_filters(
    *,
    sr,
    n_fft,
    n_mels=128,
    fmin=0.0,
    fmax=None,
    htk=False,
    norm="slaney",
    dtype=np.float32,
):
    """Triangular filters, evenly spaced in mel; as ``librosa.filters.mel``.

    Parameters
    ----------
    sr : float
        Sampling rate in hertz.
    n_fft : int
        Length of the Fourier transform in samples.
    n_mels : int, default=128
    fmin, fmax : float, default=0.0, None
        Band covered, in hertz; None is half of ``sr``.
    htk : bool, default=False
        Whether the scale is that of HTK rather than Slaney's.
    norm : {"slaney", None} or float, default="slaney"
        ``"slaney"`` divides each filter by half its width in hertz; a number scales it to
        unit l_p norm; None leaves the peak at 1.
    dtype : dtype, default=numpy.float32

    Returns
    -------
    weights : ndarray of shape (n_mels, 1 + n_fft // 2)
        The bins of a filter are neighbours.

    References
    ----------
    M. Slaney (1998), "Auditory Toolbox: A MATLAB toolbox for auditory modeling work",
    Interval Research Corporation, technical report 1998-010.
    """
    if sr <= 0 or n_mels < 1:
        raise ValueError(f"sr and n_mels must be positive, got sr={sr}, n_mels={n_mels}")
    fmax = sr / 2 if fmax is None else fmax
    if not 0 <= fmin < fmax:
        raise ValueError(f"mel filters need 0 <= fmin < fmax, got fmin={fmin}, fmax={fmax}")
    mels = np.linspace(_hz_to_mel(fmin, htk), _hz_to_mel(fmax, htk), int(n_mels) + 2)
    corners_hz = _mel_to_hz(mels, htk)
    widths_hz = np.diff(corners_hz)[:, None]
    ramps_hz = np.subtract.outer(corners_hz, np.fft.rfftfreq(n_fft, 1 / sr))
    rising = -ramps_hz[:-2] / widths_hz[:-1]
    falling = ramps_hz[2:] / widths_hz[1:]
    weights = np.maximum(0, np.minimum(rising, falling)).astype(dtype)
    return _normalised(weights, norm, corners_hz)


def _normalised(weights, norm, corners_hz):
    if norm is None:
        return weights
    if isinstance(norm, str):
        if norm != "slaney":
            raise ValueError(f"norm must be 'slaney', None or a number, got {norm!r}")
        weights *= (2.0 / (corners_hz[2:] - corners_hz[:-2]))[:, None]
        return weights
    lengths = np.linalg.norm(weights.astype(np.float64), norm, axis=1, keepdims=True)
    lengths[lengths < np.finfo(weights.dtype).tiny] = 1.0  # an empty filter stays empty
    return (weights / lengths).astype(weights.dtype)


def _hz_to_mel(frequency_hz, htk):
    if htk:
        return 2595.0 * np.log10(1.0 + frequency_hz / 700.0)
    if frequency_hz < _KNEE_HZ:
        return frequency_hz / _HZ_PER_MEL
    return _KNEE_MEL + np.log(frequency_hz / _KNEE_HZ) / _LOG_STEP


def _mel_to_hz(mels, htk):
    if htk:
        return 700.0 * (10.0 ** (mels / 2595.0) - 1.0)
    above = _KNEE_HZ * np.exp(_LOG_STEP * (mels - _KNEE_MEL))
    return np.where(mels >= _KNEE_MEL, above, mels * _HZ_PER_MEL)
