"""What voting fusions learn from held-out rows: weights, calibration, gates."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB

from mmsk.exceptions import MissingViewWarning
from mmsk.fusion import VotingFusionClassifier, VotingFusionRegressor
from mmsk.fusion._calibration import ViewCalibrator, calibrated, fit_calibrators
from mmsk.fusion._voting_classifier import POOLS
from mmsk.fusion._weights import exponents, weights_of_mean, weights_of_regression
from mmsk.model_io import load_model, save_model

from .toys import WordLength

METHODS = ("temperature", "sigmoid", "isotonic")
LEARNED = [
    {"weights": "learned"},
    {"weights": "learned", "voting": "soft"},
    {"weights": "learned", "voting": "product"},
    {"weights": "learned", "voting": "hard"},
    {"voting": "dempster_shafer"},
    *({"calibration": method} for method in METHODS),
    {"gate": "confidence", "voting": "soft"},
    {"gate": "competence"},
    {"quality": [("p", "passthrough", [4])]},
    {"quality": [("p", "passthrough", [4])], "weights": "learned", "gate": "competence"},
]


def _ids(settings):
    return "-".join(f"{name}={value}" for name, value in settings.items())


def _toy(n_rows=240, seed=0, n_classes=2):
    """Two views of two columns that tell the class, and a column of noise."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_classes, n_rows)
    return rng.normal(size=(n_rows, 5)) + np.outer(y, [1, 0, 0.8, 0.3, 0]), y


VIEWS = [("p", LogisticRegression(), [0, 1]), ("q", LogisticRegression(), [2, 3])]


def test_the_log_pool_is_the_bayes_posterior_of_independent_gaussians():
    class Posterior(ClassifierMixin, BaseEstimator):
        """Knows the two Gaussians of its column, and the shares of the classes."""

        def fit(self, X, y):
            self.classes_, counts = np.unique(y, return_counts=True)
            self.prior_ = counts / len(y)
            return self

        def predict_proba(self, X):
            joint = self.prior_ * np.exp(-((np.asarray(X) - [0.0, 1.0]) ** 2) / 2)
            return joint / joint.sum(axis=1, keepdims=True)

        def predict(self, X):
            return self.predict_proba(X).argmax(axis=1)

    rng = np.random.default_rng(0)
    y = (rng.random(500) < 0.3).astype(int)
    X = rng.normal(size=(500, 3)) + y[:, None]
    views = [(name, Posterior(), [k]) for k, name in enumerate("abc")]
    found = VotingFusionClassifier(views).fit(X, y).predict_proba(X)
    prior = np.array([1 - y.mean(), y.mean()])
    joint = prior * np.exp(-((X[:, :, None] - [0.0, 1.0]) ** 2).sum(axis=1) / 2)
    np.testing.assert_allclose(found, joint / joint.sum(axis=1, keepdims=True), atol=1e-6)


def _calibration_error(probabilities, y, n_bins=10):
    """Expected calibration error of the class said to be most probable."""
    sure = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == y
    places = np.minimum((sure * n_bins).astype(int), n_bins - 1)
    gaps = [abs(sure[places == k].sum() - right[places == k].sum()) for k in range(n_bins)]
    return sum(gaps) / len(y)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("voting", ["product", "log"])
def test_calibrated_views_pool_to_a_lower_calibration_error(method, voting):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 2000)
    # naive Bayes on copies of a column is far too sure
    signals = rng.normal(size=(2000, 2)) + 0.7 * y[:, None]
    X = np.repeat(signals, 6, axis=1) + 0.1 * rng.normal(size=(2000, 12))
    views = [("p", GaussianNB(), slice(0, 6)), ("q", GaussianNB(), slice(6, 12))]
    errors = [
        _calibration_error(
            VotingFusionClassifier(views, voting=voting, calibration=calibration)
            .fit(X[:1000], y[:1000])
            .predict_proba(X[1000:]),
            y[1000:],
        )
        for calibration in (None, method)
    ]
    assert errors[1] < 0.6 * errors[0]


