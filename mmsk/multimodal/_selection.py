"""The choice among fusions: compared on held-out rows, and the simplest of the good ones."""

import time
import warnings
from typing import Any, NamedTuple

import numpy as np

from mmsk._utils.metadata import fit_params_of
from mmsk.exceptions import MmskWarning


class Candidate(NamedTuple):
    """One way to predict from views.

    Attributes
    ----------
    name : str
    build : callable
        ``build(views, estimator)`` makes the unfitted model.
    view : int or None
        The place of the only view it looks at; None for all of them.
    """

    name: str
    build: Any
    view: Any = None

    def model(self, views, estimator):
        """The unfitted model on the views it looks at."""
        return self.build(views if self.view is None else [views[self.view]], estimator)


class Tried(NamedTuple):
    """What became of a candidate.

    Attributes
    ----------
    skill : ndarray of shape (n_samples,) or None
        Of each row, held out: 1 is perfect. None if it was not tried or failed.
    seconds : float
    told : str
        Why it has no skill.
    """

    skill: Any
    seconds: float
    told: str = ""


def candidates(alone, fusions, names):
    """What is compared, from the simplest: each view alone, then the fusions in order.

    Parameters
    ----------
    alone : callable
        Builds the model of a single view.
    fusions : dict of str to callable
        From the simplest; left out where there is one view only.
    names : list of str
        Of the views.
    """
    singles = [Candidate(f"{name} alone", alone, k) for k, name in enumerate(names)]
    if len(names) == 1:
        return singles
    return singles + [Candidate(name, build) for name, build in fusions.items()]


def try_all(tried, folds, estimator, y, skill, deadline_s, **metadata):
    """Skill of each candidate on held-out rows, until time is up.

    Parameters
    ----------
    tried : list of Candidate
    folds : list of Fold
    estimator : estimator or None
    y : ndarray of shape (n_samples,)
    skill : callable
        ``skill(y, predicted)``, of each row.
    deadline_s : float
        By ``time.monotonic``; no candidate but the first is started after it.
    **metadata : ndarray of shape (n_samples,) or None
        ``sample_weight`` and ``groups``.

    Returns
    -------
    found : list of Tried

    Raises
    ------
    Exception
        That of the first candidate, if all fail.
    """
    found, first_error = [], None
    for candidate in tried:
        start_s = time.monotonic()
        if found and start_s > deadline_s:
            found.append(Tried(None, 0.0, "not tried: the time budget was spent"))
            continue
        try:
            predicted = _held_out(candidate, folds, estimator, y, metadata)
        except Exception as error:  # one that cannot learn this table is no reason to stop
            first_error = error if first_error is None else first_error
            told = f"failed: {str(error) or type(error).__name__}"
            found.append(Tried(None, time.monotonic() - start_s, told))
            continue
        found.append(Tried(skill(y, predicted), time.monotonic() - start_s))
    if all(one.skill is None for one in found):
        raise first_error
    return found


def _held_out(candidate, folds, estimator, y, metadata):
    answers, places = [], []
    with warnings.catch_warnings():  # what they tell is told again by the fit on all rows
        warnings.simplefilter("ignore", MmskWarning)
        for fold in folds:
            model = candidate.model(fold.views, estimator)
            params = fit_params_of(model, fold.train, **metadata)
            model.fit(fold.table[fold.train], y[fold.train], **params)
            answers.append(model.predict(fold.table[fold.test]))
            places.append(np.flatnonzero(fold.test))
    return np.concatenate(answers)[np.argsort(np.concatenate(places))]


def choose(tried, found, weight, groups):
    """The choice, and the reasons, as rows of a table.

    Parameters
    ----------
    tried : list of Candidate
        From the simplest.
    found : list of Tried
    weight : ndarray of shape (n_samples,)
    groups : ndarray of shape (n_samples,) or None

    Returns
    -------
    chosen : Candidate
    table : list of dict
        For each candidate ``candidate``, ``score``, ``standard_error``, ``seconds``,
        ``eligible``, ``chosen`` and ``why_not``.

    Notes
    -----
    Eligible is who is not worse than the best view alone. Of those, the simplest is chosen
    whose distance to the best is within its own standard error, since rows that both get
    right say nothing of the difference.
    """
    measured = [
        None if one.skill is None else _mean(one.skill, weight, groups) for one in found
    ]
    scores = np.array([-np.inf if m is None else m[0] for m in measured])
    singles = [c.view is not None for c in tried]
    floor = scores[singles].max()
    best = int(np.argmax(scores))
    table, chosen = [], None
    for k, (candidate, one) in enumerate(zip(tried, found, strict=True)):
        why = (
            one.told
            or _worse_than_alone(scores[k], floor)
            or _behind(found[best].skill - one.skill, tried[best].name, weight, groups)
        )
        if not why and chosen is None:
            chosen = k
        elif not why:
            why = f"within a standard error of the best, but {tried[chosen].name!r} is simpler"
        mean, error = measured[k] or (np.nan, np.nan)
        table.append(
            {
                "candidate": candidate.name,
                "score": float(mean),
                "standard_error": float(error),
                "seconds": float(one.seconds),
                "eligible": one.skill is not None and bool(scores[k] >= floor),
                "chosen": chosen == k,
                "why_not": why,
            }
        )
    return tried[chosen], table


def _worse_than_alone(score, floor):
    return f"worse than the best view alone ({floor:.3f})" if score < floor else ""


def _behind(lost, best, weight, groups):
    behind, error = _mean(lost, weight, groups)
    if behind <= error * (1 + 1e-9):  # one row of a hundred is just within
        return ""
    return f"{behind:.3f} below {best!r}, more than a standard error of that ({error:.3f})"


def _mean(values, weight, groups):
    """Weighted mean over rows, and its standard error; rows of one group may go together."""
    share = weight / weight.sum()
    mean = share @ values
    parts = share * (values - mean)
    if groups is not None:
        _, codes = np.unique(groups, return_inverse=True)
        parts = np.bincount(codes, weights=parts)
    n_parts = np.count_nonzero(weight) if groups is None else len(parts)
    return mean, float(np.sqrt(n_parts / max(n_parts - 1, 1) * (parts @ parts)))
