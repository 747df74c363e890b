"""The members of a union: what of each reads samples, and what works behind that."""

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn import config_context
from sklearn.pipeline import Pipeline

from mmsk._utils.columns import take_rows
from mmsk._utils.errors import noting
from mmsk.base import SampleTransformer
from mmsk.exceptions import NothingToLearnError


class Member(NamedTuple):
    """A member of a union: an extractor, a Pipeline behind one, or something else.

    Attributes
    ----------
    name : str
    transformer : transformer
    extractor : SampleTransformer or None
        The transformer itself, or what the Pipeline starts with.
    rest : transformer or None
        What works on the features of the extractor or, without one, on the column.
    """

    name: str
    transformer: Any
    extractor: Any
    rest: Any


def members_of(transformers):
    """The members of a list of (name, transformer), without those dropped.

    Parameters
    ----------
    transformers : list of (str, transformer or "drop")

    Returns
    -------
    members : list of Member
    """
    return [_member(name, t) for name, t in transformers if not _is_word(t, "drop")]


def _member(name, transformer):
    piped = isinstance(transformer, Pipeline)
    first = transformer.steps[0][1] if piped else transformer
    if not isinstance(first, SampleTransformer):
        return Member(name, transformer, None, transformer)
    rest = transformer[1:] if piped and len(transformer.steps) > 1 else None
    return Member(name, transformer, first, rest)


def checked(transformers, weights):
    """The pairs that are not dropped.

    Raises
    ------
    TypeError
        If one is neither a transformer nor a word.
    ValueError
        If the list is badly formed, none is left, one is ``"passthrough"``, or a weight is
        of none.
    """
    for pair in transformers:
        if not (isinstance(pair, (tuple, list)) and len(pair) == 2):
            raise ValueError(
                f"transformer_list must hold pairs (name, transformer), got {pair!r}."
            )
    for name, transformer in transformers:
        if _is_word(transformer, "passthrough"):
            raise ValueError(
                f"member {name!r} is 'passthrough', but a column of samples is no column of "
                "features. Give a transformer, or 'drop'."
            )
        fits = hasattr(transformer, "fit") and hasattr(transformer, "transform")
        if isinstance(transformer, type) or not (fits or _is_word(transformer, "drop")):
            raise TypeError(
                f"member {name!r} must be a transformer or 'drop', got {transformer!r}."
            )
    names = [name for name, _ in transformers]
    unknown = sorted(set(weights) - set(names))
    if unknown:
        raise ValueError(f"transformer_weights names {unknown}; the members are {names}.")
    kept = [(name, t) for name, t in transformers if not _is_word(t, "drop")]
    if not kept:
        raise ValueError("transformer_list is empty: give at least one that is not 'drop'.")
    return kept


def _is_word(transformer, word):
    return isinstance(transformer, str) and transformer == word


def fit_rest(y, empty, member, source, present):
    """Fit what a member has beside its extractor.

    Parameters
    ----------
    y : ndarray of shape (n_samples,) or None
    empty : dict of str to block
        Where the member leaves its features of no rows, for `run_rest`.
    member : Member
    source : column or ndarray of n_samples rows
        The column, or features of the extractor.
    present : ndarray of shape (n_samples,), bool, or None
        The rows that are there; None: all.

    Returns
    -------
    block : {ndarray, sparse matrix} of shape (n_samples, n_features)

    Raises
    ------
    NothingToLearnError
        If no row is there.
    """
    if present is not None and not present.any():
        raise NothingToLearnError(
            f"none of the {len(present)} samples is there to learn from: all are missing or "
            "could not be read."
        )
    rows, y = _of_present(source, present), _of_present(y, present)
    with config_context(transform_output="default"):
        if hasattr(member.rest, "fit_transform"):
            block = member.rest.fit_transform(rows, y)
        else:
            block = member.rest.fit(rows, y).transform(rows)
    if member.rest is not member.transformer:
        member.transformer.steps[1:] = member.rest.steps  # with memory, they are copies
    block = _matrix(block)
    empty[member.name] = block[:0]
    return _spread(block, present)


def run_rest(empty, member, source, present):
    """What a member gives beside its extractor; parameters and result as of `fit_rest`."""
    if present is not None and not present.any():
        return _spread(empty[member.name], present)
    with config_context(transform_output="default"):
        block = member.rest.transform(_of_present(source, present))
    return _spread(_matrix(block), present)


def _of_present(values, present):
    return values if values is None or present is None else take_rows(values, present)


def _matrix(block):
    return block.tocsr() if sparse.issparse(block) else np.asarray(block)


def _spread(block, present):
    """A block's rows at their places among all; the others are NaN, or 0 if it is sparse."""
    if present is None or present.all():
        return block
    places = np.flatnonzero(present)
    if sparse.issparse(block):
        shape = len(present), len(places)
        ones = np.ones(len(places), block.dtype), (places, np.arange(len(places)))
        return sparse.csr_matrix(ones, shape=shape) @ block
    spread = np.full(
        (len(present), *block.shape[1:]), np.nan, np.result_type(block, np.float32)
    )
    spread[places] = block
    return spread


def joined(blocks):
    """Blocks side by side: CSR if one is sparse."""
    if any(sparse.issparse(block) for block in blocks):
        return sparse.hstack(blocks, format="csr")
    return np.hstack(blocks)


def naming(member):
    """Say which member an error came from."""
    return noting(f"in member {member.name!r}")
