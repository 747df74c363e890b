"""Loops that sort: the entries of rows, numbers by some of their bits, words by letters.

Places are unsigned where they are not counted up from 0: of a signed one Numba asks whether
it counts from the end, which takes as long as the rest.
"""

import numpy as np

from mmsk._kernels._jit import kernel
from mmsk._kernels.trie import HALF, LOW, NONE, ONE

_CHUNK = 1 << 13  # entries that are sorted at a time
_DIGIT_BITS = 11  # sorted by in one pass
_MOST_BITS = 62


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
