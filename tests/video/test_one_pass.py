"""Segments of one film, and several descriptions of it, from one pass over its frames."""

from pathlib import Path
from unittest import mock

import av
import numpy as np
import pytest
import soundfile
from sklearn.pipeline import make_pipeline

from mmsk.audio import MFCC, SpectralStatistics
from mmsk.exceptions import DecodeError
from mmsk.image import ImageStatistics
from mmsk.io import _video, _watch
from mmsk.io._sources import Segment
from mmsk.union import MediaUnion
from mmsk.video import (
    AudioTrack,
    BlobStatistics,
    FramePooling,
    FrameStatistics,
    MotionHistogram,
)
from tests.io.films import film_bytes, film_with_sound

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


# Its sound


SOUND = (0.1 * np.random.default_rng(1).normal(size=180_001)).astype(np.float32)
FORMATS = {
    "mkv": None,
    "mp4": ("mp4", "libx264", "aac"),
    "ts": ("mpegts", "mpeg2video", "mp2"),
    "avi": ("avi", "mpeg4", "libmp3lame"),
    "ogg": ("ogg", "libvpx", "flac"),
}


def talking(tmp_path, ending, frames=NOISE):
    """A film with 4 seconds of pictures and of sound, at 44.1 kHz."""
    path = tmp_path / f"film.{ending}"
    path.write_bytes(film_with_sound(SOUND, 44_100, frames, lossy=FORMATS.get(ending)))
    return str(path)


@pytest.fixture
def opened():
    """The names of all files that FFmpeg or libsndfile opens."""
    names, opening, sounding = [], av.open, soundfile.SoundFile

    def counted(file, *arguments, **options):
        names.append(file)
        return opening(file, *arguments, **options)

    def sounded(file, *arguments, **options):
        names.append(file)
        return sounding(file, *arguments, **options)

    with (
        mock.patch.object(av, "open", counted),
        mock.patch.object(soundfile, "SoundFile", sounded),
    ):
        yield names


def seen_and_heard():
    return [
        ("sound", AudioTrack(MFCC())),
        ("levels", FrameStatistics()),
        ("motion", MotionHistogram(width_px=32)),
        ("pictures", FramePooling(ImageStatistics(), every_s=0.2)),
        ("spectrum", AudioTrack(SpectralStatistics(rate_hz=22_050))),
    ]


@pytest.mark.parametrize("ending", ["mkv", "mp4", "ts", "avi"])
def test_pictures_and_sound_come_from_one_pass_bit_for_bit(tmp_path, ending, opened):
    path = talking(tmp_path, ending)
    union = MediaUnion(seen_and_heard()).fit([path])
    opened.clear()
    found = union.transform([path])
    assert opened == [path]
    alone = [extractor.fit_transform([path]) for _, extractor in seen_and_heard()]
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(found, np.hstack(alone))


def test_sound_that_read_audio_takes_by_libsndfile_is_read_by_it(tmp_path, opened):
    path = talking(tmp_path, "ogg")
    members = [("sound", AudioTrack(MFCC())), ("levels", FrameStatistics())]
    union = MediaUnion(members).fit([path])
    opened.clear()
    found = union.transform([path])
    assert len(opened) > 1
    alone = [extractor.fit_transform([path]) for _, extractor in members]
    np.testing.assert_array_equal(found, np.hstack(alone))


def test_sound_of_a_stretch_is_that_of_the_stretch_alone(tmp_path):
    stretches = rows(talking(tmp_path, "mp4"), [(0.0, None), (1.0, 2.0), (0.0, 1.5)])
    found = MediaUnion(seen_and_heard()).fit_transform(stretches)
    alone = [extractor.fit_transform(stretches) for _, extractor in seen_and_heard()]
    np.testing.assert_array_equal(found, np.hstack(alone))


def test_pictures_are_not_decoded_for_sound_alone(tmp_path, counted):
    path, members = talking(tmp_path, "mkv"), seen_and_heard()
    union = MediaUnion([members[0], members[-1]]).fit([path])
    assert np.isfinite(union.transform([path, path])).all()
    stored = MediaUnion(members)
    stored.set_params(levels__memory=tmp_path / "s", motion="drop", pictures="drop")
    stored.fit([path])
    FrameStatistics(memory=tmp_path / "s").fit_transform([path])
    counted.update(opened=0, decoded=0)
    stored.transform([path])
    assert counted == {"opened": 0, "decoded": 0}


def test_a_film_without_sound_and_one_whose_sound_is_damaged_are_told_as_alone(tmp_path):
    mute = film_bytes(NOISE, **LOSSLESS)
    sounding = talking(tmp_path, "mkv")
    members = [("levels", FrameStatistics()), ("sound", AudioTrack(MFCC()))]
    union = MediaUnion(members).fit([sounding])
    _, present, errors = union.transform_present([mute, sounding])
    assert present.tolist() == [False, True]
    assert errors == []
    content = Path(sounding).read_bytes()
    nan = film_with_sound(np.where(SOUND > 0.2, np.nan, SOUND), 44_100, NOISE)
    for spoilt in (nan, content[: len(content) // 2]):
        told = [e.fit([sounding]).transform_with_errors([spoilt])[1] for _, e in members]
        expected = [error.reason for errors in told for error in errors][:1]
        _, errors = union.transform_with_errors([spoilt])
        assert [error.reason for error in errors] == expected


def test_a_film_with_a_hole_is_described_or_refused_as_by_each_alone(tmp_path):
    path = talking(tmp_path, "ts")
    content = bytearray(Path(path).read_bytes())
    third = len(content) // 3
    content[third : third + 20_000] = bytes(20_000)
    told = []
    for _, extractor in seen_and_heard():
        alone, errors = extractor.fit([path]).transform_with_errors([bytes(content)])
        pair = MediaUnion([("one", extractor), ("same", extractor)]).fit([path])
        found, errors_of_pair = pair.transform_with_errors([bytes(content)])
        np.testing.assert_array_equal(found, np.hstack([alone, alone]))
        assert [e.reason for e in errors_of_pair] == [e.reason for e in errors]
        told += [error.reason for error in errors]
    _, errors = MediaUnion(seen_and_heard()).fit([path]).transform_with_errors([bytes(content)])
    assert [error.reason for error in errors] == told[:1]
