"""Learned descriptions of a second of sound: librosa and scikit-learn, and mmsk.

Run with ``python -m benchmarks.speed.speech``; writes
``benchmarks/results/speed_speech.json``. Both sides begin at the same samples in memory and
use the same dictionary or mixture, which mmsk has fitted; seconds are of one clip.
"""

from benchmarks._harness import interleaved, one_thread, told, write_result

one_thread()

import librosa  # noqa: E402
import numpy as np  # noqa: E402
from skimage.feature import fisher_vector  # noqa: E402
from sklearn.feature_extraction.image import extract_patches_2d  # noqa: E402
from sklearn.metrics.pairwise import euclidean_distances  # noqa: E402
from sklearn.mixture import GaussianMixture  # noqa: E402

from mmsk.audio import FisherVector, PatchEncoder, SpeakerVector  # noqa: E402

RATE_HZ = 16000
FRAMES = {"n_fft": 512, "hop_length": 160, "n_mels": 40}
TOLERANCES = {"PatchEncoder": 1e-2, "FisherVector": 1e-3, "SpeakerVector": 1e-3}


def recordings():
    """Five seconds to learn from, cut into clips, and one that is described."""
    rng = np.random.default_rng(0)
    hops = np.repeat(rng.uniform(0.1, 1, 60), 1600)
    noise = (hops * rng.normal(size=len(hops))).astype(np.float32)
    return list(noise.reshape(6, RATE_HZ))


def librosa_levels(samples):
    return librosa.power_to_db(
        librosa.feature.melspectrogram(y=samples, sr=RATE_HZ, pad_mode="constant", **FRAMES)
    )


def librosa_frames(samples, extractor):
    """Cepstra and deltas along the axes of an extractor."""
    cepstra = librosa.feature.mfcc(S=librosa_levels(samples), n_mfcc=extractor.n_mfcc)
    slopes = librosa.feature.delta(cepstra, width=5, mode="nearest")
    # a least-squares line at the ends, in frames that stand for those beyond
    both = np.concatenate([cepstra - cepstra.mean(axis=1, keepdims=True), slopes]).T
    return (both - extractor.descriptor_mean_) @ extractor.axes_.T


def peer_patches(samples, encoder):
    """Means of triangle codes in bands and parts of time, as a NumPy user writes them."""
    levels = librosa_levels(samples)
    height, width = encoder.patch_mels, encoder.patch_frames
    shape = levels.shape[0] - height + 1, levels.shape[1] - width + 1
    patches = extract_patches_2d(levels, (height, width)).reshape(*shape, -1)
    patches = patches[:: encoder.step_mels, :: encoder.step_frames]
    n_rows, n_columns, n_values = patches.shape
    patches = patches.reshape(-1, n_values)
    deviations = np.sqrt(patches.var(axis=1, keepdims=True) + 10)
    patches = (patches - patches.mean(axis=1, keepdims=True)) / deviations
    whitened = (patches - encoder.mean_) @ encoder.whitening_
    distances = euclidean_distances(whitened, encoder.centroids_)
    codes = np.maximum(distances.mean(axis=1, keepdims=True) - distances, 0)
    codes = codes.reshape(n_rows, n_columns, -1)
    cells = []
    for n_parts in encoder.levels:
        for band in range(encoder.n_bands):
            rows = slice(*(k * n_rows // encoder.n_bands for k in (band, band + 1)))
            for part in range(n_parts):
                columns = slice(*(k * n_columns // n_parts for k in (part, part + 1)))
                cells.append(codes[rows, columns].mean(axis=(0, 1)))
    return np.concatenate(cells)


def mixture_of(extractor):
    """scikit-learn's mixture with the parameters that an extractor has fitted."""
    mixture = GaussianMixture(len(extractor.weights_), covariance_type="diag")
    mixture.weights_, mixture.means_ = extractor.weights_, extractor.means_
    mixture.covariances_ = extractor.variances_
    mixture.precisions_cholesky_ = 1 / np.sqrt(extractor.variances_)
    return mixture


def peer_fisher(samples, extractor, mixture):
    """Fisher vector of scikit-image, whose part by variances has the other sign."""
    vector = fisher_vector(librosa_frames(samples, extractor), mixture, improved=True)
    by_weights_and_means = len(mixture.weights_) + mixture.means_.size
    vector[by_weights_and_means:] *= -1
    return vector


def peer_supervector(samples, extractor, mixture):
    """Adapted means as a NumPy user writes them."""
    frames = librosa_frames(samples, extractor)
    shares = mixture.predict_proba(frames)
    counts = shares.sum(axis=0)[:, None]
    adapted = (shares.T @ frames + extractor.relevance * mixture.means_) / (
        counts + extractor.relevance
    )
    scale = np.sqrt(mixture.weights_[:, None] / mixture.covariances_)
    return (scale * (adapted - mixture.means_)).ravel()


def cases():
    """Ours and theirs by name, of a clip that was not learned from."""
    *learned, clip = recordings()
    patches = PatchEncoder(silence_db=None, max_patches=5000).fit(learned)
    fisher = FisherVector(silence_db=None, positions=False).fit(learned)
    speaker = SpeakerVector("supervector", silence_db=None).fit(learned)
    mixtures = mixture_of(fisher), mixture_of(speaker)
    return {
        "PatchEncoder": (patches, lambda: peer_patches(clip, patches), clip),
        "FisherVector": (fisher, lambda: peer_fisher(clip, fisher, mixtures[0]), clip),
        "SpeakerVector": (speaker, lambda: peer_supervector(clip, speaker, mixtures[1]), clip),
    }


def measured(repeats=50):
    """What was found of each extractor; of i-vectors, which no peer has, seconds alone."""
    found = {}
    for name, (extractor, theirs, clip) in cases().items():
        sound = clip, RATE_HZ
        difference = float(np.abs(extractor._extract(sound) - theirs()).max())
        if difference > TOLERANCES[name]:
            raise AssertionError(f"{name}: mmsk differs by {difference}")
        functions = {"peer": theirs, "mmsk": lambda e=extractor, s=sound: e._extract(s)}
        seconds = interleaved(functions, repeats)
        found[name] = {
            "seconds": seconds,
            "ratios": {"librosa and scikit-learn": seconds["peer"] / seconds["mmsk"]},
            "largest_difference": difference,
        }
    return found


def main():
    found = measured()
    *learned, clip = recordings()
    vectors = SpeakerVector().fit(learned)
    i_vector = interleaved({"i-vector": lambda: vectors._extract((clip, RATE_HZ))})
    work = f"Learned descriptions of 1 s at {RATE_HZ} Hz, one thread"
    write_result("speed_speech", {"work": work, "settings": found, "alone": i_vector})
    for name, case in found.items():
        print(told(name, case))
    print(f"SpeakerVector, i-vector: {1e3 * i_vector['i-vector']:.3f} ms")


if __name__ == "__main__":
    main()
