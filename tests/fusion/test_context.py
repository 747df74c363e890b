"""What fusions over the rows of a recording do."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.utils import estimator_checks

import mmsk
from mmsk import MultimodalClassifier
from mmsk.exceptions import AbsentColumnWarning, MissingViewWarning
from mmsk.fusion import (
    ContextFusionClassifier,
    ContextFusionRegressor,
    StackingFusionClassifier,
    VotingFusionClassifier,
)
from mmsk.fusion._context import around

RNG = np.random.default_rng(0)
FILM = np.repeat(np.arange(50), 6)
PLACE = np.tile(np.arange(6), 50)
MOOD = RNG.integers(0, 2, 50)[FILM]
TABLE = pd.DataFrame(
    {
        "a": MOOD + RNG.normal(scale=1.5, size=300),
        "b": MOOD + RNG.normal(scale=1.5, size=300),
        "film": [f"film {k}" for k in FILM],
        "place": PLACE,
    }
)
VIEWS = [("a", "passthrough", ["a"]), ("b", "passthrough", ["b"])]
FUSION = VotingFusionClassifier(VIEWS)
MODEL = ContextFusionClassifier(FUSION, "film", order="place")


def test_what_is_said_around_a_row_by_hand():
    said = np.array([[1.0], [2.0], [4.0], [8.0]])
    members, order = np.array([0, 0, 0, 1]), np.array([0.0, 1.0, 3.0, 0.0])
    found = around(said, members, order, half_life=1.0)
    np.testing.assert_allclose(found[:, 0], said[:, 0])
    near = [
        (0.5 * 2 + 0.125 * 4) / 1.625,
        (0.5 * 1 + 0.25 * 4) / 1.75,
        (0.125 + 0.5) / 1.375,
        0,
    ]
    np.testing.assert_allclose(found[:, 1], near)
    np.testing.assert_allclose(found[:, 2], [3, 2.5, 1.5, 0])


def test_a_row_whose_place_is_missing_is_far_from_all():
    said, members = np.array([[1.0], [2.0]]), np.zeros(2, dtype=int)
    found = around(said, members, np.array([np.nan, 1.0]), half_life=1.0)
    np.testing.assert_allclose(found, [[1, 0, 2], [2, 0, 1]])


def test_context_tells_what_a_row_alone_does_not():
    folds = {"cv": GroupKFold(5), "groups": FILM}
    alone = cross_val_score(FUSION, TABLE, MOOD, **folds).mean()
    assert cross_val_score(MODEL, TABLE, MOOD, **folds).mean() > alone + 0.08


def test_where_rows_of_a_group_have_nothing_in_common_context_does_no_harm():
    alone = RNG.permutation(300)
    table = TABLE.assign(film=TABLE["film"].to_numpy()[alone])
    folds = {"cv": GroupKFold(5), "groups": FILM[alone]}
    plain = cross_val_score(FUSION, table, MOOD, **folds).mean()
    assert cross_val_score(MODEL, table, MOOD, **folds).mean() > plain - 0.03


def test_neighbours_in_order_tell_more_than_far_ones():
    """A mood that drifts: what is near is alike, the film as a whole tells nothing."""
    rng = np.random.default_rng(1)
    start = rng.random((20, 1)) * 2 * np.pi
    mood = (np.sin(start + np.arange(30) * 2 * np.pi / 15) > 0).astype(int).ravel()
    table = pd.DataFrame(
        {"x": mood + rng.normal(size=600), "film": np.repeat(np.arange(20), 30)}
    )
    table["place"] = np.tile(np.arange(30), 20)
    folds = {"cv": GroupKFold(5), "groups": table["film"]}
    near, far = (
        cross_val_score(
            ContextFusionClassifier(
                LogisticRegression(), "film", order="place", half_life=half_life
            ),
            table,
            mood,
            **folds,
        ).mean()
        for half_life in (1.5, 1000.0)
    )
    assert near > far + 0.08


def test_order_is_told_by_the_column_not_by_the_table():
    model = MODEL.fit(TABLE, MOOD)
    shuffled = np.random.default_rng(2).permutation(300)
    found = model.predict_proba(TABLE.iloc[shuffled])
    np.testing.assert_allclose(found, model.predict_proba(TABLE)[shuffled])


def test_groups_do_not_hear_each_other():
    model = MODEL.fit(TABLE, MOOD)
    some = FILM < 3
    np.testing.assert_allclose(
        model.predict_proba(TABLE[some]), model.predict_proba(TABLE)[some]
    )


def test_groups_and_order_are_no_features_in_any_container():
    model = ContextFusionClassifier(LogisticRegression(), "film", order="place").fit(
        TABLE, MOOD
    )
    assert list(model.estimator_.feature_names_in_) == ["a", "b"]
    array = TABLE.assign(film=FILM)[["film", "a", "b", "place"]].to_numpy()
    other = ContextFusionClassifier(LogisticRegression(), 0, order=3).fit(array, MOOD)
    np.testing.assert_allclose(other.predict_proba(array), model.predict_proba(TABLE))


class _NoGroupTwice(LogisticRegression):
    fitted: list = []

    def fit(self, X, y, sample_weight=None, groups=None):
        _NoGroupTwice.fitted.append(set(groups))
        return super().fit(X, y, sample_weight)


def test_no_group_is_both_fitted_on_and_heard():
    _NoGroupTwice.fitted.clear()
    ContextFusionClassifier(_NoGroupTwice(), "film", order="place", cv=5).fit(TABLE, MOOD)
    *inner, last = _NoGroupTwice.fitted
    assert len(inner) == 5
    assert len(last) == 50
    for film in last:
        assert sum(film not in groups for groups in inner) == 1


def test_larger_groups_may_be_kept_whole():
    _NoGroupTwice.fitted.clear()
    model = ContextFusionClassifier(_NoGroupTwice(), "film", order="place", cv=5)
    model.fit(TABLE, MOOD, groups=FILM // 5)
    assert set().union(*_NoGroupTwice.fitted) == set(range(10))


def test_a_weight_is_heard_by_both_estimators():
    weight = np.where(MOOD == 1, 9.0, 1.0)
    plain, heavy = (
        MODEL.__sklearn_clone__().fit(TABLE, MOOD, sample_weight=w) for w in (None, weight)
    )
    assert (
        heavy.predict_proba(TABLE)[:, 1].mean() > plain.predict_proba(TABLE)[:, 1].mean() + 0.1
    )
    assert heavy.class_prior_[1] > plain.class_prior_[1]


def test_a_row_that_lacks_all_views_is_told_by_its_neighbours():
    model = MODEL.fit(TABLE, MOOD)
    lacking = TABLE.copy()
    lacking.loc[PLACE == 2, ["a", "b"]] = np.nan
    with pytest.warns(MissingViewWarning):
        found = model.predict(lacking)
    assert (found == MOOD)[PLACE == 2].mean() > 0.7


def test_a_row_alone_that_lacks_all_views_gets_the_prior_with_a_warning():
    model = MODEL.fit(TABLE, MOOD)
    row = TABLE.iloc[:1].assign(a=np.nan, b=np.nan, film=None)
    with pytest.warns(MissingViewWarning):
        np.testing.assert_allclose(model.predict_proba(row)[0], model.class_prior_)


def test_the_column_of_a_view_may_be_absent_but_not_that_of_the_groups():
    model = MODEL.fit(TABLE, MOOD)
    with pytest.warns(AbsentColumnWarning):
        found = model.predict_proba(TABLE.drop(columns="a"))
    np.testing.assert_allclose(found.sum(axis=1), 1)
    with pytest.raises(ValueError, match="groups='film' is no column of X"):
        model.predict(TABLE.drop(columns="film"))


def test_whole_tables_may_be_wrapped_and_kept_in_a_file(tmp_path):
    model = ContextFusionClassifier(MultimodalClassifier("voting"), "film", order="place")
    model.fit(TABLE, MOOD)
    mmsk.model_io.save_model(model, tmp_path / "model.skops")
    again = mmsk.model_io.load_model(tmp_path / "model.skops")
    np.testing.assert_array_equal(again.predict_proba(TABLE), model.predict_proba(TABLE))
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(model)).predict_proba(TABLE), model.predict_proba(TABLE)
    )


def test_a_context_may_be_a_view_of_another_fusion():
    view = ContextFusionClassifier(LogisticRegression(), "film", order="place")
    views = [("a", view, ["a", "film", "place"]), ("b", "passthrough", ["b"])]
    model = StackingFusionClassifier(views, cv=GroupKFold(4)).fit(TABLE, MOOD, groups=FILM)
    assert model.score(TABLE, MOOD) > FUSION.fit(TABLE, MOOD).score(TABLE, MOOD)


def test_of_more_classes_each_is_heard():
    mood = np.random.default_rng(3).integers(0, 3, 50)[FILM]
    table = TABLE.assign(
        a=(mood == 1) + RNG.normal(size=300), b=(mood == 2) + RNG.normal(size=300)
    )
    names = np.array(["bad", "fair", "good"])[mood]
    model = ContextFusionClassifier(FUSION, "film", order="place").fit(table, names)
    assert model.predict_proba(table).shape == (300, 3)
    assert model.score(table, names) > FUSION.fit(table, names).score(table, names) + 0.1


def test_numbers_are_predicted_in_context_too():
    level = np.random.default_rng(4).normal(size=50)[FILM]
    table = TABLE.assign(a=level + RNG.normal(size=300), b=RNG.normal(size=300))
    folds = {"cv": GroupKFold(5), "groups": FILM}
    alone = cross_val_score(LinearRegression(), table[["a", "b"]], level, **folds).mean()
    model = ContextFusionRegressor(LinearRegression(), "film", order="place")
    assert cross_val_score(model, table, level, **folds).mean() > alone + 0.15


def test_a_search_tunes_the_half_life_and_what_is_within():
    grid = {"half_life": [0.5, 2], "estimator__voting": ["log", "soft"]}
    search = GridSearchCV(MODEL, grid, cv=GroupKFold(3)).fit(TABLE, MOOD, groups=FILM)
    assert set(search.best_params_) == set(grid)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"groups": "movie"}, "groups='movie' is no column"),
        ({"order": "time"}, "order='time' is no column"),
        ({"half_life": 0}, "half_life"),
    ],
)
def test_wrong_settings_say_what_is_wrong(settings, message):
    model = ContextFusionClassifier(FUSION, "film").set_params(**settings)
    with pytest.raises(ValueError, match=message):
        model.fit(TABLE, MOOD)


#: Every row of the checks is a group of its own, named by its first column.
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": "copies of a row stand in several folds",
    "check_estimators_nan_inf": "the column made NaN or infinite is that of the groups, which "
    "may be missing",
    "check_classifiers_train": "asks for 83 % where the column of groups is half of what tells",
}


@pytest.mark.parametrize(
    "model",
    [ContextFusionClassifier(LogisticRegression(), 0), ContextFusionRegressor(Ridge(), 0)],
    ids=lambda model: type(model).__name__,
)
def test_it_passes_the_battery_of_scikit_learn(model):
    results = estimator_checks.check_estimator(
        model, expected_failed_checks=EXPECTED, on_fail=None, on_skip=None
    )
    unexpected = [r for r in results if r["status"] not in ("passed", "xfail", "skipped")]
    assert {r["check_name"]: r["exception"] for r in unexpected} == {}
    assert len(results) > 50


def test_a_frame_with_other_columns_is_refused():
    model = MODEL.fit(TABLE, MOOD)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(TABLE.rename(columns={"a": "other"}))


def test_one_group_only_is_refused():
    with pytest.raises(ValueError, match="all rows are of one group"):
        MODEL.fit(TABLE.assign(film="x"), MOOD)
