"""``mmsk features``: a table in, a table of features out."""

import os
import time
from pathlib import Path

from mmsk.cli._columns import add_column_arguments, asked_modalities
from mmsk.cli._progress import print_table, working
from mmsk.cli._table import check_output, read_table, write_table


def add_arguments(parser):
    """What the command takes."""
    parser.add_argument("table", help=".csv, .csv.gz, .tsv or .parquet; paths relative to it")
    add_column_arguments(parser)
    parser.add_argument("--root", help="the folder of relative paths (that of the table)")
    parser.add_argument("--n-jobs", type=int, default=None, help="samples read at once")
    parser.add_argument(
        "-o", "--output", required=True, metavar="OUT", help="row, features, error; .parquet"
    )


def run(options):
    """Describe every row; what could not be read stands in the column ``error``."""
    import pandas as pd

    from mmsk import MultimodalEncoder

    check_output(options.output)
    table = read_table(options.table)
    modalities = asked_modalities(table, options)
    root = os.fspath(options.root or Path(options.table).parent)
    encoder = MultimodalEncoder(
        modalities, sparse_threshold=0, root=root, n_jobs=options.n_jobs
    )
    start_s = time.perf_counter()
    with working(f"describing {len(table)} rows"):
        features = encoder.fit_transform(table[list(modalities)])
    seconds = time.perf_counter() - start_s
    frame = pd.DataFrame(features, columns=encoder.get_feature_names_out())
    frame.insert(0, "row", range(len(table)))
    reasons = {}
    for failure in encoder.errors_:
        reasons.setdefault(failure.row, []).append(failure.reason)
    frame["error"] = ["; ".join(reasons.get(row, [])) or None for row in range(len(table))]
    write_table(frame, options.output)
    rows = [(n, v["modality"], v["reason"]) for n, v in encoder.views_.items()]
    print_table("views", ("view", "modality", "because"), rows)
    print(
        f"{len(table)} rows of {features.shape[1]} features, {len(reasons)} rows with an "
        f"error, {seconds:.1f} s; written to {options.output}"
    )
