"""Films made on the spot."""

import tempfile
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest


def film_bytes(
    frames,
    *,
    format="mp4",
    codec="libx264",
    pix_fmt="yuv420p",
    rate=25,
    color_range=None,
    times=None,
    options=(),
    muxer=(),
):
    """Frames as the bytes of a file.

    Parameters
    ----------
    frames : iterable of ndarray of shape (height, width), uint8
        Full range; swscale makes of them what `pix_fmt` and `color_range` want.
    format, codec, pix_fmt : str
        Container, encoder and its pixel format.
    rate : int
        Frames a second.
    color_range : {1, 2} or None
        1 is limited, 2 full, None what FFmpeg makes of the pixel format.
    times : list of int or None
        Times of the frames in units of ``1 / rate``; None is 0, 1, 2…
    options, muxer : dict
        Of the encoder and of the container.
    """  # fmt: skip
    if codec not in av.codecs_available:
        pytest.skip(f"this FFmpeg has no {codec}")
    with _container(format, muxer) as (container, path):
        track = container.add_stream(codec, rate=rate, options=dict(options))
        for number, image in enumerate(frames):
            if number == 0:
                track.height, track.width = image.shape
                track.pix_fmt = pix_fmt
                if color_range:
                    track.codec_context.color_range = color_range
            frame = av.VideoFrame.from_ndarray(image, format="gray")
            frame = frame.reformat(format=pix_fmt, dst_color_range=color_range)
            if color_range:
                frame.color_range = color_range
            frame.pts = number if times is None else times[number]
            frame.time_base = Fraction(1, rate)
            container.mux(track.encode(frame))
        container.mux(track.encode())
        container.close()
        return path.read_bytes()


@contextmanager
def _container(format, options):
    # a real file: an index moved to the front is written by reading the file again
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "film")
        with av.open(str(path), "w", format=format, options=dict(options)) as container:
            yield container, path


def ramp(n_frames=30, size=(48, 64)):
    """Frames of one level each, five apart, so that each is told from all others."""
    return [np.full(size, 10 + 5 * number, np.uint8) for number in range(n_frames)]


def sound_bytes(rate_hz=16000, *, cover=False):
    """One second of silence in an MP3 file, with a picture on its cover or without."""
    from av.stream import Disposition

    with _container("mp3", {}) as (container, path):
        track = container.add_stream("libmp3lame", rate=rate_hz)
        if cover:
            picture = container.add_stream("mjpeg", rate=1)
            picture.width = picture.height = 32
            picture.pix_fmt = "yuvj420p"
            picture.disposition = Disposition.attached_pic
            black = av.VideoFrame.from_ndarray(np.zeros((32, 32), np.uint8), format="gray")
            container.mux(picture.encode(black.reformat(format="yuvj420p")))
        silence = np.zeros((1, rate_hz), np.float32)
        frame = av.AudioFrame.from_ndarray(silence, format="fltp", layout="mono")
        frame.rate = rate_hz
        container.mux(track.encode(frame))
        container.mux(track.encode())
        container.close()
        return path.read_bytes()
