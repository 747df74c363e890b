"""Counting words and n-grams: scikit-learn and mmsk, one thread, in one process.

Run with ``python -m benchmarks.speed.text``; writes ``benchmarks/results/speed_text.json``.
The text is real and mixed: captions, reviews, questions and names in several languages
from the data folder, then docstrings of the installed packages, until there are 30 MB.
Matrices must be equal. ``python -m benchmarks.speed.text words`` measures the cases named and
keeps the others. Peak memory and compilation are measured in processes of their own;
``python -m benchmarks.speed.text memory`` writes ``benchmarks/results/speed_text_memory.json``.
"""

from benchmarks._harness import (
    DATA,
    RESULTS,
    current_commit,
    interleaved,
    one_thread,
    told,
    write_result,
)

one_thread()

import ast  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import sysconfig  # noqa: E402
import tempfile  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from functools import partial  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from sklearn.feature_extraction import text as sklearn_text  # noqa: E402

from mmsk import text as mmsk_text  # noqa: E402

N_CHARACTERS = 30_000_000
TABLES = ["mr", "trec6", "trec_qa", "tuxpaint", "flickr8k_1000", "multi30k"]
CASES = {
    "words": ({}, 6),
    "words (1, 2)": ({"ngram_range": (1, 2)}, 10),
    "char_wb (3, 5)": ({"analyzer": "char_wb", "ngram_range": (3, 5)}, 10),
}
MODULES = {"scikit-learn": sklearn_text, "mmsk": mmsk_text}
VECTORIZERS = ["CountVectorizer", "TfidfVectorizer"]
TOLERANCE = 1e-12
REPEATS = 3


def corpus(n_characters=N_CHARACTERS):
    """Documents of so many characters together."""
    documents, size = [], 0
    for document in _documents():
        documents.append(document)
        size += len(document)
        if size >= n_characters:
            break
    return documents


def _documents():
    for name in TABLES:
        for path in sorted((DATA / name).glob("table.csv*")):
            table = pd.read_csv(path, dtype=str)
            for column in table.select_dtypes(exclude="number"):
                values = table[column].dropna().unique()
                if " " in "".join(values[:20]) and not column.startswith(("image", "audio")):
                    yield from values
    for root in ("stdlib", "purelib"):
        for path in sorted(Path(sysconfig.get_path(root)).rglob("*.py")):
            if root == "purelib" or "site-packages" not in path.parts:
                yield from _docstrings(path)


def _docstrings(path):
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except (SyntaxError, ValueError):
        return
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, holders) and ast.get_docstring(node):
            yield ast.get_docstring(node)