@pytest.mark.parametrize("method", METHODS)
def test_a_calibrator_does_not_raise_the_log_loss_of_the_rows_it_learned(method):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 400)
    said = rng.dirichlet(np.ones(3), size=400) ** 3 + 0.3 * np.eye(3)[y]
    said /= said.sum(axis=1, keepdims=True)
    found = ViewCalibrator(method).fit(said, y, np.ones(400)).transform(said)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert log_loss(y, found) < log_loss(y, said)


def test_the_temperature_that_sharpened_probabilities_is_found_again():
    rng = np.random.default_rng(0)
    true = rng.dirichlet(np.ones(3), size=20000)
    y = (rng.random((20000, 1)) > true.cumsum(axis=1)).sum(axis=1)
    sharp = true**3 / (true**3).sum(axis=1, keepdims=True)
    calibrator = ViewCalibrator().fit(sharp, y, np.ones(20000))
    assert calibrator.factor_ == pytest.approx(1 / 3, abs=0.02)


@pytest.mark.parametrize("method", METHODS)
def test_calibration_weighs_a_row_as_often_as_it_stands_there(method):
    rng = np.random.default_rng(0)
    y = np.tile([0, 1, 2], 20)
    said = rng.dirichlet(np.ones(3), size=60)
    times = rng.integers(0, 3, size=60)
    weighted = ViewCalibrator(method).fit(said, y, times.astype(float))
    repeated = ViewCalibrator(method).fit(
        np.repeat(said, times, axis=0), np.repeat(y, times), np.ones(times.sum())
    )
    np.testing.assert_allclose(weighted.transform(said), repeated.transform(said), atol=1e-4)


def test_a_view_of_which_nothing_was_held_out_is_left_as_it_is():
    said = np.array([[[0.9, 0.1]], [[np.nan, np.nan]]])
    for method in METHODS:
        fitted = fit_calibrators(method, said[::-1], np.array([0]), np.ones(1))
        np.testing.assert_allclose(calibrated(fitted[:1], said[:1]), said[:1])


# Weights


def test_the_weight_of_a_view_of_noise_goes_to_zero():
    X, y = _toy(1500)
    views = [("told", LogisticRegression(), [0]), ("noise", LogisticRegression(), [4])]
    soft, log = (
        VotingFusionClassifier(views, voting=voting, weights="learned").fit(X, y).weights_
        for voting in ("soft", "log")
    )
    assert soft[1] < 0.02
    assert log[0] == pytest.approx(1, abs=0.2)
    score = X[:, 0] + 0.1 * X[:, 2]
    views = [("told", LinearRegression(), [0]), ("noise", LinearRegression(), [4])]
    mean = VotingFusionRegressor(views, weights="learned").fit(X, score).weights_
    assert mean[1] < 0.02


def test_an_overfitted_view_of_noise_loses_its_exponent():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 300)
    X = np.column_stack([rng.normal(size=300) + y, rng.normal(size=(300, 100))])
    wild = LogisticRegression(C=100, max_iter=1000)
    views = [("told", LogisticRegression(), [0]), ("noise", wild, slice(1, 101))]
    weights = VotingFusionClassifier(views, weights="learned").fit(X, y).weights_
    assert weights[1] < 0.05 < 0.7 < weights[0]


def test_exponents_of_views_independent_given_the_class_are_one():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 20000)
    x = rng.normal(size=(2, 20000)) + y
    right = 1 / (1 + np.exp(0.5 - x))
    said = np.stack([1 - right, right], axis=2)
    even = np.full(2, 0.5)
    gates, weight = np.ones((2, 20000)), np.ones(20000)
    found = exponents(said, gates, y, weight, even, np.tile(even, (2, 1)))
    np.testing.assert_allclose(found, 1, atol=0.05)
    # the same view twice counts once
    said[1] = said[0]
    twice = exponents(said, gates, y, weight, even, np.tile(even, (2, 1)))
    np.testing.assert_allclose(twice, 0.5, atol=0.03)


