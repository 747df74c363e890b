"""Films of many makes, whole and in stretches, and what is no film."""

import os
import struct
import sys
from itertools import chain, pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from mmsk.exceptions import DecodeError
from mmsk.io import _video, read_video
from mmsk.io._sources import Segment
from mmsk.io._video import iterate_frames

from .films import film_bytes, ramp, sound_bytes

B_FRAMES = {"bf": "2", "g": "10"}
MAKES = {
    "mp4, h264": {"options": B_FRAMES},
    "mp4, h264, no sharp keys": {"options": {**B_FRAMES, "x264-params": "open-gop=1"}},
    "mp4, h264, full range": {"pix_fmt": "yuvj420p"},
    "mp4, h264, 4:4:4": {"pix_fmt": "yuv444p"},
    "mp4, h264, 10 bits": {"pix_fmt": "yuv420p10le"},
    "mp4, hevc": {"codec": "libx265", "options": {"x265-params": "log-level=none"}},
    "mp4, mpeg4": {"codec": "mpeg4"},
    "mp4, mpeg4, b frames": {"codec": "mpeg4", "options": B_FRAMES},
    "mov, h264": {"format": "mov", "options": B_FRAMES},
    "mov, prores, 10 bits": {"format": "mov", "codec": "prores_ks", "pix_fmt": "yuv422p10le"},
    "mkv, h264": {"format": "matroska", "options": B_FRAMES},
    "mkv, ffv1, grey": {"format": "matroska", "codec": "ffv1", "pix_fmt": "gray"},
    "mkv, ffv1, 16 bits": {"format": "matroska", "codec": "ffv1", "pix_fmt": "gray16le"},
    "mkv, ffv1, rgb": {"format": "matroska", "codec": "ffv1", "pix_fmt": "bgr0"},
    "webm, vp8": {"format": "webm", "codec": "libvpx", "options": {"g": "8"}},
    "webm, vp9": {"format": "webm", "codec": "libvpx-vp9", "options": {"g": "8"}},
    "avi, mpeg4": {"format": "avi", "codec": "mpeg4"},
    "avi, mpeg4, b frames": {"format": "avi", "codec": "mpeg4", "options": B_FRAMES},
    "avi, h264, b frames": {"format": "avi", "options": B_FRAMES},
    "avi, mjpeg": {"format": "avi", "codec": "mjpeg", "pix_fmt": "yuvj420p"},
    "ts, h264": {"format": "mpegts", "options": B_FRAMES},
    "ts, mpeg2": {"format": "mpegts", "codec": "mpeg2video", "options": B_FRAMES},
    "ts, mpeg4": {"format": "mpegts", "codec": "mpeg4", "options": {"g": "10"}},
    "mpg, mpeg2": {"format": "mpeg", "codec": "mpeg2video", "options": B_FRAMES},
    "nut, raw nv12": {"format": "nut", "codec": "rawvideo", "pix_fmt": "nv12"},
    "raw h264": {"format": "h264", "options": B_FRAMES},
    "gif": {"format": "gif", "codec": "gif", "pix_fmt": "gray"},
}


@pytest.fixture(scope="module", params=MAKES, ids=str)
def film(request):
    return film_bytes(ramp(48), **MAKES[request.param])


def levels(source, **stretch):
    return [frame.image.mean() for frame in iterate_frames(source, gray=True, **stretch)]


def times_of(source, **stretch):
    return [frame.time_s for frame in iterate_frames(source, gray=True, **stretch)]


def test_frames_come_whole_in_order_and_in_full_range(film):
    np.testing.assert_allclose(levels(film), [image.mean() for image in ramp(48)], atol=4.5)


def test_times_are_when_a_frame_is_shown(film):
    np.testing.assert_allclose(times_of(film), np.arange(48) / 25, atol=1e-9)


