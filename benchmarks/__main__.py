"""``python -m benchmarks``: run every benchmark in a process of its own, then the tables.

Those on real data read it from MMSK_DATA, or from shared/data beside the project.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SKIPPED = {"__init__", "__main__", "_harness", "render"}


def modules():
    """Names of the benchmark modules, speed first."""
    paths = [*sorted(HERE.glob("speed/*.py")), *sorted(HERE.glob("quality/*.py"))]
    return [f"benchmarks.{p.parent.name}.{p.stem}" for p in paths if p.stem not in SKIPPED]


if __name__ == "__main__":
    for module in [*modules(), "benchmarks.render"]:
        print(f"\n== {module}", flush=True)
        subprocess.run([sys.executable, "-m", module], check=True)
