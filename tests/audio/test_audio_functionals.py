"""Functionals by hand and against SciPy; the rest is in tests/test_common.py."""

import numpy as np
import pytest
import scipy.stats

from mmsk.audio import MFCC, AudioFunctionals, Chroma, LogMel, Prosody, SpectralStatistics
from mmsk.audio._functionals import spreads, trends

RATE_HZ = 16000
TIME_S = np.arange(RATE_HZ) / RATE_HZ
RNG = np.random.default_rng(0)
NOISE = 0.1 * RNG.normal(size=RATE_HZ)
SERIES = RNG.gamma(2, size=(3, 50))


def sine(pitch_hz):
    return 0.5 * np.sin(
        2 * np.pi * np.cumsum(np.broadcast_to(pitch_hz, TIME_S.shape)) / RATE_HZ
    )


VOICE = sum(sine(n * 150 * 2 ** (0.3 * TIME_S)) / n for n in range(1, 9)) + 0.1 * NOISE


def row_of(extractor, signal):
    row = extractor.fit_transform([signal])[0].astype(np.float64)
    return dict(zip(extractor.get_feature_names_out(), row, strict=True))


def test_spreads_are_scipys():
    found = spreads(SERIES).reshape(8, 3)
    np.testing.assert_allclose(found[0], SERIES.std(axis=1))
    np.testing.assert_allclose(found[1], scipy.stats.skew(SERIES, axis=1))
    np.testing.assert_allclose(found[2], scipy.stats.kurtosis(SERIES, axis=1))
    np.testing.assert_allclose(found[3:], np.percentile(SERIES, [5, 25, 50, 75, 95], axis=1))


def test_the_slope_is_that_of_least_squares():
    times_s = 0.01 * np.arange(50)
    expected = [scipy.stats.linregress(times_s, values).slope for values in SERIES]
    np.testing.assert_allclose(trends(SERIES, 0.01).reshape(4, 3)[1], expected)


def test_trends_by_hand():
    series = np.array([[1.0, 3.0, 2.0, 2.0, 7.0], [5.0, 4.0, 3.0, 2.0, 1.0]])
    means, slopes, rising, places = trends(series, 0.5).reshape(4, 2)
    np.testing.assert_allclose(means, [3, 3])
    np.testing.assert_allclose(slopes, [2.2, -2])
    np.testing.assert_allclose(rising, [0.5, 0])
    np.testing.assert_allclose(places, [1, 0])


@pytest.mark.parametrize("n_frames", [1, 7])
def test_a_series_that_stands_still_has_its_mean_and_nothing_else(n_frames):
    still = np.full((1, n_frames), 0.1)
    np.testing.assert_allclose(spreads(still), [0, 0, 0, *[0.1] * 5], atol=1e-15)
    np.testing.assert_allclose(trends(still, 0.01), [0.1, 0, 0, 0])


def test_the_descriptors_are_those_of_the_other_extractors():
    row = row_of(AudioFunctionals(), VOICE)
    cepstrum, spectrum = row_of(MFCC(), VOICE), row_of(SpectralStatistics(), VOICE)
    prosody = row_of(Prosody(), VOICE)
    for name in ("mfcc_00", "mfcc_07"):
        assert row[f"{name}_mean"] == pytest.approx(cepstrum[f"{name}_mean"], rel=1e-3)
        assert row[f"{name}_std"] == pytest.approx(cepstrum[f"{name}_std"], rel=1e-3)
    for name in ("centroid", "flatness", "zero_crossings"):
        assert row[f"{name}_mean"] == pytest.approx(spectrum[f"{name}_mean"], rel=1e-5)
        assert row[f"{name}_delta_std"] == pytest.approx(
            spectrum[f"{name}_delta_std"], rel=1e-5
        )
    assert row["level_db_p50"] == pytest.approx(prosody["level_p50_db"], abs=0.01)
    assert row["pitch_st_p50"] == pytest.approx(prosody["pitch_p50_st"], abs=0.1)
    assert row["pitch_st_slope_per_s"] == pytest.approx(12 * 0.3, rel=0.05)
    assert row["periodicity_p50"] > 0.8


