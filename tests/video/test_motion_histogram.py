"""What only MotionHistogram does; the rest is in tests/test_common.py."""

import numpy as np
import pytest

from mmsk.video import MotionHistogram

NOISE = np.random.default_rng(0).integers(0, 256, (60, 80), dtype=np.uint8)
STILL = np.repeat(NOISE[None], 6, axis=0)


def moving(right=0, down=0, n_frames=6):
    steps = range(n_frames)
    return np.stack([np.roll(NOISE, (down * k, right * k), axis=(0, 1)) for k in steps])


def features(film, **parameters):
    extractor = MotionHistogram(**{"every_s": None, "grid": (1, 1, 1), **parameters})
    row = extractor.fit_transform([film])[0]
    return dict(zip(extractor.get_feature_names_out(), row, strict=True))


@pytest.mark.parametrize(
    ("move", "direction"), [((1, 0), 0), ((0, 1), 1), ((-1, 0), 2), ((0, -1), 3), ((3, 0), 0)]
)
def test_the_direction_of_motion_is_the_largest(move, direction):
    found = features(moving(*move), orientations=4, norm=None)
    hof = [found[f"hof_t0_r0_c0_{k}"] for k in range(4)]
    assert np.argmax(hof) == direction


def test_amounts_are_speeds_in_sides_a_second():
    found = features(moving(2, 0, n_frames=5), orientations=4, norm=None)
    # roots; two of 80 pixels a frame, at 25 frames a second
    assert found["hof_t0_r0_c0_0"] ** 2 == pytest.approx(2 / 80 * 25, rel=0.1)


@pytest.mark.parametrize("film", [STILL, STILL[:1]])
def test_without_motion_all_is_0_but_rest(film):
    found = features(film)
    rest = found.pop("hof_t0_r0_c0_rest")
    assert rest == (len(film) > 1)
    assert not any(found.values())


def test_a_change_of_all_levels_alike_is_no_motion():
    film = np.clip(STILL // 2 + np.arange(6, dtype=np.uint8)[:, None, None] * 20, 0, 255)
    assert features(film, norm=None)["hof_t0_r0_c0_rest"] == 1


def test_motion_of_the_whole_frame_has_hardly_any_boundaries():
    whole, part = moving(1, 0), STILL.copy()
    part[:, 20:40, 20:60] = moving(1, 0)[:, 20:40, 20:60]
    boundaries = [
        sum(v**2 for name, v in features(film, norm=None).items() if name.startswith("mbh"))
        / sum(
            v**2
            for k, v in features(film, norm=None).items()
            if k[:3] == "hof" and k[-1] != "t"
        )
        for film in (whole, part)
    ]
    assert boundaries[0] < 0.5 * boundaries[1]


def test_parts_of_time_and_space_have_their_own_motion():
    film = np.concatenate([STILL, moving(1, 0)])
    found = features(film, grid=(2, 1, 1), orientations=4, norm=None)
    assert found["hof_t1_r0_c0_0"] > 5 * found["hof_t0_r0_c0_0"]
    half = STILL.copy()
    half[:, :, 40:] = moving(0, 1)[:, :, 40:]
    found = features(half, grid=(1, 1, 2), orientations=4, norm=None)
    assert found["hof_t0_r0_c1_1"] > 5 * found["hof_t0_r0_c0_1"]


def test_each_histogram_has_length_1():
    row = np.array(list(features(moving(1, 1), grid=(2, 2, 2)).values()))
    kinds = np.split(row, [8 * 9, 8 * 17])
    np.testing.assert_allclose([np.linalg.norm(kind) for kind in kinds], 1, rtol=1e-5)


def test_the_size_of_the_film_does_not_count():
    large = np.kron(moving(1, 0), np.ones((1, 3, 3))).astype(np.uint8)
    small = MotionHistogram(every_s=None, width_px=80)
    np.testing.assert_allclose(*small.fit_transform([moving(1, 0), large]), atol=1e-6)


@pytest.mark.parametrize("grid", [(1, 2), (0, 1, 1), (1, 1, 1.5)])
def test_a_grid_of_other_than_three_sides_is_refused(grid):
    with pytest.raises(ValueError, match="grid must hold parts of the time, rows and columns"):
        MotionHistogram(grid=grid).fit([STILL])
