"""``mmsk predict``: a model file and a table in, predictions out."""

import time

from mmsk.cli._columns import add_table_arguments, root_of
from mmsk.cli._progress import print_table, working
from mmsk.cli._table import (
    as_words,
    check_columns,
    check_output,
    read_table,
    rows_where,
    write_table,
)


def add_arguments(parser):
    """What the command takes."""
    parser.add_argument("model", help="a file that `mmsk fit` wrote")
    add_table_arguments(parser)
    parser.add_argument(
        "--allow",
        nargs="+",
        choices=("trees", "xgboost"),
        default=[],
        help="load such content too (--fusion boosting is of xgboost), if you trust its maker",
    )
    parser.add_argument("--where", metavar="COL[!]=VALUE", help="the rows to predict")
    parser.add_argument(
        "-o", "--output", required=True, metavar="OUT", help="row, prediction, probabilities"
    )


def run(options):
    """Predict the rows asked for; print the score where the table has the target."""
    from mmsk.model_io import load_model, read_notes

    check_output(options.output)
    notes = read_notes(options.model)
    if not {"columns", "target", "task"} <= notes.keys():
        raise ValueError(
            f"{options.model} holds a model, but was not written by `mmsk fit`, so its columns "
            "are not known. Load it in Python: mmsk.model_io.load_model."
        )
    model = load_model(options.model, allow=tuple(options.allow))
    table = read_table(options.table)
    check_columns(table, notes["columns"])
    wanted = rows_where(table, options.where)
    rows = table[wanted]
    model.set_params(root=root_of(options), n_jobs=options.n_jobs)
    start_s = time.perf_counter()
    with working(f"predicting {len(rows)} rows"):
        predictions, found = _predictions(model, rows[notes["columns"]])
    seconds = time.perf_counter() - start_s
    predictions.insert(0, "row", wanted.nonzero()[0])
    write_table(predictions, options.output)
    print(f"{len(rows)} rows, {seconds:.1f} s; written to {options.output}")
    if notes["target"] in table.columns:
        _print_scores(notes["task"], rows[notes["target"]], found)


def _predictions(model, X):
    """A frame of predictions, with probabilities where there are some, and the former alone."""
    import pandas as pd

    if not hasattr(model, "predict_proba"):
        found = model.predict(X)
        return pd.DataFrame({"prediction": found}), found
    probabilities = model.predict_proba(X)
    found = model.classes_[probabilities.argmax(axis=1)]
    frame = pd.DataFrame(probabilities, columns=[f"probability_{c}" for c in model.classes_])
    frame.insert(0, "prediction", found)
    return frame, found


def _print_scores(task, truth, found):
    from sklearn import metrics

    known = truth.notna().to_numpy()
    if not known.any():
        return
    truth, found = truth[known], found[known]
    if task == "regression":
        scores = {"R2": metrics.r2_score, "mean absolute error": metrics.mean_absolute_error}
    else:
        truth, found = as_words(truth), as_words(found)
        scores = {
            "accuracy": metrics.accuracy_score,
            "balanced accuracy": metrics.balanced_accuracy_score,
        }
    rows = [(name, float(score(truth, found))) for name, score in scores.items()]
    print_table(f"scores of {len(truth)} rows", ("score", "value"), rows)
