"""Planted classes, and the laws that planted matrices of either task keep."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from mmsk.datasets import make_multimodal_classification
from mmsk.fusion import FeatureFusion, StackingFusionClassifier, VotingFusionClassifier

from .planted import MAKERS, SIGNALS, margins

both = pytest.mark.parametrize("make", MAKERS)
signals = pytest.mark.parametrize("signal", SIGNALS)


@both
@signals
def test_the_views_cut_the_columns_of_the_matrix_one_after_another(make, signal):
    X, y, views = make(
        40, signal=signal, n_views=3, n_features=2, n_noise_views=1, random_state=0
    )
    assert X.shape == (40, 8)
    assert X.dtype == np.float64
    assert y.shape == (40,)
    assert views == {
        "view_0": slice(0, 2),
        "view_1": slice(2, 4),
        "view_2": slice(4, 6),
        "noise_0": slice(6, 8),
    }


@both
@signals
def test_a_seed_gives_the_same_data_and_another_seed_others(make, signal):
    first, again, other = (make(30, signal=signal, random_state=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


@both
@signals
def test_whole_views_are_missing_at_the_stated_rate(make, signal):
    X, _, views = make(200, signal=signal, n_noise_views=2, missing_rate=0.25, random_state=0)
    for columns in views.values():
        missing = np.isnan(X[:, columns])
        np.testing.assert_array_equal(missing.any(axis=1), missing.all(axis=1))
        assert 45 <= missing[:, 0].sum() <= 50


@both
def test_a_row_keeps_a_view_that_tells_something_at_any_rate(make):
    X, _, views = make(60, n_noise_views=3, missing_rate=0.95, random_state=0)
    told = X[:, : views["noise_0"].start]
    assert not np.isnan(told).all(axis=1).any()


@both
def test_missing_views_and_noise_views_leave_the_target_as_it_was(make):
    plain, some = make(50, random_state=0), make(50, missing_rate=0.4, random_state=0)
    more = make(50, n_noise_views=2, random_state=0)
    np.testing.assert_array_equal(plain[1], some[1])
    np.testing.assert_array_equal(plain[1], more[1])
    kept = ~np.isnan(some[0])
    np.testing.assert_array_equal(plain[0][kept], some[0][kept])


@both
@signals
def test_a_noise_view_is_told_from_the_target_by_nothing(make, signal):
    X, y, views = make(4000, signal=signal, n_noise_views=1, random_state=0)
    noise = X[:, views["noise_0"]]
    for values in (noise, noise**2, np.sign(noise) * X[:, :1]):
        assert np.abs(np.corrcoef(values.T, y)[-1, :-1]).max() < 4 / np.sqrt(len(y))


def _bare(make, signal):
    """Readings without noise, a column a view; and what they tell."""
    X, y, _ = make(80, signal=signal, n_features=1, noise=0, random_state=3)
    return X, y if y.dtype == np.float64 else 2.0 * y - 1


@both
def test_an_early_signal_is_a_sum_over_all_views(make):
    X, latent = _bare(make, "early")
    weights = np.linalg.lstsq(X, latent, rcond=None)[0]
    np.testing.assert_allclose(X @ weights, latent, atol=1e-9)
    np.testing.assert_allclose(np.abs(weights), [1, 0.5, 0.5, 0.5, 0.5])


@both
def test_a_late_signal_is_whole_in_every_view_but_one(make):
    X, latent = _bare(make, "late")
    broken = np.isclose(np.abs(X), X.shape[1])
    np.testing.assert_array_equal(broken.sum(axis=1), 1)
    expected = np.broadcast_to(np.abs(latent)[:, None], X.shape)
    np.testing.assert_allclose(np.abs(X)[~broken], expected[~broken])


@both
def test_a_joint_signal_is_the_product_of_the_first_view_and_any_other(make):
    X, latent = _bare(make, "joint")
    np.testing.assert_allclose(X[:, :1] * X[:, 1:], np.repeat(latent[:, None], 4, axis=1))


@pytest.mark.parametrize("n_classes", [2, 3, 7])
def test_classes_are_whole_numbers_as_even_as_can_be(n_classes):
    _, y, _ = make_multimodal_classification(50, n_classes=n_classes, random_state=0)
    assert y.dtype == np.int64
    counts = np.bincount(y)
    assert len(counts) == n_classes
    assert np.ptp(counts) <= 1


def _families(columns):
    views = [(name, "passthrough", where) for name, where in columns.items()]
    return {
        "early": make_pipeline(FeatureFusion(views), LogisticRegression(C=10)),
        "late": VotingFusionClassifier(views, voting="hard"),
        "joint": HistGradientBoostingClassifier(random_state=0),
    }


@signals
@pytest.mark.parametrize("n_classes", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_the_family_favoured_beats_both_others_by_ten_points(signal, n_classes):
    found = [
        margins(
            _families,
            make_multimodal_classification(
                signal=signal, n_classes=n_classes, random_state=seed
            ),
            signal,
        )
        for seed in range(4)
    ]
    assert np.min(np.mean(found, axis=0)) >= 0.10
    assert np.min(found) >= 0.05


def test_the_margin_stands_beside_noise_and_missing_views():
    data = make_multimodal_classification(
        600, signal="late", n_noise_views=1, missing_rate=0.1, random_state=0
    )
    assert min(margins(_families, data, "late")) >= 0.05


def test_the_views_plug_into_a_stack():
    X, y, columns = make_multimodal_classification(
        120, n_noise_views=1, missing_rate=0.2, random_state=0
    )
    views = [(name, "passthrough", where) for name, where in columns.items()]
    assert StackingFusionClassifier(views).fit(X, y).predict(X).shape == y.shape


@both
@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"signal": "both"}, r"signal must be one of \('early', 'late', 'joint'\), got 'both'"),
        ({"n_samples": 0}, "n_samples must be an int of at least 1, got 0"),
        ({"n_views": 2}, "n_views must be an int of at least 3 where signal='late', got 2"),
        ({"n_features": 0}, "n_features must be an int of at least 1, got 0"),
        ({"n_noise_views": -1}, "n_noise_views must be an int of at least 0, got -1"),
        ({"missing_rate": 1}, r"missing_rate must be a number in \[0, 1\), got 1"),
        ({"noise": -0.1}, "noise must be a number of at least 0, got -0.1"),
    ],
)
def test_a_parameter_out_of_range_is_refused(make, parameters, message):
    with pytest.raises(ValueError, match=message):
        make(**parameters)


@pytest.mark.parametrize("n_classes", [1, 11, 2.0])
def test_more_classes_than_rows_or_fewer_than_two_are_refused(n_classes):
    with pytest.raises(ValueError, match="n_classes must be an int from 2 to n_samples=10"):
        make_multimodal_classification(10, n_classes=n_classes)
