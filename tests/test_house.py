"""The rules of the house, checked on the source: sizes, docstrings, twins, imports."""

import ast
import importlib
import inspect
import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from numpydoc.docscrape import ClassDoc

import mmsk

PACKAGE = Path(mmsk.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
ROOMS = ["mmsk", *(f"mmsk.{path.parent.name}" for path in PACKAGE.glob("*/__init__.pyi"))]
HEAVY = ["numba", "librosa", "skimage", "av", "xgboost", "pandas", "soundfile", "PIL", "skops"]


def public_classes():
    """Every class that a room's ``__init__.pyi`` registers."""
    found = {}
    for room in map(importlib.import_module, ROOMS):
        for name in room.__all__:
            value = getattr(room, name)
            if inspect.isclass(value):
                found[value.__name__, value.__module__] = value  # rooms may share a name
    return [found[name] for name in sorted(found)]


ESTIMATORS = [c for c in public_classes() if hasattr(c, "get_params")]


def _functions(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            has_docstring = ast.get_docstring(node) is not None
            first = node.body[1] if has_docstring and len(node.body) > 1 else node.body[0]
            yield node.name, node.end_lineno - first.lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_has_at_most_400_lines_and_a_function_40(path):
    assert len(path.read_text().splitlines()) <= 400
    assert [(name, lines) for name, lines in _functions(path) if lines > 40] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_does_what_the_house_forbids(path):
    text = path.read_text()
    for forbidden in ("fastmath=True", "parallel=True", "pickle.load", "TODO", "FIXME"):
        used = [line for line in text.splitlines() if forbidden in line and "``" not in line]
        assert used == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_private_names_of_scikit_learn_enter_through_one_module(path):
    if path.name == "sklearn_private.py":
        return
    private = re.findall(
        r"from sklearn\S* import .*\b_\w+|from sklearn\S*\._\S+", path.read_text()
    )
    assert private == []


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_parameters_are_declared_and_documented_in_the_order_of_the_constructor(estimator):
    parameters = list(inspect.signature(estimator).parameters)
    documented = [
        name.strip()
        for parameter in ClassDoc(estimator)["Parameters"]
        for name in parameter.name.split(",")
    ]
    assert documented == parameters
    assert set(estimator._parameter_constraints) == set(parameters)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_constructor_only_assigns(estimator):
    written = getattr(estimator.__init__, "__module__", None) or ""
    if not written.startswith("mmsk"):  # no parameters, or scikit-learn's own constructor
        return
    body = ast.parse(textwrap.dedent(inspect.getsource(estimator.__init__))).body[0].body
    for statement in body:
        # a drop-in for scikit-learn's may hand its own parameters up
        handed_up = ast.unparse(statement).startswith("super().__init__(")
        assert isinstance(statement, ast.Assign) or handed_up


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_class_says_what_it_is_in_a_noun_phrase_and_has_an_example(estimator):
    doc = ClassDoc(estimator)
    assert doc["Summary"]
    assert doc["Examples"]


def test_every_kernel_has_a_twin_of_the_same_signature():
    from tests.kernels import reference

    for path in (PACKAGE / "_kernels").glob("[!_]*.py"):
        module = importlib.import_module(f"mmsk._kernels.{path.stem}")
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.FunctionDef) or not node.decorator_list:
                continue
            kernel = getattr(module, node.name)
            kernel = getattr(kernel, "py_func", kernel)
            twin = getattr(reference, node.name)
            assert inspect.signature(twin) == inspect.signature(kernel), node.name


def test_code_that_the_pages_of_the_house_quote_stands_in_the_file_they_name():
    root = Path(__file__).parents[1]
    page = (root / "docs" / "house" / "kernels.md").read_text()
    quoted = re.findall(r"^```python\n# (\S+)\n(.+?)^```", page, re.DOTALL | re.MULTILINE)
    assert len(quoted) == 3
    for path, code in quoted:
        assert code in (root / path).read_text(), path


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "mmsk.multimodal"])
def test_every_public_name_of_a_room_stands_in_the_readme_and_in_the_guide(room):
    root = Path(__file__).parents[1]
    rows = re.findall(rf"^\| `{room}`.*", (root / "README.md").read_text(), re.MULTILINE)
    guide = " ".join(page.read_text() for page in (root / "docs" / "guide").glob("*.md"))
    public = importlib.import_module(room)
    names = {name for name in public.__all__ if not inspect.ismodule(getattr(public, name))}
    assert names - set(re.findall(r"\w+", " ".join(rows))) == set()
    assert names - set(re.findall(r"\w+", guide)) == set()


def test_importing_mmsk_loads_nothing_heavy():
    code = (
        "import sys, json, sklearn; before = set(sys.modules); import mmsk; "
        f"print(json.dumps([m for m in {HEAVY} if m in set(sys.modules) - before]))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(found.stdout) == []
