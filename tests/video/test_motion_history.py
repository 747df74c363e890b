"""What only MotionHistory does; the rest is in tests/test_common.py."""

import numpy as np
import pytest

from mmsk.video import MotionHistory
from mmsk.video._motion_history import history_directions, hu_moments

RNG = np.random.default_rng(0)


def box(moves, size=(60, 80), start=(25, 35), side=12, level=255):
    """A bright box that is moved by so many pixels from frame to frame."""
    film = np.full((len(moves) + 1, *size), 60, np.uint8)
    row, col = start
    for frame, (down, right) in zip(film, [(0, 0), *moves], strict=True):
        row, col = row + down, col + right
        frame[row : row + side, col : col + side] = level
    return film


def features(film, **parameters):
    extractor = MotionHistory(**{"every_s": None, **parameters})
    row = extractor.fit_transform([film])[0]
    return dict(zip(extractor.get_feature_names_out(), row, strict=True))


@pytest.mark.parametrize(
    ("move", "direction"), [((0, 2), 0), ((2, 0), 2), ((0, -2), 4), ((-2, 0), 6)]
)
def test_the_history_grows_where_the_box_goes(move, direction):
    found = features(box([move] * 10))
    shares = [found[f"direction_{which}"] for which in range(8)]
    assert int(np.argmax(shares)) == direction
    assert sum(shares) == pytest.approx(1, abs=1e-5)


def blinking(frames, size=(12, 36)):
    """Black, but for some columns that are white in some frames."""
    film = np.zeros((max(frames) + 2, *size), np.uint8)
    for number, columns in frames.items():
        film[number, :, columns] = 255
    return film


def test_cells_say_how_often_and_when_they_moved_by_hand():
    # half of the left cells in steps 1 and 2 of 4, half of the right ones in steps 3 and 4
    film = blinking({1: slice(0, 9), 3: slice(27, 36)})
    found = features(film, grid=2, threshold=100)
    for row in range(2):
        # smoothed, a third of the difference is left beyond an edge: below the threshold
        assert found[f"energy_r{row}_c0"] == pytest.approx(2 / 4 / 2, abs=1e-6)
        assert found[f"history_r{row}_c0"] == pytest.approx(2 / 4 / 2, abs=1e-6)
        assert found[f"energy_r{row}_c1"] == pytest.approx(2 / 4 / 2, abs=1e-6)
        assert found[f"history_r{row}_c1"] == pytest.approx(4 / 4 / 2, abs=1e-6)


@pytest.mark.parametrize(
    "film",
    [
        np.full((6, 20, 30), 90, np.uint8),
        RNG.integers(0, 256, (1, 20, 30), dtype=np.uint8),
        np.repeat(np.arange(40, 240, 40, dtype=np.uint8), 600).reshape(5, 20, 30),  # flicker
        np.zeros((4, 1, 1), np.uint8),
    ],
)
def test_a_film_at_rest_is_all_0(film):
    assert not any(features(film).values())


def test_the_size_of_the_film_does_not_count():
    small = box([(0, 2)] * 10)
    large = small.repeat(3, axis=1).repeat(3, axis=2)
    found, of_large = features(small, width_px=80), features(large, width_px=80)
    for name, value in found.items():
        assert of_large[name] == pytest.approx(value, abs=1e-5), name


def test_moments_do_not_change_where_a_picture_is_moved_or_turned():
    picture = np.zeros((60, 60))
    picture[10:30, 5:15] = RNG.uniform(size=(20, 10))
    expected = hu_moments(picture)
    np.testing.assert_allclose(hu_moments(np.roll(picture, (20, 30), (0, 1))), expected)
    np.testing.assert_allclose(hu_moments(np.rot90(picture)), expected, atol=1e-18)


def test_a_picture_of_nothing_has_no_moments_and_no_directions():
    assert not hu_moments(np.zeros((4, 5))).any()
    assert not history_directions(np.zeros((4, 5)), 8).any()
