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
    LOW,
    NONE,
    ONE,
    new_base,
    new_term,
    packed_key,
    place_of_key,
    place_of_word,
    with_room,
    word_key,
)

_FEW = 64  # fewer numbers are sorted sooner by insertion
_BYTE = np.uint64(255)
_BYTE_BITS = np.uint64(8)
_ALL_BITS = np.uint64(64)


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
        The trie; changed, and to be replaced with the one returned.

    Returns
    -------
    numbers : ndarray of shape (n_others,), int32
    slots, parent, last, letters : ndarray
    """
    numbers = np.empty(n_others, np.int32)
    slots, parent, last, letters, _, _ = with_room(
        n_others, len(others_letters), 0, slots, parent, last, letters, sizes, numbers, numbers
    )
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
    return numbers, slots, parent, last, letters


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
def sorted_rows(terms, counts, row_ends, columns, indices, data):
    """Entries of kept terms, by columns in ascending order.

    Parameters
    ----------
    terms, counts : ndarray of shape (n_entries,), int32
    row_ends : ndarray of shape (n_documents,), int64
    columns : ndarray of shape (n_terms,), int32
        Column of each term, -1 to leave it out.
    indices : ndarray of shape (n_kept,), int
        Filled with columns, row by row.
    data : ndarray of shape (n_kept,)
        Filled with counts.

    Returns
    -------
    row_lengths : ndarray of shape (n_documents,), int64
    """
    row_lengths = np.zeros(len(row_ends), np.int64)
    packed = np.empty(1024, np.uint64)  # a column in the upper half, a place in the lower one
    start = 0
    done = 0
    for row in range(len(row_ends)):
        if row_ends[row] - start > len(packed):
            packed = np.empty(2 * (row_ends[row] - start), np.uint64)
        n_kept = 0
        for entry in range(start, row_ends[row]):
            column = columns[terms[entry]]
            if column >= 0:
                packed[n_kept] = (np.uint64(column) << HALF) | np.uint64(entry - start)
                n_kept += 1
        sort_numbers(packed[:n_kept])
        for at in range(n_kept):
            indices[done] = packed[at] >> HALF
            data[done] = counts[start + np.int64(packed[at] & LOW)]
            done += 1
        row_lengths[row] = n_kept
        start = row_ends[row]
    return row_lengths


@kernel
def sort_numbers(numbers):
    """Sort numbers in place by their upper halves: where those are equal, order is kept.

    Parameters
    ----------
    numbers : ndarray of shape (n_numbers,), uint64
    """
    if len(numbers) <= _FEW:
        for end in range(1, len(numbers)):
            number = numbers[end]
            at = end
            while at > 0 and numbers[at - 1] >> HALF > number >> HALF:
                numbers[at] = numbers[at - 1]
                at -= 1
            numbers[at] = number
        return
    every = NONE
    for number in numbers:
        every |= number
    other = np.empty_like(numbers)
    ends = np.empty(257, np.int64)
    shift = HALF
    while every >> shift != NONE:  # eight bits at a time, from the lowest
        ends[:] = 0
        for number in numbers:
            ends[((number >> shift) & _BYTE) + ONE] += 1
        for digit in range(256):
            ends[digit + 1] += ends[digit]
        for number in numbers:
            digit = (number >> shift) & _BYTE
            other[ends[digit]] = number
            ends[digit] += 1
        numbers[:] = other
        shift += _BYTE_BITS
        if shift == _ALL_BITS:
            break


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
