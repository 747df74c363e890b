"""Boosted trees of parts that are read one at a time, and of all rows in memory.

Run with ``python -m benchmarks.speed.trees``; writes ``benchmarks/results/speed_trees.json``.
Each fit is a process of its own, of one thread; peak memory is what Linux tells of it,
seconds are the processor's.
"""

from benchmarks._harness import one_thread, write_result

one_thread()

import json  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import textwrap  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from mmsk.scale import extract  # noqa: E402

N_FEATURES = 100
GROWTH = (20_000, 200_000)

_FIT = """
    import json, re, sys, time
    from pathlib import Path
    from mmsk.fusion import BoostingFusionClassifier
    from mmsk.scale import fit_parts, read_parts

    parts = read_parts(sys.argv[1])
    model = BoostingFusionClassifier(parts.views, n_estimators=20, cv=None)
    start_s = time.process_time()
    if sys.argv[2] == "in parts":
        fit_parts(model, parts, "label", random_state=0)
    else:
        frame = parts.frame()
        model.fit(frame[parts.feature_names], frame["label"])
    seconds = time.process_time() - start_s
    # ru_maxrss would count what the process was before it became this one
    peak_kib = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
    one = parts.read(0)
    accuracy = model.score(one[parts.feature_names], one["label"])
    print(json.dumps({"peak_mb": peak_kib / 1024, "seconds": seconds, "accuracy": accuracy}))
"""


def parts_of(n_rows, folder):
    """A folder of parts whose label takes a product of features."""
    rng = np.random.default_rng(0)
    names = [f"f{k}" for k in range(N_FEATURES)]
    table = pd.DataFrame(rng.normal(size=(n_rows, N_FEATURES)), columns=names)
    table["label"] = (table["f0"] + table["f1"] * table["f2"] > 0).astype(int)
    table.to_parquet(folder / "table.parquet")
    views = [("numbers", "passthrough", names)]
    out = folder / str(n_rows)
    extract(folder / "table.parquet", views, out, keep=["label"])
    return out


def fit(out, way):
    """What a process of its own tells of a fit."""
    run = [sys.executable, "-c", textwrap.dedent(_FIT), out, way]
    return json.loads(subprocess.run(run, capture_output=True, check=True).stdout)


def figures():
    """Peak memory, seconds and accuracy of each way and size."""
    with tempfile.TemporaryDirectory() as name:
        folders = {n_rows: parts_of(n_rows, Path(name)) for n_rows in GROWTH}
        found = {
            f"{n_rows} rows, {way}": fit(out, way)
            for n_rows, out in folders.items()
            for way in ("in memory", "in parts")
        }
    few, many = (found[f"{n_rows} rows, in parts"]["peak_mb"] for n_rows in GROWTH)
    if many > 1.2 * few:
        raise AssertionError(f"memory grows with the rows: {found}")
    bytes_a_row = (many - few) * 2**20 / (GROWTH[1] - GROWTH[0])
    return {"fits": found, "ratio": many / few, "bytes_a_row_in_parts": bytes_a_row}


def main():
    found = figures()
    work = f"Boosted trees, 20 rounds over {N_FEATURES} features, one thread"
    write_result("speed_trees", {"work": work, **found})
    for name, row in found["fits"].items():
        print(f"{name}: {row}")
    print(found["ratio"], found["bytes_a_row_in_parts"])


if __name__ == "__main__":
    main()
