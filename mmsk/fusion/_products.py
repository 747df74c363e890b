"""Products of two blocks: exact where they are few, else sketched."""

import numpy as np
from scipy import sparse
from scipy.fft import irfft, rfft
from sklearn.base import BaseEstimator
from sklearn.utils import gen_batches

from mmsk._kernels.products import row_products

_BATCH = 1024  # rows whose sketches are transformed at once


class PairProducts(BaseEstimator):
    r"""Products of each feature of one block with each of another, row by row.

    Parameters
    ----------
    max_products : int
        Up to as many products the result is exact, beyond it is sketched.
    n_components : int
        Width of a sketch.
    seed : int

    Attributes
    ----------
    widths_ : tuple of two int
    buckets_ : list of two ndarray of shape (n_features,), int; or None
        Where each feature goes; None where products are exact.
    signs_ : list of two ndarray of shape (n_features,), float32; or None

    Notes
    -----
    :math:`\phi(x, z) \cdot \phi(x', z') = (x \cdot x')(z \cdot z')`, exactly or, of a sketch,
    in expectation, with a variance of at most
    :math:`8 \|x\|^2 \|x'\|^2 \|z\|^2 \|z'\|^2 / n\_components`.

    References
    ----------
    N. Pham, R. Pagh (2013), "Fast and scalable polynomial kernels via explicit feature
    maps", KDD, 239-247.
    """

    def __init__(self, max_products, n_components, seed):
        self.max_products = max_products
        self.n_components = n_components
        self.seed = seed

    def fit(self, width, other_width):
        """Draw the sketch, if one is needed, for blocks of these widths."""
        self.widths_ = (width, other_width)
        self.buckets_ = self.signs_ = None
        if width * other_width > self.max_products:
            random = np.random.default_rng(self.seed)
            self.buckets_ = [random.integers(self.n_components, size=w) for w in self.widths_]
            self.signs_ = [
                random.choice(np.array([-1, 1], np.float32), size=w) for w in self.widths_
            ]
        return self

    @property
    def is_exact(self):
        """Whether each product has a column of its own."""
        return self.buckets_ is None

    @property
    def width(self):
        """Columns of the result."""
        return self.widths_[0] * self.widths_[1] if self.is_exact else self.n_components

    def transform(self, block, other):
        """The products of each row.

        Parameters
        ----------
        block, other : {ndarray, CSR matrix} of shape (n_samples, n_features), float32

        Returns
        -------
        products : {ndarray, CSR matrix} of shape (n_samples, width), float32
            Sparse if exact and a block is.
        """
        if not self.is_exact:
            return self._sketched(block, other)
        if sparse.issparse(block) or sparse.issparse(other):
            return _sparse_products(sparse.csr_matrix(block), sparse.csr_matrix(other))
        return (block[:, :, None] * other[:, None, :]).reshape(len(block), self.width)

    def _sketched(self, block, other):
        """Products in the frequency domain are convolutions, which add up bucket numbers."""
        hashes = [self._hash(k) for k in (0, 1)]
        found = np.empty((block.shape[0], self.n_components), np.float32)
        for part in gen_batches(len(found), _BATCH):
            left, right = (
                rfft(np.asarray(_dense(values[part] @ hashed)), axis=1)
                for values, hashed in zip((block, other), hashes, strict=True)
            )
            found[part] = irfft(left * right, n=self.n_components, axis=1)
        return found

    def _hash(self, k):
        """One signed entry per feature, as a matrix."""
        width = self.widths_[k]
        places = (np.arange(width), self.buckets_[k])
        return sparse.csr_matrix((self.signs_[k], places), shape=(width, self.n_components))


def square_places(width):
    """Columns of a block's products with itself that are kept, and what they count for.

    Parameters
    ----------
    width : int
        Of the block.

    Returns
    -------
    columns : ndarray of shape (width * (width + 1) / 2,), int
        Each pair once.
    factors : ndarray of the same shape, float32
        Root of 2 where a pair stands for two, so that inner products stay the same.
    """
    first, second = np.triu_indices(width)
    factors = np.where(first == second, 1, np.sqrt(2)).astype(np.float32)
    return first * width + second, factors


def _sparse_products(block, other):
    parts = row_products(
        block.data, block.indices, block.indptr,
        other.data, other.indices, other.indptr, other.shape[1],
    )  # fmt: skip
    return sparse.csr_matrix(parts, shape=(block.shape[0], block.shape[1] * other.shape[1]))


def _dense(values):
    return values.toarray() if sparse.issparse(values) else values
