"""Pictures alone: which features and classifier, tuned, and untuned by the number of rows.

Tuned scores: `tuxpaint` over its five folds, and the given splits of `scenes15` and of the
pictures of `digits_av`. C and the width of the RBF kernel are chosen by inner
cross-validation on the training part, which keeps groups whole; the test part is scored
once. PatchEncoder learns from the training part, without labels. Blocks are scaled by
`BlockScaler`, so that each has rows of mean squared length 1.

What a file's size tells is a block of its own and not among the features: the classes of
`scenes15` come from several cameras, so that width and height alone name the class far
above chance, which no other collection of the same scenes would repeat.

Curves: the same features and classifiers of fixed parameters, fitted on few rows of the
training part, because a default has to do without a search.

    python -m benchmarks.quality.tuxpaint_image [name ...]
"""

import sys
from functools import partial

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.metrics.pairwise import linear_kernel, rbf_kernel
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from benchmarks._harness import DATA, write_result
from mmsk.fusion import BlockScaler
from mmsk.image import HOG, LBP, ColorHistogram, ImageStatistics, PatchEncoder
from mmsk.io import read_image

FIXED = ["hog", "shares", "statistics"]
VIEWS = {
    "HOG": ["hog"],
    "PatchEncoder": ["patches"],
    "HOG + colour + LBP + statistics": FIXED,
    "all of these": [*FIXED, "patches"],
}
SIZE_VIEWS = {"size alone": ["size"], "all of these and size": [*FIXED, "patches", "size"]}
N_SIZES = 3  # the first of ImageStatistics: width, height, aspect ratio
SETS = {
    # name: (folder, target, column of parts, held-out values, column of groups)
    "tuxpaint": ("tuxpaint", "label", "fold", range(5), "group"),
    "scenes15": ("scenes15", "label", "split", ["test"], "dup_group"),
    "digits_av": ("digits_av", "digit", "split", ["test"], None),
}
CLASSIFIERS = {  # what is affordable
    "tuxpaint": ["logistic regression", "RBF SVM"],
    "scenes15": ["linear SVM", "RBF SVM"],
    "digits_av": ["linear SVM"],
}
CURVES = {
    "tuxpaint": [50, 100, 200, 400],
    "scenes15": [75, 150, 300, 750],
    "digits_av": [50, 100, 300],
}
N_DRAWS, N_TESTED = 3, 500
C_GRID = [0.3, 1, 3, 10, 30, 100]
WIDTHS = [0.125, 0.25, 0.5, 1, 2]  # gamma, in inverse mean squared lengths of a row


def loaded(name):
    """Pictures, their fixed features, labels, groups, and masks of the test parts."""
    folder, target, parts, values, groups = SETS[name]
    table = pd.read_csv(DATA / folder / "table.csv", low_memory=False)
    table = table[table[target].notna()].reset_index(drop=True)
    pictures = [read_image(DATA / folder / path) for path in table["image"]]
    shares = [ColorHistogram(n_jobs=2), LBP(n_jobs=2)]
    statistics = ImageStatistics(n_jobs=2).fit_transform(pictures)
    fixed = {
        "hog": HOG(size_px=64, n_jobs=2).fit_transform(pictures),
        "shares": np.sqrt(np.hstack([s.fit_transform(pictures) for s in shares])),
        "statistics": statistics[:, N_SIZES:],
        "size": statistics[:, :N_SIZES],
    }
    tests = [(table[parts] == value).to_numpy() for value in values]
    return pictures, fixed, table[target].to_numpy(), _groups(table, groups), tests


def _groups(table, column):
    """A group for each row; rows without one are groups of their own."""
    own = pd.Series([f"row {k}" for k in range(len(table))])
    if column is None:
        return own
    return table[column].astype(object).where(table[column].notna(), own).astype(str)


def scaled_blocks(pictures, fixed, train, test):
    """Each block of features of training and test rows, scaled; patches learned anew."""
    encoder = PatchEncoder(n_jobs=2).fit([pictures[k] for k in train])
    both = [
        {
            **{name: features[rows] for name, features in fixed.items()},
            "patches": encoder.transform([pictures[k] for k in rows]),
        }
        for rows in (train, test)
    ]
    blocks = {}
    for name, features in both[0].items():
        scaler = BlockScaler().fit(features)
        blocks[name] = scaler.transform(features), scaler.transform(both[1][name])
    return blocks


def joined(blocks, names):
    """Training and test matrix of the blocks named."""
    return tuple(np.hstack([blocks[name][k] for name in names]) for k in range(2))


