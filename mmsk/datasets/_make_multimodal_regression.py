"""Views of numbers that tell a target together, made for one family of fusion."""

from mmsk.datasets._planted import check_planted, generator, planted_views


def make_multimodal_regression(
    n_samples=500,
    *,
    signal="late",
    n_views=5,
    n_features=4,
    n_noise_views=0,
    missing_rate=0.0,
    noise=0.3,
    random_state=None,
):
    r"""A matrix of several views, and a target that one family of fusion finds best.

    Parameters
    ----------
    n_samples : int, default=500
    signal : {"early", "late", "joint"}, default="late"
        The family favoured: one linear model over all columns, a linear model per view
        whose median is taken, or one nonlinear model over all columns.
    n_views : int, default=5
        Views that tell something; at least 2, for ``"late"`` at least 3.
    n_features : int, default=4
        Columns of each view.
    n_noise_views : int, default=0
        Views more that tell nothing.
    missing_rate : float, default=0.0
        Share of the rows, rounded, that lack a view, for each view, as NaN in all its
        columns; in [0, 1). A row keeps one view that tells something, so that a high rate
        may not be quite reached.
    noise : float, default=0.3
        Standard deviation of what is added to each view's reading, which without it has
        one of at least 1. The target has no noise of its own.
    random_state : int, RandomState instance or None, default=None
        The same number gives the same data.

    Returns
    -------
    X : ndarray of shape (n_samples, (n_views + n_noise_views) * n_features), float64
        View by view.
    y : ndarray of shape (n_samples,), float64
        Standard normal.
    views : dict of str to slice
        The columns of ``view_0``, ``view_1``, ... and ``noise_0``, ...

    Raises
    ------
    ValueError
        If a parameter is out of range.

    Notes
    -----
    The views are those of `make_multimodal_classification`, with the target in place of
    the step of the class.

    With the default parameters, fitted on one half of the rows and scored on the other,
    the family favoured beats both others by **an R² of at least 0.2** in the mean over
    seeds (tested). The families are: early, `mmsk.fusion.FeatureFusion` and ``Ridge()``;
    late, `mmsk.fusion.VotingFusionRegressor` with ``voting="median"`` and
    ``estimator=RANSACRegressor(random_state=0)``; joint, scikit-learn's
    ``HistGradientBoostingRegressor`` on X. With a late signal both choices matter: a
    slope fitted by least squares is flattened by the rows in which the view is broken, and
    a mean follows the broken view.

    Examples
    --------
    >>> from sklearn.linear_model import RANSACRegressor
    >>> from mmsk.datasets import make_multimodal_regression
    >>> from mmsk.fusion import VotingFusionRegressor
    >>> X, y, columns = make_multimodal_regression(random_state=0)
    >>> views = [(name, RANSACRegressor(random_state=0), c) for name, c in columns.items()]
    >>> late = VotingFusionRegressor(views, voting="median").fit(X[:250], y[:250])
    >>> late.score(X[250:], y[250:]) > 0.9
    True
    """
    check_planted(n_samples, signal, n_views, n_features, n_noise_views, missing_rate, noise)
    rng = generator(random_state)
    y = rng.normal(size=n_samples)
    X, views = planted_views(
        y, signal, n_views, n_features, n_noise_views, missing_rate, noise, rng
    )
    return X, y, views
