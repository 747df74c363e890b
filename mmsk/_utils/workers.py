"""The one module that starts workers.

Threads by default: decoders and kernels release the GIL, and threads share what is
already in memory. scikit-learn's ``Parallel`` carries its configuration into workers;
plain joblib loses it.
"""

import math

from joblib import effective_n_jobs
from sklearn.utils.parallel import Parallel, delayed

_BATCHES_PER_WORKER = 4  # enough to even out slow samples, few enough to cost nothing


def map_samples(function, samples, n_jobs=None):
    """``[function(sample) for sample in samples]``, batches of samples at once.

    Parameters
    ----------
    function : callable
        Of one sample; picklable where the caller's joblib backend uses processes.
    samples : sequence
    n_jobs : int or None, default=None
        As in joblib: None is 1 or what ``joblib.parallel_config`` says.

    Returns
    -------
    results : list
        In the order of the samples.
    """
    workers = effective_n_jobs(n_jobs)
    if workers == 1 or len(samples) < 2:
        return _run(function, samples)
    size = max(1, math.ceil(len(samples) / (workers * _BATCHES_PER_WORKER)))
    batches = [samples[start : start + size] for start in range(0, len(samples), size)]
    parallel = Parallel(n_jobs=n_jobs, prefer="threads")
    return [
        result
        for batch in parallel(delayed(_run)(function, batch) for batch in batches)
        for result in batch
    ]


def _run(function, samples):
    return [function(sample) for sample in samples]
