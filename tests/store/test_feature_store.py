"""The store itself: rows in, the same rows out, whatever happens to processes and files."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import joblib
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mmsk.cli import main
from mmsk.exceptions import StoreError, StoreWarning
from mmsk.store import FeatureStore, _feature_store
from mmsk.store._file import FILE_NAME

RNG = np.random.default_rng(0)


def key(number):
    return number.to_bytes(32, "big")


def filled(folder, n_rows=40, width=100):
    """A store of random rows, and the rows."""
    rows = {key(k): RNG.random(width).astype(np.float32) for k in range(n_rows)}
    store = FeatureStore(folder)
    store.put("Toy", rows)
    return store, rows


def assert_same(found, expected):
    assert set(found) == set(expected)
    for name, row in expected.items():
        if row is None:
            assert found[name] is None
        else:
            assert found[name].dtype == np.float32
            assert found[name].tobytes() == row.tobytes()


# Rows


@settings(max_examples=25)
@given(
    st.dictionaries(
        st.binary(min_size=32, max_size=32),
        st.none() | hnp.arrays(np.float32, st.integers(0, 9)),
        max_size=8,
    )
)
def test_rows_come_back_bit_for_bit_nan_and_infinity_too(tmp_path_factory, rows):
    store = FeatureStore(tmp_path_factory.mktemp("store"))
    store.put("Toy", rows)
    assert_same(store.get([*rows, key(7)]), rows)


def test_a_row_put_again_is_the_new_one(tmp_path):
    store, rows = filled(tmp_path)
    store.put("Toy", {key(3): np.zeros(2, np.float32)})
    assert_same(store.get(rows), {**rows, key(3): np.zeros(2, np.float32)})


def test_more_rows_than_a_statement_takes_are_found(tmp_path):
    store, rows = filled(tmp_path, n_rows=1300, width=1)
    assert_same(store.get(rows), rows)


def test_a_store_can_be_copied_to_another_process_with_its_options(tmp_path):
    store = FeatureStore(tmp_path, identity="content", limit_mb=3)
    assert joblib.hash(store) == joblib.hash(FeatureStore(str(tmp_path), "content", 3))
    assert FeatureStore.of(store) is store
    assert FeatureStore.of(tmp_path) == FeatureStore(str(tmp_path))


@pytest.mark.parametrize("wrong", [{"identity": "name"}, {"limit_mb": 0}, {"limit_mb": np.nan}])
def test_wrong_options_are_refused(tmp_path, wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        FeatureStore(tmp_path, **wrong)


# Threads and processes


def test_threads_share_a_store(tmp_path):
    def work(slot):
        for k in range(10):
            mine = {key(100 * slot + k): np.full(3, slot, np.float32)}
            FeatureStore(tmp_path).put("Toy", mine)
            assert_same(FeatureStore(tmp_path).get(mine), mine)

    threads = [threading.Thread(target=work, args=(slot,)) for slot in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert FeatureStore(tmp_path).info()["features"][0][:2] == ("Toy", 40)


_WRITER = """
    import sys
    import numpy as np
    from mmsk.store import FeatureStore
    store, writer = FeatureStore(sys.argv[1]), int(sys.argv[2])
    for batch in range(int(sys.argv[3])):
        value = np.full(50, 1000 * writer + batch, np.float32)
        keys = [b"%08d%08d%016d" % (writer, batch, k) for k in range(10)]
        store.put("Toy", {key: value for key in keys})
        print(batch, flush=True)
