"""Four descriptions of JPEG files: scikit-learn's FeatureUnion and MediaUnion, one thread.

Run with ``python -m benchmarks.speed.union``; writes ``benchmarks/results/speed_union.json``.
The members are the same; only how often a file is decoded differs.
"""

from benchmarks._harness import interleaved, one_thread, told, write_result

one_thread()

import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402
from sklearn.pipeline import FeatureUnion  # noqa: E402

from mmsk.image import HOG, LBP, ColorHistogram, ImageStatistics  # noqa: E402
from mmsk.union import MediaUnion  # noqa: E402

N_FILES = 4
SIZES = {"640 x 480": (480, 640), "1920 x 1080": (1080, 1920)}


def members():
    """One that has files decoded small, and three that share the whole picture."""
    return [
        ("hog", HOG(size_px=64)),
        ("lbp", LBP()),
        ("color", ColorHistogram()),
        ("statistics", ImageStatistics()),
    ]


def write_files(folder, size):
    """Paths of pictures that compress as photographs do."""
    rng = np.random.default_rng(0)
    paths = [str(Path(folder) / f"{number}.jpg") for number in range(N_FILES)]
    for path in paths:
        coarse = rng.integers(0, 256, (size[0] // 8, size[1] // 8, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize(size[::-1], Image.Resampling.BICUBIC).save(path)
    return paths


def compare(size, repeats):
    """Seconds, ratio and largest difference for files of one size."""
    with tempfile.TemporaryDirectory() as folder:
        paths = write_files(folder, size)
        ours, peer = MediaUnion(members()).fit(paths), FeatureUnion(members()).fit(paths)
        difference = np.abs(ours.transform(paths) - peer.transform(paths)).max()
        if difference > 0:
            raise AssertionError(f"MediaUnion differs from FeatureUnion by {difference}")
        seconds = interleaved(
            {
                "FeatureUnion": lambda: peer.transform(paths),
                "mmsk": lambda: ours.transform(paths),
            },
            repeats,
        )
    return {
        "seconds": seconds,
        "ratios": {"FeatureUnion": seconds["FeatureUnion"] / seconds["mmsk"]},
        "largest_difference": float(difference),
    }


def measured(repeats=20):
    """What `compare` found of each size."""
    return {f"{name}, {N_FILES} files": compare(size, repeats) for name, size in SIZES.items()}


def main():
    found = measured()
    work = "HOG(64), LBP, ColorHistogram and ImageStatistics of JPEG files, one thread"
    write_result("speed_union", {"work": work, "settings": found})
    for name, case in found.items():
        print(told(name, case))


if __name__ == "__main__":
    main()
