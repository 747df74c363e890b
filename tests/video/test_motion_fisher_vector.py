"""What only MotionFisherVector does; the rest is in tests/test_common.py."""

import numpy as np
import pytest

from mmsk.video import MotionFisherVector

NOISE = np.random.default_rng(0).integers(0, 256, (48, 64), dtype=np.uint8)
STEPS = range(16)
RIGHT = np.stack([np.roll(NOISE, k, axis=1) for k in STEPS])
DOWN = np.stack([np.roll(NOISE, k, axis=0) for k in STEPS])
STILL = np.repeat(NOISE[None], 16, axis=0)


def extractor(**parameters):
    defaults = {"n_components": 4, "n_dims": 8, "every_s": None}
    return MotionFisherVector(**{**defaults, **parameters})


def test_films_of_like_motion_are_near_and_of_other_motion_far():
    films = [RIGHT, RIGHT[:, ::-1], DOWN, DOWN[:, :, ::-1]]
    rows = extractor().fit_transform(films)
    alike = rows @ rows.T
    assert min(alike[0, 1], alike[2, 3]) > 0.1 > max(alike[0, 2], alike[1, 3])


def test_descriptors_are_of_cuboids_on_a_lattice():
    descriptors, positions = extractor(cell_px=12, cell_steps=2)._describe(RIGHT)
    # 15 steps make 8 cells in time: 6 cuboids, of 4 x 5 cells: 3 x 4
    assert len(descriptors) == 6 * 3 * 4
    assert descriptors.shape[1] == 12 * 4 * 9
    assert positions.min() > 0
    assert positions.max() < 1
    assert len(np.unique(positions[:, 0])) == 6


def kinds(film, **parameters):
    """Means of the four kinds of histograms of a film, of shape (4, orientations + 1)."""
    descriptors, _ = extractor(**parameters)._describe(film)
    return descriptors.reshape(len(descriptors), 4, 9, -1).mean(axis=(0, 3))


def test_motion_counts_under_its_direction_and_what_is_seen_under_its_own():
    right, down = kinds(RIGHT), kinds(DOWN)
    assert right[1].argmax() == 0
    assert down[1].argmax() == 2  # a quarter of eight directions on
    np.testing.assert_allclose(right[0], down[0], atol=0.02)  # the same noise


def test_gradients_of_differences_see_only_what_changes():
    assert kinds(STILL)[0].max() > 0.1
    assert kinds(STILL, gradients_of="difference")[0].max() == 0
    moving, seen = kinds(RIGHT, gradients_of="difference"), kinds(RIGHT)
    assert moving[0].max() > 0.1
    np.testing.assert_array_equal(moving[1:], seen[1:])


def test_cuboids_at_rest_are_left_out():
    half = STILL.copy()
    half[:, :, 32:] = RIGHT[:, :, 32:]
    _, positions = extractor()._describe(half)
    assert (positions[:, 1] < 0.3).mean() < 0.15  # flow spills a little
    assert len(extractor()._describe(STILL)[0]) == 72


def test_a_pyramid_cuts_time_only():
    fitted = extractor(pyramid=(1, 2)).fit([RIGHT, DOWN])
    names = fitted.get_feature_names_out()
    assert len(names) == 3 * 4 * (1 + 2 * 8)
    assert names[-1].startswith("fisher_variance_2_1_")
    there, back = fitted.transform(
        [np.concatenate([STILL, RIGHT]), np.concatenate([RIGHT, STILL])]
    )
    part = len(names) // 3
    first, second = there[part : 2 * part], there[2 * part :]
    assert np.linalg.norm(first - back[2 * part :]) < np.linalg.norm(first - second)


def test_positions_are_values_of_their_own():
    names = extractor(positions=True, pyramid=(1,)).fit([RIGHT, DOWN]).get_feature_names_out()
    assert [name.rpartition("_")[2] for name in names[-3:]] == ["t", "x", "y"]


def test_brightness_does_not_count():
    dark, bright = RIGHT // 2, RIGHT // 2 + np.uint8(100)
    rows = extractor().fit_transform([dark, bright])
    np.testing.assert_allclose(*rows, atol=1e-4)


def test_a_single_frame_is_a_film_at_rest():
    rows = extractor().fit([RIGHT]).transform([RIGHT[:1]])
    assert np.isfinite(rows).all()


@pytest.mark.parametrize("pyramid", [(), (0,), (1.5,)])
def test_a_pyramid_of_no_parts_is_refused(pyramid):
    with pytest.raises(ValueError, match="pyramid must hold"):
        extractor(pyramid=pyramid).fit([RIGHT])
