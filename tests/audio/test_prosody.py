"""Voices made to measure, and librosa's YIN; the rest is in tests/test_common.py."""

import librosa
import numpy as np
import pytest
import scipy.signal

from mmsk.audio import Prosody
from mmsk.audio._pitch import pitch_track, voiced_stretches

RATE_HZ = 16000
TIME_S = np.arange(2 * RATE_HZ) / RATE_HZ
VOICELESS = ("pitch", "jitter", "shimmer", "hnr", "voiced", "syllables")


def voice(pitch_hz=150, jitter=0, shimmer=0, noise=0, seed=0):
    """Pulses, of lengths and heights as irregular as wanted, through three resonances."""
    rng = np.random.default_rng(seed)
    pulses, place = np.zeros(len(TIME_S)), 10.0
    while place < len(TIME_S) - 2:
        sample, height = int(place), 1 + shimmer * rng.normal()
        pulses[sample] += height * (1 - place % 1)
        pulses[sample + 1] += height * (place % 1)
        place += RATE_HZ / pitch_hz * (1 + jitter * rng.normal())
    for centre_hz, width_hz in ((700, 130), (1200, 150), (2600, 200)):
        radius = np.exp(-np.pi * width_hz / RATE_HZ)
        turn = 2 * radius * np.cos(2 * np.pi * centre_hz / RATE_HZ)
        pulses = scipy.signal.lfilter([1], [1, -turn, radius**2], pulses)
    return 0.1 * (pulses / pulses.std() + noise * rng.normal(size=len(TIME_S)))


def sine(pitch_hz):
    return 0.5 * np.sin(
        2 * np.pi * np.cumsum(np.broadcast_to(pitch_hz, TIME_S.shape)) / RATE_HZ
    )


def rows_of(*signals, **parameters):
    extractor = Prosody(**parameters)
    rows = extractor.fit_transform(list(signals)).astype(np.float64)
    return [dict(zip(extractor.get_feature_names_out(), row, strict=True)) for row in rows]


def frames_of(signal, lowest_hz=60, highest_hz=600):
    settings = {"win_length": 512, "hop_length": 160, "threshold": 0.2}
    return pitch_track(signal, RATE_HZ, lowest_hz=lowest_hz, highest_hz=highest_hz, **settings)


@pytest.mark.parametrize("pitch_hz", [62, 80, 110.3, 220, 333.3, 440, 501.7, 590])
def test_the_pitch_of_a_sine_is_right_within_half_a_percent(pitch_hz):
    (row,) = rows_of(sine(pitch_hz))
    assert row["pitch_mean_hz"] == pytest.approx(pitch_hz, rel=0.005)
    assert row["pitch_p10_st"] == pytest.approx(12 * np.log2(pitch_hz / 27.5), abs=0.1)
    assert row["pitch_p90_st"] == pytest.approx(12 * np.log2(pitch_hz / 27.5), abs=0.1)
    assert row["voiced_share"] > 0.95
    assert row["jitter"] < 0.003
    assert row["shimmer"] < 0.02


@pytest.mark.parametrize("pitch_hz", [90, 150, 210.7, 300])
def test_the_pitch_of_a_voice_is_that_of_its_pulses_not_of_its_harmonics(pitch_hz):
    (row,) = rows_of(voice(pitch_hz, noise=0.1))
    assert row["pitch_mean_hz"] == pytest.approx(pitch_hz, rel=0.005)
    assert row["pitch_std_st"] < 0.1
    assert row["voiced_share"] > 0.95


def test_a_missing_fundamental_is_heard():
    (row,) = rows_of(sine(400) + sine(600) + sine(800))
    assert row["pitch_mean_hz"] == pytest.approx(200, rel=0.005)


def test_pitch_is_near_librosas_on_a_voice_that_wavers():
    contour_hz = 170 * 2 ** (0.25 * np.sin(2 * np.pi * 0.8 * TIME_S))
    signal = sum(sine(n * contour_hz) / n for n in range(1, 9))
    signal += 0.01 * np.random.default_rng(0).normal(size=len(signal))
    settings = {"frame_length": 1024, "hop_length": 160, "trough_threshold": 0.2}
    theirs_hz = librosa.yin(signal, fmin=60, fmax=600, sr=RATE_HZ, **settings)
    ours_hz = RATE_HZ / frames_of(signal).periods
    assert ours_hz.shape == theirs_hz.shape
    off = np.abs(ours_hz / theirs_hz - 1)[5:-5]
    assert np.median(off) < 0.005
    assert np.percentile(off, 95) < 0.02


@pytest.mark.parametrize("jitter", [0.005, 0.01, 0.02])
def test_jitter_is_the_mean_difference_of_neighbouring_cycles(jitter):
    (row,) = rows_of(voice(jitter=jitter))
    # of two normal numbers: 2 / sqrt(pi) standard deviations
    assert row["jitter"] == pytest.approx(jitter * 2 / np.sqrt(np.pi), rel=0.2)


@pytest.mark.parametrize("shimmer", [0.05, 0.1])
def test_shimmer_is_the_mean_difference_of_neighbouring_heights(shimmer):
    (row,) = rows_of(voice(shimmer=shimmer))
    assert row["shimmer"] == pytest.approx(shimmer * 2 / np.sqrt(np.pi), rel=0.2)


