"""Functionals: a fixed set of statistics over all low-level descriptors of a voice."""

from numbers import Integral, Real

import numpy as np

from mmsk._utils.sklearn_private import Interval
from mmsk.audio._frames import frame_lengths
from mmsk.audio._functionals import functional_names, functionals
from mmsk.audio._melspectrogram import decibels, levelled, melspectrogram
from mmsk.audio._mfcc import mfcc
from mmsk.audio._pitch import (
    PitchTrack,
    check_pitches,
    harmonics_db,
    levels_db,
    pitch_reach,
    pitch_track,
    semitones_of,
    voiced_frames,
)
from mmsk.audio._sound_transformer import SoundTransformer
from mmsk.audio._spectral_statistics import own_statistics
from mmsk.audio._stretches import blocks, described, gathered, moments

_N_MELS = 40
_ROLLOFF = 0.85
_SPECTRAL = ("centroid", "bandwidth", "rolloff", "flatness", "flux", "zero_crossings")
_VOICE = ("level_db", "pitch_st", "periodicity", "hnr_db")


class AudioFunctionals(SoundTransformer):
    """Statistics over spectrum, loudness, pitch and voicing of a recording, and their deltas.

    Parameters
    ----------
    n_mfcc : int, default=13
        Mel-frequency cepstral coefficients, at most 40.
    lowest_hz, highest_hz : float, default=60, 600
        Pitches that are looked for; the highest is at most a quarter of ``rate_hz``.
    threshold : float, default=0.2
        Aperiodicity of YIN below which a frame is voiced, between 0 and 1.
    window_s : float, default=0.032
        Length of a frame in seconds.
    hop_s : float, default=0.010
        Time from one frame to the next, in seconds.
    rate_hz : int, default=16000
        Rate that recordings are resampled to, and that bare arrays have.
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
        If a parameter is out of its range, or pitches out of order, in ``fit``.
    DecodeError
        If a recording cannot be read, and ``on_error="raise"``.

    See Also
    --------
    Prosody : Few features of the voice, each with a name that speaks.

    Notes
    -----
    The set is mmsk's own, and is that of no other program. Its ``n_mfcc + 10`` descriptors of
    a frame are

    - ``mfcc_00`` and on, in decibels, as `MFCC`;
    - ``centroid``, ``bandwidth``, ``rolloff`` (of 85 %), ``flatness``, ``flux`` and
      ``zero_crossings``, as `SpectralStatistics`;
    - ``level_db``, ``pitch_st`` (semitones above 27.5 Hz), ``periodicity`` (1 less the
      aperiodicity of YIN, at least 0) and ``hnr_db``, as `Prosody`. Between voiced stretches
      the pitch goes on along a line, and beyond the outermost it is held; without any voice
      it is 0.

    Each has 12 functionals: standard deviation, skewness and excess kurtosis, percentiles
    5, 25, 50, 75 and 95; mean, slope of a line of least squares per second, share of the
    frames that lie above the one before, and place of the highest frame from 0 (the first)
    to 1 (the last). The first eight are taken of the deltas too (slopes over five frames,
    per frame). A row is float32 of ``20 * (n_mfcc + 10)`` features, 460 by default.

    A series that does not change has skewness, kurtosis, slope, share and place 0, so that
    silence and recordings of one sample have finite features, as all present recordings.
    A missing sample is a row of NaN.

    References
    ----------
    B. Schuller, A. Batliner (2013), "Computational Paralinguistics: Emotion, Affect and
    Personality in Speech and Language Processing", Wiley: the scheme of descriptors,
    deltas and functionals.

    Examples
    --------
    A tone that goes up by an octave in a second.

    >>> import numpy as np
    >>> from mmsk.audio import AudioFunctionals
    >>> pitch_hz = 200 * 2 ** (np.arange(16000) / 16000)
    >>> tone = np.sin(2 * np.pi * np.cumsum(pitch_hz) / 16000)
    >>> row = AudioFunctionals().set_output(transform="pandas").fit_transform([tone]).iloc[0]
    >>> len(row), float(row["pitch_st_slope_per_s"].round())
    (460, 12.0)
    """

    _parameter_constraints = {
        **SoundTransformer._parameter_constraints,
        "n_mfcc": [Interval(Integral, 1, _N_MELS, closed="both")],
        "lowest_hz": [Interval(Real, 0, None, closed="neither")],
        "highest_hz": [Interval(Real, 0, None, closed="neither")],
        "threshold": [Interval(Real, 0, 1, closed="neither")],
        "window_s": [Interval(Real, 0, None, closed="neither")],
        "hop_s": [Interval(Real, 0, None, closed="neither")],
        "rate_hz": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        n_mfcc=13,
        lowest_hz=60,
        highest_hz=600,
        threshold=0.2,
        window_s=0.032,
        hop_s=0.010,
        rate_hz=16000,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.n_mfcc = n_mfcc
        self.lowest_hz = lowest_hz
        self.highest_hz = highest_hz
        self.threshold = threshold
        self.window_s = window_s
        self.hop_s = hop_s
        self.rate_hz = rate_hz
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _fit_cells(self, cells):
        check_pitches(self.lowest_hz, self.highest_hz, self.rate_hz)

    def _feature_names(self):
        cepstrum = [f"mfcc_{k:02d}" for k in range(self.n_mfcc)]
        return functional_names([*cepstrum, *_SPECTRAL, *_VOICE])

    def _extract(self, sound):
        lengths = frame_lengths(self.window_s, self.hop_s, self.rate_hz)
        lengths["win_length"] += lengths["win_length"] % 2  # all series have as many frames
        rows = self._series(self._own(sound[0], lengths))
        return functionals(rows, lengths["hop_length"] / self.rate_hz).ravel()

    def _own(self, samples, lengths):
        """What each frame says by itself: mel levels, spectrum, level, and pitch."""
        mean = moments(blocks(samples))[0]
        n_window, hop_length = lengths["win_length"], lengths["hop_length"]
        pitches = {"lowest_hz": self.lowest_hz, "highest_hz": self.highest_hz}

        def own(stretch):
            stretch = stretch.astype(np.float64)
            bands = melspectrogram(y=stretch, sr=self.rate_hz, n_mels=_N_MELS, **lengths)
            spectral = own_statistics(
                stretch,
                self.rate_hz,
                n_window=n_window,
                hop_length=hop_length,
                rolloff=_ROLLOFF,
            )
            track = pitch_track(
                stretch - mean,
                self.rate_hz,
                win_length=n_window,
                hop_length=hop_length,
                threshold=self.threshold,
                **pitches,
            )
            n_plain = len(_SPECTRAL) + 1  # and the root mean square
            return np.hstack(
                [decibels(bands).T, spectral[:, :n_plain], np.stack(track, axis=1)]
            )

        reach = max(
            lengths["n_fft"] // 2 + hop_length,  # flux looks at the frame before
            pitch_reach(self.rate_hz, n_window, self.lowest_hz),
        )
        return described(samples, hop_length, reach, own)

    def _series(self, rows):
        """All series, array or Spool of shape (n_frames, n_mfcc + 10)."""
        loudest = max(block[:, :_N_MELS].max() for block in blocks(rows))
        voice_at = _N_MELS + len(_SPECTRAL)
        told = np.concatenate([block[:, voice_at:] for block in blocks(rows)])
        voice = self._voice(levels_db(told[:, 0]), PitchTrack(*told[:, 1:].T))
        flux_at = _SPECTRAL.index("flux")

        def series():
            start = 0
            for block in blocks(rows):
                cepstrum = mfcc(S=levelled(block[:, :_N_MELS].T, loudest), n_mfcc=self.n_mfcc)
                spectral = block[:, _N_MELS:voice_at].copy()
                if start == 0:  # the first frame has no flux: the second's
                    spectral[0, flux_at] = rows[:2][-1, _N_MELS + flux_at]
                stop = start + len(block)
                yield np.hstack([cepstrum.T, spectral, voice[start:stop]])
                start = stop

        return gathered(series())

    def _voice(self, levels, track):
        """Level, pitch, periodicity and harmonics to noise, of shape (n_frames, 4)."""
        frames = np.arange(len(levels))
        voiced = np.flatnonzero(voiced_frames(track, levels, self.threshold))
        pitch = np.zeros(len(levels))
        if len(voiced):
            semitones = semitones_of(self.rate_hz / track.periods[voiced])
            pitch = np.interp(frames, voiced, semitones)
        periodicity = np.maximum(1 - track.aperiodicity, 0)
        return np.stack([levels, pitch, periodicity, harmonics_db(track.repeating)], axis=1)
