"""Sparse matrices of products, a row for each antecedent."""

import numpy as np
import scipy.sparse

from tests.benchmarks.placing import keep_strongest


def rows_of(matrix: scipy.sparse.csr_matrix) -> np.ndarray:
    """The row of each stored value."""
    return np.repeat(np.arange(matrix.shape[0], dtype=np.int32), np.diff(matrix.indptr))


def with_values(matrix: scipy.sparse.csr_matrix, values: np.ndarray) -> scipy.sparse.csr_matrix:
    """The same places with other values."""
    return scipy.sparse.csr_matrix((values, matrix.indices, matrix.indptr), matrix.shape)


def scaled(matrix, *, rows=None, columns=None) -> scipy.sparse.csr_matrix:
    """Values times a factor of their row and one of their column."""
    values = matrix.data.copy()
    if rows is not None:
        values *= np.repeat(rows.astype(np.float32), np.diff(matrix.indptr))
    if columns is not None:
        values *= columns.astype(np.float32)[matrix.indices]
    return with_values(matrix, values)


def without_diagonal(matrix: scipy.sparse.csr_matrix) -> scipy.sparse.csr_matrix:
    """No product leads to itself."""
    return picked(matrix, rows_of(matrix) != matrix.indices)


def strongest(matrix: scipy.sparse.csr_matrix, k: int) -> scipy.sparse.csr_matrix:
    """The `k` largest values of each row."""
    is_kept = np.zeros(matrix.data.size, np.bool_)
    keep_strongest(matrix.indptr.astype(np.int64), matrix.data, k, is_kept)
    return picked(matrix, is_kept)


def picked(matrix, is_kept: np.ndarray) -> scipy.sparse.csr_matrix:
    """The values that are kept, and no others."""
    until = np.concatenate(([0], np.cumsum(is_kept)))[matrix.indptr]
    arrays = (matrix.data[is_kept], matrix.indices[is_kept], until)
    return scipy.sparse.csr_matrix(arrays, matrix.shape)
