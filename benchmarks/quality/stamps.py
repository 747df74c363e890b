"""All columns of tuxpaint: pictures, names in five languages, voices and sounds, in one model.

Every modality has several descriptions, each a view of its own: `MKLClassifier` adds up
their kernels. C and how the kernels are weighed are chosen by inner folds of the training
part, which keep groups whole; each part is scored once. Codebooks and vocabularies are of
the training part, and see no labels.

    python -m benchmarks.quality.stamps
"""

import time

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold

from benchmarks._harness import DATA, write_result
from mmsk import audio, image
from mmsk.fusion import MKLClassifier, VotingFusionClassifier
from mmsk.io import read_image
from mmsk.text import TfidfVectorizer

AIM = 0.86
TEXTS = ["text", "text_fr", "text_de", "text_ru", "text_ja"]
VOICES = ["audio", "audio_en", "sound_effect"]
GRID = {"combination": ["average", "cka", "lp"], "C": [1, 3, 10, 30]}
PICTURES = {
    "hog": image.HOG(size_px=64),
    "colour": image.ColorHistogram(),
    "lbp": image.LBP(),
    "statistics": image.ImageStatistics(),
    "gist": image.GIST(),
    "patches": image.PatchEncoder(),
    "fisher": image.FisherVector(),
}
SOUNDS = {
    "mfcc": audio.MFCC(),
    "functionals": audio.AudioFunctionals(),
    "chroma": audio.Chroma(),
}
_BLOCKS: dict = {}  # features of all rows, by column and description


class Ready(TransformerMixin, BaseEstimator):
    """Features that are there already, for a column of numbers of rows."""

    def __init__(self, block):
        self.block = block

    def fit(self, X, y=None):
        """Nothing to learn."""
        self.n_features_in_ = 1
        return self

    def transform(self, X):
        """The rows asked for."""
        return _BLOCKS[self.block][np.asarray(X, dtype=int).ravel()]


def loaded():
    """The labelled rows, with numbers of rows in place of paths, and pictures."""
    table = pd.read_csv(DATA / "tuxpaint" / "table.csv")
    table = table[table["label"].notna()].reset_index(drop=True)
    paths = table[["image", *VOICES]].copy()
    for column in paths:
        table[column] = pd.Series(range(len(table)), dtype="float").where(table[column].notna())
    pictures = [read_image(DATA / "tuxpaint" / path) for path in paths["image"]]
    return table, paths, pictures


def describe_sounds(paths):
    """Blocks of all recordings: nothing is learned from them."""
    for column in VOICES:
        has = paths[column].notna().to_numpy()
        sources = [str(DATA / "tuxpaint" / path) for path in paths[column][has]]
        for name, extractor in SOUNDS.items():
            found = extractor.fit_transform(sources)
            block = np.zeros((len(paths), found.shape[1]), dtype=np.float32)
            block[has] = found
            _BLOCKS[f"{column} {name}"] = block


def describe_pictures(pictures, train):
    """Blocks of all pictures, their codebooks learned from those of the training part."""
    for name, extractor in PICTURES.items():
        extractor.fit([pictures[k] for k in train])
        found = extractor.transform(pictures)
        _BLOCKS[f"image {name}"] = np.sqrt(found) if name in ("colour", "lbp") else found


def views():
    """The views of each modality."""
    words = TfidfVectorizer(token_pattern=r"(?u)\b\w+\b", sublinear_tf=True)
    parts = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    short = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    texts = [
        (f"{column} {name}", vectorizer, column)
        for column in TEXTS
        for name, vectorizer in (("words", words), ("parts", parts), ("characters", short))
    ]
    sounds = [
        (f"{column} {name}", Ready(f"{column} {name}"), [column])
        for column in VOICES
        for name in SOUNDS
    ]
    pictures = [(f"image {name}", Ready(f"image {name}"), ["image"]) for name in PICTURES]
    return {"pictures": pictures, "names": texts, "voices and sounds": sounds}


def chosen(found, X, y, groups):
    """The model of these views whose parameters inner folds choose."""
    inner = StratifiedGroupKFold(3, shuffle=True, random_state=0)
    linear = {name: "linear" for name, _, _ in found if "fisher" in name}
    search = GridSearchCV(MKLClassifier(found, kernel=linear), GRID, cv=inner)
    return search.fit(X, y, groups=groups)


def scores_of(table, fold):
    """Accuracy of each modality alone, of their pool, and of all kernels in one model."""
    train, test = table[table["fold"] != fold], table[table["fold"] == fold]
    y, groups = train["label"].to_numpy(), train["group"].to_numpy()
    parts = views()
    models = {f"{name} alone": found for name, found in parts.items()}
    models["joint, all kernels"] = [view for found in parts.values() for view in found]
    rows, alone = {}, []
    for name, found in models.items():
        search = chosen(found, train, y, groups)
        rows[name] = _row(search, test) | {"chosen": search.best_params_}
        alone.append((name.removesuffix(" alone"), search.best_estimator_))
    pooled = [(name, model, list(table.columns)) for name, model in alone[:-1]]
    late = VotingFusionClassifier(pooled).fit(train, y)
    rows["late, log-opinion pool"] = {"accuracy": late.score(test, test["label"].to_numpy())}
    return rows


def _row(search, test):
    return {
        "accuracy": search.score(test, test["label"].to_numpy()),
        "inner": search.best_score_,
    }


def run():
    """A row for each model over the five folds."""
    start = time.perf_counter()
    table, paths, pictures = loaded()
    describe_sounds(paths)
    folds = []
    for fold in range(5):
        describe_pictures(pictures, np.flatnonzero(table["fold"] != fold))
        folds.append(scores_of(table, fold))
        print(fold, {name: round(row["accuracy"], 4) for name, row in folds[-1].items()})
    models = {name: _summary([rows[name] for rows in folds]) for name in folds[0]}
    return {"models": models, "aim": AIM, "seconds": round(time.perf_counter() - start, 1)}


def _summary(rows):
    accuracies = [row["accuracy"] for row in rows]
    summary = {
        "accuracy": round(float(np.mean(accuracies)), 4),
        "spread": round(float(np.std(accuracies)), 4),
        "folds": [round(float(accuracy), 4) for accuracy in accuracies],
    }
    if "inner" in rows[0]:
        summary["inner_accuracy"] = round(float(np.mean([row["inner"] for row in rows])), 4)
        summary["chosen"] = [row["chosen"] for row in rows]
    return summary


if __name__ == "__main__":
    result = run()
    for name, row in result["models"].items():
        print(f"{name:28} {100 * row['accuracy']:5.1f} ± {100 * row['spread']:4.1f} %")
    write_result("quality_stamps", result)
