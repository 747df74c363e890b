"""What only co-training and co-regularisation do; the rest is in tests/test_common.py."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mmsk.exceptions import DroppedViewWarning
from mmsk.fusion import (
    BlockScaler,
    CoRegularizedClassifier,
    CoRegularizedRegressor,
    CoTrainingClassifier,
    VotingFusionClassifier,
)
from mmsk.fusion import _co_regularized as co_regularized

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 6)) + RNG.normal(size=(90, 1))
Z = X[:, 0] + X[:, 1] - X[:, 4] + RNG.normal(size=90)
Y = np.digitize(Z, [-1, 1])
VIEWS = [
    ("p", "passthrough", [0, 1]),
    ("q", "passthrough", [2, 3, 4]),
    ("r", "passthrough", [5]),
]
KNOWN = np.arange(90) % 3 == 0
SOME_Z = np.where(KNOWN, Z, np.nan)
SOME_Y = np.where(KNOWN, Y, -1)
BLOCKS = [
    BlockScaler().fit_transform(X[:, columns]).astype(np.float64) for _, _, columns in VIEWS
]
CLASSIFIERS = [CoRegularizedClassifier, CoTrainingClassifier]


def _planted(seed, n_rows=1200, n_columns=30, n_known=20):
    """Two views of one hidden label, each with noise of its own, and few labels."""
    rng = np.random.default_rng(seed)
    y = np.arange(n_rows) % 2
    directions = rng.normal(size=(2, n_columns))
    directions *= 1.7 / np.linalg.norm(directions, axis=1, keepdims=True)
    signs = 2 * y[:, None] - 1
    views = [
        signs * direction + rng.normal(size=(n_rows, n_columns)) for direction in directions
    ]
    some = np.where(np.arange(n_rows) < n_known, y, -1)
    columns = [slice(0, n_columns), slice(n_columns, 2 * n_columns)]
    named = [(name, "passthrough", c) for name, c in zip("ab", columns, strict=True)]
    return np.hstack(views), y, some, named


@pytest.mark.parametrize("weight", [None, np.linspace(0.2, 3, 90)], ids=["even", "weights"])
def test_without_agreement_it_is_the_mean_of_a_ridge_per_view_on_the_known_rows(weight):
    model = CoRegularizedRegressor(VIEWS, agreement=0, C=2.0)
    found = model.fit(X, SOME_Z, sample_weight=weight).predict(X)
    shares = np.ones(90) if weight is None else weight
    scaled = [
        BlockScaler().fit(X[:, c], sample_weight=shares).transform(X[:, c]).astype(float)
        for _, _, c in VIEWS
    ]
    alone = [
        Ridge(alpha=0.5).fit(block[KNOWN], Z[KNOWN], shares[KNOWN]).predict(block)
        for block in scaled
    ]
    np.testing.assert_allclose(found, np.mean(alone, axis=0), rtol=1e-4, atol=1e-5)


def test_where_all_rows_are_known_agreement_has_no_say():
    apart, agreed = (CoRegularizedRegressor(VIEWS, agreement=mu).fit(X, Z) for mu in (0, 10))
    np.testing.assert_allclose(agreed.predict(X), apart.predict(X))


def test_it_is_ridge_on_the_rows_of_differences_written_out():
    model = CoRegularizedRegressor(VIEWS, agreement=2.0, C=2.0).fit(X, SOME_Z)
    widths = [block.shape[1] for block in BLOCKS]
    rows, aims = [], []
    for m, block in enumerate(BLOCKS):
        rows.append(_placed(block[KNOWN], m, widths))
        aims.append(Z[KNOWN] - Z[KNOWN].mean())
    scale = np.sqrt(2.0 * KNOWN.sum() / (~KNOWN).sum())
    for m in range(3):
        for other in range(m + 1, 3):
            one, two = (_placed(BLOCKS[k][~KNOWN], k, widths) for k in (m, other))
            rows.append(scale * (one - two))
            aims.append(np.zeros((~KNOWN).sum()))
    design, aims = np.vstack(rows), np.concatenate(aims)
    ridge = np.diag(np.concatenate([np.append(np.full(w, 0.5), 1e-9) for w in widths]))
    coef = np.linalg.solve(design.T @ design + ridge, design.T @ aims)
    everywhere = [_placed(block, m, widths) @ coef for m, block in enumerate(BLOCKS)]
    expected = np.mean(everywhere, axis=0) + Z[KNOWN].mean()
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-4, atol=1e-5)


def _placed(block, m, widths):
    """A block with its intercept among zeros for the other views."""
    parts = [np.zeros((len(block), width + 1)) for width in widths]
    parts[m] = np.column_stack([block, np.ones(len(block))])
    return np.hstack(parts)


def test_views_agree_on_unlabelled_rows_the_more_the_more_they_must():
    apart = []
    for agreement in (0, 0.1, 1, 10):
        model = CoRegularizedRegressor(VIEWS, agreement=agreement).fit(X, SOME_Z)
        results, _ = model.features_._told_views(X[~KNOWN], "it")
        parts = co_regularized.with_intercepts(*model.features_._filled(results))
        apart.append(co_regularized.said_by_views(parts, model.coef_).var(axis=0).sum())
    assert apart == sorted(apart, reverse=True)


@pytest.mark.parametrize("groups", [None, np.arange(90) // 6], ids=["rows", "groups"])
def test_what_is_said_of_rows_left_out_is_what_a_second_fit_says(groups, monkeypatch):
    told = {}
    original = co_regularized.left_out

    def keep(*arguments):
        told["said"] = original(*arguments)
        return told["said"]

    monkeypatch.setattr(co_regularized, "left_out", keep)
    lacking = X.copy()
    lacking[::4, 2:5] = np.nan
    model = CoRegularizedRegressor(VIEWS, agreement=1.0).fit(lacking, SOME_Z, groups=groups)
    said, known = told["said"] + model.offset_, np.flatnonzero(KNOWN)
    parts = co_regularized.with_intercepts(
        *model.features_._filled(model.features_._run_views(lacking))
    )
    own, apart = co_regularized._sums(parts, KNOWN, np.ones(90), 10.0)
    for row in (0, 6, 45):
        out = np.array([row]) if groups is None else known[groups[known] == groups[row]]
        rest = np.setdiff1d(known, out)
        without = own - sum(_own_of(parts, k) for k in out)
        right = np.hstack(parts)[rest].T @ (Z[rest] - model.offset_)
        coef = np.linalg.solve(without + apart, right)[:, None]
        again = co_regularized.mean_of_views(parts, co_regularized.said_by_views(parts, coef))
        np.testing.assert_allclose(said[known == row], again[[row]] + model.offset_, rtol=1e-5)


def _own_of(parts, row):
    """What a row adds to the normal equations of the views."""
    placed = np.zeros((sum(part.shape[1] for part in parts),) * 2)
    start = 0
    for part in parts:
        stop = start + part.shape[1]
        placed[start:stop, start:stop] = np.outer(part[row], part[row])
        start = stop
    return placed


def test_a_classifier_regresses_its_classes_on_the_labelled_rows():
    model = CoRegularizedClassifier(VIEWS, agreement=1.0).fit(X, SOME_Y)
    for k in range(3):
        column = np.where(KNOWN, k == Y, np.nan)
        one = CoRegularizedRegressor(VIEWS, agreement=1.0).fit(X, column)
        np.testing.assert_allclose(model.coef_[:, [k]], one.coef_, atol=1e-8)


@pytest.mark.parametrize("classifier", CLASSIFIERS)
def test_unlabelled_rows_help_where_views_err_on_different_rows(classifier):
    gains = []
    for seed in range(5):
        table, y, some, views = _planted(seed)
        test = np.arange(len(y)) >= 900
        alone = classifier(views).fit(table[:20], some[:20])
        helped = classifier(views).fit(table[~test], some[~test])
        gains.append(helped.score(table[test], y[test]) - alone.score(table[test], y[test]))
    assert np.mean(gains) > 0.02


def test_rows_without_numbers_help_where_views_share_what_they_tell():
    gains = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        hidden = rng.normal(size=(1200, 1))
        table = hidden @ rng.normal(size=(1, 30)) / 2 + rng.normal(size=(1200, 30))
        y = np.where(np.arange(1200) < 40, hidden[:, 0], np.nan)
        views = [("a", "passthrough", slice(0, 15)), ("b", "passthrough", slice(15, 30))]
        alone, helped = (
            CoRegularizedRegressor(views).fit(table[:n], y[:n]).score(table[800:], hidden[800:])
            for n in (40, 800)
        )
        gains.append(helped - alone)
    assert np.mean(gains) > 0.005


def test_agreement_is_not_taken_where_views_tell_different_things():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(400, 2))
    y = np.where(np.arange(400) < 100, table[:, 0] + table[:, 1], np.nan)
    views = [("a", "passthrough", [0]), ("b", "passthrough", [1])]
    assert CoRegularizedRegressor(views).fit(table, y).agreement_ == 0


def test_without_unlabelled_rows_co_training_is_voting():
    expected = VotingFusionClassifier(VIEWS).fit(X, Y).predict_proba(X)
    found = CoTrainingClassifier(VIEWS).fit(X, Y)
    np.testing.assert_allclose(found.predict_proba(X), expected, rtol=1e-6)
    assert found.n_rounds_ == 0
    assert (found.labeled_round_ == 0).all()


def test_without_rounds_co_training_is_voting_on_features_of_all_rows():
    own = [(name, make_pipeline(StandardScaler(), GaussianNB()), c) for name, _, c in VIEWS]
    found = CoTrainingClassifier(own, n_rounds=0).fit(X, SOME_Y)
    scaled = np.hstack([StandardScaler().fit_transform(X[:, c]) for _, _, c in VIEWS])
    bare = [(name, GaussianNB(), c) for name, _, c in VIEWS]
    expected = VotingFusionClassifier(bare).fit(scaled[KNOWN], Y[KNOWN])
    np.testing.assert_allclose(found.predict_proba(X), expected.predict_proba(scaled))


def test_a_round_labels_at_most_its_share_of_each_class_in_each_view():
    table, _, some, views = _planted(0)
    model = CoTrainingClassifier(views, share=0.05, threshold=0.5).fit(table, some)
    counts = np.bincount(model.labeled_round_[model.labeled_round_ > 0])[1:]
    assert counts.max() <= 2 * 2 * np.ceil(0.05 * 1180 / 2)
    assert model.n_rounds_ == len(counts)


def test_nothing_is_labelled_that_no_view_is_sure_of():
    model = CoTrainingClassifier(VIEWS, threshold=1.0).fit(X, SOME_Y)
    assert model.n_rounds_ == 0
    assert (model.labeled_round_ == np.where(KNOWN, 0, -1)).all()


def test_a_row_of_no_weight_is_never_labelled():
    table, _, some, views = _planted(0)
    weight = (np.arange(len(table)) % 2 == 0) | (some >= 0)
    model = CoTrainingClassifier(views).fit(table, some, sample_weight=weight.astype(float))
    assert (model.labeled_round_[~weight] == -1).all()
    assert (model.labeled_round_[weight] > 0).any()


def test_a_view_that_only_unlabelled_rows_have_is_dropped_unless_it_gets_labels():
    table, y, some, views = _planted(0)
    table[:20, 30:] = np.nan
    learned = CoTrainingClassifier(views).fit(table, some)
    assert [view[0] for view in learned.views_] == ["a", "b"]
    with pytest.warns(DroppedViewWarning, match=r"\['b'\]"):
        alone = CoTrainingClassifier(views, n_rounds=0).fit(table, some)
    assert [view[0] for view in alone.views_] == ["a"]
    assert learned.score(table, y) > alone.score(table, y)


@pytest.mark.parametrize("classifier", CLASSIFIERS)
@pytest.mark.parametrize(
    ("labels", "unlabeled"),
    [
        (np.array(["-1", "lo", "mid", "hi"])[SOME_Y + 1], -1),
        (np.array([-1, "lo", "mid", "hi"], dtype=object)[SOME_Y + 1], -1),
        (pd.Series(np.array(["", "lo", "mid", "hi"])[SOME_Y + 1]), ""),
        (np.array([9, 0, 1, 2])[SOME_Y + 1], 9),
    ],
    ids=["words", "objects", "series", "number"],
)
def test_what_stands_for_no_label_is_told(classifier, labels, unlabeled):
    model = classifier(VIEWS, unlabeled=unlabeled).fit(X, labels)
    expected = classifier(VIEWS).fit(X, SOME_Y)
    codes = {"lo": 0, "mid": 1, "hi": 2}
    order = [codes.get(name, name) for name in model.classes_]
    assert sorted(order) == [0, 1, 2]
    np.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(X)[:, order])


@pytest.mark.parametrize("classifier", CLASSIFIERS)
def test_minus_1_may_be_a_class(classifier):
    signs = np.where(Y > 0, 1, -1)
    model = classifier(VIEWS, unlabeled=None).fit(X, signs)
    assert model.classes_.tolist() == [-1, 1]
    with pytest.raises(ValueError, match="one class only") as info:
        classifier(VIEWS).fit(X, signs)
    assert "say unlabeled=None" in info.value.__notes__[0]


@pytest.mark.parametrize("classifier", CLASSIFIERS)
def test_labels_of_no_row_are_refused(classifier):
    with pytest.raises(ValueError, match="every label is -1"):
        classifier(VIEWS).fit(X, np.full(90, -1))


def test_numbers_of_no_row_are_refused():
    with pytest.raises(ValueError, match="every number is missing"):
        CoRegularizedRegressor(VIEWS).fit(X, np.full(90, np.nan))


@pytest.mark.parametrize("agreement", [[], [-1.0], [[1.0]]])
def test_what_is_no_agreement_is_refused(agreement):
    with pytest.raises(ValueError, match="agreement must be a number of at least 0"):
        CoRegularizedRegressor(VIEWS, agreement=agreement).fit(X, Z)


def test_a_gap_in_a_column_of_pandas_is_a_number_that_is_not_known():
    gaps = pd.Series(SOME_Z, dtype="Float64")
    found = CoRegularizedRegressor(VIEWS).fit(X, gaps).predict(X)
    np.testing.assert_allclose(found, CoRegularizedRegressor(VIEWS).fit(X, SOME_Z).predict(X))


def test_probabilities_are_tuned_on_labels_left_out():
    table, y, some, views = _planted(1, n_known=200)
    wrong = np.random.default_rng(0).random(len(y)) < 0.2
    y, some = np.where(wrong, 1 - y, y), np.where(wrong & (some >= 0), 1 - some, some)
    found = CoRegularizedClassifier(views).fit(table, some).predict_proba(table[200:])
    sharper = found**3 / (found**3).sum(axis=1, keepdims=True)
    flatter = found ** (1 / 3) / (found ** (1 / 3)).sum(axis=1, keepdims=True)
    loss = [log_loss(y[200:], p) for p in (found, sharper, flatter)]
    assert loss[0] == min(loss)


def test_a_grid_search_tunes_agreement_and_strength():
    grid = {"agreement": [0, 1], "C": [1, 10]}
    search = GridSearchCV(CoRegularizedClassifier(VIEWS), grid, cv=3).fit(X, Y)
    assert set(search.best_params_) == set(grid)


class Weighed(GaussianNB):
    """Remembers labels and weights of every fit."""

    seen: list = []

    def fit(self, X, y, sample_weight=None):
        Weighed.seen.append((y, sample_weight))
        return super().fit(X, y, sample_weight)


def test_rows_labelled_here_weigh_as_their_class_does():
    Weighed.seen.clear()
    views = [("p", Weighed(), [0, 1]), ("q", Weighed(), [2, 3, 4])]
    model = CoTrainingClassifier(views, threshold=0.5, class_weight={0: 2, 1: 1, 2: 5})
    model.fit(X, SOME_Y)
    assert model.n_rounds_ > 0
    assert len(Weighed.seen[-1][0]) > KNOWN.sum()
    for labels, weight in Weighed.seen:
        np.testing.assert_array_equal(weight, np.array([2, 1, 5])[labels])


@pytest.mark.parametrize("fusion", CLASSIFIERS)
def test_balanced_classes_are_those_of_the_rows_with_a_label(fusion):
    model = fusion(VIEWS, class_weight="balanced").fit(X, SOME_Y)
    np.testing.assert_allclose(model.class_prior_, 1 / 3)
