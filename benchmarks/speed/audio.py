"""Frames of ten seconds of sound: librosa and mmsk, one thread, one process.

Run with ``python -m benchmarks.speed.audio``; writes ``benchmarks/results/speed_audio.json``.
Log-mel levels, pitch classes and spectral shape must equal librosa's. Pitch must be near it and
near the truth, on a voice whose pitch is known: librosa 0.11 lets frames end in zeros, which is
not the difference function of the paper. `Prosody` and `AudioFunctionals` have no peer: what
they cost is given as a share of the time of what they hear.
"""

from benchmarks._harness import interleaved, one_thread, told, write_result

one_thread()

import librosa  # noqa: E402
import numpy as np  # noqa: E402

from mmsk.audio import AudioFunctionals, Prosody  # noqa: E402
from mmsk.audio._chroma import chroma_frames  # noqa: E402
from mmsk.audio._log_mel import log_mel_rows  # noqa: E402
from mmsk.audio._pitch import pitch_track  # noqa: E402
from mmsk.audio._spectral_statistics import frame_statistics  # noqa: E402

RATE_HZ = 16000
LENGTH_S = 10
HOP_LENGTH = 160
LOG_MEL = {"n_fft": 512, "win_length": 512, "hop_length": HOP_LENGTH, "n_mels": 40}
CHROMA = {"n_fft": 2048, "win_length": 2048, "hop_length": 512}
RANGE_HZ = (60, 600)
TOLERANCE_DB = 1e-3
TOLERANCE_CHROMA = 1e-4
TOLERANCE_SHAPE = 1e-6  # relative, or absolute below 1
SHAPE = ("centroid", "bandwidth", "rolloff", "flatness", "zero_crossings", "rms")
TOLERANCE_PITCH = 0.01  # of the median frame


def pitch_contour():
    """Pitch of the voice in hertz: it goes up and down by a quarter of an octave."""
    time_s = np.arange(LENGTH_S * RATE_HZ) / RATE_HZ
    return 150 * 2 ** (0.25 * np.sin(2 * np.pi * 0.7 * time_s))


def recordings():
    """Recordings by name: noise, and a voice of fourteen harmonics in faint noise."""
    noise = 0.1 * np.random.default_rng(0).normal(size=LENGTH_S * RATE_HZ)
    turns = 2 * np.pi * np.cumsum(pitch_contour()) / RATE_HZ
    voice = 0.1 * sum(np.sin(n * turns) / n for n in range(1, 15)) + 0.03 * noise
    sounds = {"noise": noise, "voice": voice}
    return {name: samples.astype(np.float32) for name, samples in sounds.items()}


def librosa_log_mel(samples):
    bands = librosa.feature.melspectrogram(y=samples, sr=RATE_HZ, **LOG_MEL)
    return librosa.power_to_db(bands)


def librosa_chroma(samples):
    return librosa.feature.chroma_stft(y=samples, sr=RATE_HZ, tuning=0, **CHROMA)


def librosa_shape(samples):
    """Six series and seven of contrast, from one spectrogram."""
    samples = samples.astype(np.float64)
    stft = librosa.stft(samples, n_fft=512, hop_length=HOP_LENGTH)
    magnitude = {"S": np.abs(stft), "n_fft": 512}
    frames = {"frame_length": 512, "hop_length": HOP_LENGTH}
    feature = librosa.feature
    return np.vstack(
        [
            feature.spectral_centroid(sr=RATE_HZ, **magnitude),
            feature.spectral_bandwidth(sr=RATE_HZ, **magnitude),
            feature.spectral_rolloff(sr=RATE_HZ, **magnitude),
            feature.spectral_flatness(**magnitude),
            feature.zero_crossing_rate(samples, **frames),
            feature.rms(y=samples, **frames),
            feature.spectral_contrast(sr=RATE_HZ, **magnitude),
        ]
    )


def mmsk_shape(samples):
    """The same, and flux."""
    settings = {"n_window": 512, "hop_length": HOP_LENGTH, "rolloff": 0.85}
    series = frame_statistics(samples, RATE_HZ, **settings)
    contrast = [series[name] for name in series if name.startswith("contrast")]
    return np.stack([*(series[name] for name in SHAPE), *contrast])


def scaled_difference(found, expected):
    return np.abs(found - expected) / np.maximum(np.abs(expected), 1)


