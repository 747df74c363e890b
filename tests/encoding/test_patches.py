"""Patches coded and pooled, against a slow way that takes one patch after the other."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmsk.encoding._patches import (
    PatchCoding,
    PatchDictionary,
    cell_names,
    drawn_patches,
    encoded,
    learned_dictionary,
    normalized,
    spherical_centers,
)

CONTRAST = 10.0
GRIDS = ((1, 1), (2, 3), (3, 2))


def coding(**changes):
    return PatchCoding(
        **{
            "patch": (3, 2),
            "step": (1, 1),
            "grids": GRIDS,
            "contrast": CONTRAST,
            "n_nearest": None,
            "projects": False,
            "pool": "mean",
            "max_bytes": 2**20,
            **changes,
        }
    )


def noise(*shape, seed=0):
    return np.random.default_rng(seed).uniform(0, 255, shape).astype(np.float32)


def dictionary_of(plane, n_words=7, patch=(3, 2), method="kmeans"):
    drawn = drawn_patches(plane, patch, 200, np.random.default_rng(1))
    return learned_dictionary(drawn, n_words, method, CONTRAST, 0.1, 0)


def slowly_encoded(plane, dictionary, coding):
    """`encoded`, in float64, place after place and cell after cell."""
    (down, right), (row_step, column_step) = coding.patch, coding.step
    n_rows = (plane.shape[0] - down) // row_step + 1
    n_columns = (plane.shape[1] - right) // column_step + 1
    codes = np.empty((n_rows, n_columns, len(dictionary.words)))
    for row in range(n_rows):
        for column in range(n_columns):
            y, x = row * row_step, column * column_step
            patch = plane[y : y + down, x : x + right].astype(np.float64).ravel()
            codes[row, column] = slow_code(patch, dictionary, coding)
    pool = {"mean": np.mean, "max": np.max}[coding.pool]
    cells = [
        pool(part, axis=(0, 1))
        for rows, columns in coding.grids
        for strip in divided(codes, rows)
        for part in (piece.swapaxes(0, 1) for piece in divided(strip.swapaxes(0, 1), columns))
    ]
    return np.concatenate(cells)


def slow_code(patch, dictionary, coding):
    patch = (patch - patch.mean()) / np.sqrt(patch.var() + coding.contrast)
    whitened = dictionary.whitening @ (patch - dictionary.mean)
    if coding.projects:
        return np.clip(dictionary.words @ whitened, 0, None)
    distances = np.linalg.norm(dictionary.words - whitened, axis=1)
    if coding.n_nearest is None:
        return np.clip(distances.mean() - distances, 0, None)
    return distances <= np.sort(distances)[coding.n_nearest - 1]


def divided(values, n_parts):
    n = len(values)
    return [values[k * n // n_parts : (k + 1) * n // n_parts] for k in range(n_parts)]


@pytest.mark.parametrize("pool", ["mean", "max"])
@pytest.mark.parametrize("n_nearest", [None, 1, 3, 7])
@pytest.mark.parametrize("step", [(1, 1), (2, 3)])
@pytest.mark.parametrize("n_channels", [1, 3])
def test_codes_are_those_of_one_patch_after_the_other(n_channels, step, n_nearest, pool):
    plane = noise(17, 14, n_channels)
    words = dictionary_of(plane)
    how = coding(step=step, n_nearest=n_nearest, pool=pool)
    found = encoded(plane, words, how)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, slowly_encoded(plane, words, how), atol=1e-4)


@pytest.mark.parametrize("pool", ["mean", "max"])
def test_projections_are_those_of_one_patch_after_the_other(pool):
    plane = noise(17, 14, 1)
    words = dictionary_of(plane, method="spherical")
    how = coding(projects=True, pool=pool)
    expected = slowly_encoded(plane, words, how)
    np.testing.assert_allclose(encoded(plane, words, how), expected, atol=1e-4)


@given(st.integers(0, 99))
def test_spherical_centres_lie_along_two_opposite_bundles_whatever_their_lengths(seed):
    rng = np.random.default_rng(seed)
    lengths = rng.uniform(1, 9, (60, 1)) * np.repeat([[1], [-1]], 30, axis=0)
    vectors = lengths * [0.6, 0, 0.8, 0] + rng.normal(0, 1e-3, (60, 4))
    centers = spherical_centers(vectors.astype(np.float32), 2, seed)
    centers = centers[centers[:, 0].argsort()]
    np.testing.assert_allclose(centers, [[-0.6, 0, -0.8, 0], [0.6, 0, 0.8, 0]], atol=0.01)


@pytest.mark.parametrize("pool", ["mean", "max"])
@pytest.mark.parametrize("n_nearest", [None, 2])
def test_the_size_of_blocks_does_not_show(n_nearest, pool):
    plane = noise(30, 14, 3)
    words = dictionary_of(plane)
    whole = encoded(plane, words, coding(n_nearest=n_nearest, pool=pool))
    for max_bytes in (1, 5_000, 20_000):
        how = coding(n_nearest=n_nearest, pool=pool, max_bytes=max_bytes)
        np.testing.assert_allclose(encoded(plane, words, how), whole, atol=1e-5)


def test_memory_is_bounded_whatever_the_size_of_the_plane():
    plane = noise(1000, 40, 3)
    words = dictionary_of(plane, n_words=50)
    whole = 4 * 998 * 39 * 50  # bytes of the codes of all patches
    tracemalloc.start()
    encoded(plane, words, coding(max_bytes=500_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 600_000 < whole / 10


@given(st.floats(-100, 100), st.integers(0, 1000))
def test_brightness_does_not_show(shift, seed):
    plane = noise(9, 8, 3, seed=seed)
    words = dictionary_of(noise(20, 20, 3))
    found = encoded(plane + np.float32(shift), words, coding())
    np.testing.assert_allclose(found, encoded(plane, words, coding()), atol=1e-3)


@pytest.mark.parametrize("factor", [0.5, 2, 10])
def test_contrast_hardly_shows_where_the_variance_is_far_above_the_constant(factor):
    plane = noise(20, 20, 3)
    words = dictionary_of(plane)
    plain, scaled = (encoded(factor * k, words, coding()) for k in (plane, plane * factor))
    np.testing.assert_allclose(scaled, plain, atol=0.02)


def test_contrast_does_not_show_without_the_constant():
    plane = noise(20, 20, 3)
    words = dictionary_of(plane)
    how = coding(contrast=1e-9)
    both = encoded(plane, words, how), encoded(0.01 * plane, words, how)
    np.testing.assert_allclose(*both, atol=1e-3)


def test_normalized_patches_have_mean_0_and_a_variance_that_the_constant_lowers():
    patches = noise(50, 12)
    found = normalized(patches, CONTRAST)
    variance = patches.var(axis=1)
    np.testing.assert_allclose(found.mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(found.var(axis=1), variance / (variance + CONTRAST), rtol=1e-4)


def test_a_flat_patch_is_0_and_a_nearly_flat_one_stays_small():
    nearly = 100 + np.array([[0, 0, 0, 0], [0, 0, 0, 1]], np.float32)
    found = normalized(nearly, CONTRAST)
    np.testing.assert_array_equal(found[0], 0)
    assert np.abs(found[1]).max() < 0.3


def test_whitened_patches_have_a_covariance_near_1_where_epsilon_is_small():
    rng = np.random.default_rng(0)
    patches = rng.normal(size=(4000, 6)) @ rng.normal(size=(6, 6)) * 50
    learned = learned_dictionary(patches.astype(np.float32), 2, "patches", CONTRAST, 1e-6, 0)
    whitened = (normalized(patches, CONTRAST) - learned.mean) @ learned.whitening
    # one direction is lost with the mean of each patch
    variances = np.linalg.eigvalsh(np.cov(whitened.T))
    np.testing.assert_allclose(variances, [0, 1, 1, 1, 1, 1], atol=0.01)


@pytest.mark.parametrize("n_nearest", [None, 1])
def test_a_picture_of_one_known_patch_is_told_by_its_word(n_nearest):
    edges = noise(5, 6).reshape(5, 3, 2, 1)
    sample = edges.reshape(5, -1)
    words = learned_dictionary(np.repeat(sample, 2, axis=0)[::2], 5, "patches", 1.0, 0.1, 0)
    for number, patch in enumerate(edges):
        how = coding(grids=((1, 1),), n_nearest=n_nearest, contrast=1.0)
        assert encoded(patch, words, how).argmax() == number


def test_words_by_hand():
    identity = PatchDictionary(
        np.zeros(2, np.float32),
        np.eye(2, dtype=np.float32),
        np.array([[-1, 1], [1, -1]], np.float32),
    )
    rising = np.array([[[0], [200]]], np.float32)
    how = coding(patch=(1, 2), grids=((1, 1),), contrast=1e-6)
    # distances 0 and 2 * sqrt(2), whose mean is sqrt(2)
    np.testing.assert_allclose(encoded(rising, identity, how), [np.sqrt(2), 0], atol=1e-3)
    how = how._replace(n_nearest=1)
    np.testing.assert_array_equal(encoded(rising, identity, how), [1, 0])


@pytest.mark.parametrize("method", ["kmeans", "patches"])
def test_the_same_seed_gives_the_same_words_and_another_one_others(method):
    drawn = drawn_patches(noise(30, 30, 1), (3, 3), 400, np.random.default_rng(0))
    words = [
        learned_dictionary(drawn.copy(), 8, method, CONTRAST, 0.1, seed).words
        for seed in (3, 3, 4)
    ]
    np.testing.assert_array_equal(words[0], words[1])
    assert not np.array_equal(words[0], words[2])


def test_words_repeat_where_patches_are_few():
    learned = learned_dictionary(noise(3, 6), 8, "kmeans", CONTRAST, 0.1, 0)
    np.testing.assert_array_equal(learned.words[3:6], learned.words[:3])


def test_flat_patches_are_not_learned_from():
    patches = noise(40, 6)
    flat = np.full((500, 6), 255, np.float32)
    expected = learned_dictionary(patches, 5, "kmeans", CONTRAST, 0.1, 0)
    found = learned_dictionary(np.vstack([flat, patches]), 5, "kmeans", CONTRAST, 0.1, 0)
    np.testing.assert_array_equal(found.words, expected.words)


def test_a_dictionary_of_nothing_but_flat_patches_is_finite():
    plane = np.full((9, 9, 3), 128, np.float32)
    words = dictionary_of(plane)
    np.testing.assert_array_equal(encoded(plane, words, coding()), 0)


def test_patches_are_drawn_from_different_places_of_the_plane():
    plane = np.arange(20, dtype=np.float32).reshape(4, 5, 1)
    drawn = drawn_patches(plane, (2, 2), 100, np.random.default_rng(0))
    corners = [
        4 * [k] + np.array([0, 1, 5, 6]) for k in (0, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13)
    ]
    np.testing.assert_array_equal(drawn[np.argsort(drawn[:, 0])], corners)


def test_the_smallest_plane_has_a_patch_for_each_cell_of_the_finest_grid():
    plane = noise(5, 4, 1)  # 3 x 3 places
    words = dictionary_of(noise(20, 20, 1))
    found = encoded(plane, words, coding(grids=((3, 3),)))
    single = [
        encoded(plane[r : r + 3, c : c + 2], words, coding(grids=((1, 1),)))
        for r in range(3)
        for c in range(3)
    ]
    np.testing.assert_allclose(found, np.concatenate(single), atol=1e-5)


def test_names_follow_the_order_of_features():
    names = cell_names([(1, 1), (1, 2)], 2)
    assert names == [
        "1x1_r0_c0_0",
        "1x1_r0_c0_1",
        "1x2_r0_c0_0",
        "1x2_r0_c0_1",
        "1x2_r0_c1_0",
        "1x2_r0_c1_1",
    ]
