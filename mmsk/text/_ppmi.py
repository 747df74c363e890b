"""Word vectors from a corpus: windows counted, association measured, factors taken."""

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import randomized_svd


def ppmi_vectors(documents, n_words, n_components, *, window, smoothing, shift, random_state):
    """A vector for each word, such that products approach the association of the words.

    Parameters
    ----------
    documents : list of ndarray of int
        Numbers of the words of each document, in order.
    n_words : int
    n_components : int
        Not more than ``n_words``.
    window, smoothing, shift, random_state
        As in `WordVectors`.

    Returns
    -------
    vectors : ndarray of shape (n_words, n_components), float32
        ``U Σ^½`` of the positive pointwise mutual information. A word that never stands
        near another is all 0.
    """
    counts = cooccurrences(documents, n_words, window)
    # float32 and four rounds: twice as fast, and what is lost is in the last components
    association = positive_pmi(counts, smoothing, shift).astype(np.float32)
    left, values, _ = randomized_svd(
        association, n_components, n_iter=4, random_state=random_state
    )
    return left * np.sqrt(values)


def cooccurrences(documents, n_words, window):
    """How often two words stand within a window of each other.

    Parameters
    ----------
    documents : list of ndarray of int
    n_words : int
    window : int
        The greatest distance that counts.

    Returns
    -------
    counts : CSR array of shape (n_words, n_words), float64
        Symmetric; a word twice in a window is counted from both sides.
    """
    words = np.concatenate(documents)
    document = np.repeat(np.arange(len(documents)), [len(ids) for ids in documents])
    counts = sparse.csr_array((n_words, n_words))
    for distance in range(1, window + 1):
        together = document[:-distance] == document[distance:]
        pairs = words[:-distance][together], words[distance:][together]
        ones = np.ones(together.sum())
        counts += sparse.coo_array((ones, pairs), shape=counts.shape).tocsr()
    return counts + counts.T


def positive_pmi(counts, smoothing, shift):
    """Positive pointwise mutual information of words and contexts.

    Parameters
    ----------
    counts : sparse array of shape (n_words, n_words)
    smoothing, shift : float
        As in `WordVectors`.

    Returns
    -------
    association : CSR array of shape (n_words, n_words), float64
        ``max(0, log(#wc · Σ#c^smoothing / (#w · #c^smoothing)) - log(shift))``.
    """
    of_word = counts.sum(axis=1)
    of_context = counts.sum(axis=0) ** smoothing
    pairs = counts.tocoo()
    expected = of_word[pairs.row] * of_context[pairs.col] / of_context.sum()
    association = np.log(pairs.data / expected) - np.log(shift)
    positive = np.maximum(association, 0)
    found = sparse.coo_array((positive, (pairs.row, pairs.col)), shape=counts.shape).tocsr()
    found.eliminate_zeros()
    return found
