"""Equality with librosa, and what only MFCC does; the rest is in tests/test_common.py."""

import re
import subprocess
import sys
import warnings

import librosa
import numpy as np
import pandas as pd
import pytest
import scipy.signal
import soundfile

from mmsk.audio import MFCC, melspectrogram, mfcc
from mmsk.audio._mel import mel_filters
from mmsk.audio._stretches import N_PARTS
from mmsk.exceptions import NarrowFiltersWarning

RATE_HZ = 16000
RNG = np.random.default_rng(0)
TIME_S = np.arange(RATE_HZ) / RATE_HZ
NOISE = (0.1 * RNG.normal(size=RATE_HZ)).astype(np.float32)
SIGNALS = {
    "noise": NOISE,
    "tone": np.sin(2 * np.pi * 440 * TIME_S),
    "tone over faint noise": np.sin(2 * np.pi * 440 * TIME_S) + 1e-4 * NOISE,
    "chirp": scipy.signal.chirp(TIME_S, 20, 1, 7900),
    "faint noise on an offset": 0.5 + 1e-3 * NOISE,
    "click": (np.arange(RATE_HZ) == 5000).astype(float),
    "fading noise": NOISE * np.exp(-8 * TIME_S),
    "silence, then noise": np.where(TIME_S < 0.5, 0, NOISE),
    "silence": np.zeros(RATE_HZ),
}
SIGNALS = {name: signal.astype(np.float32) for name, signal in SIGNALS.items()}
SPEECH = {"sr": RATE_HZ, "n_fft": 512, "hop_length": 160, "n_mels": 40}

SETTINGS = [
    {},
    SPEECH,
    {**SPEECH, "n_fft": 400},
    {**SPEECH, "n_fft": 551, "hop_length": 441, "window": "hamming"},
    {**SPEECH, "win_length": 400},
    {**SPEECH, "win_length": 401, "window": ("kaiser", 4.0)},
    {**SPEECH, "window": 8.0},
    {**SPEECH, "window": np.hanning},
    {**SPEECH, "window": list(np.hamming(512))},
    {**SPEECH, "hop_length": 1024},
    {**SPEECH, "center": False},
    {**SPEECH, "center": False, "hop_length": 700},
    {**SPEECH, "power": 1.0},
    {**SPEECH, "power": 1.5},
    {**SPEECH, "fmin": 300, "fmax": 4000},
    {**SPEECH, "fmin": 50.0, "htk": True},
    {**SPEECH, "n_mels": 20, "n_fft": 128, "hop_length": 7},
    {**SPEECH, "n_mels": 1},
    {**SPEECH, "sr": 44100, "n_fft": 4096, "n_mels": 128},
    {**SPEECH, "sr": 22050.0, "n_fft": 2048, "dtype": np.float64},
    *({**SPEECH, "pad_mode": mode} for mode in ("reflect", "edge", "symmetric", "linear_ramp")),
    {**SPEECH, "pad_mode": "reflect", "hop_length": 800},
    {**SPEECH, "pad_mode": "reflect", "n_fft": 400, "hop_length": 256},
]
FILTERS = [
    {},
    {"n_mels": 40, "n_fft": 512},
    {"htk": True},
    {"fmin": 1500.0, "fmax": 6000},
    {"norm": None},
    {"norm": 1},
    {"norm": 2.0},
    {"norm": np.inf},
    {"n_fft": 1001},
    {"dtype": np.float64},
    {"n_mels": 128, "n_fft": 256},
]

quiet = pytest.mark.filterwarnings("ignore:.*(mel filters|Empty filters|too large for input)")


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("settings", [{}, SPEECH, {**SPEECH, "fmin": 300, "n_fft": 400}])
def test_mfcc_is_librosas_for_all_kinds_of_signals(signal, settings):
    expected = librosa.feature.mfcc(y=SIGNALS[signal], **settings)
    found = mfcc(y=SIGNALS[signal], **settings)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, atol=1e-3, rtol=0)


@quiet
def _without_addresses(settings):
    return re.sub(" at 0x[0-9a-f]+", "", str(settings))  # the same in each process


@pytest.mark.parametrize("settings", SETTINGS, ids=_without_addresses)
def test_mfcc_is_librosas_for_all_settings(settings):
    expected = librosa.feature.mfcc(y=NOISE, **settings)
    found = mfcc(y=NOISE, **settings)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, atol=1e-3, rtol=0)


