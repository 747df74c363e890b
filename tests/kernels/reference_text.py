"""Slow twins of the text kernels: strings, tuples and dictionaries instead of arrays."""

import re
from itertools import pairwise

import numpy as np

HASHED = 3 << 62
HIGH = 1 << 63
WORD = (1 << 64) - 1


def _text(codes):
    return np.asarray(codes, np.uint32).tobytes().decode("utf-32-le", "surrogatepass")


def _codes(text):
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _documents(codes, ends):
    starts = [0, *ends[:-1]]
    return [(start, _text(codes[start:end])) for start, end in zip(starts, ends, strict=True)]


def _class_of(is_member):
    members = "".join(re.escape(chr(code)) for code in np.flatnonzero(is_member))
    return f"[{members}]" if members else "(?!)"


def word_spans(codes, document_ends, in_word, shortest):
    pattern = re.compile(_class_of(in_word) + "+")
    found, span_ends = [], []
    for start, text in _documents(codes, document_ends):
        runs = [match.span() for match in pattern.finditer(text)]
        found += [(start + a, start + b) for a, b in runs if b - a >= shortest]
        span_ends.append(len(found))
    starts, stops = np.array(found, np.int64).reshape(-1, 2).T
    return starts, stops, np.array(span_ends, np.int64)


def replaced_codes(codes, table):
    return table[codes]


def collapsed_blanks(codes, document_ends, is_blank):
    pattern = re.compile(_class_of(is_blank) + "{2,}")
    texts = [pattern.sub(" ", text) for _, text in _documents(codes, document_ends)]
    return _codes("".join(texts)), np.cumsum([len(text) for text in texts], dtype=np.int64)


def place_of_key(slots, key):
    row = int(key) * 0x9E3779B97F4A7C15 & WORD
    row = (row ^ (row >> 32)) % len(slots)
    while slots[row, 1] and int(slots[row, 0]) != int(key):
        row = (row + 1) % len(slots)
    return row


def word_key(codes, start, stop):
    word = [int(code) for code in codes[start:stop]]
    if len(word) <= 8 and all(code < 128 for code in word):
        return HIGH | int("".join(["1", *(f"{code:07b}" for code in word)]), 2)
    key = 0xCBF29CE484222325
    for code in word:
        key = (key ^ code) * 0x100000001B3 & WORD
    return key | HASHED


def packed_key(codes, start, stop):
    return HIGH | int("".join(["0", *(f"{int(code):021b}" for code in codes[start:stop])]), 2)


def place_of_word(slots, parent, last, letters, place, codes, start, stop):
    key = slots[place, 0]
    rows = np.roll(np.arange(len(slots)), -int(place))
    for row in rows:
        if not slots[row, 1]:
            return row
        term = int(slots[row, 1] >> np.uint64(32)) - 1
        length = -1 - parent[term]
        own = letters[last[term] : last[term] + max(length, 0)]
        if slots[row, 0] == key and length >= 0 and _text(own) == _text(codes[start:stop]):
            return row
    raise AssertionError("a full table")


def new_term(slots, place, key, parent, last, sizes, of, by):
    term = int(sizes[0])
    slots[place] = key, (term + 1) << 32
    parent[term], last[term] = of, by
    sizes[0] += 1
    return term


def new_base(slots, place, key, parent, last, letters, sizes, codes, start, stop):
    begin, length = int(sizes[1]), stop - start
    letters[begin : begin + length] = codes[start:stop]
    sizes[1] += length
    return new_term(slots, place, key, parent, last, sizes, -1 - length, begin)


def new_packed(slots, place, key, parent, last, letters, sizes, length):
    characters = [(int(key) >> 21 * digit) & 0x1FFFFF for digit in range(length)][::-1]
    rest = (slots, place, key, parent, last, letters, sizes)
    return new_base(*rest, np.array(characters, np.uint32), 0, length)


def count_once(slots, place, row_start, n_entries, terms, counts):
    term = int(slots[place, 1] >> np.uint64(32)) - 1
    own = list(terms[row_start:n_entries])
    if term in own:
        counts[row_start + own.index(term)] += 1
        return n_entries
    terms[n_entries], counts[n_entries] = term, 1
    slots[place, 1] = (term + 1) << 32 | n_entries
    return n_entries + 1


def moved_slots(slots, wider):
    for key, entry in slots[slots[:, 1] > 0]:
        row = int(key) * 0x9E3779B97F4A7C15 & WORD
        row = (row ^ (row >> 32)) % len(wider)
        while wider[row, 1]:
            row = (row + 1) % len(wider)
        wider[row] = key, entry


