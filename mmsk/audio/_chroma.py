"""Chroma: how much of a sound falls on each of the twelve pitch classes."""

from functools import lru_cache
from numbers import Integral, Real

import numpy as np

from mmsk._utils.sklearn_private import Interval, StrOptions
from mmsk.audio._frames import frame_lengths, spectrograms, window_taper
from mmsk.audio._pooling import POOLINGS, pooled, pooled_names
from mmsk.audio._sound_transformer import SoundTransformer
from mmsk.audio._stretches import described

_CLASSES = ("c", "cs", "d", "ds", "e", "f", "fs", "g", "gs", "a", "as", "b")
_A0_HZ = 27.5  # octaves are counted from here, so that 440 Hz is 4
_CENTRE_OCTAVE = 5.0  # 880 Hz counts most, as in librosa
_OCTAVE_SPREAD = 2.0  # octaves from there to where a bin counts exp(-1/2)


class Chroma(SoundTransformer):
    """Shares of the twelve pitch classes of a recording, summed up over time.

    Parameters
    ----------
    window_s : float, default=0.128
        Length of a Hann window in seconds. It is transformed with the next power of two
        of samples. A semitone at 200 Hz is 12 Hz wide, which needs a long window.
    hop_s : float, default=0.032
        Time from one frame to the next, in seconds.
    rate_hz : int, default=16000
        Rate that recordings are resampled to, and that bare arrays have.
    pooling : {"statistics", "mean", "modulation", "functionals"}, default="statistics"
        ``"statistics"``: of each class the mean and standard deviation, the standard
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

    See Also
    --------
    Prosody : The pitch of one voice.

    Notes
    -----
    A class of a frame is the sum of its powers, each weighted by how near its frequency is
    to that class in any octave (a Gaussian of half a semitone; all classes of a bin have
    unit length together) and how near to 880 Hz (a Gaussian of two octaves), divided by the
    largest class of the frame: 0 to 1, however loud. Classes start at C, and A is 440 Hz.

    A row is float32 of 96 (or 12, 60 or 240) features, 0 to 1, or per frame for deltas. A
    frame of digital silence is 0 in all classes. Frames are centred on their times and
    silence lies beyond both ends, so a recording of one sample has one frame; its deviations
    and deltas are 0. All features of a present recording are finite. A missing sample is a
    row of NaN.

    The frames are those of ``librosa.feature.chroma_stft`` 0.11 with ``tuning=0`` within
    1e-4, with ``win_length`` and ``hop_length`` of as many samples. Bins below the lowest
    semitone that the window tells apart belong to no class in earnest: choose ``window_s``
    by the lowest note.

    References
    ----------
    T. Fujishima (1999), "Realtime chord recognition of musical sound: a system using Common
    Lisp Music", International Computer Music Conference, 464-467.

    D. P. W. Ellis (2007), "Chroma feature analysis and synthesis", LabROSA, Columbia
    University: the weights, as in librosa.

    Examples
    --------
    The same note in two octaves is of the same class.

    >>> import numpy as np
    >>> from mmsk.audio import Chroma
    >>> time_s = np.arange(16000) / 16000
    >>> notes = [np.sin(2 * np.pi * hz * time_s) for hz in (440, 880)]
    >>> extractor = Chroma(pooling="mean").fit(notes)
    >>> extractor.get_feature_names_out()[extractor.transform(notes).argmax(axis=1)]
    array(['chroma_a_mean', 'chroma_a_mean'], dtype=object)
    """

    _parameter_constraints = {
        **SoundTransformer._parameter_constraints,
        "window_s": [Interval(Real, 0, None, closed="neither")],
        "hop_s": [Interval(Real, 0, None, closed="neither")],
        "rate_hz": [Interval(Integral, 1, None, closed="left")],
        "pooling": [StrOptions(POOLINGS)],
    }

    def __init__(
        self,
        window_s=0.128,
        hop_s=0.032,
        rate_hz=16000,
        pooling="statistics",
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.window_s = window_s
        self.hop_s = hop_s
        self.rate_hz = rate_hz
        self.pooling = pooling
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _feature_names(self):
        return pooled_names([f"chroma_{name}" for name in _CLASSES], self.pooling, self.hop_s)

    def _extract(self, sound):
        return pooled(self._rows(sound[0]), self.pooling, self.hop_s)

    def _sequence(self, sound):
        return np.asarray(self._rows(sound[0]))

    def _rows(self, samples):
        lengths = frame_lengths(self.window_s, self.hop_s, self.rate_hz)
        return described(
            samples,
            lengths["hop_length"],
            lengths["n_fft"] // 2,
            lambda stretch: chroma_frames(stretch, self.rate_hz, **lengths).T,
        )


def chroma_frames(samples, rate_hz, *, n_fft, win_length, hop_length):
    """The classes of `Chroma` over time, before they are pooled.

    Parameters
    ----------
    samples : ndarray of shape (n_samples,), floating
        At least one, all finite.
    rate_hz, n_fft, win_length, hop_length : int

    Returns
    -------
    classes : ndarray of shape (12, n_frames), of the dtype of ``samples``
        From 0 to 1, which is the largest of each frame that is not silent.
    """
    taper = window_taper("hann", win_length, n_fft)
    weights = chroma_weights(rate_hz, n_fft).astype(samples.dtype)
    pieces = [weights @ power for power in spectrograms(samples, taper, hop_length)]
    classes = np.concatenate(pieces, axis=1)
    largest = classes.max(axis=0)
    # as librosa: what is next to nothing is left as it is, rather than blown up
    return classes / np.where(largest < np.finfo(classes.dtype).tiny, 1, largest)


@lru_cache(maxsize=32)
def chroma_weights(rate_hz, n_fft):
    """How much each bin of a spectrum counts for each pitch class.

    Parameters
    ----------
    rate_hz, n_fft : int

    Returns
    -------
    weights : ndarray of shape (12, 1 + n_fft // 2), float64
        As of ``librosa.filters.chroma``; read-only.
    """
    frequencies_hz = np.arange(1, n_fft) * (rate_hz / n_fft)
    semitones = 12 * np.log2(frequencies_hz / _A0_HZ)
    semitones = np.concatenate([[semitones[0] - 18], semitones])  # 0 Hz: an octave and a half
    widths = np.append(np.maximum(np.diff(semitones), 1.0), 1.0)
    from_a = np.subtract.outer(np.arange(-9, 3), semitones)  # classes begin at C
    away = np.mod(from_a + 6, 12) - 6
    weights = np.exp(-0.5 * (2 * away / widths) ** 2)
    weights /= np.linalg.norm(weights, axis=0)
    octaves = semitones / 12 - _CENTRE_OCTAVE
    weights *= np.exp(-0.5 * (octaves / _OCTAVE_SPREAD) ** 2)
    weights = np.ascontiguousarray(weights[:, : 1 + n_fft // 2])
    weights.setflags(write=False)
    return weights