def test_colour_frames_have_the_same_levels(film):
    colour = list(read_video(film))
    assert colour[0].shape == (48, 64, 3)
    assert colour[0].dtype == np.uint8
    # FFmpeg's way from YUV to RGB is off by up to 3 levels, a wrong range by 16
    np.testing.assert_allclose([frame.mean() for frame in colour], levels(film), atol=3)


@pytest.mark.parametrize(
    ("start", "stop"), [(0, 3), (1, 2), (4, 9), (9, 12), (10, 11), (19, 30), (31, 48), (47, 48)]
)
def test_a_stretch_holds_the_frames_of_the_whole_film(film, start, stop):
    stretch = {"start_s": start / 25, "end_s": stop / 25}
    assert levels(film, **stretch) == levels(film)[start:stop]
    assert times_of(film, **stretch) == times_of(film)[start:stop]


def test_a_far_stretch_is_found_by_seeking(film):
    assert levels(film, start_s=1.7, end_s=1.8) == levels(film)[43:45]


def test_adjoining_stretches_share_no_frame_and_lose_none():
    film = film_bytes(ramp(30), format="matroska", rate=30)  # times rounded to milliseconds
    edges = [0, 0.1, 0.3333, 0.5, 0.7000001, 2]
    pieces = [levels(film, start_s=a, end_s=b) for a, b in pairwise(edges)]
    assert list(chain(*pieces)) == levels(film)


def test_a_stretch_computed_from_a_frame_number_holds_that_frame():
    assert 47 * 0.04 > 1.88
    assert len(levels(film_bytes(ramp(48)), start_s=47 * 0.04)) == 1


def test_a_stretch_within_a_segment_is_what_both_allow():
    film = film_bytes(ramp(30))
    both = levels(Segment(film, 0.2, 0.8), start_s=0.4, end_s=2.0)
    assert both == levels(film)[10:20]


@pytest.mark.parametrize(("every_s", "step"), [(None, 1), (0.04, 1), (0.05, 2), (0.2, 5)])
@pytest.mark.parametrize("kept", ["file", "array"])
def test_frames_are_given_every_so_many_seconds_from_the_first_of_the_stretch(
    every_s, step, kept
):
    source = film_bytes(ramp(48)) if kept == "file" else np.stack(ramp(48))
    found = times_of(source, start_s=0.12, end_s=1.5, every_s=every_s)
    np.testing.assert_allclose(found, np.arange(48)[3:38:step] / 25)


@pytest.mark.parametrize("gray", [False, True])
def test_frames_between_are_never_converted(monkeypatch, gray):
    converted = []
    monkeypatch.setattr(
        _video, "_upright", lambda image, rotation: converted.append(rotation) or image
    )
    stretch = {"start_s": 0.4, "end_s": 1.6, "every_s": 0.2}
    assert len(list(read_video(film_bytes(ramp(48)), **stretch, gray=gray))) == 6
    assert len(converted) == 6


@pytest.mark.parametrize("source", [film_bytes(ramp(12)), np.stack(ramp(12))])
@pytest.mark.parametrize(("max_frames", "n_found"), [(1, 1), (4, 4), (99, 9)])
def test_no_more_frames_are_given_than_wanted_and_they_are_the_first(
    source, max_frames, n_found
):
    stretch = {"start_s": 0.12, "gray": True}
    whole = list(read_video(source, **stretch))
    found = list(read_video(source, **stretch, max_frames=max_frames))
    assert len(found) == n_found
    np.testing.assert_array_equal(found, whole[:n_found])


def test_what_follows_the_last_frame_wanted_is_not_decoded(monkeypatch):
    n_decoded = []
    timed = _video.timed_frames

    def counted(*arguments):
        for item in timed(*arguments):
            n_decoded.append(1)
            yield item

    monkeypatch.setattr(_video, "timed_frames", counted)
    assert len(list(read_video(film_bytes(ramp(40)), max_frames=3))) == 3
    assert len(n_decoded) == 4


