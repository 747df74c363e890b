"""The commands, called as a user calls them."""

import gzip
import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from mmsk.cli import main
from mmsk.cli._table import rows_where
from mmsk.scale import read_parts


@pytest.fixture
def table(tmp_path):
    """A table of pictures and words beside it, with a split, and one damaged picture."""
    rng = np.random.default_rng(0)
    rows = []
    for k in range(30):
        stripes = np.tile(np.arange(64) % 8 < 4, (64, 1)) * 150
        noisy = (stripes if k % 2 else stripes.T) + rng.integers(0, 60, (64, 64))
        Image.fromarray(noisy.astype(np.uint8)).save(tmp_path / f"{k}.png")
        rows.append(
            {
                "photo": f"{k}.png",
                "note": ["a red kite", "the tin drum"][k % 2] + f" number {k}",
                "size": k % 2 + 0.5 * rng.normal(),
                "label": ["even", "odd"][k % 2],
                "price": 10.0 * (k % 2) + 0.123 * k,
                "split": "train" if k < 20 else "test",
                "speaker": k // 4,
            }
        )
    (tmp_path / "3.png").write_bytes(b"\x89PNG and then nothing")
    path = tmp_path / "table.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def _fit(table, *more):
    model = table.parent / "model"
    return main(["fit", str(table), "-o", str(model), *more]), model


def test_fit_and_predict_walk_through(table, capsys):
    code, model = _fit(
        table, "--target", "label", "--columns", "photo", "note", "--train-where", "split=train"
    )
    assert code == 0
    said = capsys.readouterr()
    assert "classification, voting fusion, 20 rows, 1 sources unreadable" in said.out
    assert "photo" in said.out
    assert "row 3" in said.err
    out = table.parent / "out.csv"
    assert (
        main(["predict", str(model), str(table), "--where", "split=test", "-o", str(out)]) == 0
    )
    assert "1.000" in capsys.readouterr().out
    found = pd.read_csv(out)
    assert list(found.columns) == ["row", "prediction", "probability_even", "probability_odd"]
    assert found["row"].tolist() == list(range(20, 30))


def test_auto_says_what_was_compared_and_chosen(table, capsys):
    code, model = _fit(
        table, "--target", "label", "--columns", "note", "size", "--fusion", "auto"
    )
    assert code == 0
    said = capsys.readouterr().out
    lines = [line.strip() for line in said.splitlines()]
    for candidate in ("note alone", "tabular alone", "voting", "early"):
        assert any(line.startswith(f"{candidate} ") for line in lines), said
    assert "classification, auto fusion, 30 rows" in said
    assert model.exists()


def test_what_selects_rows_or_is_predicted_is_no_feature(table, capsys):
    code, _ = _fit(
        table, "--target", "label", "--train-where", "split!=test", "--groups", "speaker",
        "--drop", "price", "--fusion", "early",
    )  # fmt: skip
    assert code == 0
    said = capsys.readouterr().out
    views = said[: said.index("classification")]
    assert "size" in views
    for column in ("label", "split", "speaker", "price"):
        assert column not in views


def test_a_target_that_is_a_quantity_makes_a_regression(table, capsys):
    code, model = _fit(table, "--target", "price", "--columns", "note", "size")
    assert code == 0
    out = table.parent / "out.csv"
    assert main(["predict", str(model), str(table), "-o", str(out)]) == 0
    said = capsys.readouterr().out
    assert "regression" in said
    assert "R2" in said


@pytest.mark.parametrize("ending", ["csv.gz", "parquet", "tsv"])
def test_tables_of_other_formats_are_read_and_written(table, ending):
    other = table.with_name(f"other.{ending}")
    frame = pd.read_csv(table)
    if ending == "parquet":
        frame.to_parquet(other)
    else:
        frame.to_csv(other, index=False, sep="\t" if ending == "tsv" else ",")
    code, model = _fit(other, "--target", "label", "--columns", "note")
    assert code == 0
    out = table.with_name(f"out.{ending}")
    assert main(["predict", str(model), str(other), "-o", str(out)]) == 0
    assert out.stat().st_size > 0
    assert not list(table.parent.glob(".part*"))


def test_the_files_may_lie_in_another_folder(table, tmp_path):
    moved = tmp_path / "elsewhere" / "table.csv"
    moved.parent.mkdir()
    moved.write_bytes(table.read_bytes())
    code, model = _fit(
        moved, "--target", "label", "--columns", "photo=image", "--root", str(tmp_path)
    )
    assert code == 0
    out = tmp_path / "out.csv"
    arguments = ["predict", str(model), str(moved), "--root", str(tmp_path), "-o", str(out)]
    assert main(arguments) == 0
    assert len(pd.read_csv(out)) == 30


