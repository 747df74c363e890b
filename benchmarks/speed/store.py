"""Rows of features kept and found again: `FeatureStore` and joblib.Memory, one thread.

Run with ``python -m benchmarks.speed.store``; writes ``benchmarks/results/speed_store.json``.
Seconds are of one row. What joblib keeps is a function of the path that gives the row: it
does not look whether the file has changed, so that the store is timed with and without.
"""

from benchmarks._harness import interleaved, one_thread, told, write_result

one_thread()

import itertools  # noqa: E402
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402

import joblib  # noqa: E402
import numpy as np  # noqa: E402

from mmsk.store import FeatureStore, row_key, sample_key  # noqa: E402

WIDTH = 324
N_WRITTEN = 64  # what extractors put at a time
N_READ = 1000
RECIPE = b"benchmark"


def features_of(path):
    """Stands for an extractor: a row that the name of the file tells."""
    return np.full(WIDTH, int(Path(path).stem), np.float32)


def compare(folder, repeats):
    """Seconds of a row, ratios and largest difference of each case."""
    paths = [str(folder / f"{number}.bin") for number in range(N_READ)]
    for path in paths:
        Path(path).write_bytes(b"x")
    store = FeatureStore(folder / "store")
    cached = joblib.Memory(folder / "joblib", verbose=0).cache(features_of)
    keys = dict(zip(paths, keys_of(paths), strict=True))
    store.put("Toy", {key: features_of(path) for path, key in keys.items()})
    ours = store.get(keys.values())
    difference = max(
        float(np.abs(ours[key] - cached(path)).max()) for path, key in keys.items()
    )
    fresh = itertools.count(N_READ)

    def put():
        numbers = list(itertools.islice(fresh, N_WRITTEN))
        rows = {number.to_bytes(32, "big"): np.full(WIDTH, number, "f4") for number in numbers}
        store.put("Toy", rows)

    def keep():
        for number in itertools.islice(fresh, N_WRITTEN):
            cached(f"{number}.bin")

    def read():
        for path in paths:
            cached(path)

    cases = {
        f"write {N_WRITTEN} rows": (put, keep, N_WRITTEN),
        f"read {N_READ} rows by key": (lambda: store.get(keys.values()), read, N_READ),
        f"find the rows of {N_READ} files": (lambda: store.get(keys_of(paths)), read, N_READ),
    }
    found = {}
    for name, (mine, peer, n_rows) in cases.items():
        seconds = interleaved({"mmsk": mine, "joblib.Memory": peer}, repeats)
        seconds = {who: s / n_rows for who, s in seconds.items()}
        found[name] = {
            "seconds": seconds,
            "ratios": {"joblib.Memory": seconds["joblib.Memory"] / seconds["mmsk"]},
            "largest_difference": difference,
        }
    return found


def keys_of(paths):
    """What extractors do before they ask: each file told by path, size and time."""
    return [row_key(RECIPE, sample_key(path)) for path in paths]


def measured(repeats=15):
    with tempfile.TemporaryDirectory() as name:
        found = compare(Path(name), repeats)
    if any(case["largest_difference"] > 0 for case in found.values()):
        raise AssertionError(f"rows differ: {found}")
    return found


def main():
    found = measured()
    work = f"A row of {WIDTH} features kept in the store, one thread"
    write_result("speed_store", {"work": work, "cases": found})
    for name, case in found.items():
        print(told(name, case))


if __name__ == "__main__":
    main()
