"""Features of a table file in parts: nothing lost, nothing doubled, whatever happens."""

import errno
import json
from unittest import mock

import joblib
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

from mmsk import MultimodalEncoder
from mmsk.exceptions import MmskWarning
from mmsk.fusion import FeatureFusion, VotingFusionClassifier
from mmsk.image import LBP
from mmsk.scale import _extract, extract, read_parts
from mmsk.scale._table import chunks_of
from mmsk.text import TextStatistics

N = 23
VIEWS = [("photo", LBP(n_cells=1), "photo"), ("note", TextStatistics(), "note")]
KEPT = ["label", "size"]


@pytest.fixture
def frame(tmp_path):
    rng = np.random.default_rng(0)
    for k in range(N):
        Image.fromarray(rng.integers(0, 256, (16, 16), np.uint8)).save(tmp_path / f"{k}.png")
    (tmp_path / "3.png").write_bytes(b"no picture")
    return pd.DataFrame(
        {
            "photo": [None if k == 7 else str(tmp_path / f"{k}.png") for k in range(N)],
            "note": [None if k == 9 else f"note {k} of {k % 3} words, or so" for k in range(N)],
            "label": ["odd" if k % 2 else "even" for k in range(N)],
            "size": np.arange(N),
        }
    )


@pytest.fixture
def table(frame, tmp_path):
    frame.to_parquet(tmp_path / "table.parquet", row_group_size=10)
    return tmp_path / "table.parquet"


