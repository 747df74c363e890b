"""The checks as one call, and one by one for pytest."""

from functools import partial, update_wrapper

from mmsk.testing import _extractor_laws, _fusion_laws, _prediction_laws
from mmsk.testing._samples import media_samples


def media_estimator_checks(estimator, samples):
    """The laws of an extractor, one by one.

    Parameters
    ----------
    estimator : transformer
        Unfitted; every check works on clones of it.
    samples : {"text", "image", "audio", "video"} or MediaSamples
        What it reads; a name takes the samples of `media_samples`.

    Yields
    ------
    check : callable without arguments
        Raises AssertionError, or what the estimator raises, where the law is broken;
        ``check.__name__`` says which law it is.

    Examples
    --------
    >>> from mmsk.testing import media_estimator_checks
    >>> from mmsk.image import HOG
    >>> next(media_estimator_checks(HOG(), "image")).__name__
    'check_one_float32_row_per_sample_in_order'
    """
    samples = media_samples(samples) if isinstance(samples, str) else samples
    for law in _laws(_extractor_laws):
        yield update_wrapper(partial(law, estimator, samples), law)


def fusion_estimator_checks(fusion):
    """The laws of a fusion, one by one.

    Parameters
    ----------
    fusion : estimator with a parameter ``views``
        Unfitted; every check works on clones of it, with views of its own.

    Yields
    ------
    check : callable without arguments
        As of `media_estimator_checks`.
    """
    for law in _laws(_fusion_laws) + _laws(_prediction_laws):
        yield update_wrapper(partial(law, fusion), law)


def check_media_estimator(estimator, samples):
    """Check that an extractor keeps the laws of mmsk.

    Parameters
    ----------
    estimator : transformer
        Unfitted.
    samples : {"text", "image", "audio", "video"} or MediaSamples
        What it reads.

    Returns
    -------
    names : list of str
        The laws that were checked.

    Raises
    ------
    AssertionError
        Where a law is broken; a note on the error names the law.

    Examples
    --------
    >>> from mmsk.testing import check_media_estimator
    >>> from mmsk.image import HOG
    >>> len(check_media_estimator(HOG(), "image")) >= 20
    True
    """
    return _run(media_estimator_checks(estimator, samples))


def check_fusion_estimator(fusion):
    """Check that a fusion keeps the laws of mmsk.

    Parameters
    ----------
    fusion : estimator with a parameter ``views``
        Unfitted. A transformer, classifier or regressor; its views are replaced.

    Returns
    -------
    names : list of str
        The laws that were checked.

    Raises
    ------
    AssertionError
        Where a law is broken; a note on the error names the law.

    Examples
    --------
    >>> from mmsk.testing import check_fusion_estimator
    >>> from mmsk.fusion import VotingFusionRegressor
    >>> len(check_fusion_estimator(VotingFusionRegressor(views=[]))) >= 10
    True
    """
    return _run(fusion_estimator_checks(fusion))


def _laws(module):
    return [law for name, law in vars(module).items() if name.startswith("check_")]


def _run(checks):
    names = []
    for check in checks:
        try:
            check()
        except Exception as error:
            error.add_note(f"the law: {check.__name__}")
            raise
        names.append(check.__name__)
    return names