@quiet
@pytest.mark.parametrize("settings", SETTINGS, ids=_without_addresses)
def test_melspectrogram_is_librosas_for_all_settings(settings):
    expected = librosa.feature.melspectrogram(y=NOISE, **settings)
    found = melspectrogram(y=NOISE, **settings)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, atol=1e-6 * expected.max(), rtol=1e-5)


@pytest.mark.parametrize("dct_type", [1, 2, 3])
@pytest.mark.parametrize("norm", ["ortho", None])
@pytest.mark.parametrize("lifter", [0, 22, 40.5])
@pytest.mark.parametrize("n_mfcc", [1, 13, 40])
def test_mfcc_knows_librosas_transforms_and_lifters(dct_type, norm, lifter, n_mfcc):
    settings = {**SPEECH, "dct_type": dct_type, "norm": norm, "lifter": lifter}
    expected = librosa.feature.mfcc(y=NOISE, n_mfcc=n_mfcc, **settings)
    found = mfcc(y=NOISE, n_mfcc=n_mfcc, **settings)
    # a lifter scales what librosa's float32 rounds away, too
    np.testing.assert_allclose(found, expected, atol=1e-3 * max(1, lifter / 2), rtol=1e-6)


@pytest.mark.parametrize("mel_norm", ["slaney", None, 1, 2, np.inf])
def test_mfcc_hands_the_norm_of_the_filters_on(mel_norm):
    expected = librosa.feature.mfcc(y=NOISE, mel_norm=mel_norm, **SPEECH)
    found = mfcc(y=NOISE, mel_norm=mel_norm, **SPEECH)
    np.testing.assert_allclose(found, expected, atol=1e-3, rtol=0)


@quiet
@pytest.mark.parametrize("n_samples", [1, 2, 100, 511, 512, 513, 1600])
@pytest.mark.parametrize("pad_mode", ["constant", "edge", "symmetric"])
def test_short_signals_give_what_librosa_gives(n_samples, pad_mode):
    settings = {**SPEECH, "pad_mode": pad_mode}
    expected = librosa.feature.mfcc(y=NOISE[:n_samples], **settings)
    np.testing.assert_allclose(mfcc(y=NOISE[:n_samples], **settings), expected, atol=1e-3)


def test_each_channel_is_worked_on_by_itself():
    channels = np.stack([NOISE, 1e-6 * NOISE, 0 * NOISE]).reshape(3, 1, -1)
    found = mfcc(y=channels, **SPEECH)
    assert found.shape == (3, 1, 20, 101)
    for channel, coefficients in zip(channels[:, 0], found[:, 0], strict=True):
        expected = librosa.feature.mfcc(y=channel, **SPEECH)  # 0.11 and 1.0 agree on one
        np.testing.assert_allclose(coefficients, expected, atol=1e-3)


def test_float64_samples_give_float64_and_stay_exact():
    exact = NOISE.astype(np.float64)
    found = mfcc(y=exact, **SPEECH)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, librosa.feature.mfcc(y=exact, **SPEECH), atol=1e-4)


@pytest.mark.parametrize("n_frames", [5, 2500])
def test_a_signal_of_many_blocks_is_one_spectrogram(n_frames):
    signal = np.resize(NOISE, 16 * n_frames)
    settings = {"sr": RATE_HZ, "n_fft": 64, "hop_length": 16, "n_mels": 8}
    expected = librosa.feature.melspectrogram(y=signal, **settings)
    found = melspectrogram(y=signal, **settings)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("shape", [(257, 9), (2, 257, 9)])
def test_a_spectrogram_may_be_given_in_place_of_samples(shape):
    spectrogram = RNG.uniform(size=shape).astype(np.float32)
    expected = librosa.feature.melspectrogram(S=spectrogram, sr=RATE_HZ, n_mels=40)
    found = melspectrogram(S=spectrogram, sr=RATE_HZ, n_mels=40)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    decibels = librosa.power_to_db(expected)
    np.testing.assert_allclose(
        mfcc(S=decibels, n_mfcc=13), librosa.feature.mfcc(S=decibels, n_mfcc=13), atol=1e-4
    )


@pytest.mark.filterwarnings("ignore:Empty filters")
@pytest.mark.parametrize("settings", FILTERS, ids=str)
def test_mel_filters_are_librosas(settings):
    settings = {"sr": RATE_HZ, "n_fft": 2048, **settings}
    found, expected = mel_filters(**settings), librosa.filters.mel(**settings)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-12)


