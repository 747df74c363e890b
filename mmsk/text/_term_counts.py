"""Terms and their counts in documents, kept as arrays until names are asked for."""

import numpy as np
import scipy.sparse as sp

from mmsk._kernels import terms as kernels
from mmsk._kernels.sorting import sorted_rows
from mmsk._kernels.text import count_character_ngrams, count_word_ngrams, summed_rows
from mmsk._kernels.trie import moved_slots
from mmsk._utils.workers import in_each_worker
from mmsk.text._term_order import N_CODES, order_of_rows, order_of_words

_N_SLOTS = 1 << 12
_BLANK = 32


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
        # the n-grams of each span, if they are those of a word, which comes again and again
        self._spans = TermCounts((1, 1), of_words=True) if padded else None
        self._ngrams_of_spans = (
            np.empty(0, np.int32),
            np.empty(0, np.int32),
            np.zeros(1, np.int64),
        )
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
        count = self._count if self._spans is None else self._count_by_span
        self._batches[number] = count(codes, starts, stops, span_ends, self.ngram_range)

    def take_over(self, other):
        """Add the batches of another one.

        Parameters
        ----------
        other : TermCounts
            With the same parameters.
        """
        others = (other._parent, other._last, other._letters, other.n_terms, other.of_words)
        self._make_room(other.n_terms, other._sizes[1])
        numbers = kernels.merged_terms(*others, *self._trie())
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
            kernels.term_frequencies(terms, frequencies)
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
        letters, firsts = self._letters[: self._sizes[1]], self._last[parts].astype(np.int64)
        order = order_of_words(letters, firsts, -1 - self._parent[parts].astype(np.int64))
        ranks = np.zeros(self.n_terms + 1, np.int64)  # and 0 for the -1 of short paths
        ranks[parts[order]] = np.arange(1, len(parts) + 1)
        # a blank sorts before what words hold, so names sort as the sequences of their parts
        steps = ranks[paths[:, 1:]] if self.of_words else paths[:, 1:] + np.int64(1)
        return terms[order_of_rows([ranks[paths[:, 0]], *steps.T])]

    def matrix(self, columns, n_columns, dtype, signs=None, n_jobs=None):
        """Documents by columns; counts are let go as they are used, so it can be asked once.

        Parameters
        ----------
        columns : ndarray of shape (n_terms,), int32
            Column of each term, -1 to leave it out. Terms may share one.
        n_columns : int
        dtype : dtype
        signs : ndarray of shape (n_terms,), int32, or None, default=None
            Factors of the counts.
        n_jobs : int or None, default=None
            Threads.

        Returns
        -------
        matrix : sparse array of shape (n_documents, n_columns)
            CSR, with the columns of each row in ascending order.
        """
        batches = [self._batches.pop(number) for number in sorted(self._batches)]
        sizes = [np.count_nonzero(columns[terms] >= 0) for terms, _, _ in batches]
        stops = np.cumsum(sizes, dtype=np.int64)
        index_dtype = sp.get_index_dtype(maxval=max(sum(sizes), n_columns))
        indices, data = np.empty(sum(sizes), index_dtype), np.empty(sum(sizes), dtype)
        lengths = [np.zeros(0, np.int64)] * len(batches)
        numbers = iter(range(len(batches)))  # shared by the threads: each takes the next one

        def fill():
            for number in numbers:
                terms, counts, row_ends = batches[number]
                batches[number] = None
                signed = counts if signs is None else counts * signs[terms]
                kept = slice(stops[number] - sizes[number], stops[number])
                rows = (terms, signed, row_ends, columns, n_columns, indices[kept], data[kept])
                lengths[number] = sorted_rows(*rows)

        in_each_worker(fill, n_jobs)
        indptr = np.cumsum(np.concatenate([[0], *lengths]), dtype=index_dtype)
        matrix = sp.csr_array((data, indices, indptr), shape=(len(indptr) - 1, n_columns))
        matrix.sum_duplicates()
        return matrix

    def _count(self, codes, starts, stops, span_ends, ngram_range):
        count = count_word_ngrams if self.of_words else count_character_ngrams
        least, greatest = ngram_range
        option = self._n_stop if self.of_words else int(self.padded)
        row_ends = np.empty(len(span_ends), np.int64)
        running, state = np.empty(greatest + 1, np.int64), np.zeros(6, np.int64)
        entries = np.empty((2, len(starts if self.of_words else codes) + greatest), np.int32)
        while not count(
            codes, starts, stops, span_ends, least, greatest, option, *self._trie(),
            *entries, row_ends, running, state,
        ):  # fmt: skip
            n_entries, n_letters = state[3], 3
            if self.of_words:
                n_letters = stops[state[1]] - starts[state[1]]
            self._make_room(greatest, n_letters)
            if n_entries + greatest > entries.shape[1]:
                longer = np.empty((2, 2 * entries.shape[1] + greatest), np.int32)
                longer[:, :n_entries] = entries[:, :n_entries]
                entries = longer
        # copies, to let go of the room that was not needed
        return *(part[: state[3]].copy() for part in entries), row_ends

    def _count_by_span(self, codes, starts, stops, span_ends, ngram_range):
        """As `_count`: n-grams are looked up once for each span, and then added up."""
        n_known = self._spans.n_terms
        spans, times, row_ends = self._spans._count(codes, starts, stops, span_ends, (1, 1))
        new = slice(n_known, self._spans.n_terms)
        firsts, lengths = self._spans._last[new], -1 - self._spans._parent[new]
        letters, each = self._spans._letters, np.arange(1, len(firsts) + 1)
        starts = firsts.astype(np.int64)
        found = self._count(letters, starts, starts + lengths, each, ngram_range)
        self._remember(*found)
        terms, counts, ends = self._ngrams_of_spans
        n_most = int((ends[spans + 1] - ends[spans]).sum())
        entries = np.empty((2, n_most), np.int32)
        latest = np.full(self.n_terms, -1, np.int64)
        n_entries = summed_rows(spans, times, row_ends, terms, counts, ends, latest, *entries)
        return *(part[:n_entries].copy() for part in entries), row_ends

    def _remember(self, terms, counts, row_ends):
        known_terms, known_counts, ends = self._ngrams_of_spans
        start, stop = ends[-1], ends[-1] + len(terms)
        self._ngrams_of_spans = (
            with_room(known_terms, start, stop),
            with_room(known_counts, start, stop),
            np.append(ends, start + row_ends),
        )
        self._ngrams_of_spans[0][start:stop] = terms
        self._ngrams_of_spans[1][start:stop] = counts

    def _trie(self):
        return self._slots, self._parent, self._last, self._letters, self._sizes

    def _make_room(self, n_terms, n_letters):
        """Have room for so many more terms and letters."""
        # large arrays of NumPy's own, which lie on huge pages: a place in them is found sooner
        n_known, n_used = self._sizes
        n_rows = len(self._slots)
        while 2 * (n_known + n_terms) > n_rows:
            n_rows *= 4
        if n_rows > len(self._slots):
            wider = np.zeros((n_rows, 2), np.uint64)
            moved_slots(self._slots, wider)
            self._slots = wider
            self._parent = with_room(self._parent, n_known, n_rows // 2)
            self._last = with_room(self._last, n_known, n_rows // 2)
        self._letters = with_room(self._letters, n_used, n_used + n_letters)

    def _paths(self, terms):
        return kernels.term_paths(self._parent, self._last, terms, self.ngram_range[1])

    def _words_hold_blanks(self):
        letters = self._letters[: self._sizes[1]]
        return self.of_words and letters.min(initial=_BLANK + 1) <= _BLANK


def with_room(values, n_used, n_wanted):
    """The first values and room for as many as are wanted, or more.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
    n_used, n_wanted : int

    Returns
    -------
    values : ndarray of shape (n_wanted or more,)
        The same array, or another.
    """
    if n_wanted <= len(values):
        return values
    longer = np.empty(max(n_wanted, 2 * len(values)), values.dtype)
    longer[:n_used] = values[:n_used]
    return longer


def _order_of(names):
    return sorted(range(len(names)), key=names.__getitem__)
