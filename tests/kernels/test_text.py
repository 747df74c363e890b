"""Laws of the loops over text: words, n-grams, terms and their counts."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmsk._kernels import sorting, trie
from mmsk._kernels import terms as terms_kernels
from mmsk._kernels import text as text_kernels
from tests.kernels import reference_text as reference

# uncompiled, NumPy warns that keys wrap around, as they are meant to
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")

N_CODES = 0x110000
# few characters, so that words come again; some beyond ASCII, beyond 16 bits, and half a pair
LETTERS = "abcé世\U0001f600\ud83d"
TEXTS = st.lists(st.text(LETTERS + " \n", max_size=30), min_size=1, max_size=4)
N_GRAMS = st.tuples(st.integers(1, 4), st.integers(0, 3)).map(lambda n: (n[0], n[0] + n[1]))


def encoded(texts):
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    return codes, np.cumsum([len(text) for text in texts], dtype=np.int64)


def members(characters):
    table = np.zeros(N_CODES, bool)
    table[[ord(character) for character in characters]] = True
    return table


def empty_trie(n_terms=2048):
    return (
        np.zeros((2 * n_terms, 2), np.uint64),
        np.zeros(n_terms, np.int32),
        np.zeros(n_terms, np.int32),
        np.zeros(n_terms, np.uint32),
        np.zeros(2, np.int64),
    )


def counted(module, texts, ngram_range, kind, n_stop=0, trie=None):
    """What a module counts in texts, and the trie it leaves."""
    codes, ends = encoded(texts)
    spans = text_kernels.word_spans(codes, ends, members(LETTERS), 1)
    trie = empty_trie() if trie is None else trie
    if kind == "words":
        count, option = module.count_word_ngrams, n_stop
    else:
        count, option = module.count_character_ngrams, int(kind == "padded characters")
    terms, counts = np.zeros((2, 2048), np.int32)
    row_ends, state = np.zeros(len(texts), np.int64), np.zeros(6, np.int64)
    running = np.zeros(ngram_range[1] + 1, np.int64)
    filled = (terms, counts, row_ends)
    assert count(codes, *spans, *ngram_range, option, *trie, *filled, running, state)
    return (terms[: state[3]], counts[: state[3]], row_ends), trie


def assert_same_trie(found, expected):
    n_terms, n_letters = expected[4]
    np.testing.assert_array_equal(found[4], expected[4])
    for name, at, size in (
        ("parent", 1, n_terms),
        ("last", 2, n_terms),
        ("letters", 3, n_letters),
    ):
        np.testing.assert_array_equal(found[at][:size], expected[at][:size], name)


@given(TEXTS, st.integers(1, 3))
@settings(deadline=None)
def test_words_are_the_longest_runs_of_their_characters(texts, shortest):
    codes, ends = encoded(texts)
    found = text_kernels.word_spans(codes, ends, members(LETTERS), shortest)
    expected = reference.word_spans(codes, ends, members(LETTERS), shortest)
    for array, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(array, other)


@given(TEXTS)
@settings(deadline=None)
def test_runs_of_blanks_become_one_space(texts):
    codes, ends = encoded(texts)
    found, found_ends = text_kernels.collapsed_blanks(codes, ends, members(" \n"))
    expected, expected_ends = encoded([re.sub(r"[ \n]{2,}", " ", text) for text in texts])
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(found_ends, expected_ends)


@pytest.mark.parametrize("kind", ["words", "characters", "padded characters"])
@given(texts=TEXTS, more=TEXTS, ngram_range=N_GRAMS)
@settings(deadline=None)
def test_terms_and_counts_are_those_of_strings_and_dictionaries(kind, texts, more, ngram_range):
    tries, twins = empty_trie(), empty_trie()
    for batch in (texts, more):  # the second one goes on with the trie of the first
        found, tries = counted(text_kernels, batch, ngram_range, kind, trie=tries)
        expected, twins = counted(reference, batch, ngram_range, kind, trie=twins)
        assert_same_trie(tries, twins)
        assert [dict(zip(*row, strict=True)) for row in rows(*found)] == [
            dict(zip(*row, strict=True)) for row in rows(*expected)
        ]


def rows(terms, counts, ends):
    bounds = zip([0, *ends[:-1]], ends, strict=True)
    return [(terms[start:stop].tolist(), counts[start:stop].tolist()) for start, stop in bounds]


@given(TEXTS, N_GRAMS)
@settings(deadline=None)
def test_every_term_is_found_where_its_key_leads(texts, ngram_range):
    _, (slots, parent, last, letters, sizes) = counted(
        text_kernels, texts, ngram_range, "words"
    )
    for term in range(sizes[0]):
        if parent[term] < 0:
            start, stop = last[term], last[term] - 1 - parent[term]
            key = np.uint64(trie.word_key(letters, start, stop))
            assert key == np.uint64(reference.word_key(letters, start, stop))
            place = trie.place_of_key(slots, key)
            assert place == reference.place_of_key(slots, key)
            word = (place, letters, start, stop)
            place = trie.place_of_word(slots, parent, last, letters, *word)
            assert place == reference.place_of_word(slots, parent, last, letters, *word)
        else:
            place = trie.place_of_key(
                slots, np.uint64(int(parent[term]) << 32 | int(last[term]))
            )
        assert int(slots[place, 1] >> np.uint64(32)) - 1 == term


def test_words_that_share_a_key_are_told_apart():
    slots, parent, last, letters, sizes = empty_trie()
    codes, _ = encoded(["longwordone", "longwordtwo"])
    key = np.uint64(3 << 62)
    for start in (0, 11):
        place = trie.place_of_key(slots, key)
        place = trie.place_of_word(
            slots, parent, last, letters, place, codes, start, start + 11
        )
        assert slots[place, 1] == 0
        trie.new_base(slots, place, key, parent, last, letters, sizes, codes, start, start + 11)
    assert sizes.tolist() == [2, 22]


def test_a_key_holds_short_words_as_they_are():
    codes, _ = encoded(["ab", "é"])
    assert trie.word_key(codes, 0, 2) == 1 << 63 | 1 << 14 | ord("a") << 7 | ord("b")
    assert trie.word_key(codes, 2, 3) >= 3 << 62
    assert trie.packed_key(codes, 0, 3) == reference.packed_key(codes, 0, 3)


@given(TEXTS, TEXTS, N_GRAMS, st.sampled_from(["words", "characters"]))
@settings(deadline=None)
def test_one_trie_takes_up_another(texts, more, ngram_range, kind):
    _, mine = counted(text_kernels, texts, ngram_range, kind)
    _, others = counted(text_kernels, more, ngram_range, kind)
    twin = tuple(array.copy() for array in mine)
    given_other = (*others[1:4], others[4][0], kind == "words")
    numbers = terms_kernels.merged_terms(*given_other, *mine)
    expected = reference.merged_terms(*given_other, *twin)
    np.testing.assert_array_equal(numbers, expected)
    assert_same_trie(mine, twin)


@given(TEXTS, N_GRAMS, st.sampled_from(["words", "characters", "padded characters"]))
@settings(deadline=None)
def test_terms_are_spelled_as_they_stand_in_texts(texts, ngram_range, kind):
    _, (_, parent, last, letters, sizes) = counted(text_kernels, texts, ngram_range, kind)
    terms = np.arange(sizes[0])
    paths = terms_kernels.term_paths(parent, last, terms, ngram_range[1])
    np.testing.assert_array_equal(
        paths, reference.term_paths(parent, last, terms, ngram_range[1])
    )
    spelled = (paths, parent, last, letters, kind == "words", ord("|"))
    np.testing.assert_array_equal(
        terms_kernels.spelled_terms(*spelled), reference.spelled_terms(*spelled)
    )


@given(st.data())
@settings(deadline=None)
def test_rows_come_out_sorted_without_what_is_left_out(data):
    n_terms = data.draw(st.integers(1, 6))
    sizes = data.draw(st.lists(st.integers(0, n_terms), min_size=1, max_size=4))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    terms = np.concatenate([rng.permutation(n_terms)[:size] for size in sizes]).astype(np.int32)
    counts = rng.integers(1, 9, len(terms)).astype(np.int32)
    columns = rng.integers(-1, 4, n_terms).astype(np.int32)
    rest = (np.cumsum(sizes), columns, 4)
    found, expected = (
        [np.zeros(np.count_nonzero(columns[terms] >= 0), dtype) for dtype in (np.int32, float)]
        for _ in range(2)
    )
    lengths = sorting.sorted_rows(terms, counts, *rest, *found)
    np.testing.assert_array_equal(
        lengths, reference.sorted_rows(terms, counts, *rest, *expected)
    )
    for array, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(array, other)


@pytest.mark.parametrize("n_values", [1, 3, 2**11, 2**11 + 1, 2**40])
@given(st.lists(st.integers(0, 2**64 - 1), max_size=50), st.integers(0, 20))
@settings(deadline=None)
def test_numbers_are_sorted_by_some_bits_and_keep_their_order_otherwise(
    n_values, numbers, shift
):
    mask = np.uint64(((n_values - 1) << shift) | ((1 << shift) - 1))
    given_numbers = np.array(numbers, np.uint64) & mask
    results = []
    for module in (sorting, reference):
        pair = given_numbers.copy(), np.zeros_like(given_numbers)
        results.append(pair[module.sort_numbers(*pair, np.uint64(shift), n_values)])
    np.testing.assert_array_equal(*results)


def test_a_row_longer_than_a_chunk_is_sorted_like_any_other():
    n = 3 * sorting._CHUNK
    rng = np.random.default_rng(0)
    columns = rng.permutation(n).astype(np.int32)
    terms, counts = rng.permutation(n).astype(np.int32), np.arange(n, dtype=np.int32)
    ends = np.array([5, n - 5, n])
    found, expected = ([np.zeros(n, np.int32), np.zeros(n)] for _ in range(2))
    sorting.sorted_rows(terms, counts, ends, columns, n, *found)
    reference.sorted_rows(terms, counts, ends, columns, n, *expected)
    for array, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(array, other)


@given(st.lists(st.text(LETTERS, min_size=1, max_size=9), min_size=1, max_size=9))
@settings(deadline=None)
def test_keys_of_prefixes_sort_as_strings_do(words):
    codes, stops = encoded(words)
    digits = np.cumsum(members(LETTERS), dtype=np.uint32)
    lengths = np.array([len(word) for word in words])
    where = (codes, stops - lengths, lengths, digits, np.uint64(3))
    keys = sorting.prefix_keys(*where, 0, 9)
    np.testing.assert_array_equal(keys, reference.prefix_keys(*where, 0, 9))
    assert sorted(words) == [words[place] for place in np.argsort(keys, kind="stable")]
    tails = sorting.prefix_keys(*where, 2, 4)
    np.testing.assert_array_equal(tails, reference.prefix_keys(*where, 2, 4))


@given(st.lists(st.integers(0, 4), max_size=9))
def test_frequencies_are_added_up(terms):
    found, expected = np.arange(5), np.arange(5)
    terms_kernels.term_frequencies(np.array(terms, np.int32), found)
    reference.term_frequencies(np.array(terms, np.int32), expected)
    np.testing.assert_array_equal(found, expected)


@given(TEXTS)
def test_codes_are_replaced_one_by_one(texts):
    codes, _ = encoded(texts)
    table = np.arange(N_CODES, dtype=np.uint32)[::-1].copy()
    found = text_kernels.replaced_codes(codes, table)
    np.testing.assert_array_equal(found, reference.replaced_codes(codes, table))


@given(st.integers(0, 999))
@settings(deadline=None)
def test_terms_of_documents_are_sums_over_their_spans(seed):
    rng = np.random.default_rng(seed)
    ends = np.append(0, np.cumsum(rng.integers(0, 5, 4)))
    terms = np.concatenate([rng.permutation(6)[:size] for size in np.diff(ends)])
    counts = rng.integers(1, 4, ends[-1]).astype(np.int32)
    spans, times = rng.integers(0, 4, 9), rng.integers(1, 4, 9).astype(np.int32)
    results = []
    for module in (text_kernels, reference):
        row_ends, row = np.array([2, 2, 9]), np.zeros((2, 99), np.int32)
        given_spans = (spans.astype(np.int32), times, row_ends, terms.astype(np.int32), counts)
        n_entries = module.summed_rows(*given_spans, ends, np.full(6, -1), *row)
        results.append((row[:, :n_entries], row_ends))
    for found, expected in zip(*results, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_a_wider_table_holds_the_same_terms():
    _, (slots, *_) = counted(text_kernels, ["a b ab ab世 b a"], (1, 2), "words")
    found, expected = np.zeros((2, 4 * len(slots), 2), np.uint64)
    trie.moved_slots(slots, found)
    reference.moved_slots(slots, expected)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("kind", ["words", "characters", "padded characters"])
def test_counting_stops_where_there_is_no_room_and_goes_on_where_it_stopped(kind):
    codes, ends = encoded(["a b ab ab世", "b ab c é"])
    spans = text_kernels.word_spans(codes, ends, members(LETTERS), 1)
    words = kind == "words"
    count = text_kernels.count_word_ngrams if words else text_kernels.count_character_ngrams
    _, *rest = empty_trie()
    small, stops = np.zeros((8, 2), np.uint64), 0
    terms, counts = np.zeros((2, 99), np.int32)
    row_ends, running, state = np.zeros(2, np.int64), np.zeros(3, np.int64), np.zeros(6, int)
    option = 0 if words else int(kind == "padded characters")
    while not count(
        codes, *spans, 1, 2, option, small, *rest, terms, counts, row_ends, running, state
    ):
        stops += 1
        wider = np.zeros((2 * len(small), 2), np.uint64)
        trie.moved_slots(small, wider)
        small = wider
    assert stops > 0
    expected, _ = counted(text_kernels, ["a b ab ab世", "b ab c é"], (1, 2), kind)
    assert rows(terms, counts, row_ends) == rows(*expected)


@given(st.booleans(), st.booleans(), st.sampled_from([0, 1, 2]), st.integers(0, 99))
@settings(deadline=None)
def test_rows_are_weighed_as_by_array_arithmetic(sublinear, with_idf, norm, seed):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, 5, 6)
    indptr = np.append(0, np.cumsum(lengths)).astype(np.int32)
    indices = rng.integers(0, 4, indptr[-1]).astype(np.int32)
    found = rng.integers(1, 9, indptr[-1]).astype(float)
    expected = found.copy()
    idf = rng.uniform(1, 3, 4) if with_idf else np.empty(0)
    terms_kernels.weigh_rows(found, indices, indptr, idf, sublinear, norm)
    reference.weigh_rows(expected, indices, indptr, idf, sublinear, norm)
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_words_left_out_are_bridged():
    (_, _, _), tries = counted(text_kernels, ["c"], (1, 1), "words")
    found, tries = counted(text_kernels, ["a c b"], (2, 2), "words", n_stop=1, trie=tries)
    paths = terms_kernels.term_paths(tries[1], tries[2], found[0].astype(np.int64), 2)
    spelled = terms_kernels.spelled_terms(paths, *tries[1:4], True, 0)
    assert "".join(map(chr, spelled)) == "a b"