def test_filters_narrower_than_a_bin_are_told_of():
    with pytest.warns(
        NarrowFiltersWarning, match=r"\d+ of 128 mel filters are narrower than a bin"
    ):
        bands = melspectrogram(y=NOISE, sr=RATE_HZ, n_fft=256)
    assert (bands.max(axis=1) == 0).any()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        melspectrogram(y=NOISE)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"y": None}, "give the samples as y="),
        ({"y": list(NOISE)}, "got list"),
        ({"y": (NOISE * 32768).astype(np.int16)}, "got int16 of shape"),
        ({"y": np.float32(1)}, "got float32 of shape"),
        ({"y": np.zeros(0)}, "y holds no samples"),
        ({"y": np.array([0.0, np.nan])}, "y holds NaN"),
        ({"n_fft": 0}, "n_fft must be a positive int"),
        ({"n_fft": 512.0}, "n_fft must be a positive int"),
        ({"hop_length": 0}, "hop_length must be a positive int"),
        ({"win_length": 513}, "win_length must be from 1 to n_fft=512"),
        ({"window": np.ones(9)}, r"window must have shape \(512,\), got \(9,\)"),
        ({"window": "round"}, "window"),
        ({"pad_mode": "wrap"}, "pad_mode must be one of"),
        ({"y": NOISE[:511], "center": False}, "longer than the signal of 511 samples"),
        ({"n_mels": 0}, "must be positive"),
        ({"sr": 0}, "must be positive"),
        ({"fmin": 5000, "fmax": 4000}, "0 <= fmin < fmax"),
        ({"mel_norm": "htk"}, "norm must be 'slaney', None or a number"),
        ({"lifter": -1}, "lifter must not be negative"),
    ],
)
def test_what_makes_no_sense_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        mfcc(**{"y": NOISE, **SPEECH, **settings})


def test_a_spectrogram_has_at_least_two_dimensions():
    with pytest.raises(ValueError, match=r"S must have shape .* got \(9,\)"):
        melspectrogram(S=np.zeros(9))


@pytest.mark.parametrize("source", [{"y": NOISE}, {"S": np.zeros((40, 3))}])
def test_a_misspelt_keyword_is_an_error(source):
    with pytest.raises(TypeError, match="unexpected keyword argument 'n_mel'"):
        mfcc(n_mel=40, **source)


def test_the_samples_are_left_alone():
    signal = NOISE.copy()
    for settings in (SPEECH, {**SPEECH, "center": False}, {**SPEECH, "n_fft": 400}):
        mfcc(y=signal, **settings)
    np.testing.assert_array_equal(signal, NOISE)
    spectrogram = np.ones((1025, 3))
    mfcc(S=spectrogram)
    melspectrogram(S=spectrogram)
    np.testing.assert_array_equal(spectrogram, 1)


# The class


def test_the_class_pools_what_the_function_gives():
    row = dict(
        zip(MFCC().fit([NOISE]).get_feature_names_out(), MFCC().fit_transform([NOISE])[0])
    )
    frames = mfcc(y=NOISE, n_mfcc=13, **SPEECH)
    assert row["mfcc_03_mean"] == pytest.approx(frames[3].mean(), abs=1e-4)
    assert row["mfcc_03_std"] == pytest.approx(frames[3].std(), abs=1e-4)
    slopes = np.convolve(frames[3], [0.2, 0.1, 0, -0.1, -0.2], mode="valid")
    assert row["delta_03_std"] == pytest.approx(slopes.std(), rel=0.05)
    assert row["mfcc_03_part2"] == pytest.approx(frames[3, 20:40].mean(), abs=1e-3)
    mean = MFCC(pooling="mean").fit_transform([NOISE])[0]
    np.testing.assert_allclose(mean, frames.mean(axis=1), atol=1e-4)


def test_names_say_coefficient_and_statistic():
    names = MFCC(n_mfcc=2).fit([NOISE]).get_feature_names_out()
    assert list(names) == [
        *("mfcc_00_mean", "mfcc_01_mean", "mfcc_00_std", "mfcc_01_std"),
        *("delta_00_std", "delta_01_std"),
        *(f"mfcc_{number}_part{part}" for part in range(1, 6) for number in ("00", "01")),
    ]
    assert len(MFCC(n_mfcc=2, pooling="mean").fit([NOISE]).get_feature_names_out()) == 2