@pytest.mark.parametrize("hnr_db", [10, 15, 20])
def test_harmonics_to_noise_are_those_that_were_mixed(hnr_db):
    (row,) = rows_of(voice(noise=10 ** (-hnr_db / 20)))
    assert row["hnr_mean_db"] == pytest.approx(hnr_db, abs=1)


@pytest.mark.parametrize("octaves_per_s", [-0.5, 0.5])
def test_the_slope_is_in_semitones_per_second(octaves_per_s):
    (row,) = rows_of(sine(200 * 2 ** (octaves_per_s * TIME_S)))
    assert row["pitch_slope_st_per_s"] == pytest.approx(12 * octaves_per_s, rel=0.01)
    assert row["pitch_change_st_per_s"] == pytest.approx(6, rel=0.05)


@pytest.mark.parametrize("per_s", [2, 4, 5])
def test_syllables_are_counted(per_s):
    (row,) = rows_of(voice() * (0.05 + np.sin(np.pi * per_s * TIME_S) ** 2))
    assert row["syllables_per_s"] == pytest.approx(per_s, rel=0.05)


@pytest.mark.parametrize("signal", [voice(), sine(220), sine(100)])
def test_a_steady_tone_is_one_syllable(signal):
    (row,) = rows_of(signal)
    assert row["syllables_per_s"] == pytest.approx(0.5, rel=0.01)


def test_bursts_of_voice_are_stretches_and_the_rest_are_pauses():
    (row,) = rows_of(voice() * (np.sin(2 * np.pi * 1.5 * TIME_S) > 0))
    assert row["voiced_per_s"] == pytest.approx(1.5, rel=0.02)
    assert row["voiced_length_s"] == pytest.approx(1 / 3, abs=0.05)
    assert row["pause_share"] == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("offset", [0, 0.1])
def test_silence_has_no_voice_and_no_nan(offset):
    (row,) = rows_of(np.full(RATE_HZ, offset))
    for name, value in row.items():
        if name.startswith(VOICELESS):
            assert value == 0, name
    assert row["level_mean_db"] == pytest.approx(-100, abs=1e-4)
    assert row["pause_share"] == 1


def test_noise_has_no_voice_but_a_level():
    (row,) = rows_of(0.1 * np.random.default_rng(0).normal(size=RATE_HZ))
    assert {row[name] for name in row if name.startswith(VOICELESS)} == {0}
    assert row["level_mean_db"] == pytest.approx(-20, abs=0.2)
    assert row["pause_share"] == 0


@pytest.mark.parametrize("gain", [0.25, 2.0])
def test_a_gain_moves_the_level_and_nothing_else(gain):
    signal = voice(jitter=0.01, noise=0.1) * (0.1 + np.sin(np.pi * 3 * TIME_S) ** 2)
    plain, louder = rows_of(signal, gain * signal)
    moved = {"level_mean_db", "level_p10_db", "level_p50_db", "level_p90_db"}
    for name in plain:
        by = 20 * np.log10(gain) if name in moved else 0
        assert louder[name] == pytest.approx(plain[name] + by, rel=1e-5, abs=1e-4), name


@pytest.mark.parametrize("n_samples", [1, 2, 159, 160, 700])
@pytest.mark.parametrize("level", [0, 1e-30, 0.1, 1e6])
@pytest.mark.parametrize("window_s", [0.0001, 0.0321])
def test_recordings_shorter_than_a_window_have_finite_features(n_samples, level, window_s):
    (row,) = rows_of(level * np.sin(np.arange(n_samples)), window_s=window_s)
    assert np.isfinite(list(row.values())).all()


@pytest.mark.parametrize(("rate_hz", "hop_s"), [(8000, 0.01), (44100, 0.0005), (16000, 1.0)])
def test_rates_and_hops_of_any_size_give_finite_features(rate_hz, hop_s):
    (row,) = rows_of(voice()[:6000], rate_hz=rate_hz, hop_s=hop_s)
    assert np.isfinite(list(row.values())).all()


def test_a_recording_of_many_stretches_is_one_track():
    signal = np.tile(voice(), 5)  # 1001 frames, of which 487 are taken at once
    whole, late = frames_of(signal), frames_of(signal[160 * 400 :])
    assert len(whole.periods) == 1001
    np.testing.assert_allclose(whole.periods[410:], late.periods[10:], rtol=1e-12)


def test_voiced_stretches_by_hand():
    is_voiced = np.array([True, False, False, True, True])
    np.testing.assert_array_equal(voiced_stretches(is_voiced), [[0, 1], [3, 5]])
    assert voiced_stretches(~np.ones(3, bool)).shape == (0, 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("lowest_hz", 0), ("highest_hz", -1), ("threshold", 1)),
        *(("window_s", 0), ("hop_s", -1), ("rate_hz", 0)),
    ],
)
def test_wrong_parameters_are_refused(name, value):
    with pytest.raises(ValueError, match=f"'{name}' parameter of Prosody"):
        Prosody(**{name: value}).fit([TIME_S])


@pytest.mark.parametrize(("lowest_hz", "highest_hz"), [(600, 60), (100, 100), (60, 4001)])
def test_pitches_out_of_order_are_refused(lowest_hz, highest_hz):
    with pytest.raises(ValueError, match=r"lowest_hz < highest_hz <= rate_hz / 4, got"):
        Prosody(lowest_hz=lowest_hz, highest_hz=highest_hz).fit([TIME_S])
