"""What a class says of its parameters, and values that it must refuse."""

import inspect
import re

_NOTHING = object()


def documented_parameters(cls):
    """Names in the ``Parameters`` section of a numpydoc docstring, in its order.

    Parameters
    ----------
    cls : type

    Returns
    -------
    names : list of str
    """
    text = inspect.getdoc(cls) or ""
    found = re.search(r"^Parameters\n-+\n(.*?)(?=^\S[^\n]*\n-{3,}$|\Z)", text, re.M | re.S)
    if not found:
        return []
    heads = re.findall(r"^(\w[\w, ]*?) ?:", found.group(1), re.M)
    return [name.strip() for head in heads for name in head.split(",")]


def unacceptable_values(estimator):
    """Pairs (parameter, a value that its constraints exclude), one for each parameter.

    Parameters
    ----------
    estimator : estimator
        With ``_parameter_constraints``.

    Returns
    -------
    pairs : list of (str, object)
    """
    # a bare object is no number, string, array or estimator
    return [(name, _NOTHING) for name in estimator._parameter_constraints]
