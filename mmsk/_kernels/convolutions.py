"""Loops over series: convolutions with many kernels, and what their outputs are told by.

Conventions: a series is C-contiguous (n_channels, n_steps) float32, of at least one channel
and one step, and 0 beyond both ends. A convolution has `N_TAPS` weights, ``dilation`` steps
apart, the middle one at the step itself; outputs are as many as steps.
"""

from itertools import combinations

import numpy as np

from mmsk._kernels._jit import kernel

#: Weights of a convolution.
N_TAPS = 9

#: MiniRocket's weights: each way to set three taps to 2 and the others to -1.
FIXED_WEIGHTS = np.full((84, N_TAPS), -1, np.float32)
for _row, _taps in enumerate(combinations(range(N_TAPS), 3)):
    FIXED_WEIGHTS[_row, list(_taps)] = 2


@kernel
def mixed_channels(series, channels, signs):
    """Sum of some channels, each with its sign.

    Parameters
    ----------
    series : ndarray of shape (n_channels, n_steps), float32
    channels : ndarray of shape (n_mixed,), int64
        In 0..n_channels - 1.
    signs : ndarray of shape (n_mixed,), float32

    Returns
    -------
    mixed : ndarray of shape (n_steps,), float32
    """
    mixed = np.zeros(series.shape[1], np.float32)
    for k in range(len(channels)):
        sign = signs[k]
        channel = series[channels[k]]
        for t in range(len(mixed)):
            mixed[t] += sign * channel[t]
    return mixed


