"""The reservoir kernel against its reference, and the laws it must keep."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mmsk._kernels import reservoir as kernels

from . import reference


def drawn(n_steps, n_units, seed):
    """Inputs, sources and weights of a network that forgets."""
    rng = np.random.default_rng(seed)
    n_links = min(3, n_units)
    inputs = rng.normal(size=(n_steps, n_units)).astype(np.float32)
    weights = rng.uniform(-0.3, 0.3, (n_units, n_links)).astype(np.float32)
    return inputs, rng.integers(0, n_units, (n_units, n_links)), weights


networks = st.builds(drawn, st.integers(1, 8), st.integers(1, 5), st.integers(0, 99))
leaks = st.sampled_from([0.1, 0.5, 1.0])


@given(networks, leaks)
def test_reservoir_states_equal_the_reference(network, leak):
    found = kernels.reservoir_states(*network, leak)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, reference.reservoir_states(*network, leak), atol=1e-6)
    assert (np.abs(found) <= 1).all()


@given(networks, leaks)
def test_states_do_not_know_what_comes(network, leak):
    inputs, *links = network
    later = inputs.copy()
    later[len(inputs) // 2 :] += 1
    found, changed = (kernels.reservoir_states(x, *links, leak) for x in (inputs, later))
    half = len(inputs) // 2
    np.testing.assert_array_equal(found[:half], changed[:half])


def test_what_came_long_ago_is_forgotten():
    inputs, *links = drawn(80, 5, seed=0)
    other = inputs.copy()
    other[:5] = -other[:5]
    found, changed = (kernels.reservoir_states(x, *links, 0.5) for x in (inputs, other))
    assert np.abs(found - changed)[4].max() > 0.1
    assert np.abs(found - changed)[-1].max() < 1e-5


def test_reservoir_states_by_hand():
    inputs = np.array([[1, 0], [0, 0]], np.float32)
    sources, weights = np.array([[1], [0]]), np.array([[9], [2]], np.float32)
    found = kernels.reservoir_states(inputs, sources, weights, 0.5)
    first = np.tanh(1) / 2  # then the second unit hears the first, and the first nothing
    expected = [[first, 0], [first / 2, np.tanh(2 * first) / 2]]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
