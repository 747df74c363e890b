"""The one module that starts workers.

Threads by default: decoders and kernels release the GIL, and threads share what is
already in memory. scikit-learn's ``Parallel`` carries its configuration into workers;
plain joblib loses it.
"""

import math
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import chain, islice

from joblib import effective_n_jobs
from sklearn.utils.parallel import Parallel, delayed

_report: ContextVar = ContextVar("mmsk_report", default=None)
_workers: ContextVar = ContextVar("mmsk_workers", default=None)

_BATCHES_PER_WORKER = 4  # enough to even out slow samples, few enough to cost nothing


def map_samples(function, samples, n_jobs=None, *, reported=True, done=None):
    """``[function(sample) for sample in samples]``, batches of samples at once.

    Parameters
    ----------
    function : callable
        Of one sample; picklable where the caller's joblib backend uses processes.
    samples : sequence
    n_jobs : int or None, default=None
        As in joblib: None is what `using_workers` or ``joblib.parallel_config`` says, or 1.
    reported : bool, default=True
        Whether the caller of `reporting` hears of it; False where samples are nested.
    done : callable or None, default=None
        Called in this thread with each list of results as it comes, in order.

    Returns
    -------
    results : list
        In the order of the samples.
    """
    report = _report.get() if reported else None
    n_jobs = _workers.get() if n_jobs is None else n_jobs
    workers = n_workers(n_jobs)
    if workers == 1 or len(samples) < 2:
        batches, parallel = [[sample] for sample in samples], None
    else:
        size = max(1, math.ceil(len(samples) / (workers * _BATCHES_PER_WORKER)))
        batches = [samples[start : start + size] for start in range(0, len(samples), size)]
        parallel = Parallel(n_jobs=n_jobs, prefer="threads", return_as="generator")
    results = []
    for batch in _batch_results(function, batches, parallel):
        results.extend(batch)
        if done is not None:
            done(batch)
        if report is not None:
            report(len(results), len(samples))
    return results


def in_each_worker(function, n_jobs=None):
    """``function()`` once in each of so many threads.

    Parameters
    ----------
    function : callable
        Finds its share of the work by itself.
    n_jobs : int or None, default=None
        As in `map_samples`.

    Returns
    -------
    results : list of length n_workers
    """
    workers = n_workers(n_jobs)
    if workers == 1:
        return [function()]
    parallel = Parallel(n_jobs=workers, require="sharedmem")
    return parallel(delayed(function)() for _ in range(workers))


def n_workers(n_jobs=None):
    """How many workers ``n_jobs`` asks for, as `map_samples` reads it.

    Parameters
    ----------
    n_jobs : int or None, default=None

    Returns
    -------
    n_workers : int
    """
    return effective_n_jobs(_workers.get() if n_jobs is None else n_jobs)


def run_unordered(task, items, n_jobs=None):
    """``task(*item)`` for each item, several at once, results in any order not kept.

    Parameters
    ----------
    task : callable
        Gives the number of rows it did, for the caller of `reporting`.
    items : iterable of tuple
        Of any number, taken as workers become free.
    n_jobs : int or None, default=None
        As in joblib; workers are processes unless ``joblib.parallel_config`` says other.
    """
    items = iter(items)
    first = list(islice(items, 2))
    if len(first) < 2:  # the samples within it are worked on at once instead
        with using_workers(n_jobs):
            for item in first:
                task(*item)
        return
    report, failed, n_done = _report.get(), [], 0

    def taken():
        try:
            yield from chain(first, items)
        except Exception as error:  # in a thread of joblib's, where it would be lost
            failed.append(error)

    parallel = Parallel(n_jobs=n_jobs, return_as="generator_unordered", batch_size=1)
    with reporting(None):  # of the samples within a task
        for n_rows in parallel(delayed(task)(*item) for item in taken()):
            n_done += n_rows
            if report is not None:
                report(n_done, None)
    if failed:
        raise failed[0]


@contextmanager
def reporting(report):
    """Have ``report(n_done, n_samples)`` called while samples are worked on.

    Parameters
    ----------
    report : callable or None
        Called in the thread that entered the context.
    """
    token = _report.set(report)
    try:
        yield
    finally:
        _report.reset(token)


@contextmanager
def using_workers(n_jobs):
    """A context in which ``n_jobs=None`` of extractors means ``n_jobs``.

    Of extractors only: ``joblib.parallel_config`` would have scikit-learn's own parts start
    processes within it, which cost seconds for milliseconds of work.

    Parameters
    ----------
    n_jobs : int or None
        None leaves it at what it meant before.
    """
    token = _workers.set(_workers.get() if n_jobs is None else n_jobs)
    try:
        yield
    finally:
        _workers.reset(token)


def _batch_results(function, batches, parallel):
    if parallel is None:
        return (_run(function, batch) for batch in batches)
    return parallel(delayed(_run)(function, batch) for batch in batches)


def _run(function, samples):
    return [function(sample) for sample in samples]
