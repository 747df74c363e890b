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


def film_with_sound(samples, rate_hz=16000, frames=None, *, lossy=None):
    """Samples of sound and a few frames as the bytes of a film, without loss in Matroska.

    Parameters
    ----------
    samples : ndarray of shape (n_samples,), float32
        In [-1, 1]; a sample is stored in 32 bits.
    rate_hz : int
    frames : ndarray of shape (n_frames, height, width), uint8, or None
        At 25 a second; None is one black frame.
    lossy : (str, str, str) or None
        Another format, and codecs of pictures and sound: ``("mp4", "libx264", "aac")``.
    """
    frames = np.zeros((1, 16, 16), np.uint8) if frames is None else frames
    kind, of_pictures, of_sound = lossy or ("matroska", "ffv1", "pcm_f32le")
    with _container(kind, {}) as (container, path):
        pictures = container.add_stream(of_pictures, rate=25)
        pictures.pix_fmt = "yuv420p" if lossy else "gray"
        pictures.height, pictures.width = frames.shape[1:]
        sound = container.add_stream(of_sound, rate=rate_hz)
        sound.layout = "mono"
        for image in frames:
            frame = av.VideoFrame.from_ndarray(image, format="gray")
            container.mux(pictures.encode(frame))
        container.mux(pictures.encode())
        block = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
        block.rate, block.pts, block.time_base = rate_hz, 0, Fraction(1, rate_hz)
        container.mux(sound.encode(block))
        container.mux(sound.encode())
        container.close()
        return path.read_bytes()
