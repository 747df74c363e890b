"""What ``import mmsk`` adds to ``import sklearn``, in fresh processes.

python -m benchmarks.speed.imports
"""

import json
import statistics
import subprocess
import sys

from benchmarks._harness import write_result

_CODE = """
import json, sys, time
a = time.perf_counter()
import sklearn
b = time.perf_counter()
before = set(sys.modules)  # scikit-learn loads pandas where it is installed
import mmsk
c = time.perf_counter()
heavy = {"numba", "librosa", "skimage", "av", "xgboost", "pandas"}
loaded = sorted(heavy & (set(sys.modules) - before))
print(json.dumps({"sklearn_s": b - a, "mmsk_adds_s": c - b, "heavy_loaded": loaded}))
"""


def run(repeats=10):
    """Medians over fresh processes, the first one (cold disk) left out."""
    runs = []
    for _ in range(repeats + 1):
        command = [sys.executable, "-c", _CODE]
        found = subprocess.run(command, capture_output=True, text=True, check=True)
        runs.append(json.loads(found.stdout))
    return {
        "sklearn_s": statistics.median(run["sklearn_s"] for run in runs[1:]),
        "mmsk_adds_s": statistics.median(run["mmsk_adds_s"] for run in runs[1:]),
        "heavy_loaded": runs[-1]["heavy_loaded"],
    }


if __name__ == "__main__":
    result = run()
    print(json.dumps(result, indent=2))
    write_result("speed_imports", result)
