"""``mmsk fit`` and ``mmsk predict`` on real tables: each modality alone, and fused.

Every figure comes from the two commands as a user types them; the commands stand in the
result file. The test part is scored once; nothing is tuned.

    python -m benchmarks.quality.tables [name ...]
"""

import contextlib
import io
import sys
import tempfile
import time

import numpy as np
import pandas as pd

from benchmarks._harness import DATA, write_result
from mmsk.cli import main

SEGMENTS = ["start_s", "end_s"]
TASKS = {
    # name: (folder, target, column of parts, held-out values, modalities)
    "tuxpaint": ("tuxpaint", "label", "fold", range(5), [["image"], ["text"], ["audio"]]),
    "spoken_digits digit": ("spoken_digits", "digit", "split", ["test"], [["audio"]]),
    "spoken_digits speaker": ("spoken_digits", "speaker", "split", ["test"], [["audio"]]),
    "spoken_digits digit, unseen speaker": (
        "spoken_digits", "digit", "fold", range(6), [["audio"]],
    ),
    "fir_actions": ("fir_actions", "label6", "fold", range(5), [["video", *SEGMENTS]]),
    "digits_av": ("digits_av", "digit", "split", ["test"], [["image"], ["audio"]]),
}  # fmt: skip


def run(name):
    """All variants of one task: a row each, with the scores of its held-out parts."""
    folder, target, parts, values, modalities = TASKS[name]
    table = DATA / folder / "table.csv"
    together = [column for columns in modalities for column in columns]
    variants = [(f"{columns[0]} alone", columns, "voting") for columns in modalities]
    if len(modalities) > 1:
        variants += [(f"{fusion} fusion", together, fusion) for fusion in ("early", "voting")]
    return {
        variant: _variant(table, target, parts, values, columns, fusion)
        for variant, columns, fusion in variants
    }


def _variant(table, target, parts, values, columns, fusion):
    scores, fit_s, predict_s = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for value in values:
            fit = [
                "fit", str(table), "--target", target, "--columns", *columns,
                "--train-where", f"{parts}!={value}", "--fusion", fusion, "--n-jobs", "2",
                "--task", "classification", "-o", f"{folder}/model",
            ]  # fmt: skip
            predict = [
                "predict", f"{folder}/model", str(table), "--where", f"{parts}={value}",
                "--n-jobs", "2", "-o", f"{folder}/out.csv",
            ]  # fmt: skip
            fit_s.append(_timed(fit))
            predict_s.append(_timed(predict))
            scores.append(_accuracy(table, target, f"{folder}/out.csv"))
    return {
        "accuracy": round(float(np.mean(scores)), 4),
        "spread": round(float(np.std(scores)), 4),
        "parts": [round(score, 4) for score in scores],
        "fit_s": round(float(np.mean(fit_s)), 2),
        "predict_s": round(float(np.mean(predict_s)), 2),
        "commands": [_shown(fit, folder), _shown(predict, folder)],
    }


def _timed(arguments):
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = main(arguments)
    if code:
        raise SystemExit(f"mmsk {' '.join(arguments)} gave {code}: {said.getvalue()}")
    return time.perf_counter() - start


def _accuracy(table, target, out):
    """Over the rows that have a label: truth from the table, prediction from the file."""
    truth = pd.read_csv(table, low_memory=False)[target]
    found = pd.read_csv(out)
    truth = truth.iloc[found["row"]].reset_index(drop=True)
    return float((truth == found["prediction"])[truth.notna()].mean())


def _shown(arguments, folder):
    words = " ".join(["mmsk", *arguments])
    return words.replace(f"{folder}/", "").replace(str(DATA), "$MMSK_DATA")


def _print(name, rows):
    print(f"\n{name}")
    for variant, row in rows.items():
        print(
            f"  {variant:15} {100 * row['accuracy']:6.1f} ± {100 * row['spread']:4.1f} %"
            f"   fit {row['fit_s']:6.2f} s   predict {row['predict_s']:6.2f} s"
        )


if __name__ == "__main__":
    results = {}
    for task in sys.argv[1:] or TASKS:
        results[task] = run(task)
        _print(task, results[task])
    write_result("quality_tables", {"tasks": results})
