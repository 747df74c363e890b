"""What only the voting fusions do; the rest is in tests/test_common.py."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.compose import make_column_transformer
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mmsk.exceptions import DroppedViewWarning, FailedSamplesWarning, MissingViewWarning
from mmsk.fusion import VotingFusionClassifier, VotingFusionRegressor
from mmsk.fusion._voting_classifier import POOLS

from .toys import WordLength

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
Y = np.array(["a", "b", "c"])[np.digitize(X @ [1, 1, -1, 1], [-0.7, 0.7])]
Z = X @ [1, 2, 3, 4.0] + RNG.normal(size=60)
WORDS = pd.DataFrame(
    {
        "word": ["kite", None, "drummer", "aeiou", "bad", "xylophone"],
        "n": [1.0, 2.0, 8.0, 9.0, 1.5, 8.5],
    }
)
KINDS = ["s", "s", "l", "l", "s", "l"]


def _view(columns, estimator):
    picked = make_column_transformer(("passthrough", columns))
    return make_pipeline(picked, estimator)


@pytest.mark.parametrize("voting", ["soft", "hard"])
@pytest.mark.parametrize("weights", [None, [1, 3]])
def test_on_complete_data_soft_and_hard_are_scikit_learns(voting, weights):
    ours = VotingFusionClassifier(
        [("p", LogisticRegression(), [0, 1]), ("q", LogisticRegression(), [2, 3])],
        voting=voting,
        weights=weights,
    ).fit(X, Y)
    theirs = VotingClassifier(
        [
            ("p", _view([0, 1], LogisticRegression())),
            ("q", _view([2, 3], LogisticRegression())),
        ],
        voting=voting,
        weights=weights,
    ).fit(X, Y)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    if voting == "soft":
        np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X))


@pytest.mark.parametrize("weights", [None, [1, 3]])
def test_on_complete_data_the_regressor_is_scikit_learns(weights):
    ours = VotingFusionRegressor(
        [("p", LinearRegression(), [0, 1]), ("q", LinearRegression(), [2, 3])], weights=weights
    ).fit(X, Z)
    theirs = VotingRegressor(
        [("p", _view([0, 1], LinearRegression())), ("q", _view([2, 3], LinearRegression()))],
        weights=weights,
    ).fit(X, Z)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X))


def test_a_view_gone_wild_moves_the_mean_and_not_the_median():
    rng = np.random.default_rng(0)
    y = rng.normal(size=60)
    X = np.column_stack([y, y, y])
    views = [(name, LinearRegression(), [k]) for k, name in enumerate("abc")]
    wild = np.array([[0.5, 0.5, 900.0]])
    mean, median = (
        VotingFusionRegressor(views, voting=voting).fit(X, y).predict(wild)[0]
        for voting in ("mean", "median")
    )
    assert mean > 100
    assert median == pytest.approx(0.5)


@pytest.mark.parametrize("voting", ["log", "soft", "hard"])
def test_rows_that_lack_a_view_are_pooled_over_the_others(voting):
    views = [("p", LogisticRegression(), [0, 1]), ("q", LogisticRegression(), [2, 3])]
    fusion = VotingFusionClassifier(views, voting=voting).fit(X, Y)
    lacking = X.copy()
    lacking[:, 2:] = np.nan
    alone = fusion.views_[0][1]
    np.testing.assert_array_equal(fusion.predict(lacking), alone.predict(X[:, :2]))


@pytest.mark.parametrize("voting", list(POOLS))
def test_a_view_of_weight_zero_answers_rows_that_have_no_other(voting):
    views = [("p", LogisticRegression(), [0, 1]), ("q", LogisticRegression(), [2, 3])]
    fusion = VotingFusionClassifier(views, voting=voting, weights=[1, 0]).fit(X, Y)
    expected = fusion.predict(X)
    lacking = X.copy()
    lacking[::2, :2] = np.nan
    found = fusion.predict(lacking)
    np.testing.assert_array_equal(found[::2], fusion.views_[1][1].predict(X[::2, 2:]))
    np.testing.assert_array_equal(found[1::2], expected[1::2])


@pytest.mark.parametrize("voting", ["mean", "median"])
def test_a_regressor_of_weight_zero_answers_rows_that_have_no_other(voting):
    views = [("p", LinearRegression(), [0, 1]), ("q", LinearRegression(), [2, 3])]
    fusion = VotingFusionRegressor(views, voting=voting, weights=[1, 0]).fit(X, Z)
    lacking = X.copy()
    lacking[:, :2] = np.nan
    expected = fusion.views_[1][1].predict(X[:, 2:])
    np.testing.assert_allclose(fusion.predict(lacking), expected)


def test_a_row_that_has_nothing_gets_the_prior_with_a_warning():
    views = [("p", LogisticRegression(), [0, 1]), ("q", LogisticRegression(), [2, 3])]
    fusion = VotingFusionClassifier(views).fit(X, Y)
    with pytest.warns(MissingViewWarning, match=r"1 of 2 rows .* row 1\)"):
        found = fusion.predict_proba(np.vstack([X[0], np.full(4, np.nan)]))
    shares = np.unique(Y, return_counts=True)[1] / len(Y)
    np.testing.assert_allclose(found[1], shares)


def test_a_regressor_gives_the_mean_where_a_row_has_nothing():
    fusion = VotingFusionRegressor([("p", LinearRegression(), [0, 1])]).fit(X, Z)
    with pytest.warns(MissingViewWarning):
        found = fusion.predict(np.full((1, 4), np.nan))
    assert found[0] == pytest.approx(Z.mean())


def test_unreadable_sources_count_as_missing_views():
    views = [("word", WordLength(on_error="missing"), "word"), ("n", "passthrough", ["n"])]
    with pytest.warns(FailedSamplesWarning, match="1 samples in 6 rows"):
        fusion = VotingFusionClassifier(views).fit(WORDS, KINDS)
    assert [failure.row for failure in fusion.errors_] == [4]
    with pytest.warns(FailedSamplesWarning):
        assert fusion.score(WORDS, KINDS) == 1.0


def test_transformers_get_the_estimator_behind_them():
    views = [("word", WordLength(), "word"), ("n", StandardScaler(), ["n"])]
    rows = WORDS.drop(index=4)
    fusion = VotingFusionClassifier(views, estimator=KNeighborsClassifier(1))
    fusion.fit(rows, np.delete(KINDS, 4))
    assert isinstance(fusion.views_[0][1][-1], KNeighborsClassifier)
    assert fusion.predict_proba(rows).shape == (5, 2)


def test_a_view_of_one_class_is_left_out_with_a_warning():
    table = WORDS.assign(word=["kite", "tin", None, None, "drum", None])
    views = [("word", WordLength(), "word"), ("n", "passthrough", ["n"])]
    with pytest.warns(DroppedViewWarning, match="'word' has one class only"):
        fusion = VotingFusionClassifier(views).fit(table, KINDS)
    assert fusion.predict(table).tolist() == KINDS


def test_a_view_whose_rows_lack_a_class_leaves_that_class_its_prior():
    lacking = X.copy()
    lacking[Y == "c", :2] = np.nan
    views = [("p", LogisticRegression(), [0, 1]), ("q", LogisticRegression(), [2, 3])]
    fusion = VotingFusionClassifier(views, voting="soft").fit(lacking, Y)
    only_first = X.copy()
    only_first[:, 2:] = np.nan
    np.testing.assert_allclose(fusion.predict_proba(only_first)[:, 2], (Y == "c").mean())


def test_weights_reach_every_view_as_repeated_rows_do():
    views = [("p", "passthrough", [0, 1]), ("q", LogisticRegression(), [2, 3])]
    weights = RNG.integers(1, 4, size=60)
    weighted = VotingFusionClassifier(views).fit(X, Y, sample_weight=weights)
    repeated = VotingFusionClassifier(views).fit(
        np.repeat(X, weights, axis=0), np.repeat(Y, weights)
    )
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-3)


def test_weights_reach_the_views_with_metadata_routing_on():
    fusion = VotingFusionClassifier([("p", LogisticRegression(), [0, 1])])
    expected = fusion.fit(X, Y, sample_weight=np.arange(60.0)).predict_proba(X)
    with sklearn.config_context(enable_metadata_routing=True):
        found = fusion.fit(X, Y, sample_weight=np.arange(60.0)).predict_proba(X)
    np.testing.assert_allclose(found, expected)


def test_weights_for_a_classifier_that_takes_none_name_it():
    fusion = VotingFusionClassifier([("p", KNeighborsClassifier(), [0, 1])])
    with pytest.raises(ValueError, match="KNeighborsClassifier takes no sample_weight"):
        fusion.fit(X, Y, sample_weight=np.ones(60))


def test_groups_are_requested_by_default():
    request = VotingFusionClassifier([]).get_metadata_routing().fit.requests
    assert request["groups"] is True


def test_a_grid_search_tunes_the_voting_and_a_parameter_of_a_view():
    views = [("p", LogisticRegression(), [0, 1]), ("q", LogisticRegression(), [2, 3])]
    grid = {"voting": ["log", "soft", "hard"], "p__C": [0.1, 1]}
    search = GridSearchCV(VotingFusionClassifier(views), grid, cv=3).fit(X, Y)
    assert set(search.best_params_) == {"voting", "p__C"}


def test_pooling_beats_each_view_alone_where_both_hold_half_of_the_signal():
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 400)
    views = rng.normal(size=(400, 4)) + 0.6 * y[:, None]
    left, right = [("p", LogisticRegression(), [0, 1])], [("q", LogisticRegression(), [2, 3])]
    score = [
        cross_val_score(VotingFusionClassifier(some), views, y, cv=5).mean()
        for some in (left, right, left + right)
    ]
    assert score[2] > max(score[:2])


def test_hard_voting_has_no_probabilities():
    assert not hasattr(VotingFusionClassifier([], voting="hard"), "predict_proba")


@pytest.mark.parametrize("weights", [[1], [1, -1], [0, 0]])
def test_weights_that_do_not_fit_the_views_are_refused(weights):
    views = [("p", LogisticRegression(), [0]), ("q", LogisticRegression(), [1])]
    with pytest.raises(ValueError, match="2 non-negative numbers"):
        VotingFusionClassifier(views, weights=weights).fit(X, Y)


def test_a_regressor_is_no_view_of_a_classifier():
    fusion = VotingFusionClassifier([("p", LinearRegression(), [0])])
    with pytest.raises(TypeError, match="must be a classifier or a transformer"):
        fusion.fit(X, Y)


def test_a_classifier_without_probabilities_says_what_to_do():
    with pytest.raises(TypeError, match="CalibratedClassifierCV"):
        VotingFusionClassifier([("p", RidgeClassifier(), [0])]).fit(X, Y)


def test_one_class_only_is_refused():
    with pytest.raises(ValueError, match="one class only"):
        VotingFusionClassifier([("p", LogisticRegression(), [0])]).fit(X, ["a"] * 60)


def test_a_class_of_weight_zero_is_never_predicted():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 30)
    many = rng.normal(size=(90, 6)) + y[:, None]
    views = [(name, LogisticRegression(), [k]) for k, name in enumerate("abcdef")]
    fusion = VotingFusionClassifier(views).fit(many, y, sample_weight=(y != 2).astype(float))
    assert fusion.predict_proba(many)[:, 2].max() < 1e-6


@pytest.mark.parametrize("column", [0, np.int64(0), lambda X: 0])
def test_passthrough_takes_a_single_column(column):
    fusion = VotingFusionClassifier([("v", "passthrough", column)]).fit(X, Y)
    expected = VotingFusionClassifier([("v", "passthrough", [0])]).fit(X, Y)
    np.testing.assert_array_equal(fusion.predict(X), expected.predict(X))


def test_weights_reach_a_pipeline_put_behind_the_views():
    inner = make_pipeline(StandardScaler(), LogisticRegression())
    fusion = VotingFusionClassifier([("p", "passthrough", [0, 1])], estimator=inner)
    weights = RNG.integers(1, 4, size=60)
    weighted = fusion.fit(X, Y, sample_weight=weights).predict_proba(X)
    repeated = fusion.fit(np.repeat(X, weights, axis=0), np.repeat(Y, weights))
    np.testing.assert_allclose(weighted, repeated.predict_proba(X), atol=1e-3)


def test_groups_reach_a_search_within_a_view():
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=GroupKFold(3))
    fusion = VotingFusionClassifier([("p", search, [0, 1])])
    assert fusion.fit(X, Y, groups=np.arange(60) // 4).predict(X).shape == (60,)


def test_views_of_one_class_only_are_told_from_views_of_no_rows():
    lacking = X.copy()
    lacking[Y != "a", 0] = np.nan
    with pytest.warns(DroppedViewWarning), pytest.raises(ValueError, match="one class only"):
        VotingFusionClassifier([("p", LogisticRegression(), [0])]).fit(lacking, Y)


@pytest.mark.parametrize(
    "make",
    [
        lambda y: np.array(y, dtype=object),
        tuple,
        lambda y: pd.DataFrame({"y": y}),
        lambda y: pd.Series(y, dtype="category"),
    ],
)
def test_missing_labels_are_named_by_row_in_any_container(make):
    with pytest.raises(ValueError, match=r"rows, the first \[1\]"):
        VotingFusionClassifier([("p", LogisticRegression(), [0])]).fit(
            X[:4], make(["a", None, "b", "a"])
        )


def test_bools_in_an_object_column_are_labels():
    fusion = VotingFusionClassifier([("p", LogisticRegression(), [0])])
    fusion.fit(X, pd.Series([True, False] * 30, dtype=object))
    assert fusion.classes_.tolist() == [False, True]
