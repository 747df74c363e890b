"""Random convolutions over a sequence: vectorised NumPy, and mmsk, one thread, one process.

Run with ``python -m benchmarks.speed.sequences``; writes
``benchmarks/results/speed_sequences.json``. Both sides do the same, of one scaled sequence
of 13 channels in memory and one set of convolutions; NumPy works on all convolutions of a
dilation at once.
"""

from benchmarks._harness import interleaved, one_thread, told, write_result

one_thread()

import numpy as np  # noqa: E402

from mmsk._kernels.convolutions import FIXED_WEIGHTS, N_TAPS  # noqa: E402
from mmsk.encoding import Hydra, MultiRocket  # noqa: E402
from mmsk.encoding._multi_rocket import RocketBank  # noqa: E402
from mmsk.encoding._sequence_transformer import first_differences  # noqa: E402

N_CHANNELS = 13
N_STEPS = [50, 1000]  # half a second and ten seconds of frames
TOLERANCE = 1e-3  # sums in another order, and outputs that are a bias but for rounding


def all_outputs(mixed, weights, dilation):
    """Outputs of each convolution on its own mix, (n_kernels, n_steps)."""
    reach = N_TAPS // 2 * dilation
    n_steps = mixed.shape[1]
    padded = np.pad(mixed, ((0, 0), (reach, reach)))
    outputs = np.zeros_like(mixed)
    for tap in range(N_TAPS):
        first = tap * dilation
        outputs += weights[:, tap, None] * padded[:, first : first + n_steps]
    return outputs


def all_measures(outputs, biases):
    """Measures of (n_kernels, n_steps) for biases (n_kernels, n_biases)."""
    above = outputs[:, None, :] - biases[:, :, None]
    is_above = above > 0
    n_steps = outputs.shape[1]
    places = np.arange(1, n_steps + 1)
    counts = is_above.sum(axis=2)
    divisors = np.maximum(counts, 1)
    means = np.where(is_above, above, 0).sum(axis=2) / divisors
    mean_places = (is_above * places).sum(axis=2) / divisors / n_steps
    last_below = np.maximum.accumulate(np.where(is_above, 0, places), axis=2)
    longest = (places - last_below).max(axis=2)
    return np.stack([counts / n_steps, means, mean_places, longest / n_steps], axis=2)


def peer_rocket(series, bank):
    """`rocket_measures` as a NumPy user writes it down."""
    bank = RocketBank(*bank)
    n_fixed, n_steps = len(FIXED_WEIGHTS), series.shape[1]
    mixing = np.zeros((len(bank.ends), len(series)), np.float32)
    of_mix = np.repeat(np.arange(len(bank.ends)), np.diff(bank.ends, prepend=0))
    np.add.at(mixing, (of_mix, bank.channels), bank.signs)
    mixed = (mixing @ series).reshape(len(bank.dilations), n_fixed, n_steps)
    found, first = [], 0
    for d, (dilation, n_biases) in enumerate(zip(bank.dilations, bank.n_biases, strict=True)):
        outputs = all_outputs(mixed[d], FIXED_WEIGHTS, dilation)
        last = first + n_fixed * n_biases
        biases, first = bank.biases[first:last].reshape(n_fixed, n_biases), last
        reach = N_TAPS // 2 * dilation
        inner = outputs[:, reach : n_steps - reach] if n_steps > 2 * reach else outputs
        measures = np.empty((n_fixed, n_biases, 4), np.float32)
        for part, values in ((d % 2, outputs), (1 - d % 2, inner)):
            measures[part::2] = all_measures(values[part::2], biases[part::2])
        found.append(measures.reshape(-1, 4))
    return np.concatenate(found)


def peer_hydra(series, dilations, channels, signs, weights):
    """`hydra_shares` as a NumPy user writes it down."""
    n_groups, n_kernels, _ = weights.shape
    shares = np.empty((len(dilations), n_groups, n_kernels, 2))
    for d, dilation in enumerate(dilations):
        mixed = np.einsum("gm,gmt->gt", signs[d], series[channels[d]])
        outputs = all_outputs(
            np.repeat(mixed, n_kernels, axis=0), weights.reshape(-1, N_TAPS), dilation
        ).reshape(n_groups, n_kernels, -1)
        number = np.arange(n_kernels)[:, None]
        largest, smallest = outputs.argmax(axis=1), outputs.argmin(axis=1)
        shares[d, :, :, 0] = ((largest[:, None] == number) * outputs).mean(axis=2)
        shares[d, :, :, 1] = (smallest[:, None] == number).mean(axis=2)
    return shares


def peer(encoder, series):
    both = series, first_differences(series)
    if isinstance(encoder, MultiRocket):
        found = [peer_rocket(one, bank) for one, bank in zip(both, encoder.banks_, strict=True)]
        return np.concatenate(found).ravel()
    parts = zip(both, encoder.channels_, encoder.signs_, encoder.weights_, strict=True)
    shares = [peer_hydra(one, encoder.dilations_, *of_kind).ravel() for one, *of_kind in parts]
    return np.sqrt(np.maximum(np.concatenate(shares), 0))


def compare(encoder, n_steps, repeats):
    """Seconds, ratio and largest difference for sequences of one length."""
    rng = np.random.default_rng(0)
    sequences = [rng.normal(size=(n_steps, N_CHANNELS)) for _ in range(4)]
    encoder.fit(sequences[1:])
    series = encoder._scaled(sequences[0])
    functions = {
        "NumPy": lambda: peer(encoder, series),
        "mmsk": lambda: encoder._encode(series),
    }
    difference = np.abs(functions["mmsk"]() - functions["NumPy"]()).max()
    if difference > TOLERANCE:
        raise AssertionError(f"mmsk differs from NumPy by {difference}")
    seconds = interleaved(functions, repeats)
    return {
        "seconds": seconds,
        "ratios": {"NumPy": seconds["NumPy"] / seconds["mmsk"]},
        "largest_difference": float(difference),
    }


def measured(repeats=30):
    """What `compare` found of each case."""
    return {
        f"{type(encoder).__name__}, {n_steps} steps of {N_CHANNELS} channels": compare(
            encoder, n_steps, repeats
        )
        for encoder in (MultiRocket(), Hydra())
        for n_steps in N_STEPS
    }


def main():
    found = measured()
    work = "Random convolutions over a sequence, one thread"
    write_result("speed_sequences", {"work": work, "settings": found})
    for name, case in found.items():
        print(told(name, case))


if __name__ == "__main__":
    main()
