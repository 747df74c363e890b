"""Files of word vectors: the text format of word2vec, and GloVe's, which has no header."""

import numpy as np


def read_vectors(path):
    """Words and their vectors.

    Parameters
    ----------
    path : str or path
        A UTF-8 file of lines ``word number number …``, after a first line ``n_words
        n_components`` or without one. A word may hold blanks; of equal words the first
        counts.

    Returns
    -------
    words : list of str
    vectors : ndarray of shape (n_words, n_components), float32

    Raises
    ------
    ValueError
        If a line cannot be read, which is named, or there are not as many as promised.
    """
    with open(path, "rb") as file:
        first = file.readline().split()
        has_header = len(first) == 2 and all(field.isdigit() for field in first)
        width = int(first[1]) if has_header else len(first) - 1
        if width < 1:
            raise ValueError(f"{path}, line 1: expected a word and its numbers, got {first}")
        if not has_header:
            file.seek(0)
        vectors = list(_numbered(path, file, width, start=1 + has_header))
    if not vectors or (has_header and len(vectors) != int(first[0])):
        raise ValueError(f"{path} promises {int(first[0])} words and holds {len(vectors)}")
    of_word = dict(reversed(vectors))
    words = list(dict.fromkeys(word for word, _ in vectors))
    return words, np.stack([of_word[word] for word in words])


def _numbered(path, file, width, start):
    for number, line in enumerate(file, start):
        try:
            yield _parsed(line, width)
        except ValueError as error:  # that it is not UTF-8, too
            raise ValueError(f"{path}, line {number}: {error}") from None


def _parsed(line, width):
    word, *numbers = line.decode().rstrip().rsplit(" ", width)
    if len(numbers) != width or _is_number(word.rpartition(" ")[2] if " " in word else ""):
        raise ValueError(f"expected a word and {width} numbers, got {line[:60]!r}")
    vector = np.array(numbers, dtype=np.float32)
    if not np.isfinite(vector).all():
        raise ValueError(f"the numbers of {word!r} are not all finite")
    return word, vector


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True
