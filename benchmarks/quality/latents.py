"""Pictures found by text and text by pictures, in latents of canonical correlation.

``wikipedia``, the official split. `CCAFusion` learns from the training part; a row of the
test part is a query by the variates of one view, and all rows of the test part are the
database, by those of the other. Relevant is what has the query's class. Precision is averaged
over all ranks, then over queries. Latents are compared by cosine as they are, or by the
probability that both are of one class (after the semantic matching of Rasiwasia et al. 2010):
the sum over classes of the product of what a logistic regression on each view's variates says,
its strength chosen by inner log-loss. That says how likely a hit is, which is what average
precision sorts by. ``pooled`` is the geometric mean with the probabilities of a kernel machine
on the view itself. Variates are multiplied by their agreement to a power, so that columns the
views hardly share count less. The variant is chosen by inner folds of the training part; all
are scored on the test part once.

    python -m benchmarks.quality.latents
"""

from benchmarks._harness import one_thread, write_result

one_thread()

import time  # noqa: E402

import numpy as np  # noqa: E402
from sklearn.linear_model import LogisticRegressionCV  # noqa: E402
from sklearn.model_selection import GridSearchCV, StratifiedKFold  # noqa: E402
from sklearn.preprocessing import normalize  # noqa: E402

from benchmarks.quality.matrices import splits, table_of  # noqa: E402
from mmsk.fusion import CCAFusion, MKLClassifier  # noqa: E402

AIM = 0.305
KERNELS = {"CCA": None, "rbf CCA": "rbf", "chi2 CCA": "chi2"}  # both views are histograms
LABELS = {"": None, ", labels as a view": "classes"}
SHRINKAGE, POWERS = 0.5, (0.0, 2.0)  # 0.1 was no better in two inner folds
N_COMPONENTS = 50
STRENGTHS = np.logspace(-2, 3, 6)
OWN = {"C": [0.1, 1, 10], "kernel": ["rbf", "chi2"]}
N_INNER = 3


def variants():
    """Parameters of `CCAFusion` by name."""
    return {
        f"{kernel_name}{labels_name}, power {power:g}": {
            "kernel": kernel,
            "supervised": supervised,
            "shrinkage": SHRINKAGE,
            "power": power,
        }
        for kernel_name, kernel in KERNELS.items()
        for labels_name, supervised in LABELS.items()
        for power in POWERS
    }


def mean_average_precision(similarities, relevant):
    """Mean over queries (rows) of the precision at the rank of each relevant item."""
    order = np.argsort(-similarities, axis=1, kind="stable")
    hits = np.take_along_axis(relevant, order, axis=1)
    precision = hits.cumsum(axis=1) / np.arange(1, hits.shape[1] + 1)
    return float(np.mean((precision * hits).sum(axis=1) / hits.sum(axis=1)))


def all_scores(views, train, test):
    """MAP of texts found by pictures, and of pictures found by texts, by variant."""
    (X, y), (X_new, y_new) = train, test
    relevant = y_new[:, None] == y_new
    own = [_own_probabilities(view, X, y, X_new) for view in views]
    alike = {"views alone": own}
    for name, parameters in variants().items():
        fusion = CCAFusion(views, n_components=N_COMPONENTS, **parameters).fit(X, y)
        scale = fusion.agreement_**fusion.power
        known, new = fusion.variates(X) * scale, fusion.variates(X_new) * scale
        said = [_probabilities(*pair, y) for pair in zip(known, new, strict=True)]
        alike[f"{name}, cosine"] = [normalize(rows) for rows in new]
        alike[f"{name}, one class"] = said
        alike[f"{name}, one class, pooled"] = [
            normalize(np.sqrt(a * b), norm="l1") for a, b in zip(own, said, strict=True)
        ]
    return {
        name: [
            mean_average_precision(similarity, relevant)
            for similarity in (image @ text.T, text @ image.T)
        ]
        for name, (image, text) in alike.items()
    }


def _probabilities(known, new, y):
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    model = LogisticRegressionCV(
        Cs=STRENGTHS,
        cv=folds,
        scoring="neg_log_loss",
        max_iter=1000,
        l1_ratios=(0,),
        use_legacy_attributes=False,
    )
    return model.fit(known, y).predict_proba(new)


def _own_probabilities(view, X, y, X_new):
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    search = GridSearchCV(MKLClassifier([view]), OWN, scoring="neg_log_loss", cv=folds)
    return search.fit(X, y).predict_proba(X_new)


def run():
    """Inner and test mAP of each variant, and which the inner folds choose."""
    X, y, table, views = table_of("wikipedia")
    ((train, test),) = splits(table, "split")
    folds = StratifiedKFold(N_INNER, shuffle=True, random_state=0).split(X[train], y[train])
    known, new = (X[train], y[train]), (X[test], y[test])
    chance = np.bincount(y[test]) / test.sum()
    start = time.process_time()
    inner = [all_scores(views, _part(known, a), _part(known, b)) for a, b in folds]
    rows = {}
    for name, (image, text) in all_scores(views, known, new).items():
        rows[name] = {
            "inner": round(float(np.mean([fold[name] for fold in inner])), 4),
            "image_query": round(image, 4),
            "text_query": round(text, 4),
            "map": round((image + text) / 2, 4),
        }
        print(name, rows[name], flush=True)
    chosen = max(rows, key=lambda name: rows[name]["inner"])
    return {
        "aim": AIM,
        "chance": round(float((chance**2).sum()), 4),
        "chosen": chosen,
        "cpu_s": round(time.process_time() - start, 1),
        "variants": rows,
    }


def _part(known, rows):
    return tuple(values[rows] for values in known)


if __name__ == "__main__":
    write_result("quality_latents", run())
