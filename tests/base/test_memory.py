"""What ``memory=`` owes: each file opened once, ever, and rows that are never stale."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from unittest import mock

import joblib
import numpy as np
import pandas as pd
import pytest
import soundfile
from PIL import Image
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from mmsk import model_io
from mmsk.audio import MFCC
from mmsk.base import SampleTransformer
from mmsk.exceptions import DecodeError, FailedSamplesWarning, StoreError, StoreWarning
from mmsk.image import HOG, LBP, ColorHistogram, ImageStatistics, PatchEncoder
from mmsk.store import FeatureStore
from mmsk.store._file import FILE_NAME
from mmsk.text import TextStatistics
from mmsk.union import MediaUnion
from mmsk.video import AudioTrack, FramePooling, FrameStatistics

from ..io.films import film_bytes, film_with_sound

RNG = np.random.default_rng(0)


def write(path, seed):
    levels = np.random.default_rng(seed).integers(0, 256, (40, 48, 3), dtype=np.uint8)
    Image.fromarray(levels).save(path)


@pytest.fixture
def paths(tmp_path):
    """Six pictures."""
    for number in range(6):
        write(tmp_path / f"{number}.png", number)
    return [str(tmp_path / f"{number}.png") for number in range(6)]


@pytest.fixture
def folder(tmp_path):
    """A store that is not there yet."""
    return str(tmp_path / "store" / "of pictures")


@pytest.fixture
def described():
    """Names of the extractors in the order in which they describe a sample."""
    calls = []
    with mock.patch("mmsk.base._describing._features", side_effect=None) as patched:

        def features(extractor, sample):
            calls.append(type(extractor).__name__)
            return np.array(extractor._extract(sample), np.float32)

        patched.side_effect = features
        yield calls


def n_stored(folder):
    return {name: rows for name, rows, _ in FeatureStore(folder).info()["features"]}


# Each file once

_SEARCH = """
    import json, sys
    from pathlib import Path
    import numpy as np
    import pandas as pd
    import soundfile
    from sklearn.linear_model import RidgeClassifier
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from mmsk.audio import MFCC
    from mmsk.fusion import FeatureFusion
    from mmsk.image import HOG

    opened = []
    sys.addaudithook(
        lambda event, details: event == "open"
        and str(details[0]).endswith(".png")
        and opened.append(str(details[0]))
    )
    opening = soundfile.SoundFile.__init__

    def counted(sound, file, *arguments, **options):  # opened in C, where no audit sees it
        opened.append(str(file))
        opening(sound, file, *arguments, **options)

    soundfile.SoundFile.__init__ = counted
    folder, memory, tuned = sys.argv[1], sys.argv[2] or None, json.loads(sys.argv[3])
    columns = {end: sorted(map(str, Path(folder).glob(f"*.{end}"))) for end in ("png", "wav")}
    table = pd.DataFrame({name: files for name, files in columns.items() if files})
    views = [("png", HOG(size_px=32, memory=memory), "png")]
    if "wav" in table:
        views.append(("wav", MFCC(n_mfcc=5, memory=memory), "wav"))
    model = make_pipeline(FeatureFusion(views), RidgeClassifier())
    search = GridSearchCV(model, tuned, cv=5)
    search.fit(table, np.arange(len(table)) % 2)
    print(json.dumps([len(opened), len(set(opened)), search.best_score_]))
