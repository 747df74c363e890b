"""Kill -9 at any moment, workers that die, tables ten times as long: slow, and the proof."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import joblib
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate

from mmsk import MultimodalClassifier
from mmsk.image import LBP
from mmsk.scale import extract, read_parts
from mmsk.text import TextStatistics

from .test_extract import files_of

pytestmark = pytest.mark.slow

_RUN = """
    import sys
    from mmsk.image import LBP
    from mmsk.scale import extract
    from mmsk.text import TextStatistics

    if __name__ == "__main__":
        views = [("photo", LBP(size_px=64), "photo"), ("note", TextStatistics(), "note")]
        options = {"keep": ["y"], "rows_per_part": 4, "n_jobs": int(sys.argv[3])}
        extract(sys.argv[1], views, sys.argv[2], **options)
"""
VIEWS = [("photo", LBP(size_px=64), "photo"), ("note", TextStatistics(), "note")]
N = 240


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    rng = np.random.default_rng(0)
    paths = [str(folder / f"{k}.png") for k in range(12)]
    for path in paths:
        Image.fromarray(rng.integers(0, 256, (200, 200, 3), np.uint8)).save(path)
    paths[5] = str(folder / "absent.png")
    frame = {"photo": paths, "note": [f"note {k}" for k in range(12)], "y": np.arange(12) % 2}
    pd.concat([pd.DataFrame(frame)] * (N // 12)).to_csv(folder / "t.csv", index=False)
    return folder / "t.csv"


@pytest.fixture(scope="module")
def whole(table):
    """An undisturbed run."""
    return extract(table, VIEWS, table.parent / "whole", keep=["y"], rows_per_part=4)


def started(table, out, n_jobs):
    """The id of a process that extracts; a fork where it works alone: it starts at once."""
    if n_jobs > 1:
        run = [sys.executable, "-c", textwrap.dedent(_RUN), str(table), str(out), str(n_jobs)]
        return subprocess.Popen(run, start_new_session=True).pid
    child = os.fork()
    if not child:
        os.setsid()
        extract(table, VIEWS, out, keep=["y"], rows_per_part=4)
        os._exit(0)
    return child


def killed_at(process, out, n_parts, delay_s):
    """Kill a process and all it started, some time after so many parts are there."""
    limit_s = time.monotonic() + 120
    while len(list(out.glob("part-*"))) < n_parts:
        assert time.monotonic() < limit_s
        time.sleep(0.002)
    time.sleep(delay_s)
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no kill -9 here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_killed_at_ten_random_moments_and_resumed_the_bytes_are_those_of_one_run(
    table, whole, tmp_path
):
    rng = np.random.default_rng(0)
    expected, n_before = files_of(whole.folder), []
    for attempt in range(10):
        out = tmp_path / str(attempt)
        process = started(table, out, n_jobs=2 if attempt == 9 else 1)
        killed_at(process, out, rng.integers(0, N // 4 - 8), rng.uniform(0, 0.05))
        n_before.append(len(list(out.glob("part-*"))))
        extract(table, VIEWS, out, keep=["y"], rows_per_part=4)
        assert files_of(out) == expected
    assert sum(0 < n < N // 4 for n in n_before) >= 5, n_before  # killed in the midst


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 here")
def test_a_killed_worker_of_a_cluster_loses_nothing(table, whole, tmp_path):
    distributed = pytest.importorskip("distributed")
    out = tmp_path / "out"
    with distributed.Client(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as client:
        victim = next(iter(client.run(os.getpid).values()))

        def kill():
            while len(list(out.glob("part-*"))) < 5:
                time.sleep(0.002)
            os.kill(victim, signal.SIGKILL)

        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        extract(table, VIEWS, out, keep=["y"], rows_per_part=4, executor=client)
        killer.join(timeout=60)
        assert victim not in client.run(os.getpid).values()
        assert files_of(out) == files_of(whole.folder)


def test_a_cluster_is_started_or_found_by_its_address(table, whole, tmp_path):
    distributed = pytest.importorskip("distributed")
    extract(
        table, VIEWS, tmp_path / "own", keep=["y"], rows_per_part=4, executor="dask", n_jobs=2
    )
    assert files_of(tmp_path / "own") == files_of(whole.folder)
    with distributed.LocalCluster(n_workers=1, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        extract(table, VIEWS, tmp_path / "a", keep=["y"], rows_per_part=4, executor=address)
    assert files_of(tmp_path / "a") == files_of(whole.folder)


def test_searches_run_on_a_cluster(table):
    distributed = pytest.importorskip("distributed")
    rows = pd.read_csv(table)[:24]
    rows = rows[~rows["photo"].str.endswith("absent.png")]  # warnings are errors here
    X, y = rows[["photo", "note"]], rows["y"]
    model = MultimodalClassifier(
        "early", {"photo": "image", "note": "text"}, estimator=LogisticRegression()
    )
    candidates = {"estimator__C": [0.1, 1.0], "fusion": ["early", "voting"]}
    alone = GridSearchCV(model, candidates, cv=2).fit(X, y)
    with (
        distributed.Client(n_workers=2, threads_per_worker=1, dashboard_address=None),
        joblib.parallel_config(backend="dask"),
    ):
        search = GridSearchCV(model, candidates, cv=2).fit(X, y)
        scores = cross_validate(model, X, y, cv=2)["test_score"]
    for key in ("mean_test_score", "std_test_score"):
        np.testing.assert_array_equal(search.cv_results_[key], alone.cv_results_[key])
    np.testing.assert_array_equal(scores, cross_validate(model, X, y, cv=2)["test_score"])


_PEAK = """
    import re, sys
    from pathlib import Path
    from mmsk.scale import extract
    from mmsk.text import TextStatistics

    extract(sys.argv[1], [("note", TextStatistics(), "note")], sys.argv[2], rows_per_part=1000)
    # ru_maxrss would count what the process was before it became this one
    print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is told by Linux only")
