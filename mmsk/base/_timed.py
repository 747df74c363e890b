"""The base of extractors of recordings and films, whose samples may be segments."""

import narwhals.stable.v2 as nw
import numpy as np
from sklearn.utils.validation import validate_data

from mmsk._utils.columns import as_cells, is_frame, is_missing
from mmsk.base._sample_transformer import SampleTransformer
from mmsk.exceptions import DecodeError
from mmsk.io._sources import segment


class TimedTransformer(SampleTransformer):
    """Base class of what hears or watches: X may be columns ``[media, start_s, end_s]``."""

    def _cells(self, X, *, reset):
        columns = _segment_columns(X)
        if columns is None:
            return super()._cells(X, reset=reset)
        validate_data(self, X, reset=reset, skip_check_array=True)
        return [
            None if is_missing(media) else self._segment(row, media, start_s, end_s)
            for row, (media, start_s, end_s) in enumerate(zip(*columns, strict=True))
        ]

    def _segment(self, row, media, start_s, end_s):
        try:
            return segment(media, start_s, end_s)
        except DecodeError as error:
            error.add_note(f"{type(self).__name__}: row {row}, source {media!r}")
            raise


def _segment_columns(X):
    """The three columns as lists, or None where X is no table of segments."""
    if is_frame(X):
        n_columns = len(nw.from_native(X, eager_only=True).columns)
        if n_columns == 3:
            return [as_cells(X.iloc[:, k] if hasattr(X, "iloc") else X[:, k]) for k in range(3)]
    elif isinstance(X, np.ndarray) and X.dtype == object and X.ndim == 2 and X.shape[1] == 3:
        return [list(X[:, k]) for k in range(3)]
    return None
