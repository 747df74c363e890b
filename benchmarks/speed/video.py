"""Luma statistics of every pixel of a film, beside decoding it and nothing else.

Run with ``python -m benchmarks.speed.video``; writes ``benchmarks/results/speed_video.json``.
Films are made on the spot: H.264 of 360 and 720 lines, 25 frames a second, texture that
moves under grain, as x264 makes it by default. All are decoded by one thread, and the process
is held to one core where the system can do so; the share of bare decoding depends on how hard
a film is to decode, so frames a second are given too. Features of motion have no peer: their
frames a second are given, on the smaller film, with every frame looked at.
"""

from benchmarks._harness import interleaved, one_core, one_thread, told, write_result

one_thread()

import os  # noqa: E402
import tempfile  # noqa: E402
from fractions import Fraction  # noqa: E402
from pathlib import Path  # noqa: E402

import av  # noqa: E402
import numpy as np  # noqa: E402

from mmsk.video import (  # noqa: E402
    BlobStatistics,
    FrameStatistics,
    MotionHistogram,
    MotionHistory,
)

FILMS = {"360p": (640, 360, 250), "720p": (1280, 720, 100)}
REPEATS = 15


def frames(width, height, n_frames):
    """Blurred noise that slides under fresh grain."""
    rng = np.random.default_rng(0)
    texture = rng.integers(30, 226, (height // 8 + 32, width // 8 + 32), dtype=np.uint8)
    texture = np.kron(texture, np.ones((8, 8), np.uint8))
    for number in range(n_frames):
        top, left = number % 200, 2 * number % 200
        grain = rng.integers(-6, 7, (height, width), dtype=np.int16)
        levels = texture[top : top + height, left : left + width] + grain
        yield levels.astype(np.uint8)


def write_film(path, images, width, height, **options):
    """Images as H.264 in MP4."""
    with av.open(str(path), "w") as container:
        track = container.add_stream("libx264", rate=25, options=options)
        track.width, track.height, track.pix_fmt = width, height, "yuv420p"
        for number, image in enumerate(images):
            frame = av.VideoFrame.from_ndarray(image, format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(track.encode(frame))
        container.mux(track.encode())


def decode(path):
    """Decode all frames by one thread, as mmsk does, and do nothing with them."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        return sum(1 for _ in container.decode(stream))


def gray_arrays(path):
    """What PyAV alone gives: each frame converted to grey."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        for frame in container.decode(stream):
            frame.to_ndarray(format="gray")


def opencv_gray(path):
    """What OpenCV gives: each frame in colour, converted to grey."""
    import cv2

    film = cv2.VideoCapture(path, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    while (read := film.read())[0]:
        cv2.cvtColor(read[1], cv2.COLOR_BGR2GRAY)
    film.release()


def compare(path, n_frames, repeats):
    """Seconds per frame and shares for one film."""
    extractor = FrameStatistics().fit([path])
    row = extractor.transform([path])[0]
    pixels = np.concatenate([image.ravel() for image in _lumas(path)])
    # the mean of all levels, from pixels that something else decoded and stretched
    difference = abs(float(row[0]) - float(pixels.mean()))
    if decode(path) != n_frames or difference > 1e-3:
        raise AssertionError(f"{path}: mean luma differs by {difference}")
    functions = {
        "decode": lambda: decode(path),
        "mmsk": lambda: extractor.transform([path]),
        "PyAV to_ndarray('gray')": lambda: gray_arrays(path),
        "OpenCV read and gray": lambda: opencv_gray(path),
    }
    seconds = interleaved(functions, repeats=repeats)
    return {
        "seconds": {name: s / n_frames for name, s in seconds.items()},
        "ratios": {peer: s / seconds["mmsk"] for peer, s in seconds.items() if peer != "mmsk"},
        "frames_per_s": {name: round(n_frames / s) for name, s in seconds.items()},
        "share_of_bare_decode": seconds["decode"] / seconds["mmsk"],
        "aim": 0.75,
        "largest_difference_of_mean_luma": difference,
    }


def _lumas(path):
    with av.open(path) as container:
        for frame in container.decode(video=0):
            plane = np.frombuffer(frame.planes[0], np.uint8)
            luma = plane.reshape(-1, frame.planes[0].line_size)[: frame.height, : frame.width]
            yield np.rint((luma.clip(16, 235) - 16.0) * 255 / 219).astype(np.float32)


def measured(repeats=REPEATS):
    """What `compare` found for each film."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (width, height, n_frames) in FILMS.items():
            path = Path(folder, f"{name}.mp4")
            write_film(path, frames(width, height, n_frames), width, height)
            found[name] = compare(str(path), n_frames, min(repeats, REPEATS))
    return found


def motion():
    """Frames a second of the features of motion."""
    width, height, n_frames = FILMS["360p"]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "film.mp4")
        write_film(path, frames(width, height, n_frames), width, height)
        for extractor in (MotionHistogram, MotionHistory, BlobStatistics):
            fitted = extractor(every_s=None).fit([str(path)])
            functions = {"row": lambda fitted=fitted: fitted.transform([str(path)])}
            seconds = interleaved(functions, repeats=3)["row"]
            found[extractor.__name__] = round(n_frames / seconds)
    return found


def main():
    core = one_core()
    films = measured()
    for name, case in films.items():
        print(told(name, case), flush=True)
    moving = motion()
    print(f"frames a second: {moving}")
    return {
        "work": "luma statistics of every pixel, H.264, one thread, processor time",
        "core": core,
        "load_average": os.getloadavg()[0],
        "films": films,
        "frames_per_s_of_motion_at_360p": moving,
    }


if __name__ == "__main__":
    write_result("speed_video", main())
