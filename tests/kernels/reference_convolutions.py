"""Slow twins of the convolution kernels: dilated weights written out, whole arrays."""

from itertools import groupby

import numpy as np

from mmsk._kernels.convolutions import FIXED_WEIGHTS, N_TAPS


def mixed_channels(series, channels, signs):
    return np.einsum("k,kt->t", signs, series[channels]).astype(np.float32)


def convolved(mixed, weights, dilation):
    spread = np.zeros((N_TAPS - 1) * dilation + 1)
    spread[::dilation] = weights
    padded = np.pad(mixed.astype(np.float64), len(spread) // 2)
    return np.correlate(padded, spread, "valid").astype(np.float32)


def positive_measures(outputs, biases):
    return np.array([_measures(outputs - bias) for bias in biases], np.float32).reshape(-1, 4)


def _measures(values):
    places = np.flatnonzero(values > 0)
    if not len(places):
        return 0, 0, 0, 0
    runs = [len(list(run)) for is_above, run in groupby(values > 0) if is_above]
    means = values[places].mean(dtype=np.float64), (places + 1).mean() / len(values)
    return len(places) / len(values), *means, max(runs) / len(values)


def rocket_measures(series, dilations, ends, channels, signs, n_biases, biases):
    mixes = zip(np.split(channels, ends[:-1]), np.split(signs, ends[:-1]), strict=True)
    n_of_each = np.repeat(n_biases, len(FIXED_WEIGHTS))
    measures = []
    for number, (mix, of_one) in enumerate(
        zip(mixes, np.split(biases, np.cumsum(n_of_each)[:-1]), strict=True)
    ):
        d, k = divmod(number, len(FIXED_WEIGHTS))
        outputs = convolved(mixed_channels(series, *mix), FIXED_WEIGHTS[k], dilations[d])
        reach = N_TAPS // 2 * dilations[d]
        inner = outputs[reach : len(outputs) - reach]
        measures.append(
            positive_measures(inner if (d + k) % 2 and len(inner) else outputs, of_one)
        )
    return np.concatenate(measures)


def competition(outputs):
    largest, smallest = outputs.argmax(axis=0), outputs.argmin(axis=0)
    n_kernels = len(outputs)
    sums = np.bincount(largest, outputs.max(axis=0).astype(np.float64), n_kernels)
    return np.stack([sums, np.bincount(smallest, minlength=n_kernels)], axis=1)


def hydra_shares(series, dilations, channels, signs, weights):
    shares = np.empty((*channels.shape[:2], weights.shape[1], 2))
    for d, group in np.ndindex(shares.shape[:2]):
        mixed = mixed_channels(series, channels[d, group], signs[d, group])
        outputs = [convolved(mixed, one, dilations[d]) for one in weights[group]]
        shares[d, group] = competition(np.stack(outputs)) / series.shape[1]
    return shares


def reservoir_states(inputs, sources, weights, leak):
    links = np.zeros((len(sources), len(sources)))
    np.add.at(links, (np.arange(len(sources))[:, None], sources), weights)
    states = [np.zeros(len(sources))]
    for heard in inputs:
        states.append((1 - leak) * states[-1] + leak * np.tanh(heard + links @ states[-1]))
    return np.stack(states[1:]).astype(np.float32)
