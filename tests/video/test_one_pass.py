"""Segments of one film, and several descriptions of it, from one pass over its frames."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from mmsk.exceptions import DecodeError
from mmsk.image import ImageStatistics
from mmsk.io import _video, _watch
from mmsk.io._sources import Segment
from mmsk.union import MediaUnion
from mmsk.video import BlobStatistics, FramePooling, FrameStatistics, MotionHistogram
from tests.io.films import film_bytes

N_FRAMES = 100
NOISE = np.random.default_rng(0).integers(0, 256, (N_FRAMES, 32, 48), np.uint8)
LOSSLESS = {"format": "matroska", "codec": "ffv1", "pix_fmt": "gray"}
STRETCHES = [(0.0, 1.0), (2.0, 3.0), (0.5, 1.5), (3.0, None), (0.96, 1.0)]


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path = tmp_path_factory.mktemp("films") / "film.mkv"
    path.write_bytes(film_bytes(NOISE, **LOSSLESS))
    return str(path)


@pytest.fixture
def counted(monkeypatch):
    """How often a film is opened, and how many frames are decoded."""
    counts = {"opened": 0, "decoded": 0}
    opened, timed = _video.opened, _video.timed_frames

    def opening(source):
        counts["opened"] += 1
        return opened(source)

    def timing(*args):
        found = timed(*args)
        return found if found is None else _counting(found, counts)

    for module in (_video, _watch):
        monkeypatch.setattr(module, "opened", opening)
        monkeypatch.setattr(module, "timed_frames", timing)
    return counts


def _counting(frames, counts):
    for frame in frames:
        counts["decoded"] += 1
        yield frame


def rows(film, stretches=STRETCHES):
    return np.array([[film, *stretch] for stretch in stretches], dtype=object)


@pytest.mark.parametrize(
    "extractor",
    [
        FrameStatistics(),
        MotionHistogram(every_s=0.08, width_px=32),
        BlobStatistics(),
        FramePooling(ImageStatistics(), every_s=0.2, pyramid=(1, 2), max_frames=3),
        FrameStatistics(max_frames=5),
    ],
)
def test_segments_are_described_together_as_they_are_alone(film, extractor):
    together = extractor.fit_transform(rows(film))
    alone = np.vstack([extractor.transform(rows(film, [one])) for one in STRETCHES])
    np.testing.assert_array_equal(together, alone)


def test_a_file_is_opened_once_and_overlaps_are_decoded_once(film, counted):
    FrameStatistics().fit_transform(rows(film))
    assert counted == {"opened": 1, "decoded": N_FRAMES}


def test_a_long_gap_is_jumped_over(film, counted, monkeypatch):
    monkeypatch.setattr(_watch, "JUMP_S", 0.5)
    FrameStatistics().fit_transform(rows(film, [(0.0, 0.4), (3.2, 4.0), (0.2, 0.4)]))
    assert counted["opened"] == 2
    assert counted["decoded"] < 40


def test_files_that_take_turns_are_each_opened_once(film, tmp_path, counted):
    other = tmp_path / "other.mkv"
    other.write_bytes(film_bytes(NOISE[::-1], **LOSSLESS))
    mixed = np.vstack([rows(film), rows(str(other))])[[0, 5, 1, 6, 2, 7]]
    found = FrameStatistics(n_jobs=2).fit_transform(mixed)
    assert counted["opened"] == 2
    np.testing.assert_array_equal(found, FrameStatistics().fit_transform(mixed))


def test_members_of_a_union_share_the_pass(film, counted):
    members = [
        ("levels", FrameStatistics()),
        ("motion", MotionHistogram(width_px=32)),
        ("pictures", FramePooling(ImageStatistics(), every_s=0.2)),
    ]
    union = MediaUnion(members).fit([film])
    counted.update(opened=0, decoded=0)
    found = union.transform([film])
    assert counted == {"opened": 1, "decoded": N_FRAMES}
    alone = [extractor.fit_transform([film]) for _, extractor in members]
    np.testing.assert_array_equal(found, np.hstack(alone))


def test_rows_that_are_stored_are_not_looked_at_again(film, counted, tmp_path):
    extractor = FrameStatistics(memory=tmp_path)
    first = extractor.fit_transform(rows(film, STRETCHES[:2]))
    counted.update(opened=0, decoded=0)
    again = extractor.transform(rows(film, STRETCHES[:2]))
    assert counted["opened"] == 0
    more = extractor.transform(rows(film, STRETCHES[:3]))
    assert counted["opened"] == 1
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, more[:2])


def test_a_segment_that_cannot_be_read_is_named_and_others_are_described(film):
    wrong = rows(film, [(0.0, 1.0), (9.0, 9.5), (2.0, 1.0), (1.0, 2.0)])
    found, errors = FrameStatistics().fit(wrong).transform_with_errors(wrong)
    assert [error.row for error in errors] == [1, 2]
    assert "no frame between 9.0 s and 9.5 s" in errors[0].reason
    assert "0 <= start_s < end_s" in errors[1].reason
    assert np.isfinite(found[[0, 3]]).all()
    with pytest.raises(DecodeError, match="no frame between") as info:
        FrameStatistics().fit_transform(wrong)
    assert "row 1" in info.value.__notes__[-1]


def test_segments_before_a_damaged_place_are_described():
    stored = film_bytes(NOISE, format="mpegts", codec="mpeg2video")
    cut = rows(stored[: len(stored) // 2], [(0.0, 0.5), (0.5, 1.0), (3.0, 4.0)])
    found, errors = FrameStatistics().fit(cut).transform_with_errors(cut)
    assert np.isfinite(found[:2]).all()
    assert [error.row for error in errors] == [2]


def test_an_extractor_behind_a_union_sees_the_same_rows(film):
    union = MediaUnion([("levels", make_pipeline(FrameStatistics(), "passthrough"))])
    np.testing.assert_array_equal(
        union.fit_transform(rows(film)), FrameStatistics().fit_transform(rows(film))
    )


def test_a_cell_may_list_segments_of_several_films(film):
    other = film_bytes(NOISE[::-1], **LOSSLESS)
    first, second = Segment(film, 0.0, 1.0), Segment(other, 0.0, 1.0)
    extractor = FrameStatistics()
    alone = extractor.fit_transform([first, second])
    found = extractor.transform([[first, second], first])
    np.testing.assert_allclose(found[0], alone.mean(axis=0), rtol=1e-6)
    np.testing.assert_array_equal(found[1], alone[0])
