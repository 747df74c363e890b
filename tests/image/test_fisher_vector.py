"""What only FisherVector does; the rest is in tests/test_common.py."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from mmsk.exceptions import DecodeError, FailedSamplesWarning, NothingToLearnError
from mmsk.image import FisherVector

RNG = np.random.default_rng(0)
PICTURES = list(RNG.integers(0, 256, (6, 40, 56), dtype=np.uint8))
SMALL = {"n_components": 4, "n_dims": 6, "cell_px": 4}


def lengths(features):
    return np.linalg.norm(features, axis=1)


@pytest.mark.parametrize("encoding", ["fisher", "vlad"])
@pytest.mark.parametrize("pyramid", [(1,), (1, 2), (3,)])
@pytest.mark.parametrize("positions", [True, False])
def test_widths_and_names_follow_the_parameters(encoding, pyramid, positions):
    extractor = FisherVector(**SMALL, encoding=encoding, pyramid=pyramid, positions=positions)
    features = extractor.fit_transform(PICTURES)
    n_cells = sum(n**2 for n in pyramid)
    values = 6 + 2 * positions
    width = n_cells * 4 * (1 + 2 * values if encoding == "fisher" else values)
    assert features.shape == (6, width)
    names = extractor.get_feature_names_out()
    assert len(set(names)) == width
    of_places = n_cells * 4 * 2 * positions * (2 if encoding == "fisher" else 1)
    assert sum(name.endswith(("_x", "_y")) for name in names) == of_places
    np.testing.assert_allclose(lengths(features), 1, rtol=1e-5)


def test_cells_of_a_pyramid_count_alike():
    features = FisherVector(**SMALL, pyramid=(1, 2)).fit_transform(PICTURES)
    parts = features.reshape(6, 5, -1)
    np.testing.assert_allclose(np.linalg.norm(parts, axis=2), 5**-0.5, rtol=1e-5)


def test_the_grid_of_one_in_a_pyramid_is_the_whole_picture():
    alone = FisherVector(**SMALL).fit_transform(PICTURES)
    among = FisherVector(**SMALL, pyramid=(1, 2)).fit_transform(PICTURES)
    np.testing.assert_allclose(among[:, : alone.shape[1]] * 5**0.5, alone, atol=1e-5)


def test_contrast_and_brightness_hardly_show():
    extractor = FisherVector(**SMALL, scales=(1,)).fit(PICTURES)
    pale = [(picture // 2 + 60).astype(np.uint8) for picture in PICTURES]
    near = (extractor.transform(PICTURES) * extractor.transform(pale)).sum(axis=1)
    assert near.min() > 0.95


def test_bytes_and_floats_in_the_unit_range_are_the_same():
    extractor = FisherVector(**SMALL).fit(PICTURES)
    floats = [picture / 255 for picture in PICTURES]
    np.testing.assert_allclose(
        extractor.transform(floats), extractor.transform(PICTURES), atol=1e-3
    )


def test_a_floating_picture_outside_the_unit_range_is_refused():
    with pytest.raises(ValueError, match=r"needs pixels in 0..1") as info:
        FisherVector(**SMALL).fit([*PICTURES, PICTURES[0].astype(float)])
    assert info.value.__notes__ == ["FisherVector: row 6, source ndarray(40, 56)"]


def test_positions_tell_where_things_are():
    half = RNG.integers(0, 256, (40, 28), dtype=np.uint8)
    flat = np.full((40, 28), 128, np.uint8)
    sides = [np.hstack([half, flat]), np.hstack([flat, half])]
    apart = {}
    for positions in (True, False):
        extractor = FisherVector(**SMALL, scales=(1,), positions=positions).fit(sides)
        left, right = extractor.transform(sides)
        apart[positions] = float(left @ right)
    assert apart[True] < apart[False] - 0.1


@pytest.mark.parametrize("encoding", ["fisher", "vlad"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 90), (15, 16), (17, 3)])
def test_a_picture_smaller_than_a_patch_is_described(shape, encoding):
    extractor = FisherVector(**SMALL, encoding=encoding, pyramid=(1, 2)).fit(PICTURES)
    features = extractor.transform([RNG.integers(0, 256, shape, dtype=np.uint8)])
    np.testing.assert_allclose(lengths(features), 1, rtol=1e-5)


def test_flat_pictures_only_make_a_codebook_of_one_word():
    flat = [np.zeros((20, 30), np.uint8)] * 2
    features = FisherVector(n_dims=3, positions=False).fit_transform(flat)
    assert features.shape == (2, 1 + 2 * 3)
    assert np.isfinite(features).all()


def test_a_large_picture_is_shrunk_to_the_size():
    large = np.kron(PICTURES[0], np.ones((4, 4), np.uint8))
    extractor = FisherVector(**SMALL, size_px=56).fit(PICTURES)
    one, two = extractor.transform([PICTURES[0], large])
    assert one @ two > 0.8


@pytest.mark.parametrize("seed", [0, 7, np.random.RandomState(3)])
def test_the_seed_decides_and_workers_do_not(seed):
    state = seed.get_state() if isinstance(seed, np.random.RandomState) else None
    found = []
    for n_jobs in (1, 2):
        if state is not None:
            seed.set_state(state)
        extractor = FisherVector(**SMALL, max_descriptors=100, random_state=seed, n_jobs=n_jobs)
        found.append(extractor.fit_transform(PICTURES))
    np.testing.assert_array_equal(found[0], found[1])


def test_another_seed_gives_another_codebook():
    both = [FisherVector(**SMALL, random_state=k).fit_transform(PICTURES) for k in (0, 1)]
    assert not np.allclose(both[0], both[1])


def test_fit_reads_missing_and_damaged_pictures_as_asked():
    column = [None, b"no picture", *PICTURES]
    with pytest.raises(DecodeError) as info:
        FisherVector(**SMALL).fit(column)
    assert info.value.__notes__ == ["FisherVector: row 1, source 10 bytes"]
    lenient = FisherVector(**SMALL, on_error="missing")
    with pytest.warns(FailedSamplesWarning):
        features = lenient.fit_transform(column)
    np.testing.assert_array_equal(np.isnan(features[:, 0]), [True] * 2 + [False] * 6)


def test_without_any_picture_there_is_nothing_to_learn():
    with pytest.raises(NothingToLearnError, match="at least 2 descriptors, but the 2 samples"):
        FisherVector().fit([None, None])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"pyramid": ()}, r"pyramid must hold cells per side of each grid, .* got \(\)"),
        ({"pyramid": (1, 0)}, r"got \(1, 0\)"),
        ({"pyramid": (1.5,)}, r"got \(1.5,\)"),
        ({"scales": ()}, r"scales must hold positive factors"),
        ({"scales": (1, -1)}, r"got \(1, -1\)"),
    ],
)
def test_wrong_grids_and_scales_are_refused_in_fit(parameters, message):
    with pytest.raises(ValueError, match=message):
        FisherVector(**parameters).fit(PICTURES)


def test_a_linear_model_tells_textures_apart():
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (20, 48, 48), dtype=np.uint8)
    stripes = np.repeat(rng.integers(0, 256, (20, 1, 48), dtype=np.uint8), 48, axis=1)
    stripes = np.clip(stripes + rng.normal(0, 20, stripes.shape), 0, 255).astype(np.uint8)
    columns, y = [*noise, *stripes], np.repeat([0, 1], 20)
    model = make_pipeline(FisherVector(n_components=8), LogisticRegression())
    assert model.fit(columns[::2], y[::2]).score(columns[1::2], y[1::2]) == 1
