"""require: an optional package, or how to install it."""

import sys

import numpy as np
import pytest

from mmsk._utils.optional import require


def test_a_package_that_is_there_is_imported():
    assert require("numpy", extra="all", needed_by="this test") is np
    module = require("numpy.linalg", extra="all", needed_by="this test")
    assert module is sys.modules["numpy.linalg"]


@pytest.mark.parametrize("package", ["no_such_package", "no_such_package.part"])
def test_a_package_that_is_not_there_is_named_with_its_remedy(package):
    message = (
        rf"read_video needs the package '{package}'\. "
        r'Install it with: pip install "mmsk\[video\]"'
    )
    with pytest.raises(ModuleNotFoundError, match=message) as info:
        require(package, extra="video", needed_by="read_video")
    assert info.value.name == "no_such_package"


def test_a_package_that_misses_something_of_its_own_says_so_itself(tmp_path, monkeypatch):
    (tmp_path / "mmsk_half_there.py").write_text("import no_such_package\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'no_such_package'"):
        require("mmsk_half_there", extra="all", needed_by="this test")


def test_a_part_that_a_package_does_not_have_is_no_matter_of_installing():
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'numpy\.no_such_part'"):
        require("numpy.no_such_part", extra="all", needed_by="this test")
