"""Tables as they come: each awkward one has one defined result."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image
from sklearn.model_selection import cross_val_score

from mmsk import MultimodalClassifier, MultimodalEncoder, MultimodalRegressor
from mmsk.exceptions import DroppedColumnWarning, DroppedViewWarning, MissingViewWarning
from mmsk.modalities import MODALITIES

N = 24
ROWS = np.arange(N)
Y = np.array(["even", "odd"] * (N // 2))
SIZE = ROWS % 2 + np.linspace(0, 0.5, N)
SMILEYS = ["🙂🙂 !", "?! ..."]
both = pytest.mark.parametrize("fusion", ["early", "voting"])


def alternating(even, odd, ending="{}"):
    """Cells of two kinds, all different."""
    return [(odd if row % 2 else even) + ending.format(row) for row in ROWS]


def score(fusion, table, y=Y, **params):
    """Of the last third, by a model of the rest."""
    return fitted(fusion, table[:16], y[:16], **params).score(table[16:], y[16:])


def fitted(fusion, table, y=Y, **params):
    return MultimodalClassifier(fusion, **params).fit(table, y)


def modalities_of(model):
    return {name: view["modality"] for name, view in model.views_.items()}


@pytest.fixture
def pictures(tmp_path):
    """Dark and bright halves, upright or lying."""
    rng = np.random.default_rng(0)
    for row in ROWS:
        upright = np.repeat([[0, 150]], 16, axis=0).repeat(8, axis=1)
        picture = (upright if row % 2 else upright.T) + rng.integers(0, 40, (16, 16))
        Image.fromarray(picture.astype(np.uint8)).save(tmp_path / f"{row}.png")
    return tmp_path


# Text


@both
@pytest.mark.parametrize(
    ("even", "odd"),
    [
        ("子猫がとても元気に魚を食べている", "急行電車が新しい駅を出発する"),
        ("小猫今天在河边吃了很多的鱼", "火车从北京的新车站出发了"),
    ],
    ids=["Japanese", "Chinese"],
)
def test_scripts_without_blanks_are_learned_by_pieces_of_words(fusion, even, odd):
    # no two cells share a word, since a row is one word
    table = pd.DataFrame({"note": alternating(even, odd, "第{}番目の記録")})
    model = fitted(fusion, table[:16], Y[:16], modalities={"note": "text"})
    assert model.score(table[16:], Y[16:]) == 1.0


@both
def test_labels_may_be_of_any_script(fusion):
    y = np.where(ROWS % 2, "電車", "猫")
    table = pd.DataFrame({"size": SIZE})
    np.testing.assert_array_equal(fitted(fusion, table, y).predict(table), y)


@both
def test_texts_of_nothing_but_signs_are_learned(fusion):
    table = pd.DataFrame({"note": [SMILEYS[row % 2] + "!" * row for row in ROWS]})
    assert modalities_of(fitted(fusion, table)) == {"note": "text"}
    assert score(fusion, table) == 1.0


def test_signs_beside_words_make_no_words():
    words = MODALITIES["text"].features(9, "raise")[0].transformer_list[0][1]
    words.fit(["a kite, (red)! 🙂 ..."])
    assert set(words.vocabulary_) >= {"kite", "red", "🙂", "..."}
    assert not {"kite,", ",", "!", "(red)!"} & set(words.vocabulary_)


@both
@pytest.mark.parametrize("blank", ["", "  \n"])
def test_blank_texts_asked_for_are_left_out_with_a_warning(fusion, blank):
    table = pd.DataFrame({"note": [blank] * N, "size": SIZE})
    roles = {"note": "text", "size": "tabular"}
    with pytest.warns(DroppedViewWarning, match="note"):
        model = fitted(fusion, table, modalities=roles)
    assert model.score(table, Y) == 1.0


@both
def test_a_fold_of_blank_texts_does_not_end_a_search(fusion):
    note = np.where(ROWS < 16, "", alternating("a red kite ", "the tin drum "))
    table = pd.DataFrame({"note": note, "size": SIZE})
    model = MultimodalClassifier(fusion, {"note": "text", "size": "tabular"})
    folds = [(ROWS[:16], ROWS[16:]), (ROWS[16:], ROWS[:16])]
    with pytest.warns(DroppedViewWarning, match="note"):
        scores = cross_val_score(model, table, Y, cv=folds, error_score="raise")
    assert scores.min() > 0.8


@pytest.mark.filterwarnings("ignore::mmsk.exceptions.DroppedViewWarning")
@pytest.mark.parametrize("fusion", ["early", "voting", "stacking"])
def test_nothing_but_blank_texts_is_an_error(fusion):
    table = pd.DataFrame({"note": ["", " "] * 12})
    with pytest.raises(ValueError, match=r"learn(ed)? from"):
        fitted(fusion, table, modalities={"note": "text"})


# Media


@both
def test_each_column_of_pictures_is_a_view_of_its_own(fusion, pictures):
    table = pd.DataFrame(
        {
            "front": [f"{row}.png" for row in ROWS],
            "back": [f"{(row + 2) % N}.png" if row % 5 else None for row in ROWS],
        }
    )
    model = fitted(fusion, table, root=pictures)
    assert modalities_of(model) == {"front": "image", "back": "image"}
    assert score(fusion, table, root=pictures) == 1.0


@both
def test_lists_of_pictures_in_cells_are_found_and_pooled(fusion, pictures):
    lists = [[f"{row}.png", f"{(row + 2) % N}.png"][: 1 + row % 3] for row in ROWS]
    lists[5] = []  # no picture at all
    table = pd.DataFrame({"photos": pd.Series(lists, dtype=object), "size": SIZE})
    model = fitted(fusion, table, root=pictures)
    assert modalities_of(model)["photos"] == "image"
    assert model.score(table, Y) == 1.0


# Numbers, dates and categories


@both
@pytest.mark.parametrize(
    "cells",
    [
        [f"{size:.3f}" for size in SIZE],
        [f" {size:e} " for size in SIZE],
        [datetime.datetime(2020 + row % 2, 1, 1 + row, 12) for row in ROWS],
        [datetime.date(2020 + row % 2, 1, 1 + row) for row in ROWS],
        [datetime.date(2020 + row % 2, 1, 1 + row).isoformat() for row in ROWS],
        [f"{2020 + row % 2}-01-01T00:{row:02d}:00+09:00" for row in ROWS],
        list(pd.date_range("2020", periods=N, freq="D") + (ROWS % 2) * pd.Timedelta("365D")),
        [datetime.timedelta(days=int(row % 2), minutes=int(row)) for row in ROWS],
    ],
    ids="decimals scientific datetimes days iso_days iso_zoned pandas spans".split(),
)
def test_numbers_and_dates_also_written_as_text_are_quantities(fusion, cells):
    for table in (pd.DataFrame({"value": cells}), pl.DataFrame({"value": cells})):
        model = fitted(fusion, table)
        assert modalities_of(model) == {"tabular": "tabular"}
        assert model.score(table, Y) == 1.0


def test_a_column_of_10000_levels_stays_narrow():
    table = pd.DataFrame(
        {
            "size": np.arange(20_000) % 2.0,
            "level": [f"level {k % 10_000}" for k in range(20_000)],
        }
    )
    features = MultimodalEncoder().fit_transform(table)
    assert features.shape == (20_000, 1 + 30)


@both
@pytest.mark.parametrize("constant", [1.0, "x", "the very same words everywhere"])
def test_constant_columns_do_no_harm(fusion, constant):
    table = pd.DataFrame({"size": SIZE, "constant": constant})
    assert score(fusion, table) == 1.0


@both
def test_constant_columns_alone_give_the_prior(fusion):
    table = pd.DataFrame({"constant": [1.0] * N})
    probabilities = fitted(fusion, table).predict_proba(table)
    np.testing.assert_allclose(probabilities, 0.5, atol=1e-6)


# Columns that are left out


@both
@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([f"IMG_{row:04d}.dat" for row in ROWS], "another identifier"),
        ([f"user-{row * 7919 % 997}" for row in ROWS], "another identifier"),
        ([f"{row:08x}-41d4-a716" for row in ROWS], "another identifier"),
        ([f"my scans/sheet {row}.dat" for row in ROWS], r"names another file.*\.dat"),
        ([f"{letter}.docx" for letter in "abcdefghijklmnopqrstuvwx"], r"file.*\.docx"),
        ([None] * N, "all 24 cells are missing"),
        ([""] * N, "all 24 cells are missing"),
        ([float("nan")] * N, "all 24 cells are missing"),
    ],
    ids="names ids hashes paths words none blank nan".split(),
)
def test_columns_of_no_use_are_left_out_with_the_reason(fusion, cells, reason):
    table = pd.DataFrame({"size": SIZE, "useless": cells})
    with pytest.warns(DroppedColumnWarning, match=f"'useless': .*{reason}"):
        model = fitted(fusion, table)
    assert list(model.dropped_) == ["useless"]
    np.testing.assert_allclose(
        model.predict_proba(table),
        fitted(fusion, table[["size"]]).predict_proba(table[["size"]]),
    )


def test_sentences_that_end_in_full_stops_are_no_file_names():
    table = pd.DataFrame({"note": alternating("a red kite ", "the tin drum ", "no {}.")})
    assert modalities_of(fitted("early", table)) == {"note": "text"}


@both
def test_a_column_missing_in_one_fold_only_is_left_out_there(fusion):
    table = pd.DataFrame({"extra": np.where(ROWS < 16, np.nan, SIZE), "size": SIZE})
    folds = [(ROWS[:16], ROWS[16:]), (ROWS[16:], ROWS[:16])]
    model = MultimodalClassifier(fusion)
    with pytest.warns(DroppedColumnWarning, match="'extra': all 16 cells are missing"):
        scores = cross_val_score(model, table, Y, cv=folds, error_score="raise")
    assert scores.min() > 0.8


@both
@pytest.mark.parametrize("lacking", ["note", "size"])
def test_a_column_may_be_missing_altogether_in_new_rows(fusion, lacking):
    note = alternating("a red kite ", "the tin drum ")
    table = pd.DataFrame({"note": note, "size": SIZE})
    model = fitted(fusion, table)
    for nothing in (None, np.nan, pd.NA):
        assert model.score(table.assign(**{lacking: nothing}), Y) == 1.0


@both
def test_columns_of_one_name_are_refused(fusion):
    table = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], columns=["a", "a"])
    with pytest.raises(ValueError, match="'a'"):
        fitted(fusion, table, [0, 1])


# Labels and targets


@both
@pytest.mark.parametrize("gap", [None, np.nan, pd.NA], ids=str)
def test_gaps_in_labels_are_refused_with_their_rows(fusion, gap):
    y = pd.Series([gap if row == 3 else label for row, label in enumerate(Y)], dtype=object)
    with pytest.raises(ValueError, match=r"missing \(NaN\) in 1 rows, the first \[3\]"):
        fitted(fusion, pd.DataFrame({"size": SIZE}), y)


@both
def test_gaps_in_targets_are_refused_with_their_rows(fusion):
    y = pd.Series(pd.array([None, *SIZE[1:]], "Float64"))
    with pytest.raises(ValueError, match=r"missing \(NaN\) in 1 rows, the first \[0\]"):
        MultimodalRegressor(fusion).fit(pd.DataFrame({"size": SIZE}), y)


@both
def test_labels_of_one_class_are_refused(fusion):
    with pytest.raises(ValueError, match="one class only, 'even'"):
        fitted(fusion, pd.DataFrame({"size": SIZE}), ["even"] * N)


@both
def test_two_rows_are_enough(fusion):
    table = pd.DataFrame({"size": [1.0, 2.0], "note": ["red kite", "tin drum"]})
    model = fitted(fusion, table, ["a", "b"])
    np.testing.assert_array_equal(model.predict(table), ["a", "b"])
    regressor = MultimodalRegressor(fusion).fit(table, [1.0, 3.0])
    assert np.diff(regressor.predict(table)) > 0.5


def test_two_rows_are_too_few_for_the_inner_folds_of_stacking():
    with pytest.raises(ValueError, match="each of the 2 rows is of a class of its own"):
        fitted("stacking", pd.DataFrame({"size": [1.0, 2.0]}), ["a", "b"])


@pytest.mark.filterwarnings("ignore:The number of unique classes")
@pytest.mark.parametrize("fusion", ["early", "voting", "stacking"])
@pytest.mark.parametrize(
    ("n_rows", "n_classes"), [(24, 24), (40, 21), (20_000, 10_000), (20_000, 20_000)]
)
def test_labels_that_look_like_ids_are_refused(fusion, n_rows, n_classes):
    y = np.array([f"name {k % n_classes}" for k in range(n_rows)])
    table = pd.DataFrame({"size": np.linspace(0, 1, n_rows)})
    with pytest.raises(ValueError, match=f"{n_classes} classes in {n_rows} rows.*like an id"):
        fitted(fusion, table, y)


@both
def test_many_classes_of_a_few_rows_each_are_labels(fusion):
    y = np.repeat([f"name {k}" for k in range(30)], 2)
    table = pd.DataFrame({"note": [f"{label} again" for label in y]})
    assert fitted(fusion, table, y).score(table, y) == 1.0


@both
@pytest.mark.parametrize("outlier", [1e6, -1e12, 1e30])
def test_outliers_among_targets_and_numbers_leave_predictions_finite(fusion, outlier):
    y = SIZE.copy()
    y[3] = outlier
    table = pd.DataFrame({"size": SIZE, "wild": np.where(ROWS == 7, outlier, ROWS)})
    predictions = MultimodalRegressor(fusion).fit(table, y).predict(table)
    assert np.isfinite(predictions).all()
    assert np.abs(predictions).max() <= 2 * abs(outlier)


@both
def test_infinite_targets_are_refused(fusion):
    y = np.where(ROWS == 3, np.inf, SIZE)
    with pytest.raises(ValueError, match="infinity"):
        MultimodalRegressor(fusion).fit(pd.DataFrame({"size": SIZE}), y)


# Types that know missing cells


def nullable(gaps=True):
    """Cells of every nullable type, and the same in plain types."""
    count = [None if gaps and row % 7 == 0 else int(row % 2) for row in ROWS]
    flag = [None if gaps and row % 5 == 0 else bool(row % 2) for row in ROWS]
    note = [None if gaps and row % 6 == 1 else cell for row, cell in enumerate(NOTES)]
    return {"count": count, "flag": flag, "note": note}


NOTES = alternating("a red kite ", "the tin drum ")


def as_pandas(cells):
    types = {"count": "Int64", "flag": "boolean", "note": "string"}
    return pd.DataFrame({name: pd.array(cells[name], types[name]) for name in types})


@both
@pytest.mark.filterwarnings("ignore::mmsk.exceptions.MissingViewWarning")
def test_nullable_types_are_what_plain_ones_are(fusion):
    cells = nullable()
    plain = pd.DataFrame(
        {
            "count": np.array(cells["count"], float),
            "flag": np.array(cells["flag"], float),
            "note": pd.Series(cells["note"], dtype=object),
        }
    )
    expected = fitted(fusion, plain).predict_proba(plain)
    for table in (as_pandas(cells), pl.DataFrame(cells), as_pandas(cells).convert_dtypes()):
        model = fitted(fusion, table)
        assert modalities_of(model) == {"tabular": "tabular", "note": "text"}
        np.testing.assert_allclose(model.predict_proba(table), expected, rtol=1e-5)


@both
@pytest.mark.parametrize("dtype", ["Int64", "boolean", "string", "category", "Float64"])
def test_labels_of_nullable_types_are_what_plain_ones_are(fusion, dtype):
    plain = Y if dtype in ("string", "category") else ROWS % 2 == 1
    plain = plain.astype({"Int64": int, "Float64": float}.get(dtype, plain.dtype))
    table = pd.DataFrame({"size": SIZE})
    model = fitted(fusion, table, pd.Series(plain).astype(dtype))
    np.testing.assert_array_equal(model.predict(table), plain)


@both
def test_a_row_of_gaps_gets_the_prior_whatever_its_type(fusion):
    model = fitted(fusion, as_pandas(nullable(gaps=False)))
    gaps = as_pandas({name: [None] for name in ("count", "flag", "note")})
    with pytest.warns(MissingViewWarning):
        np.testing.assert_allclose(model.predict_proba(gaps), 0.5)
