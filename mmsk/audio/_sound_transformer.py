"""The base of extractors of recordings, of any length."""

from mmsk.base import TimedTransformer
from mmsk.io._audio import read_sound


class SoundTransformer(TimedTransformer):
    """Base class of what hears samples at ``rate_hz``.

    They are an array or, of a long recording, a `mmsk.io._spool.Spool`, which is read in
    slices: a subclass describes its frames by `mmsk.audio._stretches.described`.
    """

    def _reading(self):
        return read_sound, {"rate_hz": self.rate_hz}
