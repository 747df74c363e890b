"""Peak memory of long media: an hour of sound, and ten minutes of film in 720 lines.

Run with ``python -m benchmarks.speed.long``; writes ``benchmarks/results/speed_long.json`` and
``speed_long_sound.json``. With ``film`` or ``sound`` behind it, only one of them is.

Media are made on the spot. Each case runs in a process of its own, once for the long medium
and once for one of a tenth of its length; what a process needs without any medium is measured
too (on Linux only). A film is described whole and, in the same pass, in segments of ten
seconds; the recording in segments of a minute, and whole, by one extractor after the other.
"""

from benchmarks._harness import one_thread, write_result

one_thread()

import json  # noqa: E402
import os  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
from itertools import cycle, islice  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import soundfile  # noqa: E402

from benchmarks.speed.video import frames, write_film  # noqa: E402

SOUND_S, FILM_S = 3600, 600
RATE_HZ = 16000
OF_FILMS = ["FrameStatistics", "MotionHistogram"]
OF_SOUNDS = ["MFCC", "LogMel", "SpectralStatistics", "Chroma", "Prosody", "AudioFunctionals"]
_CASE = """
import json, re, time
from pathlib import Path
import numpy as np
from mmsk import audio, video
from mmsk.union import MediaUnion
path, stretches, names = json.loads({arguments!r})
classes = [getattr(audio, name, None) or getattr(video, name) for name in names]
extractor = MediaUnion([(name, of_name()) for name, of_name in zip(names, classes)])
X = np.array([[path, *stretch] for stretch in stretches], dtype=object).reshape(-1, 3)
start = time.perf_counter()
found = extractor.fit(X).transform(X) if len(X) else np.zeros(1)
assert np.isfinite(found).all()
# getrusage would count the parent's memory too
peak_mb = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps({{"peak_mb": round(peak_mb, 1), "seconds": time.perf_counter() - start}}))
"""


def measure(path, stretches, extractors):
    """Peak memory and seconds of a process that describes stretches of one medium."""
    arguments = json.dumps([str(path), stretches, extractors])
    command = [sys.executable, "-c", _CASE.format(arguments=arguments)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return {"stretches": len(stretches), **json.loads(run.stdout)}


def write_sound(path, seconds):
    """Noise under a slow swell, a minute at a time."""
    rng = np.random.default_rng(0)
    minute = 0.1 * rng.normal(size=60 * RATE_HZ).astype(np.float32)
    with soundfile.SoundFile(path, "w", RATE_HZ, 1, "PCM_16", format="WAV") as file:
        for _ in range(seconds // 60):
            file.write(minute)


def segments(seconds, each_s):
    return [[start, start + each_s] for start in range(0, seconds, each_s)]


def films(folder):
    """Peaks with films, by case."""
    found = {}
    for name, seconds in {"short": FILM_S // 10, "long": FILM_S}.items():
        path = Path(folder, f"{name}.mp4")
        images = islice(cycle(list(frames(1280, 720, 50))), 25 * seconds)
        write_film(path, images, 1280, 720, preset="ultrafast")
        stretches = [[None, None], *segments(seconds, 10)]
        case = f"film of {seconds} s, whole and in segments"
        found[case] = measure(path, stretches, OF_FILMS)
    return {**found, "film, nothing read": measure(path, [], OF_FILMS)}


def sounds(folder):
    """Peaks with recordings, by case."""
    found = {}
    for seconds in (SOUND_S // 10, SOUND_S):
        path = Path(folder, f"{seconds}.wav")
        write_sound(path, seconds)
        case = f"sound of {seconds} s, in segments, MFCC"
        found[case] = measure(path, segments(seconds, 60), ["MFCC"])
        for name in OF_SOUNDS:
            case = f"sound of {seconds} s, whole, {name}"
            found[case] = measure(path, [[None, None]], [name])
    return {**found, "sound, nothing read": measure(path, [], OF_SOUNDS)}


RESULTS = {"film": ("speed_long", films), "sound": ("speed_long_sound", sounds)}


def main(kinds):
    for kind in kinds:
        name, measured = RESULTS[kind]
        with tempfile.TemporaryDirectory() as folder:
            cases = measured(folder)
        work = f"peak memory of a process, {kind}"
        write_result(name, {"work": work, "load": os.getloadavg()[0], "cases": cases})
        for case, peak in cases.items():
            print(f"{case}: {peak['peak_mb']:.0f} MB, {peak['seconds']:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or RESULTS)
