"""Short texts: what each view of the words says alone, and all of them fused.

``mr`` is scored over its ten folds, ``trec6`` on its official test part. Nothing but the
training texts is learned from. The strength C of every classifier is chosen by inner
folds of the training part; the test part is scored once.

    python -m benchmarks.quality.text [mr] [trec6]
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from benchmarks._harness import RESULTS, write_result
from mmsk.fusion import VotingFusionClassifier
from mmsk.text import (
    CountVectorizer,
    NBLogRatio,
    PositionedNgrams,
    TfidfVectorizer,
    WordVectors,
)

DATA = Path(os.environ.get("MMSK_DATA", Path(__file__).parents[3] / "shared" / "data"))
NAME = "quality_text"
WORD = r"\S+"  # both sets come as words between blanks
AIMS = {"mr": 0.80, "trec6": 0.94}


def counts(**parameters):
    """Whether a term is there, for NB-SVM."""
    return CountVectorizer(binary=True, **parameters)


def tfidf(**parameters):
    return TfidfVectorizer(sublinear_tf=True, **parameters)


def linear():
    return LogisticRegression(solver="liblinear", dual=True, max_iter=2000)


def nb_svm():
    """Logistic regression on rows of unit length of NB-scaled terms, each class by its own."""
    # unit length, so that one grid of C does for views of any width
    return OneVsRestClassifier(make_pipeline(NBLogRatio(), Normalizer(), linear()))


def tuned(name, features, classifier, grid):
    """A view: features and a classifier, whose C inner folds choose."""
    parameter = next(
        p for p in sorted(classifier.get_params(), key=len) if p.rpartition("__")[2] == "C"
    )
    pipeline = make_pipeline(*features, classifier)
    step = pipeline.steps[-1][0]
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    return name, GridSearchCV(pipeline, {f"{step}__{parameter}": grid}, cv=folds), "text"


CS = [1, 3, 10]
PLACES = PositionedNgrams(token_pattern=WORD)
VIEWS = {
    "mr": [
        tuned("words", [counts(token_pattern=WORD, ngram_range=(1, 2))], nb_svm(), CS),
        tuned("characters", [counts(analyzer="char", ngram_range=(2, 5))], nb_svm(), CS),
        tuned(
            "word vectors",
            [WordVectors(300, token_pattern=WORD), StandardScaler()],
            LogisticRegression(max_iter=500),
            [0.001, 0.01, 0.1],
        ),
    ],
    "trec6": [
        tuned(
            "words, TF-IDF",
            [tfidf(token_pattern=WORD, ngram_range=(1, 2))],
            OneVsRestClassifier(linear()),
            [10, 30, 100],
        ),
        tuned("places", [counts(analyzer=PLACES)], nb_svm(), [3, 10, 30]),
        tuned(
            "places, TF-IDF",
            [tfidf(analyzer=PLACES)],
            OneVsRestClassifier(linear()),
            [10, 30, 100],
        ),
        tuned("characters", [counts(analyzer="char", ngram_range=(2, 6))], nb_svm(), CS),
        tuned(
            "characters, TF-IDF",
            [tfidf(analyzer="char", ngram_range=(2, 6))],
            OneVsRestClassifier(linear()),
            [10, 30, 100],
        ),
    ],
}


def parts(name, table):
    """Training and test rows: the folds of mr, the official split of trec6."""
    if name == "mr":
        return [table["fold"] == fold for fold in range(10)]
    return [table["split"] == "test"]


def run(name):
    """Scores of every view alone and of their fusion, with what the inner folds chose."""
    table = pd.read_csv(DATA / name / "table.csv")
    found, start = [], time.perf_counter()
    for test in parts(name, table):
        found.append(one_part(VIEWS[name], table[~test], table[test]))
        print(name, f"{time.perf_counter() - start:6.0f} s", shown(found[-1]), flush=True)
    rows = {model: summed(part[model] for part in found) for model in found[0]}
    return {
        "aim": AIMS[name],
        "reached": rows["fused"]["accuracy"] >= AIMS[name],
        "models": rows,
        "seconds": round(time.perf_counter() - start, 1),
    }


def one_part(views, train, test):
    """Scores on one test part, of models fitted on one training part."""
    # one voice together: the views see the same words, so they are not independent
    fused = VotingFusionClassifier(clone_views(views), weights=[1 / len(views)] * len(views))
    fused.fit(train[["text"]], train["label"])
    rows = {}
    for name, search, column in fused.views_:
        rows[name] = {
            "accuracy": float(np.mean(search.predict(test[column]) == test["label"])),
            "inner_accuracy": float(search.best_score_),
            "chosen": next(iter(search.best_params_.values())),
        }
    said = fused.predict(test[["text"]])
    rows["fused"] = {"accuracy": float(np.mean(said == test["label"]))}
    return rows


def clone_views(views):
    return [(name, clone(search), column) for name, search, column in views]


def summed(rows):
    """Mean and spread over parts."""
    rows = list(rows)
    scores = [row["accuracy"] for row in rows]
    found = {
        "accuracy": round(float(np.mean(scores)), 4),
        "spread": round(float(np.std(scores)), 4),
        "parts": [round(score, 4) for score in scores],
    }
    if "chosen" in rows[0]:
        inner = np.mean([row["inner_accuracy"] for row in rows])
        found["inner_accuracy"] = round(float(inner), 4)
        found["chosen_C"] = [row["chosen"] for row in rows]
    return found


def shown(rows):
    return "  ".join(f"{name} {100 * row['accuracy']:.2f}" for name, row in rows.items())


def earlier():
    """Results of sets that are not run now."""
    path = RESULTS / f"{NAME}.json"
    return json.loads(path.read_text())["sets"] if path.exists() else {}


if __name__ == "__main__":
    sets = earlier()
    for wanted in sys.argv[1:] or VIEWS:
        sets[wanted] = run(wanted)
        print(wanted, shown(sets[wanted]["models"]), flush=True)
    write_result(NAME, {"protocol": " ".join(__doc__.split("\n\n")[1].split()), "sets": sets})
