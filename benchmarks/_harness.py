"""What the speed scripts share: one thread, fair timing, a result file."""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
#: Real data, which are no part of the project.
DATA = Path(os.environ.get("MMSK_DATA", Path(__file__).parents[2] / "shared" / "data"))

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
_SHORTEST_S = 0.002  # a timing this long is far above the resolution of the clock


def one_thread():
    """Hold all libraries to one thread; to be called before any of them is imported.

    Raises
    ------
    RuntimeError
        If NumPy was loaded before the first call: its threads have started.
    """
    held = all(os.environ.get(variable) == "1" for variable in _THREAD_VARIABLES)
    if "numpy" in sys.modules and not held:
        raise RuntimeError("call one_thread() before importing numpy and its peers")
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"))


def one_core():
    """Hold this process to one core, the last it may use, where the system can do so.

    Returns
    -------
    core : int or None
        None where it cannot.
    """
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def interleaved(functions, repeats=50, clock=time.process_time):
    """Median seconds of a call of each function, all timed in turn in one process.

    Parameters
    ----------
    functions : dict of str to callable
        Called without arguments.
    repeats : int, default=50
        Timings of each function; in each, a short function is called several times.
    clock : callable, default=time.process_time
        Processor time of all threads of the process, so that what else runs on the
        machine does not count; ``time.perf_counter`` where threads are to gain.

    Returns
    -------
    seconds : dict of str to float
        For one call. What disturbs the machine disturbs all alike, so ratios hold.
    """
    calls = {}
    for name, function in functions.items():
        function()  # compiles, and fills caches
        calls[name] = max(1, round(_SHORTEST_S / max(_timed(function, 1, clock), 1e-9)))
    timings = {name: [] for name in functions}
    for _ in range(repeats):
        for name, function in functions.items():
            timings[name].append(_timed(function, calls[name], clock))
    return {name: statistics.median(seconds) for name, seconds in timings.items()}


def told(name, measured):
    """A line about a case: milliseconds, and how many times as fast as each peer ours is.

    Parameters
    ----------
    name : str
    measured : dict
        With ``seconds`` and ``ratios`` by peer, ``largest_difference…``, and the peers
        ``not_installed``, if any.
    """
    times = ", ".join(f"{peer} {1e3 * s:.3f} ms" for peer, s in measured["seconds"].items())
    ratios = ", ".join(f"{ratio:.1f} x {peer}" for peer, ratio in measured["ratios"].items())
    difference = next(v for key, v in measured.items() if key.startswith("largest_difference"))
    absent = "".join(f"; {peer} is not installed" for peer in measured.get("not_installed", []))
    return f"{name}: {times}; mmsk = {ratios}; differs by {difference:.1e}{absent}"


def _timed(function, calls, clock=time.process_time):
    start = clock()
    for _ in range(calls):
        function()
    return (clock() - start) / calls


def write_result(name, payload):
    """Write ``results/<name>.json``: the payload, and where and on what it was measured.

    Parameters
    ----------
    name : str
    payload : dict
        What `json` can write.

    Returns
    -------
    result : dict
        What was written.
    """
    result = {
        **payload,
        "machine": _machine(),
        "versions": _versions(),
        "commit": current_commit(),
        "peak_memory_mb": _peak_memory_mb(),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
    return result


def with_earlier_sets(name, sets):
    """Sets measured now beside those of a result file, and the commit of each.

    Parameters
    ----------
    name : str
        Of the result file, whose ``sets`` not measured now are kept.
    sets : dict of str to dict

    Returns
    -------
    payload : dict
        ``sets``, and ``commits`` of the same keys.
    """
    path = RESULTS / f"{name}.json"
    before = json.loads(path.read_text()) if path.exists() else {"sets": {}}
    commits = dict.fromkeys(before["sets"], before.get("commit")) | before.get("commits", {})
    now = dict.fromkeys(sets, current_commit())
    return {"sets": {**before["sets"], **sets}, "commits": {**commits, **now}}


def _machine():
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def _processor():
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _versions():
    """Of all packages loaded that say theirs."""
    versions = {
        name: getattr(module, "__version__", None)
        for name, module in sorted(sys.modules.items())
        if "." not in name and not name.startswith("_")
    }
    return {
        name: version
        for name, version in versions.items()
        if isinstance(version, str) and name not in sys.stdlib_module_names
    }


def current_commit():
    """What is checked out, with ``-dirty`` where files differ from it; None without git.

    Results do not count: some scripts write theirs several times.
    """

    def git(*words):
        return subprocess.run(
            ["git", *words], cwd=RESULTS.parent, capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        changed = git("status", "--porcelain", "--", ":/", f":(exclude){RESULTS.name}")
        return git("rev-parse", "HEAD") + ("-dirty" if changed else "")
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive
        return None


def _peak_memory_mb():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / 2 ** (20 if sys.platform == "darwin" else 10), 1)
