"""What TabularEncoder makes of numbers, categories, dates and nothing."""

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmsk.tabular import TabularEncoder


def features_of(column, encoder=None):
    """The features of one column, by name."""
    encoder = encoder or TabularEncoder()
    matrix = encoder.fit_transform(pd.DataFrame({"x": pd.Series(column, dtype=object)}))
    return dict(zip(encoder.get_feature_names_out(), matrix.T.tolist(), strict=True))


def on_circle(turn):
    return [np.sin(2 * np.pi * turn), np.cos(2 * np.pi * turn)]


# Numbers


def test_a_missing_number_becomes_the_median_and_is_marked():
    assert features_of([1, None, 5, 9]) == {
        "x": [1.0, 5.0, 5.0, 9.0],
        "x__missing": [0.0, 1.0, 0.0, 0.0],
    }


def test_a_number_missing_only_later_becomes_the_median():
    encoder = TabularEncoder().fit([1, 5, 9])
    np.testing.assert_array_equal(encoder.transform([None, 2]), [[5.0], [2.0]])


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        ([3, 3, 3], [3, 3, 3]),
        ([True, False, True], [1, 0, 1]),
        ([np.True_, np.int8(4), 2.5], [1, 4, 2.5]),
        ([" 12 ", "1e3", "-0.5"], [12, 1000, -0.5]),
        ([1, "2", decimal.Decimal("2.5")], [1, 2, 2.5]),
        ([dt.timedelta(minutes=1), np.timedelta64(1, "h")], [60, 3600]),
        ([dt.time(0, 1, 1), dt.time(1)], [61, 3600]),
    ],
)
def test_what_counts_as_a_number(cells, numbers):
    assert features_of(cells) == {"x": numbers}


@pytest.mark.parametrize("number", [np.inf, "-inf", 1e39, 10**400])
@pytest.mark.parametrize("fitted", [False, True])
def test_infinite_numbers_and_those_beyond_float32_are_refused(number, fitted):
    encoder = TabularEncoder().fit([[1.0], [2.0]])
    rows = [[1.0], [number]]
    with pytest.raises(ValueError, match=r"column 'x0' holds -?\d?[.\w+]* in row 1: infinite"):
        encoder.transform(rows) if fitted else encoder.fit(rows)


def test_infinity_in_an_array_of_numbers_is_refused_as_by_scikit_learn():
    with pytest.raises(ValueError, match="Input X contains infinity"):
        TabularEncoder().fit(np.array([[1.0], [np.inf]]))


@given(
    st.lists(
        st.none() | st.floats(width=32, allow_nan=True, allow_infinity=False),
        min_size=2,
        max_size=9,
    )
)
def test_present_numbers_pass_unchanged_and_no_nan_comes_out(cells):
    array = np.array([[np.nan if cell is None else cell] for cell in cells])
    features = TabularEncoder().fit_transform(array)
    assert not np.isnan(features).any()
    present = ~np.isnan(array[:, 0])
    if present.any():
        np.testing.assert_array_equal(features[present, 0], array[present, 0])


# Categories


def test_a_category_has_a_feature_for_each_level_and_for_missing():
    assert features_of(["red", None, "blue", "red", " "]) == {
        "x=blue": [0.0, 0.0, 1.0, 0.0, 0.0],
        "x=red": [1.0, 0.0, 0.0, 1.0, 0.0],
        "x__missing": [0.0, 1.0, 0.0, 0.0, 1.0],
    }


def test_rare_levels_share_a_feature_with_unknown_ones():
    encoder = TabularEncoder(max_categories=3).fit(["a", "b", "a", "b", "c", "d"])
    assert list(encoder.get_feature_names_out()) == ["x0=a", "x0=b", "x0__infrequent"]
    np.testing.assert_array_equal(
        encoder.transform(["b", "d", "unheard of", None]),
        [[0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 0, 0]],
    )


