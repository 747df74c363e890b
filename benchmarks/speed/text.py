"""Counting words and n-grams: scikit-learn and mmsk, one thread, in one process.

Run with ``python -m benchmarks.speed.text``; writes ``benchmarks/results/speed_text.json``.
The text is real and mixed: captions, reviews, questions and names in several languages
from the data folder, then docstrings of the installed packages, until there are 30 MB.
Matrices must be equal. Peak memory and compilation are measured in processes of their own.
"""

from benchmarks._harness import interleaved, one_thread, write_result

one_thread()

import ast  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import resource  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import sysconfig  # noqa: E402
import time  # noqa: E402
from functools import partial  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from sklearn.feature_extraction import text as sklearn_text  # noqa: E402

from mmsk import text as mmsk_text  # noqa: E402

N_CHARACTERS = 30_000_000
DATA = Path(os.environ.get("MMSK_DATA", "../shared/data"))
TABLES = ["mr", "trec6", "trec_qa", "tuxpaint", "flickr8k_1000", "multi30k"]
CASES = {
    "words": ({}, 6),
    "words (1, 2)": ({"ngram_range": (1, 2)}, 10),
    "char_wb (3, 5)": ({"analyzer": "char_wb", "ngram_range": (3, 5)}, 10),
}
MODULES = {"scikit-learn": sklearn_text, "mmsk": mmsk_text}
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


def compare(documents, parameters):
    """Seconds and ratio of each vectorizer, after a check that matrices are equal."""
    found = {}
    for name in ("CountVectorizer", "TfidfVectorizer"):
        makers = {
            peer: partial(getattr(module, name), **parameters)
            for peer, module in MODULES.items()
        }
        makers["mmsk, 2 threads"] = partial(makers["mmsk"], n_jobs=2)
        functions = {peer: partial(_fit, make, documents) for peer, make in makers.items()}
        _check_equal(documents, name, parameters)
        seconds = interleaved(functions, repeats=REPEATS)
        ratios = {peer: seconds["scikit-learn"] / seconds[peer] for peer in list(seconds)[1:]}
        found[name] = {"seconds": seconds, "times_as_fast_as_scikit_learn": ratios}
    return found


def _fit(make, documents):
    return make().fit_transform(documents)


def _check_equal(documents, name, parameters):
    theirs = getattr(sklearn_text, name)(**parameters)
    ours = getattr(mmsk_text, name)(**parameters)
    expected, found = theirs.fit_transform(documents), ours.fit_transform(documents)
    if ours.vocabulary_ != theirs.vocabulary_:
        raise AssertionError("another vocabulary")
    difference = abs(found - expected)
    if difference.nnz and difference.max() > 1e-12:
        raise AssertionError(f"differs from scikit-learn by {difference.max()}")


def measured_apart(what, case):
    """What a process of its own finds: see `_child`."""
    command = [sys.executable, "-m", "benchmarks.speed.text", what, case]
    environment = {**os.environ, "MMSK_KERNEL_CACHE": "0"} if what == "compile" else None
    output = subprocess.run(command, capture_output=True, check=True, env=environment)
    return json.loads(output.stdout)


def _child(what, case):
    """Megabytes that fitting adds to the peak, or seconds until a first word is counted."""
    parameters, _ = CASES[case]
    if what == "compile":
        start = time.perf_counter()
        mmsk_text.CountVectorizer(**parameters).fit_transform(["one document"])
        return time.perf_counter() - start
    documents = corpus()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    MODULES[what].TfidfVectorizer(**parameters).fit_transform(documents)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def main():
    documents = corpus()
    cases = {}
    for case, (parameters, aim) in CASES.items():
        cases[case] = {
            "aim": aim,
            **compare(documents, parameters),
            "peak_memory_mb": {peer: measured_apart(peer, case) for peer in MODULES},
            "compile_s": measured_apart("compile", case),
        }
        for name in ("CountVectorizer", "TfidfVectorizer"):
            ratio = cases[case][name]["times_as_fast_as_scikit_learn"]["mmsk"]
            print(f"{case}, {name}: {ratio:.1f} times as fast as scikit-learn (aim {aim})")
    payload = {
        "work": "fit_transform of documents, one thread",
        "documents": len(documents),
        "characters": int(np.sum([len(document) for document in documents])),
        "cases": cases,
    }
    write_result("speed_text", payload)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(_child(*sys.argv[1:])))
    else:
        main()
