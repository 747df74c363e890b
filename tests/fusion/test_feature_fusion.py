"""What only FeatureFusion does; the rest is in tests/test_common.py."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.base import BaseEstimator, clone
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mmsk.exceptions import DroppedViewWarning, FailedSamplesWarning, MissingViewWarning
from mmsk.fusion import BlockScaler, FeatureFusion
from mmsk.text import TfidfVectorizer

from .toys import WordLength

TABLE = pd.DataFrame(
    {
        "word": ["kite", "tin", None, "drummer"],
        "note": ["a red kite", None, "a tin drum", "red wine"],
        "a": [1.0, 2.0, 3.0, 4.0],
        "b": [5.0, 7.0, np.nan, 8.0],
    }
)
VIEWS = [("word", WordLength(), "word"), ("numbers", "passthrough", ["a"])]


def test_on_complete_data_it_is_a_column_transformer_of_scaled_blocks():
    X = np.random.default_rng(0).normal(size=(30, 5))
    views = [("left", PCA(2), slice(0, 3)), ("right", "passthrough", [3, 4])]
    fused = FeatureFusion(views).fit_transform(X)
    expected = ColumnTransformer(
        [
            ("left", make_pipeline(PCA(2), BlockScaler()), slice(0, 3)),
            ("right", BlockScaler(), [3, 4]),
        ]
    ).fit_transform(X)
    np.testing.assert_allclose(fused, expected, rtol=1e-5)


def test_a_row_that_lacks_a_view_has_zeros_there_and_a_mark():
    fusion = FeatureFusion(VIEWS)
    fused = fusion.fit_transform(TABLE)
    names = list(fusion.get_feature_names_out())
    assert names == ["word__length", "word__vowels", "numbers__a", "word__missing"]
    np.testing.assert_array_equal(fused[:, 3], [0, 0, 1, 0])
    np.testing.assert_array_equal(fused[2, :2], 0)


def test_with_nan_a_row_that_lacks_a_view_has_nan_there_and_no_mark():
    fused = FeatureFusion(VIEWS, missing="nan").fit_transform(TABLE)
    assert fused.shape == (4, 3)
    np.testing.assert_array_equal(np.isnan(fused[:, 0]), [False, False, True, False])


def test_the_scale_is_learned_from_the_rows_that_have_the_view():
    fused = FeatureFusion(VIEWS).fit_transform(TABLE)
    present = [0, 1, 3]
    expected = BlockScaler().fit_transform(WordLength().fit_transform(TABLE["word"][present]))
    np.testing.assert_allclose(fused[present, :2], expected, rtol=1e-5)


def test_steps_behind_an_extractor_never_meet_a_missing_or_unreadable_sample():
    table = pd.DataFrame({"word": ["kite", "bad", None, "drum", "violin"]})
    view = make_pipeline(WordLength(on_error="missing"), StandardScaler(), PCA(1))
    fusion = FeatureFusion([("word", view, "word")])
    with pytest.warns(FailedSamplesWarning, match="1 samples in 5 rows"):
        fused = fusion.fit_transform(table)
    np.testing.assert_array_equal(fused[:, -1], [0, 1, 1, 0, 0])
    assert [(failure.row, failure.source) for failure in fusion.errors_] == [(1, "'bad'")]


def test_transform_with_errors_gives_the_rows_of_the_table():
    fusion = FeatureFusion([("word", WordLength(on_error="missing"), "word")])
    fusion.fit(pd.DataFrame({"word": ["kite", "tin"]}))
    features, errors = fusion.transform_with_errors(pd.DataFrame({"word": [None, "x", "bad"]}))
    assert features.shape == (3, 2)
    assert [error.row for error in errors] == [2]


def test_an_unreadable_source_names_row_source_and_view():
    with pytest.raises(ValueError, match="damaged") as info:
        FeatureFusion([("w", WordLength(), "word")]).fit(pd.DataFrame({"word": ["a", "bad"]}))
    assert info.value.__notes__ == ["WordLength: row 1, source 'bad'", "in view 'w'"]


def test_each_source_is_read_once_by_fit_transform():
    WordLength.read.clear()
    FeatureFusion(VIEWS).fit_transform(TABLE)
    assert sorted(WordLength.read) == ["drummer", "kite", "tin"]


def test_fit_then_transform_equals_fit_transform():
    fusion = FeatureFusion([*VIEWS, ("note", TfidfVectorizer(), "note")])
    together = fusion.fit_transform(TABLE)
    np.testing.assert_allclose(fusion.transform(TABLE), together, rtol=1e-6)


def test_blocks_say_where_each_view_stands():
    fusion = FeatureFusion(VIEWS).fit(TABLE)
    assert fusion.blocks_ == {"word": slice(0, 2), "numbers": slice(2, 3)}


def test_wide_sparse_text_keeps_the_result_sparse():
    notes = [" ".join(f"w{i * 40 + k}" for k in range(40)) for i in range(20)]
    table = pd.DataFrame({"note": notes, "size": np.arange(20.0)})
    views = [("note", TfidfVectorizer(), "note"), ("size", "passthrough", ["size"])]
    fused = FeatureFusion(views).fit_transform(table)
    assert sparse.issparse(fused)
    assert fused.dtype == np.float32


def test_sparse_text_beside_a_dense_block_becomes_dense_and_narrow():
    notes = [" ".join(f"w{i * 40 + k}" for k in range(40)) for i in range(20)]
    table = pd.DataFrame({"note": notes})
    fused = FeatureFusion(
        [("note", TfidfVectorizer(), "note")], sparse_threshold=0
    ).fit_transform(table)
    assert isinstance(fused, np.ndarray)
    assert fused.shape == (20, 19)


def test_columns_may_be_names_positions_slices_masks_and_callables():
    X = np.arange(12.0).reshape(4, 3)
    for columns in ([0, 1], slice(0, 2), [True, True, False], lambda X: [0, 1]):
        fusion = FeatureFusion([("v", "passthrough", columns)], scaler=None)
        np.testing.assert_array_equal(fusion.fit_transform(X), X[:, :2])


def test_a_dropped_view_is_no_view():
    fusion = FeatureFusion([*VIEWS, ("b", "drop", ["b"])]).fit(TABLE)
    assert [name for name, _, _ in fusion.views_] == ["word", "numbers"]


def test_a_view_that_no_row_has_is_left_out_with_a_warning():
    table = TABLE.assign(word=[None] * 4)
    with pytest.warns(DroppedViewWarning, match="word"):
        fusion = FeatureFusion(VIEWS).fit(table)
    assert [name for name, _, _ in fusion.views_] == ["numbers"]


def test_a_view_absent_from_all_rows_of_transform_is_zeros():
    fusion = FeatureFusion(VIEWS).fit(TABLE)
    fused = fusion.transform(TABLE.assign(word=[None] * 4))
    np.testing.assert_array_equal(fused[:, :2], 0)
    np.testing.assert_array_equal(fused[:, 3], 1)


def test_the_word_missing_in_a_text_does_not_double_a_name():
    table = pd.DataFrame({"note": ["a missing cat", None, "a cat"]})
    fusion = FeatureFusion([("note", TfidfVectorizer(), "note")]).fit(table)
    names = fusion.get_feature_names_out()
    assert len(set(names)) == len(names)


def test_nested_parameters_reach_views_and_views_can_be_replaced():
    fusion = clone(FeatureFusion(VIEWS))
    fusion.set_params(word__on_error="missing", numbers="drop")
    assert fusion.get_params()["word__on_error"] == "missing"
    assert VIEWS[0][1].on_error == "raise"
    assert fusion.views[1][1] == "drop"


def test_a_grid_search_tunes_a_parameter_of_a_view():
    X = np.random.default_rng(0).normal(size=(40, 6))
    y = (X[:, 0] > 0).astype(int)
    model = make_pipeline(FeatureFusion([("v", PCA(), slice(0, 6))]), LogisticRegression())
    search = GridSearchCV(model, {"featurefusion__v__n_components": [1, 6]}, cv=3).fit(X, y)
    assert search.best_params_ == {"featurefusion__v__n_components": 6}


def test_a_booster_takes_the_nan():
    model = make_pipeline(FeatureFusion(VIEWS, missing="nan"), HistGradientBoostingClassifier())
    assert model.fit(TABLE, [0, 1, 0, 1]).predict(TABLE).shape == (4,)


def test_pandas_and_polars_give_the_same():
    expected = FeatureFusion(VIEWS).fit_transform(TABLE)
    frame = pl.DataFrame({"word": ["kite", "tin", None, "drummer"], "a": [1.0, 2, 3, 4]})
    np.testing.assert_array_equal(FeatureFusion(VIEWS).fit_transform(frame), expected)


def test_set_output_keeps_the_index_and_names():
    table = TABLE.set_index(pd.Index(list("wxyz")))
    frame = FeatureFusion(VIEWS).set_output(transform="pandas").fit_transform(table)
    assert list(frame.index) == list("wxyz")
    assert frame.columns[0] == "word__length"


@pytest.mark.parametrize(
    ("views", "error", "message"),
    [
        ([], ValueError, "has no views"),
        ([("a", "drop", [0])], ValueError, "has no views"),
        ([("a", PCA())], ValueError, "triples"),
        ([("a", PCA(), [0]), ("a", PCA(), [1])], ValueError, "not unique"),
        ([("a__b", PCA(), [0])], ValueError, "__"),
        ([("a", 3, [0])], TypeError, "must be an estimator"),
        ([("a", PCA, [0])], TypeError, "must be an estimator"),
        ([(1, PCA(), [0])], TypeError, "must be strings"),
        ("abc", ValueError, "'views' parameter"),
        ([("a", PCA(), "word")], ValueError, "names a column"),
    ],
)
def test_badly_formed_views_say_what_is_wrong(views, error, message):
    with pytest.raises(error, match=message):
        FeatureFusion(views).fit(np.eye(3))


def test_a_dict_of_arrays_is_refused_with_the_remedy():
    with pytest.raises(TypeError, match="DataFrame"):
        FeatureFusion(VIEWS).fit({"word": ["a"], "a": [1.0]})


def test_a_blank_path_is_a_row_that_lacks_the_view():
    fused = FeatureFusion([("w", WordLength(), "w")]).fit_transform(
        pd.DataFrame({"w": ["kite", " ", "oak"]})
    )
    np.testing.assert_array_equal(fused[1], [0, 0, 1])


def test_an_unreadable_source_behind_missing_ones_is_named_by_its_row_in_the_table():
    table = pd.DataFrame({"w": [None, None, "kite", "bad"]})
    with pytest.raises(ValueError, match="damaged") as info:
        FeatureFusion([("w", WordLength(), "w")]).fit(table)
    assert info.value.__notes__[0] == "WordLength: row 3, source 'bad'"


def test_an_error_behind_missing_rows_says_that_it_counts_only_the_others():
    table = pd.DataFrame({"note": [None, "a kite"], "n": [1.0, 2.0]})
    view = make_pipeline(TfidfVectorizer(sparse_output=False), PCA(5))
    with pytest.raises(ValueError, match="n_components") as info:
        FeatureFusion([("note", view, "note")]).fit(table)
    assert "among the 1 of 2" in info.value.__notes__[0]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_a_selection_of_no_columns_is_a_view_that_no_row_has(make):
    views = [("none", "passthrough", lambda X: []), ("a", "passthrough", ["a"])]
    with pytest.warns(DroppedViewWarning, match="none"):
        fused = FeatureFusion(views).fit_transform(make({"a": [1.0, 2.0]}))
    assert fused.shape == (2, 1)


@pytest.mark.parametrize("column", [0, -2, np.int64(0), "a", lambda X: 0])
@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_passthrough_takes_a_single_column(make, column):
    fusion = FeatureFusion([("v", "passthrough", column)], scaler=None)
    table = make({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    np.testing.assert_array_equal(fusion.fit(table).transform(table), [[1], [2]])
    assert list(fusion.get_feature_names_out()) == ["v__a"]


def test_a_callable_selects_columns_once_in_fit():
    views = [("v", "passthrough", make_column_selector(dtype_include="float64"))]
    fusion = FeatureFusion(views).fit(TABLE[["a", "b"]])
    assert fusion.transform(TABLE[["a", "b"]].astype({"b": object})).shape == (4, 2)


def test_fit_warns_of_unreadable_sources_as_fit_transform_does():
    with pytest.warns(FailedSamplesWarning, match="1 samples in 2 rows"):
        FeatureFusion([("w", WordLength(on_error="missing"), "w")]).fit(
            pd.DataFrame({"w": ["kite", "bad"]})
        )


@pytest.mark.parametrize("maker", ["pandas", "polars"])
def test_sparse_views_work_where_frames_are_asked_for_globally(maker):
    fusion = FeatureFusion([("note", TfidfVectorizer(), "note")], sparse_threshold=0)
    with config_context(transform_output=maker):
        frame = fusion.fit_transform(TABLE)
    assert type(frame).__module__.startswith(maker)


def test_a_transformer_without_fit_transform_is_a_view():
    class Plain(BaseEstimator):
        def fit(self, X, y=None):
            return self

        def transform(self, X):
            return X

    assert FeatureFusion([("v", Plain(), [0])]).fit_transform(np.eye(3)).shape == (3, 1)


def test_a_predictor_is_no_view_of_features():
    with pytest.raises(TypeError, match="must be a transformer"):
        FeatureFusion([("v", LogisticRegression(), [0])]).fit(np.eye(3), [0, 1, 0])


@pytest.mark.parametrize("missing", ["zero", "nan"])
def test_modality_dropout_hides_a_share_of_each_view_in_fit_only(missing):
    numbers = np.random.default_rng(0).normal(size=(500, 4))
    views = [("a", "passthrough", [0, 1]), ("b", "passthrough", [2, 3])]
    dropping = {"modality_dropout": 0.3, "random_state": 0, "missing": missing}
    fusion = FeatureFusion(views, **dropping)
    trained = fusion.fit_transform(numbers)
    complete = FeatureFusion(views, missing=missing).fit_transform(numbers)
    absent = np.nan_to_num(trained[:, [0, 2]]) == 0
    np.testing.assert_allclose(absent.mean(axis=0), 0.3, atol=0.06)
    assert not absent.all(axis=1).any(), "a row was left with nothing"
    kept = ~np.repeat(absent, 2, axis=1)
    np.testing.assert_array_equal(trained[:, :4][kept], complete[kept])
    assert fusion.indicators_ == (["a", "b"] if missing == "zero" else [])
    np.testing.assert_array_equal(fusion.transform(numbers)[:, :4], complete)
    again = FeatureFusion(views, **dropping).fit_transform(numbers)
    np.testing.assert_array_equal(again, trained)


def test_modality_dropout_makes_up_for_a_view_that_is_lost_later():
    rng = np.random.default_rng(0)
    y = np.arange(400) % 2
    strong, weak = y + 0.1 * rng.normal(size=400), y + 0.5 * rng.normal(size=400)
    train = np.column_stack([strong, weak])
    lost = train.copy()
    lost[:, 0] = np.nan
    views = [("strong", "passthrough", [0]), ("weak", "passthrough", [1])]

    def loss(**params):
        model = make_pipeline(FeatureFusion(views, **params), LogisticRegression())
        return log_loss(y, model.fit(train, y).predict_proba(lost))

    assert loss(modality_dropout=0.3, random_state=0) < 0.9 * loss()


NUMBERS = np.random.default_rng(0).normal(size=(60, 5))
HALVES = [("left", "passthrough", [0, 1]), ("right", "passthrough", [2, 3, 4])]


@pytest.mark.parametrize("weights", [{"right": 2.0}, [1.0, 2.0]])
def test_a_weight_multiplies_the_scaled_block_in_fit_and_after(weights):
    plain, heavy = FeatureFusion(HALVES), FeatureFusion(HALVES, weights=weights)
    expected = plain.fit_transform(NUMBERS) * [1, 1, 2, 2, 2]
    np.testing.assert_allclose(heavy.fit_transform(NUMBERS), expected, rtol=1e-6)
    np.testing.assert_allclose(heavy.transform(NUMBERS), expected, rtol=1e-6)


def test_a_search_tunes_the_weights_by_name():
    y = NUMBERS[:, 0] > 0
    noise = np.random.default_rng(1).normal(size=(60, 40))
    X = np.hstack([NUMBERS[:, :2], noise])
    views = [("signal", "passthrough", [0, 1]), ("noise", "passthrough", slice(2, None))]
    model = make_pipeline(FeatureFusion(views), LogisticRegression(C=10))
    grid = {"featurefusion__weights": [{"noise": weight} for weight in (0, 1, 4)]}
    search = GridSearchCV(model, grid, cv=3, scoring="neg_log_loss").fit(X, y)
    assert search.best_params_["featurefusion__weights"] == {"noise": 0}


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"middle": 1}, r"weights names the views \['middle'\]"),
        ([1], "weights must be 2 numbers"),
        ({"left": -1}, "at least 0"),
        ([np.inf, 1], "finite"),
    ],
)
def test_weights_that_do_not_fit_the_views_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        FeatureFusion(HALVES, weights=weights).fit(NUMBERS)


def test_a_row_that_has_none_of_the_views_is_told():
    fusion = FeatureFusion(HALVES).fit(NUMBERS)
    with pytest.warns(MissingViewWarning, match="their features are those of a row that holds"):
        found = fusion.transform(np.full((1, 5), np.nan))
    assert not found.any()


def test_a_weighed_sparse_block_stays_sparse():
    table = pd.DataFrame({"note": [f"word{k} word{k // 2}" for k in range(40)]})
    fusion = FeatureFusion([("note", TfidfVectorizer(), "note")], weights={"note": 3})
    assert sparse.issparse(fusion.fit_transform(table))
