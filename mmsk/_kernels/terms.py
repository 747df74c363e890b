"""Loops over the terms of a trie: their names, their columns, and one trie in another.

For the arrays of a trie see `mmsk._kernels.trie`.
"""

import numpy as np

from mmsk._kernels._jit import kernel
from mmsk._kernels.trie import (
    BLANK,
    CODE_BITS,
    HALF,
    HASHED,
    NONE,
    new_base,
    new_term,
    packed_key,
    place_of_key,
    place_of_word,
    word_key,
)


@kernel
def merged_terms(
    others_parent, others_last, others_letters, n_others, of_words,
    slots, parent, last, letters, sizes,
):  # fmt: skip
    """Numbers that the terms of another trie have in this one, which takes them up.

    Parameters
    ----------
    others_parent, others_last, others_letters : ndarray
        Of the other trie.
    n_others : int
        Terms of the other trie.
    of_words : bool
    slots, parent, last, letters, sizes : ndarray
        The trie; changed. With room for all terms and letters of the other one.

    Returns
    -------
    numbers : ndarray of shape (n_others,), int32
    """
    numbers = np.empty(n_others, np.int32)
    for term in range(n_others):
        of = others_parent[term]
        by = others_last[term]
        if of >= 0:
            step = numbers[by] if of_words else by
            bits = HALF if of_words else CODE_BITS
            key = (np.uint64(numbers[of]) << bits) | np.uint64(step)
            place = place_of_key(slots, key)
            if slots[place, 1] == NONE:
                new_term(slots, place, key, parent, last, sizes, numbers[of], step)
        else:
            stop = by - 1 - of
            if of_words:
                key = word_key(others_letters, by, stop)
            else:
                key = packed_key(others_letters, by, stop)
            place = place_of_key(slots, key)
            if key >= HASHED and of_words:
                place = place_of_word(
                    slots, parent, last, letters, place, others_letters, by, stop
                )
            if slots[place, 1] == NONE:
                new_base(
                    slots, place, key, parent, last, letters, sizes, others_letters, by, stop
                )
        numbers[term] = np.int64(slots[place, 1] >> HALF) - 1
    return numbers


@kernel
def term_paths(parent, last, terms, greatest):
    """What each term is made of.

    Parameters
    ----------
    parent, last : ndarray
        Of the trie.
    terms : ndarray of shape (n_terms,), int64
    greatest : int
        Steps of the longest path.

    Returns
    -------
    paths : ndarray of shape (n_terms, greatest), int32
        Number of the term it begins with, then the ``last`` of each step; -1 where the
        path is over.
    """
    paths = np.full((len(terms), greatest), -1, np.int32)
    for row in range(len(terms)):
        n_steps = 0
        at = terms[row]
        while parent[at] >= 0:
            n_steps += 1
            at = parent[at]
        paths[row, 0] = at
        at = terms[row]
        for step in range(n_steps, 0, -1):
            paths[row, step] = last[at]
            at = parent[at]
    return paths


@kernel
def spelled_terms(paths, parent, last, letters, of_words, separator):
    """Characters of terms, end to end.

    Parameters
    ----------
    paths : ndarray of shape (n_terms, n_steps), int32
    parent, last, letters : ndarray
        Of the trie.
    of_words : bool
        Whether steps are words, joined by spaces, or characters.
    separator : int
        Code point put after each term but the last.

    Returns
    -------
    codes : ndarray of shape (n_codes,), uint32
    """
    n_codes = 0
    for row in range(len(paths)):
        n_codes -= parent[paths[row, 0]]
        for column in range(1, paths.shape[1]):
            step = paths[row, column]
            if step >= 0:
                n_codes += -parent[step] if of_words else 1
    codes = np.empty(n_codes, np.uint32)
    at = 0
    for row in range(len(paths)):
        for column in range(paths.shape[1]):
            step = paths[row, column]
            if step < 0:
                break
            if column > 0 and not of_words:
                codes[at] = step
                at += 1
                continue
            if column > 0:
                codes[at] = BLANK
                at += 1
            for letter in range(last[step], last[step] - 1 - parent[step]):
                codes[at] = letters[letter]
                at += 1
        codes[at] = separator
        at += 1
    return codes[: max(at - 1, 0)]


@kernel
def term_frequencies(terms, frequencies):
    """Add how often each term is among the entries.

    Parameters
    ----------
    terms : ndarray of shape (n_entries,), int32
    frequencies : ndarray of shape (n_terms,), int64
        Changed.
    """
    for term in terms:
        frequencies[np.uint32(term)] += 1


@kernel
def weigh_rows(data, indices, indptr, idf, sublinear, norm):
    """Weigh counts by TF-IDF in place, and bring rows to unit length.

    Parameters
    ----------
    data : ndarray of shape (n_entries,), float
        Counts; changed.
    indices : ndarray of shape (n_entries,), int
    indptr : ndarray of shape (n_rows + 1,), int
    idf : ndarray of shape (n_columns,), float
        Weights of columns; empty where there are none.
    sublinear : bool
        Whether 1 + log(count) stands for a count.
    norm : int
        0 for none, 1 for the sum of absolute values, 2 for the Euclidean length.
    """
    for row in range(len(indptr) - 1):
        length = 0.0
        for entry in range(indptr[row], indptr[row + 1]):
            value = data[entry]
            if sublinear:
                value = np.log(value) + 1
            if len(idf) > 0:
                value *= idf[indices[entry]]
            data[entry] = value
            length += value * value if norm == 2 else abs(value)
        if norm == 0 or length == 0:
            continue
        if norm == 2:
            length = np.sqrt(length)
        for entry in range(indptr[row], indptr[row + 1]):
            data[entry] /= length
