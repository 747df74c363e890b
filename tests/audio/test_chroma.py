"""Equality with librosa, and music by hand; the rest is in tests/test_common.py."""

import librosa
import numpy as np
import pytest
import scipy.signal

from mmsk.audio import Chroma
from mmsk.audio._chroma import chroma_frames, chroma_weights

RATE_HZ = 16000
TIME_S = np.arange(RATE_HZ) / RATE_HZ
NOISE = 0.1 * np.random.default_rng(0).normal(size=RATE_HZ)
NAMES = ["c", "cs", "d", "ds", "e", "f", "fs", "g", "gs", "a", "as", "b"]


def tone(hz):
    return np.sin(2 * np.pi * hz * TIME_S)


SIGNALS = {
    "noise": NOISE,
    "tone over faint noise": tone(440) + 1e-3 * NOISE,
    "chord": tone(261.63) + tone(329.63) + tone(392.0),
    "chirp": scipy.signal.chirp(TIME_S, 20, 1, 7900),
    "silence, then noise": np.where(TIME_S < 0.5, 0, NOISE),
    "silence": np.zeros(RATE_HZ),
}
SETTINGS = [(2048, 2048, 512), (4096, 3001, 700), (512, 512, 160)]


def means_of(*signals):
    return Chroma(pooling="mean").fit_transform(list(signals))


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize(("n_fft", "win_length", "hop_length"), SETTINGS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_frames_are_librosas(signal, n_fft, win_length, hop_length, dtype):
    samples = SIGNALS[signal].astype(dtype)
    lengths = {"n_fft": n_fft, "win_length": win_length, "hop_length": hop_length}
    expected = librosa.feature.chroma_stft(y=samples, sr=RATE_HZ, tuning=0, **lengths)
    found = chroma_frames(samples, RATE_HZ, **lengths)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize(("rate_hz", "n_fft"), [(16000, 2048), (44100, 4096), (8000, 2)])
def test_the_weights_are_librosas(rate_hz, n_fft):
    expected = librosa.filters.chroma(sr=rate_hz, n_fft=n_fft, dtype=np.float64)
    np.testing.assert_allclose(chroma_weights(rate_hz, n_fft), expected, atol=1e-12)


@pytest.mark.parametrize("semitone", range(12))
@pytest.mark.parametrize("octave", [4, 5, 6])
def test_a_note_is_of_its_class_in_every_octave(semitone, octave):
    hz = 440 * 2 ** ((semitone - 9) / 12 + octave - 4)
    extractor = Chroma(pooling="mean").fit([NOISE])
    row = extractor.transform([tone(hz)])[0]
    assert extractor.get_feature_names_out()[row.argmax()] == f"chroma_{NAMES[semitone]}_mean"


def test_a_chord_holds_its_three_classes():
    (row,) = means_of(SIGNALS["chord"])
    assert {NAMES[k] for k in np.argsort(row)[-3:]} == {"c", "e", "g"}


def test_a_semitone_up_turns_the_classes_by_one():
    chord, higher = (sum(tone(220 * 2 ** ((n + up) / 12)) for n in (3, 7, 10)) for up in (0, 1))
    rows = means_of(chord, higher)
    np.testing.assert_allclose(np.roll(rows[0], 1), rows[1], atol=0.15)


@pytest.mark.parametrize("gain", [1e-3, 8.0])
def test_loudness_does_not_count(gain):
    rows = means_of(SIGNALS["chord"], gain * SIGNALS["chord"])
    np.testing.assert_allclose(rows[1], rows[0], atol=1e-5)


def test_silence_is_nought_in_all_classes():
    np.testing.assert_array_equal(
        Chroma().fit_transform([np.zeros(RATE_HZ)]), np.zeros((1, 96))
    )


@pytest.mark.parametrize("n_samples", [1, 2, 100, 2047])
@pytest.mark.parametrize("level", [1e-30, 0.1, 1e6])
def test_recordings_shorter_than_a_window_have_finite_features(n_samples, level):
    (row,) = Chroma().fit_transform([level * np.ones(n_samples)])
    assert np.isfinite(row).all()


@pytest.mark.parametrize(
    ("name", "value"), [("window_s", 0), ("hop_s", -1), ("rate_hz", 0), ("pooling", "max")]
)
def test_wrong_parameters_are_refused(name, value):
    with pytest.raises(ValueError, match=f"'{name}' parameter of Chroma"):
        Chroma(**{name: value}).fit([NOISE])
