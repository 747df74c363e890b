"""The order of terms by their names, found without making these."""

import numpy as np

from mmsk._kernels.sorting import prefix_keys, sort_numbers

N_CODES = 0x110000  # code points of Unicode
_KEY_BITS = 63
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


def order_of_words(letters, firsts, lengths):
    """Order of words, as strings of code points.

    Parameters
    ----------
    letters : ndarray, uint32
        Code points of the words.
    firsts, lengths : ndarray of shape (n_words,), int64
        Where each word is in ``letters``. No two are equal.

    Returns
    -------
    order : ndarray of shape (n_words,), int64
    """
    used = np.zeros(N_CODES, bool)
    used[letters] = True
    digits = np.cumsum(used, dtype=np.uint32)
    n_bits = max(1, int(digits[-1]).bit_length())
    n_letters = _KEY_BITS // n_bits

    def keys(words, start):
        where = (letters, firsts[words], lengths[words])
        return prefix_keys(*where, digits, np.uint64(n_bits), start, n_letters)

    first_keys = keys(np.arange(len(firsts)), 0)
    order = np.argsort(first_keys)
    first_keys = first_keys[order]
    alike = np.append(False, first_keys[1:] == first_keys[:-1])  # the one before begins alike
    start = n_letters
    while alike.any():  # go on with the next letters of words that are not told apart yet
        places = np.flatnonzero(alike | np.append(alike[1:], False))
        runs, words = np.cumsum(~alike)[places], order[places]
        next_keys = keys(words, start)
        by = np.lexsort((next_keys, runs))
        order[places], next_keys = words[by], next_keys[by]
        alike[places[1:]] &= next_keys[1:] == next_keys[:-1]
        start += n_letters
    return order


def order_of_rows(columns):
    """Order of rows by one column after the other.

    Parameters
    ----------
    columns : list of ndarray of shape (n_rows,), int64
        Non-negative and less than 2**32.

    Returns
    -------
    order : ndarray of shape (n_rows,), int64
    """
    order = np.arange(len(columns[0]), dtype=np.uint64)
    for column in columns[::-1]:
        numbers = (column.astype(np.uint64)[order] << _HALF) | order
        other = np.empty_like(numbers)
        swapped = sort_numbers(numbers, other, _HALF, int(column.max(initial=0)) + 1)
        order = (other if swapped else numbers) & _LOW
    return order.astype(np.int64)