def test_a_number_of_frames_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match="max_frames must be positive or None, got 0"):
        next(read_video(np.zeros((2, 4, 4), np.uint8), max_frames=0))


def test_an_interval_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match="every_s must be a positive number of seconds"):
        list(read_video(np.zeros((2, 4, 4), np.uint8), every_s=0))


def test_a_stretch_without_frames_is_an_error():
    film = film_bytes(ramp(30))
    with pytest.raises(DecodeError, match=r"it has no frame between 5 s and 6 s"):
        levels(film, start_s=5, end_s=6)
    with pytest.raises(DecodeError, match=r"it has no frame between 0.045 s and 0.05 s"):
        levels(film, start_s=0.045, end_s=0.05)


def test_uneven_times_are_kept():
    numbers = [0, 1, 5, 6, 20, 21, 40]
    for container in ("mp4", "matroska"):
        film = film_bytes(ramp(7), format=container, times=numbers)
        np.testing.assert_allclose(times_of(film), np.array(numbers) / 25)
        assert levels(film, start_s=0.2, end_s=0.84) == levels(film)[2:5]


@pytest.mark.parametrize("make", ["mp4", "mpegts", "matroska"])
def test_time_starts_with_the_pictures(make):
    late = film_bytes(ramp(30), format=make, times=range(50, 80))
    assert times_of(late)[0] == 0
    assert levels(late, start_s=0.2, end_s=0.4) == levels(late)[5:10]


def test_a_film_that_begins_before_its_stated_start_loses_no_frame(monkeypatch):
    timed = _video.timed_frames
    monkeypatch.setattr(
        _video,
        "timed_frames",
        lambda *args: ((time - 0.04, frame) for time, frame in timed(*args)),
    )
    np.testing.assert_allclose(times_of(film_bytes(ramp(3))), [-0.04, 0, 0.04], atol=1e-9)


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv420p10le", "yuv420p16le", "yuv422p"])
@pytest.mark.parametrize("color_range", [1, 2])
def test_both_ranges_give_black_and_white(pix_fmt, color_range):
    frames = [np.full((16, 16), level, np.uint8) for level in (0, 1, 128, 254, 255)]
    film = film_bytes(
        frames, format="matroska", codec="ffv1", pix_fmt=pix_fmt, color_range=color_range
    )
    np.testing.assert_allclose(levels(film), [0, 1, 128, 254, 255], atol=1)


def test_the_old_names_of_full_range_formats_are_understood():
    frame = av.VideoFrame.from_ndarray(np.full((24, 16), 16, np.uint8), format="yuvj420p")
    assert frame.color_range not in (1, 2)
    assert (_video._luma(frame) == 16).all()


def test_grey_is_of_limited_range_only_if_it_says_so():
    frames = [np.full((16, 16), level, np.uint8) for level in (16, 235)]
    make = {"format": "matroska", "codec": "ffv1", "pix_fmt": "gray"}
    assert levels(film_bytes(frames, **make)) == [16, 235]
    # swscale takes grey to be full, so the levels stay and only the label is written
    assert levels(film_bytes(frames, color_range=1, **make)) == [0, 255]


@pytest.mark.parametrize("width", [34, 63, 70, 129])
def test_padding_of_lines_is_no_part_of_the_picture(width):
    image = np.arange(32 * width, dtype=np.int64).reshape(32, width) % 251
    make = {"format": "matroska", "codec": "ffv1", "pix_fmt": "yuv444p", "color_range": 2}
    [found] = read_video(film_bytes([image.astype(np.uint8)], **make), gray=True)
    np.testing.assert_array_equal(found, image)


def test_frames_may_be_kept():
    kept = list(read_video(film_bytes(ramp(48)), gray=True))
    np.testing.assert_allclose([frame.mean() for frame in kept], 10 + 5 * np.arange(48), atol=2)


# the matrix of a QuickTime track header: where the axes x and y of the picture go
TURNS = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