"""
_BEHIND = {"ridgeclassifier__alpha": [0.1, 1.0, 10.0, 100.0]}
_OF_PICTURES = {"featurefusion__png__orientations": [4, 6, 8, 9]}


def search(files, folder, tuned=_BEHIND):
    """Files opened, and how many different, by a grid search in a process of its own."""
    arguments = [sys.executable, "-c", textwrap.dedent(_SEARCH), str(files), str(folder)]
    arguments.append(json.dumps(tuned))
    found = subprocess.run(arguments, capture_output=True, check=True, text=True)
    return json.loads(found.stdout)


@pytest.mark.slow
def test_a_grid_search_opens_each_file_once_and_none_in_a_second_process(tmp_path):
    for number in range(60):
        write(tmp_path / f"{number}.png", number)
    without, n_files, score = search(tmp_path, "")
    assert without == (4 * 5 + 1) * 60  # 4 candidates in 5 folds, and the refit
    assert search(tmp_path, tmp_path / "store") == [60, n_files, score] == [60, 60, score]
    assert search(tmp_path, tmp_path / "store") == [0, 0, score]


@pytest.mark.slow
def test_tuning_one_of_two_modalities_reads_the_other_once(tmp_path):
    for number in range(60):
        write(tmp_path / f"{number}.png", number)
        soundfile.write(tmp_path / f"{number}.wav", 0.1 * RNG.normal(size=1600), 16000)
    n_opened, n_files, _ = search(tmp_path, tmp_path / "store", _OF_PICTURES)
    assert n_opened == 4 * 60 + 60  # pictures for each way to describe them, recordings once
    assert n_files == 2 * 60
    assert search(tmp_path, tmp_path / "other", _BEHIND)[0] == 2 * 60


_TABLES = """
    import json, sys
    import av
    import numpy as np
    import pandas as pd
    import soundfile
    from pathlib import Path
    from sklearn.linear_model import LogisticRegression, RidgeClassifier
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from mmsk import MultimodalClassifier
    from mmsk.audio import MFCC, SpectralStatistics
    from mmsk.fusion import FeatureFusion
    from mmsk.image import HOG, ColorHistogram
    from mmsk.union import MediaUnion
    from mmsk.video import FrameStatistics, MotionHistogram

    opened, memory = [], sys.argv[3]
    sys.addaudithook(
        lambda event, details: event == "open"
        and str(details[0]).endswith(".png")
        and opened.append(str(details[0]))
    )

    def counting(owner, name):
        opening = getattr(owner, name)

        def counted(*arguments, **options):  # opened in C, where no audit sees it
            opened.extend(a for a in arguments if isinstance(a, str))
            return opening(*arguments, **options)

        setattr(owner, name, counted)

    counting(soundfile.SoundFile, "__init__")
    files = sorted(map(str, Path(sys.argv[2]).iterdir()))
    ends = {end: [f for f in files if f.endswith(end)] for end in ("png", "wav", "mkv")}
    table = pd.DataFrame({end: found for end, found in ends.items() if found})
    if sys.argv[1] == "table":
        roles = {"png": "image", "wav": "audio"}
        model = MultimodalClassifier("early", roles, memory=memory)
        model.set_params(estimator=LogisticRegression(max_iter=1000))
        tuned = {"fusion": ["early", "voting"], "estimator__C": [1.0, 10.0]}
    elif sys.argv[1] == "union":
        pictures = [("hog", HOG(size_px=32, memory=memory))]
        pictures.append(("color", ColorHistogram(memory=memory)))
        sounds = [("m", MFCC(memory=memory)), ("s", SpectralStatistics(memory=memory))]
        views = [("png", MediaUnion(pictures), "png"), ("wav", MediaUnion(sounds), "wav")]
        model = make_pipeline(FeatureFusion(views), RidgeClassifier())
        tuned = {"featurefusion__png__hog__orientations": [4, 6, 8, 9]}
    else:
        counting(av, "open")
        films = [("levels", FrameStatistics(memory=memory))]
        films.append(("motion", MotionHistogram(memory=memory)))
        pictures = HOG(size_px=32, memory=memory)
        views = [("png", pictures, "png"), ("mkv", MediaUnion(films), "mkv")]
        model = make_pipeline(FeatureFusion(views), RidgeClassifier())
        tuned = {"featurefusion__mkv__motion__width_px": [16, 24, 32, 48]}
    search = GridSearchCV(model, tuned, cv=5)
    search.fit(table, np.arange(len(table)) % 2)
    print(json.dumps([len(opened), len(set(opened))]))
