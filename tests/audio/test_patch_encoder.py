"""What only audio.PatchEncoder does; codes are in tests/encoding, the rest in test_common."""

import numpy as np
import pytest

from mmsk.audio import PatchEncoder
from mmsk.encoding._patches import n_positions
from mmsk.exceptions import DecodeError

RNG = np.random.default_rng(0)
SOUNDS = [RNG.normal(size=n) for n in (3000, 4000, 8000)]
SMALL = {"n_centroids": 8, "max_patches": 500}


def chirp(start_hz, end_hz, length_s=0.5):
    """A tone that glides, in faint noise."""
    time_s = np.arange(int(16000 * length_s)) / 16000
    turns = start_hz * time_s + (end_hz - start_hz) * time_s**2 / (2 * length_s)
    return np.sin(2 * np.pi * turns) + 0.01 * RNG.normal(size=len(time_s))


def test_names_say_grid_band_part_and_centroid():
    encoder = PatchEncoder(**SMALL, n_bands=2, levels=(1, 3)).fit(SOUNDS)
    assert encoder.transform(SOUNDS).shape == (3, 2 * 4 * 8)
    names = encoder.get_feature_names_out()
    assert names[[0, 8, 16, -1]].tolist() == [
        "patch_2x1_r0_c0_0",
        "patch_2x1_r1_c0_0",
        "patch_2x3_r0_c0_0",
        "patch_2x3_r1_c2_7",
    ]


@pytest.mark.parametrize("dictionary", ["kmeans", "spherical", "patches"])
@pytest.mark.parametrize("code", ["triangle", "projection", "nearest"])
def test_codes_are_finite_and_not_negative(dictionary, code):
    rows = PatchEncoder(**SMALL, dictionary=dictionary, code=code).fit_transform(SOUNDS)
    assert np.isfinite(rows).all()
    assert (rows >= 0).all()
    assert rows.any()


def test_spherical_centroids_have_length_one():
    encoder = PatchEncoder(**SMALL).fit(SOUNDS)
    np.testing.assert_allclose(np.linalg.norm(encoder.centroids_, axis=1), 1, rtol=1e-5)


def test_loudness_does_not_show():
    encoder = PatchEncoder(**SMALL).fit(SOUNDS)
    louder = encoder.transform([5 * sound for sound in SOUNDS])
    np.testing.assert_allclose(louder, encoder.transform(SOUNDS), atol=1e-3)


def test_silence_at_the_ends_hardly_shows():
    calls = [chirp(500, 3000), chirp(3000, 500)]
    framed = np.concatenate([np.zeros(3200), calls[0], np.zeros(4800)])
    off = []
    for silence_db in (35, None):
        encoder = PatchEncoder(**SMALL, silence_db=silence_db).fit([*calls, framed])
        alone, within = encoder.transform([calls[0], framed])
        off.append(np.linalg.norm(alone - within) / np.linalg.norm(alone))
    assert off[0] < 0.2 < off[1]


def test_parts_of_time_tell_what_comes_first():
    halves = chirp(300, 600, 0.3), chirp(3000, 2000, 0.3)
    calls = [np.concatenate(halves), np.concatenate(halves[::-1])]
    rows = PatchEncoder(**SMALL, levels=(2,)).fit_transform(calls).reshape(2, 4, 2, 8)
    (low_first, high_then), (high_first, low_then) = rows.swapaxes(1, 2).reshape(2, 2, -1)
    for alike, other in ((low_then, high_first), (high_first, low_then)):
        one = low_first if alike is low_then else high_then
        assert np.linalg.norm(one - alike) < 0.3 * np.linalg.norm(one - other)


@pytest.mark.parametrize("n_samples", [1, 200, 1000])
def test_a_recording_too_short_for_a_patch_is_stretched(n_samples):
    encoder = PatchEncoder(**SMALL).fit(SOUNDS)
    plane = encoder._plane((RNG.normal(size=n_samples), 16000))
    patch, step, grids = encoder._shapes()
    assert n_positions(plane.shape, patch, step)[1] >= max(parts for _, parts in grids)
    assert np.isfinite(encoder.transform([RNG.normal(size=n_samples)])).all()


def test_too_few_bands_for_patches_and_cells_are_refused_in_fit():
    message = "patch_mels=10, step_mels=2 and n_bands=8 need n_mels of at least 24, got 20"
    with pytest.raises(ValueError, match=message):
        PatchEncoder(n_mels=20, n_bands=8).fit(SOUNDS)


def test_a_damaged_recording_stops_fit_and_is_named_or_is_passed_over():
    with pytest.raises(DecodeError) as info:
        PatchEncoder(**SMALL).fit([*SOUNDS, b"no recording"])
    assert info.value.__notes__ == ["PatchEncoder: row 3, source 12 bytes"]
    encoder = PatchEncoder(**SMALL, on_error="missing").fit([b"no recording", *SOUNDS])
    assert np.isfinite(encoder.transform(SOUNDS)).all()


def test_segments_of_a_recording_are_described_one_by_one():
    whole = SOUNDS[2]
    table = np.array([[whole, 0.0, 0.25], [whole, 0.25, None]], dtype=object)
    encoder = PatchEncoder(**SMALL).fit(SOUNDS)
    expected = encoder.transform([whole[:4000], whole[4000:]])
    fitted = PatchEncoder(**SMALL).fit(table)
    np.testing.assert_array_equal(fitted.set_params(n_jobs=2).transform(table).shape, (2, 224))
    fitted.mean_, fitted.whitening_ = encoder.mean_, encoder.whitening_
    fitted.centroids_ = encoder.centroids_
    np.testing.assert_allclose(fitted.transform(table), expected, atol=1e-6)