@pytest.mark.parametrize("pooling", ["statistics", "mean"])
@pytest.mark.parametrize("n_samples", [1, 2, 100, 511])
def test_recordings_shorter_than_a_window_have_finite_features(n_samples, pooling):
    for signal in (NOISE[:n_samples], np.zeros(n_samples, np.float32)):
        features = MFCC(pooling=pooling).fit_transform([signal])
        assert np.isfinite(features).all()


def test_silence_is_the_softest_there_is():
    extractor = MFCC(n_mfcc=2)
    row = dict(
        zip(
            extractor.fit([NOISE]).get_feature_names_out(),
            extractor.fit_transform([0 * NOISE])[0],
        )
    )
    assert row["mfcc_00_mean"] == pytest.approx(-100 * np.sqrt(40), rel=1e-5)
    assert row["mfcc_01_mean"] == pytest.approx(0, abs=1e-3)
    assert row["mfcc_00_std"] == pytest.approx(0, abs=1e-6)
    assert row["delta_00_std"] == 0


def test_loudness_moves_the_first_coefficient_only():
    soft, loud = MFCC(pooling="mean").fit_transform([NOISE, 10 * NOISE])
    assert loud[0] - soft[0] == pytest.approx(20 * np.sqrt(40), abs=0.01)
    np.testing.assert_allclose(loud[1:], soft[1:], atol=0.01)


def test_parts_tell_what_came_first():
    rising = NOISE * np.linspace(0.1, 1, RATE_HZ, dtype=np.float32)
    features = MFCC(n_mfcc=1).fit_transform([rising, rising[::-1].copy()])
    parts = features[:, -N_PARTS:]
    assert (np.diff(parts[0]) > 0).all()
    np.testing.assert_allclose(parts[1], parts[0][::-1], atol=2)


def test_recordings_of_any_rate_are_brought_to_one(tmp_path):
    def tone(rate_hz):
        path = tmp_path / f"{rate_hz}.wav"
        soundfile.write(
            path, 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate_hz) / rate_hz), rate_hz
        )
        return path

    features = MFCC(rate_hz=8000, pooling="mean").fit_transform([tone(8000), tone(44100)])
    np.testing.assert_allclose(features[1], features[0], atol=1.0)


def test_a_segment_has_the_features_of_its_slice(tmp_path):
    path = tmp_path / "sound.wav"
    soundfile.write(path, NOISE, RATE_HZ, subtype="FLOAT")
    table = pd.DataFrame(
        {
            "sound": [path, str(path), None],
            "start_s": [0.25, None, 0.0],
            "end_s": [0.5, 0.1, 1.0],
        }
    )
    features = MFCC().fit_transform(table)
    slices = MFCC().fit_transform([NOISE[4000:8000], NOISE[:1600]])
    np.testing.assert_allclose(features[:2], slices, atol=1e-3)
    assert np.isnan(features[2]).all()


def test_a_numeric_matrix_is_a_signal_per_row():
    matrix = NOISE.reshape(8, -1).astype(np.float64)
    np.testing.assert_allclose(
        MFCC().fit_transform(matrix), MFCC().fit_transform(list(matrix)), atol=1e-4
    )


@quiet
@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 44100])
@pytest.mark.parametrize(("window_s", "hop_s"), [(0.032, 0.010), (0.0001, 0.00001), (0.3, 1.0)])
def test_windows_of_any_length_give_finite_features(rate_hz, window_s, hop_s):
    extractor = MFCC(1, 1, window_s=window_s, hop_s=hop_s, rate_hz=rate_hz)
    assert np.isfinite(extractor.fit_transform([NOISE[:2000]])).all()


def test_more_coefficients_than_bands_are_refused_in_fit():
    with pytest.raises(ValueError, match="n_mfcc=13 coefficients need as many bands"):
        MFCC(n_mels=12).fit([NOISE])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("n_mfcc", 0), ("n_mels", 2.5), ("window_s", 0), ("hop_s", -1), ("rate_hz", 0)),
        ("pooling", "max"),
    ],
)
def test_wrong_parameters_are_refused(name, value):
    with pytest.raises(ValueError, match=f"'{name}' parameter of MFCC"):
        MFCC(**{name: value}).fit([NOISE])


def test_mfcc_works_without_librosa():
    code = (
        "import sys; sys.modules['librosa'] = None; import numpy as np; "
        "from mmsk.audio import MFCC; MFCC().fit_transform([np.zeros(100)])"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
