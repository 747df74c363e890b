"""What a second thread gains where samples are files: by the clock on the wall.

Run with ``python -m benchmarks.speed.threads`` on an idle machine of two cores or more;
writes ``benchmarks/results/speed_threads.json``. `benchmarks.speed.peers` does the same with
samples in memory, most described in a millisecond, where threads mostly wait for Python.
"""

from benchmarks._harness import one_thread, write_result

one_thread()

import os  # noqa: E402
import tempfile  # noqa: E402

import numpy as np  # noqa: E402
import soundfile  # noqa: E402
from PIL import Image  # noqa: E402

from benchmarks.speed import video  # noqa: E402
from benchmarks.speed.peers import scaling  # noqa: E402

N_FILES, N_FILMS = 80, 8


def files(folder):
    """Samples of each modality as files, which is what a table of media holds."""
    rng = np.random.default_rng(0)
    found = {"image": [], "audio": [], "video": []}
    for number in range(N_FILES):
        texture = rng.integers(0, 256, (60, 80, 3), dtype=np.uint8)
        found["image"].append(f"{folder}/{number}.jpg")
        Image.fromarray(texture).resize((640, 480)).save(found["image"][-1])
        found["audio"].append(f"{folder}/{number}.flac")
        soundfile.write(found["audio"][-1], 0.1 * rng.normal(size=160_000), 16000)
    for number in range(N_FILMS):
        found["video"].append(f"{folder}/{number}.mp4")
        video.write_film(found["video"][-1], video.frames(640, 360, 50), 640, 360)
    return found


def main():
    with tempfile.TemporaryDirectory() as folder:
        found = scaling(files(folder))
    for name, case in found.items():
        print(f"{name}: {case['gain']:.2f} x as fast with two threads")
    return {
        "work": "JPEG of 640 x 480, FLAC of 10 s, H.264 of 50 frames of 360 lines",
        "load_average": os.getloadavg()[0],
        "threads": found,
    }


if __name__ == "__main__":
    write_result("speed_threads", main())
