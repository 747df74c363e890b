"""A grid search over recordings: with ``memory=``, and wired as scikit-learn does, one run.

Run with ``python -m benchmarks.speed.search``; needs ``spoken_digits`` (MMSK_DATA) and writes
``benchmarks/results/speed_search.json``. The extractor, the steps behind it, folds and
candidates are the same; only how often a recording is opened and described differs. Best
scores must be equal.
"""

from benchmarks._harness import DATA, one_thread, write_result

one_thread()

import tempfile  # noqa: E402
import time  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.linear_model import RidgeClassifier  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.pipeline import FeatureUnion, Pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

from mmsk.audio import MFCC, Prosody, SpectralStatistics  # noqa: E402
from mmsk.union import MediaUnion  # noqa: E402

N_FILES = 120
N_FOLDS = 3
CANDIDATES = {"classify__alpha": np.logspace(-1, 5, 24)}


def extractors(memory=None):
    """Timbre, spectrum and melody of speech."""
    return [
        ("mfcc", MFCC(memory=memory)),
        ("spectrum", SpectralStatistics(memory=memory)),
        ("prosody", Prosody(memory=memory)),
    ]


def search(X, y, *, store=None, cache=None):
    """Seconds on the wall, seconds of the processor, and the best mean accuracy."""
    union = MediaUnion(extractors(store)) if store else FeatureUnion(extractors())
    # the cache of a Pipeline keeps what its steps before the last give for a whole fold
    steps = [
        ("features", ColumnTransformer([("audio", union, "audio")])),
        ("scale", StandardScaler()),
        ("classify", RidgeClassifier()),
    ]
    found = GridSearchCV(Pipeline(steps, memory=cache), CANDIDATES, cv=N_FOLDS)
    wall_s, processor_s = time.perf_counter(), time.process_time()
    found.fit(X, y)
    seconds = time.perf_counter() - wall_s, time.process_time() - processor_s
    return *seconds, found.best_score_


def measured():
    """Seconds of each wiring, and how many times as fast as each peer ours is."""
    table = pd.read_csv(DATA / "spoken_digits" / "table.csv")
    table = table.sample(N_FILES, random_state=0).reset_index(drop=True)
    X = pd.DataFrame({"audio": [str(DATA / "spoken_digits" / p) for p in table["audio"]]})
    y = table["digit"]
    # compiles, and has the disk read before anything is timed
    FeatureUnion(extractors()).fit_transform(X["audio"])
    with tempfile.TemporaryDirectory() as folder:
        runs = {
            "mmsk": {"store": f"{folder}/store"},
            "mmsk, in a second process or search": {"store": f"{folder}/store"},
            "Pipeline": {},
            "Pipeline(memory=)": {"cache": f"{folder}/joblib"},
        }
        found = {name: search(X, y, **how) for name, how in runs.items()}
    if len({score for *_, score in found.values()}) > 1:
        raise AssertionError(f"the searches differ: {found}")
    result = {"best_score": found["mmsk"][2]}
    for place, clock in enumerate(("wall", "processor")):
        seconds = {name: times[place] for name, times in found.items()}
        peers = {name: s / seconds["mmsk"] for name, s in seconds.items() if "mmsk" not in name}
        result[clock] = {"seconds": seconds, "ratios": peers}
    return result


def main():
    found = measured()
    work = (
        f"GridSearchCV of {len(CANDIDATES['classify__alpha'])} candidates in {N_FOLDS} folds "
        f"over {N_FILES} recordings of spoken_digits, one thread; MFCC, SpectralStatistics, "
        "Prosody, StandardScaler, RidgeClassifier"
    )
    write_result("speed_search", {"work": work, **found})
    print(work)
    for clock in ("wall", "processor"):
        for name, seconds in found[clock]["seconds"].items():
            ratio = found[clock]["ratios"].get(name)
            told = "" if ratio is None else f", {ratio:.1f} x mmsk"
            print(f"{clock}: {name} {seconds:.2f} s{told}")


if __name__ == "__main__":
    main()
