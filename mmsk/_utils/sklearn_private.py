"""The one module that imports scikit-learn's private names, so a rename is mended here.

Present and alike in scikit-learn 1.6 to 1.9.
"""

from functools import partial

from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._indexing import _get_column_indices as get_column_indices
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    Options,
    RealNotInt,
    StrOptions,
)
from sklearn.utils._set_output import _SetOutputMixin as SetOutputMixin
from sklearn.utils._set_output import _wrap_data_with_container
from sklearn.utils.metaestimators import _BaseComposition as BaseComposition
from sklearn.utils.validation import _check_feature_names_in as check_feature_names_in
from sklearn.utils.validation import _check_sample_weight
from sklearn.utils.validation import _check_y as check_y

try:  # from scikit-learn 1.9: sparse arrays or matrices, as configured
    from sklearn.utils._sparse import _align_api_if_sparse as as_configured_sparse
except ImportError:
    from scipy.sparse import csr_matrix as as_configured_sparse

#: Weights of rows, none below 0: shares, roots and draws by weight know no such row.
check_sample_weight = partial(_check_sample_weight, ensure_non_negative=True)

__all__ = [
    "BaseComposition",
    "BaseSearchCV",
    "HasMethods",
    "Interval",
    "Options",
    "RealNotInt",
    "SetOutputMixin",
    "StrOptions",
    "as_configured_sparse",
    "check_feature_names_in",
    "check_sample_weight",
    "check_y",
    "get_column_indices",
    "safe_indexing",
    "validate_params",
    "wrap_output",
]


def validate_params(estimator):
    """Check an estimator's parameters against its ``_parameter_constraints``.

    Raises
    ------
    sklearn.utils._param_validation.InvalidParameterError
        A ValueError and TypeError at once: "The 'n_cells' parameter of X must be …".
    """
    estimator._validate_params()


def wrap_output(estimator, features, X):
    """What ``transform(X)`` returns under the container chosen with ``set_output``.

    For methods that ``SetOutputMixin`` cannot wrap by itself, because their first argument
    must keep another name than X.
    """
    return _wrap_data_with_container("transform", features, X, estimator)