def test_no_other_weights_have_a_lower_loss():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 200)
    said = rng.dirichlet(np.ones(3), size=(3, 200)) + np.multiply.outer(
        [0.2, 0.5, 0.8], np.eye(3)[y]
    )
    said /= said.sum(axis=2, keepdims=True)
    gates, weight = np.ones((3, 200)), rng.uniform(0.5, 2, 200)
    best = weights_of_mean(said, gates, y, weight)
    assert best.sum() == pytest.approx(1)
    numbers = rng.normal(size=200)
    guesses = numbers + rng.normal(size=(3, 200)) * np.array([[1], [0.5], [2]])
    mean = weights_of_regression(guesses[:, :, None], gates, numbers, weight)
    for other in rng.dirichlet(np.ones(3), size=50):
        loss, least = (
            -weight @ np.log((w @ said.swapaxes(0, 1))[np.arange(200), y])
            for w in (other, best)
        )
        assert loss >= least - 1e-6
        loss, least = (weight @ (w @ guesses - numbers) ** 2 for w in (other, mean))
        assert loss >= least - 1e-6


@pytest.mark.filterwarnings("ignore::mmsk.exceptions.MissingViewWarning")
@pytest.mark.parametrize("settings", LEARNED, ids=_ids)
def test_weights_are_learned_from_rows_that_have_some_of_the_views(settings):
    X, y = _toy(600)
    X[:200, :2] = np.nan
    X[200:400, 2:4] = np.nan
    X[:5, :4] = np.nan
    fusion = VotingFusionClassifier(VIEWS, **settings).fit(X, y)
    assert np.isfinite(fusion.weights_).all()
    assert fusion.score(X, y) > 0.6


@pytest.mark.filterwarnings("ignore::mmsk.exceptions.MissingViewWarning")
@pytest.mark.parametrize("settings", LEARNED, ids=_ids)
def test_a_view_that_no_inner_fold_can_learn_does_no_harm(settings):
    X, y = _toy(90)
    y[:2] = [0, 1]
    X[2:, 2:4] = np.nan  # each training part holds one class of it at most
    splits = [(np.flatnonzero(np.arange(90) % 3 != k), np.arange(k, 90, 3)) for k in range(3)]
    fusion = VotingFusionClassifier(VIEWS, cv=splits, **settings).fit(X, y)
    assert np.isfinite(fusion.weights_).all()
    assert fusion.score(X, y) > 0.5
    if settings.get("voting") != "hard":
        np.testing.assert_allclose(fusion.predict_proba(X).sum(axis=1), 1)


# Gates


def test_a_quality_that_tells_when_a_view_is_broken_turns_it_off():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 1200)
    noise = rng.choice([0.3, 8.0], size=1200)
    said = [y + 0.6 * rng.normal(size=1200), 3 * y + noise * rng.normal(size=1200)]
    X = np.column_stack([*said, np.log(noise)])
    views = [("fair", GaussianNB(), [0]), ("mixed", LogisticRegression(), [1])]
    plain, gated = (
        VotingFusionClassifier(views, weights="learned", quality=quality).fit(X[:600], y[:600])
        for quality in (None, [("mixed", "passthrough", [2])])
    )
    opened = gated.gates_[0].open(X[600:], gated._said(X[600:]))[1]
    assert opened[X[600:, 2] > 0].max() < 0.5 < 0.8 < opened[X[600:, 2] < 0].min()
    losses = [log_loss(y[600:], fusion.predict_proba(X[600:])) for fusion in (plain, gated)]
    assert losses[1] < losses[0]


def test_the_quality_of_a_regressor_is_the_inverse_of_its_squared_error():
    rng = np.random.default_rng(0)
    y = rng.normal(size=800)
    noise = rng.choice([0.1, 3.0], size=800)
    X = np.column_stack([y + 0.5 * rng.normal(size=800), y + noise * rng.normal(size=800)])
    X = np.column_stack([X, np.log(noise)])
    views = [("fair", LinearRegression(), [0]), ("mixed", LinearRegression(), [1])]
    plain, gated, near = (
        VotingFusionRegressor(views, **settings).fit(X[:400], y[:400]).score(X[400:], y[400:])
        for settings in (
            {},
            {"quality": [("mixed", "passthrough", [2])]},
            {"gate": "competence"},
        )
    )
    assert gated > plain
    assert near > plain


