"""Rows that do not fit into memory, as XGBoost reads them: batch by batch, bins on disk."""

from numbers import Integral

MAX_BIN = 256  # XGBoost's own default


def binned(xgboost, rows, folder, *, ref, max_bin, nthread):
    """A training matrix of the bins that values fall into, a page on disk for each batch.

    Parameters
    ----------
    xgboost : module
    rows : callable
        Gives an iterator of (features, targets, weights), the same at each call.
    folder : str
        Of the pages, which go with the matrix.
    ref : xgboost.QuantileDMatrix
        Says where bins begin. Finding them in the batches would take another pass, and
        memory that grows with rows.
    max_bin, nthread : int

    Returns
    -------
    matrix : xgboost.ExtMemQuantileDMatrix
    """

    class Batches(xgboost.DataIter):
        def __init__(self):
            super().__init__(cache_prefix=f"{folder}/bins")
            self.reset()

        def reset(self):
            self._rows = rows()

        def next(self, input_data):
            for features, targets, weights in self._rows:
                if len(targets):
                    input_data(data=features, label=targets, weight=weights)
                    return True
            return False

    return xgboost.ExtMemQuantileDMatrix(Batches(), ref=ref, max_bin=max_bin, nthread=nthread)


def held_out_batches(cv, n_batches):
    """The batches that each fold holds out, whole: what stands together stays together.

    Parameters
    ----------
    cv : int or None
    n_batches : int

    Returns
    -------
    folds : list of list of int
        None where ``cv`` is None.

    Raises
    ------
    ValueError
        If ``cv`` is a splitter, which would need all rows at once, or there are fewer
        batches than folds.
    """
    if cv is None:
        return []
    if not isinstance(cv, Integral):
        raise ValueError(f"batches are held out by cv=3, 5, ... or None, got cv={cv!r}.")
    if n_batches < cv:
        raise ValueError(
            f"cv={cv} holds out batches, of which there are {n_batches}. Make them smaller, or "
            "use cv=None."
        )
    return [list(range(fold, n_batches, cv)) for fold in range(cv)]
