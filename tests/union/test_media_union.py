"""What only MediaUnion does; the rest is in tests/test_common.py."""

import io
import os
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import soundfile
from PIL import Image
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from mmsk import model_io
from mmsk.audio import MFCC, SpectralStatistics
from mmsk.exceptions import (
    DecodeError,
    DroppedViewWarning,
    FailedSamplesWarning,
    NothingToLearnError,
)
from mmsk.fusion import FeatureFusion, VotingFusionClassifier
from mmsk.image import HOG, LBP, ColorHistogram, ImageStatistics
from mmsk.testing import media_samples
from mmsk.text import TextStatistics, TfidfVectorizer
from mmsk.union import MediaUnion
from mmsk.video import AudioTrack, FrameStatistics

from ..io.films import film_with_sound

RNG = np.random.default_rng(0)
PICTURES = [RNG.integers(0, 256, (90 + 8 * k, 120, 3), dtype=np.uint8) for k in range(6)]
NOTES = ["a red kite", "the tin drum", "red wine", "a drum of tin"]


def root():
    return FunctionTransformer(np.sqrt, feature_names_out="one-to-one")


def four():
    """Two that read small and grey, two that read all."""
    return [
        ("hog", HOG(size_px=32)),
        ("coarse", HOG(orientations=4, size_px=(32, 32))),
        ("color", ColorHistogram()),
        ("texture", make_pipeline(LBP(), root())),
    ]


@pytest.fixture
def paths(tmp_path):
    """JPEG files of the pictures."""
    for number, picture in enumerate(PICTURES):
        Image.fromarray(picture).save(tmp_path / f"{number}.jpg")
    return [str(tmp_path / f"{number}.jpg") for number in range(len(PICTURES))]


@pytest.fixture
def opened():
    """The names of all files whose pictures Pillow opens, and of those read for it as bytes."""
    names, read = [], Path.read_bytes
    open_picture = Image.open

    def counted(file, *arguments, **options):
        if isinstance(file, str):
            names.append(file)
        return open_picture(file, *arguments, **options)

    def counted_bytes(path):
        names.append(str(path))
        return read(path)

    with (
        mock.patch.object(Image, "open", counted),
        mock.patch.object(Path, "read_bytes", counted_bytes),
    ):
        yield names


# Reading


def test_a_file_is_opened_once_and_decoded_once_for_each_way_of_reading_it(paths, opened):
    with mock.patch.object(Image, "open", side_effect=Image.open) as decoded:
        MediaUnion(four()).fit(PICTURES).transform(paths)
    assert sorted(opened) == paths
    assert decoded.call_count == 2 * len(paths)
    opened.clear()
    MediaUnion([("color", ColorHistogram()), ("lbp", LBP())]).fit(PICTURES).transform(paths)
    assert sorted(opened) == paths
    opened.clear()
    FeatureUnion(four()).fit(PICTURES).transform(paths)
    assert sorted(opened) == sorted(4 * paths)


def test_no_more_than_so_many_bytes_of_a_list_of_pictures_are_kept(paths, opened, monkeypatch):
    monkeypatch.setattr("mmsk.io._sources._MOST_KEPT_BYTES", 2 * os.stat(paths[0]).st_size)
    union = MediaUnion(four()).fit(PICTURES)
    found = union.transform([paths])
    assert len(paths) < len(opened) < 2 * len(paths)
    np.testing.assert_array_equal(found, FeatureUnion(four()).fit(PICTURES).transform([paths]))


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_rows_of_large_jpeg_files_decoded_at_two_scales_are_those_of_members_alone(
    tmp_path, n_jobs
):
    rng, paths = np.random.default_rng(0), []
    for number, mode in enumerate(("RGB", "L", "CMYK")):
        coarse = Image.fromarray(rng.integers(0, 256, (30, 40, 3), dtype=np.uint8))
        paths.append(str(tmp_path / f"{number}.jpg"))
        coarse.resize((800, 600)).convert(mode).save(paths[-1])
    members = [*four(), ("small", ColorHistogram(size_px=100)), ("mid", HOG(size_px=200))]
    full = HOG(size_px=32).fit_transform(
        [np.asarray(Image.open(p).convert("L")) for p in paths]
    )
    found = MediaUnion(members, n_jobs=n_jobs).fit(paths).transform(paths)
    np.testing.assert_array_equal(found, FeatureUnion(members).fit(paths).transform(paths))
    reduced = found[:, : full.shape[1]]
    assert np.abs(reduced - full).max() > 1e-3  # a HOG of the whole decode is another one


