"""What only BlobStatistics does; the rest is in tests/test_common.py."""

import numpy as np
import pytest

from mmsk.io import read_video
from mmsk.io._sources import Segment
from mmsk.video import BlobStatistics
from tests.io.films import film_bytes


def crossing(n_frames=40, size=(48, 64), height=8, width=16, speed=1, level=255):
    """A bright box that goes from left to right over a grey floor."""
    film = np.full((n_frames, *size), 90, np.uint8)
    for k in range(n_frames):
        film[k, 20 : 20 + height, speed * k : speed * k + width] = level
    return film


def features(film, **parameters):
    extractor = BlobStatistics(**{"every_s": None, **parameters})
    row = extractor.fit_transform([film])[0]
    return dict(zip(extractor.get_feature_names_out(), row, strict=True))


def test_a_box_is_described_by_hand():
    found = features(crossing())
    # the mean of 3 x 3 pixels widens it by one on each side
    assert found["blob_area_mean"] == pytest.approx(10 * 18 / (48 * 64), rel=0.1)
    assert found["aspect_mean"] == pytest.approx(10 / 18, abs=0.05)
    assert found["length_mean"] == pytest.approx(18 * 4 / np.sqrt(12) / 64, rel=0.05)
    assert found["density_mean"] == pytest.approx(3 / np.pi, abs=0.03)
    assert found["speed_mean"] == pytest.approx(25 / 64, rel=0.1)
    assert found["present_mean"] == 1


def test_parts_tell_where_it_was_and_displacement_how_far_it_went():
    found = features(crossing())
    assert found["x_part_0"] < found["x_part_1"] < found["x_part_2"]
    assert found["displacement"] == pytest.approx(
        found["x_part_2"] - found["x_part_0"], abs=0.01
    )


@pytest.mark.parametrize("film", [np.full((5, 20, 30), 77, np.uint8), crossing(1)])
def test_a_film_in_which_nothing_moves_is_all_0(film):
    assert not any(features(film).values())


def test_a_flicker_of_all_levels_does_not_show():
    film = np.repeat(crossing(level=200), 5, axis=0)
    flicker = film + (np.arange(len(film), dtype=np.uint8) % 3 * 5)[:, None, None]
    plain, found = features(film), features(flicker)
    assert found["area_mean"] == pytest.approx(plain["area_mean"], rel=0.05)


def test_frames_without_a_blob_do_not_dilute_its_shape():
    film = crossing()
    empty = np.full_like(film, 90)
    whole, halved = features(film), features(np.concatenate([film, empty]))
    assert halved["present_mean"] == pytest.approx(0.5, abs=0.02)
    assert halved["aspect_mean"] == pytest.approx(whole["aspect_mean"], abs=0.05)
    assert halved["aspect_part_2"] == pytest.approx(halved["aspect_mean"])


def test_a_segment_is_compared_with_the_background_of_the_whole_film():
    film = np.full((75, 48, 64), 90, np.uint8)
    film[25:50, 10:30, 20:50] = 255  # still during all of the segment
    found = features(Segment(film, 1.0, 2.0))
    assert found["present_mean"] == 1
    assert found["blob_area_mean"] > 0.1


def test_the_background_of_a_file_is_found_once_for_all_segments(tmp_path, monkeypatch):
    from mmsk.video import _background

    path = tmp_path / "film.mp4"
    path.write_bytes(film_bytes(crossing()))
    watched = []
    median = _background._median
    monkeypatch.setattr(_background, "_median", lambda *a: watched.append(a) or median(*a))
    rows = np.array([[str(path), 0.0, 0.8], [str(path), 0.8, 1.6]], dtype=object)
    assert np.isfinite(BlobStatistics().fit_transform(rows)).all()
    assert len(watched) == 1


def test_the_background_of_a_long_film_is_of_a_bounded_number_of_frames(monkeypatch):
    from mmsk.video._background import background

    largest = []
    stack = np.stack
    monkeypatch.setattr(
        np, "stack", lambda frames: largest.append(len(frames)) or stack(frames)
    )
    film = np.random.default_rng(0).integers(0, 9, (2000, 4, 4), np.uint8)
    background((film, 5.0), 10, 160)
    assert 10 <= largest[0] <= 20


def test_a_decoded_film_is_described_as_its_frames_are():
    stored = film_bytes(crossing(), format="matroska", codec="ffv1", pix_fmt="gray")
    frames = np.stack(list(read_video(stored, gray=True)))
    assert features(stored) == features(frames)
