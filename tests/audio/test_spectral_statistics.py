"""Equality with librosa, and cases worked by hand; the rest is in tests/test_common.py."""

import librosa
import numpy as np
import pytest
import scipy.signal

from mmsk.audio import SpectralStatistics
from mmsk.audio._spectral_statistics import frame_statistics

RATE_HZ = 16000
RNG = np.random.default_rng(0)
TIME_S = np.arange(RATE_HZ) / RATE_HZ
NOISE = 0.1 * RNG.normal(size=RATE_HZ)
SIGNALS = {
    "noise": NOISE,
    "tone": np.sin(2 * np.pi * 440 * TIME_S),
    "tone over faint noise": np.sin(2 * np.pi * 440 * TIME_S) + 1e-3 * NOISE,
    "chirp": scipy.signal.chirp(TIME_S, 20, 1, 7900),
    "faint noise on an offset": 0.5 + 1e-3 * NOISE,
    "loud, then soft": NOISE * np.where(TIME_S < 0.5, 1, 1e-5),
    "silence, then noise": np.where(TIME_S < 0.5, 0, NOISE),
    "silence": np.zeros(RATE_HZ),
}


def frames_of(signal, n_window=512, hop_length=160, rolloff=0.85, rate_hz=RATE_HZ):
    return frame_statistics(
        signal, rate_hz, n_window=n_window, hop_length=hop_length, rolloff=rolloff
    )


def librosa_frames(signal, n_window, hop_length, rolloff):
    n_fft = max(2, 1 << (n_window - 1).bit_length())
    spectrum = librosa.stft(signal, n_fft=n_fft, hop_length=hop_length, win_length=n_window)
    magnitude = {"S": np.abs(spectrum), "n_fft": n_fft}
    frames = {"frame_length": n_window, "hop_length": hop_length}
    feature = librosa.feature
    return {
        "centroid": feature.spectral_centroid(sr=RATE_HZ, **magnitude)[0],
        "bandwidth": feature.spectral_bandwidth(sr=RATE_HZ, **magnitude)[0],
        "rolloff": feature.spectral_rolloff(sr=RATE_HZ, roll_percent=rolloff, **magnitude)[0],
        "flatness": feature.spectral_flatness(**magnitude)[0],
        "zero_crossings": feature.zero_crossing_rate(signal, **frames)[0],
        "rms": feature.rms(y=signal, **frames)[0],
        **librosa_contrast(magnitude),
    }


def librosa_contrast(magnitude):
    if magnitude["n_fft"] < 256:  # librosa cannot: bands without bins
        return {}
    contrast = librosa.feature.spectral_contrast(sr=RATE_HZ, **magnitude)
    starts_hz = (0, 200, 400, 800, 1600, 3200, 6400)
    return {f"contrast_{hz}hz": contrast[k] for k, hz in enumerate(starts_hz)}


def rows_of(*signals, **parameters):
    extractor = SpectralStatistics(**parameters)
    rows = extractor.fit_transform([signal.astype(np.float32) for signal in signals])
    return [dict(zip(extractor.get_feature_names_out(), row, strict=True)) for row in rows]


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize(
    "settings",
    [(512, 160, 0.85), (400, 160, 0.5), (401, 80, 0.99), (64, 700, 0.1), (4096, 700, 0.85)],
)
def test_the_frames_are_librosas(signal, settings):
    expected = librosa_frames(SIGNALS[signal], *settings)
    found = frames_of(SIGNALS[signal], *settings)
    for name in expected:
        np.testing.assert_allclose(
            found[name], expected[name], rtol=1e-6, atol=1e-9, err_msg=name
        )


@pytest.mark.filterwarnings("ignore:.*too large for input")
@pytest.mark.parametrize("n_samples", [1, 2, 100, 511, 513])
def test_the_frames_of_short_recordings_are_librosas(n_samples):
    expected = librosa_frames(NOISE[:n_samples], 512, 160, 0.85)
    found = frames_of(NOISE[:n_samples])
    for name in expected:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-6, err_msg=name)


def test_float32_samples_are_as_good():
    signal = NOISE.astype(np.float32)
    expected = frames_of(signal.astype(np.float64))
    found = frames_of(signal)
    for name in expected:
        np.testing.assert_array_equal(found[name], expected[name])


@pytest.mark.parametrize("hz", [500, 1000, 3333, 6000])
def test_a_tone_has_its_centroid_and_rolloff_at_its_frequency(hz):
    (row,) = rows_of(np.sin(2 * np.pi * hz * TIME_S))
    assert row["centroid_part3"] == pytest.approx(hz, abs=10)
    assert row["rolloff_part3"] == pytest.approx(hz, abs=2 * RATE_HZ / 512)
    assert row["zero_crossings_part3"] == pytest.approx(2 * hz / RATE_HZ, abs=0.003)
    assert row["rms_part3"] == pytest.approx(np.sqrt(0.5), abs=0.01)
    assert row["flatness_part3"] < 1e-3
    assert row["flux_part3"] < 1e-3


def test_noise_is_flat_and_wide_and_a_tone_is_not():
    noise, tone = rows_of(NOISE, SIGNALS["tone"])
    for name in ("flatness_mean", "bandwidth_part3", "flux_part3"):
        assert noise[name] > 10 * tone[name]
    assert noise["centroid_mean"] == pytest.approx(RATE_HZ / 4, rel=0.02)


def test_flux_is_one_less_the_cosine_of_neighbouring_spectra():
    spectrum = np.abs(librosa.stft(NOISE, n_fft=512, hop_length=160))
    before, after = spectrum[:, :-1], spectrum[:, 1:]
    lengths = np.linalg.norm(before, axis=0) * np.linalg.norm(after, axis=0)
    expected = 1 - (before * after).sum(axis=0) / lengths
    np.testing.assert_allclose(frames_of(NOISE)["flux"], expected, atol=1e-12)