def test_rows_without_a_target_are_left_out_and_told(table, capsys):
    frame = pd.read_csv(table)
    frame.loc[:4, "label"] = None
    frame.to_csv(table, index=False)
    code, _ = _fit(table, "--target", "label", "--columns", "note")
    assert code == 0
    assert "5 rows have no label" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--target", "absent"], "no column ['absent']"),
        (["--target", "label", "--columns", "phto"], "no column ['phto']"),
        (
            ["--target", "label", "--train-where", "split=dev"],
            "The column holds 'train', 'test'",
        ),
        (["--target", "label", "--train-where", "split"], "must be COL=VALUE"),
        (["--target", "label", "--columns", "photo=poem"], "must be one of"),
    ],
)
def test_a_fault_of_the_user_is_one_line_and_exit_code_1(table, arguments, message, capsys):
    code, model = _fit(table, *arguments)
    assert code == 1
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert not model.exists()


def test_an_absent_table_and_a_wrong_model_are_faults_of_the_user(table, capsys):
    assert main(["fit", "absent.csv", "--target", "a", "-o", "m"]) == 1
    assert main(["predict", str(table), str(table), "-o", "out.csv"]) == 1
    said = capsys.readouterr().err
    assert "there is no table 'absent.csv'" in said
    assert "is no model file" in said


def test_a_wrong_call_is_exit_code_2(capsys):
    with pytest.raises(SystemExit) as info:
        main(["fit"])
    assert info.value.code == 2


def test_the_demo_prints_every_modality_and_both_fusions(capsys):
    assert main(["demo", "--n-samples", "48"]) == 0
    said = capsys.readouterr().out
    for model in ("image alone", "audio alone", "video alone", "text alone", "early fusion"):
        assert model in said


def _said(capsys):
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return said


def test_new_rows_need_no_column_of_groups(table):
    code, model = _fit(table, "--target", "label", "--drop", "photo", "--groups", "speaker")
    assert code == 0
    rows = table.with_name("rows.csv")
    pd.read_csv(table).drop(columns="speaker").to_csv(rows, index=False)
    assert main(["predict", str(model), str(rows), "-o", str(rows.with_name("o.csv"))]) == 0


def test_columns_may_have_signs_and_brackets_in_their_names(table, capsys):
    frame = pd.read_csv(table).rename(columns={"size": "a=b, c", "note": "[/n]"})
    frame.to_csv(table, index=False)
    assert _fit(table, "--target", "label", "--columns", "a=b, c", "[/n]=text")[0] == 0
    assert "[/n]" in capsys.readouterr().out


@pytest.mark.parametrize("column", ["label", "speaker"])
def test_what_is_predicted_or_groups_cannot_be_asked_for_as_a_feature(table, column, capsys):
    columns = ["--columns", "note", column]
    assert _fit(table, "--target", "label", "--groups", "speaker", *columns)[0] == 1
    assert f"column {column!r} is --" in _said(capsys)


def test_a_column_that_is_left_out_is_told(table, capsys):
    pd.read_csv(table).assign(code=[f"id-{k}-{k * 7919 % 997}" for k in range(30)]).to_csv(
        table, index=False
    )
    assert _fit(table, "--target", "label", "--drop", "photo")[0] == 0
    assert "'code': every cell is another identifier" in _said(capsys)


def test_an_output_that_cannot_be_written_is_told_before_the_work(table, capsys):
    for output, message in (("absent/m", "there is no folder"), (".", "it is a folder")):
        path = str(table.parent / output)
        assert main(["fit", str(table), "--target", "label", "-o", path]) == 1
        assert message in _said(capsys)


def test_a_model_not_written_by_fit_is_told(table, capsys):
    from mmsk import MultimodalClassifier
    from mmsk.model_io import save_model

    X = pd.DataFrame({"a": [1.0, 2.0]})
    save_model(MultimodalClassifier().fit(X, [0, 1]), table.parent / "m")
    out = str(table.parent / "o.csv")
    assert main(["predict", str(table.parent / "m"), str(table), "-o", out]) == 1
    assert "was not written by `mmsk fit`" in _said(capsys)


