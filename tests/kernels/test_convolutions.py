"""Convolution kernels against their references, and the laws they must keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mmsk._kernels import convolutions as kernels

from . import reference

# whole numbers: sums in float32 are exact in any order, and equal ones are met
WHOLE = st.integers(-4, 4).map(float)
lines = arrays(np.float32, st.integers(1, 24), elements=WHOLE)
tables = arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=WHOLE)
weights = arrays(np.float32, kernels.N_TAPS, elements=WHOLE)
dilations = st.integers(1, 4)
biases = arrays(np.float32, st.integers(0, 3), elements=WHOLE)


@given(tables, st.lists(st.tuples(st.integers(0, 8), st.sampled_from([-1.0, 1.0])), max_size=4))
def test_mixed_channels_equal_the_reference(series, drawn):
    channels = np.array([k % len(series) for k, _ in drawn], np.int64)
    signs = np.array([sign for _, sign in drawn], np.float32)
    found = kernels.mixed_channels(series, channels, signs)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, reference.mixed_channels(series, channels, signs))


@given(lines, weights, dilations)
def test_convolved_equals_the_reference(mixed, some_weights, dilation):
    found = kernels.convolved(mixed, some_weights, dilation)
    assert found.dtype == np.float32
    expected = reference.convolved(mixed, some_weights, dilation)
    np.testing.assert_array_equal(found, expected)


@given(st.integers(1, 24), weights, dilations, st.integers(0, 99))
def test_convolving_is_linear(n_steps, some_weights, dilation, seed):
    one, two = np.random.default_rng(seed).integers(-9, 9, (2, n_steps)).astype(np.float32)
    both = kernels.convolved(2 * one + two, some_weights, dilation)
    apart = [kernels.convolved(x, some_weights, dilation) for x in (one, two)]
    np.testing.assert_array_equal(both, 2 * apart[0] + apart[1])


@given(lines, weights, dilations, st.integers(0, 5))
def test_outputs_move_with_the_series(mixed, some_weights, dilation, steps):
    reach = dilation * (kernels.N_TAPS // 2)
    held = np.pad(mixed, (reach, reach + steps))
    outputs = kernels.convolved(held, some_weights, dilation)
    moved = kernels.convolved(np.roll(held, steps), some_weights, dilation)
    np.testing.assert_array_equal(moved[steps:], outputs[: len(outputs) - steps])


@given(dilations, st.sampled_from([-3.0, 2.0]))
def test_fixed_weights_do_not_see_a_level(dilation, level):
    reach = dilation * (kernels.N_TAPS // 2)
    flat = np.full(2 * reach + 3, level, np.float32)
    for fixed in kernels.FIXED_WEIGHTS:
        assert not kernels.convolved(flat, fixed, dilation)[reach:-reach].any()


def test_there_are_84_fixed_weights_all_different():
    assert np.unique(kernels.FIXED_WEIGHTS, axis=0).shape == (84, 9)
    np.testing.assert_array_equal(np.sort(kernels.FIXED_WEIGHTS), [[-1] * 6 + [2] * 3] * 84)


def test_convolved_by_hand():
    series = np.array([1, 0, 0, 0, 2], np.float32)
    taps = np.array([0, 0, 0, 10, 1, 100, 0, 0, 0], np.float32)  # before, here, after
    found = kernels.convolved(series, taps, 2)
    np.testing.assert_array_equal(found, [1, 0, 10 + 200, 0, 2])


@given(lines, biases)
def test_positive_measures_equal_the_reference(outputs, some_biases):
    found = kernels.positive_measures(outputs, some_biases)
    assert found.dtype == np.float32
    expected = reference.positive_measures(outputs, some_biases)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@given(lines, st.sampled_from([0.25, 2.0, 8.0]))
def test_only_the_mean_sees_the_scale_when_the_bias_is_zero(outputs, scale):
    zero = np.zeros(1, np.float32)
    found, scaled = (kernels.positive_measures(x, zero)[0] for x in (outputs, scale * outputs))
    np.testing.assert_array_equal(scaled, found * [1, scale, 1, 1])


@given(lines, biases)
def test_measures_of_what_is_above_move_with_the_bias(outputs, some_biases):
    found = kernels.positive_measures(outputs, some_biases)
    raised = kernels.positive_measures(outputs + np.float32(2), some_biases + np.float32(2))
    np.testing.assert_array_equal(raised, found)


@given(lines, biases)
def test_backwards_only_the_mean_place_changes(outputs, some_biases):
    found = kernels.positive_measures(outputs, some_biases)
    turned = kernels.positive_measures(outputs[::-1].copy(), some_biases)
    np.testing.assert_allclose(turned[:, [0, 1, 3]], found[:, [0, 1, 3]], rtol=1e-6)
    some = found[:, 0] > 0
    np.testing.assert_allclose(
        turned[some, 2], 1 + 1 / len(outputs) - found[some, 2], rtol=1e-5
    )


@given(lines, biases)
def test_the_longest_stretch_is_at_most_the_share(outputs, some_biases):
    share, above, place, stretch = kernels.positive_measures(outputs, some_biases).T
    assert ((stretch <= share) & (share <= 1) & (place <= 1) & (above >= 0)).all()
    assert ((stretch > 0) == (share > 0)).all()


def test_positive_measures_by_hand():
    outputs = np.array([3, -1, 2, 5], np.float32)
    found = kernels.positive_measures(outputs, np.array([1, 9], np.float32))
    expected = [[3 / 4, (2 + 1 + 4) / 3, (1 + 3 + 4) / 12, 2 / 4], [0, 0, 0, 0]]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("n_steps", [1, 8, 9, 16, 30])
def test_rocket_measures_equal_the_reference(n_steps):
    rng = np.random.default_rng(n_steps)
    series = rng.integers(-5, 6, (3, n_steps)).astype(np.float32)
    at = np.array([1, 3])
    sizes = rng.integers(1, 4, 2 * 84)
    channels = rng.integers(0, 3, sizes.sum())
    signs = rng.choice(np.array([-1, 1], np.float32), sizes.sum())
    n_biases = np.array([2, 1])
    some = rng.integers(-9, 9, 84 * n_biases.sum()).astype(np.float32)
    arguments = (series, at, np.cumsum(sizes), channels, signs, n_biases, some)
    found = kernels.rocket_measures(*arguments)
    np.testing.assert_allclose(found, reference.rocket_measures(*arguments), rtol=1e-6)


@given(tables)
def test_competition_equals_the_reference(outputs):
    np.testing.assert_array_equal(kernels.competition(outputs), reference.competition(outputs))


@given(tables)
def test_at_each_step_one_is_largest_and_one_smallest(outputs):
    wins = kernels.competition(outputs)
    assert wins[:, 1].sum() == outputs.shape[1]
    assert wins[:, 0].sum() == outputs.max(axis=0).sum()


@given(tables, st.integers(0, 99))
def test_who_wins_does_not_see_what_all_have(outputs, seed):
    common = np.random.default_rng(seed).integers(-9, 9, outputs.shape[1]).astype(np.float32)
    lifted = kernels.competition(outputs + common)
    np.testing.assert_array_equal(lifted[:, 1], kernels.competition(outputs)[:, 1])


@pytest.mark.parametrize("n_steps", [1, 5, 20])
def test_hydra_shares_equal_the_reference(n_steps):
    rng = np.random.default_rng(n_steps)
    series = rng.integers(-5, 6, (3, n_steps)).astype(np.float32)
    channels = rng.integers(0, 3, (2, 4, 2))
    signs = rng.choice(np.array([-1, 1], np.float32), (2, 4, 2))
    some_weights = rng.integers(-3, 4, (4, 5, 9)).astype(np.float32)
    arguments = (series, np.array([1, 2]), channels, signs, some_weights)
    found = kernels.hydra_shares(*arguments)
    np.testing.assert_allclose(found, reference.hydra_shares(*arguments), rtol=1e-9)
    np.testing.assert_allclose(found[..., 1].sum(axis=2), 1)
