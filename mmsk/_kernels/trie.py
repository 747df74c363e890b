"""A hash table of the terms of documents, shared by the loops that count them.

All terms met so far make a *trie* of five arrays:

slots : ndarray of shape (power of two, 2), uint64
    Hash table. A row is the key of a term; and 1 + its number, in the upper half of a
    word that is 0 in an empty row, with its latest entry in the lower half.
parent : ndarray, int32
    Of a term that extends another one by a word or character: the number of that one.
    Otherwise -1 - its length.
last : ndarray, int32
    Of a term that extends another one: the number of the word, or the character.
    Otherwise where its characters begin in ``letters``.
letters : ndarray, uint32
    Characters of the terms that extend none, end to end.
sizes : ndarray of shape (2,), int64
    How many terms there are, and how many letters. The arrays have room for more.

Keys are exact but for long words, which hash and compare. What changes a trie says so.
Whoever calls makes room: at most half of the rows may be taken.

Places are unsigned where they are not counted up from 0: of a signed one Numba asks whether
it counts from the end.
"""

import numpy as np

from mmsk._kernels._jit import kernel

HIGH = np.uint64(1 << 63)  # of keys of terms that extend none
HASHED = np.uint64(3 << 62)  # of those whose key is a hash
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
ONE = np.uint64(1)
NONE = np.uint64(0)
CODE = np.uint64(0x1FFFFF)
CODE_BITS = np.uint64(21)
BLANK = 32
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio (Knuth)
_HASH_START = np.uint64(0xCBF29CE484222325)  # FNV-1a
_HASH_STEP = np.uint64(0x100000001B3)
_ASCII = np.uint32(128)
_ASCII_BITS = np.uint64(7)
_SHORT = 8  # characters that fit one key, if all are ASCII


@kernel
def place_of_key(slots, key):
    """Row of a hash table where an exact key is, or else the empty one for it.

    Parameters
    ----------
    slots : ndarray of shape (power of two, 2), uint64
    key : uint64

    Returns
    -------
    place : uint64
    """
    mask = np.uint64(len(slots) - 1)
    place = key * _SPREAD
    place = (place ^ (place >> HALF)) & mask
    while slots[place, 1] != NONE and slots[place, 0] != key:
        place = (place + ONE) & mask
    return place


@kernel
def word_key(codes, start, stop):
    """Key of a word: its characters where they fit, otherwise a hash.

    Parameters
    ----------
    codes : ndarray of shape (n_codes,), uint32
    start, stop : int
        Where the word is in ``codes``.

    Returns
    -------
    key : uint64
        At least ``HASHED`` for a hash.
    """
    if stop - start <= _SHORT:
        key = ONE
        every = np.uint32(0)
        for at in range(np.uint64(start), np.uint64(stop)):
            every |= codes[at]
            key = (key << _ASCII_BITS) | np.uint64(codes[at])
        if every < _ASCII:
            return key | HIGH
    key = _HASH_START
    for at in range(np.uint64(start), np.uint64(stop)):
        key = (key ^ np.uint64(codes[at])) * _HASH_STEP
    return key | HASHED


@kernel
def packed_key(codes, start, stop):
    """Key of up to three characters, which holds them as they are.

    Parameters
    ----------
    codes : ndarray of shape (n_codes,), uint32
    start, stop : int

    Returns
    -------
    key : uint64
    """
    key = NONE
    for at in range(start, stop):
        key = (key << CODE_BITS) | np.uint64(codes[at])
    return key | HIGH


@kernel
def place_of_word(slots, parent, last, letters, place, codes, start, stop):
    """Row of a hash table where a word is that shares its key, or else an empty one.

    Parameters
    ----------
    slots, parent, last, letters : ndarray
        Of the trie.
    place : uint64
        Where the key is for the first time; where nothing is, that is the answer.
    codes : ndarray of shape (n_codes,), uint32
    start, stop : int
        Where the word is in ``codes``.

    Returns
    -------
    place : uint64
    """
    key = slots[place, 0]
    mask = np.uint64(len(slots) - 1)
    found = False
    while slots[place, 1] != NONE and not found:
        if slots[place, 0] == key:
            term = (slots[place, 1] >> HALF) - ONE
            if parent[term] == start - stop - 1:
                first, at, end = np.uint64(last[term]), np.uint64(start), np.uint64(stop)
                while at < end and letters[first] == codes[at]:
                    first += ONE
                    at += ONE
                found = at == end
        if not found:
            place = (place + ONE) & mask
    return place


