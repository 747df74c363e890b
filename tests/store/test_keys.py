"""Which samples and which recipes are the same, and which are not."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from mmsk.image import HOG, LBP, PatchEncoder
from mmsk.io._sources import Segment
from mmsk.store import recipe_key, row_key, sample_key
from mmsk.video import FramePooling

SOUND = np.arange(8, dtype=np.float32)
PICTURES = list(np.random.default_rng(0).integers(0, 256, (3, 40, 40), dtype=np.uint8))
SAMPLES = [
    b"abc",
    b"abcd",
    SOUND,
    SOUND.astype(np.float64),
    SOUND.view(np.int32),
    SOUND.reshape(2, 4),
    SOUND.reshape(4, 2),
    SOUND[::-1],
    (SOUND, 8000),
    (SOUND, 16000),
    Segment(SOUND, 0.0, 1.0),
    Segment(SOUND, 0.0, 2.0),
    Segment(b"abc", 0.0, 2.0),
    Segment(b"abc"),
]


def test_different_samples_have_different_keys():
    keys = [sample_key(sample) for sample in SAMPLES]
    assert None not in keys
    assert len(set(keys)) == len(keys)


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=4))
def test_where_one_part_ends_and_the_next_begins_counts(parts):
    split = sample_key(tuple(parts))
    assert split != sample_key((b"".join(parts),)) or len(parts) == 1
    assert split == sample_key(tuple(parts))


def test_how_an_array_lies_in_memory_has_no_say():
    picture = np.arange(12, dtype=np.uint8).reshape(3, 4)
    frozen = picture.copy()
    frozen.setflags(write=False)
    keys = {sample_key(array) for array in (picture, np.asfortranarray(picture), frozen)}
    assert keys == {sample_key(picture)}
    assert sample_key(memoryview(b"ab")) == sample_key(bytearray(b"ab")) == sample_key(b"ab")
    assert sample_key((SOUND, 8000)) == sample_key((SOUND, np.int64(8000)))


def test_a_path_means_the_same_from_another_folder_and_through_a_link(tmp_path, monkeypatch):
    path = tmp_path / "a" / "x.png"
    path.parent.mkdir()
    path.write_bytes(b"x")
    expected = sample_key(str(path))
    monkeypatch.chdir(tmp_path)
    assert sample_key("a/x.png") == sample_key(Path("a/../a/x.png")) == expected
    monkeypatch.chdir(tmp_path / "a")
    assert sample_key("x.png") == expected
    (tmp_path / "link.png").symlink_to(path)
    assert sample_key(tmp_path / "link.png") == expected


def test_a_changed_file_is_another_sample(tmp_path):
    path = tmp_path / "x.png"
    path.write_bytes(b"one")
    first = sample_key(path)
    path.write_bytes(b"three")
    assert sample_key(path) != first
    second = sample_key(path)
    os.utime(path, ns=(0, 1))
    assert sample_key(path) != second


def test_content_tells_a_file_that_was_replaced_in_the_same_instant_and_size(tmp_path):
    path, other = tmp_path / "x.png", tmp_path / "y.png"
    keys = {}
    for content in (b"one", b"two"):
        path.write_bytes(content)
        os.utime(path, ns=(5, 5))
        keys[content] = sample_key(path), sample_key(path, "content")
    assert keys[b"one"][0] == keys[b"two"][0]
    assert keys[b"one"][1] != keys[b"two"][1]
    other.write_bytes(b"two")
    assert sample_key(other, "content") == keys[b"two"][1]
    os.utime(other, ns=(9, 9))
    assert sample_key(other, "content") == keys[b"two"][1]


def test_a_text_is_told_by_itself_and_a_path_object_by_its_file(tmp_path):
    path = tmp_path / "poem.txt"
    path.write_text("a red kite")
    assert sample_key(str(path), is_text=True) != sample_key(str(path))
    assert sample_key(path, is_text=True) == sample_key(str(path))
    assert sample_key("lone \ud800", is_text=True) is not None


@pytest.mark.parametrize(
    "source",
    ["absent.png", "https://example.org/a.png", ".", "a\0b", object(), np.array([None]),
     (SOUND, object()), [SOUND], (SOUND, 10**400)],
    ids=lambda source: repr(source)[:20],
)  # fmt: skip
def test_what_cannot_be_told_has_no_key(source):
    assert sample_key(source) is None


# Recipes


def recipes(*extractors):
    return [recipe_key(extractor.fit(PICTURES)) for extractor in extractors]


def test_what_cannot_change_a_row_has_no_say():
    made = recipes(LBP(), LBP(n_jobs=2, on_error="missing"))
    assert made[0] == made[1]
    lists = LBP().fit([PICTURES])  # rows of single pictures are stored, pooled ones are not
    assert recipe_key(lists) == made[0]


def test_parameters_class_code_version_and_state_have_a_say(monkeypatch):
    class Newer(LBP):
        _version = 2

    Newer.__qualname__, Newer.__module__ = LBP.__qualname__, LBP.__module__
    made = recipes(
        LBP(), LBP(n_cells=3), LBP(radius=2), Newer(), HOG(), HOG(size_px=32),
        PatchEncoder(20, size_px=32, max_patches=500),
        PatchEncoder(20, size_px=32, max_patches=500, random_state=1),
    )  # fmt: skip
    assert len(set(made)) == len(made)
    monkeypatch.setattr("mmsk.store._keys.READERS_VERSION", 2)
    assert recipes(LBP())[0] not in made


def test_what_scikit_learn_notes_for_itself_has_no_say():
    alone, noted = LBP().fit(PICTURES), LBP().set_output(transform="pandas").fit(PICTURES)
    noted._parent_callback_ctx = object()  # as a Pipeline's fit does in scikit-learn 1.9
    assert recipe_key(noted) == recipe_key(alone)


def test_a_learned_size_counts_as_one_given():
    small, large = PICTURES[:1], [np.zeros((64, 64), np.uint8)]
    assert recipe_key(HOG().fit(small)) != recipe_key(HOG().fit(large))


def test_a_dictionary_learned_again_from_the_same_pictures_is_the_same():
    made = [PatchEncoder(20, size_px=32, max_patches=500) for _ in range(2)]
    assert len(set(recipes(*made))) == 1


def test_estimators_within_count_with_their_parameters():
    def pooled(extractor):
        return FramePooling(extractor).fit([np.zeros((2, 32, 32), np.uint8)])

    made = [pooled(LBP()), pooled(LBP(n_cells=3)), pooled(LBP(n_jobs=2))]
    keys = [recipe_key(extractor) for extractor in made]
    assert keys[0] == keys[2] != keys[1]


def test_a_function_is_refused_by_the_name_of_its_parameter():
    pooled = FramePooling(FunctionTransformer(lambda x: x))
    with pytest.raises(TypeError, match=r"FramePooling\.extractor\.func is <function"):
        recipe_key(pooled)
    recipe_key(FunctionTransformer(np.sqrt))
    recipe_key(StandardScaler().fit([[1.0]]))


def test_keys_are_the_same_in_another_process():
    code = (
        "from mmsk.image import LBP; from mmsk.store import *; "
        "print(row_key(recipe_key(LBP().fit(['a'])), sample_key(b'a')).hex())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "123"}
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True,
        env=environment,
    ).stdout.strip()  # fmt: skip
    assert told == row_key(recipe_key(LBP().fit(["a"])), sample_key(b"a")).hex()