def test_as_many_levels_as_allowed_are_all_kept():
    encoder = TabularEncoder(max_categories=3).fit(["a", "b", "c", None])
    names = ["x0=a", "x0=b", "x0=c", "x0__missing"]
    assert list(encoder.get_feature_names_out()) == names


def test_without_a_limit_all_levels_are_kept():
    levels = [f"level {number:02}" for number in range(50)]
    assert len(TabularEncoder(max_categories=None).fit(levels).get_feature_names_out()) == 50
    assert len(TabularEncoder().fit(levels).get_feature_names_out()) == 30


def test_an_unknown_or_newly_missing_level_is_zeros_where_no_level_was_rare():
    encoder = TabularEncoder().fit(["a", "b"])
    np.testing.assert_array_equal(encoder.transform(["c", None]), [[0, 0], [0, 0]])


def test_numbers_that_are_called_categories_are_categories():
    column = pd.Series([7, 8, None], dtype="category")
    encoder = TabularEncoder().fit(column.to_frame("size"))
    assert list(encoder.get_feature_names_out()) == ["size=7", "size=8", "size__missing"]
    plain = encoder.transform(pd.DataFrame({"size": [7.0, 9.0]}))
    np.testing.assert_array_equal(plain, [[1, 0, 0], [0, 0, 0]])


def test_numbers_mixed_with_words_are_categories():
    assert sorted(features_of([1, "many", 1.0, 2.5])) == ["x=1", "x=2.5", "x=many"]


# Dates


def test_a_date_becomes_days_year_month_and_weekday():
    found = features_of([dt.date(1970, 1, 1), dt.date(1969, 12, 31)])
    thursday, december = on_circle(3 / 7), on_circle(11 / 12)
    expected = {
        "x__days": [0, -1],
        "x__year": [1970, 1969],
        "x__month_sin": [0, december[0]],
        "x__month_cos": [1, december[1]],
        "x__weekday_sin": [thursday[0], on_circle(2 / 7)[0]],
        "x__weekday_cos": [thursday[1], on_circle(2 / 7)[1]],
    }
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, atol=1e-6)


def test_the_hour_counts_where_some_date_is_not_at_midnight():
    found = features_of([dt.datetime(2024, 5, 1), dt.datetime(2024, 5, 1, 18)])
    np.testing.assert_allclose(found["x__hour_sin"], [0, -1], atol=1e-6)
    np.testing.assert_allclose(found["x__hour_cos"], [1, 0], atol=1e-6)
    assert found["x__days"][1] - found["x__days"][0] == 0.75


def test_a_missing_date_becomes_the_median_date_which_is_one_of_them():
    days = [dt.date(2024, 1, 1), None, dt.date(2024, 1, 2), dt.date(2024, 3, 1)]
    found = features_of(days)
    assert found["x__missing"] == [0, 1, 0, 0]
    assert found["x__days"][1] == found["x__days"][2]


@pytest.mark.parametrize(
    "cell",
    [
        dt.datetime(2024, 5, 1, 18),
        dt.datetime(2024, 5, 1, 18, tzinfo=dt.UTC),
        "2024-05-01T18:00",
        " 2024-05-01 18:00:00+02:00 ",
        np.datetime64("2024-05-01T18", "ns"),
        pd.Timestamp("2024-05-01 18:00", tz="Asia/Tokyo"),
    ],
    ids=repr,
)
def test_dates_of_any_type_count_by_the_clock_on_the_wall(cell):
    assert features_of([cell, None]) == features_of([dt.datetime(2024, 5, 1, 18), None])


# Nothing


def test_a_column_missing_everywhere_has_no_features_and_takes_anything_later():
    encoder = TabularEncoder().fit(pd.DataFrame({"gone": [None, None], "size": [1, 2]}))
    assert list(encoder.get_feature_names_out()) == ["size"]
    later = pd.DataFrame({"gone": ["here", None], "size": [3, 4]})
    np.testing.assert_array_equal(encoder.transform(later), [[3.0], [4.0]])