@pytest.mark.parametrize("clockwise", TURNS)
@pytest.mark.parametrize("gray", [True, False])
def test_films_of_turned_cameras_are_upright(clockwise, gray):
    image = np.zeros((32, 64), np.uint8)
    image[:16, :32] = 255  # bright in the top left
    film = _turned(film_bytes([image]), TURNS[clockwise])
    [upright] = read_video(film, gray=gray)
    expected = np.rot90(image, -clockwise // 90)
    luma = upright if gray else upright.mean(axis=2)
    assert luma.shape == expected.shape
    assert np.abs(luma - expected.astype(float)).mean() < 5


def _turned(film, matrix):
    """The film with another matrix in its track header (ISO 14496-12, 8.3.2)."""
    a, b, c, d = (number * 0x10000 for number in matrix)
    words = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 0x40000000)
    place = film.index(b"tkhd") + 4 + 40
    return film[:place] + words + film[place + len(words) :]


def test_all_frames_have_the_size_of_the_first():
    small = film_bytes(ramp(4, (32, 32)), format="h264")
    large = film_bytes(ramp(4, (64, 48)), format="h264")
    assert [frame.shape for frame in read_video(small + large, gray=True)] == [(32, 32)] * 8
    assert [frame.shape for frame in read_video(large + small)] == [(64, 48, 3)] * 8


def test_paths_and_bytes_of_all_kinds_are_films(tmp_path):
    film = film_bytes(ramp(5))
    path = tmp_path / "film.mp4"
    path.write_bytes(film)
    for source in (path, str(path), bytearray(film), memoryview(film)):
        assert levels(source) == levels(film)


def test_the_ending_of_a_name_means_nothing(tmp_path):
    path = tmp_path / "film.jpg"
    path.write_bytes(film_bytes(ramp(5), format="matroska"))
    assert len(levels(path)) == 5


def test_a_generator_closed_early_lets_go_of_the_file(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(film_bytes(ramp(30)))
    for frames in (read_video(path), iterate_frames(path, start_s=0.5)):
        next(frames)
        assert _opened(path) in (True, None)
        frames.close()
        assert not _opened(path)


def test_a_failure_lets_go_of_the_file(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(film_bytes(ramp(30)))
    with pytest.raises(DecodeError) as kept:
        levels(path, start_s=9)
    assert kept.value.__cause__ is not None
    assert not _opened(path)


def _opened(path):
    """Whether this process holds the file; None where the system does not tell."""
    if sys.platform != "linux":
        return None
    links = Path("/proc/self/fd").iterdir()
    return any(os.path.realpath(link) == os.path.realpath(path) for link in links)


def _damaged(film):
    """All but the index overwritten."""
    start = film.index(b"mdat") + 4
    stop = film.index(b"moov") - 4
    return film[:start] + bytes(stop - start) + film[stop:]


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9])
def test_a_truncated_mp4_is_an_error(share):
    film = film_bytes(ramp(30))
    with pytest.raises(DecodeError, match=r"cannot read a film from \d+ bytes: it is damaged"):
        levels(film[: int(share * len(film))])


