"""Patches of a plane with channels, told by a learned dictionary and pooled in grids.

One layer of a convolutional network without backpropagation: the patches of a picture or a
spectrogram are normalised in contrast and whitened, each is told by its distances to the
words of a dictionary (k-means, or patches themselves), and the codes are pooled in the cells
of grids. What is fitted is three arrays, so that model files can hold it.

References
----------
A. Coates, H. Lee, A. Y. Ng (2011), "An analysis of single-layer networks in unsupervised
feature learning", AISTATS, PMLR 15, 215-223: patches, whitening, triangle code, pooling.

L. Thiry, M. Arbel, E. Belilovsky, E. Oyallon (2021), "The unreasonable effectiveness of
patches in deep convolutional kernels methods", ICLR: whitened patches as words, and the
code of nearest words.

I. S. Dhillon, D. S. Modha (2001), "Concept decompositions for large sparse text data using
clustering", Machine Learning 42, 143-175: spherical k-means.

A. Coates, A. Y. Ng (2012), "Learning feature representations with k-means", Neural Networks:
Tricks of the Trade, Springer, 561-580: the same for patches, damped, and codes by projection.

S. Lazebnik, C. Schmid, J. Ponce (2006), "Beyond bags of features: spatial pyramid matching
for recognizing natural scene categories", CVPR, 2169-2178: several grids.
"""

from itertools import pairwise, product
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from sklearn.cluster import MiniBatchKMeans

from mmsk.encoding._fisher import unit_length

_POOLS = {"mean": np.add, "max": np.maximum}


class PatchDictionary(NamedTuple):
    """What patches are compared with.

    Attributes
    ----------
    mean : ndarray of shape (n_values,), float32
        Of normalised patches.
    whitening : ndarray of shape (n_values, n_values), float32
        Symmetric; what centred patches are multiplied with.
    words : ndarray of shape (n_words, n_values), float32
        Whitened.
    """

    mean: np.ndarray
    whitening: np.ndarray
    words: np.ndarray


class PatchCoding(NamedTuple):
    """How patches are cut, coded and pooled.

    Attributes
    ----------
    patch : (int, int)
        Height and width of a patch.
    step : (int, int)
        From one patch to the next, downwards and to the right.
    grids : tuple of (int, int)
        Rows and columns of cells, of each grid.
    contrast : float
        Added to the variance of a patch before it is divided by its root; of the unit of the
        values, squared. Patches of less variance count as flat.
    n_nearest : int or None
        A word's code is 1 if it is among as many nearest ones, else 0. None is the triangle
        code: by how much the word is nearer than words are on average, at least 0.
    projects : bool
        Whether codes are products of whitened patches and words, at least 0, instead.
    pool : {"mean", "max"}
        Of the codes in a cell.
    max_bytes : float
        Bound on what the patches at work take; at least one row of patches is.
    """

    patch: tuple
    step: tuple
    grids: tuple
    contrast: float
    n_nearest: int | None
    projects: bool
    pool: str
    max_bytes: float


