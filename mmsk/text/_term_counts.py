"""Terms and their counts in documents, kept as arrays until names are asked for."""

import numpy as np
import scipy.sparse as sp

from mmsk._kernels import terms as kernels
from mmsk._kernels.text import count_character_ngrams, count_word_ngrams

N_CODES = 0x110000  # code points of Unicode
_N_SLOTS = 1 << 12
_BLANK = 32
_KEY_BITS = 63


class TermCounts:
    """How often each document holds each term met so far.

    Terms are numbered as they come; some are counted in no document, because they only help
    to number longer ones.

    Parameters
    ----------
    ngram_range : tuple of (int, int)
        Least and greatest number of words or characters of a term.
    of_words : bool
        Whether terms are made of words, joined by spaces, or of characters.
    padded : bool, default=False
        Whether a space before and after each span of characters belongs to it.
    """

    def __init__(self, ngram_range, *, of_words, padded=False):
        self.ngram_range = ngram_range
        self.of_words = of_words
        self.padded = padded
        self._n_stop = 0
        # the trie of mmsk._kernels.trie
        self._slots = np.zeros((_N_SLOTS, 2), np.uint64)
        self._parent = np.empty(_N_SLOTS // 2, np.int32)
        self._last = np.empty(_N_SLOTS // 2, np.int32)
        self._letters = np.empty(_N_SLOTS, np.uint32)
        self._sizes = np.zeros(2, np.int64)
        self._batches = {}  # number of a batch: its terms, counts and ends of rows

    @property
    def n_terms(self):
        """How many terms are numbered."""
        return int(self._sizes[0])

    @property
    def n_documents(self):
        """How many documents were added."""
        return sum(len(row_ends) for _, _, row_ends in self._batches.values())

    def leave_out(self, codes, starts, stops):
        """Name words that are to be in no term, before any document is added.

        Parameters
        ----------
        codes, starts, stops : ndarray
            As in `add`.
        """
        self._count(codes, starts, stops, np.array([len(starts)]), (1, 1))
        self._n_stop = self.n_terms

    def add(self, number, codes, starts, stops, span_ends):
        """Count the terms of a batch of documents.

        Parameters
        ----------
        number : int
            Place of the batch among the batches.
        codes : ndarray of shape (n_codes,), uint32
            Code points.
        starts, stops : ndarray of shape (n_spans,), int64
            Words, or runs of characters that terms do not cross.
        span_ends : ndarray of shape (n_documents,), int64
            How many spans there are up to the end of each document.
        """
        self._batches[number] = self._count(codes, starts, stops, span_ends, self.ngram_range)

    def take_over(self, other):
        """Add the batches of another one.

        Parameters
        ----------
        other : TermCounts
            With the same parameters.
        """
        trie = (self._slots, self._parent, self._last, self._letters, self._sizes)
        others = (other._parent, other._last, other._letters, other.n_terms, other.of_words)
        numbers, *trie = kernels.merged_terms(*others, *trie)
        self._slots, self._parent, self._last, self._letters = trie
        for number, (terms, *rest) in other._batches.items():
            self._batches[number] = (numbers[terms], *rest)

    def close(self):
        """Let go of what only counting needs, and make terms with equal names one.

        They are equal where words hold blanks: "a b" and "c" are as "a" and "b c".
        """
        self._slots = np.zeros((0, 2), np.uint64)
        if not self._words_hold_blanks():
            return
        first = {}
        names = self.names(np.arange(self.n_terms))
        number = np.array([first.setdefault(name, n) for n, name in enumerate(names)], np.int32)
        for key, (terms, counts, row_ends) in self._batches.items():
            shape = (len(row_ends), self.n_terms)
            rows = sp.csr_array((counts, number[terms], np.append(0, row_ends)), shape)
            rows.sum_duplicates()
            self._batches[key] = (rows.indices, rows.data, rows.indptr[1:].astype(np.int64))

    def document_frequencies(self):
        """In how many documents each term is.

        Returns
        -------
        frequencies : ndarray of shape (n_terms,), int64
        """
        frequencies = np.zeros(self.n_terms, np.int64)
        for terms, _, _ in self._batches.values():
            frequencies += np.bincount(terms, minlength=self.n_terms)
        return frequencies

    def names(self, terms):
        """Terms as strings.

        Parameters
        ----------
        terms : ndarray of shape (n_names,), int64

        Returns
        -------
        names : list of str
        """
        if not len(terms):
            return []
        paths = self._paths(terms)
        used = np.zeros(N_CODES + 1, bool)
        used[self._letters[: self._sizes[1]]] = used[_BLANK] = True
        if not self.of_words:
            used[paths[:, 1:]] = True  # the -1 of short paths is the place behind all codes
        separator = int(np.argmin(used))
        trie = (self._parent, self._last, self._letters)
        codes = kernels.spelled_terms(paths, *trie, self.of_words, separator)
        return codes.tobytes().decode("utf-32-le", "surrogatepass").split(chr(separator))

    def in_order(self, terms):
        """Terms in the order of their names.

        Parameters
        ----------
        terms : ndarray of shape (n_kept,), int64

        Returns
        -------
        terms : ndarray of shape (n_kept,), int64
        """
        if self._words_hold_blanks():
            return terms[_order_of(self.names(terms))]
        paths = self._paths(terms)
        is_part = np.zeros(self.n_terms + 1, bool)
        is_part[paths if self.of_words else paths[:, 0]] = True
        parts = np.flatnonzero(is_part[:-1])
        ranks = np.zeros(self.n_terms + 1, np.int64)  # and 0 for the -1 of short paths
        ranks[parts[_order_of(self.names(parts))]] = np.arange(1, len(parts) + 1)
        # a blank sorts before what words hold, so names sort as the sequences of their parts
        steps = ranks[paths[:, 1:]] if self.of_words else paths[:, 1:] + np.int64(1)
        return terms[_order_of_rows([ranks[paths[:, 0]], *steps.T])]

    def matrix(self, columns, n_columns, dtype, signs=None):
        """Documents by columns; counts are let go as they are used, so it can be asked once.

        Parameters
        ----------
        columns : ndarray of shape (n_terms,), int32
            Column of each term, -1 to leave it out. Terms may share one.
        n_columns : int
        dtype : dtype
        signs : ndarray of shape (n_terms,), int32, or None, default=None
            Factors of the counts.

        Returns
        -------
        matrix : sparse array of shape (n_documents, n_columns)
            CSR, with the columns of each row in ascending order.
        """
        batches = [self._batches.pop(number) for number in sorted(self._batches)][::-1]
        sizes = [np.count_nonzero(columns[terms] >= 0) for terms, _, _ in batches][::-1]
        index_dtype = sp.get_index_dtype(maxval=max(sum(sizes), n_columns))
        indices = np.empty(sum(sizes), index_dtype)
        data = np.empty(sum(sizes), dtype)
        lengths, stop = [np.zeros(1, index_dtype)], 0
        for size in sizes:
            terms, counts, row_ends = batches.pop()
            start, stop = stop, stop + size
            signed = counts if signs is None else counts * signs[terms]
            rows = (terms, signed, row_ends, columns, indices[start:stop], data[start:stop])
            lengths.append(kernels.sorted_rows(*rows))
        indptr = np.cumsum(np.concatenate(lengths), dtype=index_dtype)
        matrix = sp.csr_array((data, indices, indptr), shape=(len(indptr) - 1, n_columns))
        matrix.sum_duplicates()
        return matrix

    def _count(self, codes, starts, stops, span_ends, ngram_range):
        count = count_word_ngrams if self.of_words else count_character_ngrams
        option = self._n_stop if self.of_words else int(self.padded)
        trie = (self._slots, self._parent, self._last, self._letters, self._sizes)
        terms, counts, row_ends, *trie = count(
            codes, starts, stops, span_ends, *ngram_range, option, *trie
        )
        self._slots, self._parent, self._last, self._letters = trie
        return terms, counts, row_ends

    def _paths(self, terms):
        return kernels.term_paths(self._parent, self._last, terms, self.ngram_range[1])

    def _words_hold_blanks(self):
        letters = self._letters[: self._sizes[1]]
        return self.of_words and letters.min(initial=_BLANK + 1) <= _BLANK


def _order_of(names):
    return sorted(range(len(names)), key=names.__getitem__)


def _order_of_rows(columns):
    """Order of rows by columns of non-negative integers, packed into as few as will do."""
    keys, key, bits = [], np.int64(0), 0
    for column in columns:
        width = int(column.max(initial=0)).bit_length()
        if bits + width > _KEY_BITS:
            keys.append(key)
            key, bits = np.int64(0), 0
        key, bits = (key << width) | column, bits + width
    keys.append(key)
    return np.argsort(key) if len(keys) == 1 else np.lexsort(keys[::-1])
