"""Every rule of model-level fusion on ready features and on mosi: a row for each.

The views and their classifiers are the same in all rows, so these compare rules. On mfeat
and prokaryotic nothing of a view is tuned (logistic regression, C=10, on the block-scaled
features); on mosi inner folds by video choose C of every view, on the training part. The test
part is scored once. Inner accuracy is that of the inner folds that rules learn from.

Read mosi with care: the ready features of video and ``text_cnn`` were trained with the
labels of the training part, so inner folds take them for far better than they are, and what
is learned on inner folds trusts them too far.

Which classifiers of text, and how far a neighbour is heard, was chosen on folds of the training
part (docs/house/decisions/context.md).

    python -m benchmarks.quality.pools [set ...]
"""

import sys
import time
import warnings

import joblib
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import Normalizer
from sklearn.svm import SVC

from benchmarks._harness import with_earlier_sets, write_result
from benchmarks.quality.matrices import DATA, SETS, splits, table_of
from mmsk.fusion import (
    BlockScaler,
    ContextFusionClassifier,
    EnsembleSelectionClassifier,
    FeatureFusion,
    GroupScaler,
    StackingFusionClassifier,
    VotingFusionClassifier,
)
from mmsk.text import CountVectorizer, NBLogRatio, TextStatistics, TfidfVectorizer

NAME = "quality_pools"
AIMS = {
    "mfeat, 200 rows": 0.975,
    "prokaryotic": 0.84,
    "mosi (a)": 0.74,
    "mosi (b)": 0.785,
}
MOSI_VIEWS = {
    "mosi (a)": ["text", "audio", "video"],
    "mosi (b)": ["text", "text_cnn", "audio", "video"],
}
VIDEO = ["video_id", "segment"]
RAW = ["text"]  # the columns of a view of raw text
_FITTED: dict = {}


