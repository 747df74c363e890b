"""Plain descriptors of sound: where its spectrum lies, how it changes, how loud it is."""

from functools import lru_cache
from numbers import Integral, Real

import numpy as np

from mmsk._utils.sklearn_private import Interval
from mmsk.audio._frames import frame_lengths, frame_rms, spectrograms, window_taper
from mmsk.audio._sound_transformer import SoundTransformer
from mmsk.audio._stretches import POOLS, blocks, described, mapped, over_time

_SOFTEST_POWER = 1e-10  # below it a bin counts as this in the flatness, as in librosa
_SOFTEST_SAMPLE = 1e-10  # up to it a sample counts as 0 in zero crossings, as in librosa

_RANGE_DB = 80.0  # peaks and valleys softer than this below the loudest are levelled
_BAND_STARTS_HZ = (0, 200, 400, 800, 1600, 3200, 6400)
_EXTREME_SHARE = 0.02  # of the bins of a band, for its peak and its valley

_SERIES = ("centroid", "bandwidth", "rolloff", "flatness", "flux", "zero_crossings", "rms")


class SpectralStatistics(SoundTransformer):
    """Spectral shape, flux, zero crossings and loudness of a recording, over time.

    Parameters
    ----------
    window_s : float, default=0.032
        Length of a frame in seconds. For the spectrum it is weighted by a Hann window and
        transformed with the next power of two of samples.
    hop_s : float, default=0.010
        Time from one frame to the next, in seconds.
    rate_hz : int, default=16000
        Rate that recordings are resampled to, and that bare arrays have.
    rolloff : float, default=0.85
        Share of a frame's summed magnitudes that lies at or below its roll-off, between 0
        and 1; the default is librosa's.
    n_jobs : int or None, default=None
        Recordings read and described at once. None means 1, or what
        ``joblib.parallel_config`` says.
    memory : str, path, FeatureStore or None, default=None
        Folder that keeps rows, so that a recording is described once only, in all processes
        (guide, "Store"). None keeps nothing.
    on_error : {"raise", "missing"}, default="raise"
        Whether a recording that cannot be read stops ``transform`` or is a row of NaN.

    Attributes
    ----------
    n_features_in_ : int

    Raises
    ------
    ValueError
        If a parameter is out of its range, in ``fit``.
    DecodeError
        If a recording cannot be read, and ``on_error="raise"``.

    See Also
    --------
    MFCC : The shape of the spectrum in finer detail.

    Notes
    -----
    With ``a[k]`` the magnitude of a frame's spectrum at ``f[k]`` Hz and ``p`` its share
    ``a / sum(a)``, a frame has

    - ``centroid``: ``c = sum(p * f)``, in Hz;
    - ``bandwidth``: ``sqrt(sum(p * (f - c) ** 2))``, in Hz;
    - ``rolloff``: the lowest ``f[k]`` with ``sum(p[:k + 1]) >= rolloff``, in Hz;
    - ``flatness``: geometric by arithmetic mean of ``max(a ** 2, 1e-10)``, from 0 (a tone)
      to 1 (equal at all frequencies);
    - ``flux``: 1 less the cosine between ``a`` and the ``a`` of the frame before, from 0
      (the same spectrum, however loud) to 1 (nothing in common); the first frame has none;
    - ``zero_crossings``: changes of sign inside the frame per sample of it, from 0 to 1;
    - ``rms``: root mean square of its samples, unweighted, in units of the samples;
    - ``contrast_0hz``, ``contrast_200hz``, ``contrast_400hz`` and on by octaves up to
      ``contrast_6400hz``, if they start below half of ``rate_hz``: how far a band's peak lies
      above its valley, the means of the outer 2 % of its ``a`` (at least one), each as
      ``10 * log10``; levelled at 1e-10, and 80 below the recording's highest peak for
      peaks, and highest valley for valleys.

    A row is float32 of 8 features for each of these series, 112 at 16000 Hz: its mean and
    standard deviation over the frames, the standard deviation of its deltas (slopes over
    five frames; per frame), and its mean in each of ``mmsk.audio._stretches.N_PARTS`` equal
    stretches of time.

    A frame of digital silence has flatness 1 and 0 for all else but contrast; a silent
    recording has contrast 0 too, as has a band that the bins of a short window leave empty.
    Flux is 1 between silence and sound, and 0 between two silent frames. Frames are centred
    on their times and silence lies beyond both ends (for zero crossings, the outermost
    samples go on), so a recording of one sample has one frame; its flux, deviations and
    deltas are 0. All features of a present recording are finite. A missing sample is a row
    of NaN.

    All series but flux, and contrast in empty bands, are those of ``librosa.feature`` 0.11
    with ``frame_length`` (for spectra ``win_length``) and ``hop_length`` of as many
    samples, within 1e-6 relative on float64 samples.

    References
    ----------
    G. Peeters (2004), "A large set of audio features for sound description (similarity and
    classification) in the CUIDADO project", technical report, IRCAM. Flux is its "spectral
    variation"; its roll-off is of energy, this one of magnitude, as librosa's.

    D.-N. Jiang, L. Lu, H.-J. Zhang, J.-H. Tao, L.-H. Cai (2002), "Music type classification
    by spectral contrast feature", IEEE International Conference on Multimedia and Expo 1,
    113-116.

    Examples
    --------
    The centroid of a tone is its frequency, and its zero crossings two per period.

    >>> import numpy as np
    >>> from mmsk.audio import SpectralStatistics
    >>> time_s = np.arange(16000) / 16000
    >>> tones = [np.sin(2 * np.pi * hz * time_s + 1) for hz in (1000, 4000)]
    >>> extractor = SpectralStatistics().set_output(transform="pandas")
    >>> features = extractor.fit_transform(tones)
    >>> features["centroid_part3"].round().tolist()
    [1000.0, 4000.0]
    >>> (features["zero_crossings_part3"] * 16000).round(-2).tolist()
    [2000.0, 8000.0]
    """

    _parameter_constraints = {
        **SoundTransformer._parameter_constraints,
        "window_s": [Interval(Real, 0, None, closed="neither")],
        "hop_s": [Interval(Real, 0, None, closed="neither")],
        "rate_hz": [Interval(Integral, 1, None, closed="left")],
        "rolloff": [Interval(Real, 0, 1, closed="neither")],
    }

    def __init__(
        self,
        window_s=0.032,
        hop_s=0.010,
        rate_hz=16000,
        rolloff=0.85,
        *,
        n_jobs=None,
        memory=None,
        on_error="raise",
    ):
        self.window_s = window_s
        self.hop_s = hop_s
        self.rate_hz = rate_hz
        self.rolloff = rolloff
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def _feature_names(self):
        return [f"{series}_{pool}" for series in _names(self.rate_hz) for pool in POOLS]

    def _extract(self, sound):
        rows = self._rows(sound[0])
        n_windows = self._n_windows(sound[0])
        summaries = over_time(rows)
        for name, (first, stop) in _spans(len(rows), n_windows).items():
            column = _SERIES.index(name)
            summaries[:, column] = over_time(rows, first, stop)[:, column]
        return summaries.T.ravel()

    def _sequence(self, sound):
        return np.asarray(self._rows(sound[0]))[: self._n_windows(sound[0])]

    def _rows(self, samples):
        lengths = frame_lengths(self.window_s, self.hop_s, self.rate_hz)
        return statistics_rows(
            samples,
            self.rate_hz,
            n_window=lengths["win_length"],
            hop_length=lengths["hop_length"],
            rolloff=self.rolloff,
        )

    def _n_windows(self, samples):
        lengths = frame_lengths(self.window_s, self.hop_s, self.rate_hz)
        return n_windows(len(samples), lengths["win_length"], lengths["hop_length"])