class Numbers:
    """A trie as a dictionary: a text, or a number and what extends it, to a number."""

    def __init__(self, parent, last, letters, sizes):
        self.parent, self.last = parent[: sizes[0]].tolist(), last[: sizes[0]].tolist()
        self.letters, self.sizes = _text(letters[: sizes[1]]), sizes
        self.of = {}
        for number, (of, by) in enumerate(zip(self.parent, self.last, strict=True)):
            key = (of, by) if of >= 0 else self.letters[by : by - 1 - of]
            self.of[key] = number

    def number(self, key):
        if key not in self.of:
            self.of[key] = len(self.of)
            of, by = key if isinstance(key, tuple) else (-1 - len(key), len(self.letters))
            self.letters += "" if isinstance(key, tuple) else key
            self.parent.append(of)
            self.last.append(by)
        return self.of[key]

    def fill(self, parent, last, letters):
        self.sizes[:] = len(self.of), len(self.letters)
        parent[: len(self.of)], last[: len(self.of)] = self.parent, self.last
        letters[: len(self.letters)] = _codes(self.letters)


def _counted(rows):
    """Entries of documents that are lists of numbers of terms, in order of first use."""
    counted = [{term: row.count(term) for term in row} for row in rows]
    terms = [term for row in counted for term in row]
    counts = [row[term] for row in counted for term in row]
    ends = np.cumsum([len(row) for row in counted], dtype=np.int64)
    return np.array(terms, np.int32), np.array(counts, np.int32), ends


def _fill(rows, terms, counts, row_ends, state):
    filled = _counted(rows)
    for array, values in zip((terms, counts, row_ends), filled, strict=True):
        array[: len(values)] = values
    state[3] = len(filled[0])
    return True


def count_word_ngrams(
    codes, starts, stops, span_ends, least, greatest, n_stop, slots, parent, last, letters,
    sizes, terms, counts, row_ends, running, state,
):  # fmt: skip
    trie = Numbers(parent, last, letters, sizes)
    rows = []
    for first, beyond in zip([0, *span_ends[:-1]], span_ends, strict=True):
        row, before = [], []  # of each word kept: the numbers of the n-grams that end with it
        for start, stop in zip(starts[first:beyond], stops[first:beyond], strict=True):
            word = trie.number(_text(codes[start:stop]))
            if word < n_stop:
                continue
            longer = [trie.number((of, word)) for of in before[::-1]][::-1]
            before = [word, *longer][: greatest - 1]
            ends = [word, *longer[::-1]]
            row += [n for n in ends if _length(trie, n) >= least]
        rows.append(row)
    trie.fill(parent, last, letters)
    return _fill(rows, terms, counts, row_ends, state)


def _length(trie, number):
    return 1 if trie.parent[number] < 0 else 1 + _length(trie, trie.parent[number])


def count_character_ngrams(
    codes, starts, stops, span_ends, least, greatest, padding, slots, parent, last, letters,
    sizes, terms, counts, row_ends, running, state,
):  # fmt: skip
    trie, base, rows = Numbers(parent, last, letters, sizes), min(least, 3), []
    for first, beyond in zip([0, *span_ends[:-1]], span_ends, strict=True):
        row = []
        for start, stop in zip(starts[first:beyond], stops[first:beyond], strict=True):
            text = padding * " " + _text(codes[start:stop]) + padding * " "
            before = {}  # by length: the number of the n-gram that ends a character ago
            for end in range(1, len(text) + 1):
                shortest = min(least, end) if padding and end == len(text) else least
                now = {}
                for length in range(min(end, greatest), base - 1, -1):
                    key = text[end - base : end]
                    if length > base:
                        key = (before[length - 1], ord(text[end - 1]))
                    now[length] = trie.number(key)
                    row += [now[length]] * (length >= shortest)
                before = now
        rows.append(row)
    trie.fill(parent, last, letters)
    return _fill(rows, terms, counts, row_ends, state)


def summed_rows(spans, times, row_ends, terms, counts, ends, latest, row_terms, row_counts):
    starts = [0, *row_ends[:-1]]
    rows = []
    for start, stop in zip(starts, row_ends, strict=True):
        row = {}
        for span, repeats in zip(spans[start:stop], times[start:stop], strict=True):
            own = slice(ends[span], ends[span + 1])
            for term, count in zip(terms[own].tolist(), counts[own].tolist(), strict=True):
                row[term] = row.get(term, 0) + repeats * count
        rows.append(row)
    row_ends[:] = np.cumsum([len(row) for row in rows])
    for array, values in ((row_terms, dict.keys), (row_counts, dict.values)):
        array[: row_ends[-1]] = [value for row in rows for value in values(row)]
    return row_ends[-1]