class Remembered(ClassifierMixin, BaseEstimator):
    """A classifier that is fitted once on the same rows, whichever rule asks for it."""

    def __init__(self, estimator):
        self.estimator = estimator

    def fit(self, X, y, groups=None):
        """Fit, or take over what was fitted."""
        key = joblib.hash((self.estimator, np.asarray(X), y, groups))
        if key not in _FITTED:
            params = {} if groups is None else {"groups": groups}
            _FITTED[key] = clone(self.estimator).fit(X, y, **params)
        self.fitted_ = _FITTED[key]
        self.classes_ = self.fitted_.classes_
        return self

    def predict_proba(self, X):
        """What the fitted classifier says."""
        return self.fitted_.predict_proba(X)

    def predict(self, X):
        """The most probable class."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def linear(C=10):
    return LogisticRegression(C=C, max_iter=1000)


def short_texts():
    """The log pool of four linear classifiers of words and characters, one voice together."""
    words = {"token_pattern": r"(?u)\b\w+\b"}
    classifier = LogisticRegression(solver="liblinear", dual=True, max_iter=2000)

    def view(name, *steps):
        pipeline = make_pipeline(*steps, classifier)
        grid = {"logisticregression__C": [1, 3, 10]}
        return name, GridSearchCV(pipeline, grid, cv=GroupKFold(5)), "text"

    views = [
        view("words", CountVectorizer(binary=True, ngram_range=(1, 3), **words), NBLogRatio(),
             Normalizer()),
        view("characters", CountVectorizer(binary=True, analyzer="char_wb", ngram_range=(3, 5)),
             NBLogRatio(), Normalizer()),
        view("characters, TF-IDF",
             TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(2, 5))),
        view("words, TF-IDF", TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), **words)),
    ]  # fmt: skip
    return VotingFusionClassifier(views, weights=[1 / 4] * 4)


def voice():
    """Sound without what a speaker gives to all of a video; rows of length 1 on average."""
    return make_pipeline(
        GroupScaler("video_id"),
        SimpleImputer(keep_empty_features=True),
        BlockScaler(),
        linear(0.3),
    )


def mosi(name):
    """Table, labels, groups, parts and views of mosi."""
    table = pd.read_csv(DATA / "mosi" / "table.csv")
    features = np.load(DATA / "mosi" / "features.npz")
    blocks = {"text": table[["text"]].apply(lambda text: text.str.lower())}
    for block in ("audio", "video", "text_cnn"):
        columns = [f"{block}_{k}" for k in range(features[block].shape[1])]
        blocks[block] = pd.DataFrame(features[block], columns=columns)
    # C of a block whose rows are of length 1: from almost nothing said to the default
    search = GridSearchCV(
        make_pipeline(BlockScaler(), linear()),
        {"logisticregression__C": [0.03, 0.3, 3]},
        cv=GroupKFold(5),
        scoring="neg_log_loss",
    )
    views = [
        (block, Remembered(short_texts() if block == "text" else search), list(blocks[block]))
        for block in MOSI_VIEWS[name]
    ]
    X = pd.concat([*(blocks[block] for block in MOSI_VIEWS[name]), table[VIDEO]], axis=1)
    test = (table["split"] == "test").to_numpy()
    return X, table["label"].to_numpy(), table["video_id"].to_numpy(), [[(~test, test)]], views


def ready(name):
    """The same of the sets of ready features, which have no groups."""
    X, y, table, views = table_of(name)
    classifier = make_pipeline(BlockScaler(), linear())
    views = [(view, Remembered(classifier), columns) for view, _, columns in views]
    return X, y, None, [splits(table, column) for column in SETS[name][2]], views


def rules(views, cv):
    """The fusions compared, by name."""

    def pool(**parameters):
        return VotingFusionClassifier(views, cv=cv, **parameters)

    geometric = [1 / len(views)] * len(views)
    found = {
        **{f"{view[0]} alone": VotingFusionClassifier([view]) for view in views},
        "log": pool(),
        "log, geometric mean": pool(weights=geometric),
        **{
            voting: pool(voting=voting)
            for voting in ("soft", "hard", "median", "max", "product", "rank")
        },
        "Dempster-Shafer": pool(voting="dempster_shafer"),
        "log, learned": pool(weights="learned"),
        "soft, learned": pool(weights="learned", voting="soft"),
        **{
            f"log, {method}": pool(calibration=method)
            for method in ("temperature", "sigmoid", "isotonic")
        },
        "log, temperature, learned": pool(calibration="temperature", weights="learned"),
        "log, confidence": pool(gate="confidence"),
        "soft, confidence": pool(gate="confidence", voting="soft"),
        "log, competence": pool(gate="competence"),
        "soft, competence": pool(gate="competence", voting="soft"),
        "stacking": StackingFusionClassifier(views, cv=cv),
        "stacking, two layers": StackingFusionClassifier(
            views, final_estimator=_second_layer(), cv=cv
        ),
        "ensemble selection": EnsembleSelectionClassifier(views, cv=cv),
    }
    if views[0][2] == RAW:
        measured = [("text", TextStatistics(), "text")]
        context = ContextFusionClassifier(short_texts(), "video_id", order="segment")
        others = [("text in context", Remembered(context), RAW + VIDEO), *views[1:]]
        found["text in context alone"] = VotingFusionClassifier(others[:1])
        sound = next(columns for name, _, columns in views if name == "audio")
        apart = ("audio", voice(), sound + VIDEO[:1])
        found["log, text in context and voice"] = VotingFusionClassifier([others[0], apart])
        found["log, text in context"] = VotingFusionClassifier(others)
        found["soft, text in context"] = VotingFusionClassifier(others, voting="soft")
        found["log, quality of text"] = pool(quality=measured)
        found["log, quality of text, learned"] = pool(quality=measured, weights="learned")
    return found


def _second_layer():
    """A support vector machine and a logistic regression over what the views say, averaged."""
    everything = slice(0, None)
    machine = SVC(probability=True, random_state=0)
    return VotingFusionClassifier(
        [("linear", linear(1), everything), ("machine", machine, everything)], voting="soft"
    )


def early(views, cv):
    """One classifier of all features, C and the kernel's width by inner folds."""
    words = TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\b\w+\b", ngram_range=(1, 2))
    features = [
        (name, words, "text") if columns == RAW else (name, "passthrough", columns)
        for name, _, columns in views
    ]
    if any(columns == RAW for _, _, columns in views):
        classifier, grid = linear(), {"logisticregression__C": [0.1, 1, 10]}
    else:
        # squared distances of block-scaled rows are about twice the number of views
        widths = [width / (2 * len(views)) for width in (0.5, 1, 2)]
        classifier, grid = SVC(), {"svc__C": [10, 100], "svc__gamma": widths}
    return GridSearchCV(make_pipeline(FeatureFusion(features), classifier), grid, cv=cv)