"""


SEARCHES = {
    "table": ("wav", 2),  # default features, which decode a picture in two ways
    "union": ("wav", 5),  # one of four members tuned: the pictures are read for it only
    "films": ("mkv", 5),
}


@pytest.mark.parametrize("n_files", [10, pytest.param(60, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", SEARCHES)
def test_searches_of_tables_unions_and_films_open_each_file_once(tmp_path, kind, n_files):
    second, n_times = SEARCHES[kind]
    files = tmp_path / "files"
    files.mkdir()
    for number in range(n_files):
        write(files / f"{number}.png", number)
        if second == "wav":
            soundfile.write(files / f"{number}.wav", 0.1 * RNG.normal(size=1600), 16000)
        else:
            film = film_bytes(RNG.integers(0, 256, (6, 32, 48), np.uint8), format="matroska")
            (files / f"{number}.mkv").write_bytes(film)
    run = [
        sys.executable,
        "-c",
        textwrap.dedent(_TABLES),
        kind,
        str(files),
        str(tmp_path / "s"),
    ]
    told = [subprocess.run(run, capture_output=True, check=True, text=True) for _ in range(2)]
    assert [json.loads(one.stdout) for one in told] == [
        [n_times * n_files, 2 * n_files],
        [0, 0],
    ]


def test_rows_are_kept_while_a_column_is_being_described(paths, folder, monkeypatch):
    LBP(memory=folder).fit_transform(paths[:1])
    monkeypatch.setattr("mmsk.base._remembering._KEPT_EVERY_S", -1)
    seen, extract = [], LBP._extract

    def looking(extractor, sample):
        seen.append(n_stored(folder)["LBP"])
        return extract(extractor, sample)

    monkeypatch.setattr(LBP, "_extract", looking)
    LBP(memory=folder).fit_transform(paths)
    assert seen == [1, 2, 3, 4, 5]


def test_only_rows_that_are_new_are_described(paths, folder, described):
    extractor = LBP(memory=folder).fit(paths)
    expected = LBP().fit(paths).transform(paths)
    described.clear()
    extractor.transform(paths[:2])
    np.testing.assert_array_equal(extractor.transform(paths), expected)
    assert len(described) == 6
    np.testing.assert_array_equal(clone(extractor).fit_transform(paths[::-1]), expected[::-1])
    assert len(described) == 6
    assert n_stored(folder) == {"LBP": 6}


def test_lists_in_cells_are_pooled_from_the_rows_of_their_sources(paths, folder, described):
    cells = [paths[:2], paths[2:5], [paths[5]], None]
    expected = LBP().fit_transform(cells)
    LBP(memory=folder).fit_transform(paths)
    described.clear()
    np.testing.assert_array_equal(LBP(memory=folder).fit_transform(cells), expected)
    assert described == []


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_rows_of_workers_are_kept_whatever_they_are(paths, folder, backend, described):
    expected = LBP().fit_transform(paths)
    described.clear()
    with joblib.parallel_config(backend=backend, n_jobs=2):
        found = LBP(memory=folder).fit_transform(paths)
    np.testing.assert_array_equal(found, expected)
    assert n_stored(folder) == {"LBP": 6}


def test_a_member_that_joins_a_union_is_described_alone(paths, folder, described):
    members = [("hog", HOG(size_px=32, memory=folder)), ("lbp", LBP(memory=folder))]
    MediaUnion(members).fit_transform(paths)
    described.clear()
    root = FunctionTransformer(np.sqrt, feature_names_out="one-to-one")
    color = make_pipeline(ColorHistogram(memory=folder), root)
    joined = MediaUnion([*members, ("color", color), ("size", ImageStatistics())])
    found = joined.fit_transform(paths)
    assert described == ["ColorHistogram", "ImageStatistics"] * 6  # the last keeps nothing
    described.clear()
    LBP(memory=folder).fit_transform(paths)  # known from the union, under the file
    assert described == []
    for name, member in joined.transformer_list:
        joined.set_params(**{name: clone(member).set_params(**_forgetting(member))})
    np.testing.assert_array_equal(joined.fit_transform(paths), found)


def _forgetting(member):
    return {name: None for name in member.get_params() if name.rpartition("__")[2] == "memory"}


def test_memory_of_a_union_is_that_of_members_that_have_none(paths, tmp_path, described):
    members = [("one", make_pipeline(LBP())), ("two", HOG(size_px=32, memory=tmp_path / "own"))]
    expected = MediaUnion(members, memory=tmp_path / "union").fit_transform(paths)
    assert n_stored(tmp_path / "union") == {"LBP": 6}
    assert n_stored(tmp_path / "own") == {"HOG": 6}
    described.clear()
    more = MediaUnion([*members, ("three", ColorHistogram())], memory=tmp_path / "union")
    np.testing.assert_array_equal(more.fit_transform(paths)[:, : expected.shape[1]], expected)
    assert described == ["ColorHistogram"] * 6


def test_members_may_keep_their_rows_in_different_stores(paths, tmp_path, described):
    one = FeatureStore(tmp_path / "a", identity="content")
    members = [("one", LBP(memory=one)), ("two", LBP(n_cells=3, memory=tmp_path / "b"))]
    MediaUnion(members).fit_transform(paths)
    assert n_stored(one.folder) == n_stored(tmp_path / "b") == {"LBP": 6}
    described.clear()
    MediaUnion(members).fit_transform(paths)
    assert described == []


def test_recordings_segments_and_films_are_kept_too(tmp_path, folder, described):
    path = tmp_path / "a.wav"
    soundfile.write(path, RNG.normal(size=16000) * 0.1, 16000)
    segments = pd.DataFrame(
        {"media": [str(path)] * 3, "start_s": [0.0, 0.2, 0.0], "end_s": [0.5, 0.7, None]}
    )
    film = film_with_sound(RNG.normal(size=8000).astype(np.float32) * 0.1)
    mute = np.zeros((5, 16, 16), np.uint8)
    for made, column in (
        (MFCC, segments),
        (FrameStatistics, [film, mute]),
        (lambda **memory: AudioTrack(MFCC(), **memory), [film, mute]),
        (lambda **memory: FramePooling(LBP(n_cells=1), **memory), [film, mute]),
    ):
        expected = made().fit(column).transform_present(column)[:2]
        first = made(memory=folder).fit(column).transform_present(column)[:2]
        again = made(memory=folder).fit(column)
        described.clear()
        second = again.transform_present(column)[:2]
        assert described == []
        for found in (first, second):
            for of_plain, of_kept in zip(expected, found, strict=True):
                np.testing.assert_array_equal(of_kept, of_plain)
    assert n_stored(folder)["MFCC"] == 3


def test_what_has_no_sound_is_known_to_have_none_without_reading(folder):
    mute = np.zeros((5, 16, 16), np.uint8)
    sound = np.ones(4000, np.float32), 16000
    track = AudioTrack(MFCC(), memory=folder).fit([sound])
    track.transform([mute])
    with mock.patch.object(AudioTrack, "_read", side_effect=AssertionError):
        features, present, failures = track.transform_present([mute, sound[:0] or None])
    assert not present.any()
    assert np.isnan(features).all()
    assert failures == []


# Never stale


def test_a_file_that_changed_between_two_fits_is_described_anew(paths, folder):
    LBP(memory=folder).fit_transform(paths)
    write(paths[2], 99)
    found = LBP(memory=folder).fit_transform(paths)
    np.testing.assert_array_equal(found, LBP().fit_transform(paths))


def test_content_sees_a_file_replaced_in_the_same_instant_and_size(tmp_path):
    path = tmp_path / "a.bmp"  # as large whatever it shows
    by_path, by_content = (
        LBP(memory=FeatureStore(tmp_path / identity, identity=identity))
        for identity in ("path", "content")
    )
    rows = []
    for seed in (1, 2):
        write(path, seed)
        os.utime(path, ns=(5, 5))
        rows.append([e.fit_transform([path]) for e in (by_path, by_content)])
    np.testing.assert_array_equal(rows[0][0], rows[1][0])  # the price of not reading it
    np.testing.assert_array_equal(rows[1][1], LBP().fit_transform([path]))


def test_a_relative_path_means_the_file_of_the_folder_one_stands_in(tmp_path, monkeypatch):
    store = tmp_path / "store"
    for seed, name in enumerate(("one", "two")):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        write("a.png", seed)
        found = LBP(memory=store).fit_transform(["a.png"])
        np.testing.assert_array_equal(found, LBP().fit_transform(["a.png"]))
    assert n_stored(store) == {"LBP": 2}


def test_other_parameters_and_a_newer_code_version_are_described_anew(
    paths, folder, described, monkeypatch
):
    LBP(memory=folder).fit_transform(paths)
    for version, extractor in ((1, LBP(n_cells=3, memory=folder)), (2, LBP(memory=folder))):
        monkeypatch.setattr(LBP, "_version", version)
        described.clear()
        extractor.fit_transform(paths)
        assert len(described) == 6


def test_a_dictionary_fitted_on_other_pictures_is_another_recipe(paths, folder, described):
    encoder = PatchEncoder(20, size_px=32, max_patches=500, memory=folder)
    first = encoder.fit(paths[:3]).transform(paths)
    second = clone(encoder).fit(paths[3:]).transform(paths)
    assert not np.array_equal(first, second)
    described.clear()
    np.testing.assert_array_equal(clone(encoder).fit(paths[:3]).transform(paths), first)
    assert described == []


class Widths(SampleTransformer):
    """``n_features`` of the class: code whose author forgot ``_version``."""

    n_features = 1

    def __init__(self, *, memory=None):
        self.n_jobs = None
        self.memory = memory
        self.on_error = "raise"

    def _read(self, source):
        return source

    def _extract(self, sample):
        return np.arange(self.n_features) + len(sample)

    def _feature_names(self):
        return [f"width{k}" for k in range(self.n_features)]


def test_rows_of_another_width_are_not_taken(folder, monkeypatch):
    Widths(memory=folder).fit_transform([b"abc"])
    monkeypatch.setattr(Widths, "n_features", 3)
    found = Widths(memory=folder).fit_transform([b"abc"])
    np.testing.assert_array_equal(found, [[3, 4, 5]])


def test_a_text_is_no_path_even_where_a_file_has_its_name(tmp_path, folder, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("poem").write_text("x")
    documents = ["poem", "./poem"]
    found = TextStatistics(memory=folder).fit_transform(documents)
    np.testing.assert_array_equal(found, TextStatistics().fit_transform(documents))
    assert not np.array_equal(found[0], found[1])


# Faults


def test_failures_are_not_kept_and_what_was_described_before_them_is(paths, folder):
    Path(paths[3]).write_bytes(b"no picture")
    extractor = LBP(memory=folder)
    with pytest.raises(DecodeError):
        extractor.fit_transform(paths)
    assert n_stored(folder) == {"LBP": 3}
    lenient = LBP(memory=folder, on_error="missing").fit(paths)
    for _ in range(2):
        with pytest.warns(FailedSamplesWarning, match="1 of 6"):
            features = lenient.transform(paths)
        assert np.isnan(features).all(axis=1).tolist() == [k == 3 for k in range(6)]
    write(paths[3], 3)
    assert np.isfinite(lenient.transform(paths)).all()


def test_a_file_that_was_deleted_is_an_error_though_its_row_is_kept(paths, folder):
    extractor = LBP(memory=folder).fit(paths)
    extractor.transform(paths)
    Path(paths[0]).unlink()
    with pytest.raises(DecodeError, match="No such file"):
        extractor.transform(paths)


def test_a_film_that_is_not_there_is_a_failure_like_any_other(tmp_path, folder):
    (tmp_path / "film.mp4").write_bytes(film_with_sound(np.zeros(8000, np.float32)))
    films = [str(tmp_path / name) for name in ("film.mp4", "absent.mp4", "film.mp4")]
    extractor = FrameStatistics(memory=folder, on_error="missing").fit(films)
    features, errors = extractor.transform_with_errors(films)
    assert [(error.row, "No such file" in error.reason) for error in errors] == [(1, True)]
    assert np.isfinite(features[[0, 2]]).all()


def test_a_damaged_store_costs_a_warning_and_the_work(paths, folder):
    expected = LBP(memory=folder).fit_transform(paths)
    Path(folder, FILE_NAME).write_bytes(RNG.bytes(9000))
    with pytest.warns(StoreWarning, match="is damaged"):
        found = LBP(memory=folder).fit_transform(paths)
    np.testing.assert_array_equal(found, expected)
    assert n_stored(folder) == {"LBP": 6}


def test_a_folder_that_is_none_is_told_and_not_taken_for_a_missing_sample(paths):
    extractor = LBP(memory=paths[0], on_error="missing").fit(paths)
    with pytest.raises(StoreError, match=r"memory=.* cannot be written"):
        extractor.transform(paths)


def test_a_function_among_the_parameters_is_refused_with_memory_only(folder):
    film = [np.zeros((3, 8, 8), np.uint8)]
    level = FunctionTransformer(
        lambda images: [[image.mean()] for image in images],
        feature_names_out=lambda *_: ["level"],
    )
    FramePooling(level).fit_transform(film)
    with pytest.raises(TypeError, match=r"FramePooling\.extractor\.\w+ is <function"):
        FramePooling(level, memory=folder).fit_transform(film)


@pytest.mark.parametrize("identity", ["path", "content"])
def test_a_model_file_keeps_where_its_rows_are(paths, tmp_path, identity):
    extractor = LBP(memory=FeatureStore(tmp_path / "store", identity=identity)).fit(paths)
    model_io.save_model(extractor, tmp_path / "model")
    again = model_io.load_model(tmp_path / "model")
    assert again.memory == extractor.memory
    np.testing.assert_array_equal(again.transform(paths), extractor.transform(paths))