def merged_terms(
    others_parent, others_last, others_letters, n_others, of_words,
    slots, parent, last, letters, sizes,
):  # fmt: skip
    trie, numbers = Numbers(parent, last, letters, sizes), []
    for of, by in zip(others_parent[:n_others], others_last[:n_others], strict=True):
        if of >= 0:
            key = (numbers[of], numbers[by] if of_words else int(by))
        else:
            key = _text(others_letters[by : by - 1 - of])
        numbers.append(trie.number(key))
    trie.fill(parent, last, letters)
    return np.array(numbers, np.int32)


def _path(parent, last, term):
    if parent[term] < 0:
        return [term]
    return [*_path(parent, last, parent[term]), last[term]]


def term_paths(parent, last, terms, greatest):
    paths = [_path(parent, last, term) for term in terms]
    filled = [path + [-1] * (greatest - len(path)) for path in paths]
    return np.array(filled, np.int32).reshape(-1, greatest)


def spelled_terms(paths, parent, last, letters, of_words, separator):
    def base(term):
        return _text(letters[last[term] : last[term] - 1 - parent[term]])

    names = []
    for first, *steps in paths.tolist():
        parts = [base(step) if of_words else chr(step) for step in steps if step >= 0]
        names.append((" " if of_words else "").join([base(first), *parts]))
    return _codes(chr(separator).join(names))


def prefix_keys(letters, firsts, lengths, digits, n_bits, start, n_letters):
    keys = []
    for first, length in zip(firsts.tolist(), lengths.tolist(), strict=True):
        word = [int(digit) for digit in digits[letters[first : first + length]]]
        taken = [*word, *[0] * (start + n_letters)][start : start + n_letters]
        keys.append(int("".join(["0", *(f"{digit:0{int(n_bits)}b}" for digit in taken)]), 2))
    return np.array(keys, np.int64)


def term_frequencies(terms, frequencies):
    np.add.at(frequencies, terms, 1)


def sort_by_digit(numbers, other, shift, ends):
    other[:] = sorted(numbers.tolist(), key=lambda number: number >> int(shift) & len(ends) - 1)


def sort_numbers(numbers, other, shift, n_values):
    n_bits = int(n_values - 1).bit_length()
    low = (1 << n_bits) - 1
    swapped = -(-n_bits // 11) % 2 == 1
    ranked = other if swapped else numbers
    ranked[:] = sorted(numbers.tolist(), key=lambda number: number >> int(shift) & low)
    return swapped


def pack_entries(terms, row_ends, start, columns, packed, rows, row_lengths):
    owners = np.repeat(np.arange(len(row_ends)), np.diff(row_ends, prepend=start))
    rows[: len(terms)] = owners
    kept = np.flatnonzero(columns[terms] >= 0)
    packed[: len(kept)] = [int(columns[terms[place]]) << 32 | int(place) for place in kept]
    row_lengths[:] = np.bincount(owners[kept], minlength=len(row_ends))
    return len(kept)


def deal_out(packed, counts, rows, cursors, indices, data):
    for number in packed.tolist():
        column, place = number >> 32, number & 0xFFFFFFFF
        at = int(cursors[rows[place]])
        indices[at], data[at] = column, counts[place]
        cursors[rows[place]] += np.uint64(1)


def sorted_rows(terms, counts, row_ends, columns, n_columns, indices, data):
    lengths, at = [], 0
    for start, stop in zip([0, *row_ends[:-1]], row_ends, strict=True):
        row = [
            (columns[t], c) for t, c in zip(terms[start:stop], counts[start:stop], strict=True)
        ]
        row = sorted((entry for entry in row if entry[0] >= 0), key=lambda entry: entry[0])
        for column, count in row:
            indices[at], data[at] = column, count
            at += 1
        lengths.append(len(row))
    return np.array(lengths, np.int64)


def weigh_rows(data, indices, indptr, idf, sublinear, norm):
    for start, stop in pairwise(indptr):
        values = np.log(data[start:stop]) + 1 if sublinear else data[start:stop]
        if len(idf):
            values = values * idf[indices[start:stop]]
        length = np.linalg.norm(values, norm) if norm and len(values) else 0
        data[start:stop] = values / length if length else values