def test_peak_memory_is_flat_when_rows_grow_tenfold(tmp_path, ending):
    peaks = {}
    for n_rows in (4_000, 40_000):
        frame = pd.DataFrame(
            {"note": [f"note {k} of many words, or so" for k in range(n_rows)]}
        )
        path = tmp_path / f"{n_rows}.{ending}"
        if ending == "csv":
            frame.to_csv(path, index=False)
        else:
            frame.to_parquet(path)  # one row group
        run = [sys.executable, "-c", textwrap.dedent(_PEAK), path, tmp_path / f"{n_rows}"]
        peaks[n_rows] = json.loads(subprocess.run(run, capture_output=True, check=True).stdout)
        assert read_parts(tmp_path / f"{n_rows}").n_rows == n_rows
    assert peaks[40_000] <= 1.1 * peaks[4_000], peaks


_TREES = """
    import re, sys
    from pathlib import Path
    from mmsk.fusion import BoostingFusionClassifier
    from mmsk.scale import fit_parts, read_parts

    parts = read_parts(sys.argv[1])
    model = BoostingFusionClassifier(parts.views, n_estimators=2, cv=2)
    fit_parts(model, parts, "label", n_sample_rows=2000, random_state=0)
    print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is told by Linux only")
def test_peak_memory_of_trees_is_flat_when_rows_grow_tenfold(tmp_path):
    pytest.importorskip("xgboost")
    names, peaks = [f"f{k}" for k in range(60)], {}
    for n_rows in (8_000, 80_000):
        rng = np.random.default_rng(0)
        frame = pd.DataFrame(rng.normal(size=(n_rows, 60)).astype("f4"), columns=names)
        frame["label"] = frame["f0"] > 0
        frame.to_parquet(tmp_path / "t.parquet")
        out = tmp_path / f"{n_rows}"
        views = [("numbers", "passthrough", names)]
        extract(tmp_path / "t.parquet", views, out, keep=["label"], rows_per_part=2000)
        run = [sys.executable, "-c", textwrap.dedent(_TREES), out]
        peaks[n_rows] = json.loads(subprocess.run(run, capture_output=True, check=True).stdout)
    assert peaks[80_000] <= 1.1 * peaks[8_000], peaks
