"""``memory="auto"``: one store for a process and all it starts, none afterwards."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from mmsk.store import FeatureStore, tree_folder
from mmsk.store._process_tree import _VARIABLE

_TREE = """
    import json, multiprocessing, os, subprocess, sys
    import joblib
    from mmsk.store import tree_folder

    if __name__ == "__main__":
        found = [tree_folder(), *joblib.Parallel(2)(2 * [joblib.delayed(tree_folder)()])]
        for method in set(multiprocessing.get_all_start_methods()) - {"forkserver"}:
            with multiprocessing.get_context(method).Pool(1) as pool:
                found.append(pool.apply(tree_folder))
        ask = "from mmsk.store import tree_folder; print(tree_folder())"
        output = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)
        found.append(output.stdout.strip())
        found.append(tree_folder() if os.path.isdir(tree_folder()) else "removed by a child")
        print(json.dumps(found))
"""


def found_by_a_tree(tmp_path):
    """Folders that a process of its own and those it starts find."""
    script = tmp_path / "tree.py"
    script.write_text(textwrap.dedent(_TREE))
    alone = {name: value for name, value in os.environ.items() if name != _VARIABLE}
    run = subprocess.run([sys.executable, script], capture_output=True, check=True, env=alone)
    return json.loads(run.stdout)


def test_a_tree_of_processes_has_one_folder_another_tree_another_and_none_is_left(tmp_path):
    one, two = set(found_by_a_tree(tmp_path)), set(found_by_a_tree(tmp_path))
    assert len(one) == len(two) == 1
    assert one != two
    assert not any(map(os.path.exists, one | two))


def test_a_process_that_outlives_the_maker_of_the_folder_makes_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv(_VARIABLE, str(tmp_path / "gone"))
    found = Path(tree_folder())
    assert found.is_dir()
    assert found != tmp_path / "gone"
    assert tree_folder() == str(found)


def test_where_no_temporary_folder_can_be_made_nothing_is_kept(monkeypatch):
    monkeypatch.delenv(_VARIABLE, raising=False)
    monkeypatch.setattr("tempfile.mkdtemp", lambda **_: (_ for _ in ()).throw(OSError("full")))
    assert tree_folder() is None
    assert FeatureStore.of("auto") is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_that_exits_as_scripts_do_leaves_the_folder(tmp_path):
    script = (
        "import os, sys; from mmsk.store import tree_folder; folder = tree_folder()\n"
        "if not os.fork(): sys.exit()\n"
        "os.wait(); print(os.path.isdir(folder))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert run.stdout == "True\n"
