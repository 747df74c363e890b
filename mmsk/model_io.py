"""Fitted models as files: skops archives, loaded from a closed list of types, no pickle."""

import errno
import importlib
import inspect
import json
import zipfile
from contextlib import contextmanager
from pathlib import Path

from mmsk._utils.optional import require

_NOTES = "mmsk.json"  # what skops does not write down: versions, and the caller's notes

_ROOT = type(Path())  # ``root`` may be one; the module of its name depends on the Python
#: Types beyond skops' own list that a model file may hold. Nothing else is ever loaded.
_PARTS = (
    "mmsk.base._describing.Failure",
    "mmsk.fusion._calibrated_ridge.CalibratedRidge",
    "mmsk.fusion._calibration.ViewCalibrator",
    "mmsk.fusion._feature_fusion._toarray",
    "mmsk.fusion._gates.CompetenceGate",
    "mmsk.fusion._gates.ConfidenceGate",
    "mmsk.fusion._gates.QualityGate",
    "mmsk.fusion._gram_blocks.GramBlocks",
    "mmsk.fusion._gram_blocks.GramFeatures",
    "mmsk.fusion._grams.ViewGram",
    "mmsk.fusion._products.PairProducts",
    "mmsk.fusion._reduced_blocks.ReducedBlocks",
    "mmsk.fusion._views.as_matrix",
    "mmsk.multimodal._fusions._as_float64",
    "mmsk.store._feature_store.FeatureStore",
    "sklearn.utils._bunch.Bunch",
    f"{_ROOT.__module__}.{_ROOT.__qualname__}",
)
_ROOMS = ("mmsk", "mmsk.text", "mmsk.image", "mmsk.audio", "mmsk.video", "mmsk.tabular",
          "mmsk.encoding", "mmsk.union", "mmsk.fusion")  # fmt: skip
#: Loaded only where the caller asks, since their content reaches unchecked native code.
_ASKED_FOR = {
    "trees": ("sklearn.tree._tree.Tree", "sklearn.ensemble._hist_gradient_boosting."
              "predictor.TreePredictor"),
    "xgboost": ("xgboost.core.Booster", "xgboost.sklearn.XGBClassifier",
                "xgboost.sklearn.XGBRegressor"),
}  # fmt: skip


def save_model(model, path, *, notes=None):
    """Write a fitted model to a file.

    Parameters
    ----------
    model : estimator
        Of mmsk or scikit-learn, without lambdas or other functions as parameters.
    path : str or path
        Written whole or not at all.
    notes : dict or None, default=None
        Anything JSON holds, given back by `read_notes`.

    Raises
    ------
    TypeError
        If a part of the model is of a type that `load_model` would refuse.
    """
    skops = require("skops.io", extra="all", needed_by="save_model")
    path = Path(path)
    partial = path.with_name(path.name + ".part")
    try:
        skops.dump(model, partial)
        refused = _unknown_types(partial, allow=tuple(_ASKED_FOR))
        if refused:
            raise TypeError(
                f"the model holds {refused}, which load_model would refuse. Use estimators of "
                "mmsk and scikit-learn, with parameters that are numbers, strings or those; of "
                "a search, save its best_estimator_."
            )
        with zipfile.ZipFile(partial, "a") as archive:
            archive.writestr(_NOTES, json.dumps({"versions": _versions(), **(notes or {})}))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load_model(path, *, allow=()):
    """A fitted model from a file that `save_model` wrote.

    Parameters
    ----------
    path : str or path
    allow : tuple of {"trees", "xgboost"}, default=()
        Kinds of content to load although a crafted file could crash the process with
        them: tree ensembles, XGBoost models. For files whose maker you trust.

    Returns
    -------
    model : estimator

    Raises
    ------
    ValueError
        If the file is no such archive, or holds types outside the closed list; none of
        its content is then constructed.
    """
    skops = require("skops.io", extra="all", needed_by="load_model")
    path = Path(path)
    refused = _unknown_types(path, allow=allow)
    if refused:
        needed = [kind for kind, names in _ASKED_FOR.items() if set(names) & set(refused)]
        told = f" Pass allow={tuple(needed)!r} (mmsk predict --allow {' '.join(needed)})"
        remedy = f"{told} if you trust its maker." if needed else ""
        raise ValueError(f"{path} holds types that are not loaded: {refused}.{remedy}")
    with _reading(path):
        return skops.load(path, trusted=_trusted(allow))


def read_notes(path):
    """The notes in a model file; ``versions`` of the packages that wrote it among them.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    notes : dict

    Raises
    ------
    ValueError
        If the file is no model file of mmsk.
    """
    with _reading(path), zipfile.ZipFile(path) as archive:
        return dict(json.loads(archive.read(_NOTES)))


@contextmanager
def _reading(path):
    """Turn whatever a damaged or crafted archive makes its readers raise into a ValueError."""
    try:
        with zipfile.ZipFile(path) as archive:
            # save_model does not compress, so a small file cannot unfold into a huge one
            if any(part.file_size != part.compress_size for part in archive.infolist()):
                raise zipfile.BadZipFile("it is compressed")
        yield
    except MemoryError:
        raise  # of the machine, not of the file
    except Exception as error:
        # a damaged list of parts may send the reader to a place before the file
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        reason = str(error) or type(error).__name__
        raise ValueError(f"{path} is no model file of mmsk: {reason}") from error


def _unknown_types(path, allow):
    skops = require("skops.io", extra="all", needed_by="load_model")
    with _reading(path):
        found = skops.get_untrusted_types(file=path)
    return sorted(set(found) - set(_trusted(allow)))


def _trusted(allow):
    names = list(_PARTS)
    for kind in allow:
        if kind not in _ASKED_FOR:
            raise ValueError(f"allow must be of {sorted(_ASKED_FOR)}, got {kind!r}.")
        names.extend(_ASKED_FOR[kind])
    for room in map(importlib.import_module, _ROOMS):
        for public in room.__all__:
            found = getattr(room, public)
            if inspect.isclass(found):
                names.append(f"{found.__module__}.{found.__qualname__}")
    return names


def _versions():
    from importlib.metadata import version

    packages = ("mmsk", "scikit-learn", "numpy", "scipy", "skops")
    return {package: version(package) for package in packages}
