"""Frames as a set of descriptors: log-mel planes and cepstra, without the silence."""

import numpy as np

from mmsk.audio._frames import frame_lengths
from mmsk.audio._log_mel import log_mel_rows
from mmsk.audio._mfcc import mfcc
from mmsk.audio._stretches import blocks, delta_blocks, mapped, moments


def sounding(levels, silence_db):
    """Which frames are not much softer than the loudest.

    Parameters
    ----------
    levels : ndarray or Spool of shape (n_frames, n_mels), floating
        In decibels.
    silence_db : float or None
        How much softer than the loudest frame a frame may be; None takes all.

    Returns
    -------
    sounds : ndarray of shape (n_frames,), bool
        True of one frame at least.
    """
    if silence_db is None:
        return np.ones(len(levels), dtype=bool)
    powers = [
        (10.0 ** (block.astype(np.float64) / 10)).mean(axis=1) for block in blocks(levels)
    ]
    loudness = 10 * np.log10(np.concatenate(powers))
    return loudness >= loudness.max() - silence_db


def trimmed(levels, silence_db):
    """Frames without the soft ones at either end, as `sounding` tells them.

    Parameters
    ----------
    levels : ndarray or Spool of shape (n_frames, n_mels), floating
    silence_db : float or None

    Returns
    -------
    levels : ndarray of shape (n_kept, n_mels), floating
    """
    sounds = np.flatnonzero(sounding(levels, silence_db))
    return levels[sounds[0] : sounds[-1] + 1]


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
    samples : ndarray or Spool of shape (n_samples,), floating
    rate_hz, n_mels : int
    window_s, hop_s : float
    silence_db : float or None
        As of `sounding`.

    Returns
    -------
    levels : ndarray of shape (n_mels, n_frames), of the dtype of ``samples``
        In decibels, in memory.
    """
    lengths = frame_lengths(window_s, hop_s, rate_hz)
    return trimmed(log_mel_rows(samples, rate_hz, n_mels, **lengths), silence_db).T


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
    sound : (ndarray or Spool of shape (n_samples,), int)
        Samples, floating, at ``rate_hz``.

    Returns
    -------
    descriptors : ndarray of shape (n_frames, 2 * n_mfcc), float32
        Coefficients, then deltas; in memory.
    positions : ndarray of shape (n_frames, 1), float32
        Places among the frames that sound, 0..1, in the middle of each frame's share.
    """
    lengths = frame_lengths(extractor.window_s, extractor.hop_s, extractor.rate_hz)
    levels = log_mel_rows(sound[0], extractor.rate_hz, extractor.n_mels, **lengths)
    sounds = sounding(levels, extractor.silence_db)
    cepstra = mapped(
        lambda block: mfcc(S=block.T, n_mfcc=extractor.n_mfcc).T.astype(np.float64), levels
    )
    ends = np.cumsum([len(block) for block in blocks(cepstra)])[:-1]
    parts = np.split(sounds, ends)
    mean = 0.0
    if extractor.subtract_mean:
        pairs = zip(blocks(cepstra), parts, strict=True)
        mean, _ = moments(block[part] for block, part in pairs if part.any())
    descriptors = [
        np.hstack([block - mean, slopes])[part].astype(np.float32)
        for block, slopes, part in zip(
            blocks(cepstra), delta_blocks(cepstra), parts, strict=True
        )
    ]
    descriptors = np.concatenate(descriptors)
    places = (np.arange(len(descriptors)) + 0.5) / len(descriptors)
    return descriptors, places[:, None].astype(np.float32)
