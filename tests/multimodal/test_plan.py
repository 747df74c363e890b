"""Which columns make which views."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from mmsk import MultimodalEncoder
from mmsk.multimodal._plan import Column, column_roles, plan_views

TABLE = pd.DataFrame(
    {
        "photo": ["a.jpg", "b.jpg"],
        "talk": ["a.wav", "b.wav"],
        "start_s": [0.0, 1.0],
        "end_s": [1.0, 2.0],
        "note": ["a red kite flies", "two tin drums"],
        "size": [1, 2],
    }
)


def _views(table, modalities="auto"):
    return {
        v.name: (v.modality, v.columns) for v in plan_views(column_roles(table, modalities))
    }


@pytest.mark.parametrize(
    "make", [pd.DataFrame, lambda table: pl.DataFrame(table.to_dict("list"))]
)
def test_columns_are_told_by_their_cells(make):
    assert _views(make(TABLE)) == {
        "photo": ("image", "photo"),
        "talk": ("audio", ["talk", "start_s", "end_s"]),
        "note": ("text", "note"),
        "tabular": ("tabular", ["size"]),
    }


def test_a_dict_says_what_columns_hold_and_drops_the_others():
    assert _views(TABLE, {"photo": "image", "note": "text"}) == {
        "photo": ("image", "photo"),
        "note": ("text", "note"),
    }


def test_times_are_numbers_where_nothing_can_be_cut():
    table = TABLE[["start_s", "end_s", "note"]]
    assert _views(table)["tabular"] == ("tabular", ["start_s", "end_s"])


def test_times_of_any_name_can_be_asked_for():
    table = TABLE.rename(columns={"start_s": "from", "end_s": "to"})
    asked = {"talk": "audio", "from": "segment", "to": "segment"}
    assert _views(table, asked) == {"talk": ("audio", ["talk", "from", "to"])}


def test_a_numeric_array_is_one_tabular_view():
    assert _views(np.eye(3)) == {"tabular": ("tabular", [0, 1, 2])}


def test_view_names_are_legal_and_all_different():
    table = pd.DataFrame(
        [["one kite flies", "a drum is loud", "some words here"]] * 2,
        columns=["missing", "a__b", "a_b"],
    )
    names = list(_views(table, dict.fromkeys(table.columns, "text")))
    assert len(set(names)) == 3
    assert not any("__" in name for name in names)
    assert "missing" not in names


@pytest.mark.parametrize(
    ("modalities", "message"),
    [
        ({"absent": "text"}, "columns that X lacks"),
        ({"note": "poem"}, "must be one of"),
        ({"talk": "audio", "start_s": "segment"}, "two columns"),
        ({"note": "drop"}, "no column of X can be learned from"),
    ],
)
def test_badly_named_columns_say_what_is_wrong(modalities, message):
    with pytest.raises(ValueError, match=message):
        _views(TABLE, modalities)


def test_patches_are_learned_from_many_pictures_only_and_the_model_says_so():
    rng = np.random.default_rng(0)
    pictures = pd.DataFrame(
        {"photo": list(rng.integers(0, 256, (120, 16, 16), dtype=np.uint8))}
    )
    few = MultimodalEncoder({"photo": "image"}).fit(pictures[:20])
    many = MultimodalEncoder({"photo": "image"}).fit(pictures)
    assert "20 pictures are few" in few.views_["photo"]["features"]
    assert "patches learned from 120 pictures" in many.views_["photo"]["features"]
    kinds = [{name.split("__")[1] for name in m.get_feature_names_out()} for m in (few, many)]
    assert kinds == [{"shape", "color", "texture"}, {"shape", "color", "texture", "patches"}]


def test_absent_pictures_do_not_count_as_pictures_to_learn_from():
    pictures = [np.zeros((16, 16), np.uint8), *[None] * 150]
    encoder = MultimodalEncoder({"photo": "image"}).fit(pd.DataFrame({"photo": pictures}))
    assert "1 pictures are few" in encoder.views_["photo"]["features"]


@pytest.mark.parametrize(
    "name", ["width", "kernel", "cv", "C", "params", "voting", "estimator"]
)
def test_a_view_is_never_called_like_a_parameter_of_a_fusion(name):
    (view,) = plan_views([Column(name, "text", "as asked")])
    assert view.name == f"{name}_view"
    assert view.columns == name
