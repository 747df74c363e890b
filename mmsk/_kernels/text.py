"""Loops over characters: words, n-grams, and how often each document holds them.

Conventions: text is an array of code points, uint32; ``document_ends`` and ``span_ends``
hold where each document ends in it, or in its spans. For the arrays of a trie see
`mmsk._kernels.trie`.
"""

import numpy as np

from mmsk._kernels._jit import kernel
from mmsk._kernels.trie import (
    BLANK,
    CODE_BITS,
    HALF,
    HASHED,
    HIGH,
    NONE,
    ONE,
    count_once,
    new_base,
    new_packed,
    new_term,
    place_of_key,
    place_of_word,
    word_key,
)

_BASE = 3  # code points that fit one key


@kernel
def word_spans(codes, document_ends, in_word, shortest):
    """Where words are: longest runs of characters that may be in one.

    Parameters
    ----------
    codes : ndarray of shape (n_codes,), uint32
    document_ends : ndarray of shape (n_documents,), int64
    in_word : ndarray of shape (1114112,), bool
        Whether a code point may be in a word.
    shortest : int
        Runs of fewer characters are left out.

    Returns
    -------
    starts, stops : ndarray of shape (n_words,), int64
    span_ends : ndarray of shape (n_documents,), int64
        How many words there are up to the end of each document.
    """
    # every place is written, and kept where a run begins or ends: no branch to mispredict
    bounds = np.empty(len(codes) + len(document_ends) + 1, np.int64)
    bounds_ends = np.empty(len(document_ends), np.int64)
    n_bounds = np.uint64(0)
    start = 0
    for document in range(len(document_ends)):
        was_in = False
        for at in range(start, document_ends[document]):
            is_in = in_word[codes[at]]
            bounds[n_bounds] = at
            n_bounds += np.uint64(is_in != was_in)
            was_in = is_in
        start = document_ends[document]
        bounds[n_bounds] = start
        n_bounds += np.uint64(was_in)
        bounds_ends[document] = n_bounds
    starts = np.empty(np.int64(n_bounds) // 2, np.int64)
    stops = np.empty(len(starts), np.int64)
    span_ends = np.empty(len(document_ends), np.int64)
    n_words = np.uint64(0)
    bound = np.uint64(0)
    for document in range(len(document_ends)):
        while bound < np.uint64(bounds_ends[document]):
            start, stop = bounds[bound], bounds[bound + ONE]
            starts[n_words] = start
            stops[n_words] = stop
            n_words += np.uint64(stop - start >= shortest)
            bound += ONE + ONE
        span_ends[document] = n_words
    return starts[:n_words], stops[:n_words], span_ends


@kernel
def replaced_codes(codes, table):
    """What a table says of each code point.

    Parameters
    ----------
    codes : ndarray of shape (n_codes,), uint32
    table : ndarray of shape (1114112,), uint32

    Returns
    -------
    codes : ndarray of shape (n_codes,), uint32
    """
    replaced = np.empty_like(codes)
    for at in range(len(codes)):
        replaced[at] = table[codes[at]]
    return replaced


@kernel
def collapsed_blanks(codes, document_ends, is_blank):
    """Text with each run of two or more blanks made one space.

    Parameters
    ----------
    codes : ndarray of shape (n_codes,), uint32
    document_ends : ndarray of shape (n_documents,), int64
    is_blank : ndarray of shape (1114112,), bool

    Returns
    -------
    codes : ndarray, uint32
    document_ends : ndarray of shape (n_documents,), int64
    """
    kept = np.empty_like(codes)
    ends = np.empty_like(document_ends)
    n_kept = 0
    at = 0
    for document in range(len(document_ends)):
        end = document_ends[document]
        while at < end:
            code = codes[at]
            start = at
            at += 1
            if is_blank[code]:
                while at < end and is_blank[codes[at]]:
                    at += 1
                if at - start > 1:
                    code = np.uint32(BLANK)
            kept[n_kept] = code
            n_kept += 1
        ends[document] = n_kept
    return kept[:n_kept], ends


@kernel
def count_word_ngrams(
    codes, starts, stops, span_ends, least, greatest, n_stop, slots, parent, last, letters,
    sizes, terms, counts, row_ends, running, state,
):  # fmt: skip
    """Count runs of words as far as there is room, and say whether that was all.

    Arrays must not be replaced within the loop: Numba would count references at each step,
    which takes twice as long as the work itself.

    Parameters
    ----------
    codes : ndarray of shape (n_codes,), uint32
    starts, stops : ndarray of shape (n_words,), int64
    span_ends : ndarray of shape (n_documents,), int64
    least, greatest : int
        Words of an n-gram.
    n_stop : int
        The first so many terms of the trie are words to leave out.
    slots, parent, last, letters, sizes : ndarray
        The trie; changed.
    terms, counts : ndarray, int32
        Filled document by document, each term once.
    row_ends : ndarray of shape (n_documents,), int64
        Filled.
    running : ndarray of shape (greatest + 1,), int64
        N-grams that end at the word before, by length.
    state : ndarray of shape (6,), int64
        Where to go on: document, span, first entry of the document, number of entries,
        how many n-grams are running, and 0.

    Returns
    -------
    done : bool
    """
    most_terms = len(slots) // 2 - greatest
    most_entries = len(terms) - greatest
    document, span, row_start, n_entries, n_running, _ = state
    while document < len(span_ends):
        while span < span_ends[document]:
            start, stop = starts[span], stops[span]
            n_letters = sizes[1] + stop - start
            if sizes[0] > most_terms or n_letters > len(letters) or n_entries > most_entries:
                state[:] = (document, span, row_start, n_entries, n_running, 0)
                return False
            span += 1
            key = word_key(codes, start, stop)
            place = place_of_key(slots, key)
            if key >= HASHED and slots[place, 1] != NONE:
                place = place_of_word(slots, parent, last, letters, place, codes, start, stop)
            if slots[place, 1] == NONE:
                new_base(slots, place, key, parent, last, letters, sizes, codes, start, stop)
            word = np.int64(slots[place, 1] >> HALF) - 1
            if word < n_stop:
                continue
            if least == 1:
                n_entries = count_once(slots, place, row_start, n_entries, terms, counts)
            n_running = min(n_running, greatest - 1)
            for length in range(n_running, 0, -1):
                of = running[length - 1]
                key = (np.uint64(of) << HALF) | np.uint64(word)
                place = place_of_key(slots, key)
                if slots[place, 1] == NONE:
                    new_term(slots, place, key, parent, last, sizes, of, word)
                running[length] = np.int64(slots[place, 1] >> HALF) - 1
                if length + 1 >= least:
                    n_entries = count_once(slots, place, row_start, n_entries, terms, counts)
            running[0] = word
            n_running += 1
        row_ends[document] = n_entries
        document += 1
        row_start, n_running = n_entries, 0
    state[:] = (document, span, row_start, n_entries, n_running, 0)
    return True


@kernel
def count_character_ngrams(
    codes, starts, stops, span_ends, least, greatest, padding, slots, parent, last, letters,
    sizes, terms, counts, row_ends, running, state,
):  # fmt: skip
    """Count runs of characters as far as there is room, and say whether that was all.

    Parameters
    ----------
    codes : ndarray of shape (n_codes,), uint32
    starts, stops : ndarray of shape (n_spans,), int64
    span_ends : ndarray of shape (n_documents,), int64
    least, greatest : int
        Characters of an n-gram.
    padding : int
        1 to count a space before and after each span, 0 not to; a padded span that is
        shorter than ``least`` counts once as it is.
    slots, parent, last, letters, sizes : ndarray
        The trie; changed.
    terms, counts : ndarray, int32
        Filled document by document, each term once.
    row_ends : ndarray of shape (n_documents,), int64
        Filled.
    running : ndarray of shape (greatest + 1,), int64
        N-grams that end at the character before, by length.
    state : ndarray of shape (6,), int64
        Where to go on: document, span, first entry of the document, number of entries,
        how many characters of the span were seen, and the latest of them packed.

    Returns
    -------
    done : bool
    """
    most_terms, most_letters = len(slots) // 2 - greatest, len(letters) - _BASE
    most_entries = len(terms) - greatest
    base = min(least, _BASE)
    kept_bits = (ONE << (CODE_BITS * np.uint64(base))) - ONE
    document, span, row_start, n_entries, n_seen, unsigned = state
    packed = np.uint64(unsigned)
    while document < len(span_ends):
        while span < span_ends[document]:
            n_codes = stops[span] - starts[span] + 2 * padding
            while n_seen < n_codes:
                if sizes[0] > most_terms or sizes[1] > most_letters or n_entries > most_entries:
                    state[:] = (document, span, row_start, n_entries, n_seen, np.int64(packed))
                    return False
                code = np.uint64(BLANK)
                if padding <= n_seen < n_codes - padding:
                    code = np.uint64(codes[np.uint64(starts[span] - padding + n_seen)])
                packed = ((packed << CODE_BITS) | code) & kept_bits
                n_seen += 1
                shortest = min(least, n_seen) if padding and n_seen == n_codes else least
                for length in range(min(n_seen, greatest), base - 1, -1):
                    of = running[length - 1]
                    key = (
                        (np.uint64(of) << CODE_BITS) | code if length > base else packed | HIGH
                    )
                    place = place_of_key(slots, key)
                    if slots[place, 1] == NONE and length > base:
                        new_term(slots, place, key, parent, last, sizes, of, np.int64(code))
                    elif slots[place, 1] == NONE:
                        new_packed(slots, place, key, parent, last, letters, sizes, base)
                    running[length] = np.int64(slots[place, 1] >> HALF) - 1
                    if length >= shortest:
                        n_entries = count_once(
                            slots, place, row_start, n_entries, terms, counts
                        )
            span, n_seen, packed = span + 1, 0, NONE
        row_ends[document] = n_entries
        document, row_start = document + 1, n_entries
    state[:] = (document, span, row_start, n_entries, n_seen, np.int64(packed))
    return True


@kernel
def summed_rows(spans, times, row_ends, terms, counts, ends, latest, row_terms, row_counts):
    """How often documents hold terms, of how often they hold spans and spans hold terms.

    Parameters
    ----------
    spans, times : ndarray of shape (n_entries,), int32
        Document by document: a span, and how often it is there.
    row_ends : ndarray of shape (n_documents,), int64
        Changed into the ends of the rows that are filled.
    terms, counts : ndarray, int32
        Span by span, each term once.
    ends : ndarray of shape (n_spans + 1,), int64
        Where the terms of each span end; 0 before the first.
    latest : ndarray of shape (n_terms,), int64
        Changed; before, all -1.
    row_terms, row_counts : ndarray, int32
        Filled document by document, each term once; with room for all terms of all spans.

    Returns
    -------
    n_entries : int
    """
    n_entries = np.uint64(0)
    first = 0
    for document in range(len(row_ends)):
        row_start = np.int64(n_entries)
        for entry in range(first, row_ends[document]):
            span, repeats = np.uint32(spans[entry]), times[entry]
            for at in range(np.uint64(ends[span]), np.uint64(ends[np.uint64(span) + ONE])):
                # no branch: whether a term is new to a document is hard to foretell
                term = np.uint32(terms[at])
                is_new = latest[term] < row_start
                place = n_entries if is_new else np.uint64(latest[term])
                row_terms[place] = term
                before = np.int32(0) if is_new else row_counts[place]
                row_counts[place] = before + repeats * counts[at]
                latest[term] = np.int64(place)
                n_entries += np.uint64(is_new)
        first = row_ends[document]
        row_ends[document] = n_entries
    return np.int64(n_entries)