def test_fit_reads_nothing_where_no_member_learns_from_rows(paths, opened):
    MediaUnion([("hog", HOG(size_px=32)), ("color", ColorHistogram())]).fit(paths)
    assert opened == []


def test_fit_transform_reads_once_even_where_members_learn(paths, opened):
    union = MediaUnion([("a", make_pipeline(LBP(), PCA(2))), ("b", ColorHistogram())])
    union.fit_transform(paths)
    assert sorted(opened) == paths


@pytest.mark.parametrize("fusion", [FeatureFusion, VotingFusionClassifier])
def test_a_fusion_reads_once_even_where_members_learn(paths, opened, fusion):
    union = MediaUnion([("a", make_pipeline(LBP(), PCA(2))), ("b", ColorHistogram())])
    view = union if fusion is FeatureFusion else make_pipeline(union, LogisticRegression())
    table = pd.DataFrame({"photo": paths})
    fusion([("photo", view, "photo")]).fit(table, [0, 0, 0, 1, 1, 1])
    assert sorted(opened) == paths


def test_recordings_are_decoded_once():
    sounds = media_samples("audio")
    union = MediaUnion([("mfcc", MFCC()), ("spectrum", SpectralStatistics())])
    union.fit(sounds.encoded)
    opening = soundfile.SoundFile
    with mock.patch.object(soundfile, "SoundFile", side_effect=opening) as opened:
        features = union.transform(sounds.encoded)
    assert opened.call_count == len(sounds.encoded)
    expected = FeatureUnion(union.transformer_list).fit_transform(sounds.encoded)
    np.testing.assert_array_equal(features, expected)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_rows_are_to_the_last_bit_what_members_give_alone(paths, n_jobs):
    columns = paths, [Path(path).read_bytes() for path in paths], PICTURES
    for column in columns:
        expected = FeatureUnion(four()).fit(column).transform(column)
        found = MediaUnion(four(), n_jobs=n_jobs).fit(column).transform(column)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, expected)


def test_a_reader_of_its_own_is_never_shared():
    class Negative(ColorHistogram):
        def _read(self, source):
            return 255 - super()._read(source)

    for order in (1, -1):
        members = [("plain", ColorHistogram()), ("negative", Negative())][::order]
        expected = FeatureUnion(members).fit_transform(PICTURES)
        np.testing.assert_array_equal(MediaUnion(members).fit_transform(PICTURES), expected)


def test_a_list_of_pictures_in_a_cell_is_pooled_as_by_each_member(paths):
    column = [paths[:2], paths[2], None]
    members = [("lbp", LBP()), ("color", ColorHistogram()), ("all", ImageStatistics())]
    expected = FeatureUnion(members).fit_transform(column)
    np.testing.assert_array_equal(MediaUnion(members).fit_transform(column), expected)


# Missing and failed


def test_a_sample_that_one_member_cannot_describe_is_missing_for_all(paths):
    tiny = np.zeros((2, 2, 3), np.uint8)  # too small for LBP only
    union = MediaUnion(four(), on_error="missing").fit(PICTURES)
    with pytest.warns(FailedSamplesWarning, match="MediaUnion: 1 of 3 .* is row 1: radius=1"):
        features = union.transform([paths[0], tiny, None])
    assert np.isnan(features).all(axis=1).tolist() == [False, True, True]
    features, present, errors = union.transform_present([paths[0], tiny, None])
    assert present.tolist() == [True, False, False]
    assert [error.row for error in errors] == [1]
    assert union.missing_samples([paths[0], tiny, None]).tolist() == [False, False, True]