def n_positions(shape, patch, step):
    """How many patches there are downwards and to the right; 0 or less if none fits."""
    return tuple((shape[k] - patch[k]) // step[k] + 1 for k in range(2))


def drawn_patches(plane, patch, n_patches, rng):
    """Different patches from random places of a plane.

    Parameters
    ----------
    plane : ndarray of shape (height, width, n_channels)
        Not smaller than a patch.
    patch : (int, int)
    n_patches : int
        At most; fewer where the plane has fewer places.
    rng : numpy.random.Generator

    Returns
    -------
    patches : ndarray of shape (n_drawn, n_values), float32
        Values by row, column and channel.
    """
    windows = _windows(plane, patch, (1, 1))
    height, width = windows.shape[:2]
    places = rng.choice(height * width, min(n_patches, height * width), replace=False)
    drawn = windows[places // width, places % width]
    return drawn.reshape(len(drawn), -1).astype(np.float32)


def learned_dictionary(patches, n_words, method, contrast, epsilon, random_state):
    """Whitening and words from a sample of patches.

    Parameters
    ----------
    patches : ndarray of shape (n_patches, n_values), float32
        At least one.
    n_words : int
    method : {"kmeans", "spherical", "patches"}
        Whether words are means of clusters of patches, directions around which patches
        cluster (of length 1), or patches drawn at random.
    contrast : float
        As in `PatchCoding`. Flat patches tell nothing and are left out.
    epsilon : float
        Added to the variance in each direction before whitening, which is some 1 for
        normalised patches: the more, the less noise is blown up.
    random_state : int

    Returns
    -------
    dictionary : PatchDictionary
        Words repeat where there are fewer patches.
    """
    uneven = patches.var(axis=1) >= contrast
    # where all are flat, one stands for all
    patches = normalized(patches[uneven] if uneven.any() else patches[:1], contrast)
    mean = patches.mean(axis=0)
    patches -= mean
    covariance = (patches.T @ patches).astype(np.float64) / len(patches)
    variances, directions = np.linalg.eigh(covariance)
    scales = 1 / np.sqrt(np.maximum(variances, 0) + epsilon)
    whitening = ((directions * scales) @ directions.T).astype(np.float32)
    words = _words(patches @ whitening, n_words, method, random_state)
    return PatchDictionary(mean, whitening, words)


def encoded(plane, dictionary, coding):
    """Codes of all patches of a plane, pooled in the cells of grids.

    Parameters
    ----------
    plane : ndarray of shape (height, width, n_channels)
        With as many patches each way as the finest grid has cells.
    dictionary : PatchDictionary
    coding : PatchCoding

    Returns
    -------
    features : ndarray of shape (n_cells * n_words,), float32
        By grid, row and column of the cell, and word.
    """
    windows = _windows(plane, coding.patch, coding.step)
    n_rows, n_columns = windows.shape[:2]
    row_edges = _edges(n_rows, [rows for rows, _ in coding.grids])
    column_edges = _edges(n_columns, [columns for _, columns in coding.grids])
    (n_words, n_values), pool = dictionary.words.shape, _POOLS[coding.pool]
    tiles = np.zeros((len(row_edges) - 1, len(column_edges) - 1, n_words))
    # patches, whitened patches, codes, and as much again of either for their squares and ranks
    row_bytes = 4 * n_columns * (3 * n_values + 2 * n_words)
    block = max(1, int(coding.max_bytes / row_bytes))
    for tile, (start, stop) in zip(tiles, pairwise(row_edges), strict=True):
        for first in range(start, stop, block):
            patches = windows[first : min(first + block, stop)]
            codes = _codes(patches.reshape(-1, n_values), dictionary, coding)
            codes = codes.reshape(-1, n_columns, n_words)
            # rows first, in vector code; `reduceat` is slow and has little left to do
            pooled = pool.reduceat(pool.reduce(codes, axis=0), column_edges[:-1], axis=0)
            pool(tile, pooled, out=tile)
    return _cells(tiles, row_edges, column_edges, coding)


def cell_names(grids, n_words):
    """Names of the features of `encoded`, such as ``2x2_r0_c1_17``."""
    return [
        f"{rows}x{columns}_r{row}_c{column}_{word}"
        for rows, columns in grids
        for row, column, word in product(range(rows), range(columns), range(n_words))
    ]


def normalized(patches, contrast):
    """Patches of mean 0 and a variance somewhat below 1, less where they are nearly flat."""
    patches = patches - patches.mean(axis=1, keepdims=True)
    squares = np.einsum("ij,ij->i", patches, patches) / patches.shape[1]
    patches /= np.sqrt(squares + contrast)[:, None]
    return patches


def _windows(plane, patch, step):
    """A view of all patches: by place, then by row, column and channel."""
    windows = np.lib.stride_tricks.sliding_window_view(plane, patch, axis=(0, 1))
    return windows[:: step[0], :: step[1]].transpose(0, 1, 3, 4, 2)


def _words(whitened, n_words, method, random_state):
    if len(whitened) <= n_words:
        return np.resize(whitened, (n_words, whitened.shape[1]))
    if method == "patches":
        chosen = np.random.default_rng(random_state).choice(
            len(whitened), n_words, replace=False
        )
        return whitened[chosen]
    if method == "spherical":
        return spherical_centers(whitened, n_words, random_state)
    clusters = MiniBatchKMeans(
        n_words, batch_size=max(1024, 4 * n_words), n_init=1, random_state=random_state
    )
    return clusters.fit(whitened).cluster_centers_.astype(np.float32)


def spherical_centers(vectors, n_centers, random_state, n_rounds=20):
    """Directions around which vectors lie: spherical k-means, damped.

    Parameters
    ----------
    vectors : ndarray of shape (n_vectors, n_values), float32
        More than ``n_centers``.
    n_centers : int
    random_state : int
        Of the directions that it begins with.
    n_rounds : int, default=20

    Returns
    -------
    centers : ndarray of shape (n_centers, n_values), float32
        Of length 1.

    Notes
    -----
    Each vector belongs to the centre on which its projection is longest; a centre becomes
    the sum of its vectors and of itself, divided by the length. Long vectors count for
    more; a centre without vectors stays.
    """
    centers = np.random.default_rng(random_state).normal(size=(n_centers, vectors.shape[1]))
    centers = unit_length(centers).astype(np.float32)
    ones, places = np.ones(len(vectors), np.float32), np.arange(len(vectors))
    for _ in range(n_rounds):
        nearest = (vectors @ centers.T).argmax(axis=1)
        members = csr_array((ones, (nearest, places)), (n_centers, len(vectors)))
        centers = unit_length(members @ vectors + centers)
    return centers


def _codes(patches, dictionary, coding):
    """Codes of patches as they stand, of shape (n_patches, n_words), float32."""
    patches = normalized(patches, coding.contrast)
    patches -= dictionary.mean
    patches = patches @ dictionary.whitening
    words = dictionary.words
    if coding.projects:
        products = patches @ words.T
        return np.maximum(products, 0, out=products)
    distances = patches @ (-2 * words).T  # squared, and less the squared length of the patch
    distances += np.einsum("ij,ij->i", words, words)
    if coding.n_nearest is not None:
        last = coding.n_nearest - 1
        farthest = np.partition(distances, last, axis=1)[:, last, None]
        return (distances <= farthest).astype(np.float32)
    distances += np.einsum("ij,ij->i", patches, patches)[:, None]
    np.maximum(distances, 0, out=distances)  # rounding may leave less
    np.sqrt(distances, out=distances)
    average = distances.mean(axis=1, keepdims=True)
    np.subtract(average, distances, out=distances)
    return np.maximum(distances, 0, out=distances)


def _edges(n_places, counts):
    """Where the cells of any of several divisions of a side begin and end."""
    return np.unique([k * n_places // count for count in counts for k in range(count + 1)])


def _cells(tiles, row_edges, column_edges, coding):
    """Tiles joined to the cells of each grid, each pooled."""
    pool, cells = _POOLS[coding.pool], []
    for rows, columns in coding.grids:
        tops, lefts = _edges(row_edges[-1], [rows]), _edges(column_edges[-1], [columns])
        strips = pool.reduceat(tiles, np.searchsorted(row_edges, tops[:-1]), axis=0)
        grid = pool.reduceat(strips, np.searchsorted(column_edges, lefts[:-1]), axis=1)
        if coding.pool == "mean":
            grid = grid / np.multiply.outer(np.diff(tops), np.diff(lefts))[:, :, None]
        cells.append(grid.ravel())
    return np.concatenate(cells).astype(np.float32)
