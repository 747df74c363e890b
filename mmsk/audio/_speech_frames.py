"""Frames as a set of descriptors: log-mel planes and cepstra, without the silence."""

import numpy as np

from mmsk._kernels.audio import deltas
from mmsk.audio._frames import frame_lengths
from mmsk.audio._log_mel import log_mel_frames
from mmsk.audio._mfcc import mfcc


def sounding(levels, silence_db):
    """Which frames are not much softer than the loudest.

    Parameters
    ----------
    levels : ndarray of shape (n_mels, n_frames), floating
        In decibels.
    silence_db : float or None
        How much softer than the loudest frame a frame may be; None takes all.

    Returns
    -------
    sounds : ndarray of shape (n_frames,), bool
        True of one frame at least.
    """
    if silence_db is None:
        return np.ones(levels.shape[1], dtype=bool)
    powers = 10 * np.log10((10.0 ** (levels.astype(np.float64) / 10)).mean(axis=0))
    return powers >= powers.max() - silence_db


def trimmed(levels, silence_db):
    """Frames without the soft ones at either end, as `sounding` tells them.

    Parameters
    ----------
    levels : ndarray of shape (n_mels, n_frames), floating
    silence_db : float or None

    Returns
    -------
    levels : ndarray of shape (n_mels, n_kept), floating
    """
    sounds = np.flatnonzero(sounding(levels, silence_db))
    return levels[:, sounds[0] : sounds[-1] + 1]


def stretched(levels, n_frames):
    """Frames, or as many as are wanted at least, interpolated along time.

    Parameters
    ----------
    levels : ndarray of shape (n_mels, n_given), floating
    n_frames : int

    Returns
    -------
    levels : ndarray of shape (n_mels, max(n_given, n_frames)), floating
    """
    n_given = levels.shape[1]
    if n_given >= n_frames:
        return levels
    places = np.linspace(0, n_given - 1, n_frames)
    before = places.astype(int)
    after = np.minimum(before + 1, n_given - 1)
    shares = (places - before).astype(levels.dtype)
    return levels[:, before] * (1 - shares) + levels[:, after] * shares


def mel_plane(samples, rate_hz, n_mels, window_s, hop_s, silence_db):
    """Levels of mel bands over time, from the first frame that sounds to the last.

    Parameters
    ----------
    samples : ndarray of shape (n_samples,), floating
    rate_hz, n_mels : int
    window_s, hop_s : float
    silence_db : float or None
        As of `sounding`.

    Returns
    -------
    levels : ndarray of shape (n_mels, n_frames), of the dtype of ``samples``
        In decibels.
    """
    lengths = frame_lengths(window_s, hop_s, rate_hz)
    return trimmed(log_mel_frames(samples, rate_hz, n_mels, **lengths), silence_db)


def check_coefficients(extractor):
    """Refuse more coefficients than bands.

    Parameters
    ----------
    extractor : estimator
        With ``n_mfcc`` and ``n_mels``.

    Raises
    ------
    ValueError
    """
    if extractor.n_mfcc > extractor.n_mels:
        raise ValueError(
            f"n_mfcc={extractor.n_mfcc} coefficients need as many bands, "
            f"got n_mels={extractor.n_mels}"
        )


def cepstral_frames(extractor, sound):
    """Cepstral coefficients and their deltas of the frames that sound, and their times.

    Parameters
    ----------
    extractor : estimator
        With ``rate_hz``, ``n_mfcc``, ``n_mels``, ``window_s``, ``hop_s``, ``silence_db`` (as of
        `sounding`; deltas are taken before frames are left out) and ``subtract_mean``
        (whether the mean of each coefficient is taken off).
    sound : (ndarray of shape (n_samples,), int)
        Samples, floating, at ``rate_hz``.

    Returns
    -------
    descriptors : ndarray of shape (n_frames, 2 * n_mfcc), float32
        Coefficients, then deltas.
    positions : ndarray of shape (n_frames, 1), float32
        Places among the frames that sound, 0..1, in the middle of each frame's share.
    """
    lengths = frame_lengths(extractor.window_s, extractor.hop_s, extractor.rate_hz)
    levels = log_mel_frames(sound[0], extractor.rate_hz, extractor.n_mels, **lengths)
    cepstra = mfcc(S=levels, n_mfcc=extractor.n_mfcc).astype(np.float64)
    both = np.concatenate([cepstra, deltas(cepstra)])
    both = both[:, sounding(levels, extractor.silence_db)].T
    if extractor.subtract_mean:
        both[:, : len(cepstra)] -= both[:, : len(cepstra)].mean(axis=0)
    places = (np.arange(len(both)) + 0.5) / len(both)
    return both.astype(np.float32), places[:, None].astype(np.float32)