@kernel
def convolved(mixed, weights, dilation):
    """A series of one channel under one convolution.

    Parameters
    ----------
    mixed : ndarray of shape (n_steps,), float32
    weights : ndarray of shape (N_TAPS,), float32
    dilation : int
        At least 1.

    Returns
    -------
    outputs : ndarray of shape (n_steps,), float32
        At step ``t`` the sum of ``weights[k] * mixed[t + (k - N_TAPS // 2) * dilation]``.
    """
    n_steps = len(mixed)
    outputs = np.zeros(n_steps, np.float32)
    for tap in range(N_TAPS):
        shift = (tap - N_TAPS // 2) * dilation
        start, stop = max(0, -shift), min(n_steps, n_steps - shift)
        if start < stop:
            weight = weights[tap]
            reached, shifted = outputs[start:stop], mixed[start + shift : stop + shift]
            for t in range(len(reached)):
                reached[t] += weight * shifted[t]
    return outputs


@kernel
def positive_measures(outputs, biases):
    """What MultiRocket keeps of the outputs of a convolution, for each of some biases.

    Parameters
    ----------
    outputs : ndarray of shape (n_steps,), float32
        At least one.
    biases : ndarray of shape (n_biases,), float32

    Returns
    -------
    measures : ndarray of shape (n_biases, 4), float32
        Of the outputs above the bias: their share of all; by how much they are above it on
        average; their mean place, ``(t + 1) / n_steps``; the longest unbroken stretch of
        them, as a share of the steps. All 0 where there are none.
    """
    n_steps = len(outputs)
    measures = np.zeros((len(biases), 4), np.float32)
    for b in range(len(biases)):
        bias = biases[b]
        count, places, run, longest = 0, 0, 0, 0
        total = 0.0
        for t in range(n_steps):
            above = outputs[t] - bias
            is_above = 1 if above > 0 else 0  # no branch: either is as likely
            count += is_above
            places += is_above * (t + 1)
            run = (run + 1) * is_above
            longest = max(longest, run)
            total += np.float64(max(above, np.float32(0)))
        if count > 0:
            measures[b, 0] = count / n_steps
            measures[b, 1] = total / count
            measures[b, 2] = places / (count * n_steps)
            measures[b, 3] = longest / n_steps
    return measures


@kernel
def rocket_measures(series, dilations, ends, channels, signs, n_biases, biases):
    """Measures of a series under the fixed convolutions, at each dilation.

    Parameters
    ----------
    series : ndarray of shape (n_channels, n_steps), float32
    dilations : ndarray of shape (n_dilations,), int64
    ends : ndarray of shape (n_dilations * 84,), int64
        Where the channels of each convolution end in ``channels``.
    channels : ndarray of shape (n_mixed,), int64
    signs : ndarray of shape (n_mixed,), float32
    n_biases : ndarray of shape (n_dilations,), int64
        Of each convolution at that dilation.
    biases : ndarray of shape (n_measured,), float32
        By dilation, convolution and bias.

    Returns
    -------
    measures : ndarray of shape (n_measured, 4), float32
        As `positive_measures` gives them. Every other convolution is told by the steps at
        which no tap lies beyond the ends, if there are any.
    """
    n_steps = series.shape[1]
    measures = np.empty((len(biases), 4), np.float32)
    start, first = 0, 0
    for d in range(len(dilations)):
        margin = (N_TAPS // 2) * dilations[d]
        for k in range(len(FIXED_WEIGHTS)):
            end = ends[d * len(FIXED_WEIGHTS) + k]
            mixed = mixed_channels(series, channels[start:end], signs[start:end])
            outputs = convolved(mixed, FIXED_WEIGHTS[k], dilations[d])
            if (d + k) % 2 == 1 and n_steps > 2 * margin:
                outputs = outputs[margin : n_steps - margin]
            last = first + n_biases[d]
            measures[first:last] = positive_measures(outputs, biases[first:last])
            start, first = end, last
    return measures


@kernel
def competition(outputs):
    """How often, and by how much, each of several convolutions stands out.

    Parameters
    ----------
    outputs : ndarray of shape (n_kernels, n_steps), float32

    Returns
    -------
    wins : ndarray of shape (n_kernels, 2), float64
        Of each: the sum of its outputs where it is the largest of all, and at how many
        steps it is the smallest. The first counts of equal ones.
    """
    n_kernels, n_steps = outputs.shape
    wins = np.zeros((n_kernels, 2), np.float64)
    highest, lowest = outputs[0].copy(), outputs[0].copy()
    largest, smallest = np.zeros(n_steps, np.int32), np.zeros(n_steps, np.int32)
    for k in range(1, n_kernels):  # steps within: they are neighbours, and have no branch
        row = outputs[k]
        for t in range(n_steps):
            largest[t] = k if row[t] > highest[t] else largest[t]
            highest[t] = max(highest[t], row[t])
            smallest[t] = k if row[t] < lowest[t] else smallest[t]
            lowest[t] = min(lowest[t], row[t])
    for t in range(n_steps):
        wins[largest[t], 0] += np.float64(highest[t])
        wins[smallest[t], 1] += 1
    return wins


@kernel
def hydra_shares(series, dilations, channels, signs, weights):
    """Wins of competing convolutions over a series, per step.

    Parameters
    ----------
    series : ndarray of shape (n_channels, n_steps), float32
    dilations : ndarray of shape (n_dilations,), int64
    channels : ndarray of shape (n_dilations, n_groups, n_mixed), int64
    signs : ndarray of shape (n_dilations, n_groups, n_mixed), float32
    weights : ndarray of shape (n_groups, n_kernels, N_TAPS), float32

    Returns
    -------
    shares : ndarray of shape (n_dilations, n_groups, n_kernels, 2), float64
        Wins, as `competition` gives them, by the number of steps.
    """
    n_steps = series.shape[1]
    n_groups, n_kernels, _ = weights.shape
    shares = np.empty((len(dilations), n_groups, n_kernels, 2), np.float64)
    outputs = np.empty((n_kernels, n_steps), np.float32)
    for d in range(len(dilations)):
        for group in range(n_groups):
            mixed = mixed_channels(series, channels[d, group], signs[d, group])
            for k in range(n_kernels):
                outputs[k] = convolved(mixed, weights[group, k], dilations[d])
            shares[d, group] = competition(outputs) / n_steps
    return shares
