"""Rows in a temporary file: an array in all but where it is."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmsk.io import _spool
from mmsk.io._spool import Spool, gathered

ROWS = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
PLACES = st.none() | st.integers(-25, 25)


def spool(rows=ROWS):
    return Spool([rows[:7], rows[7:8], rows[8:8], rows[8:]])


@given(PLACES, PLACES)
def test_a_slice_is_that_of_the_array(start, stop):
    np.testing.assert_array_equal(spool()[start:stop], ROWS[start:stop])


@pytest.mark.parametrize("rows", [ROWS, ROWS[:, 0], np.asfortranarray(ROWS), ROWS.astype(int)])
def test_all_of_it_is_the_array(rows):
    kept = spool(rows)
    assert (kept.shape, kept.dtype, len(kept)) == (rows.shape, rows.dtype, 20)
    np.testing.assert_array_equal(np.asarray(kept), rows)
    np.testing.assert_array_equal(np.asarray(kept, dtype=float), rows.astype(float))


def test_a_pickled_one_comes_back_as_an_array():
    found = pickle.loads(pickle.dumps(spool()))
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, ROWS)


def test_few_rows_stay_in_memory_and_many_do_not(monkeypatch):
    monkeypatch.setattr(_spool, "MOST_BYTES", ROWS.nbytes)
    few, many = gathered([ROWS[:9], ROWS[9:]]), gathered([ROWS[:9], ROWS])
    assert (type(few), type(many)) == (np.ndarray, Spool)
    np.testing.assert_array_equal(few, ROWS)
    np.testing.assert_array_equal(np.asarray(many), np.concatenate([ROWS[:9], ROWS]))


def test_a_lone_block_is_itself_whatever_its_length(monkeypatch):
    monkeypatch.setattr(_spool, "MOST_BYTES", 1)
    assert gathered(iter([ROWS])) is ROWS
