"""Prosody: the pitch, the voice, the loudness and the pace of speech."""

from numbers import Integral, Real

import numpy as np
from scipy.ndimage import maximum_filter1d
from scipy.signal import find_peaks

from mmsk._utils.sklearn_private import Interval
from mmsk.audio._frames import frame_lengths, frame_rms
from mmsk.audio._pitch import (
    PitchTrack,
    check_pitches,
    harmonics_db,
    levels_db,
    loud_frames,
    perturbations,
    pitch_reach,
    pitch_track,
    semitones_of,
    voiced_frames,
    voiced_stretches,
)
from mmsk.audio._sound_transformer import SoundTransformer
from mmsk.audio._stretches import blocks, described, moments

_PAUSE_DB = 25.0  # softer frames than this below the loudest are pauses
_SYLLABLE_S = 0.1  # loudness is smoothed over as much before its peaks are counted
_DIP_DB = 2.0  # between two syllables, as de Jong and Wempe

_NAMES = (
    *("voiced_share", "voiced_per_s", "voiced_length_s"),
    *("pitch_mean_hz", "pitch_std_hz", "pitch_mean_st", "pitch_std_st"),
    *("pitch_p10_st", "pitch_p50_st", "pitch_p90_st"),
    *("pitch_slope_st_per_s", "pitch_change_st_per_s"),
    *("jitter", "shimmer", "hnr_mean_db", "hnr_std_db"),
    *("level_mean_db", "level_std_db", "level_p10_db", "level_p50_db", "level_p90_db"),
    *("level_slope_db_per_s", "level_change_db_per_s"),
    *("pause_share", "syllables_per_s"),
)


