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
    word_key,
)

_CHUNK = 1 << 13  # entries that are sorted at a time
_DIGIT_BITS = 11  # sorted by in one pass
_MOST_BITS = 62


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
def prefix_keys(letters, firsts, lengths, digits, n_bits, start, n_letters):
    """Some letters of words as numbers, which sort as the letters do.

    Parameters
    ----------
    letters : ndarray, uint32
        Code points.
    firsts, lengths : ndarray of shape (n_words,), int64
        Where each word is in ``letters``.
    digits : ndarray of shape (1114112,), uint32
        A number from 1 for each code point, in their order.
    n_bits : uint64
        Of a digit.
    start, n_letters : int
        The letters taken.

    Returns
    -------
    keys : ndarray of shape (n_words,), int64
        Beyond the end of a word digits are 0.
    """
    keys = np.zeros(len(firsts), np.int64)
    for word in range(len(firsts)):
        key = NONE
        for at in range(start, start + n_letters):
            digit = NONE
            if at < lengths[word]:
                digit = np.uint64(digits[letters[np.uint64(firsts[word] + at)]])
            key = (key << n_bits) | digit
        keys[word] = key
    return keys


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
def sorted_rows(terms, counts, row_ends, columns, n_columns, indices, data):
    """Entries of kept terms, by columns in ascending order.

    Parameters
    ----------
    terms, counts : ndarray of shape (n_entries,), int32
    row_ends : ndarray of shape (n_documents,), int64
    columns : ndarray of shape (n_terms,), int32
        Column of each term, -1 to leave it out.
    n_columns : int
    indices : ndarray of shape (n_kept,), int
        Filled with columns, row by row.
    data : ndarray of shape (n_kept,)
        Filled with counts.

    Returns
    -------
    row_lengths : ndarray of shape (n_documents,), int64
    """
    # some rows together, which stay in the cache: sorted by column, then dealt out to rows
    row_lengths = np.zeros(len(row_ends), np.int64)
    packed = np.empty(_CHUNK, np.uint64)
    other = np.empty(_CHUNK, np.uint64)
    rows = np.empty(_CHUNK, np.uint32)
    start, done, row = 0, 0, 0
    while row < len(row_ends):
        first = row
        while row < len(row_ends) and (row == first or row_ends[row] - start <= _CHUNK):
            row += 1
        stop = row_ends[row - 1]
        if stop - start > len(packed):
            packed = np.empty(stop - start, np.uint64)
            other = np.empty(stop - start, np.uint64)
            rows = np.empty(stop - start, np.uint32)
        lengths = row_lengths[first:row]
        n_kept = pack_entries(
            terms[start:stop], row_ends[first:row], start, columns, packed, rows, lengths
        )
        swapped = sort_numbers(packed[:n_kept], other[:n_kept], HALF, n_columns)
        cursors = np.zeros(row - first, np.uint64)
        cursors[1:] = np.cumsum(lengths)[:-1]
        stop_kept = done + n_kept
        ranked = other if swapped else packed
        deal_out(
            ranked[:n_kept], counts[start:stop], rows, cursors,
            indices[done:stop_kept], data[done:stop_kept],
        )  # fmt: skip
        start, done = stop, stop_kept
    return row_lengths


@kernel
def pack_entries(terms, row_ends, start, columns, packed, rows, row_lengths):
    """How many entries are kept, packed with a column above and a place below.

    Parameters
    ----------
    terms : ndarray of shape (n_entries,), int32
    row_ends : ndarray of shape (n_rows,), int64
    start : int
        Where the first row begins, as ``row_ends`` count.
    columns : ndarray of shape (n_terms,), int32
        -1 to leave a term out.
    packed : ndarray, uint64
        Filled.
    rows : ndarray, uint32
        Filled with the row of each entry.
    row_lengths : ndarray of shape (n_rows,), int64
        Filled with how many entries of each row are kept.

    Returns
    -------
    n_kept : int
    """
    n_kept = np.uint64(0)
    entry = np.uint64(0)
    for row in range(len(row_ends)):
        before = n_kept
        while entry < np.uint64(row_ends[row] - start):
            # unsigned places, here and below: Numba asks of signed ones whether they count
            # from the end, which takes as long as the rest
            column = columns[np.uint32(terms[entry])]
            packed[n_kept] = (np.uint64(np.uint32(column)) << HALF) | entry
            rows[entry] = row
            n_kept += np.uint64(column >= 0)
            entry += ONE
        row_lengths[row] = n_kept - before
    return np.int64(n_kept)


@kernel
def deal_out(packed, counts, rows, cursors, indices, data):
    """Put sorted entries into their rows.

    Parameters
    ----------
    packed : ndarray of shape (n_kept,), uint64
        Column of an entry in the upper half, its place in the lower one.
    counts : ndarray of shape (n_entries,), int32
    rows : ndarray of shape (n_entries,), uint32
    cursors : ndarray of shape (n_rows,), uint64
        Where each row begins; changed.
    indices, data : ndarray of shape (n_kept,)
        Filled with columns and counts.
    """
    for number in packed:
        place = number & LOW
        row = rows[place]
        at = cursors[row]
        indices[at] = number >> HALF
        data[at] = counts[place]
        cursors[row] = at + ONE


@kernel
def sort_numbers(numbers, other, shift, n_values):
    """Sort numbers by a part of their bits; where those are equal, order is kept.

    Parameters
    ----------
    numbers : ndarray of shape (n_numbers,), uint64
        Changed.
    other : ndarray of shape (n_numbers,), uint64
        Changed.
    shift : uint64
        Lowest bit of the part, which is less than ``n_values``.
    n_values : int

    Returns
    -------
    swapped : bool
        Whether ``other`` holds the sorted numbers; otherwise ``numbers`` does.
    """
    n_bits = 0
    while n_bits < _MOST_BITS and n_values > np.int64(1) << n_bits:
        n_bits += 1
    n_passes = (n_bits + _DIGIT_BITS - 1) // _DIGIT_BITS
    width = np.uint64(-(-n_bits // max(n_passes, 1)))
    ends = np.empty(np.int64(ONE << width), np.uint64)
    for turn in range(n_passes):
        if turn % 2 == 0:
            sort_by_digit(numbers, other, shift, ends)
        else:
            sort_by_digit(other, numbers, shift, ends)
        shift += width
    return n_passes % 2 == 1


@kernel
def sort_by_digit(numbers, other, shift, ends):
    """Put numbers elsewhere, sorted by some of their bits and else in the same order.

    Parameters
    ----------
    numbers : ndarray of shape (n_numbers,), uint64
    other : ndarray of shape (n_numbers,), uint64
        Filled.
    shift : uint64
        Lowest of the bits.
    ends : ndarray of shape (power of two,), uint64
        As many as these bits have values; changed.
    """
    digits = np.uint64(len(ends) - 1)
    ends[:] = 0
    for number in numbers:
        ends[(number >> shift) & digits] += ONE
    end = NONE
    for digit in range(len(ends)):
        n_equal = ends[digit]
        ends[digit] = end
        end += n_equal
    for number in numbers:
        digit = (number >> shift) & digits
        other[ends[digit]] = number
        ends[digit] += ONE


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