def librosa_pitch(samples):
    """Frames as long as two of our windows, since each of theirs ends in zeros."""
    settings = {"frame_length": 1024, "hop_length": HOP_LENGTH, "trough_threshold": 0.2}
    return librosa.yin(samples, fmin=RANGE_HZ[0], fmax=RANGE_HZ[1], sr=RATE_HZ, **settings)


def mmsk_pitch(samples):
    settings = {"win_length": 512, "hop_length": HOP_LENGTH, "threshold": 0.2}
    low_hz, high_hz = RANGE_HZ
    samples = samples.astype(np.float64)
    track = pitch_track(samples, RATE_HZ, lowest_hz=low_hz, highest_hz=high_hz, **settings)
    return RATE_HZ / track.periods


def compare(work, theirs, ours, tolerance, repeats, difference_of=None):
    """Seconds, ratio and largest difference, of the voice; equality is of all recordings."""
    difference_of = difference_of or (lambda found, expected: np.abs(found - expected))
    difference = max(
        float(difference_of(ours(samples), theirs(samples)).max())
        for samples in recordings().values()
    )
    if difference > tolerance:
        raise AssertionError(f"{work}: mmsk differs from librosa by {difference}")
    return _timed(work, theirs, ours, repeats, {"largest_difference": difference})


def compare_pitch(repeats):
    """Seconds and ratio, and how far from the truth the median frame of each is."""
    samples, truth_hz = recordings()["voice"], pitch_contour()[::HOP_LENGTH]
    theirs_hz, ours_hz = (
        pitch(samples)[: len(truth_hz)] for pitch in (librosa_pitch, mmsk_pitch)
    )
    off = {
        "largest_difference_of_the_median_frame": _median_off(ours_hz, theirs_hz),
        "off_the_truth": {
            "librosa": _median_off(theirs_hz, truth_hz),
            "mmsk": _median_off(ours_hz, truth_hz),
        },
    }
    if max(off["off_the_truth"]["mmsk"], _median_off(ours_hz, theirs_hz)) > TOLERANCE_PITCH:
        raise AssertionError(f"YIN: mmsk is off: {off}")
    return _timed("pitch of each frame by YIN", librosa_pitch, mmsk_pitch, repeats, off)


def _median_off(found_hz, expected_hz):
    return float(np.median(np.abs(found_hz / expected_hz - 1)))


def _timed(work, theirs, ours, repeats, differences):
    samples = recordings()["voice"]
    functions = {"librosa": lambda: theirs(samples), "mmsk": lambda: ours(samples)}
    seconds = interleaved(functions, repeats)
    ratios = {"librosa": seconds["librosa"] / seconds["mmsk"]}
    return {"work": work, "seconds": seconds, "ratios": ratios, **differences}


def measured(repeats=50):
    """What was found of each feature."""
    pairs = {
        "LogMel": (
            "levels of 40 bands, decibels",
            librosa_log_mel,
            lambda samples: log_mel_rows(samples, RATE_HZ, **LOG_MEL).T,
            TOLERANCE_DB,
        ),
        "Chroma": (
            "twelve pitch classes",
            librosa_chroma,
            lambda samples: chroma_frames(samples, RATE_HZ, **CHROMA),
            TOLERANCE_CHROMA,
        ),
    }
    found = {name: compare(*pair, repeats) for name, pair in pairs.items()}
    work = "centroid, bandwidth, roll-off, flatness, zero crossings, RMS, contrast"
    shape = work, librosa_shape, mmsk_shape, TOLERANCE_SHAPE, repeats, scaled_difference
    return {**found, "SpectralStatistics": compare(*shape), "YIN": compare_pitch(repeats)}


def without_peer(repeats=20):
    """Seconds for a second of sound, of whole rows."""
    samples = recordings()["voice"]
    fitted = [extractor.fit([samples]) for extractor in (Prosody(), AudioFunctionals())]
    rows = {type(e).__name__: lambda e=e: e.transform([samples]) for e in fitted}
    return {name: s / LENGTH_S for name, s in interleaved(rows, repeats).items()}


def main():
    found = measured()
    work = f"{LENGTH_S} s at {RATE_HZ} Hz, float32 samples of a voice, one thread"
    alone = without_peer()
    write_result(
        "speed_audio", {"work": work, "settings": found, "seconds_for_a_second": alone}
    )
    print(", ".join(f"{name}: {1e3 * s:.1f} ms for a second" for name, s in alone.items()))
    for name, case in found.items():
        print(told(name, case))


if __name__ == "__main__":
    main()