def tuned(classifier, A, B, y, groups):
    """Predictions for B of a classifier whose parameters inner folds of A choose."""
    inner = StratifiedGroupKFold(3, shuffle=True, random_state=0)
    if classifier == "logistic regression":
        # a rotation onto the span of the rows leaves an L2-penalised linear model as it is
        rotation = PCA(svd_solver="full").fit(A)
        model = LogisticRegression(max_iter=2000)
        search = GridSearchCV(model, {"C": [0.3, 3, 30, 300]}, cv=inner)
        search.fit(rotation.transform(A), y, groups=groups)
        return search.predict(rotation.transform(B))
    kernels = [linear_kernel]
    if classifier == "RBF SVM":
        length = (A**2).sum(axis=1).mean()
        kernels = [partial(rbf_kernel, gamma=width / length) for width in WIDTHS]
    searches = []
    for kernel in kernels:
        search = GridSearchCV(SVC(kernel="precomputed"), {"C": C_GRID}, cv=inner)
        searches.append(search.fit(kernel(A, A), y, groups=groups))
    best = int(np.argmax([search.best_score_ for search in searches]))
    return searches[best].predict(kernels[best](B, A))


def untuned(A):
    """Classifiers of fixed parameters, by name."""
    gamma = 0.5 / (A**2).sum(axis=1).mean()
    landmarks = Nystroem(gamma=gamma, n_components=min(len(A), 1000), random_state=0)
    linear = LogisticRegression(C=10, max_iter=2000)
    return {
        "logistic regression": make_pipeline(PCA(svd_solver="full"), linear),
        "RBF Nystroem + logistic regression": make_pipeline(landmarks, linear),
        "RBF SVM": SVC(C=10, gamma=gamma),
    }


def scores(data, classifiers):
    """Accuracy and mean accuracy of the classes, tuned, by view and classifier."""
    pictures, fixed, y, groups, tests = data
    found = {}
    for test in tests:
        train = np.flatnonzero(~test)
        test = np.flatnonzero(test)
        blocks = scaled_blocks(pictures, fixed, train, test)
        for view, names in {**VIEWS, **SIZE_VIEWS}.items():
            A, B = joined(blocks, names)
            for classifier in classifiers:
                guess = tuned(classifier, A, B, y[train], groups[train])
                score = np.mean(guess == y[test]), balanced_accuracy_score(y[test], guess)
                found.setdefault(f"{view}, {classifier}", []).append(score)
    return {name: _summary(np.array(values)) for name, values in found.items()}


def _summary(values):
    return {
        "accuracy": round(float(values[:, 0].mean()), 4),
        "spread": round(float(values[:, 0].std()), 4),
        "class_mean_accuracy": round(float(values[:, 1].mean()), 4),
    }


def curve(data, sizes):
    """Accuracy, untuned, by number of rows, view and classifier; mean of three draws."""
    pictures, fixed, y, _, tests = data
    rows = {}
    for size in sizes:
        found = {}
        for draw in range(N_DRAWS):
            rng = np.random.default_rng(draw)
            held_out = tests[draw % len(tests)]
            train = rng.permutation(np.flatnonzero(~held_out))[:size]
            test = rng.permutation(np.flatnonzero(held_out))[:N_TESTED]
            blocks = scaled_blocks(pictures, fixed, train, test)
            for view, names in VIEWS.items():
                A, B = joined(blocks, names)
                for name, model in untuned(A).items():
                    score = model.fit(A, y[train]).score(B, y[test])
                    found.setdefault(f"{view}, {name}", []).append(score)
        rows[str(size)] = {name: round(float(np.mean(s)), 4) for name, s in found.items()}
    return rows


def run(name):
    """Tuned scores and the curve of one data set."""
    data = loaded(name)
    return {"tuned": scores(data, CLASSIFIERS[name]), "by_rows": curve(data, CURVES[name])}


def _print(name, result):
    print(f"\n{name}, tuned")
    for model, row in result["tuned"].items():
        accuracy, spread = 100 * row["accuracy"], 100 * row["spread"]
        classes = 100 * row["class_mean_accuracy"]
        print(f"  {model:52} {accuracy:5.1f} ± {spread:3.1f} %   classes {classes:5.1f} %")
    sizes = result["by_rows"]
    print(f"{name}, untuned, by rows {', '.join(sizes)}")
    for model in next(iter(sizes.values())):
        values = "  ".join(f"{100 * sizes[size][model]:5.1f}" for size in sizes)
        print(f"  {model:66} {values}", flush=True)


if __name__ == "__main__":
    results = {}
    for task in sys.argv[1:] or SETS:
        results[task] = run(task)
        _print(task, results[task])
    write_result("quality_tuxpaint_image", {"sets": results})
