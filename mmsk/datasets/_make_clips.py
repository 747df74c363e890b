"""A small table with four raw modalities, made of real files."""

import os
from numbers import Integral, Real
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.utils import check_random_state

from mmsk.datasets import _clips
from mmsk.datasets._missing import drawn, present_cells

_MEDIA = {"image": "jpg", "audio": "wav", "video": "mp4"}
_VIEWS = (*_MEDIA, "caption")  # a row keeps at least one of them
_CELLS = (*_VIEWS, "age", "colour")  # what may be missing
_ROWS_PER_GROUP = 5
_TEST_SHARE = 0.3


def make_clips(
    folder,
    n_samples=60,
    *,
    n_classes=3,
    missing_rate=0.1,
    damaged_rate=0.0,
    noise=0.3,
    random_state=None,
):
    """A table of pictures, sounds, films, captions and numbers, and the files it names.

    Each row is of one class, and each of its cells shows that class or, by chance, any.
    So every modality tells something, none tells all, and they err independently:
    together they tell more than the best alone.

    Parameters
    ----------
    folder : str or pathlib.Path
        Where to write; made if absent. It must not hold a ``table.csv``.
    n_samples : int, default=60
        Rows, at least 2 for each class.
    n_classes : int, default=3
        From 2 to 6.
    missing_rate : float, default=0.1
        Share of the rows, rounded, whose cell is empty, in each column but ``label``,
        ``group`` and ``split``; in [0, 1). A row keeps one of picture, sound, film
        and caption, whichever drawn, so that a high rate may not be quite reached.
    damaged_rate : float, default=0.0
        Share of the rows, rounded, whose file is unreadable, in each media column; in
        [0, 1]. At most all files that are not missing.
    noise : float, default=0.3
        Share of the rows, rounded, that show a class drawn at random, in each column;
        in [0, 1].
        The best a modality alone can reach is an accuracy of about
        ``1 - noise * (1 - 1 / n_classes)``.
    random_state : int, RandomState instance or None, default=None
        The same number gives the same table and the same decoded samples.

    Returns
    -------
    table : pandas.DataFrame of shape (n_samples, 9)
        What ``pandas.read_csv(folder / "table.csv")`` gives, missing cells as NaN:

        - ``image``: JPEG, RGB, 64 x 64 pixels, path relative to ``folder``;
        - ``audio``: WAV, mono, 16 kHz, 0.5 to 1 s;
        - ``video``: MP4, 96 x 64 pixels, 12 frames a second, with sound, 1 to 2 s;
        - ``caption``: 8 to 14 words;
        - ``age`` in years, and ``colour``, a category: both tell little;
        - ``label``: the class, a word; as many rows of each as can be;
        - ``group``: rows of one group have the same voice; about 5 rows each;
        - ``split``: ``"train"`` or ``"test"``, about 30 % of the groups.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    FileExistsError
        If ``folder`` holds a ``table.csv``.

    Notes
    -----
    Damaged files are cut short, replaced by an error page, or empty. The table does not
    tell which they are; ``damaged.csv`` in the same folder does, with the columns
    ``path`` and ``damage``.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from mmsk.datasets import make_clips
    >>> with TemporaryDirectory() as folder:
    ...     table = make_clips(folder, 6, missing_rate=0, random_state=0)
    >>> list(table.columns)
    ['image', 'audio', 'video', 'caption', 'age', 'colour', 'label', 'group', 'split']
    >>> table["image"][0]
    'image/000.jpg'
    """
    _check(n_samples, n_classes, missing_rate, damaged_rate, noise)
    import pandas as pd

    folder = Path(folder)
    if (folder / "table.csv").exists():
        raise FileExistsError(
            f"{os.fspath(folder / 'table.csv')!r} exists. Give an empty folder, or remove it."
        )
    rng = np.random.default_rng(check_random_state(random_state).randint(2**31, size=4))
    for medium in _MEDIA:
        (folder / medium).mkdir(parents=True, exist_ok=True)
    kinds = rng.permutation(np.arange(n_samples) % n_classes)
    groups = rng.permutation(np.arange(n_samples) // _ROWS_PER_GROUP)
    rows = _planned(kinds, groups, n_classes, noise, missing_rate, rng)
    table = pd.DataFrame([_made(folder, row, n_classes) for row in rows])
    table["label"] = [_clips.KINDS[kind][0] for kind in kinds]
    table["group"] = [f"group_{group:02d}" for group in groups]
    table["split"] = np.where(_tested(groups, rng), "test", "train")
    table.to_csv(folder / "table.csv", index=False)
    damaged = pd.DataFrame(
        _damage(folder, table, damaged_rate, rng), columns=["path", "damage"]
    )
    damaged.to_csv(folder / "damaged.csv", index=False)
    return pd.read_csv(folder / "table.csv")


def _check(n_samples, n_classes, missing_rate, damaged_rate, noise):
    most = len(_clips.KINDS)
    if not (isinstance(n_classes, Integral) and 2 <= n_classes <= most):
        raise ValueError(f"n_classes must be an int from 2 to {most}, got {n_classes!r}")
    if not (isinstance(n_samples, Integral) and n_samples >= 2 * n_classes):
        raise ValueError(
            f"n_samples must be an int of at least 2 * n_classes = {2 * n_classes}, "
            f"got {n_samples!r}"
        )
    if not (isinstance(missing_rate, Real) and 0 <= missing_rate < 1):
        raise ValueError(f"missing_rate must be a number in [0, 1), got {missing_rate!r}")
    for name, share in {"damaged_rate": damaged_rate, "noise": noise}.items():
        if not (isinstance(share, Real) and 0 <= share <= 1):
            raise ValueError(f"{name} must be a number in [0, 1], got {share!r}")


class _Row(NamedTuple):
    """What a row is to be: the kind each cell shows, which are there, and whose voice."""

    number: int
    shown: dict
    present: dict
    pitch_hz: float
    rng: np.random.Generator


def _planned(kinds, groups, n_classes, noise, missing_rate, rng):
    size = (len(kinds), len(_CELLS))
    by_chance = drawn(size, noise, rng)
    shown = np.where(by_chance, rng.integers(n_classes, size=size), kinds[:, None])
    present = present_cells(size, missing_rate, len(_VIEWS), rng)
    pitches_hz = rng.uniform(110, 200, size=len(kinds))  # by group
    return [
        _Row(
            number,
            dict(zip(_CELLS, shown[number].tolist(), strict=True)),
            dict(zip(_CELLS, present[number].tolist(), strict=True)),
            pitches_hz[groups[number]],
            row_rng,
        )
        for number, row_rng in enumerate(rng.spawn(len(kinds)))
    ]


def _made(folder, row, n_classes):
    """Write the files of a row; its cells."""
    rng, shown = row.rng, row.shown
    cells = {name: f"{name}/{row.number:03d}.{ending}" for name, ending in _MEDIA.items()}
    if row.present["image"]:
        image = _clips.draw_image(shown["image"], n_classes, rng)
        _clips.save_image(folder / cells["image"], image)
    if row.present["audio"]:
        samples = _clips.make_sound(shown["audio"], row.pitch_hz, rng.uniform(0.5, 1), rng)
        _clips.save_sound(folder / cells["audio"], samples)
    if row.present["video"]:
        duration_s = rng.uniform(1, 2)
        frames = _clips.draw_film(shown["video"], n_classes, duration_s, rng)
        samples = _clips.make_sound(shown["video"], row.pitch_hz, duration_s, rng)
        _clips.save_film(folder / cells["video"], frames, samples)
    cells["caption"] = _clips.write_caption(shown["caption"], rng)
    cells["age"] = int(np.clip(rng.normal(30 + 10 * shown["age"], 15), 1, 99))
    liked = rng.random() < 0.5
    cells["colour"] = _clips.COLOURS[shown["colour"] if liked else rng.integers(n_classes)]
    return {name: cell if row.present[name] else None for name, cell in cells.items()}


def _tested(groups, rng):
    """Which rows are for testing: all of some groups."""
    names = rng.permutation(np.unique(groups))
    n_tested = min(max(round(_TEST_SHARE * len(names)), 1), len(names) - 1)
    return np.isin(groups, names[:n_tested])


def _damage(folder, table, damaged_rate, rng):
    """Spoil some files; pairs (path, damage)."""
    damaged = []
    for medium in _MEDIA:
        paths = table[medium].dropna().to_numpy()
        n_damaged = min(round(damaged_rate * len(table)), len(paths))
        for number, path in enumerate(rng.permutation(paths)[:n_damaged]):
            damage = ("cut", "error page", "empty")[number % 3]
            file = folder / path
            if damage == "cut":
                # 30 bytes end within any header; more of a sound can still be heard
                file.write_bytes(file.read_bytes()[:30])
            else:
                file.write_bytes(_ERROR_PAGE if damage == "error page" else b"")
            damaged.append((path, damage))
    return damaged


_ERROR_PAGE = b"<!DOCTYPE html><html><body><h1>404 Not Found</h1></body></html>\n"
