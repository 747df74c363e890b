"""scikit-learn's own wiring over our extractors, on real files of four modalities."""

import pytest
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler

from mmsk.audio import MFCC
from mmsk.datasets import make_clips
from mmsk.image import HOG, ColorHistogram
from mmsk.tabular import TabularEncoder
from mmsk.text import TfidfVectorizer
from mmsk.video import FrameStatistics

MEDIA = ["image", "audio", "video"]


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Sixty complete rows of two classes, their paths made absolute; labels and groups."""
    folder = tmp_path_factory.mktemp("clips")
    table = make_clips(folder, 60, n_classes=2, missing_rate=0, random_state=0)
    for column in MEDIA:
        table[column] = [str(folder / name) for name in table[column]]
    return table, table["label"], table["group"]


def _one(extractor, column):
    scaled = make_column_transformer((make_pipeline(extractor, StandardScaler()), column))
    return make_pipeline(scaled, LogisticRegression(max_iter=1000))


def test_a_column_transformer_takes_every_modality(clips):
    table, y, _ = clips
    columns = ColumnTransformer(
        [
            ("photo", make_pipeline(HOG(size_px=32), StandardScaler()), "image"),
            ("sound", make_pipeline(MFCC(), StandardScaler()), "audio"),
            ("film", make_pipeline(FrameStatistics(), StandardScaler()), "video"),
            ("words", TfidfVectorizer(), "caption"),
            ("numbers", TabularEncoder(), ["age", "colour"]),
        ]
    )
    model = make_pipeline(columns, LogisticRegression(max_iter=1000))
    assert cross_val_score(model, table, y, cv=3).mean() > 0.7
    assert len(columns.fit(table).get_feature_names_out()) == columns.transform(table).shape[1]


def test_a_feature_union_describes_one_column_in_two_ways(clips):
    table, _, _ = clips
    union = FeatureUnion([("hog", HOG(size_px=32)), ("color", ColorHistogram())])
    features = union.fit_transform(table["image"])
    assert features.shape == (60, len(union.get_feature_names_out()))


@pytest.mark.parametrize("fusion", [VotingClassifier, StackingClassifier])
def test_votes_and_stacks_of_pipelines(clips, fusion):
    table, y, _ = clips
    members = [
        ("photo", _one(HOG(size_px=32), "image")),
        ("sound", _one(MFCC(), "audio")),
        ("words", _one_of_words()),
    ]
    assert fusion(members).fit(table[:40], y[:40]).score(table[40:], y[40:]) > 0.6


def _one_of_words():
    words = make_column_transformer((TfidfVectorizer(), "caption"))
    return make_pipeline(words, LogisticRegression())


def test_a_grouped_search_tunes_an_extractor_deep_inside(clips):
    table, y, groups = clips
    model = make_pipeline(HOG(size_px=32), LogisticRegression(max_iter=1000))
    search = GridSearchCV(model, {"hog__orientations": [4, 9]}, cv=GroupKFold(3), n_jobs=2)
    search.fit(table["image"], y, groups=groups)
    assert search.best_score_ > 0.5
