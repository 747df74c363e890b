"""A grid search over recordings: with ``memory=``, and wired as scikit-learn does, one run.

Run with ``python -m benchmarks.speed.search``; needs ``spoken_digits`` (MMSK_DATA) and writes
``benchmarks/results/speed_search.json``. The extractor, the steps behind it, folds and
candidates are the same; only how often a recording is opened and described differs. Best
scores must be equal. The second search with a store is made by a process of its own.
"""

from benchmarks._harness import DATA, one_thread, write_result

one_thread()

import json  # noqa: E402
import os  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from unittest import mock  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import soundfile  # noqa: E402
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


def recordings():
    """A table of paths, and the digits."""
    table = pd.read_csv(DATA / "spoken_digits" / "table.csv")
    table = table.sample(N_FILES, random_state=0).reset_index(drop=True)
    X = pd.DataFrame({"audio": [str(DATA / "spoken_digits" / p) for p in table["audio"]]})
    return X, table["digit"]


def search(*, store=None, cache=None):
    """Seconds on the wall and of the processor, best mean accuracy, and files opened."""
    X, y = recordings()
    union = MediaUnion(extractors(store)) if store else FeatureUnion(extractors())
    # the cache of a Pipeline keeps what its steps before the last give for a whole fold
    steps = [
        ("features", ColumnTransformer([("audio", union, "audio")])),
        ("scale", StandardScaler()),
        ("classify", RidgeClassifier()),
    ]
    found = GridSearchCV(Pipeline(steps, memory=cache), CANDIDATES, cv=N_FOLDS)
    with mock.patch.object(soundfile, "SoundFile", side_effect=soundfile.SoundFile) as opened:
        wall_s, processor_s = time.perf_counter(), time.process_time()
        found.fit(X, y)
        seconds = time.perf_counter() - wall_s, time.process_time() - processor_s
    return *seconds, found.best_score_, opened.call_count


def searched_again(store):
    """As `search`, in a second process."""
    run = [sys.executable, "-m", "benchmarks.speed.search", store]
    return json.loads(subprocess.run(run, capture_output=True, check=True).stdout)


def figures():
    """Seconds of each wiring, and how many times as fast as each peer ours is."""
    # compiles, and has the disk read before anything is timed
    FeatureUnion(extractors()).fit_transform(recordings()[0]["audio"])
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "mmsk": search(store=f"{folder}/store"),
            "mmsk, in a second process": searched_again(f"{folder}/store"),
            "Pipeline": search(),
            "Pipeline(memory=)": search(cache=f"{folder}/joblib"),
        }
    if len({score for _, _, score, _ in found.values()}) > 1:
        raise AssertionError(f"the searches differ: {found}")
    opened = {name: times[3] for name, times in found.items()}
    result = {"best_score": found["mmsk"][2], "files_opened": opened}
    for place, clock in enumerate(("wall", "processor")):
        seconds = {name: times[place] for name, times in found.items()}
        peers = {name: s / seconds["mmsk"] for name, s in seconds.items() if "mmsk" not in name}
        result[clock] = {"seconds": seconds, "ratios": peers}
    return {**result, "load_average": os.getloadavg()[0]}


def main():
    found = figures()
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
            opened = found["files_opened"][name]
            print(f"{clock}: {name} {seconds:.2f} s{told}, {opened} files opened")


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(search(store=sys.argv[1])))
    else:
        main()