def test_competence_trusts_each_view_where_it_is_competent():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, 1200)
    # one view tells 0 from 1, the other 2 from 3, each guesses wildly elsewhere
    left = np.where(y < 2, y, rng.integers(0, 2, 1200))
    right = np.where(y >= 2, y, rng.integers(2, 4, 1200))
    X = np.column_stack([left == 0, left == 1, right == 2, right == 3, y >= 2]).astype(float)
    X += 0.1 * rng.normal(size=X.shape)
    views = [("p", GaussianNB(), [0, 1, 4]), ("q", GaussianNB(), [2, 3])]
    plain, gated = (
        VotingFusionClassifier(views, voting="max", gate=gate)
        .fit(X[:600], y[:600])
        .score(X[600:], y[600:])
        for gate in (None, "competence")
    )
    assert gated >= plain


def test_a_confident_view_outweighs_one_that_knows_nothing():
    X, y = _toy()
    fusion = VotingFusionClassifier(VIEWS, voting="soft", gate="confidence").fit(X, y)
    said = np.array([[[1.0, 0.0]], [[0.5, 0.5]]])
    np.testing.assert_allclose(fusion.gates_[0].open(None, said)[:, 0], [1, 0], atol=1e-9)
    absent = fusion.gates_[0].open(None, np.full((2, 1, 2), np.nan))
    np.testing.assert_allclose(absent, 0, atol=1e-9)


def test_text_is_measured_by_a_transformer_of_its_own_column():
    rng = np.random.default_rng(0)
    X, y = _toy(60)
    words = rng.choice(["kite", "drummer", None], size=60)
    table = pd.DataFrame({"a": X[:, 0], "b": X[:, 2], "word": words})
    views = [("p", LogisticRegression(), ["a"]), ("q", LogisticRegression(), ["b"])]
    quality = [("q", WordLength(), "word")]
    fusion = VotingFusionClassifier(views, quality=quality, cv=3).fit(table, y)
    assert np.isfinite(fusion.predict_proba(table)).all()


def test_quality_of_an_unknown_view_is_refused():
    X, y = _toy(60)
    fusion = VotingFusionClassifier(VIEWS, quality=[("sound", "passthrough", [4])])
    with pytest.raises(ValueError, match=r"names the views \['sound'\], but the views are"):
        fusion.fit(X, y)


@pytest.mark.parametrize("settings", [{"calibration": "sigmoid"}, {"gate": "confidence"}])
def test_hard_votes_have_no_probabilities_to_calibrate(settings):
    X, y = _toy(60)
    with pytest.raises(ValueError, match="uses no probabilities"):
        VotingFusionClassifier(VIEWS, voting="hard", **settings).fit(X, y)


# Belief


def test_conflict_is_high_where_views_contradict_each_other():
    X, y = _toy(600)
    fusion = VotingFusionClassifier(VIEWS, voting="dempster_shafer").fit(X, y)
    assert (fusion.weights_ > 0.5).all()
    assert (fusion.weights_ < 1).all()
    rows = np.array([[4.0, 0, 4, 0, 0], [-4, 0, 5, 2, 0]])
    agree, clash = fusion.conflict(rows)
    assert agree < 0.1 < 0.3 < clash
    assert not hasattr(VotingFusionClassifier(VIEWS), "conflict")


# Folds


class Recorder(GaussianNB):
    """Remembers the rows of every fit."""

    seen: list = []

    def fit(self, X, y, sample_weight=None):
        Recorder.seen.append((np.asarray(X)[:, 0].astype(int), sample_weight))
        return super().fit(X, y, sample_weight)


@pytest.mark.parametrize("settings", LEARNED, ids=_ids)
def test_no_group_crosses_an_inner_fold_within_outer_grouped_folds(settings):
    X, y = _toy(120)
    X[:, 0] = np.arange(120)
    groups = np.arange(120) // 6
    fusion = VotingFusionClassifier([("p", Recorder(), [0, 1]), VIEWS[1]], cv=3, **settings)
    for train, _ in GroupKFold(3).split(X, y, groups):
        Recorder.seen.clear()
        fusion.fit(X[train], y[train], groups=groups[train])
        inner = [rows for rows, _ in Recorder.seen[1:]]
        learns = settings.get("gate") != "confidence"
        assert len(inner) == (3 if learns else 0)
        for rows in inner:
            assert not set(groups[rows]) & set(groups[np.setdiff1d(train, rows)])


