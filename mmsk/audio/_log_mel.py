"""Log-mel spectrograms: how loud each band of hearing is."""

from numbers import Integral, Real

import numpy as np

from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk.audio._frames import frame_lengths
from mmsk.audio._melspectrogram import decibels, levelled, melspectrogram
from mmsk.audio._pooling import POOLINGS, pooled, pooled_names
from mmsk.audio._sound_transformer import SoundTransformer
from mmsk.audio._stretches import described, highest, mapped


class LogMel(SoundTransformer):
    """Levels of the mel bands of a recording in decibels, summed up over time.

    Parameters
    ----------
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
        ``"statistics"``: of each band the mean and standard deviation, the standard
        deviation of its deltas (slopes over five frames), and the mean in each of
        ``mmsk.audio._stretches.N_PARTS`` equal stretches of time. ``"mean"``: the mean
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

    Raises
    ------
    ValueError
        If a parameter is out of its range, in ``fit``.
    DecodeError
        If a recording cannot be read, and ``on_error="raise"``.

    Warns
    -----
    NarrowFiltersWarning
        If mel filters are narrower than a bin, so that their bands are always silent.

    See Also
    --------
    MFCC : The same bands decorrelated and cut to a few numbers.

    Notes
    -----
    A row is float32 of ``8 * n_mels`` (or ``n_mels``, ``6 * n_mels`` or ``20 * n_mels``)
    features: decibels of a power of 1, or
    decibels per frame for deltas. The levels of a frame are those of
    ``librosa.power_to_db(librosa.feature.melspectrogram(...))`` within 1e-3 dB, with
    ``win_length`` and ``hop_length`` of as many samples: at least -100 dB, which is digital
    silence, and at least 80 dB below the recording's loudest band. All features of a
    present recording are finite. Frames are centred on their times and silence lies beyond
    both ends, so a recording of one sample has one frame; its deviations and deltas are 0.
    A missing sample is a row of NaN.

    References
    ----------
    S. S. Stevens, J. Volkmann, E. B. Newman (1937), "A scale for the measurement of the
    psychological magnitude pitch", Journal of the Acoustical Society of America 8(3),
    185-190.

    M. Slaney (1998), "Auditory Toolbox: A MATLAB toolbox for auditory modeling work",
    Interval Research Corporation, technical report 1998-010.

    Examples
    --------
    Half of the amplitude is 6 dB less in each band that the tone reaches.

    >>> import numpy as np
    >>> from mmsk.audio import LogMel
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)
    >>> extractor = LogMel(n_mels=8, pooling="mean").set_output(transform="pandas")
    >>> extractor.fit_transform([tone, tone / 2])["mel_02_mean"].round().tolist()
    [18.0, 12.0]
    """

    _parameter_constraints = {
        **SoundTransformer._parameter_constraints,
        "n_mels": [Interval(Integral, 1, None, closed="left")],
        "window_s": [Interval(Real, 0, None, closed="neither")],
        "hop_s": [Interval(Real, 0, None, closed="neither")],
        "rate_hz": [Interval(Integral, 1, None, closed="left")],
        "pooling": [StrOptions(POOLINGS)],
    }

    def __init__(
        self,
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
        self.n_mels = n_mels
        self.window_s = window_s
        self.hop_s = hop_s
        self.rate_hz = rate_hz
        self.pooling = pooling
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _feature_names(self):
        return pooled_names(
            [f"mel_{band:02d}" for band in range(self.n_mels)], self.pooling, self.hop_s
        )

    def _extract(self, sound):
        return pooled(self._rows(sound[0]), self.pooling, self.hop_s)

    def _sequence(self, sound):
        return np.asarray(self._rows(sound[0]))

    def _rows(self, samples):
        lengths = frame_lengths(self.window_s, self.hop_s, self.rate_hz)
        return log_mel_rows(samples, self.rate_hz, self.n_mels, **lengths)


def log_mel_rows(samples, rate_hz, n_mels, *, n_fft, win_length, hop_length):
    """The levels of `LogMel`, before they are pooled.

    Parameters
    ----------
    samples : ndarray or Spool of shape (n_samples,), floating
        At least one, all finite.
    rate_hz, n_mels, n_fft, win_length, hop_length : int
        ``n_fft`` is even.

    Returns
    -------
    levels : ndarray or Spool of shape (n_frames, n_mels), of the dtype of ``samples``
        In decibels. They are gone over twice, since the loudest has a say in the softest.
    """
    lengths = {"n_fft": n_fft, "win_length": win_length, "hop_length": hop_length}

    def own_levels(stretch):
        return decibels(melspectrogram(y=stretch, sr=rate_hz, n_mels=n_mels, **lengths)).T

    levels = described(samples, hop_length, n_fft // 2, own_levels)
    loudest = highest(levels)
    return mapped(lambda block: levelled(block, loudest), levels)
