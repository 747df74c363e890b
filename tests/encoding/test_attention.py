"""Attention exact and by random features, and what only AttentionPooling does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmsk.encoding import AttentionPooling
from mmsk.encoding._attention import drawn_directions, random_attention, softmax_attention
from mmsk.encoding._attention_pooling import waves

RNG = np.random.default_rng(0)
SERIES = [RNG.normal(size=(n, 3)) for n in (12, 20, 31)]
seeds = st.integers(0, 2**32 - 1)


def _drawn(seed, n_steps=15, n_dims=4, size=0.4):
    rng = np.random.default_rng(seed)
    queries, keys = size * rng.normal(size=(2, n_steps, n_dims))
    return queries, keys, rng.normal(size=(n_steps, 3)), rng


def test_softmax_attention_by_hand():
    found = softmax_attention(
        np.array([[np.log(3.0)]]), np.array([[1.0], [0.0]]), np.array([[8.0], [4.0]])
    )
    np.testing.assert_allclose(found, [[7.0]])  # three parts of 8 and one of 4


@given(seeds)
def test_random_attention_lies_between_the_least_and_the_largest_value(seed):
    queries, keys, values, rng = _drawn(seed, size=30.0)
    found = random_attention(queries, keys, values, drawn_directions(8, 4, rng))
    assert (found >= values.min(axis=0) - 1e-9).all()
    assert (found <= values.max(axis=0) + 1e-9).all()


def test_positive_features_are_unbiased_for_the_exponential_of_a_product():
    queries, keys, _, rng = _drawn(0)
    directions = drawn_directions(40_000, 4, rng)
    found = _features(queries, directions) @ _features(keys, directions).T / len(directions)
    # the variance of one direction, Choromanski et al., lemma 2; at right angles it is less
    exact = np.exp(queries @ keys.T)
    sums = ((queries[:, None] + keys) ** 2).sum(axis=2)
    deviations = exact * np.sqrt(np.expm1(sums) / len(directions))
    assert (np.abs(found - exact) < 5 * deviations).all()


def _features(rows, directions):
    return np.exp(rows @ directions.T - (rows**2).sum(axis=1, keepdims=True) / 2)


def test_random_attention_comes_as_close_as_the_root_of_its_features_says():
    errors = {}
    for n_features in (64, 1024):
        found = []
        for seed in range(30):
            queries, keys, values, rng = _drawn(seed)
            near = random_attention(queries, keys, values, drawn_directions(n_features, 4, rng))
            found.append(near - softmax_attention(queries, keys, values))
        errors[n_features] = np.sqrt(np.mean(np.square(found)))
    assert errors[64] < 0.25
    assert errors[1024] < errors[64] / 3  # a root of 16 is 4


def test_directions_stand_at_right_angles_and_are_as_long_as_normal_ones():
    directions = drawn_directions(3000, 6, np.random.default_rng(0))
    first = directions[:6] @ directions[:6].T
    np.testing.assert_allclose(first, np.diag(np.diag(first)), atol=1e-10)
    np.testing.assert_allclose(np.cov(directions.T), np.eye(6), atol=0.1)


@pytest.mark.parametrize("n_features", [None, 8])
def test_without_sharpness_every_step_finds_the_mean(n_features):
    encoder = AttentionPooling(n_heads=2, sharpness=0, n_features=n_features, scaling=None)
    found = encoder.fit_transform(SERIES).reshape(3, 2, 3, 3)
    means = np.array([series.mean(axis=0) for series in SERIES])
    np.testing.assert_allclose(found[:, :, 0], means[:, None].repeat(2, axis=1), atol=1e-5)
    np.testing.assert_allclose(found[:, :, 1], 0, atol=1e-5)
    np.testing.assert_allclose(found[:, :, 2], (means**2)[:, None].repeat(2, 1), atol=1e-5)


@pytest.mark.parametrize("n_features", [None, 8])
def test_the_order_of_steps_has_a_say_by_positions_only(n_features):
    shuffled = [series[RNG.permutation(len(series))] for series in SERIES]
    without = AttentionPooling(n_features=n_features, n_positions=0).fit(SERIES)
    placed = AttentionPooling(n_features=n_features).fit(SERIES)
    np.testing.assert_allclose(
        without.transform(shuffled), without.transform(SERIES), atol=1e-5
    )
    assert np.abs(placed.transform(shuffled) - placed.transform(SERIES)).max() > 0.01


def test_random_features_are_for_long_sequences_and_come_close():
    long = [RNG.normal(size=(n, 3)) for n in (1500, 2000)]
    exact = AttentionPooling(n_heads=6, n_features=None).fit(long)
    near = AttentionPooling(n_heads=6, n_features=1000).fit(long)
    apart = near.transform(long) - exact.transform(long)
    assert 0 < np.abs(apart).mean() < 0.04
    np.testing.assert_array_equal(near.transform(SERIES), exact.transform(SERIES))


def test_sharp_heads_look_at_few_steps():
    flat, sharp = (
        AttentionPooling(n_heads=2, sharpness=s, n_features=None).fit_transform(SERIES)
        for s in (0.1, 30.0)
    )
    spreads = [found.reshape(3, 2, 3, 3)[:, :, 1].mean() for found in (flat, sharp)]
    assert spreads[1] > 5 * spreads[0]


def test_a_sequence_said_twice_as_slowly_is_seen_alike():
    slow = [series.repeat(2, axis=0) for series in SERIES]
    encoder = AttentionPooling(n_features=None).fit(SERIES)
    apart = encoder.transform(slow) - encoder.transform(SERIES)
    assert np.abs(apart).mean() < 0.05


def test_waves_have_one_size():
    np.testing.assert_allclose((waves(400, 4) ** 2).mean(axis=0), 1, atol=0.01)
