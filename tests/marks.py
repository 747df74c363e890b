"""What several tests ask of the machine they run on."""

import os
from pathlib import Path

import pytest
import sklearn
from sklearn.utils.fixes import parse_version

#: Real data, an extra that is no part of the project.
DATA = Path(os.environ.get("MMSK_DATA", Path(__file__).parents[2] / "shared" / "data"))

BAD_INPUTS = pytest.mark.skipif(
    not (DATA / "bad_inputs" / "table.csv").exists(),
    reason="the folder of real data is not here",
)

POLARS_BY_NAME = pytest.mark.skipif(
    parse_version(sklearn.__version__) < parse_version("1.9"),
    reason="scikit-learn cannot select from polars by name",
)
