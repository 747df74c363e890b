"""Errors and warnings of mmsk; each warning has its own class, so it can be silenced alone."""


class DecodeError(ValueError):
    """A sample cannot be read: the file is absent, damaged, oversized or of another kind."""


class NoSoundError(DecodeError):
    """A film or other container is whole, but holds no sound."""


class NothingToLearnError(ValueError):
    """Samples hold nothing to learn from: documents without any word, none that can be read.

    Attributes
    ----------
    failures : list of Failure
        The samples that could not be read, where they are known.
    """

    failures: list = []


class MmskWarning(UserWarning):
    """Base of all warnings of mmsk."""


class FailedSamplesWarning(MmskWarning):
    """Some samples could not be read and became rows of NaN (``on_error="missing"``)."""


class MissingViewWarning(MmskWarning):
    """Some rows hold none of the views, so their prediction is the prior."""


class DroppedViewWarning(MmskWarning):
    """A view cannot be learned from (no row has it, or one class only) and is left out."""


class DroppedColumnWarning(MmskWarning):
    """A column of the table is not used, because nothing can be learned from it."""


class AbsentColumnWarning(MmskWarning):
    """A table lacks whole columns that ``fit`` had: all its rows count as lacking the views."""


class NarrowFiltersWarning(MmskWarning):
    """Some mel filters are narrower than a bin of the spectrum, so their bands are always 0."""


class StoreError(OSError):
    """A feature store cannot be used: its folder cannot be written, or there is none."""


class StoreWarning(MmskWarning):
    """A feature store was damaged and set aside, or rows could not be kept in it."""
