"""Several descriptions of one film, of its pictures and of its sound, from one pass over it."""

import os
from contextlib import closing

from mmsk.io._sources import Segment, is_stored
from mmsk.io._watch import Sounds, Viewer, watch


def film_opened(source):
    """What is opened for a source: a path, the identity of bytes, None for an array."""
    film = Segment.of(source).source
    if not is_stored(film):
        return None
    return os.fspath(film) if isinstance(film, (str, os.PathLike)) else id(film)


def is_whole(source):
    """Whether a source is a film from its start to its end."""
    return Segment.of(source)[1:] == (0.0, float("inf"))


def described_in_one_pass(wanted):
    """Features by extractors that watch one film, or hear it.

    Parameters
    ----------
    wanted : list of (extractor, source)
        An extractor has ``_watcher`` and is shown a stretch, or ``_heard`` and hears all.

    Returns
    -------
    found : list of (ndarray or None)
        None for what has to be described by itself, be it only to say what is wrong.
    """
    found = [None] * len(wanted)
    watchers, viewers, places = [], [], []
    listening = [n for n, (extractor, _) in enumerate(wanted) if hasattr(extractor, "_heard")]
    for place, (extractor, source) in enumerate(wanted):
        if place in listening:
            continue
        try:
            watcher = extractor._watcher(source)
        except ValueError:
            continue
        how = extractor.every_s, extractor.max_frames, extractor._gray
        watchers.append(watcher)
        viewers.append(Viewer(Segment.of(source), *how, watcher.add))
        places.append(place)
    # where nobody looks, sound is read without decoding pictures; it is all of the film
    seen_whole = any(is_whole(viewer.stretch) for viewer in viewers)
    rates_hz = {wanted[n][0]._rate_hz for n in listening} if seen_whole else set()
    sounds = Sounds(rates_hz)
    if viewers:
        with closing(watch(viewers, sounds)) as seen:
            for number in seen:
                found[places[number]] = watchers[number].features()
                watchers[number] = None  # what it held is no longer needed
    for place in listening:
        found[place] = wanted[place][0]._heard(sounds)
    return found