@kernel
def new_term(slots, place, key, parent, last, sizes, of, by):
    """Number of a term put in an empty row; the trie is changed.

    Parameters
    ----------
    slots : ndarray of shape (n_rows, 2), uint64
    place, key : uint64
    parent, last, sizes : ndarray
        Of the trie.
    of, by : int
        Its entries of ``parent`` and ``last``.

    Returns
    -------
    term : int
    """
    term = sizes[0]
    sizes[0] += 1
    slots[place, 0] = key
    slots[place, 1] = np.uint64(term + 1) << HALF
    parent[term] = of
    last[term] = by
    return term


@kernel
def new_base(slots, place, key, parent, last, letters, sizes, codes, start, stop):
    """Number of a term that extends none, put in an empty row; the trie is changed.

    Parameters
    ----------
    slots : ndarray of shape (n_rows, 2), uint64
    place, key : uint64
    parent, last, letters, sizes : ndarray
        Of the trie.
    codes : ndarray of shape (n_codes,), uint32
    start, stop : int
        Where its characters are in ``codes``.

    Returns
    -------
    term : int
    """
    term = new_term(slots, place, key, parent, last, sizes, start - stop - 1, sizes[1])
    for at in range(start, stop):
        letters[sizes[1]] = codes[at]
        sizes[1] += 1
    return term


@kernel
def new_packed(slots, place, key, parent, last, letters, sizes, length):
    """Number of a term whose key holds its characters; the trie is changed.

    Parameters
    ----------
    slots : ndarray of shape (n_rows, 2), uint64
    place, key : uint64
    parent, last, letters, sizes : ndarray
        Of the trie.
    length : int

    Returns
    -------
    term : int
    """
    term = new_term(slots, place, key, parent, last, sizes, -1 - length, sizes[1])
    for at in range(length):
        shift = CODE_BITS * np.uint64(length - 1 - at)
        letters[sizes[1]] = (key >> shift) & CODE
        sizes[1] += 1
    return term


@kernel
def count_once(slots, place, row_start, n_entries, terms, counts):
    """Count one more of the term in a row of the table, for the document at hand.

    Parameters
    ----------
    slots : ndarray of shape (n_rows, 2), uint64
    place : uint64
    row_start, n_entries : int
        Where the entries of the document begin, and how many entries there are.
    terms, counts : ndarray, int32
        Entries so far; changed.

    Returns
    -------
    n_entries : int
    """
    number = slots[place, 1] >> HALF
    entry = slots[place, 1] & LOW
    # an entry left from another batch is told by its term
    known = np.uint64(row_start) <= entry and entry < np.uint64(n_entries)
    if known and terms[entry] == np.int64(number - ONE):
        counts[entry] += 1
    else:
        at = np.uint64(n_entries)
        terms[at] = number - ONE
        counts[at] = 1
        slots[place, 1] = (number << HALF) | at
        n_entries += 1
    return n_entries


@kernel
def moved_slots(slots, wider):
    """Put the rows of a hash table into another one, of more rows.

    Parameters
    ----------
    slots : ndarray of shape (power of two, 2), uint64
    wider : ndarray of shape (greater power of two, 2), uint64
        Empty; changed.
    """
    mask = np.uint64(len(wider) - 1)
    for row in range(len(slots)):
        if slots[row, 1] != NONE:
            place = slots[row, 0] * _SPREAD
            place = (place ^ (place >> HALF)) & mask
            while wider[place, 1] != NONE:
                place = (place + ONE) & mask
            wider[place, 0] = slots[row, 0]
            wider[place, 1] = slots[row, 1]