def test_flux_hears_a_change_of_pitch_and_no_change_of_loudness():
    low, high = (np.sin(2 * np.pi * hz * TIME_S) for hz in (500, 4000))
    change = frames_of(np.where(TIME_S < 0.5, low, high), 512, 512)["flux"]
    assert change[14:17].max() > 0.3
    assert np.abs(frames_of(low * (1 + 4 * TIME_S))["flux"][5:-5]).max() < 1e-3


def test_flux_is_one_where_sound_begins_and_nought_within_silence():
    flux = frames_of(np.repeat([0.0, 0.0, 1.0, 1.0], 512), n_window=64, hop_length=512)["flux"]
    np.testing.assert_allclose(flux, [0, 1, 0, 0], atol=0.2)
    assert (flux[0], flux[1]) == (0, 1)


def test_silence_is_flat_and_nought_in_all_else():
    (row,) = rows_of(np.zeros(RATE_HZ))
    flat = {"flatness_mean", *(f"flatness_part{part}" for part in range(1, 6))}
    for name, value in row.items():
        assert value == pytest.approx(1 if name in flat else 0, abs=1e-12), name


@pytest.mark.parametrize("n_samples", [1, 2, 100, 511])
@pytest.mark.parametrize("level", [0, 1e-30, 0.1, 1e6])
def test_recordings_shorter_than_a_window_have_finite_features(n_samples, level):
    (row,) = rows_of(level * np.ones(n_samples))
    assert np.isfinite(list(row.values())).all()


def test_one_sample_is_a_click_without_change():
    (row,) = rows_of(np.ones(1))
    assert row["centroid_mean"] == pytest.approx(RATE_HZ / 4)
    assert row["flatness_mean"] == pytest.approx(1)
    assert row["rms_mean"] == pytest.approx(np.sqrt(1 / 512))
    for name in ("flux_mean", "centroid_std", "centroid_delta_std", "zero_crossings_mean"):
        assert row[name] == 0


@pytest.mark.parametrize("rate_hz", [8000, 11025, 44100])
@pytest.mark.parametrize(("window_s", "hop_s"), [(0.032, 0.010), (0.0001, 0.00001), (0.3, 1.0)])
def test_windows_of_any_length_give_finite_features(rate_hz, window_s, hop_s):
    (row,) = rows_of(NOISE[:2000], window_s=window_s, hop_s=hop_s, rate_hz=rate_hz)
    assert np.isfinite(list(row.values())).all()


def test_a_recording_of_many_stretches_is_one_series():
    signal = np.resize(NOISE, 5 * RATE_HZ)
    whole = frames_of(signal, 64, 16)  # 5001 frames, of which 1536 are taken at once
    assert len(whole["centroid"]) == len(whole["flux"]) + 1 == 5001
    late = frames_of(signal[16 * 1500 :], 64, 16)
    for name in ("centroid", "flux", "rms"):
        np.testing.assert_allclose(whole[name][1510:], late[name][10:], rtol=1e-9, err_msg=name)


def test_the_class_pools_the_frames():
    signal = NOISE.astype(np.float32)
    frames = frames_of(signal)
    (row,) = rows_of(signal)
    for name, series in frames.items():
        assert row[f"{name}_mean"] == pytest.approx(series.mean(), rel=1e-5)
        assert row[f"{name}_std"] == pytest.approx(series.std(), rel=1e-5)
    assert row["centroid_part2"] == pytest.approx(frames["centroid"][20:40].mean(), rel=1e-5)
    held = np.pad(frames["rms"], 2, mode="edge")
    slopes = np.convolve(held, [0.2, 0.1, 0, -0.1, -0.2], mode="valid")
    assert row["rms_delta_std"] == pytest.approx(slopes.std(), rel=1e-5)


def test_names_say_series_and_statistic():
    names = list(SpectralStatistics().fit([NOISE]).get_feature_names_out())
    assert len(names) == 112
    pools = ("mean", "std", "delta_std", "part1", "part2", "part3", "part4", "part5")
    assert names[:8] == [f"centroid_{pool}" for pool in pools]
    assert [name.removesuffix("_part5") for name in names[7::8]] == [
        *("centroid", "bandwidth", "rolloff", "flatness", "flux", "zero_crossings", "rms"),
        *("contrast_0hz", "contrast_200hz", "contrast_400hz", "contrast_800hz"),
        *("contrast_1600hz", "contrast_3200hz", "contrast_6400hz"),
    ]


@pytest.mark.parametrize(("rate_hz", "n_bands"), [(100, 1), (8000, 6), (12800, 6), (44100, 7)])
def test_bands_of_contrast_start_below_half_the_rate(rate_hz, n_bands):
    names = SpectralStatistics(rate_hz=rate_hz).fit([NOISE]).get_feature_names_out()
    assert sum(name.startswith("contrast_") for name in names) == 8 * n_bands


def test_a_tone_stands_out_in_its_octave_only():
    (row,) = rows_of(np.sin(2 * np.pi * 1000 * TIME_S) + NOISE)
    contrasts = {hz: row[f"contrast_{hz}hz_mean"] for hz in (200, 400, 800, 1600, 3200)}
    assert max(contrasts, key=contrasts.get) == 800


@pytest.mark.parametrize(
    ("name", "value"),
    [("window_s", 0), ("hop_s", -1), ("rate_hz", 0), ("rolloff", 0), ("rolloff", 1.0)],
)
def test_wrong_parameters_are_refused(name, value):
    with pytest.raises(ValueError, match=f"'{name}' parameter of SpectralStatistics"):
        SpectralStatistics(**{name: value}).fit([NOISE])
