"""Frames that sound, and what is said of them, by hand."""

import numpy as np
import pytest

from mmsk.audio import FisherVector
from mmsk.audio._speech_frames import cepstral_frames, sounding, stretched, trimmed

LEVELS = np.array([[-80.0, -80], [-30, -30], [-90, -90], [-10, -10], [0, 0], [-50, -50]])
NOISE = np.random.default_rng(0).normal(size=4000)


@pytest.mark.parametrize(
    ("silence_db", "expected"),
    [
        (35, [0, 1, 0, 1, 1, 0]),
        (20, [0, 0, 0, 1, 1, 0]),
        (0, [0, 0, 0, 0, 1, 0]),
        (None, [1] * 6),
    ],
)
def test_frames_sound_that_are_not_much_softer_than_the_loudest(silence_db, expected):
    assert sounding(LEVELS, silence_db).tolist() == [bool(one) for one in expected]


def test_the_level_of_a_frame_is_that_of_the_mean_power_of_its_bands():
    one_band = np.array([[0.0, 0], [-100, -0.9]])  # half the power: 3 dB less, and 0.9
    assert sounding(one_band, 4).tolist() == [True, True]
    assert sounding(one_band, 3.5).tolist() == [True, False]


def test_only_the_ends_are_trimmed():
    np.testing.assert_array_equal(trimmed(LEVELS, 35), LEVELS[1:5])


def test_digital_silence_stays_as_it_is():
    assert trimmed(np.full((4, 2), -100.0), 10).shape == (4, 2)


def test_stretching_interpolates_and_leaves_long_enough_ones_alone():
    line = np.array([[0.0, 4]])
    np.testing.assert_allclose(stretched(line, 5), [[0, 1, 2, 3, 4]])
    np.testing.assert_array_equal(stretched(line[:, :1], 3), [[0, 0, 0]])
    enough = LEVELS.T
    assert stretched(enough, 6) is enough


def frames(samples, **parameters):
    return cepstral_frames(FisherVector(n_mfcc=5, **parameters), (samples, 16000))


def test_loudness_and_colour_do_not_show_where_the_mean_is_subtracted():
    descriptors, positions = frames(NOISE)
    louder, _ = frames(10 * NOISE)
    np.testing.assert_allclose(louder, descriptors, atol=1e-3)
    np.testing.assert_allclose(descriptors[:, :5].mean(axis=0), 0, atol=1e-4)
    assert np.abs(frames(10 * NOISE, subtract_mean=False)[0] - louder).max() > 10
    assert descriptors.shape == (26, 10)
    np.testing.assert_allclose(positions[:, 0], (np.arange(26) + 0.5) / 26, rtol=1e-6)


def test_pauses_are_left_out_and_places_are_those_among_the_rest():
    pause = np.zeros(8000)
    descriptors, positions = frames(np.concatenate([pause, NOISE, pause]))
    assert 25 <= len(descriptors) <= 30
    assert positions[0] < 0.05
    assert positions[-1] > 0.95