"""


def writer(folder, number, n_batches):
    arguments = [sys.executable, "-c", textwrap.dedent(_WRITER)]
    arguments += [str(folder), str(number), str(n_batches)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def batch(number, writer=0):
    return {
        b"%08d%08d%016d" % (writer, number, k): np.full(50, 1000 * writer + number, np.float32)
        for k in range(10)
    }


def test_two_processes_that_make_and_fill_a_store_at_once_lose_nothing(tmp_path):
    both = [writer(tmp_path / "new", number, 30) for number in range(2)]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    for process in both:
        process.stdout.close()
    expected = {}
    for number in range(2):
        for k in range(30):
            expected.update(batch(k, number))
    assert_same(FeatureStore(tmp_path / "new").get(expected), expected)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 here")
def test_what_was_put_before_kill_9_is_there_and_half_a_batch_never_is(tmp_path):
    for attempt in range(4):
        process = writer(tmp_path, attempt, 10_000)
        told = int(process.stdout.readline())
        time.sleep(0.05 * RNG.random())
        process.kill()
        told = max([told, *(int(line) for line in process.stdout if line.endswith("\n"))])
        process.stdout.close()
        process.wait(timeout=60)
        store = FeatureStore(tmp_path)
        for k in range(told + 1):
            assert_same(store.get(batch(k, attempt)), batch(k, attempt))
        assert len(store.get(batch(told + 1, attempt))) in (0, 10)
    assert not store.info()["set_aside"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_writes_while_a_thread_of_its_parent_does(tmp_path):
    stop = threading.Event()

    def keep_writing():
        k = 0
        while not stop.is_set():
            FeatureStore(tmp_path).put("Toy", batch(k, writer=1))
            k += 1

    thread = threading.Thread(target=keep_writing)
    thread.start()
    try:
        for k in range(5):
            child = os.fork()
            if not child:
                FeatureStore(tmp_path).put("Toy", batch(k))
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        thread.join()
    for k in range(5):
        assert_same(FeatureStore(tmp_path).get(batch(k)), batch(k))


# Size


def test_rows_used_longest_ago_go_first(tmp_path, monkeypatch):
    clock = iter(range(10**9))
    monkeypatch.setattr(_feature_store, "_SAME_USE_S", 0)
    monkeypatch.setattr(_feature_store.time, "time", lambda: 1000.0 * next(clock))
    store = FeatureStore(tmp_path, limit_mb=1)
    row = np.zeros(1000, np.float32)  # 4 kB, so that some 256 fit
    for start in range(0, 400, 20):
        store.put("Toy", {key(k): row for k in range(start, start + 20)})
        assert key(0) in store.get([key(0)])
    there = store.get([key(k) for k in range(400)])
    assert key(0) in there
    assert key(399) in there
    assert key(1) not in there
    assert 100 < len(there) < 256
    assert (tmp_path / FILE_NAME).stat().st_size < 1.2 * 2**20


def test_pruning_gives_space_back_and_clearing_gives_all(tmp_path, capsys):
    filled(tmp_path, n_rows=500, width=1000)
    before = (tmp_path / FILE_NAME).stat().st_size
    assert main(["store", "info", str(tmp_path)]) == 0
    assert "500 rows, " in capsys.readouterr().out
    assert main(["store", "prune", str(tmp_path), "--limit-mb", "1"]) == 0
    assert (tmp_path / FILE_NAME).stat().st_size <= 2**20 < before
    left = FeatureStore(tmp_path).info()["features"][0][1]
    assert 150 < left < 256
    assert f"{500 - left} rows evicted" in capsys.readouterr().out
    assert main(["store", "clear", str(tmp_path)]) == 0
    assert f"{left} rows deleted" in capsys.readouterr().out
    assert FeatureStore(tmp_path).info()["features"] == []


def test_commands_on_what_is_no_store_make_none(tmp_path, capsys):
    for action in (["info"], ["clear"], ["prune", "--limit-mb", "1"]):
        assert main(["store", action[0], str(tmp_path / "a"), *action[1:]]) == 1
        assert "there is no feature store in" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    filled(tmp_path)
    assert main(["store", "prune", str(tmp_path), "--limit-mb", "-1"]) == 1
    assert "limit_mb must be 0 or more" in capsys.readouterr().err


# Faults


def test_a_folder_that_cannot_be_made_or_written_is_told_with_the_remedy(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "store" / FILE_NAME).mkdir(parents=True)  # root may write anywhere else
    for folder in ("file", "store"):
        store = FeatureStore(tmp_path / folder)
        with pytest.raises(StoreError, match=r"cannot be written: .* Give a folder"):
            store.get([key(0)])
        with pytest.raises(StoreError, match="cannot be written"):
            store.put("Toy", {key(0): None})


def other_program(path):
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()


def other_table(path):
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE rows RENAME TO lines")
    connection.close()


def flipped_row(path):
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE rows SET row = zeroblob(400)")
    connection.close()


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwritten(path):
    content = bytearray(path.read_bytes())
    content[4096:] = RNG.bytes(len(content) - 4096)
    path.write_bytes(content)


def text(path):
    path.write_text("not a database " * 1000)


@pytest.mark.parametrize(
    "damage", [other_program, other_table, flipped_row, cut, overwritten, text]
)
def test_a_damaged_file_is_set_aside_with_a_warning_and_a_new_one_begun(tmp_path, damage):
    store, rows = filled(tmp_path)
    damage(tmp_path / FILE_NAME)
    with pytest.warns(StoreWarning, match="is damaged .* renamed to"):
        assert store.get(rows) == {}
    store.put("Toy", rows)
    assert_same(store.get(rows), rows)
    aside = store.info()["set_aside"]
    assert len(aside) == 1
    assert Path(aside[0]).exists()
    store.clear()
    assert store.info()["set_aside"] == []


def test_a_file_damaged_before_it_is_written_is_set_aside_too(tmp_path):
    store, rows = filled(tmp_path)
    text(tmp_path / FILE_NAME)
    with pytest.warns(StoreWarning, match="is damaged"):
        store.put("Toy", rows)
    assert_same(store.get(rows), rows)


@pytest.mark.filterwarnings("ignore::mmsk.exceptions.StoreWarning")
@settings(max_examples=25)
@given(st.integers(0, 2**31), st.integers(1, 255))
@example(18, 1)  # the header then forbids to write
@example(19, 1)  # and here to read
def test_a_byte_changed_anywhere_never_gives_a_wrong_row(tmp_path_factory, place, change):
    folder = tmp_path_factory.mktemp("store")
    store, rows = filled(folder, n_rows=8)
    content = bytearray((folder / FILE_NAME).read_bytes())
    content[place % len(content)] ^= change
    (folder / FILE_NAME).write_bytes(content)
    found = store.get(rows)
    assert_same(found, {name: rows[name] for name in found})
    store.put("Toy", rows)
    assert_same(store.get(rows), rows)


def test_a_store_that_is_locked_for_too_long_costs_a_warning_and_no_more(tmp_path, monkeypatch):
    store, rows = filled(tmp_path)
    monkeypatch.setattr("mmsk.store._file._BUSY_S", 0.05)
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert_same(store.get(rows), rows)  # who reads need not wait
        with pytest.warns(StoreWarning, match="not kept: database is locked"):
            store.put("Toy", {key(99): None})
    finally:
        other.close()
    assert key(99) not in store.get([key(99)])


def test_a_full_disk_costs_a_warning_and_no_more(tmp_path, monkeypatch):
    store, rows = filled(tmp_path)
    connection = _feature_store._file._connection

    def small(path):
        opened = connection(path)
        pages = opened.execute("PRAGMA page_count").fetchone()[0]
        opened.execute(f"PRAGMA max_page_count = {pages}")
        return opened

    monkeypatch.setattr(_feature_store._file, "_connection", small)
    with pytest.warns(StoreWarning, match="not kept: database or disk is full"):
        store.put("Toy", {key(99 + k): np.zeros(9999, np.float32) for k in range(9)})
    assert_same(store.get([*rows, key(99)]), rows)