def measured(repeats=REPEATS):
    """Seconds and ratios of each case on a tenth of the text, for `peers`."""
    documents = corpus(N_CHARACTERS // 10)
    return {
        f"{name}, {case}, 3 MB": _measured_case(documents, name, case, min(repeats, REPEATS))
        for case in CASES
        for name in VECTORIZERS
    }


def _measured_case(documents, name, case, repeats):
    parameters, _ = CASES[case]
    makers = {
        peer: partial(getattr(module, name), **parameters) for peer, module in MODULES.items()
    }
    difference = _largest_difference(documents, makers)
    functions = {peer: partial(_fit, make, documents) for peer, make in makers.items()}
    seconds = interleaved(functions, repeats)
    return {
        "seconds": seconds,
        "ratios": {"scikit-learn": seconds["scikit-learn"] / seconds["mmsk"]},
        "largest_difference_from_scikit_learn": difference,
    }


def _fit(make, documents):
    return make().fit_transform(documents)


def _largest_difference(documents, makers):
    fitted = {peer: make() for peer, make in makers.items()}
    matrices = {peer: each.fit_transform(documents) for peer, each in fitted.items()}
    if fitted["mmsk"].vocabulary_ != fitted["scikit-learn"].vocabulary_:
        raise AssertionError("mmsk finds another vocabulary than scikit-learn")
    found, expected = matrices["mmsk"], matrices["scikit-learn"].sorted_indices()
    if not np.array_equal(found.indices, expected.indices):
        raise AssertionError("mmsk finds other terms in documents than scikit-learn")
    difference = float(np.abs(found.data - expected.data).max())
    if difference > TOLERANCE:
        raise AssertionError(f"mmsk differs from scikit-learn by {difference}")
    return difference


def gain_of_a_second_thread(case):
    """By the clock on the wall: how many times as fast two threads are as one."""
    documents, (parameters, _) = corpus(), CASES[case]
    functions = {
        f"{n} threads": partial(
            _fit, partial(mmsk_text.CountVectorizer, **parameters, n_jobs=n), documents
        )
        for n in (1, 2)
    }
    seconds = interleaved(functions, REPEATS, clock=time.perf_counter)
    return seconds["1 threads"] / seconds["2 threads"]


def measured_apart(what, case, path=""):
    """What a process of its own finds: see `_child`."""
    command = [sys.executable, "-m", "benchmarks.speed.text", what, case, str(path)]
    environment = {**os.environ, "MMSK_KERNEL_CACHE": "0"} if what == "compile" else None
    output = subprocess.run(command, capture_output=True, check=True, env=environment)
    return json.loads(output.stdout)


def peak_memory(documents):
    """Megabytes that `fit_transform` of each peer adds to the peak of its process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "documents.json"
        path.write_text(json.dumps(documents))
        return {
            case: {peer: measured_apart(peer, case, path) for peer in MODULES} for case in CASES
        }


def _child(what, case, path):
    """Megabytes that fitting adds to the peak, or seconds until a first word is counted."""
    parameters, _ = CASES[case]
    if what == "compile":
        start = time.perf_counter()
        mmsk_text.CountVectorizer(**parameters).fit_transform(["one document"])
        return time.perf_counter() - start
    documents = json.loads(Path(path).read_text())
    MODULES[what].CountVectorizer(**parameters).fit_transform(["one document"])
    before = _resident_kb()
    peak = [before]
    done = threading.Event()

    def watch():  # ru_maxrss starts from what the parent process held
        while not done.wait(0.005):
            peak[0] = max(peak[0], _resident_kb())

    watcher = threading.Thread(target=watch)
    watcher.start()
    _fit(partial(MODULES[what].TfidfVectorizer, **parameters), documents)
    done.set()
    watcher.join()
    return (peak[0] - before) / 1024


def _resident_kb():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def main(cases):
    """Measure some cases; of the others what was measured earlier is kept, with its commit."""
    documents, path = corpus(), RESULTS / "speed_text.json"
    earlier = json.loads(path.read_text()) if path.exists() else {"cases": {}}
    before, now = earlier.get("commit"), current_commit()
    known = {name: {"commit": before, **case} for name, case in earlier["cases"].items()}
    parts = {key: earlier.get(key, {}) for key in ("gain_of_a_second_thread", "compile_s")}
    for case in cases:
        for name in VECTORIZERS:
            found = _measured_case(documents, name, case, REPEATS)
            known[f"{name}, {case}"] = {**found, "commit": now}
            print(told(f"{name}, {case}", found), flush=True)
        parts["gain_of_a_second_thread"][case] = gain_of_a_second_thread(case)
        parts["compile_s"][case] = measured_apart("compile", case)
        payload = {
            "work": "fit_transform of 30 MB of documents, one thread, processor time",
            "documents": len(documents),
            "characters": sum(map(len, documents)),
            "aim": {case: {"scikit-learn": aim} for case, (_, aim) in CASES.items()},
            "cases": known,
            **parts,
            "load_average": os.getloadavg()[0],
        }
        write_result("speed_text", payload)  # after each: the next one takes minutes


if __name__ == "__main__":
    if sys.argv[1:] == ["memory"]:
        write_result("speed_text_memory", {"peak_memory_mb_by_peer": peak_memory(corpus())})
    elif set(sys.argv[1:]) <= set(CASES):
        main(sys.argv[1:] or CASES)
    else:
        print(json.dumps(_child(*sys.argv[1:])))
