"""map_samples: a comprehension, on as many workers as asked."""

import threading

import joblib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joblib import parallel_config
from sklearn import config_context, get_config

from mmsk._utils.workers import (
    _workers,
    map_samples,
    reporting,
    run_unordered,
    using_workers,
)


def square(number):
    return number * number


@given(st.lists(st.integers(0, 99), max_size=40), st.sampled_from([None, 1, 2, -1]))
def test_it_is_a_comprehension(samples, n_jobs):
    assert map_samples(square, samples, n_jobs) == [square(sample) for sample in samples]


def test_an_array_of_samples_is_a_sequence_too():
    assert map_samples(np.sum, np.ones((5, 3)), 2) == [3.0] * 5


def test_processes_give_the_same_where_the_caller_wants_them():
    with parallel_config(backend="loky", n_jobs=2):
        assert map_samples(square, list(range(9))) == [square(n) for n in range(9)]


def test_workers_are_threads_unless_the_caller_says_otherwise():
    here = threading.get_ident()
    assert set(map_samples(lambda _: threading.get_ident(), range(4), None)) == {here}
    assert here not in map_samples(lambda _: threading.get_ident(), range(4), 2)


def test_two_samples_are_worked_on_at_once():
    barrier = threading.Barrier(2, timeout=30)
    assert len(map_samples(lambda _: barrier.wait(), range(2), 2)) == 2


def test_workers_know_the_configuration_of_scikit_learn():
    with config_context(assume_finite=True):
        assert all(map_samples(lambda _: get_config()["assume_finite"], range(9), 2))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_error_of_a_sample_reaches_the_caller(n_jobs):
    with pytest.raises(ZeroDivisionError):
        map_samples(lambda number: 1 / number, [1, 0, 1], n_jobs)


def test_no_workers_are_refused_as_by_joblib():
    with pytest.raises(ValueError, match="n_jobs == 0"):
        map_samples(square, [1, 2], 0)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_progress_is_reported_in_the_thread_that_asked(n_jobs):
    heard = []
    with reporting(lambda done, total: heard.append((done, total, threading.get_ident()))):
        map_samples(square, list(range(20)), n_jobs)
        map_samples(square, list(range(20)), n_jobs, reported=False)
    map_samples(square, list(range(20)), n_jobs)
    done = [count for count, _, _ in heard]
    assert done == sorted(set(done))
    assert done[-1] == 20
    assert {(total, thread) for _, total, thread in heard} == {(20, threading.get_ident())}


def test_workers_of_extractors_are_no_workers_of_scikit_learns_parts():
    threads = []
    with using_workers(2):
        assert joblib.effective_n_jobs(None) == 1  # else a FeatureUnion starts processes
        map_samples(lambda _: threads.append(threading.current_thread()), range(64))
    assert threading.main_thread() not in threads


def test_tasks_without_number_are_counted_and_one_alone_has_its_samples_worked_on_at_once():
    done, workers = [], []

    def task(n_rows):
        workers.append(_workers.get())
        return n_rows

    run_unordered(task, iter([(5,)]), n_jobs=2)
    with reporting(lambda n_done, n_samples: done.append((n_done, n_samples))):
        run_unordered(task, ((5,) for _ in range(3)), n_jobs=1)
    assert workers == [2, None, None, None]
    assert done == [(5, None), (10, None), (15, None)]
