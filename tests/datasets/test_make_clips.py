"""The files of make_clips, and the signal planted in them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mmsk.datasets import make_clips
from mmsk.datasets._clips import COMMON_WORDS, KINDS
from mmsk.exceptions import DecodeError
from mmsk.io import guess_modality, read_audio, read_image, read_video

READERS = {
    "image": read_image,
    "audio": read_audio,
    "video": lambda source: list(read_video(source)),
}


@pytest.fixture(scope="module")
def flawed(tmp_path_factory):
    """Folder and table, with missing cells and damaged files."""
    folder = tmp_path_factory.mktemp("flawed")
    return folder, make_clips(folder, 40, missing_rate=0.2, damaged_rate=0.1, random_state=0)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Folder and table, with every file in order."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, make_clips(folder, 60, missing_rate=0, random_state=0)


def test_the_table_is_the_one_in_the_folder(flawed):
    folder, table = flawed
    pd.testing.assert_frame_equal(table, pd.read_csv(folder / "table.csv"))
    assert len(table) == 40


@pytest.mark.parametrize("medium", READERS)
def test_the_files_are_those_of_the_table(flawed, medium):
    folder, table = flawed
    found = {path.relative_to(folder).as_posix() for path in (folder / medium).iterdir()}
    assert found == set(table[medium].dropna())


def test_columns_are_what_they_seem(whole):
    columns = whole[1].drop(columns=["label", "group", "split"])
    modalities = [guess_modality(columns[name]).modality for name in columns]
    assert modalities == ["image", "audio", "video", "text", "tabular", "tabular"]


def test_media_have_the_stated_shapes(whole):
    folder, table = whole
    for row in table.head(10).itertuples():
        assert read_image(folder / row.image).shape == (64, 64, 3)
        samples, rate_hz = read_audio(folder / row.audio)
        assert rate_hz == 16000
        assert 8000 <= len(samples) <= 16000
        frames = list(read_video(folder / row.video, gray=True))
        assert frames[0].shape == (64, 96)
        assert 12 <= len(frames) <= 24
        sound, _ = read_audio(folder / row.video)
        assert len(sound) / 16000 == pytest.approx(len(frames) / 12, abs=0.15)


@pytest.mark.parametrize("column", ["image", "audio", "video", "caption", "age", "colour"])
def test_the_rate_of_missing_cells_is_kept(flawed, column):
    assert flawed[1][column].isna().sum() == 8


def test_no_row_is_bare(tmp_path):
    table = make_clips(tmp_path, 8, missing_rate=0.9, random_state=0)
    assert table[["image", "audio", "video", "caption"]].notna().any(axis=1).all()


@pytest.mark.parametrize("medium", READERS)
def test_exactly_the_damaged_files_cannot_be_read(flawed, medium):
    folder, table = flawed
    damaged = set(pd.read_csv(folder / "damaged.csv")["path"])
    failed = set()
    for path in table[medium].dropna():
        try:
            READERS[medium](folder / path)
        except DecodeError:
            failed.add(path)
    assert failed == {path for path in damaged if path.startswith(medium)}
    assert len(failed) == 4


def test_without_damage_the_list_of_it_is_empty(whole):
    assert pd.read_csv(whole[0] / "damaged.csv").columns.tolist() == ["path", "damage"]
    assert pd.read_csv(whole[0] / "damaged.csv").empty


def test_classes_are_balanced_and_groups_not_split(flawed):
    table = flawed[1]
    assert sorted(table["label"].value_counts()) == [13, 13, 14]
    assert table["group"].value_counts().max() == 5
    assert (table.groupby("group")["split"].nunique() == 1).all()
    assert set(table["split"]) == {"train", "test"}


def test_a_seed_gives_the_same_table_and_samples(tmp_path):
    one, two, other = (
        make_clips(tmp_path / name, 6, missing_rate=0, random_state=seed)
        for name, seed in (("one", 3), ("two", 3), ("other", 4))
    )
    pd.testing.assert_frame_equal(one, two)
    assert not one.equals(other)
    for medium, read in READERS.items():
        for path in one[medium]:
            first, second = read(tmp_path / "one" / path), read(tmp_path / "two" / path)
            for a, b in zip(first, second, strict=True):
                np.testing.assert_array_equal(a, b)


def stripes(path):
    """The structure tensor of a picture: which way its edges run."""
    down, right = np.gradient(read_image(path, gray=True).astype(float))
    tensor = np.array([(down**2).mean(), (right**2).mean(), (down * right).mean()])
    return tensor / tensor[:2].sum()


def bands(path):
    """Log energy in twelve bands of a sound."""
    samples, _ = read_audio(path)
    power = np.abs(np.fft.rfft(samples)) ** 2
    return np.log([band.mean() for band in np.array_split(power[: len(power) // 3], 12)])


def motion(path):
    """Mean difference of frames in nine cells of a film."""
    frames = np.array(list(read_video(path, gray=True)), dtype=float)
    moved = np.abs(np.diff(frames, axis=0)).mean(axis=0)[:63]
    return moved.reshape(3, 21, 3, 32).mean(axis=(1, 3)).ravel()


@pytest.fixture(scope="module")
def chances(whole):
    """Log-probability of each class by each modality, out of fold."""
    folder, table = whole
    views = {
        name: np.array([describe(folder / path) for path in table[name]])
        for name, describe in (("image", stripes), ("audio", bands), ("video", motion))
    }
    views["caption"] = CountVectorizer().fit_transform(table["caption"]).toarray()
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.3))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return {
        name: cross_val_predict(
            model, view, table["label"], cv=folds, method="predict_log_proba"
        )
        for name, view in views.items()
    }


def accuracy(chances, whole):
    labels = whole[1]["label"]
    return (np.unique(labels)[chances.argmax(axis=1)] == labels).mean()


@pytest.mark.parametrize("name", ["image", "audio", "video", "caption"])
def test_a_modality_alone_tells_something_but_not_all(chances, whole, name):
    assert 0.55 < accuracy(chances[name], whole) < 0.9


def test_all_modalities_together_tell_more_than_the_best_alone(chances, whole):
    alone = max(accuracy(view, whole) for view in chances.values())
    assert accuracy(sum(chances.values()), whole) > alone + 0.03


def test_without_noise_a_caption_holds_words_of_its_class_only(tmp_path):
    table = make_clips(tmp_path, 12, noise=0, missing_rate=0, random_state=0)
    words = {name: set(own.split()) for name, own, _ in KINDS}
    for caption, label in zip(table["caption"], table["label"], strict=True):
        telling = set(caption.split()) - set(COMMON_WORDS)
        assert telling
        assert telling <= words[label]


def test_six_classes_are_the_most(tmp_path):
    assert make_clips(tmp_path, 12, n_classes=6, random_state=0)["label"].nunique() == 6


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_classes": 7}, "n_classes must be an int from 2 to 6, got 7"),
        ({"n_classes": 1}, "n_classes must be an int from 2 to 6, got 1"),
        ({"n_samples": 5}, r"n_samples must be an int of at least 2 \* n_classes = 6, got 5"),
        ({"n_samples": 9.5}, "n_samples must be an int"),
        ({"missing_rate": 1}, r"missing_rate must be a number in \[0, 1\), got 1"),
        ({"damaged_rate": -0.1}, r"damaged_rate must be a number in \[0, 1\], got -0.1"),
        ({"noise": "much"}, r"noise must be a number in \[0, 1\], got 'much'"),
    ],
)
def test_parameters_out_of_range_are_refused(tmp_path, parameters, message):
    with pytest.raises(ValueError, match=message):
        make_clips(tmp_path, **parameters)
    assert not list(Path(tmp_path).iterdir())


def test_a_table_is_not_written_over(tmp_path):
    (tmp_path / "table.csv").write_text("mine\n")
    with pytest.raises(FileExistsError, match=r"table.csv' exists. Give an empty folder"):
        make_clips(tmp_path)
    assert (tmp_path / "table.csv").read_text() == "mine\n"
