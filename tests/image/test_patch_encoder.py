"""What only PatchEncoder does; the rest is in tests/test_common.py, codes in tests/encoding."""

import numpy as np
import pytest

from mmsk.exceptions import DecodeError
from mmsk.image import PatchEncoder

RNG = np.random.default_rng(0)
PICTURES = list(RNG.integers(0, 256, (6, 40, 30, 3), dtype=np.uint8))
SMALL = {"n_centroids": 12, "patch_px": 6, "step_px": 2, "size_px": 24, "max_patches": 2000}


@pytest.mark.parametrize("dictionary", ["kmeans", "patches"])
@pytest.mark.parametrize("code", ["triangle", "nearest"])
def test_workers_do_not_show_in_what_is_learned(dictionary, code):
    one = PatchEncoder(**SMALL, dictionary=dictionary, code=code).fit(PICTURES)
    two = PatchEncoder(**SMALL, dictionary=dictionary, code=code, n_jobs=2).fit(PICTURES)
    np.testing.assert_array_equal(one.centroids_, two.centroids_)
    np.testing.assert_array_equal(one.transform(PICTURES), two.transform(PICTURES))


def test_the_memory_bound_does_not_show():
    narrow = PatchEncoder(**SMALL, max_memory_mb=0.001).fit_transform(PICTURES)
    wide = PatchEncoder(**SMALL).fit_transform(PICTURES)
    np.testing.assert_allclose(narrow, wide, atol=1e-5)


def test_another_seed_is_another_dictionary():
    zero, one = (PatchEncoder(**SMALL, random_state=seed).fit(PICTURES) for seed in (0, 1))
    assert not np.array_equal(zero.centroids_, one.centroids_)


def test_floating_pictures_in_0_1_are_bytes_divided_by_255():
    pictures = [np.ascontiguousarray(picture[:24, :24]) for picture in PICTURES]
    encoder = PatchEncoder(**SMALL).fit(pictures)
    floats = encoder.transform([(picture / 255).astype(np.float32) for picture in pictures])
    np.testing.assert_allclose(floats, encoder.transform(pictures), atol=1e-3)


def test_a_floating_picture_beyond_0_1_is_refused():
    encoder = PatchEncoder(**SMALL).fit(PICTURES)
    with pytest.raises(ValueError, match=r"needs pixels in 0\.\.1, got 200..200"):
        encoder.transform([np.full((30, 30), 200.0)])


@pytest.mark.parametrize("color", [True, False])
def test_grey_and_coloured_pictures_may_stand_in_one_column(color):
    column = [*PICTURES, PICTURES[0][:, :, 0]]
    encoder = PatchEncoder(**SMALL, color=color)
    assert encoder.fit_transform(column).shape == (7, 12 * 21)
    assert encoder.mean_.shape == (108 if color else 36,)


def test_a_flat_picture_has_the_row_of_any_other_flat_one():
    encoder = PatchEncoder(**SMALL).fit(PICTURES)
    black, white = encoder.transform([np.zeros((9, 9), np.uint8), np.full((99, 9), 255, "u1")])
    np.testing.assert_array_equal(black, white)


def test_nearest_counts_so_many_of_the_centroids_in_each_patch():
    shares = PatchEncoder(**SMALL, code="nearest", n_nearest=3, pool="mean", levels=(1, 3))
    sums = shares.fit_transform(PICTURES).reshape(6, 10, 12).sum(axis=2)
    np.testing.assert_allclose(sums, 3, rtol=1e-5)


def test_a_share_of_nearest_is_a_share_of_the_centroids():
    parameters = {**SMALL, "code": "nearest"}
    share = PatchEncoder(**parameters, n_nearest=0.25).fit_transform(PICTURES)
    count = PatchEncoder(**parameters, n_nearest=3).fit_transform(PICTURES)
    np.testing.assert_array_equal(share, count)


def test_names_say_grid_cell_and_centroid():
    encoder = PatchEncoder(**SMALL, levels=[1, 2]).fit(PICTURES)
    names = encoder.get_feature_names_out()
    assert list(names[[0, 11, 12, -1]]) == [
        "patch_1x1_r0_c0_0",
        "patch_1x1_r0_c0_11",
        "patch_2x2_r0_c0_0",
        "patch_2x2_r1_c1_11",
    ]


def test_no_more_pictures_are_read_in_fit_than_patches_ask_for():
    class Counting(PatchEncoder):
        def _read(self, source):
            read.append(source)
            return super()._read(source)

    read = []
    Counting(**{**SMALL, "max_patches": 50}).fit(PICTURES)
    assert len(read) == 2


def test_the_smallest_size_has_a_patch_for_each_cell():
    encoder = PatchEncoder(12, 4, 2, 8, levels=(3,))
    assert encoder.fit_transform(PICTURES).shape == (6, 9 * 12)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"size_px": 7, "patch_px": 4, "step_px": 2, "levels": (3,)},
            r"patch_px=4, step_px=2 and levels=\(3,\) need size_px of at least 8, got 7",
        ),
        ({"levels": ()}, r"levels must be whole numbers of at least 1, got \(\)"),
        ({"levels": (1, 0)}, r"levels must be whole numbers of at least 1, got \(1, 0\)"),
        ({"n_nearest": 13}, "n_nearest=13 is more than n_centroids=12"),
        ({"max_patches": 11}, "n_centroids=12 are learned from as many patches at least"),
    ],
)
def test_parameters_that_disagree_are_refused_in_fit(parameters, message):
    with pytest.raises(ValueError, match=message):
        PatchEncoder(**{**SMALL, **parameters}).fit(PICTURES)


def test_a_damaged_picture_stops_fit_and_is_named():
    with pytest.raises(DecodeError) as info:
        PatchEncoder(**SMALL).fit([*PICTURES, b"no picture"])
    assert info.value.__notes__ == ["PatchEncoder: row 6, source 10 bytes"]


def test_a_damaged_picture_is_passed_over_in_fit_where_asked():
    encoder = PatchEncoder(**SMALL, on_error="missing").fit([b"no picture", *PICTURES])
    assert np.isfinite(encoder.transform(PICTURES)).all()


def test_without_any_picture_there_is_nothing_to_learn_from():
    with pytest.raises(ValueError, match=r"learns from pictures .* none of the 2 samples"):
        PatchEncoder(**SMALL).fit([None, None])