def files_of(folder):
    """What is in a folder of parts, but for the archive of features, which holds times."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != "features.skops"}


def test_parts_hold_all_rows_in_order_with_what_was_kept_and_what_could_not_be_read(
    frame, table, tmp_path
):
    parts = extract(table, VIEWS, tmp_path / "out", keep=KEPT, rows_per_part=5)
    assert [len(part) for part in parts] == [5, 5, 5, 5, 3]
    found = parts.frame()
    assert found["row"].tolist() == list(range(N))
    pd.testing.assert_frame_equal(found[KEPT], frame[KEPT])
    assert np.flatnonzero(found["error"].notna()).tolist() == [3]
    assert "cannot read an image" in found["error"][3]
    with pytest.warns(MmskWarning):
        expected = FeatureFusion(
            [("photo", LBP(n_cells=1, on_error="missing"), "photo"), VIEWS[1]],
            scaler=None, missing="nan",
        ).fit_transform(frame)  # fmt: skip
    np.testing.assert_array_equal(found[parts.feature_names], expected)
    assert set(found[parts.feature_names].dtypes.astype(str)) == {"float32"}


def test_a_fusion_takes_the_parts_and_knows_which_rows_lack_a_view(frame, table, tmp_path):
    found = extract(table, VIEWS, tmp_path / "out", keep=KEPT)
    fusion = FeatureFusion(found.views).fit(found.frame())
    assert fusion.indicators_ == ["photo", "note"]
    assert fusion.transform(found.frame())[:, -2].nonzero()[0].tolist() == [3, 7]
    assert [name.partition("__")[0] for name in found.feature_names] == (
        59 * ["photo"] + 20 * ["note"]
    )
    model = VotingFusionClassifier(found.views, estimator=LogisticRegression())
    model.fit(found.frame(), frame["label"]).predict(found.frame())


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "tsv"])
def test_a_table_of_words_gives_the_same_as_one_of_columns(frame, table, tmp_path, ending):
    words = tmp_path / f"table.{ending}"
    frame.to_csv(words, index=False, sep="\t" if ending == "tsv" else ",")
    one = extract(table, VIEWS, tmp_path / "one", keep=KEPT, rows_per_part=9)
    two = extract(words, VIEWS, tmp_path / "two", keep=KEPT, rows_per_part=9)
    pd.testing.assert_frame_equal(one.frame(), two.frame())


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_run_that_stopped_is_taken_up_where_it_was_and_gives_the_same_bytes(
    table, tmp_path, n_jobs
):
    extract(table, VIEWS, tmp_path / "whole", rows_per_part=4)
    make, made = _extract.make_part, []

    def stopping(out, keep, rows_per_part, number, chunk):
        made.append(number)
        if number == 3:
            raise KeyboardInterrupt
        return make(out, keep, rows_per_part, number, chunk)

    with mock.patch.object(_extract, "make_part", stopping), pytest.raises(KeyboardInterrupt):
        extract(table, VIEWS, tmp_path / "out", rows_per_part=4)
    with pytest.raises(ValueError, match="is not finished"):
        read_parts(tmp_path / "out")
    (tmp_path / "out" / ".part-000004.parquet.0").write_text("begun when it was killed")
    with joblib.parallel_config("threading"):
        extract(table, VIEWS, tmp_path / "out", rows_per_part=4, n_jobs=n_jobs)
    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")
    with mock.patch.object(_extract, "make_part", stopping):
        made.clear()
        extract(table, VIEWS, tmp_path / "out", rows_per_part=4)
    assert made == []


def test_an_error_in_the_midst_of_a_table_reaches_the_caller_of_workers(tmp_path):
    rows = "".join(f"{k},note\n" for k in range(200))
    (tmp_path / "t.csv").write_text("size,note\n" + rows + "x,note\n")
    with mock.patch("mmsk.scale._table._BLOCK_BYTES", 500):
        for n_jobs in (1, 2):
            with (
                joblib.parallel_config("threading"),
                pytest.raises(ValueError, match=r"Row #202: .* a Parquet file says"),
            ):
                extract(
                    tmp_path / "t.csv",
                    VIEWS[1:],
                    tmp_path / "o",
                    rows_per_part=9,
                    n_jobs=n_jobs,
                )


def test_a_full_disk_raises_and_leaves_whole_parts_only(table, tmp_path):
    write, written = pq.write_table, []

    def full(part, path, **options):
        write(part, path, **options)
        written.append(path)
        if len(written) == 3:
            path.write_bytes(path.read_bytes()[:99])
            raise OSError(errno.ENOSPC, "No space left on device")

    with (
        mock.patch.object(pq, "write_table", full),
        pytest.raises(OSError, match="No space left"),
    ):
        extract(table, VIEWS, tmp_path / "out", rows_per_part=4)
    assert sorted(path.name for path in (tmp_path / "out").glob("*part*")) == [
        "part-000000.parquet",
        "part-000001.parquet",
    ]
    extract(table, VIEWS, tmp_path / "out", rows_per_part=4)
    extract(table, VIEWS, tmp_path / "whole", rows_per_part=4)
    assert files_of(tmp_path / "out") == files_of(tmp_path / "whole")


def test_a_part_that_was_deleted_is_made_again(table, tmp_path):
    extract(table, VIEWS, tmp_path / "out", rows_per_part=4)
    expected = files_of(tmp_path / "out")
    (tmp_path / "out" / "part-000002.parquet").unlink()
    extract(table, VIEWS, tmp_path / "out", rows_per_part=4)
    assert files_of(tmp_path / "out") == expected


@pytest.mark.parametrize(
    "other",
    [
        {"features": [("photo", LBP(n_cells=2), "photo"), VIEWS[1]]},
        {"keep": ["label"]},
        {"rows_per_part": 6},
    ],
)
def test_a_folder_of_another_extraction_is_refused(table, tmp_path, other):
    asked = {"features": VIEWS, "keep": KEPT, "rows_per_part": 5}
    extract(table, out=tmp_path / "out", **asked)
    with pytest.raises(ValueError, match=f"extraction with other {next(iter(other))}"):
        extract(table, out=tmp_path / "out", **{**asked, **other})


def test_a_table_that_changed_is_another_extraction(frame, table, tmp_path):
    extract(table, VIEWS, tmp_path / "out")
    frame[:5].to_parquet(table)
    with pytest.raises(ValueError, match="extraction with other table"):
        extract(table, VIEWS, tmp_path / "out")


def test_what_has_no_say_in_the_numbers_may_differ(table, tmp_path):
    extract(table, VIEWS, tmp_path / "out")
    views = [("photo", LBP(n_cells=1, n_jobs=2, memory=tmp_path / "store"), "photo"), VIEWS[1]]
    extract(table, views, tmp_path / "out")


def test_what_is_fitted_is_used_as_it_is_and_kept_for_rows_to_come(frame, table, tmp_path):
    roles = {"note": "text", "size": "tabular"}
    encoder = MultimodalEncoder(roles, missing="nan", sparse_threshold=0).fit(frame)
    parts = extract(table, encoder, tmp_path / "out", rows_per_part=5)
    np.testing.assert_array_equal(parts.frame()[parts.feature_names], encoder.transform(frame))
    again = parts.features()
    np.testing.assert_array_equal(again.transform(frame), encoder.transform(frame))
    assert encoder.memory == "auto"


def test_what_is_not_fitted_is_fitted_on_the_first_part_and_left_alone(frame, table, tmp_path):
    encoder = MultimodalEncoder({"size": "tabular"})
    parts = extract(table, encoder, tmp_path / "out", rows_per_part=5)
    expected = MultimodalEncoder({"size": "tabular"}).fit(frame[:5]).transform(frame)
    np.testing.assert_array_equal(parts.frame()[parts.feature_names], expected)
    with pytest.raises(NotFittedError):
        encoder.transform(frame)


def test_a_target_that_is_kept_is_no_feature(table, tmp_path):
    encoder = MultimodalEncoder(sparse_threshold=0)
    parts = extract(table, encoder, tmp_path / "out", keep=["label", "note", "photo"])
    assert [name for name, _, _ in parts.views] == ["tabular"]
    assert not any("label" in name for name in parts.feature_names)


def test_a_folder_of_parts_without_their_plan_is_refused(table, tmp_path):
    extract(table, VIEWS, tmp_path / "out")
    (tmp_path / "out" / "plan.json").unlink()
    with pytest.raises(ValueError, match="holds parts without a plan"):
        extract(table, VIEWS, tmp_path / "out")


def test_a_transformer_of_scikit_learns_will_do(frame, table, tmp_path):
    features = ColumnTransformer([("size", "passthrough", ["size"])])
    parts = extract(table, features, tmp_path / "out", rows_per_part=5)
    assert parts.frame()["size__size"].tolist() == frame["size"].tolist()


def test_one_file_of_all_parts(table, tmp_path):
    parts = extract(table, VIEWS, tmp_path / "out", keep=KEPT, rows_per_part=5)
    parts.to_parquet(tmp_path / "one.parquet")
    assert pq.ParquetFile(tmp_path / "one.parquet").num_row_groups == 5
    found = pd.read_parquet(tmp_path / "one.parquet")
    pd.testing.assert_frame_equal(found, parts.frame())


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"keep": ["nothing"]}, "has no column .'nothing'."),
        ({"rows_per_part": 0}, "rows_per_part must be 1 or more"),
        ({"executor": "ray"}, "executor must be 'joblib', 'dask', the address"),
        ({"table": "none.csv"}, "there is no table"),
        ({"keep": ["size"], "features": [("a", "passthrough", ["size"])]}, None),
    ],
)
def test_wrong_calls_say_what_is_wrong(table, tmp_path, asked, message):
    asked = {"table": table, "features": VIEWS, "out": tmp_path / "out", **asked}
    if message is None:
        extract(**asked)
        return
    with pytest.raises(ValueError, match=message):
        extract(**asked)


def test_names_that_would_stand_for_two_columns_are_refused(frame, tmp_path):
    frame = frame.rename(columns={"size": "row"})
    frame.to_parquet(tmp_path / "t.parquet")
    with pytest.raises(ValueError, match=r"two columns of the name .'row'."):
        extract(tmp_path / "t.parquet", VIEWS, tmp_path / "out", keep=["row"])


def test_tables_without_rows_and_sparse_features_are_refused(frame, table, tmp_path):
    frame[:0].to_parquet(tmp_path / "empty.parquet")
    with pytest.raises(ValueError, match="has no rows"):
        extract(tmp_path / "empty.parquet", VIEWS, tmp_path / "out")
    frame.assign(note=[f"{k}a {k}b" for k in range(N)]).to_parquet(table)
    with pytest.raises(ValueError, match="Use sparse_threshold=0"):
        extract(table, MultimodalEncoder({"note": "text"}), tmp_path / "out")
    (tmp_path / "plan" / "plan.json").parent.mkdir()
    (tmp_path / "plan" / "plan.json").write_text("{")
    with pytest.raises(ValueError, match="holds no extraction"):
        extract(table, VIEWS, tmp_path / "plan")


# The table


def test_rows_come_in_equal_numbers_whatever_the_row_groups(frame, table):
    chunks = list(chunks_of(table, 7))
    assert [len(chunk) for chunk in chunks] == [7, 7, 7, 2]
    pd.testing.assert_frame_equal(pa.concat_tables(chunks).to_pandas(), frame)
    assert chunks_of(table, 7, ["size"]).__next__().column_names == ["size"]


def test_types_of_words_are_told_once_for_all_parts(tmp_path):
    rows = "".join(f"{k},{k / 2},{k % 2 == 0},2024-01-0{k % 9 + 1},\n" for k in range(90))
    (tmp_path / "t.csv").write_text("whole,part,yes,day,none\n" + rows + ",,,,late\n")
    with mock.patch("mmsk.scale._table._BLOCK_BYTES", 400):
        chunks = list(chunks_of(tmp_path / "t.csv", 10))
    assert [len(chunk) for chunk in chunks] == [*9 * [10], 1]
    types = ["int64", "double", "bool", "string", "string"]
    assert {tuple(map(str, chunk.schema.types)) for chunk in chunks} == {tuple(types)}
    assert chunks[-1].to_pylist()[0]["none"] == "late"


def test_a_plan_is_readable(table, tmp_path):
    extract(table, VIEWS, tmp_path / "out", rows_per_part=5)
    plan = json.loads((tmp_path / "out" / "plan.json").read_text())
    assert plan["n_rows"] == N
    assert len(plan["names"]) == 79