def early_by_inner_folds(views):
    """One classifier of all features: it, its C and the blocks' norm by inner folds."""
    features = [(name, "passthrough", columns) for name, _, columns in views]
    model = Pipeline(
        [("fusion", FeatureFusion(features, scaler=BlockScaler())), ("classifier", linear())]
    )
    norms = {"fusion__scaler__norm": ["width", "variance", "singular"]}
    grid = [
        {**norms, "classifier": [linear(C) for C in (0.1, 1, 10, 100)]},
        {**norms, "classifier": [discriminants()]},
    ]
    return GridSearchCV(model, grid, cv=StratifiedKFold(5, shuffle=True, random_state=0))


def discriminants():
    """Linear discriminants for more features than rows."""
    return LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")


def run(name):
    """Accuracy of each rule: the mean of each split into parts, and its spread over splits."""
    X, y, groups, columns, views = mosi(name) if name in MOSI_VIEWS else ready(name)
    cv = 5 if groups is None else GroupKFold(5)
    inner = StratifiedKFold(3, shuffle=True, random_state=0) if groups is None else cv
    models = {**rules(views, cv), "early, tuned": early(views, inner)}
    if groups is None:  # dense blocks, and few rows for as many features
        for norm in ("width", "variance", "singular"):
            blocks = [(view, "passthrough", chosen) for view, _, chosen in views]
            fusion = FeatureFusion(blocks, scaler=BlockScaler(norm=norm))
            models[f"early, {norm}"] = make_pipeline(fusion, linear())
            models[f"early, {norm}, discriminants"] = make_pipeline(fusion, discriminants())
        models["early, by inner folds"] = early_by_inner_folds(views)
    scores = {model: [] for model in models}
    for parts in columns:
        found = {model: [] for model in models}
        for train, test in parts:
            for model_name, model in models.items():
                found[model_name].append(_score(model, X, y, groups, train, test))
            if groups is None:  # both sets of mosi have fits in common
                _FITTED.clear()
        for model_name, some in found.items():
            scores[model_name].append(np.mean(some))
        print(f"  {name}: {len(scores['log'])} of {len(columns)}", flush=True)
    rows = {
        model: {
            "accuracy": round(float(np.mean(some)), 4),
            "spread": round(float(np.std(some)), 4),
        }
        for model, some in scores.items()
    }
    for view, accuracy in _inner_accuracies(X, y, groups, columns[0][0][0], views, cv).items():
        rows[f"{view} alone"]["inner_accuracy"] = accuracy
    return rows


def _score(model, X, y, groups, train, test):
    X_train, X_test = (X[part] for part in (train, test))
    params = {} if groups is None else {"groups": groups[train]}
    return np.mean(clone(model).fit(X_train, y[train], **params).predict(X_test) == y[test])


def _inner_accuracies(X, y, groups, train, views, cv):
    """What inner folds of the first training part take each view for."""
    found = {}
    for view in views:
        said = cross_val_predict(
            VotingFusionClassifier([view]), X[train], y[train], cv=cv,
            groups=None if groups is None else groups[train],
            params=None if groups is None else {"groups": groups[train]},
        )  # fmt: skip
        found[view[0]] = round(float(np.mean(said == y[train])), 4)
    return found


if __name__ == "__main__":
    warnings.simplefilter("ignore", FutureWarning)  # SVC(probability=True), of scikit-learn 1.9
    for wanted in sys.argv[1:] or AIMS:
        start = time.perf_counter()
        models = run(wanted)
        found = {
            "aim": AIMS[wanted],
            "reached_by": [m for m, row in models.items() if row["accuracy"] >= AIMS[wanted]],
            "seconds": round(time.perf_counter() - start, 1),
            "models": models,
        }
        print(f"\n{wanted}, {found['seconds']:.0f} s")
        for model, row in models.items():
            print(f"  {model:32}", *(f"{key} {100 * value:.1f}" for key, value in row.items()))
        write_result(NAME, with_earlier_sets(NAME, {wanted: found}))
