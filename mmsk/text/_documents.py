"""What the drop-in vectorizers add to scikit-learn's: columns, paths and missing documents."""

import datetime
import io
import os
from numbers import Integral, Number

import numpy as np
from sklearn.utils import TransformerTags
from sklearn.utils.validation import validate_data

from mmsk._utils.columns import as_cells, is_frame, is_missing, is_series
from mmsk._utils.sklearn_private import (
    SetOutputMixin,
    StrOptions,
    validate_params,
    wrap_output,
)
from mmsk.exceptions import NothingToLearnError
from mmsk.io import read_text
from mmsk.io._sources import as_sources, describe_source

DOCUMENT_CONSTRAINTS = {
    "missing": [StrOptions({"raise", "empty"})],
    "sparse_output": ["boolean"],
    "n_jobs": [Integral, None],
}


# Not a TransformerMixin, whose fit_transform would stand before scikit-learn's own. A class
# that mixes this in must not define transform itself: the wrapper that set_output puts round
# it would rename the argument raw_documents to X.
class DocumentsMixin(SetOutputMixin, auto_wrap_output_keys=None):  # type: ignore[call-arg]
    """Left of a vectorizer of scikit-learn: reads any column of documents for it.

    A class that mixes this in has the parameters ``missing``, ``sparse_output`` and ``n_jobs``.
    Where scikit-learn fails on a document that is no text, numbers and dates are read as their
    text and a list of texts as one, unless a function of the user's reads the documents.
    """

    def fit(self, raw_documents, y=None):
        """Learn from documents.

        Parameters
        ----------
        raw_documents : column of n_samples documents
            List, tuple, Series, one-column frame, object array or any other iterable.
        y : ignored

        Returns
        -------
        self : object
        """
        self._learn(raw_documents)
        return self

    def fit_transform(self, raw_documents, y=None):
        """Learn from documents, and return their matrix.

        Parameters
        ----------
        raw_documents : column of n_samples documents
            List, tuple, Series, one-column frame, object array or any other iterable.
        y : ignored

        Returns
        -------
        matrix : sparse matrix or ndarray of shape (n_samples, n_features)
        """
        return self._output(self._learn(raw_documents), raw_documents)

    def transform(self, raw_documents):
        """Matrix of documents.

        Parameters
        ----------
        raw_documents : column of n_samples documents
            List, tuple, Series, one-column frame, object array or any other iterable.

        Returns
        -------
        matrix : sparse matrix or ndarray of shape (n_samples, n_features)
            Sparse unless ``sparse_output=False``.
        """
        documents = self._documents(raw_documents, reset=False)
        return self._output(super().transform(documents), raw_documents)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.allow_nan = self.missing == "empty"
        tags.transformer_tags = TransformerTags(preserves_dtype=[])
        return tags

    def _learn(self, raw_documents):
        validate_params(self)
        documents = self._documents(raw_documents, reset=True)
        # not super().fit, which may call self.fit_transform: documents are read once
        try:
            return super().fit_transform(documents)
        except ValueError as error:
            if "empty vocabulary" not in str(error):
                raise
            raise NothingToLearnError(*error.args) from None

    def _output(self, matrix, raw_documents):
        matrix = matrix if self.sparse_output else matrix.toarray()
        return wrap_output(self, matrix, raw_documents)

    def _documents(self, raw_documents, *, reset):
        """Documents as scikit-learn reads them, one at a time."""
        if isinstance(raw_documents, str):  # in scikit-learn's words
            raise ValueError(
                "Iterable over raw text documents expected, string object received."
            )
        if is_frame(raw_documents):
            # not fitted, or with nothing to fit: no names to compare with
            if reset or hasattr(self, "n_features_in_"):
                validate_data(self, raw_documents, reset=reset, skip_check_array=True)
        elif reset:
            self.n_features_in_ = 1
            if hasattr(self, "feature_names_in_"):  # of an earlier fit
                del self.feature_names_in_
        documents = _iterable(raw_documents)
        if isinstance(documents, list) and set(map(type, documents)) == {str}:
            return documents  # nothing to read or to miss; a loop costs as much as counting
        return self._present(documents)

    def _present(self, documents):
        """Documents with files read, and an empty one for a missing one."""
        numbered = enumerate(documents)
        for row, document in numbered:
            if self._is_missing(document):
                if self.missing == "raise":
                    later = [row for row, document in numbered if self._is_missing(document)]
                    raise ValueError(_missing_message([row, *later]))
                document = _empty(self.input)
            elif self._reads_words() and not isinstance(document, (str, bytes)):
                document = _as_text(row, document)
            elif self.input == "content" and isinstance(document, os.PathLike):
                document = read_text(document)
            yield document

    def _reads_words(self):
        """Whether a document must be text; functions of the user's take what they like."""
        return (
            self.input == "content"
            and self.preprocessor is None
            and not callable(self.analyzer)
        )

    def _is_missing(self, document):
        # an empty list is a document to a callable analyzer
        is_document = isinstance(document, list) and not self._reads_words()
        return not is_document and is_missing(document)


def _iterable(raw_documents):
    # no documents are an empty matrix here, and generators are read once, as they come
    if isinstance(raw_documents, (list, tuple)) or not _is_container(raw_documents):
        return raw_documents
    return as_cells(raw_documents)


def _is_container(X):
    known = (bytes, bytearray, os.PathLike, dict)
    return isinstance(X, known) or hasattr(X, "shape") or is_series(X) or is_frame(X)


def _as_text(row, document):
    """The text of a file, of all texts in a list, or of a number or date among texts."""
    if isinstance(document, (list, np.ndarray)):
        members = as_sources(document, blank_is_missing=False)
        return "\n".join(
            member if isinstance(member, str) else _as_text(row, member) for member in members
        )
    if isinstance(document, os.PathLike):
        return read_text(document)
    if isinstance(document, (Number, np.bool_, datetime.date)):
        return str(document)
    raise TypeError(
        f"a document must be text, got {type(document).__name__} in row {row}: "
        f"{describe_source(document)}. Convert it to str, or give an analyzer that takes it."
    )


def _empty(kind):
    if kind == "file":
        return io.StringIO("")
    return os.devnull if kind == "filename" else ""


def _missing_message(rows):
    shown = ", ".join(map(str, rows[:10])) + (", …" if len(rows) > 10 else "")
    return (
        f"{len(rows)} missing documents (None or NaN), in rows {shown}. Leave these rows "
        "out, or pass missing='empty' to count them as empty documents."
    )
