"""scikit-learn's own tests of its vectorizers, run against ours."""

import importlib.util
import sys
import types
from pathlib import Path

import pytest
from sklearn.feature_extraction import text as sklearn_text

from mmsk import text

NAMES = ["CountVectorizer", "TfidfVectorizer", "HashingVectorizer"]
NOT_OURS = {
    "test_hashingvectorizer_nan_in_docs": "our message names the rows that are missing",
    "test_n_features_in": "ours know that they saw one column, and its name",
    "test_vectorizers_do_not_have_set_output": "ours have it, with sparse_output=False",
}


def scikit_learns_tests():
    """Its test functions, with our classes wherever they import scikit-learn's."""
    source = importlib.util.find_spec("sklearn.feature_extraction.tests.test_text").origin
    module = types.ModuleType("tests.text.sklearns_test_text")
    sys.modules[module.__name__] = module  # what is pickled there must be found
    with pytest.MonkeyPatch.context() as patch:
        for name in NAMES:
            patch.setattr(sklearn_text, name, getattr(text, name))
        exec(compile(Path(source).read_text("utf-8"), source, "exec"), module.__dict__)
    found = {name: test for name, test in vars(module).items() if name.startswith("test_")}
    return {name: test for name, test in found.items() if name not in NOT_OURS}


globals().update(scikit_learns_tests())