def test_an_mp4_cut_behind_its_index_is_an_error():
    noise = np.random.default_rng(0).integers(0, 256, (30, 48, 64), dtype=np.uint8)
    film = film_bytes(noise, muxer={"movflags": "faststart"})
    with pytest.raises(DecodeError, match="it is damaged"):
        levels(film[: len(film) // 2])


def test_damaged_pictures_are_an_error():
    with pytest.raises(DecodeError, match="it is damaged"):
        levels(_damaged(film_bytes(ramp(30))))


def test_a_truncated_mkv_gives_the_frames_there_are():
    noise = np.random.default_rng(0).integers(0, 256, (30, 48, 64), dtype=np.uint8)
    film = film_bytes(noise, format="matroska", options={"bf": "0"})
    whole, part = levels(film), levels(film[: len(film) // 2])
    assert 5 < len(part) < 25
    assert part[:-1] == whole[: len(part) - 1]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.mp4", b"", "it is empty"),
        ("a.mp4", b"no film at all\n" * 99, "it is damaged or no film"),
        ("a.txt", b"x" * 300_000, "it has no pictures"),  # FFmpeg draws it on a terminal
        ("a.mp4", bytes(range(256)) * 20, "it is damaged or no film"),
    ],
)
def test_a_file_of_another_kind_is_an_error(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DecodeError, match=rf"cannot read a film from '.*{name}': {message}"):
        list(read_video(path))


@pytest.mark.parametrize("format", ["matroska", "mpegts", "mov"])
def test_a_file_with_a_head_but_no_frame_is_an_error(format):
    with pytest.raises(DecodeError, match=r"cannot read a film from \d+ bytes: its? "):
        levels(film_bytes(ramp(1), format=format)[:1200] if format == "mov" else _head(format))


def _head(format):
    """What stands before the first frame: a file whose frames were all lost."""
    film = film_bytes(ramp(1), format=format)
    return film[: film.index(b"\x1f\x43\xb6\x75")] if format == "matroska" else film[: 3 * 188]


@pytest.mark.parametrize("cover", [False, True])
def test_sound_is_no_film_even_with_a_cover(cover):
    with pytest.raises(DecodeError, match="it has no pictures"):
        list(read_video(sound_bytes(cover=cover)))


def test_absent_files_folders_urls_and_nothing_are_errors(tmp_path):
    for source, message in {
        tmp_path / "absent.mp4": "No such file",
        tmp_path: "it is a folder",
        "https://example.org/a.mp4": "it is a URL. Download it first",
        b"": "it is empty",
    }.items():
        with pytest.raises(DecodeError, match=message):
            list(read_video(source))


def test_frames_of_enormous_size_are_refused(monkeypatch):
    film = film_bytes(ramp(2))
    monkeypatch.setattr(_video, "MAX_FRAME_PIXELS", 1000)
    with pytest.raises(DecodeError, match="its frames have 64 x 48 pixels, more than 1000"):
        list(read_video(film))


def test_arrays_are_films_of_25_frames_a_second():
    film = np.arange(4, dtype=np.uint8)[:, None, None] * np.ones((1, 2, 2), np.uint8)
    assert times_of(film) == [0, 0.04, 0.08, 0.12]
    assert times_of((film, 2)) == [0, 0.5, 1, 1.5]
    assert levels((film, 2.0), start_s=0.5, end_s=1.5) == [1, 2]
    assert [frame.shape for frame in read_video(film)] == [(2, 2, 3)] * 4


def test_colour_arrays_become_luma():
    film = np.zeros((2, 3, 4, 3), np.uint8)
    film[1, :, :, 0] = 255
    assert levels(film) == [0, 76]  # 0.299 of 255
    np.testing.assert_array_equal(list(read_video(film)), film)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (np.zeros((2, 3, 3)), r"expected uint8 frames .* got float64 of shape \(2, 3, 3\)"),
        (np.zeros((3, 3), np.uint8), r"expected uint8 frames .* got uint8 of shape \(3, 3\)"),
        (np.zeros((2, 3, 3, 4), np.uint8), "expected uint8 frames"),
        (np.zeros((2, 0, 3), np.uint8), "expected uint8 frames"),
        (np.zeros((0, 3, 3), np.uint8), "it has no frame"),
        ((np.zeros((2, 3, 3), np.uint8), 0), "a rate of more than 0 frames a second, got 0"),
        ((np.zeros((2, 3, 3), np.uint8), np.nan), "a rate of more than 0"),
        (7, "expected a path, bytes, an array of frames or a pair .* got int"),
    ],
)
def test_what_is_no_film_says_why(source, message):
    with pytest.raises(DecodeError, match=message):
        list(read_video(source, gray=True))
