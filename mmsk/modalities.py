"""One line per modality: the features it is described by when the user names none."""

from typing import Any, NamedTuple

import numpy as np
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from mmsk import audio, fusion, image, tabular, text, video
from mmsk.union import MediaUnion


class Modality(NamedTuple):
    """What the library knows of a modality.

    Attributes
    ----------
    features : callable
        ``features(n_samples, on_error=)`` makes the default, unfitted transformer for so
        many samples, and says in words what it describes, and why that.
    reads_files : bool
        Whether a string in a cell is the path of a file.
    timed : bool
        Whether a segment in seconds can be cut from a sample.
    together : bool
        Whether all columns of the modality make one view.
    """

    features: Any
    reads_files: bool = False
    timed: bool = False
    together: bool = False


# Words of one letter count: some scripts have them, and short labels are made of them. So do
# signs that stand alone (a smiley, "?!"), so that every text that is not blank has a word.
_WORD = r"(?u)\b\w+\b|(?<!\S)[^\w\s]+(?!\S)"


_WHOLE_PX = 256  # colour and texture lose nothing at this size, and large photographs time
_ENOUGH_TO_LEARN_PATCHES = 100


def _text_features(n_samples, on_error):
    words = text.TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_WORD)
    # within words, so that endings count and scripts without blanks are covered
    characters = text.TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    return FeatureUnion([("words", words), ("characters", characters)]), "words and characters"


def _image_features(n_samples, on_error):
    # blocks count alike, however many columns they have; shares are rooted, so that rare
    # colours and patterns count
    members = [
        ("shape", make_pipeline(image.HOG(size_px=64), fusion.BlockScaler())),
        ("color", _rooted(image.ColorHistogram(size_px=_WHOLE_PX))),
        ("texture", _rooted(image.LBP(size_px=_WHOLE_PX))),
    ]
    if n_samples < _ENOUGH_TO_LEARN_PATCHES:
        told = f"shape, color and texture; {n_samples} pictures are few to learn patches from"
    else:
        members.append(("patches", make_pipeline(image.PatchEncoder(), fusion.BlockScaler())))
        told = f"shape, color, texture and patches learned from {n_samples} pictures"
    return MediaUnion(members, on_error=on_error), told


def _rooted(extractor):
    root = FunctionTransformer(np.sqrt, feature_names_out="one-to-one")
    return make_pipeline(extractor, root, fusion.BlockScaler())


def _audio_features(n_samples, on_error):
    return audio.MFCC(n_mfcc=20, on_error=on_error), "cepstral coefficients over time"


def _video_features(n_samples, on_error):
    return video.FrameStatistics(on_error=on_error), "brightness and change of frames"


def _tabular_features(n_samples, on_error):
    return tabular.TabularEncoder(), "numbers, categories and dates"


MODALITIES = {
    "text": Modality(_text_features),
    "image": Modality(_image_features, reads_files=True),
    "audio": Modality(_audio_features, reads_files=True, timed=True),
    "video": Modality(_video_features, reads_files=True, timed=True),
    "tabular": Modality(_tabular_features, together=True),
}
