"""Rows per hour of `mmsk.scale.extract`, for each modality, and its memory as rows grow.

Run with ``python -m benchmarks.speed.extract``; writes ``benchmarks/results/
speed_extract.json``. One worker, one thread; files are made on the spot. Rows per hour are
of the processor's time, the parts and the reading of the table included. Memory is the peak
of a process of its own, which Linux tells.
"""

from benchmarks._harness import one_thread, write_result

one_thread()

import json  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import textwrap  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import soundfile  # noqa: E402
from PIL import Image  # noqa: E402
from sklearn.linear_model import SGDClassifier  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402

from mmsk import MultimodalEncoder  # noqa: E402
from mmsk.datasets import make_clips  # noqa: E402
from mmsk.fusion import FeatureFusion  # noqa: E402
from mmsk.scale import extract, fit_parts  # noqa: E402

N_FILES = 100  # enough for the default features of pictures to learn patches
N_TEXTS = 5000
N_FEATURES = 1000
N_LEARNED = 20_000
ENDINGS = ("jpg", "wav")
GROWTH = (20_000, 200_000)

_PEAK = """
    import json, re, sys, time
    from pathlib import Path
    from mmsk.scale import extract
    from mmsk.text import TextStatistics

    views = [("note", TextStatistics(), "note")]
    start_s = time.process_time()
    extract(sys.argv[1], views, sys.argv[2], rows_per_part=4096)
    # ru_maxrss would count what the process was before it became this one
    peak_kib = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
    print(json.dumps({"peak_mb": peak_kib / 1024, "seconds": time.process_time() - start_s}))
"""


def write_media(folder):
    """A table for each modality, of samples of a usual size."""
    rng = np.random.default_rng(0)
    pictures, sounds = ([str(folder / f"{k}.{e}") for k in range(N_FILES)] for e in ENDINGS)
    for path in pictures:
        coarse = rng.integers(0, 256, (60, 80, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((640, 480), Image.Resampling.BICUBIC).save(path)
    for path in sounds:
        soundfile.write(path, 0.1 * rng.normal(size=160_000), 16_000)
    films = make_clips(folder / "clips", N_FILES // 2, missing_rate=0, random_state=0)["video"]
    words = rng.integers(0, 5000, (N_TEXTS, 30)).astype(str)
    return {
        "image": ("640 x 480 JPEG", pictures),
        "audio": ("10 s at 16 kHz", sounds),
        "video": ("films of make_clips", [str(folder / "clips" / film) for film in films]),
        "text": ("30 words", [" ".join(f"w{word}" for word in row) for row in words]),
    }


def speed(role, samples, folder):
    """Rows per hour, features and bytes of a row, with the default features of a modality."""
    path = folder / f"{role}.parquet"
    rows = pd.DataFrame({"sample": samples})
    rows.to_parquet(path)
    encoder = MultimodalEncoder(
        {"sample": role}, missing="nan", sparse_threshold=0, memory=None
    ).fit(rows)
    start_s = time.process_time()
    parts = extract(path, encoder, folder / f"of {role}")
    seconds = time.process_time() - start_s
    size = sum(part.stat().st_size for part in parts.folder.glob("part-*"))
    return {
        "rows": parts.n_rows,
        "features": len(parts.feature_names),
        "ms_per_row": 1e3 * seconds / parts.n_rows,
        "rows_per_hour": round(3600 * parts.n_rows / seconds),
        "bytes_per_row": round(size / parts.n_rows),
    }


def learning(folder):
    """Rows per hour of `fit_parts`: block scaling, then two classes by SGD."""
    rng = np.random.default_rng(0)
    names = [f"f{k}" for k in range(N_FEATURES)]
    table = pd.DataFrame(rng.normal(size=(N_LEARNED, N_FEATURES)), columns=names)
    table["label"] = (table["f0"] > 0).astype(int)
    table.to_parquet(folder / "learned.parquet")
    views = [("numbers", "passthrough", names)]
    parts = extract(folder / "learned.parquet", views, folder / "learned", keep=["label"])
    model = make_pipeline(FeatureFusion(parts.views), SGDClassifier(average=True))
    start_s = time.process_time()
    fit_parts(model, parts, "label", n_sample_rows=1)  # the sample is of one part
    seconds = time.process_time() - start_s
    return {
        "features": N_FEATURES,
        "ms_per_row": 1e3 * seconds / N_LEARNED,
        "rows_per_hour": round(3600 * N_LEARNED / seconds),
    }


def growth(folder):
    """Peak memory of processes that describe a table, and one ten times as long."""
    found = {}
    for n_rows in GROWTH:
        words = np.random.default_rng(0).integers(0, 9999, (n_rows, 5)).astype(str)
        table = folder / f"{n_rows}.parquet"
        pd.DataFrame({"note": [" ".join(row) for row in words]}).to_parquet(table)
        run = [sys.executable, "-c", textwrap.dedent(_PEAK), table, folder / f"of {n_rows}"]
        output = subprocess.run(run, capture_output=True, check=True).stdout
        found[f"{n_rows} rows"] = json.loads(output)
    few, many = (found[f"{n_rows} rows"]["peak_mb"] for n_rows in GROWTH)
    found["ratio"] = many / few
    if found["ratio"] > 1.1:
        raise AssertionError(f"memory grows with the rows: {found}")
    return found


def figures():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        modalities = {
            f"{role}, {size}": speed(role, samples, folder)
            for role, (size, samples) in write_media(folder).items()
        }
        return {
            "modalities": modalities,
            "learning": learning(folder),
            "memory": growth(folder),
        }


def main():
    found = figures()
    work = (
        "mmsk.scale.extract with the default features of each modality, fitted before, one "
        "thread, seconds of the processor; peak memory with TextStatistics"
    )
    write_result("speed_extract", {"work": work, **found})
    for role, row in found["modalities"].items():
        print(f"{role}: {row}")
    print(f"fit_parts: {found['learning']}")
    print(found["memory"])


if __name__ == "__main__":
    main()
