"""Tasks without number run by joblib or Dask, only so many of them in memory."""

from itertools import islice

from joblib import effective_n_jobs

from mmsk._utils.optional import require
from mmsk._utils.workers import run_unordered

_WAITING_PER_WORKER = 2


def run_all(task, items, executor, n_jobs):
    """``task(*item)`` for each item, in any order.

    Parameters
    ----------
    task : callable
        May run twice for an item if a worker of a cluster is lost. Gives its number of
        rows.
    items : iterable of tuple
        Taken as workers become free.
    executor : {"joblib", "dask"}, address or distributed.Client
    n_jobs : int or None
    """
    if hasattr(executor, "submit"):
        _on_cluster(task, items, executor)
    elif executor == "joblib":
        run_unordered(task, items, n_jobs)
    else:
        with _client(executor, n_jobs) as client:
            _on_cluster(task, items, client)


def check_executor(executor):
    """Raise a ValueError for what is none."""
    known = executor in ("joblib", "dask") if isinstance(executor, str) else False
    if not known and not hasattr(executor, "submit") and "://" not in str(executor):
        raise ValueError(
            "executor must be 'joblib', 'dask', the address of a scheduler (tcp://host:8786) "
            f"or a distributed.Client, got {executor!r}."
        )


def _client(executor, n_jobs):
    distributed = require("distributed", extra="dask", needed_by=f"executor={executor!r}")
    if executor != "dask":
        return distributed.Client(executor)
    return distributed.Client(
        n_workers=effective_n_jobs(n_jobs), threads_per_worker=1, dashboard_address=None
    )


def _on_cluster(task, items, client):
    from distributed import as_completed

    def submit(n_items):
        # a task whose worker is lost goes to another: not pure, it writes a file
        return [client.submit(task, *item, pure=False) for item in islice(items, n_items)]

    n_workers = max(sum(client.nthreads().values()), 1)
    running = as_completed(submit(_WAITING_PER_WORKER * n_workers))
    for future in running:
        future.result()
        for new in submit(1):
            running.add(new)
