"""Recordings described in stretches, and summed up in blocks, have the numbers of the whole."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from mmsk._kernels.audio import deltas
from mmsk.audio import (
    MFCC,
    AudioFunctionals,
    Chroma,
    FisherVector,
    LogMel,
    PatchEncoder,
    Prosody,
    SpeakerVector,
    SpectralStatistics,
)
from mmsk.audio import _stretches as stretches
from mmsk.io import _spool
from mmsk.union import MediaUnion
from mmsk.video import AudioTrack

RATE_HZ = 16000
RNG = np.random.default_rng(0)


def voice(seconds):
    """A voice that comes and goes, over faint noise and an offset."""
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    pitch_hz = 170 * 2 ** (0.25 * np.sin(2 * np.pi * 0.8 * time_s))
    turns = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    tones = sum(np.sin(n * turns) / n for n in range(1, 9))
    loudness = np.maximum(np.sin(2 * np.pi * 0.7 * time_s), 0)
    noise = RNG.normal(size=len(time_s))
    return (0.1 * loudness * tones + 1e-3 * noise + 0.01).astype(np.float32)


VOICE = voice(2)
EXTRACTORS = [
    MFCC(),
    LogMel(pooling="mean"),
    SpectralStatistics(),
    SpectralStatistics(window_s=401 / RATE_HZ, hop_s=1 / 32),  # a frame has a spectrum only
    Chroma(),
    Prosody(),
    AudioFunctionals(),
    PatchEncoder(n_centroids=20),
    FisherVector(n_components=4),
    SpeakerVector(n_components=4, n_dims=3),
]


def cut_short(monkeypatch, *, n_frames):
    """Stretches of so many frames, and next to nothing in memory."""
    monkeypatch.setattr(stretches, "FRAMES_AT_ONCE", n_frames)
    monkeypatch.setattr(_spool, "MOST_BYTES", 1)


@pytest.mark.parametrize("extractor", EXTRACTORS, ids=repr)
@pytest.mark.parametrize("n_frames", [1, 7, 64])
def test_a_recording_in_stretches_has_the_features_of_the_whole(
    extractor, n_frames, monkeypatch
):
    sounds = [VOICE, VOICE[:5000], VOICE[:1]]
    expected = extractor.fit(sounds[:2]).transform(sounds)
    cut_short(monkeypatch, n_frames=n_frames)
    np.testing.assert_allclose(extractor.transform(sounds), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("extractor", [MFCC(), SpectralStatistics(), Chroma()], ids=repr)
def test_a_sequence_in_stretches_is_that_of_the_whole(extractor, monkeypatch):
    expected = extractor._sequence((VOICE, RATE_HZ))
    cut_short(monkeypatch, n_frames=16)
    found = extractor._sequence((VOICE, RATE_HZ))
    assert type(found) is np.ndarray
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_members_of_a_union_share_samples_that_are_not_in_memory(monkeypatch):
    members = [("mfcc", MFCC()), ("voice", Prosody())]
    sound = (np.repeat(VOICE, 3), 3 * RATE_HZ)
    expected = MediaUnion(members).fit_transform([sound])
    cut_short(monkeypatch, n_frames=50)
    found = MediaUnion(members).fit_transform([sound])
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_the_sound_of_a_film_may_be_long_too(monkeypatch):
    expected = MFCC().fit_transform([VOICE])
    cut_short(monkeypatch, n_frames=50)
    found = AudioTrack(MFCC()).fit_transform([(VOICE, RATE_HZ)])
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("extractor", EXTRACTORS[:5], ids=repr)
def test_memory_does_not_grow_with_length(extractor, monkeypatch, tmp_path):
    paths = []
    for seconds in (10, 60):
        paths.append(tmp_path / f"{seconds}.wav")
        soundfile.write(paths[-1], np.resize(VOICE, seconds * RATE_HZ), RATE_HZ)
    cut_short(monkeypatch, n_frames=64)
    monkeypatch.setattr("mmsk.io._audio._BLOCK_S", 1)
    extractor.fit_transform(paths[:1])  # compiles, and fills caches
    peaks = []
    for path in paths:
        tracemalloc.start()
        extractor.transform([path])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]


# Blocks of rows


@given(st.integers(1, 40), st.integers(1, 50), st.integers(0, 99))
def test_moments_of_blocks_are_those_of_all(n_rows, n_at_once, seed):
    rows = 1e6 + np.random.default_rng(seed).normal(size=(n_rows, 3))
    some = (rows[start : start + n_at_once] for start in range(0, n_rows, n_at_once))
    means, deviations = stretches.moments(some)
    np.testing.assert_allclose(means, rows.mean(axis=0))
    np.testing.assert_allclose(deviations, rows.std(axis=0), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(("first", "stop"), [(0, None), (1, 23), (5, 6)])
@pytest.mark.parametrize("n_frames", [1, 4, 100])
def test_over_time_is_what_its_names_say(first, stop, n_frames, monkeypatch):
    rows = RNG.normal(size=(24, 2))
    monkeypatch.setattr(stretches, "FRAMES_AT_ONCE", n_frames)
    found = stretches.over_time(rows, first, stop)
    within = rows[first:stop]
    slopes = deltas(np.ascontiguousarray(within.T)).T
    starts = [part * len(within) // 5 for part in range(6)]
    parts = [within[a : max(b, a + 1)].mean(axis=0) for a, b in pairwise(starts)]
    expected = [within.mean(axis=0), within.std(axis=0), slopes.std(axis=0), *parts]
    assert len(stretches.POOLS) == len(expected)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_parts_by_hand():
    rows = np.array([[1.0], [2.0], [3.0], [4.0], [9.0], [0.0], [6.0]])
    assert stretches.over_time(rows)[3:].ravel().tolist() == [1, 2, 3.5, 9, 3]
    assert stretches.over_time(rows[:1]).ravel().tolist() == [1, 0, 0, 1, 1, 1, 1, 1]