def _names(rate_hz):
    """Names of the series, in the order of a row."""
    return [*_SERIES, *(f"contrast_{hz}hz" for hz in _band_starts_hz(rate_hz))]


def _band_starts_hz(rate_hz):
    return [hz for hz in _BAND_STARTS_HZ if hz < rate_hz / 2]


def n_windows(n_samples, n_window, hop_length):
    """How many centred windows there are; with an odd one, maybe one less than spectra."""
    return 1 + (n_samples + 2 * (n_window // 2) - n_window) // hop_length


def _spans(n_frames, n_windows):
    """First frame and end of the series that lack some."""
    return {
        "flux": (min(1, n_frames - 1), n_frames),  # the first has none, but a lone one 0
        "zero_crossings": (0, n_windows),
        "rms": (0, n_windows),
    }


def frame_statistics(samples, rate_hz, *, n_window, hop_length, rolloff):
    """The series of `SpectralStatistics`, before they are pooled.

    Parameters
    ----------
    samples : ndarray of shape (n_samples,), floating
        At least one, all finite.
    rate_hz, n_window, hop_length : int
        Samples per second, per frame, and from one frame to the next.
    rolloff : float
        Between 0 and 1.

    Returns
    -------
    series : dict of str to ndarray of shape (n_frames,), float64
        Flux has a frame less, but at least one. With an odd ``n_window``, the last frame
        may have a spectrum only.
    """
    settings = {"n_window": n_window, "hop_length": hop_length, "rolloff": rolloff}
    rows = np.asarray(statistics_rows(samples, rate_hz, **settings))
    spans = _spans(len(rows), n_windows(len(samples), n_window, hop_length))
    return {
        name: column[slice(*spans.get(name, (0, None)))]
        for name, column in zip(_names(rate_hz), rows.T, strict=True)
    }


def statistics_rows(samples, rate_hz, *, n_window, hop_length, rolloff):
    """All series of `SpectralStatistics`, side by side.

    Parameters
    ----------
    samples : ndarray or Spool of shape (n_samples,), floating
    rate_hz, n_window, hop_length, rolloff
        As of `frame_statistics`.

    Returns
    -------
    rows : ndarray or Spool of shape (n_frames, n_series), float64
        The first flux is 0, as are zero crossings and rms of a frame that has none.
    """
    n_fft = max(2, 1 << (n_window - 1).bit_length())
    rows = described(
        samples,
        hop_length,
        n_fft // 2 + hop_length,  # flux looks at the frame before
        lambda stretch: own_statistics(
            stretch, rate_hz, n_window=n_window, hop_length=hop_length, rolloff=rolloff
        ),
    )
    n_bands = len(_band_starts_hz(rate_hz))
    n_plain = len(_SERIES)
    loudest = np.max(
        [block[:, n_plain:].reshape(-1, 2, n_bands).max(axis=(0, 2)) for block in blocks(rows)],
        axis=0,
    )

    def with_contrast(block):
        levels = block[:, n_plain:].reshape(-1, 2, n_bands)
        peak, valley = np.maximum(levels, loudest[:, None] - _RANGE_DB).transpose(1, 0, 2)
        return np.hstack([block[:, :n_plain], peak - valley])

    return mapped(with_contrast, rows)


def own_statistics(samples, rate_hz, *, n_window, hop_length, rolloff):
    """What each frame says by itself: all series but contrast, then peaks and valleys.

    Parameters
    ----------
    samples : ndarray of shape (n_samples,), floating
    rate_hz, n_window, hop_length, rolloff
        As of `frame_statistics`.

    Returns
    -------
    rows : ndarray of shape (n_frames, 7 + 2 * n_bands), float64
        Peaks and valleys in decibels, before they are levelled.
    """
    samples = samples.astype(np.float64)
    n_fft = max(2, 1 << (n_window - 1).bit_length())
    taper = window_taper("hann", n_window, n_fft)
    frequencies_hz = np.arange(n_fft // 2 + 1) * (rate_hz / n_fft)
    bands = _bands(rate_hz, n_fft)
    pieces, before = [], None
    for power in spectrograms(samples, taper, hop_length):
        magnitude = np.sqrt(power)
        linked = np.hstack([magnitude[:, :1] if before is None else before, magnitude])
        pieces.append(
            np.vstack(
                [
                    *_moments(magnitude, frequencies_hz, rolloff),
                    _flatness(power),
                    _flux(linked),
                    _levels(_extremes(magnitude, bands)),
                ]
            )
        )
        before = magnitude[:, -1:]
    spectral = np.concatenate(pieces, axis=1)
    spectral[4, 0] = 0  # of the first frame with itself
    windows = np.stack(
        [
            _zero_crossings(samples, n_window, hop_length),
            frame_rms(samples, n_window, hop_length),
        ]
    )
    windows = np.pad(windows, ((0, 0), (0, spectral.shape[1] - windows.shape[1])))
    return np.vstack([spectral[:5], windows, spectral[5:]]).T


def _moments(magnitude, frequencies_hz, rolloff):
    """Centroid, bandwidth and roll-off of each column; all 0 where it is."""
    total = magnitude.sum(axis=0)
    share = magnitude / np.where(total > 0, total, 1)
    centroid = frequencies_hz @ share
    deviation = frequencies_hz[:, None] - centroid
    bandwidth = np.sqrt((share * deviation**2).sum(axis=0))
    summed = magnitude.cumsum(axis=0)
    reached = (summed >= rolloff * summed[-1]).argmax(axis=0)
    return centroid, bandwidth, frequencies_hz[reached]


def _flatness(power):
    power = np.maximum(power, _SOFTEST_POWER)
    return np.exp(np.log(power).mean(axis=0)) / power.mean(axis=0)


def _flux(magnitude):
    """1 less the cosine between neighbouring columns; 0 between two that are 0."""
    length = np.sqrt((magnitude**2).sum(axis=0))
    unit = magnitude / np.where(length > 0, length, 1)
    flux = np.maximum(1 - (unit[:, 1:] * unit[:, :-1]).sum(axis=0), 0)
    flux[(length[1:] == 0) & (length[:-1] == 0)] = 0
    return flux


@lru_cache(maxsize=32)
def _bands(rate_hz, n_fft):
    """First bin, end, and number of extreme bins of each octave, cut as librosa cuts them."""
    frequencies_hz = np.arange(n_fft // 2 + 1) * (rate_hz / n_fft)
    starts_hz = _band_starts_hz(rate_hz)
    bands = []
    for band, start_hz in enumerate(starts_hz):
        is_last = band == len(starts_hz) - 1
        end_hz = np.inf if is_last else starts_hz[band + 1]
        inside = np.flatnonzero((frequencies_hz >= start_hz) & (frequencies_hz <= end_hz))
        if len(inside) == 0:
            bands.append((0, 0, 1))
            continue
        first, end = max(inside[0] - (band > 0), 0), inside[-1] + 1
        n_extreme = max(1, round(_EXTREME_SHARE * (end - first)))
        bands.append((int(first), int(end if is_last else end - 1), n_extreme))
    return tuple(bands)


def _extremes(magnitude, bands):
    """Peaks and valleys, of shape (2, n_bands, n_frames); 0 where a band has no bins."""
    extremes = np.zeros((2, len(bands), magnitude.shape[1]))
    for band, (first, end, n_extreme) in enumerate(bands):
        if first == end:
            continue
        if n_extreme == 1:
            extremes[0, band] = magnitude[first:end].max(axis=0)
            extremes[1, band] = magnitude[first:end].min(axis=0)
        else:
            ordered = np.sort(magnitude[first:end], axis=0)
            extremes[0, band] = ordered[-n_extreme:].mean(axis=0)
            extremes[1, band] = ordered[:n_extreme].mean(axis=0)
    return extremes


def _levels(extremes):
    """In decibels, of shape (2 * n_bands, n_frames)."""
    levels = 10 * np.log10(np.maximum(extremes, _SOFTEST_POWER))
    return levels.reshape(-1, levels.shape[2])


def _zero_crossings(samples, n_window, hop_length):
    """Share of the samples of each frame whose sign is not that of the one before."""
    negative = samples < -_SOFTEST_SAMPLE
    n_before = np.concatenate([[0], np.cumsum(negative[1:] != negative[:-1])])
    n_frames = n_windows(len(samples), n_window, hop_length)
    starts = np.arange(n_frames) * hop_length - n_window // 2
    first, last = np.clip([starts, starts + n_window - 1], 0, len(samples) - 1)
    return (n_before[last] - n_before[first]) / n_window
