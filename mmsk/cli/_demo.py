"""``mmsk demo``: the whole walk, from files made on the spot to fused predictions."""

import contextlib
import tempfile
import time
import warnings
from pathlib import Path

from mmsk.cli._progress import print_table, working


def add_arguments(parser):
    """What the command takes."""
    parser.add_argument("--folder", help="keep the files here (made if absent)")
    parser.add_argument("--n-samples", type=int, default=240, help="rows of the table")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--n-jobs", type=int, default=2, help="samples read at once")


def run(options):
    """Make a table of media files, fit each modality alone and fused, print the scores."""
    from mmsk.datasets import make_clips

    with contextlib.ExitStack() as stack:
        folder = options.folder or stack.enter_context(tempfile.TemporaryDirectory())
        with working(f"making the files of {options.n_samples} rows"):
            table = make_clips(
                folder, options.n_samples, missing_rate=0.1, damaged_rate=0.02,
                random_state=options.seed,
            )  # fmt: skip
        n_files = sum(1 for path in Path(folder).rglob("*") if path.is_file())
        print(f"{n_files} files, {len(table)} rows, some cells empty and some files damaged")
        # the table says what is damaged; the models have to find out
        warnings.simplefilter("ignore")
        tried = [_tried(name, *call, table, folder, options) for name, call in _MODELS.items()]
    rows = [row for row, _ in tried]
    truth = table["label"][table["split"] == "test"]
    _print_predictions(truth, {row[0]: found for row, found in tried})
    best_alone = max(row[1] for row in rows if "fusion" not in row[0])
    title = f"accuracy on {(table['split'] == 'test').sum()} held-out rows"
    print_table(title, ("model", "accuracy", "fit, s", "predict, s"), rows)
    print("On a machine's first run the seconds hold compiling too, which is kept.")
    print(f"best modality alone {best_alone:.3f}, best fusion {max(r[1] for r in rows):.3f}")


_N_SHOWN = 6  # held-out rows whose predictions are printed
_ROLES = {"image": "image", "audio": "audio", "video": "video", "caption": "text"}
_MODELS = {
    **{f"{role} alone": ("voting", {column: role}) for column, role in _ROLES.items()},
    "numbers alone": ("voting", None),
    "early fusion": ("early", "auto"),
    "voting fusion": ("voting", "auto"),
}


def _print_predictions(truth, found):
    """The first held-out rows: what they are, and what each model takes them for."""
    header = ("row", "truth", *(name.replace(" alone", "") for name in found))
    rows = [
        (row, label, *(predictions[k] for predictions in found.values()))
        for k, (row, label) in enumerate(truth.head(_N_SHOWN).items())
    ]
    print_table("the first held-out rows", header, rows)


def _tried(name, fusion, modalities, table, folder, options):
    from mmsk import MultimodalClassifier

    X = table.drop(columns=["label", "split", "group"])
    if modalities is None:
        modalities = {column: "tabular" for column in X.columns if column not in _ROLES}
    train = (table["split"] == "train").to_numpy()
    model = MultimodalClassifier(fusion, modalities, root=folder, n_jobs=options.n_jobs)
    with working(name):
        start_s = time.perf_counter()
        model.fit(X[train], table["label"][train])
        fitted_s = time.perf_counter()
        found = model.predict(X[~train])
        predicted_s = time.perf_counter()
    accuracy = float((found == table["label"][~train]).mean())
    return (name, accuracy, fitted_s - start_s, predicted_s - fitted_s), found
