"""All peers beside mmsk in one process, of all rooms.

scikit-learn, scikit-image, OpenCV, librosa, torchaudio where it is installed
(`benchmarks.speed.mfcc` says how), python_speech_features, PyAV alone, and joblib.

Run with ``python -m benchmarks.speed.peers``, or with names of scripts to run only those
cases: ``python -m benchmarks.speed.peers hog texture``. Writes
``benchmarks/results/speed_peers.json``: ratios with one thread, each with its check of
equality; what a second thread gains; and what compiling costs, apart.

The cases are those of the other scripts here: one that defines ``measured(repeats)`` is run;
what has no peer to be timed beside is called ``figures`` there.
"""

from benchmarks._harness import interleaved, one_thread, told, write_result

one_thread()

import importlib  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

from mmsk.audio import MFCC, PatchEncoder, Prosody  # noqa: E402
from mmsk.image import GIST, GLCM, HOG, LBP, ColorHistogram  # noqa: E402
from mmsk.video import FrameStatistics, MotionHistogram  # noqa: E402

REPEATS = 30
N_SAMPLES = 300
EXTRACTORS = {
    "HOG": (HOG(size_px=128), "image"),
    "LBP": (LBP(), "image"),
    "ColorHistogram": (ColorHistogram(), "image"),
    "GLCM": (GLCM(), "image"),
    "GIST": (GIST(), "image"),
    "MFCC": (MFCC(), "audio"),
    "Prosody": (Prosody(), "audio"),
    "PatchEncoder": (PatchEncoder(), "audio"),
    "FrameStatistics": (FrameStatistics(), "video"),
    "MotionHistogram": (MotionHistogram(), "video"),
}
# In a process of its own, whose kernels are cached in a folder of its own.
_FIRST_CALL = """
import json, time
from benchmarks.speed.peers import EXTRACTORS
from mmsk.testing import media_samples
extractor, modality = EXTRACTORS[{name!r}]
samples = media_samples(modality).decoded
extractor.fit(samples)
seconds = []
for _ in range(2):
    start = time.perf_counter()
    extractor.transform(samples)
    seconds.append(time.perf_counter() - start)
print(json.dumps(seconds[0] - seconds[1]))
"""


def side_by_side(wanted=()):
    """What each script of the folder measures, by script and case."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("[!_]*.py")):
        if path.stem == Path(__file__).stem or (wanted and path.stem not in wanted):
            continue
        try:
            script = importlib.import_module(f"benchmarks.speed.{path.stem}")
        except ModuleNotFoundError as error:
            print(f"{path.stem}: left out, {error.name} is not installed")
            continue
        if not hasattr(script, "measured"):
            continue
        found[path.stem] = script.measured(repeats=REPEATS)
        for name, case in found[path.stem].items():
            print(told(f"{path.stem}: {name}", case), flush=True)
    return found


def columns():
    """Samples of each modality, decoded, so that only describing them is timed."""
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (N_SAMPLES, 256, 256, 3), dtype=np.uint8)
    sounds = 0.1 * rng.normal(size=(N_SAMPLES, 16000)).astype(np.float32)
    films = rng.integers(0, 256, (N_SAMPLES, 10, 120, 160), dtype=np.uint8)
    return {"image": list(pictures), "audio": list(sounds), "video": list(films)}


def scaling(samples):
    """Seconds with one and two threads by the clock on the wall, and their ratio.

    Parameters
    ----------
    samples : dict of str to list
        By modality.

    Returns
    -------
    found : dict of str to dict
        By extractor.
    """
    found = {}
    for name, (extractor, modality) in EXTRACTORS.items():
        column = samples[modality]
        extractor.fit(column[:4])
        one, two = (extractor.set_params(n_jobs=n).transform(column) for n in (1, 2))
        if not np.array_equal(one, two):
            raise AssertionError(f"{name} gives other rows with two threads")
        functions = {
            str(n): lambda n=n, e=extractor, c=column: e.set_params(n_jobs=n).transform(c)
            for n in (1, 2)
        }
        seconds = interleaved(functions, repeats=5, clock=time.perf_counter)
        found[name] = {"seconds": seconds, "gain": seconds["1"] / seconds["2"]}
    return found


def compiling():
    """Seconds that the first call of a process takes longer: first ever, and later."""
    found = {}
    for name in EXTRACTORS:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-c", _FIRST_CALL.format(name=name)]
            environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
            runs = [
                subprocess.run(
                    command, env=environment, capture_output=True, text=True, check=True
                )
                for _ in range(2)
            ]
        compiled, cached = (max(json.loads(run.stdout), 0.0) for run in runs)
        found[name] = {"compiled_s": compiled, "from_cache_s": cached}
    return found


def main():
    found = {"cases": side_by_side(sys.argv[1:])}
    if not sys.argv[1:]:
        found["load_average"] = os.getloadavg()[0]
        found["threads"] = scaling(columns())
        for name, case in found["threads"].items():
            print(f"{name}: {case['gain']:.2f} x as fast with two threads")
        found["compiling"] = compiling()
        for name, case in found["compiling"].items():
            seconds = "{compiled_s:.1f} s to compile, {from_cache_s:.2f} s from the cache"
            print(f"{name}: {seconds.format(**case)}")
        work = "peers and mmsk in one process, one thread, processor time"
        write_result("speed_peers", {"work": work, **found})


if __name__ == "__main__":
    main()