class Prosody(SoundTransformer):
    """Pitch, voice quality, loudness and pace of a recording of one voice.

    Parameters
    ----------
    lowest_hz, highest_hz : float, default=60, 600
        Pitches that are looked for; the highest is at most a quarter of ``rate_hz``. A
        range that fits the voices costs fewer octave errors.
    threshold : float, default=0.2
        Aperiodicity of YIN below which a frame is voiced, between 0 and 1: about the share
        of noise in its power. YIN's own 0.1 is for clean recordings.
    window_s : float, default=0.032
        Length of what is compared at each period, in seconds; about two of the longest
        periods, for a steady pitch.
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
    MFCC : What is said, rather than how.

    Notes
    -----
    A recording's mean is taken off. A frame is voiced if its aperiodicity is below
    ``threshold`` and it is at most 30 dB softer than the loudest. A row is float32 of 25
    features:

    - ``voiced_share`` of the frames, 0 to 1; ``voiced_per_s``, stretches of voiced frames
      per second; ``voiced_length_s``, their mean length;
    - ``pitch``: mean and standard deviation over voiced frames in Hz, the same and the
      percentiles 10, 50 and 90 in semitones above 27.5 Hz; the slope of a line through all
      of them; the mean absolute change from one voiced frame to the next, both in
      semitones per second;
    - ``jitter`` and ``shimmer``: mean absolute difference of the lengths, and of the heights
      (highest less lowest sample), of neighbouring cycles by their mean; cycles are found
      by correlation with the next;
    - ``hnr``: harmonics to noise, ``10 * log10(r / (1 - r))`` with ``r`` the share of a voiced
      frame's power that repeats after a period, from -20 to 40 dB: mean and deviation;
    - ``level``: root mean square of the frames in decibels of 1, at least -100 and at least
      80 below the loudest: mean, deviation, percentiles, slope and mean absolute change;
    - ``pause_share`` of the frames, those 25 dB below the loudest; ``syllables_per_s``: peaks
      of the level, smoothed over 0.1 s, that rise 2 dB from the dips around them, are no
      pauses and have a voiced frame within 0.05 s, per second. It is a proxy: no sound is
      told from another.

    **Without voice** (silence, noise) all features of pitch, jitter, shimmer and hnr are 0,
    and so is ``voiced_share``, which tells that from a low pitch. Digital silence has level
    -100 and ``pause_share`` 1. All features of a present recording are finite, of one sample
    too. A missing sample is a row of NaN. But for mean and percentiles of the level, a gain
    changes nothing, unless frames fall below -100 dB.

    The pitch of a sine is right within 0.5 %, by a parabola through the difference
    function. The fixed window is the paper's; ``librosa.yin`` 0.11 lets frames end in zeros,
    so that the two agree on steady voices within 1 %, not exactly.

    References
    ----------
    A. de Cheveigné, H. Kawahara (2002), "YIN, a fundamental frequency estimator for speech
    and music", Journal of the Acoustical Society of America 111(4), 1917-1930.

    P. Boersma (1993), "Accurate short-term analysis of the fundamental frequency and the
    harmonics-to-noise ratio of a sampled sound", Institute of Phonetic Sciences, University
    of Amsterdam, Proceedings 17, 97-110: harmonics to noise, here from YIN's differences.

    N. H. de Jong, T. Wempe (2009), "Praat script to detect syllable nuclei and measure
    speech rate automatically", Behavior Research Methods 41(2), 385-390.

    Examples
    --------
    A tone that goes up by an octave in a second.

    >>> import numpy as np
    >>> from mmsk.audio import Prosody
    >>> pitch_hz = 200 * 2 ** (np.arange(16000) / 16000)
    >>> tone = np.sin(2 * np.pi * np.cumsum(pitch_hz) / 16000)
    >>> row = Prosody().set_output(transform="pandas").fit_transform([tone]).iloc[0]
    >>> float(row["voiced_share"].round(1)), float(row["pitch_slope_st_per_s"].round())
    (1.0, 12.0)
    """

    _parameter_constraints = {
        **SoundTransformer._parameter_constraints,
        "lowest_hz": [Interval(Real, 0, None, closed="neither")],
        "highest_hz": [Interval(Real, 0, None, closed="neither")],
        "threshold": [Interval(Real, 0, 1, closed="neither")],
        "window_s": [Interval(Real, 0, None, closed="neither")],
        "hop_s": [Interval(Real, 0, None, closed="neither")],
        "rate_hz": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
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
        return list(_NAMES)

    def _extract(self, sound):
        samples, _ = sound
        mean = moments(blocks(samples))[0]
        hop_length = frame_lengths(self.window_s, self.hop_s, self.rate_hz)["hop_length"]
        # four numbers a frame are held of any recording
        *track, rms = np.ascontiguousarray(np.asarray(self._tracked(samples, mean)).T)
        track, levels = PitchTrack(*track), levels_db(rms)
        is_voiced = voiced_frames(track, levels, self.threshold)
        hop_s = hop_length / self.rate_hz
        found = {
            **_voicing(is_voiced, hop_s),
            **_pitch(self.rate_hz / track.periods, is_voiced, hop_s),
            **_quality(samples, mean, track, is_voiced, hop_length),
            **_loudness(levels, hop_s),
            **_pace(levels, is_voiced, hop_s),
        }
        return np.array([found[name] for name in _NAMES])

    def _tracked(self, samples, mean):
        """Of each frame the pitch, as `PitchTrack`, and the root mean square."""
        lengths = frame_lengths(self.window_s, self.hop_s, self.rate_hz)
        n_window, hop_length = lengths["win_length"], lengths["hop_length"]

        def tracked(stretch):
            stretch = stretch.astype(np.float64) - mean
            track = pitch_track(
                stretch,
                self.rate_hz,
                win_length=n_window,
                hop_length=hop_length,
                lowest_hz=self.lowest_hz,
                highest_hz=self.highest_hz,
                threshold=self.threshold,
            )
            # an even window has a frame for each of the track
            return np.stack(
                [*track, frame_rms(stretch, n_window + n_window % 2, hop_length)], axis=1
            )

        reach = pitch_reach(self.rate_hz, n_window, self.lowest_hz)
        return described(samples, hop_length, reach, tracked)


def _voicing(is_voiced, hop_s):
    n_stretches = len(voiced_stretches(is_voiced))
    return {
        "voiced_share": is_voiced.mean(),
        "voiced_per_s": n_stretches / (len(is_voiced) * hop_s),
        "voiced_length_s": is_voiced.sum() * hop_s / max(n_stretches, 1),
    }


def _pitch(pitch_hz, is_voiced, hop_s):
    if not is_voiced.any():
        return {name: 0.0 for name in _NAMES if name.startswith("pitch_")}
    semitones = semitones_of(pitch_hz)
    changes = np.abs(np.diff(semitones))[is_voiced[1:] & is_voiced[:-1]]
    voiced = semitones[is_voiced]
    return {
        "pitch_mean_hz": pitch_hz[is_voiced].mean(),
        "pitch_std_hz": pitch_hz[is_voiced].std(),
        "pitch_mean_st": voiced.mean(),
        "pitch_std_st": voiced.std(),
        **_percentiles("pitch", "st", voiced),
        "pitch_slope_st_per_s": _slope(np.flatnonzero(is_voiced) * hop_s, voiced),
        "pitch_change_st_per_s": changes.mean() / hop_s if len(changes) else 0.0,
    }


def _quality(samples, mean, track, is_voiced, hop_length):
    stretches = voiced_stretches(is_voiced)
    jitter, shimmer = perturbations(samples, mean, track.periods, stretches, hop_length)
    ratios_db = harmonics_db(track.repeating[is_voiced]) if is_voiced.any() else np.zeros(1)
    return {
        "jitter": jitter,
        "shimmer": shimmer,
        "hnr_mean_db": ratios_db.mean(),
        "hnr_std_db": ratios_db.std(),
    }


def _loudness(levels, hop_s):
    changes = np.abs(np.diff(levels))
    return {
        "level_mean_db": levels.mean(),
        "level_std_db": levels.std(),
        **_percentiles("level", "db", levels),
        "level_slope_db_per_s": _slope(np.arange(len(levels)) * hop_s, levels),
        "level_change_db_per_s": changes.mean() / hop_s if len(changes) else 0.0,
    }


def _pace(levels, is_voiced, hop_s):
    is_loud = loud_frames(levels, _PAUSE_DB)
    n_smoothed = 2 * int(_SYLLABLE_S / hop_s / 2) + 1
    weights = np.hanning(n_smoothed + 2)[1:-1]
    held = np.pad(levels, n_smoothed // 2, mode="edge")
    smooth = np.convolve(held, weights / weights.sum(), mode="valid")
    # of peaks of one height, each would rise from the silence: let the last be the highest
    smooth += 1e-6 * np.arange(len(smooth))
    # silence beyond both ends, so that a lone syllable is a peak
    peaks, _ = find_peaks(np.pad(smooth, 1, constant_values=-1e3), prominence=_DIP_DB)
    # the loudest frame of a hoarse syllable may be none of its voiced ones
    has_voice = maximum_filter1d(is_voiced, n_smoothed)
    is_syllable = has_voice[peaks - 1] & is_loud[peaks - 1]
    return {
        "pause_share": 1 - is_loud.mean(),
        "syllables_per_s": is_syllable.sum() / (len(levels) * hop_s),
    }


def _percentiles(name, unit, values):
    points = np.percentile(values, [10, 50, 90])
    labels = [f"{name}_p{percent}_{unit}" for percent in (10, 50, 90)]
    return dict(zip(labels, points, strict=True))


def _slope(times_s, values):
    """Of the line of least squares; 0 for one value."""
    times_s = times_s - times_s.mean()
    return (times_s @ values) / max(times_s @ times_s, 1e-12)
