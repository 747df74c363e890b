"""Tables of media for ``benchmarks.quality.families``: features that look at one sample only.

What describes a picture, a sound or a film here learns nothing from other rows, so it is
computed once for all families and parts; texts stay raw, and each view learns its words
from the training part.
"""

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from benchmarks._harness import DATA
from mmsk.audio import MFCC, Prosody, SpectralStatistics
from mmsk.image import HOG, LBP, ColorHistogram
from mmsk.text import CountVectorizer, TfidfVectorizer
from mmsk.video import FrameStatistics, MotionHistogram

RATE_HZ = 8000


def mosi():
    """Text, sound and video of opinions: good or bad."""
    table = _table("mosi")
    features = np.load(DATA / "mosi" / "features.npz")
    blocks = {name: features[name] for name in ("audio", "video")}
    return _set(table, "label", blocks, {"text": table["text"].str.lower()}, _words())


def easy_vqa():
    """A sixteenth of the training pictures of one shape, with their questions; all tests."""
    table = _table("easy_vqa", "table.csv.gz", keep_default_na=False)
    known = table.loc[table["split"] == "train", "image"].unique()[::16]
    table = table[(table["split"] == "test") | table["image"].isin(known)]
    table = table.reset_index(drop=True)
    places, names = pd.factorize(table["image"])
    pictures = [str(DATA / "easy_vqa" / name) for name in names]
    blocks = {
        "texture": LBP(n_cells=1).fit_transform(pictures)[places],
        "color": np.sqrt(ColorHistogram("lab", n_cells=1).fit_transform(pictures))[places],
    }
    return _set(
        table, "answer", blocks, {"question": table["text"]}, CountVectorizer(binary=True)
    )


def digits_av():
    """A spoken and a written digit."""
    table = _table("digits_av")
    blocks = {
        "image": HOG(size_px=56).fit_transform(_paths("digits_av", table["image"])),
        "audio": MFCC(rate_hz=RATE_HZ).fit_transform(_paths("digits_av", table["audio"])),
    }
    return _set(table, "digit", blocks)


def spoken_digits():
    """Spoken digits of two speakers, each not in the training part; descriptors as views."""
    table = _table("spoken_digits").drop(columns="split")
    sounds = _paths("spoken_digits", table["audio"])
    extractors = {
        "mfcc": MFCC(rate_hz=RATE_HZ),
        "spectrum": SpectralStatistics(rate_hz=RATE_HZ),
        "prosody": Prosody(rate_hz=RATE_HZ),
    }
    blocks = {name: one.fit_transform(sounds) for name, one in extractors.items()}
    views, parts = _set(table, "digit", blocks)
    return views, parts[:2]


def tuxpaint():
    """Drawings, their names and the names spoken; some rows have no sound."""
    table = _table("tuxpaint")
    pictures = _paths("tuxpaint", table["image"])
    sounds = _paths("tuxpaint", table["audio"])
    blocks = {
        "shape": HOG(size_px=64).fit_transform(pictures),
        "color": np.sqrt(ColorHistogram(size_px=64).fit_transform(pictures)),
        "audio": MFCC(rate_hz=RATE_HZ).fit_transform(sounds),
    }
    return _set(table, "label", blocks, {"text": table["text"].fillna("")}, _words())


def fir_actions():
    """What a person does in an infrared film; luma and motion as views."""
    table = _table("fir_actions")
    films = table.assign(video=_paths("fir_actions", table["video"]))
    films = films[["video", "start_s", "end_s"]]
    extractors = {"frames": FrameStatistics(), "motion": MotionHistogram()}
    blocks = {name: one.fit_transform(films) for name, one in extractors.items()}
    return _set(table, "label6", blocks)


def _words():
    return TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\b\w+\b", ngram_range=(1, 2))


def _table(folder, name="table.csv", **options):
    return pd.read_csv(DATA / folder / name, low_memory=False, **options)


def _paths(folder, names):
    """Whole paths, None where there is no file."""
    return [str(DATA / folder / name) if isinstance(name, str) else None for name in names]


def _set(table, target, blocks, texts=None, words=None):
    """Views, and the table with labels and each pair of training and test rows.

    Parameters
    ----------
    table : DataFrame
        With ``split``, or else ``fold``.
    target : str
    blocks : dict of str to ndarray of shape (n_samples, n_features)
        A row of NaN is a row without the view; single gaps are filled with the mean.
    texts : dict of str to Series or None
    words : transformer or None
        Of texts.

    Returns
    -------
    views : list of (name, transformer, columns)
    parts : list of (X, y, train, test)
    """
    frames, views = [], []
    for name, text in (texts or {}).items():
        clone(words).fit(text[:100])  # compiles, which is no family's time
        frames.append(text.rename(name))
        views.append((name, words, name))
    for name, block in blocks.items():
        columns = [f"{name}_{k}" for k in range(block.shape[1])]
        frames.append(pd.DataFrame(block, columns=columns))
        filled = make_pipeline(SimpleImputer(keep_empty_features=True))
        views.append((name, filled if _has_gaps(block) else "passthrough", columns))
    X, y = pd.concat(frames, axis=1), table[target].to_numpy()
    known = pd.notna(y)
    if "split" in table:
        pairs = [(table["split"] == "train", table["split"] == "test")]
    else:
        pairs = [
            (table["fold"] != k, table["fold"] == k) for k in sorted(table["fold"].unique())
        ]
    return views, [(X, y, (a & known).to_numpy(), (b & known).to_numpy()) for a, b in pairs]


def _has_gaps(block):
    """Whether a row that has the view lacks a feature of it."""
    gaps = np.isnan(block)
    return bool((gaps.any(axis=1) & ~gaps.all(axis=1)).any())


MEDIA = {
    "mosi": mosi,
    "easy_vqa, 250 pictures": easy_vqa,
    "digits_av": digits_av,
    "spoken_digits, unseen speaker": spoken_digits,
    "tuxpaint": tuxpaint,
    "fir_actions": fir_actions,
}