@pytest.mark.parametrize("settings", LEARNED, ids=_ids)
def test_a_row_of_weight_zero_is_no_row(settings):
    X, y = _toy(120)
    more = np.vstack([X, 50 + X[:40]])
    labels, weight = np.hstack([y, 1 - y[:40]]), np.repeat([1.0, 0.0], [120, 40])
    folds = np.arange(160) % 3
    splits = [(np.flatnonzero(folds != k), np.flatnonzero(folds == k)) for k in range(3)]
    few = [(train[train < 120], test[test < 120]) for train, test in splits]
    views = [("p", GaussianNB(), [0, 1]), ("q", GaussianNB(), [2, 3])]
    expected = VotingFusionClassifier(views, cv=few, **settings).fit(X, y)
    found = VotingFusionClassifier(views, cv=splits, **settings)
    found.fit(more, labels, sample_weight=weight)
    np.testing.assert_allclose(found.weights_, expected.weights_, atol=1e-4)
    if settings.get("voting") != "hard":
        answers = [fusion.predict_proba(X) for fusion in (found, expected)]
        np.testing.assert_allclose(*answers, atol=1e-4)


@pytest.mark.parametrize("settings", LEARNED, ids=_ids)
def test_what_was_learned_survives_a_model_file(settings, tmp_path):
    X, y = _toy(120)
    fusion = VotingFusionClassifier(VIEWS, cv=3, **settings).fit(X, y)
    save_model(fusion, tmp_path / "model")
    again = load_model(tmp_path / "model")
    method = "predict" if settings.get("voting") == "hard" else "predict_proba"
    np.testing.assert_array_equal(getattr(again, method)(X), getattr(fusion, method)(X))


# Missing views, several labels


@pytest.mark.parametrize("voting", sorted(set(POOLS) - {"hard"}))
@pytest.mark.parametrize("settings", [{}, {"gate": "competence", "calibration": "sigmoid"}])
def test_answers_are_distributions_whatever_views_rows_lack(voting, settings):
    X, y = _toy(120, n_classes=3)
    fusion = VotingFusionClassifier(VIEWS, voting=voting, cv=3, **settings).fit(X, y)
    lacking = X.copy()
    lacking[::3, :2] = np.nan
    lacking[1::3, 2:4] = np.nan
    found = fusion.predict_proba(lacking)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_allclose(found[2::3], fusion.predict_proba(X)[2::3])
    lacking[:, :4] = np.nan
    with pytest.warns(MissingViewWarning):
        np.testing.assert_allclose(fusion.predict_proba(lacking), [fusion.class_prior_] * 120)


def test_several_labels_per_row_go_through_scikit_learn():
    X, y = _toy(120)
    labels = np.column_stack([y, X[:, 1] > 0])
    X[::5, :2] = np.nan
    fusion = MultiOutputClassifier(VotingFusionClassifier(VIEWS, weights="learned", cv=3))
    found = fusion.fit(X, labels).predict(X)
    assert found.shape == (120, 2)
    assert (found == labels).mean() > 0.7


def test_learned_weights_are_not_worse_than_even_ones_on_fresh_rows():
    rng = np.random.default_rng(3)
    y = rng.integers(0, 2, 500)
    X = np.column_stack([rng.normal(size=500) + 1.5 * y, rng.normal(size=(500, 3))])
    views = [(name, LogisticRegression(), [k]) for k, name in enumerate("abcd")]
    losses = [
        log_loss(
            y,
            cross_val_predict(
                VotingFusionClassifier(views, voting="soft", weights=weights),
                X,
                y,
                cv=3,
                method="predict_proba",
            ),
        )
        for weights in (None, "learned")
    ]
    assert losses[1] < losses[0]