CUT = gzip.compress(b"a,label\n1,x\n" * 99, mtime=0)[:-9]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("cut.csv.gz", CUT, "cannot read the table"),
        ("latin.csv", "a,label\ncaf\xe9,x\n".encode("latin-1"), "it is not UTF-8"),
        ("empty.csv", b"", "cannot read the table"),
        ("header.csv", b"a,label\n", "has no rows"),
        ("unlabelled.csv", b"a,label\n1,\n", "no row has a label"),
    ],
)
def test_a_table_that_cannot_be_used_is_named(tmp_path, name, content, message, capsys):
    (tmp_path / name).write_bytes(content)
    assert _fit(tmp_path / name, "--target", "label")[0] == 1
    assert message in _said(capsys)


@pytest.mark.parametrize(
    ("labels", "new", "accuracy"),
    [
        (["1", "2"], ["1", "other"], "0.500"),
        (["1", "a"], ["1", "1"], "0.500"),
        (["True", "False"], ["True", ""], "1.000"),
        (["1.0", "2.0"], ["1", "2"], "1.000"),
        (["cat", "dog"], ["cat", "dogfish"], "0.500"),
    ],
)
def test_labels_are_scored_as_they_are_written(tmp_path, labels, new, accuracy, capsys):
    frame = pd.DataFrame({"a": np.arange(12) % 2 + 0.0, "label": labels * 6})
    path = tmp_path / "t.csv"
    frame.to_csv(path, index=False)
    code, model = _fit(path, "--target", "label")
    assert code == 0
    frame.assign(label=new * 6).to_csv(path, index=False)
    assert main(["predict", str(model), str(path), "-o", str(tmp_path / "o.csv")]) == 0
    said = capsys.readouterr().out
    assert re.search(rf"│ accuracy +│ +{accuracy}", said)


def test_rows_are_chosen_by_columns_with_gaps(tmp_path):
    frame = pd.DataFrame({"n": pd.array([1, None, 1], dtype="Int64")})
    assert rows_where(frame, "n=1").tolist() == [True, False, True]
    assert rows_where(frame, "n!=1").tolist() == [False, True, False]


def test_features_of_a_table_are_written_with_names_and_errors(table, capsys):
    out = table.with_name("features.parquet")
    arguments = ["features", str(table), "--columns", "photo", "note", "-o", str(out)]
    assert main(arguments) == 0
    assert "1 rows with an error" in capsys.readouterr().out
    found = pd.read_parquet(out)
    assert found["row"].tolist() == list(range(30))
    assert found["error"].notna().sum() == 1
    assert "cannot read an image" in found["error"][3]
    numbers = found.drop(columns=["row", "error"])
    assert {name.split("__")[0] for name in numbers} == {"photo", "note"}
    photo = [name for name in numbers if name.startswith("photo__")]
    assert np.isnan(numbers[photo].to_numpy()[3]).all()
    assert set(np.flatnonzero(numbers[photo].isna().any(axis=1))) == {3}
    assert not list(table.parent.glob("*.parts"))


def test_features_go_to_a_folder_of_parts_that_can_be_taken_up(table, capsys):
    out = table.with_name("parts")
    arguments = [
        "features",
        str(table),
        "--columns",
        "photo",
        "--keep",
        "label",
        "-o",
        str(out),
    ]
    assert main([*arguments, "--rows-per-part", "8"]) == 0
    parts = read_parts(out)
    assert [len(part) for part in parts] == [8, 8, 8, 6]
    assert parts.frame()["label"].tolist() == pd.read_csv(table)["label"].tolist()
    assert main([*arguments, "--rows-per-part", "9"]) == 1
    assert "other rows_per_part" in capsys.readouterr().err
    assert main(["features", str(table), "-o", str(table.with_name("f.csv"))]) == 1
    assert "a folder or to a .parquet file" in capsys.readouterr().err


def test_list_names_every_room_and_what_is_in_it(capsys):
    assert main(["list"]) == 0
    said = capsys.readouterr().out
    for name in ("mmsk.image", "HOG", "MFCC", "read_image", "VotingFusionClassifier"):
        assert name in said
    assert main(["list", "audio"]) == 0
    said = capsys.readouterr().out
    assert "MFCC" in said
    assert "HOG" not in said


def test_a_model_of_xgboost_is_predicted_with_where_its_maker_is_trusted(table, capsys):
    pytest.importorskip("xgboost")
    code, model = _fit(table, "--target", "label", "--columns", "size", "--fusion", "boosting")
    assert code == 0
    asked = ["predict", str(model), str(table), "-o", str(table.parent / "out.csv")]
    assert main(asked) == 1
    assert "mmsk predict --allow xgboost" in capsys.readouterr().err
    assert main([*asked, "--allow", "xgboost"]) == 0
