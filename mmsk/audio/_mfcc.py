"""Mel-frequency cepstral coefficients: the shape of a sound's spectrum in a few numbers."""

import inspect
from functools import lru_cache
from numbers import Integral, Real

import numpy as np
from scipy.fft import dct

from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk.audio._frames import frame_lengths
from mmsk.audio._log_mel import log_mel_rows
from mmsk.audio._mel import mel_filters
from mmsk.audio._melspectrogram import decibels, levelled, melspectrogram
from mmsk.audio._pooling import POOLINGS, pooled, pooled_names
from mmsk.audio._sound_transformer import SoundTransformer
from mmsk.audio._stretches import mapped


class MFCC(SoundTransformer):
    """Mel-frequency cepstral coefficients of a recording, summed up over time.

    Parameters
    ----------
    n_mfcc : int, default=13
        Coefficients kept, from the 0th (loudness) on; at most ``n_mels``.
    n_mels : int, default=40
        Bands of the mel filter bank, which covers 0 Hz to half of ``rate_hz``.
    window_s : float, default=0.032
        Length of a Hann window in seconds. It is transformed with the next power of two
        of samples.
    hop_s : float, default=0.010
        Time from one frame to the next, in seconds.
    rate_hz : int, default=16000
        Rate that recordings are resampled to, and that bare arrays have.
    pooling : {"statistics", "mean", "modulation", "functionals"}, default="statistics"
        ``"statistics"``: of each coefficient the mean and standard deviation, the standard
        deviation of its deltas (slopes over five frames; their mean would only compare
        both ends), and the mean in each of ``mmsk.audio._stretches.N_PARTS`` equal stretches of
        time, which tell what came first. ``"mean"``: the mean
        alone. ``"modulation"``: the mean, and the deviation within each octave of modulation
        frequency from 1, 2, 4, 8 and 16 Hz on (of windows of 2 s), as far as they lie below
        half the rate of frames: how much it goes up and down, how fast. ``"functionals"``: the
        twenty of `AudioFunctionals`.
    n_jobs : int or None, default=None
        Recordings read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a recording is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        Whether a recording that cannot be read stops ``transform`` or is a row of NaN.

    Attributes
    ----------
    n_features_in_ : int

    See Also
    --------
    mfcc : The coefficients of every frame.

    Notes
    -----
    A row is float32 of ``8 * n_mfcc`` (or ``n_mfcc``, ``6 * n_mfcc`` or ``20 * n_mfcc``)
    features: decibels, or decibels per frame for deltas. Frames are centred on their times
    and silence lies beyond both ends, so a recording of one sample has one frame; its
    deviations and deltas are 0. Digital silence counts as -100 dB in every band: all
    features are finite. A missing sample is a row of NaN.

    References
    ----------
    S. Davis, P. Mermelstein (1980), "Comparison of parametric representations for
    monosyllabic word recognition in continuously spoken sentences", IEEE Transactions on
    Acoustics, Speech, and Signal Processing 28(4), 357-366.

    S. Furui (1986), "Speaker-independent isolated word recognition using dynamic features
    of speech spectrum", IEEE Transactions on Acoustics, Speech, and Signal Processing
    34(1), 52-59.

    Examples
    --------
    A low and a high tone differ in the first coefficient, the tilt of the spectrum.

    >>> import numpy as np
    >>> from mmsk.audio import MFCC
    >>> time_s = np.arange(16000) / 16000
    >>> tones = [np.sin(2 * np.pi * hz * time_s) for hz in (200, 4000)]
    >>> extractor = MFCC(n_mfcc=2, pooling="mean")
    >>> extractor.fit_transform(tones)[:, 1].round()
    array([ 75., -26.], dtype=float32)
    >>> extractor.get_feature_names_out()
    array(['mfcc_00_mean', 'mfcc_01_mean'], dtype=object)
    """

    _parameter_constraints = {
        **SoundTransformer._parameter_constraints,
        "n_mfcc": [Interval(Integral, 1, None, closed="left")],
        "n_mels": [Interval(Integral, 1, None, closed="left")],
        "window_s": [Interval(Real, 0, None, closed="neither")],
        "hop_s": [Interval(Real, 0, None, closed="neither")],
        "rate_hz": [Interval(Integral, 1, None, closed="left")],
        "pooling": [StrOptions(POOLINGS)],
    }

    def __init__(
        self,
        n_mfcc=13,
        n_mels=40,
        window_s=0.032,
        hop_s=0.010,
        rate_hz=16000,
        pooling="statistics",
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.n_mfcc = n_mfcc
        self.n_mels = n_mels
        self.window_s = window_s
        self.hop_s = hop_s
        self.rate_hz = rate_hz
        self.pooling = pooling
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_cells(self, cells):
        if self.n_mfcc > self.n_mels:
            raise ValueError(
                f"n_mfcc={self.n_mfcc} coefficients need as many bands, "
                f"got n_mels={self.n_mels}"
            )

    def _feature_names(self):
        numbers = [f"{number:02d}" for number in range(self.n_mfcc)]
        names = pooled_names([f"mfcc_{number}" for number in numbers], self.pooling, self.hop_s)
        # what is said of deltas is "delta_00_std" here
        return [_renamed(name) for name in names]

    def _extract(self, sound):
        return pooled(self._rows(sound[0]), self.pooling, self.hop_s)

    def _sequence(self, sound):
        return np.asarray(self._rows(sound[0]))

    def _rows(self, samples):
        lengths = frame_lengths(self.window_s, self.hop_s, self.rate_hz)
        levels = log_mel_rows(samples, self.rate_hz, self.n_mels, **lengths)
        return mapped(lambda block: mfcc(S=block.T, n_mfcc=self.n_mfcc).T, levels)


def _renamed(name):
    number, delta, pool = name.removeprefix("mfcc_").partition("_delta_")
    return f"delta_{number}_{pool}" if delta else name


def mfcc(
    *,
    y=None,
    sr=22050,
    S=None,
    n_mfcc=20,
    dct_type=2,
    norm="ortho",
    lifter=0,
    mel_norm="slaney",
    **kwargs,
):
    """Mel-frequency cepstral coefficients of every frame; as ``librosa.feature.mfcc``.

    Parameters
    ----------
    y : ndarray of shape (..., n_samples), floating, or None
        Finite samples; leading dimensions are channels, each worked on by itself.
    sr : float, default=22050
        Sampling rate in hertz.
    S : ndarray of shape (..., n_mels, n_frames) or None
        A mel spectrogram in decibels to transform, instead of ``y``.
    n_mfcc : int, default=20
        Coefficients kept, at most ``n_mels`` of them.
    dct_type : {1, 2, 3}, default=2
        Type of the discrete cosine transform.
    norm : {"ortho", None}, default="ortho"
        Scaling of the transform, as in ``scipy.fft.dct``.
    lifter : float, default=0
        If positive, coefficient ``n`` is multiplied by
        ``1 + lifter / 2 * sin(pi * (n + 1) / lifter)``.
    mel_norm : {"slaney", None} or float, default="slaney"
        As ``norm`` of `melspectrogram`.
    **kwargs : dict
        The other arguments of `melspectrogram`: ``n_fft``, ``hop_length``, ``n_mels``…

    Returns
    -------
    coefficients : ndarray of shape (..., n_mfcc, n_frames), float32 or float64
        In decibels; float64 if ``y``, ``S`` or ``dtype`` is.

    Raises
    ------
    ValueError
        As `melspectrogram`, and for a negative ``lifter``.
    TypeError
        For an unknown keyword.

    See Also
    --------
    MFCC : One row of features per recording.

    Notes
    -----
    Within 1e-3 dB of librosa with ``norm="ortho"`` and ``lifter=0``; other settings scale
    values and deviations alike. Powers below 1e-10 and bands 80 dB below the loudest of
    the channel are levelled, as in librosa 1.0; 0.11 took the loudest of all channels.

    References
    ----------
    S. Davis, P. Mermelstein (1980), "Comparison of parametric representations for
    monosyllabic word recognition in continuously spoken sentences", IEEE Transactions on
    Acoustics, Speech, and Signal Processing 28(4), 357-366.

    Examples
    --------
    >>> import numpy as np
    >>> from mmsk.audio import mfcc
    >>> coefficients = mfcc(y=np.zeros(22050, np.float32), n_mfcc=3)
    >>> coefficients.shape, float(coefficients[0, 0].round())
    ((3, 44), -1131.0)
    """
    if lifter < 0:
        raise ValueError(f"lifter must not be negative, got {lifter}")
    if S is None:
        levels = decibels(melspectrogram(y=y, sr=sr, norm=mel_norm, **kwargs))
        levels = levelled(levels, levels.max(axis=(-2, -1), keepdims=True))
    else:
        _check_keywords(kwargs)
        levels = np.asarray(S)
        levels = levels.astype(np.result_type(levels, np.float32), copy=False)
    cosines = _cosines(levels.shape[-2], n_mfcc, dct_type, norm, lifter)
    # summed in float64: 128 bands of -100 dB would be off by 1e-3 dB
    return (cosines @ levels).astype(levels.dtype, copy=False)


def _check_keywords(kwargs):
    """Keywords are of no use beside ``S``, as in librosa, but a misspelt one is an error."""
    known = {*inspect.signature(melspectrogram).parameters, *mel_filters.__kwdefaults__}
    for name in kwargs:
        if name not in known:
            raise TypeError(f"mfcc() got an unexpected keyword argument {name!r}")


@lru_cache(maxsize=32)
def _cosines(n_mels, n_mfcc, dct_type, norm, lifter):
    """The discrete cosine transform and the lifter as one matrix of (n_mfcc, n_mels)."""
    matrix = dct(np.eye(n_mels), axis=0, type=dct_type, norm=norm)[:n_mfcc]
    if lifter > 0:
        numbers = np.arange(1, 1 + len(matrix))
        matrix *= (1 + lifter / 2 * np.sin(np.pi * numbers / lifter))[:, None]
    matrix.setflags(write=False)
    return matrix
