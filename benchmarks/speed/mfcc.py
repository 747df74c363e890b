"""MFCC of ten seconds: librosa, torchaudio, python_speech_features and mmsk, one thread.

Run with ``python -m benchmarks.speed.mfcc``; writes ``benchmarks/results/speed_mfcc.json``.
python_speech_features cuts frames and scales them in its own way, so its numbers are of the
same size and cost, but not equal; ours must equal librosa's.

torchaudio is measured where it is installed, with its filters and windows made beforehand. By
default its mel scale is HTK's, its filters are not scaled by their width, and it reflects the
ends; set as librosa has all three it gives the same numbers, both cut at 1e-10 and at 80 dB
below the loudest band, but from a transform in float32: a chirp, whose bands lie far apart,
differs by 8e-4 dB. No extra installs it: it is 700 MB with torch. In a virtual environment of
its own, ``pip install --no-deps torch torchaudio filelock fsspec``, of torch a build for
processors; then run this with that interpreter and this project's packages on ``PYTHONPATH``.
A torchaudio built for graphics cards cannot load its compiled part without one, and MFCC do
not need it: move ``torchaudio/lib/*.so`` away.
"""

from functools import partial

from benchmarks._harness import interleaved, one_thread, told, write_result

one_thread()

import librosa  # noqa: E402
import numpy as np  # noqa: E402
import python_speech_features as psf  # noqa: E402

from mmsk.audio import mfcc as mmsk_mfcc  # noqa: E402

RATE_HZ = 16000
LENGTH_S = 10
TOLERANCE_DB = 1e-3
AIMS = {"librosa": 3, "torchaudio": 2}
SETTINGS = {
    "speech": {"n_fft": 512, "hop_length": 160, "n_mels": 40, "n_mfcc": 13},
    "librosa's own": {"n_fft": 2048, "hop_length": 512, "n_mels": 128, "n_mfcc": 20},
}


def recordings():
    """Recordings by name; noise is what the aims are stated for."""
    time_s = np.arange(LENGTH_S * RATE_HZ) / RATE_HZ
    noise = 0.1 * np.random.default_rng(0).normal(size=len(time_s))
    chirp = 0.5 * np.sin(2 * np.pi * (20 + 380 * time_s) * time_s)
    sounds = {"noise": noise, "chirp": chirp, "silence": 0 * noise}
    return {name: samples.astype(np.float32) for name, samples in sounds.items()}


def largest_differences_db(theirs, settings):
    """Of ours from a peer's, by name of the recording."""
    return {
        name: float(
            np.abs(mmsk_mfcc(y=samples, sr=RATE_HZ, **settings) - theirs(samples)).max()
        )
        for name, samples in recordings().items()
    }


def librosa_mfcc(settings):
    """A function of float32 samples."""
    return lambda samples: librosa.feature.mfcc(y=samples, sr=RATE_HZ, **settings)


def torchaudio_mfcc(settings):
    """A function of float32 samples, or None where torchaudio is not installed."""
    try:
        import torch
        from torchaudio.transforms import MFCC
    except ImportError:
        return None
    torch.set_num_threads(1)
    mel = {name: settings[name] for name in ("n_fft", "hop_length", "n_mels")}
    mel |= {"norm": "slaney", "mel_scale": "slaney", "pad_mode": "constant"}
    transform = MFCC(sample_rate=RATE_HZ, n_mfcc=settings["n_mfcc"], melkwargs=mel)

    def coefficients(samples):
        with torch.inference_mode():
            return transform(torch.from_numpy(samples)).numpy()

    return coefficients


def compare(settings, repeats):
    """Seconds, ratios and largest difference from librosa for one setting."""
    samples = recordings()["noise"]
    in_psf = {
        "winlen": settings["n_fft"] / RATE_HZ,
        "winstep": settings["hop_length"] / RATE_HZ,
        "nfft": settings["n_fft"],
        "nfilt": settings["n_mels"],
        "numcep": settings["n_mfcc"],
        "winfunc": np.hanning,
    }
    peers = {"librosa": librosa_mfcc(settings), "torchaudio": torchaudio_mfcc(settings)}
    absent = [name for name, coefficients in peers.items() if coefficients is None]
    equal = {name: peer for name, peer in peers.items() if peer is not None}
    differences = {peer: largest_differences_db(equal[peer], settings) for peer in equal}
    if max(differences["librosa"].values()) > TOLERANCE_DB:
        raise AssertionError(f"mmsk differs from librosa: {differences}")
    functions = {name: partial(peer, samples) for name, peer in equal.items()}
    functions["python_speech_features"] = lambda: psf.mfcc(samples, RATE_HZ, **in_psf)
    functions["mmsk"] = lambda: mmsk_mfcc(y=samples, sr=RATE_HZ, **settings)
    seconds = interleaved(functions, repeats)
    return {
        "parameters": settings,
        "not_installed": absent,
        "seconds": seconds,
        "ratios": {peer: seconds[peer] / seconds["mmsk"] for peer in seconds if peer != "mmsk"},
        "largest_difference_from_librosa_db": max(differences["librosa"].values()),
        "differences_db": differences,
    }


def measured(repeats=200):
    """What `compare` found for each setting."""
    return {name: compare(settings, repeats) for name, settings in SETTINGS.items()}


def main():
    found = measured()
    payload = {
        "work": f"MFCC of {LENGTH_S} s at {RATE_HZ} Hz, float32 noise, one thread",
        "aim": {"setting": "speech", **AIMS},
        "settings": found,
    }
    write_result("speed_mfcc", payload)
    for name, case in found.items():
        print(told(name, case))


if __name__ == "__main__":
    main()
