"""Dense descriptors: grids, scales, and pictures smaller than a patch."""

import numpy as np
import pytest

from mmsk.encoding import dense_descriptors

NOISE = np.random.default_rng(0).random((40, 56)).astype(np.float32)


def test_squares_of_a_descriptor_sum_to_one():
    descriptors, _ = dense_descriptors(NOISE)
    assert descriptors.dtype == np.float32
    np.testing.assert_allclose((descriptors**2).sum(axis=1), 1, rtol=1e-5)


def test_histograms_of_oriented_gradients_are_those_of_the_negative():
    descriptors, positions = dense_descriptors(NOISE, kind="hog")
    assert descriptors.shape == (len(positions), 4 * 4 * 9)
    np.testing.assert_allclose((descriptors**2).sum(axis=1), 1, rtol=1e-5)
    negative, _ = dense_descriptors(1 - NOISE, kind="hog")
    np.testing.assert_allclose(negative, descriptors, atol=1e-5)


@pytest.mark.parametrize(("step_px", "cell_px"), [(4, 4), (3, 4), (5, 3), (1, 2), (8, 6)])
def test_the_grid_is_as_wide_as_cells_allow_and_in_the_middle(step_px, cell_px):
    _, positions = dense_descriptors(NOISE, step_px=step_px, cell_px=cell_px)
    reach = 3 * cell_px
    assert len(positions) == np.prod([(side - 1 - reach) // step_px + 1 for side in (40, 56)])
    off = positions.min(axis=0) + positions.max(axis=0) - 1
    assert (np.abs(off) * [56, 40] <= 2).all()  # a pixel either way, by rounding


def test_a_finer_grid_holds_the_patches_of_a_coarser_one():
    coarse, _ = dense_descriptors(NOISE[:37, :53], step_px=4)
    fine, _ = dense_descriptors(NOISE[:37, :53], step_px=2)
    rows, columns = (37 - 13) // 2 + 1, (53 - 13) // 2 + 1
    kept = fine.reshape(rows, columns, 128)[::2, ::2].reshape(-1, 128)
    np.testing.assert_allclose(kept, coarse, atol=1e-6)


def test_a_mirrored_picture_has_mirrored_positions():
    _, positions = dense_descriptors(NOISE[:37, :53])
    np.testing.assert_allclose(
        np.sort(1 - positions, axis=0), np.sort(positions, axis=0), atol=0.02
    )


def test_scales_follow_one_another():
    both, where = dense_descriptors(NOISE, scales=(1, 0.5))
    large, _ = dense_descriptors(NOISE)
    np.testing.assert_array_equal(both[: len(large)], large)
    assert len(large) < len(both) < 1.3 * len(large)
    assert 0 < where.min() < where.max() < 1


def test_scales_at_which_the_picture_is_too_small_are_left_out():
    np.testing.assert_array_equal(
        dense_descriptors(NOISE, scales=(1, 0.1))[0], dense_descriptors(NOISE)[0]
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (15, 15), (3, 100)])
def test_a_picture_smaller_than_a_patch_is_padded(shape):
    descriptors, positions = dense_descriptors(
        NOISE[: shape[0], :][:, : shape[1]], scales=(1, 2)
    )
    assert len(descriptors) == len(positions) > 0
    assert np.isfinite(descriptors).all()


def test_a_flat_picture_has_zeros():
    assert not dense_descriptors(np.full((20, 20), 0.5, np.float32))[0].any()
