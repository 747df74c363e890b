"""Loops over sound.

Conventions: a spectrogram is C-contiguous (n_bins, n_frames), a row per frequency, as in
librosa. A *turned* signal holds sample ``row * hop + column`` of a signal at
``[column, row]``, so that the samples at one place of consecutive frames are neighbours.
*Points* are complex numbers of `LANES` frames, float64: row ``p`` holds the real parts of
point ``p`` of each frame, then the imaginary parts; only the first ``n_lanes`` are in use.
Callers check sizes; kernels do not raise.
"""

import numpy as np

from mmsk._kernels._jit import kernel

LANES = 24  # frames transformed side by side, so that vector instructions take several
TILE = 8  # columns turned at once: what they hold stays in the nearest cache
CACHE_LINE = 8  # of float64
CHUNK = 512  # powers turned into decibels at once: the buffers stay in the nearest cache
SOFTEST_POWER = 1e-10  # what silence counts as
ROOT_HALF = 0x3F3504F3  # the square root of a half, as the bits of a float32
MANTISSA = 0x7FFFFF
#: Coefficients of ``log(1 + z)``, by powers of ``z``.
Z11, Z10, Z9, Z8, Z7, Z6, Z5, Z4, Z3 = map(
    np.float32,
    [
        7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1,
        -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
        2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
)  # fmt: skip
DB_PER_NEPER, DB_PER_OCTAVE = 10 / np.log(10), 10 * np.log10(2)  # of power
DELTA_REACH = 2  # frames on each side that a delta is the slope over


@kernel
def turned_signal(hops):
    """The turned signal: the transpose, in tiles that stay in the nearest cache.

    Parameters
    ----------
    hops : ndarray of shape (n_columns, hop), floating
        C-contiguous: a row for every ``hop`` samples.

    Returns
    -------
    turned : ndarray of shape (hop, n_columns), of the dtype of ``hops``
    """
    n_columns, hop = hops.shape
    turned = np.empty((hop, n_columns), hops.dtype)
    for start in range(0, n_columns, TILE):
        for column in range(start, min(start + TILE, n_columns)):
            samples = hops[column]
            for row in range(hop):
                turned[row, column] = samples[row]
    return turned


@kernel
def power_spectrogram(turned, window, n_frames, roots, order):
    """Squared magnitudes of the Fourier transform of each frame.

    Parameters
    ----------
    turned : ndarray of shape (hop, n_columns), floating
        The turned signal; at least ``(n_fft - 1) // hop + n_frames`` columns.
    window : ndarray of shape (n_fft,), float64
        ``n_fft`` is a power of two, at least 2.
    n_frames : int
        Frame ``t`` starts at sample ``t * hop``.
    roots : ndarray of shape (n_fft,), complex128
        ``exp(-2j * pi * k / n_fft)``.
    order : ndarray of shape (n_fft // 2,), intp
        Where the stages leave each frequency: radix 4, and one last radix 2 if need be.

    Returns
    -------
    power : ndarray of shape (n_fft // 2 + 1, n_frames), of the dtype of ``turned``
        Computed in float64: a float32 transform is off by more than 1e-3 dB where a
        frame's loudest and softest bands lie 70 dB apart.
    """
    n_fft = len(window)
    n_points = n_fft // 2  # a real frame is transformed as half as many complex numbers
    power = np.empty((n_points + 1, n_frames), turned.dtype)
    for start in range(0, n_frames, LANES):
        n_lanes = min(LANES, n_frames - start)
        points = windowed_points(turned, window, start, n_lanes)
        n_done = 1
        while 4 * n_done <= n_points:
            points = radix_4(points, n_lanes, n_done, roots)
            n_done *= 4
        if n_done < n_points:
            points = radix_2(points, n_lanes)
        fill_power(points, n_lanes, roots, order, start, power)
    return power


@kernel
def aligned_empty(n_rows, n_columns):
    """An array that begins with a cache line: a tenth faster to transform.

    Parameters
    ----------
    n_rows, n_columns : int

    Returns
    -------
    empty : ndarray of shape (n_rows, n_columns), float64
    """
    buffer = np.empty(n_rows * n_columns + CACHE_LINE)
    skip = -(buffer.ctypes.data // buffer.itemsize) % CACHE_LINE
    return buffer[skip : skip + n_rows * n_columns].reshape(n_rows, n_columns)


@kernel
def windowed_points(turned, window, start, n_lanes):
    """Frames as points: even samples are real parts, odd ones imaginary parts.

    Parameters
    ----------
    turned : ndarray of shape (hop, n_columns), floating
    window : ndarray of shape (n_fft,), float64
    start, n_lanes : int
        The first frame, and how many.

    Returns
    -------
    points : ndarray of shape (n_fft // 2, 2 * LANES), float64
    """
    points = aligned_empty(len(window) // 2, 2 * LANES)
    row, column = 0, start
    for sample in range(len(window)):
        source = turned[row, column : column + n_lanes]
        side = (sample & 1) * LANES
        target = points[sample >> 1, side : side + n_lanes]
        weight = window[sample]
        for lane in range(n_lanes):
            target[lane] = source[lane] * weight
        row += 1  # a division for each of these short loops would show
        if row == len(turned):
            row, column = 0, column + 1
    return points


@kernel
def radix_4(points, n_lanes, n_done, roots):
    """One stage of decimation in frequency, always from four quarters to four neighbours.

    Parameters
    ----------
    points : ndarray of shape (n_points, 2 * LANES), float64
        ``n_points`` is a multiple of four.
    n_lanes : int
    n_done : int
        Product of the radices of the stages before.
    roots : ndarray of shape (2 * n_points,), complex128
        ``exp(-1j * pi * k / n_points)``.

    Returns
    -------
    points : ndarray of shape (n_points, 2 * LANES), float64

    Notes
    -----
    The geometry of M. Pease (1968), "An adaptation of the fast Fourier transform for
    parallel processing", Journal of the ACM 15(2), 252-264. It reads one array and writes
    one place of another, so that the compiled loop checks little for overlap: 8 pairs of
    places, where a stage in place would have it check 28 before every few lanes.
    """
    quarter = len(points) // 4
    transformed = aligned_empty(quarter, 8 * LANES)
    turn = 0
    for i in range(quarter):
        if i >= turn + n_done:
            turn += n_done
        # there are two roots per point
        root_1, root_2, root_3 = roots[2 * turn], roots[4 * turn], roots[6 * turn]
        a, b = points[i], points[i + quarter]
        c, d = points[i + 2 * quarter], points[i + 3 * quarter]
        out = transformed[i]
        for re in range(n_lanes):
            im = re + LANES
            sum_ac_re, sum_ac_im = a[re] + c[re], a[im] + c[im]
            dif_ac_re, dif_ac_im = a[re] - c[re], a[im] - c[im]
            sum_bd_re, sum_bd_im = b[re] + d[re], b[im] + d[im]
            dif_bd_re, dif_bd_im = b[re] - d[re], b[im] - d[im]
            out[re], out[im] = sum_ac_re + sum_bd_re, sum_ac_im + sum_bd_im
            x, y = dif_ac_re + dif_bd_im, dif_ac_im - dif_bd_re
            out[re + 2 * LANES] = x * root_1.real - y * root_1.imag
            out[im + 2 * LANES] = x * root_1.imag + y * root_1.real
            x, y = sum_ac_re - sum_bd_re, sum_ac_im - sum_bd_im
            out[re + 4 * LANES] = x * root_2.real - y * root_2.imag
            out[im + 4 * LANES] = x * root_2.imag + y * root_2.real
            x, y = dif_ac_re - dif_bd_im, dif_ac_im + dif_bd_re
            out[re + 6 * LANES] = x * root_3.real - y * root_3.imag
            out[im + 6 * LANES] = x * root_3.imag + y * root_3.real
    return transformed.reshape(points.shape)


@kernel
def radix_2(points, n_lanes):
    """The last stage where the number of points is no power of four.

    Parameters
    ----------
    points : ndarray of shape (n_points, 2 * LANES), float64
        ``n_points`` is even.
    n_lanes : int

    Returns
    -------
    points : ndarray of shape (n_points, 2 * LANES), float64
    """
    half = len(points) // 2
    transformed = aligned_empty(half, 4 * LANES)
    for i in range(half):
        a, b, out = points[i], points[i + half], transformed[i]
        for re in range(n_lanes):
            im = re + LANES
            out[re], out[im] = a[re] + b[re], a[im] + b[im]
            out[re + 2 * LANES], out[im + 2 * LANES] = a[re] - b[re], a[im] - b[im]
    return transformed.reshape(points.shape)


@kernel
def fill_power(points, n_lanes, roots, order, start, power):
    """Squared magnitudes of frames, from the transform of their even and odd samples.

    Parameters
    ----------
    points : ndarray of shape (n_points, 2 * LANES), float64
    n_lanes : int
    roots : ndarray of shape (2 * n_points,), complex128
    order : ndarray of shape (n_points,), intp
    start : int
        The first frame.
    power : ndarray of shape (n_points + 1, n_frames), floating
        Columns ``start`` to ``start + n_lanes`` are written, to spare a copy.
    """
    n_points = len(points)
    for k in range(n_points // 2 + 1):
        a = points[order[k]]
        b = points[order[n_points - k if k else 0]]
        low = power[k, start : start + n_lanes]
        high = power[n_points - k, start : start + n_lanes]
        root = roots[k]
        for re in range(n_lanes):
            im = re + LANES
            even_re, even_im = a[re] + b[re], a[im] - b[im]
            odd_re, odd_im = a[im] + b[im], b[re] - a[re]
            x = odd_re * root.real - odd_im * root.imag
            y = odd_re * root.imag + odd_im * root.real
            low[re] = 0.25 * ((even_re + x) ** 2 + (even_im + y) ** 2)
            high[re] = 0.25 * ((even_re - x) ** 2 + (even_im - y) ** 2)


@kernel
def mel_bands(power, first_bins, ends, weights):
    """Weighted sums of neighbouring bins.

    Parameters
    ----------
    power : ndarray of shape (n_bins, n_frames), floating
    first_bins : ndarray of shape (n_bands,), intp
        The lowest bin of each band.
    ends : ndarray of shape (n_bands,), intp
        Where the weights of each band end in ``weights``, increasing.
    weights : ndarray of shape (n_weights,), floating
        Of the dtype of ``power``; all bands, end to end.

    Returns
    -------
    bands : ndarray of shape (n_bands, n_frames), of the dtype of ``power``
        0 in a band without bins.
    """
    bands = np.zeros((len(ends), power.shape[1]), power.dtype)
    begin = 0
    for band in range(len(ends)):
        total = bands[band]
        for k in range(begin, ends[band]):
            weight = weights[k]
            row = power[first_bins[band] + k - begin]
            for frame in range(len(row)):
                total[frame] += weight * row[frame]
        begin = ends[band]
    return bands


@kernel
def float_decibels(power):
    """Levels of powers, in vector code that NumPy has for some processors only.

    Parameters
    ----------
    power : ndarray of shape (n,), float32

    Returns
    -------
    levels : ndarray of shape (n,), float32
        Decibels of 1, at least -100; NaN and infinity stay.

    Notes
    -----
    Right within 1e-5 dB. A power is ``2 ** octave * (1 + z)`` with ``1 + z`` between the
    roots of a half and of two.

    References
    ----------
    S. Moshier (1989), "Methods and programs for mathematical functions", Ellis Horwood:
    the polynomial of ``logf`` in the Cephes library.
    """
    levels = np.empty_like(power)
    clipped, mantissas = np.empty(CHUNK, np.float32), np.empty(CHUNK, np.float32)
    bits, mantissa_bits = clipped.view(np.int32), mantissas.view(np.int32)
    octaves = np.empty(CHUNK, np.float32)
    one, half, infinity = np.float32(1), np.float32(0.5), np.float32(np.inf)
    softest, per_neper = np.float32(SOFTEST_POWER), np.float32(DB_PER_NEPER)
    per_octave = np.float32(DB_PER_OCTAVE)
    for start in range(0, len(power), CHUNK):
        chunk, chunk_levels = power[start : start + CHUNK], levels[start : start + CHUNK]
        for i in range(len(chunk)):
            clipped[i] = max(chunk[i], softest)
        for i in range(len(chunk)):
            above = bits[i] - ROOT_HALF
            octaves[i] = above >> 23
            mantissa_bits[i] = (above & MANTISSA) + ROOT_HALF
        for i in range(len(chunk)):
            z = mantissas[i] - one
            high = ((Z11 * z + Z10) * z + Z9) * z + Z8
            middle = ((high * z + Z7) * z + Z6) * z + Z5
            low = (middle * z + Z4) * z + Z3
            square = z * z
            log = z + (low * z * square - half * square)
            level = log * per_neper + octaves[i] * per_octave
            chunk_levels[i] = level if chunk[i] < infinity else chunk[i]
    return levels


@kernel
def deltas(series):
    """Slopes over time: least squares over `DELTA_REACH` frames on each side.

    Parameters
    ----------
    series : ndarray of shape (n_series, n_frames), floating
        At least one frame; the first and the last stand for those beyond.

    Returns
    -------
    slopes : ndarray of shape (n_series, n_frames), of the dtype of ``series``
        Per frame; 0 where there is only one.
    """
    n_series, n_frames = series.shape
    slopes = np.zeros((n_series, n_frames), series.dtype)
    squares = 0
    for reach in range(1, DELTA_REACH + 1):
        squares += 2 * reach * reach
    for i in range(n_series):
        for frame in range(n_frames):
            total = 0.0
            for reach in range(1, DELTA_REACH + 1):
                after = series[i, min(frame + reach, n_frames - 1)]
                before = series[i, max(frame - reach, 0)]
                total += reach * (after - before)
            slopes[i, frame] = total / squares
    return slopes
