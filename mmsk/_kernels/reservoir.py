"""Loops over the steps of a recurrent network whose weights are drawn, not learned."""

import numpy as np

from mmsk._kernels._jit import kernel


@kernel
def reservoir_states(inputs, sources, weights, leak):
    """States of an echo-state network over time, from all zero.

    Parameters
    ----------
    inputs : ndarray of shape (n_steps, n_units), float32
        What each unit gets from outside.
    sources : ndarray of shape (n_units, n_links), int64
        The units that each unit listens to, in 0..n_units - 1.
    weights : ndarray of shape (n_units, n_links), float32
    leak : float
        Share of a state that is new at each step, above 0 and at most 1.

    Returns
    -------
    states : ndarray of shape (n_steps, n_units), float32
        ``(1 - leak) * before + leak * tanh(input + sum(weights * before[sources]))``,
        between -1 and 1.
    """
    n_steps, n_units = inputs.shape
    states = np.empty((n_steps, n_units), np.float32)
    before = np.zeros(n_units, np.float32)
    for t in range(n_steps):
        state = states[t]
        for unit in range(n_units):
            heard = np.float64(inputs[t, unit])
            for link in range(sources.shape[1]):
                heard += np.float64(weights[unit, link]) * before[sources[unit, link]]
            state[unit] = (1 - leak) * np.float64(before[unit]) + leak * np.tanh(heard)
        before = state
    return states
