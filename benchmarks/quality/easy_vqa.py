"""Questions about pictures of one shape: joint learning on ``easy_vqa``.

The official split; the test part is scored once by each model. A shape may stand anywhere, so
pictures are described as a whole, in one cell. A quarter of the training pictures, with all
their questions, says which colour space, whether texture and colour are one view or two, and
how strong the regularisation; what fewer pictures say is another matter, as the last errors
go with the number of rows. Rounds of boosting are chosen on inner folds. Times of models are of
all: describing each picture once, fitting and answering.

    python -m benchmarks.quality.easy_vqa
"""

import os
import time

import numpy as np
import pandas as pd
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import make_pipeline

from benchmarks._harness import DATA, write_result
from mmsk.fusion import (
    BilinearFusion,
    BoostingFusionClassifier,
    FeatureFusion,
    VotingFusionClassifier,
)
from mmsk.image import LBP, ColorHistogram
from mmsk.text import CountVectorizer

AIM = 0.999
N_JOBS = 2
SPACES = ("lab", "rgb", "hsv")
PROTOCOL = (
    "Official split: 38,575 training and 9,673 test questions. Pictures are described by "
    "`LBP` and `ColorHistogram`, as one view or two reduced by linear discriminants of the "
    "answers; questions are bags of words. Joint trees are extremely randomized trees on "
    "the fused block."
)


def table():
    """The questions, with whole paths."""
    found = pd.read_csv(DATA / "easy_vqa" / "table.csv.gz", keep_default_na=False)
    return found.assign(image=[str(DATA / "easy_vqa" / name) for name in found["image"]])


def described(rows, space):
    """The questions with what describes their pictures beside, and the seconds it took.

    Each picture is described by itself, so the parts do not know of each other.
    """
    wall, cpu = time.perf_counter(), time.process_time()
    places, pictures = pd.factorize(rows["image"])
    blocks = {
        "texture": LBP(n_cells=1, n_jobs=N_JOBS).fit_transform(list(pictures)),
        "color": np.sqrt(
            ColorHistogram(space, n_cells=1, n_jobs=N_JOBS).fit_transform(list(pictures))
        ),
    }
    columns = {
        f"{name}_{k}": block[places, k]
        for name, block in blocks.items()
        for k in range(block.shape[1])
    }
    found = pd.concat([rows, pd.DataFrame(columns, index=rows.index)], axis=1)
    return found, np.array([time.perf_counter() - wall, time.process_time() - cpu])


def views(rows, n_views):
    """A bag of words, and what tells answers apart in texture and colour, jointly or not."""
    names = {
        name: [column for column in rows if column.startswith(f"{name}_")]
        for name in ("texture", "color")
    }
    if n_views == 1:
        names = {"picture": [*names["texture"], *names["color"]]}
    pictures = [
        (name, LinearDiscriminantAnalysis(), columns) for name, columns in names.items()
    ]
    return [("question", CountVectorizer(binary=True), "text"), *pictures]


def bilinear(parts, C):
    products = BilinearFusion(parts, degree={"question": 2})
    # products are small numbers, so coefficients are large: a solver that stops early
    # has not found them
    return make_pipeline(products, LogisticRegression(C=C, tol=1e-5, max_iter=1500))


def trees(parts, max_features):
    """Randomized trees on the fused block, whose paths cross views."""
    forest = ExtraTreesClassifier(200, max_features=max_features, n_jobs=N_JOBS, random_state=0)
    return make_pipeline(FeatureFusion(parts, sparse_threshold=0), forest)


def boosting(parts):
    return BoostingFusionClassifier(parts, learning_rate=0.3, n_estimators=1000, n_jobs=N_JOBS)


#: How a joint model is built, and what is tried with it: number of views of a picture, and
#: regularisation. Two views have twice the products, so `bilinear` is given one.
TRIED = {
    "bilinear": (bilinear, [(1, 100), (1, 1000)]),
    "joint trees": (trees, [(2, 0.5), (2, 1.0), (1, 0.5), (1, 1.0)]),
}


def chosen(train):
    """The settings that do best on training pictures left out, and the scores of all."""
    splitter = GroupShuffleSplit(1, test_size=0.25, random_state=0)
    fold = next(splitter.split(train, groups=train["image"]))
    by_space = {}
    for space in SPACES:
        rows, _ = described(train, space)
        by_space[space] = _left_out(trees(views(rows, 2), 0.5), rows, *fold)
    space = max(by_space, key=by_space.get)
    rows, _ = described(train, space)
    settings, scores = {}, {"color space, by joint trees": by_space}
    for name, (build, tried) in TRIED.items():
        found = [_left_out(build(views(rows, n), k), rows, *fold) for n, k in tried]
        settings[name] = tried[int(np.argmax(found))]
        scores[name] = [[*setting, score] for setting, score in zip(tried, found, strict=True)]
    return space, settings, scores


def _left_out(model, rows, a, b):
    """Accuracy on rows left out."""
    said = model.fit(rows.iloc[a], rows["answer"].iloc[a]).predict(rows.iloc[b])
    found = round(float((said == rows["answer"].iloc[b]).mean()), 5)
    print("left out:", found, flush=True)
    return found


def scored(model, train, test, before, **fit_params):
    """Accuracy and seconds of a model, those before it counted."""
    start = np.array([time.perf_counter(), time.process_time()])
    answers = model.fit(train, train["answer"], **fit_params).predict(test)
    wall, cpu = before + [time.perf_counter(), time.process_time()] - start
    right = answers == test["answer"].to_numpy()
    polar = test["answer"].isin(["yes", "no"]).to_numpy()
    return {
        # four decimals would round ten errors of 9,673 up to the aim
        "accuracy": round(float(right.mean()), 5),
        "errors": int((~right).sum()),
        "yes_or_no": round(float(right[polar].mean()), 5),
        "wall_s": round(float(wall), 1),
        "cpu_s": round(float(cpu), 1),
    }


def run():
    whole = table()
    start = time.process_time()
    space, settings, scores = chosen(whole[whole["split"] == "train"])
    print(space, settings, scores, flush=True)
    seconds = round(time.process_time() - start, 1)
    whole, before = described(whole, space)
    train, test = (whole[whole["split"] == part] for part in ("train", "test"))
    apart = views(whole, 2)
    linear = make_pipeline(FeatureFusion(apart), LogisticRegression(C=10, max_iter=300))
    joint = {
        name: (build(views(whole, settings[name][0]), settings[name][1]), {})
        for name, (build, _) in TRIED.items()
    }
    models = {
        "question alone": (VotingFusionClassifier(apart[:1]), {}),
        "early, linear": (linear, {}),
        **joint,
        "boosting": (boosting(apart), {"groups": train["image"].to_numpy()}),
    }
    result = {
        "protocol": PROTOCOL,
        "aim": AIM,
        "chosen": {"color space": space, **settings},
        "left_out_accuracy": scores,
        "choosing_cpu_s": seconds,
        "models": {},
    }
    for name, (model, fit_params) in models.items():
        result["models"][name] = scored(model, train, test, before, **fit_params)
        print(name, result["models"][name], flush=True)
        write_result("quality_easy_vqa", {**result, "load_average": os.getloadavg()[0]})


if __name__ == "__main__":
    run()
