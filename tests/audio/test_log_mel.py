"""Equality with librosa, and what only LogMel does; the rest is in tests/test_common.py."""

import librosa
import numpy as np
import pytest
import scipy.signal

from mmsk.audio import LogMel
from mmsk.audio._log_mel import log_mel_rows

RATE_HZ = 16000
TIME_S = np.arange(RATE_HZ) / RATE_HZ
NOISE = 0.1 * np.random.default_rng(0).normal(size=RATE_HZ)
SIGNALS = {
    "noise": NOISE,
    "tone over faint noise": np.sin(2 * np.pi * 440 * TIME_S) + 1e-4 * NOISE,
    "chirp": scipy.signal.chirp(TIME_S, 20, 1, 7900),
    "faint noise on an offset": 0.5 + 1e-3 * NOISE,
    "silence, then noise": np.where(TIME_S < 0.5, 0, NOISE),
    "silence": np.zeros(RATE_HZ),
}
SETTINGS = [
    {"n_mels": 40, "n_fft": 512, "win_length": 512, "hop_length": 160},
    {"n_mels": 24, "n_fft": 512, "win_length": 401, "hop_length": 80},
    {"n_mels": 128, "n_fft": 2048, "win_length": 2048, "hop_length": 512},
]


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_frames_are_librosas(signal, settings, dtype):
    samples = SIGNALS[signal].astype(dtype)
    bands = librosa.feature.melspectrogram(y=samples, sr=RATE_HZ, **settings)
    found = log_mel_rows(samples, RATE_HZ, **settings).T
    assert found.dtype == dtype
    np.testing.assert_allclose(found, librosa.power_to_db(bands), atol=1e-3, rtol=0)


def test_the_class_pools_the_frames():
    samples = NOISE.astype(np.float32)
    extractor = LogMel().fit([samples])
    row = dict(
        zip(extractor.get_feature_names_out(), extractor.transform([samples])[0], strict=True)
    )
    frames = log_mel_rows(samples, RATE_HZ, **SETTINGS[0]).T.astype(np.float64)
    held = np.pad(frames[7], 2, mode="edge")
    slopes = np.convolve(held, [0.2, 0.1, 0, -0.1, -0.2], mode="valid")
    assert row["mel_07_mean"] == pytest.approx(frames[7].mean(), rel=1e-6)
    assert row["mel_07_std"] == pytest.approx(frames[7].std(), rel=1e-6)
    assert row["mel_07_delta_std"] == pytest.approx(slopes.std(), rel=1e-6)
    assert row["mel_07_part2"] == pytest.approx(frames[7, 20:40].mean(), rel=1e-6)


def test_a_gain_moves_all_means_alike_and_nothing_else():
    soft, loud = LogMel().fit_transform([(NOISE / 4), NOISE]).astype(np.float64)
    is_level = ["std" not in name for name in LogMel().fit([NOISE]).get_feature_names_out()]
    np.testing.assert_allclose(loud - soft, 20 * np.log10(4) * np.array(is_level), atol=1e-3)


def test_silence_is_the_softest_level_in_every_band():
    (row,) = LogMel(n_mels=8).fit_transform([np.zeros(RATE_HZ)])
    np.testing.assert_allclose(row, [-100] * 8 + [0] * 16 + [-100] * 40, atol=1e-4)


def test_the_mean_is_the_first_of_the_statistics():
    mean = LogMel(pooling="mean").fit([NOISE])
    statistics = LogMel().fit([NOISE])
    assert list(mean.get_feature_names_out()) == list(statistics.get_feature_names_out()[:40])
    np.testing.assert_array_equal(
        mean.transform([NOISE]), statistics.transform([NOISE])[:, :40]
    )


@pytest.mark.parametrize("n_samples", [1, 2, 100, 511])
@pytest.mark.parametrize("level", [0, 1e-30, 0.1, 1e6])
def test_recordings_shorter_than_a_window_have_finite_features(n_samples, level):
    (row,) = LogMel().fit_transform([level * np.ones(n_samples)])
    assert np.isfinite(row).all()


@pytest.mark.parametrize(
    ("name", "value"),
    [("n_mels", 0), ("window_s", 0), ("hop_s", -1), ("rate_hz", 0), ("pooling", "max")],
)
def test_wrong_parameters_are_refused(name, value):
    with pytest.raises(ValueError, match=f"'{name}' parameter of LogMel"):
        LogMel(**{name: value}).fit([NOISE])
