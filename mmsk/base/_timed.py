"""The base of extractors of recordings and films, whose samples may be segments."""

import numpy as np
from sklearn.utils.validation import validate_data

from mmsk._utils.columns import as_cells, column_at, is_frame
from mmsk.base._sample_transformer import SampleTransformer
from mmsk.io._sources import Segment, as_sources, segment


class TimedTransformer(SampleTransformer):
    """Base class of what hears or watches: X may be columns ``[media, start_s, end_s]``."""

    def _cells(self, X, *, reset):
        if _segment_columns(X) is None:
            return super()._cells(X, reset=reset)
        validate_data(self, X, reset=reset, skip_check_array=True)
        return self._samples(X)

    def _samples(self, X):
        columns = _segment_columns(X)
        if columns is None:
            return super()._samples(X)
        return [
            Segment(media, start_s, end_s) if as_sources(media) else None
            for media, start_s, end_s in zip(*columns, strict=True)
        ]

    def _sources(self, cell):
        # times are checked here, so that a wrong one is the failure of its row only
        return [
            segment(*source) if isinstance(source, Segment) else source
            for source in super()._sources(cell)
        ]


def _segment_columns(X):
    """The three columns as lists, or None where X is no table of segments."""
    if is_frame(X):
        if X.shape[1] == 3:
            return [as_cells(column_at(X, position)) for position in range(3)]
    elif isinstance(X, np.ndarray) and X.dtype == object and X.ndim == 2 and X.shape[1] == 3:
        return [list(X[:, k]) for k in range(3)]
    return None