def test_on_error_of_the_union_holds_for_its_members_in_fit_too(paths):
    members = [("hog", HOG()), ("color", make_pipeline(LBP(), PCA(2)))]
    column = [b"no picture", *paths]
    with pytest.raises(DecodeError) as info:
        MediaUnion(members).fit(column)
    assert "in member 'hog'" in info.value.__notes__
    union = MediaUnion(members, on_error="missing").fit(column)
    assert union.transformers_[0][1].size_px_ == PICTURES[0].shape[:2]
    assert members[0][1].on_error == "raise"


def test_what_follows_an_extractor_never_meets_a_missing_sample(paths):
    members = [("texture", make_pipeline(LBP(), PCA(2))), ("color", ColorHistogram())]
    column = [paths[0], None, *paths[1:], b"no picture"]
    union = MediaUnion(members, on_error="missing")
    with pytest.warns(FailedSamplesWarning):
        features = union.fit_transform(column)
    there = ~np.isnan(features).any(axis=1)
    assert there.tolist() == [True, False, True, True, True, True, True, False]
    np.testing.assert_array_equal(features[there], MediaUnion(members).fit_transform(paths))
    np.testing.assert_allclose(union.transform_with_errors(column)[0], features, atol=1e-5)


@pytest.mark.parametrize("dense", [False, True])
def test_a_column_without_any_sample_still_has_its_width(paths, dense):
    words = TfidfVectorizer(sparse_output=not dense)
    union = MediaUnion([("words", words), ("numbers", TextStatistics())]).fit(NOTES)
    found = union.transform([None, float("nan")])
    assert sparse.issparse(found) is not dense
    assert found.shape == (2, len(union.get_feature_names_out()))


def test_learning_from_no_sample_is_refused(paths):
    with pytest.raises(NothingToLearnError, match="none of the 2 samples is there"):
        MediaUnion([("a", make_pipeline(LBP(), PCA(1)))]).fit([None, None])


def test_a_fusion_sees_which_rows_a_union_could_read(paths):
    members = [("texture", make_pipeline(LBP(), PCA(2))), ("hog", HOG(size_px=32))]
    union = MediaUnion(members, on_error="missing")
    table = pd.DataFrame({"photo": [paths[0], None, b"no picture", *paths[1:]]})
    view = make_pipeline(union, StandardScaler(), PCA(2))
    fusion = FeatureFusion([("photo", view, "photo")])
    with pytest.warns(FailedSamplesWarning, match="the first is row 2"):
        features = fusion.fit_transform(table)
    assert features[:, -1].tolist() == [0, 1, 1, 0, 0, 0, 0, 0]
    assert [error.row for error in fusion.errors_] == [2]


def test_a_row_of_no_weight_is_as_good_as_absent_to_what_learns_in_a_union(paths):
    union = MediaUnion([("texture", make_pipeline(LBP(), StandardScaler()))])
    table = pd.DataFrame({"photo": paths})
    weighted = FeatureFusion([("photo", union, "photo")])
    weighted.fit(table, sample_weight=[1, 1, 0, 1, 1, 0])
    without = FeatureFusion([("photo", union, "photo")]).fit(table.iloc[[0, 1, 3, 4]])
    found, expected = weighted.transform(table), without.transform(table)
    np.testing.assert_allclose(found[:, : expected.shape[1]], expected, rtol=1e-5, atol=1e-6)


