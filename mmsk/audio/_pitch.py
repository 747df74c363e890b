"""The pitch of a voice over time, and the cycles it is made of."""

from typing import NamedTuple

import numpy as np

from mmsk._kernels.pitch import cycles, lag_differences, yin_track
from mmsk.audio._stretches import FRAMES_AT_ONCE

_LAGS_AT_ONCE = 1 << 17  # differences held at a time: they stay in the cache

_REFERENCE_HZ = 27.5  # semitones are counted from here, the lowest A of a piano
_SOFTEST_RMS = 1e-5  # -100 dB: what silence counts as, as in the other features
_RANGE_DB = 80.0  # softer than this below the loudest frame is levelled
_VOICE_RANGE_DB = 30.0  # softer frames than this below the loudest are not voiced
_HARMONIC_SHARES = (1e-2, 1 - 1e-4)  # -20 to 40 dB of harmonics to noise


class PitchTrack(NamedTuple):
    """What `pitch_track` gives, a number for each frame.

    Attributes
    ----------
    periods : ndarray of shape (n_frames,), float64
        In samples; a guess where the frame does not repeat.
    aperiodicity : ndarray of shape (n_frames,), float64
        Of YIN: 0 where a frame repeats exactly, about 1 where it does not, or is silent.
    repeating : ndarray of shape (n_frames,), float64
        Share of the power that repeats after a period, from 0 to 1.
    """

    periods: np.ndarray
    aperiodicity: np.ndarray
    repeating: np.ndarray


def check_pitches(lowest_hz, highest_hz, rate_hz):
    """Raise ValueError if pitches are out of order, or too high to be told apart."""
    if not lowest_hz < highest_hz <= rate_hz / 4:
        raise ValueError(
            f"pitches need lowest_hz < highest_hz <= rate_hz / 4, got lowest_hz={lowest_hz}, "
            f"highest_hz={highest_hz}, rate_hz={rate_hz}"
        )


def pitch_reach(rate_hz, win_length, lowest_hz):
    """How far from its centre a frame of `pitch_track` looks at most, in samples."""
    return win_length + _n_lags(rate_hz, lowest_hz)


def _n_lags(rate_hz, lowest_hz):
    return int(np.ceil(rate_hz / lowest_hz)) + 2  # the longest has neighbours too


def pitch_track(samples, rate_hz, *, win_length, hop_length, lowest_hz, highest_hz, threshold):
    """Periods by YIN.

    Parameters
    ----------
    samples : ndarray of shape (n_samples,), float64
        At least one, all finite.
    rate_hz, win_length, hop_length : int
        Samples per second, compared at each lag, and from one frame to the next.
    lowest_hz, highest_hz : float
        The highest is at most a quarter of ``rate_hz``.
    threshold : float
        Aperiodicity below which the first dip is taken.

    Returns
    -------
    track : PitchTrack
        Of ``1 + n_samples // hop_length`` frames, centred on their times; silence lies
        beyond both ends.
    """
    n_lags = _n_lags(rate_hz, lowest_hz)
    n_frames = 1 + len(samples) // hop_length
    n_needed = win_length + n_lags - 1  # samples that a frame looks at
    signal = np.zeros((n_frames - 1) * hop_length + n_needed)
    before = n_needed // 2
    used = samples[: len(signal) - before]
    signal[before : before + len(used)] = used
    pieces = []
    n_at_once = max(1, _LAGS_AT_ONCE // n_lags)
    for first in range(0, n_frames, n_at_once):
        n_now = min(n_at_once, n_frames - first)
        start = first * hop_length
        stretch = signal[start : start + (n_now - 1) * hop_length + n_needed]
        differences = lag_differences(stretch, hop_length, n_now, win_length, n_lags)
        shortest = int(rate_hz / highest_hz)
        pieces.append(
            yin_track(stretch, differences, hop_length, win_length, shortest, threshold)
        )
    return PitchTrack(*np.concatenate(pieces).T)


def levels_db(rms):
    """Levels of frames in decibels of 1.

    Parameters
    ----------
    rms : ndarray of shape (n_frames,), float64

    Returns
    -------
    levels : ndarray of shape (n_frames,), float64
        At least -100, and at least 80 below the loudest.
    """
    levels = 20 * np.log10(np.maximum(rms, _SOFTEST_RMS))
    return np.maximum(levels, levels.max() - _RANGE_DB)


def loud_frames(levels, range_db):
    """Which frames are no silence, and at most so much softer than the loudest.

    Parameters
    ----------
    levels : ndarray of shape (n_frames,), float64
        As `levels_db` gives them.
    range_db : float

    Returns
    -------
    is_loud : ndarray of shape (n_frames,), bool
    """
    silence_db = 20 * np.log10(_SOFTEST_RMS)
    return (levels >= levels.max() - range_db) & (levels > silence_db)


def voiced_frames(track, levels, threshold):
    """Which frames repeat, and are at most 30 dB softer than the loudest.

    Parameters
    ----------
    track : PitchTrack
    levels : ndarray of shape (n_frames,), float64
        As `levels_db` gives them.
    threshold : float
        Of the aperiodicity.

    Returns
    -------
    is_voiced : ndarray of shape (n_frames,), bool
    """
    return (track.aperiodicity < threshold) & loud_frames(levels, _VOICE_RANGE_DB)


def semitones_of(pitch_hz):
    """Semitones above 27.5 Hz."""
    return 12 * np.log2(pitch_hz / _REFERENCE_HZ)


def harmonics_db(repeating):
    """Harmonics to noise, from the share of the power that repeats: -20 to 40 dB."""
    share = np.clip(repeating, *_HARMONIC_SHARES)
    return 10 * np.log10(share / (1 - share))


def voiced_stretches(is_voiced):
    """First frames, and the ends, of stretches of frames.

    Parameters
    ----------
    is_voiced : ndarray of shape (n_frames,), bool

    Returns
    -------
    stretches : ndarray of shape (n_stretches, 2), intp
    """
    edges = np.diff(np.concatenate([[False], is_voiced, [False]]).astype(np.int8))
    return np.stack([np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)], axis=1)


def perturbations(samples, mean, periods, stretches, hop_length):
    """Jitter and shimmer: how much neighbouring cycles differ.

    Parameters
    ----------
    samples : ndarray or Spool of shape (n_samples,), floating
    mean : float
        Taken off the samples.
    periods : ndarray of shape (n_frames,), float64
        In samples.
    stretches : ndarray of shape (n_stretches, 2), intp
    hop_length : int

    Returns
    -------
    jitter, shimmer : float
        Mean absolute difference of the lengths, or heights, of neighbouring cycles, by the
        mean length, or height. 0 where no stretch has two cycles. One of more than
        `FRAMES_AT_ONCE` frames counts as several.
    """
    found = [np.zeros((2, 0))]
    for first, stop in _cut(stretches):
        begin = max(first * hop_length - hop_length // 2, 0)
        end = max(min(stop * hop_length - hop_length // 2, len(samples)), begin)
        voice = samples[begin:end].astype(np.float64) - mean
        found.append(np.stack(cycles(voice, 0, len(voice), periods[first:stop], hop_length)))
    changes = np.concatenate([np.abs(np.diff(pair, axis=1)) for pair in found], axis=1)
    if changes.shape[1] == 0:
        return 0.0, 0.0
    means = np.concatenate(found, axis=1).mean(axis=1)
    return tuple(changes.mean(axis=1) / np.where(means > 0, means, 1))


def _cut(stretches):
    for first, stop in stretches:
        for start in range(first, stop, FRAMES_AT_ONCE):
            yield start, min(start + FRAMES_AT_ONCE, stop)
