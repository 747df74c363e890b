"""``mmsk fit``: a table in, a model file out."""

import time

from mmsk.cli._columns import (
    add_column_arguments,
    add_table_arguments,
    asked_modalities,
    print_views,
    root_of,
)
from mmsk.cli._progress import working
from mmsk.cli._table import check_output, read_table, rows_where

_MOST_CLASSES = 50  # more different whole numbers than this are a quantity, not classes


def add_arguments(parser):
    """What the command takes."""
    from mmsk.multimodal._fusions import CLASSIFIERS

    add_table_arguments(parser)
    parser.add_argument("--target", required=True, metavar="COL", help="the column to predict")
    add_column_arguments(parser)
    parser.add_argument("--groups", metavar="COL", help="the column of groups, no feature")
    parser.add_argument("--train-where", metavar="COL[!]=VALUE", help="the rows to fit on")
    parser.add_argument("--fusion", choices=["auto", *sorted(CLASSIFIERS)], default="voting")
    parser.add_argument(
        "--task",
        choices=("auto", "classification", "regression"),
        default="auto",
        help="auto: regression where the target is a quantity",
    )
    parser.add_argument("-o", "--output", required=True, metavar="MODEL", help="the model file")


def run(options):
    """Fit on the rows asked for and save the model."""
    from mmsk.model_io import save_model

    check_output(options.output)
    table = read_table(options.table)
    modalities = asked_modalities(table, options, _no_features(options))
    table = table[rows_where(table, options.train_where)]
    labelled = table[options.target].notna().to_numpy()
    if not labelled.all():
        print(f"{(~labelled).sum()} rows have no {options.target} and are left out")
        table = table[labelled]
        if not len(table):
            raise ValueError(f"no row has a {options.target}.")
    y = table[options.target]
    task = _task(y) if options.task == "auto" else options.task
    X = table[list(modalities)]
    groups = table[options.groups] if options.groups else None
    model = _model(task, options, modalities)
    start_s = time.perf_counter()
    with working(f"fitting {len(table)} rows"):
        model.fit(X, y, groups=groups)
    seconds = time.perf_counter() - start_s
    model.set_params(root=None, n_jobs=None)  # the next machine keeps its files elsewhere
    notes = {"target": options.target, "task": task, "columns": list(X.columns)}
    save_model(model, options.output, notes=notes)
    print_views(model.views_)
    if options.fusion == "auto":
        compared = model.selection_[["candidate", "score", "seconds", "chosen", "why_not"]]
        print(compared.to_string(index=False, float_format="{:.3f}".format))
    print(
        f"{task}, {options.fusion} fusion, {len(table)} rows, {len(model.errors_)} sources "
        f"unreadable, {seconds:.1f} s; written to {options.output}"
    )


def _task(y):
    from sklearn.utils.multiclass import type_of_target

    if y.dtype.kind not in "iuf":
        return "classification"
    if type_of_target(y) == "continuous" or y.nunique() > _MOST_CLASSES:
        return "regression"
    return "classification"


def _no_features(options):
    """Columns that are predicted, grouped by or select rows, and the option that says so."""
    parts = {options.target: "--target"}
    if options.groups:
        parts[options.groups] = "--groups"
    if options.train_where and not options.columns:
        parts[options.train_where.partition("=")[0].removesuffix("!")] = "--train-where"
    return parts


def _model(task, options, modalities):
    from mmsk import MultimodalClassifier, MultimodalRegressor

    kind = MultimodalClassifier if task == "classification" else MultimodalRegressor
    return kind(
        options.fusion,
        modalities,
        root=root_of(options),
        n_jobs=options.n_jobs,
    )