def test_the_pitch_goes_on_along_a_line_where_there_is_no_voice():
    rising = VOICE * ((TIME_S < 0.3) | (TIME_S > 0.7))
    whole, gap = (row_of(AudioFunctionals(), signal) for signal in (VOICE, rising))
    assert gap["pitch_st_slope_per_s"] == pytest.approx(whole["pitch_st_slope_per_s"], rel=0.05)
    assert gap["pitch_st_p50"] == pytest.approx(whole["pitch_st_p50"], abs=0.2)


def test_noise_has_no_pitch_and_silence_stands_still():
    assert row_of(AudioFunctionals(), NOISE)["pitch_st_mean"] == 0
    silence = row_of(AudioFunctionals(), np.zeros(RATE_HZ))
    assert silence["level_db_mean"] == pytest.approx(-100, abs=1e-4)
    for name, value in silence.items():
        if name.endswith(("skewness", "kurtosis", "slope_per_s", "rising_share", "peak_place")):
            assert value == 0, name


def test_names_say_series_and_functional():
    names = list(AudioFunctionals(n_mfcc=2).fit([NOISE]).get_feature_names_out())
    assert len(names) == len(set(names)) == 20 * 12
    assert names[:3] == ["mfcc_00_std", "mfcc_01_std", "centroid_std"]
    assert names[-1] == "hnr_db_delta_p95"
    assert len(AudioFunctionals().fit([NOISE]).get_feature_names_out()) == 460


@pytest.mark.filterwarnings("ignore:.*mel filters")
@pytest.mark.parametrize("n_samples", [1, 2, 159, 160, 700])
@pytest.mark.parametrize("level", [0, 1e-30, 0.1, 1e6])
@pytest.mark.parametrize("window_s", [0.0001, 0.0321])
def test_recordings_of_any_length_have_finite_features(n_samples, level, window_s):
    samples = level * np.sin(np.arange(n_samples))
    row = row_of(AudioFunctionals(window_s=window_s), samples)
    assert np.isfinite(list(row.values())).all()


@pytest.mark.parametrize(
    ("name", "value"), [("n_mfcc", 41), ("lowest_hz", 0), ("threshold", 1), ("hop_s", 0)]
)
def test_wrong_parameters_are_refused(name, value):
    with pytest.raises(ValueError, match=f"'{name}' parameter of AudioFunctionals"):
        AudioFunctionals(**{name: value}).fit([NOISE])


def test_pitches_out_of_order_are_refused():
    with pytest.raises(ValueError, match=r"lowest_hz < highest_hz <= rate_hz / 4, got"):
        AudioFunctionals(lowest_hz=600, highest_hz=60).fit([NOISE])


def test_functionals_of_the_cepstrum_are_to_be_had_alone():
    whole = row_of(AudioFunctionals(), VOICE)
    alone = row_of(MFCC(pooling="functionals"), VOICE)
    assert len(alone) == 20 * 13
    for name, value in alone.items():
        number = name.removeprefix("delta_").removeprefix("mfcc_")[:2]
        pool = name.partition(f"{number}_")[2]
        told = f"mfcc_{number}_{'delta_' if name.startswith('delta') else ''}{pool}"
        assert value == pytest.approx(whole[told], rel=1e-3, abs=1e-3), name


@pytest.mark.parametrize("extractor", [LogMel, Chroma])
def test_functionals_of_frames_are_those_of_their_sequence(extractor):
    fitted = extractor(pooling="functionals").fit([VOICE])
    series = np.asarray(fitted._sequence((VOICE.astype(np.float32), RATE_HZ)), np.float64)
    row = fitted.transform([VOICE])[0]
    expected = spreads(series.T)
    np.testing.assert_allclose(row[: len(expected)], expected, rtol=1e-4, atol=1e-4)