def test_a_view_of_damaged_files_only_is_left_out(paths):
    union = MediaUnion([("texture", make_pipeline(LBP(), PCA(1)))], on_error="missing")
    table = pd.DataFrame({"photo": [b"no picture", b"nor this"], "size": [1.0, 2.0]})
    views = [("photo", union, "photo"), ("size", "passthrough", ["size"])]
    with (
        pytest.warns(FailedSamplesWarning, match="2 samples in 2 rows"),
        pytest.warns(DroppedViewWarning, match="photo"),
    ):
        assert FeatureFusion(views).fit_transform(table).shape == (2, 1)


def test_a_film_without_sound_keeps_its_frames_but_does_not_count_as_present():
    mute = np.zeros((4, 8, 8), np.uint8)
    films = [film_with_sound(sound) for sound in media_samples("audio").decoded[:2]]
    union = MediaUnion([("frames", FrameStatistics()), ("sound", AudioTrack(MFCC()))])
    features, present, errors = union.fit(films).transform_present([films[0], mute])
    assert present.tolist() == [True, False]
    assert errors == []
    of_sound = [name.startswith("sound__") for name in union.get_feature_names_out()]
    np.testing.assert_array_equal(np.isnan(features[1]), of_sound)


# Members that are no extractors


@pytest.mark.parametrize("weights", [None, {"words": 2.0}])
def test_a_union_of_vectorizers_is_a_feature_union(weights):
    members = [("words", TfidfVectorizer()), ("letters", TfidfVectorizer(analyzer="char"))]
    union = MediaUnion(members, transformer_weights=weights)
    peer = FeatureUnion(members, transformer_weights=weights)
    found, expected = union.fit_transform(NOTES), peer.fit_transform(NOTES)
    assert found.format == "csr"
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found.toarray(), expected.toarray())
    found, expected = union.transform(NOTES), peer.transform(NOTES)
    np.testing.assert_array_equal(found.toarray(), expected.toarray())
    assert list(union.get_feature_names_out()) == list(peer.get_feature_names_out())
    for method in ("transform_present", "transform_with_errors", "missing_samples"):
        assert not hasattr(union, method)
    with pytest.raises(ValueError, match="1 missing documents"):
        union.transform(["a", None])


def test_sparse_beside_dense_is_csr_and_vectorizers_get_only_documents():
    union = MediaUnion([("numbers", TextStatistics()), ("words", TfidfVectorizer())])
    found = union.fit_transform([*NOTES, None])
    assert found.format == "csr"
    expected = FeatureUnion(union.transformer_list).fit_transform(NOTES)
    np.testing.assert_array_equal(found[:4].toarray(), expected.toarray())
    assert np.isnan(found[4].data).all()
    assert found[4].nnz == TextStatistics().fit_transform(NOTES).shape[1]


def test_a_union_in_a_union_gives_the_same(paths):
    inner = MediaUnion(four()[2:])
    nested = MediaUnion([("hog", HOG(size_px=32)), ("more", make_pipeline(inner, root()))])
    flat = [("hog", HOG(size_px=32)), ("color", make_pipeline(ColorHistogram(), root()))]
    flat += [("texture", make_pipeline(LBP(), root(), root()))]
    expected = MediaUnion(flat).fit_transform(paths)
    np.testing.assert_array_equal(nested.fit_transform([*paths, None])[:-1], expected)


def test_members_that_learn_get_labels_of_the_rows_that_are_there(paths):
    class Remembers(BaseEstimator):
        def fit(self, X, y):
            self.seen_ = len(X), list(y)
            return self

        def transform(self, X):
            return np.zeros((len(X), 1))

    union = MediaUnion([("hog", HOG(size_px=32)), ("other", Remembers())])
    union.fit([paths[0], None, paths[1]], ["a", "b", "c"])
    assert union.transformers_[1][1].seen_ == (2, ["a", "c"])


def test_steps_behind_an_extractor_may_have_a_memory(paths, tmp_path):
    cached = make_pipeline(LBP(), PCA(2), memory=str(tmp_path / "memory"))
    found = MediaUnion([("texture", cached)]).fit(paths).transform(paths)
    expected = make_pipeline(LBP(), PCA(2)).fit(paths).transform(paths)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


