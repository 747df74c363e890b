"""``mmsk features``: a table of any length in, its features out, in parts."""

import shutil
import time
from pathlib import Path

from mmsk.cli._columns import (
    add_column_arguments,
    add_table_arguments,
    asked_modalities,
    print_views,
    root_of,
)
from mmsk.cli._progress import working
from mmsk.cli._table import check_output


def add_arguments(parser):
    """What the command takes."""
    add_table_arguments(parser)
    add_column_arguments(parser)
    parser.add_argument(
        "--keep", nargs="+", metavar="COL", default=[], help="columns to copy, no features"
    )
    parser.add_argument(
        "--rows-per-part", type=int, default=4096, metavar="N", help="rows in memory at once"
    )
    parser.add_argument(
        "--executor", default="joblib", help="joblib, dask, or the address of a scheduler"
    )
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT",
        help="a folder of parts, or one .parquet file: row, features, error",
    )


def run(options):
    """Describe every row; what could not be read stands in the column ``error``."""
    import pandas as pd

    from mmsk import MultimodalEncoder
    from mmsk.scale import extract
    from mmsk.scale._table import table_columns

    output = Path(options.output)
    one_file = output.suffix == ".parquet"
    if one_file:
        check_output(output)
    elif output.suffix:
        raise ValueError(f"features go to a folder or to a .parquet file, got {str(output)!r}.")
    table = pd.DataFrame(columns=table_columns(options.table))
    modalities = asked_modalities(table, options, dict.fromkeys(options.keep, "--keep"))
    encoder = MultimodalEncoder(
        modalities, missing="nan", sparse_threshold=0, root=root_of(options)
    )
    folder = output.with_name(f"{output.name}.parts") if one_file else output
    start_s = time.perf_counter()
    with working(f"describing {Path(options.table).name}"):
        parts = extract(
            options.table,
            encoder,
            folder,
            keep=options.keep,
            rows_per_part=options.rows_per_part,
            executor=options.executor,
            n_jobs=options.n_jobs,
        )
    n_errors = sum(int(parts.read(n, ["error"])["error"].count()) for n in range(len(parts)))
    print_views(parts.features().views_)
    if one_file:
        parts.to_parquet(output)
        shutil.rmtree(folder)
    print(
        f"{parts.n_rows} rows of {len(parts.feature_names)} features, {n_errors} rows with an "
        f"error, {time.perf_counter() - start_s:.1f} s; written to {output}"
    )
