"""MFCC of ten seconds: librosa, torchaudio, python_speech_features and mmsk, one thread.

Run with ``python -m benchmarks.speed.mfcc``; writes ``benchmarks/results/speed_mfcc.json``.
python_speech_features cuts frames and scales them in its own way, so its numbers are of the
same size and cost, but not equal; ours must equal librosa's. torchaudio is measured where it is
installed, with its filters and windows made beforehand; how far it is from librosa is given.
"""

from benchmarks._harness import interleaved, one_thread, told, write_result

one_thread()

import librosa  # noqa: E402
import numpy as np  # noqa: E402
import python_speech_features as psf  # noqa: E402

from mmsk.audio import mfcc as mmsk_mfcc  # noqa: E402

RATE_HZ = 16000
LENGTH_S = 10
TOLERANCE_DB = 1e-3
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


def largest_difference_db(settings):
    """Of ours from librosa's, over all recordings."""
    differences = [
        np.abs(
            mmsk_mfcc(y=samples, sr=RATE_HZ, **settings)
            - librosa.feature.mfcc(y=samples, sr=RATE_HZ, **settings)
        ).max()
        for samples in recordings().values()
    ]
    if max(differences) > TOLERANCE_DB:
        raise AssertionError(f"mmsk differs from librosa by {max(differences)} dB")
    return float(max(differences))


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
    functions = {
        "librosa": lambda: librosa.feature.mfcc(y=samples, sr=RATE_HZ, **settings),
        "python_speech_features": lambda: psf.mfcc(samples, RATE_HZ, **in_psf),
        "mmsk": lambda: mmsk_mfcc(y=samples, sr=RATE_HZ, **settings),
    }
    found = {"parameters": settings, "not_installed": ["torchaudio"]}
    in_torch = torchaudio_mfcc(settings)
    if in_torch is not None:
        functions["torchaudio"] = lambda: in_torch(samples)
        apart = np.abs(in_torch(samples) - functions["librosa"]()).max()
        found |= {"not_installed": [], "torchaudio_differs_from_librosa_db": float(apart)}
    difference_db = largest_difference_db(settings)
    seconds = interleaved(functions, repeats)
    return {
        **found,
        "seconds": seconds,
        "ratios": {peer: seconds[peer] / seconds["mmsk"] for peer in seconds if peer != "mmsk"},
        "largest_difference_from_librosa_db": difference_db,
    }


def measured(repeats=200):
    """What `compare` found for each setting."""
    return {name: compare(settings, repeats) for name, settings in SETTINGS.items()}


def main():
    found = measured()
    payload = {
        "work": f"MFCC of {LENGTH_S} s at {RATE_HZ} Hz, float32 noise, one thread",
        "aim": {"setting": "speech", "librosa": 3},
        "settings": found,
    }
    write_result("speed_mfcc", payload)
    for name, case in found.items():
        print(told(name, case))


if __name__ == "__main__":
    main()