# As in FeatureUnion


def test_names_carry_the_member(paths):
    union = MediaUnion(four()).set_output(transform="pandas").fit(paths)
    frame = union.transform(pd.Series(paths, index=list("abcdef")))
    assert list(frame.index) == list("abcdef")
    assert list(frame.columns) == list(FeatureUnion(four()).fit(paths).get_feature_names_out())


def test_weights_multiply_features_of_members_and_keep_float32():
    plain = MediaUnion(four()).fit_transform(PICTURES)
    weighted = MediaUnion(four(), transformer_weights={"hog": 2}).fit_transform(PICTURES)
    width = HOG(size_px=32).fit_transform(PICTURES).shape[1]
    assert weighted.dtype == np.float32
    np.testing.assert_array_equal(weighted[:, :width], 2 * plain[:, :width])
    np.testing.assert_array_equal(weighted[:, width:], plain[:, width:])


def test_members_are_tuned_replaced_and_dropped_by_name():
    model = make_pipeline(MediaUnion(four()), LogisticRegression())
    grid = {
        "mediaunion__hog__orientations": [3, 5],
        "mediaunion__color": ["drop", ColorHistogram("rgb")],
    }
    search = GridSearchCV(model, grid, cv=2).fit(PICTURES, [0, 1, 0, 1, 0, 1])
    assert len(search.cv_results_["params"]) == 4
    union = MediaUnion(four()).set_params(hog="drop", coarse="drop", texture="drop")
    np.testing.assert_array_equal(
        union.fit_transform(PICTURES), ColorHistogram().fit_transform(PICTURES)
    )


def test_fit_leaves_the_members_given_alone():
    members = four()
    MediaUnion(members).fit(PICTURES)
    assert not hasattr(members[0][1], "size_px_")


@pytest.mark.parametrize(
    ("members", "weights", "error", "message"),
    [
        ([("all", "passthrough")], None, ValueError, "'all' is 'passthrough', but a column"),
        ([("hog", HOG), ("a", "drop")], None, TypeError, "'hog' must be a transformer"),
        ([HOG()], None, ValueError, "must hold pairs"),
        ([("hog", "drop")], None, ValueError, "transformer_list is empty"),
        ([("a", HOG()), ("a", LBP())], None, ValueError, "not unique"),
        ([("a__b", HOG())], None, ValueError, "must not contain __"),
        ([("hog", HOG())], {"HOG": 2}, ValueError, r"names \['HOG'\]; the members are"),
        ((("hog", HOG()),), None, ValueError, "'transformer_list' parameter"),
    ],
)
def test_badly_formed_unions_are_refused_in_fit(members, weights, error, message):
    with pytest.raises(error, match=message):
        MediaUnion(members, transformer_weights=weights).fit(PICTURES)


def test_a_model_file_keeps_a_union_that_learned(tmp_path, paths):
    union = MediaUnion([("texture", make_pipeline(LBP(), PCA(2))), ("hog", HOG())]).fit(paths)
    model_io.save_model(union, tmp_path / "union.skops")
    again = model_io.load_model(tmp_path / "union.skops")
    np.testing.assert_array_equal(again.transform(paths), union.transform(paths))
    assert np.isnan(again.transform([None])).all()


def test_a_jpeg_is_decoded_small_for_who_asks_and_whole_for_who_does_not():
    stream = io.BytesIO()
    Image.fromarray(np.tile(PICTURES[0], (8, 8, 1))).save(stream, "JPEG")
    data = stream.getvalue()
    union = MediaUnion([("hog", HOG(size_px=64)), ("all", ImageStatistics())]).fit([data])
    names = list(union.get_feature_names_out())
    assert union.transform([data])[0, names.index("all__width_px")] == 960
