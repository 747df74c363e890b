"""Tables of seconds, ratios and memory."""

from benchmarks.tables._markdown import table


def speed(result):
    """A table of a result with seconds and ratios for each case."""
    rows = []
    for name, case in (
        result.get("pictures") or result.get("settings") or result["cases"]
    ).items():
        ratios = ", ".join(f"{r:.1f}× {peer}" for peer, r in case["ratios"].items())
        difference = next(v for key, v in case.items() if key.startswith("largest_difference"))
        rows.append([name, f"{1e3 * case['seconds']['mmsk']:.3f}", ratios, f"{difference:.1e}"])
    head = ["case", "mmsk, ms", "speed of mmsk", "largest difference"]
    return f"## {result['work']}\n\n{table(head, rows)}"


def text_speed(result):
    """The vectorizers: speed, threads and compiling."""
    rows = [
        [case, f"{gain:.2f}×", f"{result['compile_s'][case]:.1f}"]
        for case, gain in result["gain_of_a_second_thread"].items()
    ]
    head = ["case", "two threads gain", "compiling, s"]
    return f"{speed(result)}\n\n{table(head, rows)}"


def text_memory(result):
    """Memory of the vectorizers beside scikit-learn's."""
    rows = [
        [case, *(f"{megabytes:.0f}" for megabytes in peaks.values())]
        for case, peaks in result["peak_memory_mb_by_peer"].items()
    ]
    head = ["case", *next(iter(result["peak_memory_mb_by_peer"].values()))]
    return f"## Memory that TF-IDF of 30 MB adds to the peak, MB\n\n{table(head, rows)}"


def films(result):
    """Statistics of frames beside decoding, and frames a second of features of motion."""
    rows = [
        [name, *case["frames_per_s"].values(), f"{case['share_of_bare_decode']:.2f}"]
        for name, case in result["films"].items()
    ]
    head = ["film", *next(iter(result["films"].values()))["frames_per_s"], "share of decoding"]
    moving = result["frames_per_s_of_motion_at_360p"].items()
    also = ", ".join(f"{name} {rate}" for name, rate in moving)
    return (
        f"## {result['work']}: frames a second\n\n{table(head, rows)}\n\nThe aim is "
        f"0.75 of decoding. Load average {result['load_average']:.1f}. Motion, every frame of "
        f"the smaller film: {also} frames a second."
    )


def long_media(result):
    """Peak memory of processes that describe short and long media."""
    rows = [
        [name, f"{case['peak_mb']:.0f}", f"{case['seconds']:.0f}"]
        for name, case in result["cases"].items()
    ]
    return f"## Long media: {result['work']}\n\n{table(['case', 'peak, MB', 's'], rows)}"


def peers(result):
    """What a second thread gains and compiling costs; the ratios stand in tables above."""
    rows = [
        [
            name,
            f"{case['gain']:.2f}×",
            f"{result['compiling'][name]['compiled_s']:.1f}",
            f"{result['compiling'][name]['from_cache_s']:.2f}",
        ]
        for name, case in result["threads"].items()
    ]
    head = ["extractor", "two threads gain", "first call ever, s", "first call of a process, s"]
    return (
        f"## Threads and compiling\n\n{table(head, rows)}\n\nGains are by the clock on the "
        f"wall, at a load average of {result['load_average']:.1f} on "
        f"{result['machine']['cores']} cores: other work on the machine takes from them."
    )


def threads(result):
    """What a second thread gains where samples are files."""
    rows = [[name, f"{case['gain']:.2f}×"] for name, case in result["threads"].items()]
    return f"## Threads, from files: {result['work']}\n\n{table(['extractor', 'gain'], rows)}"


def imports(result):
    """A sentence on what importing costs."""
    return (
        f"## Import\n\n`import mmsk` adds {1e3 * result['mmsk_adds_s']:.1f} ms to "
        f"`import sklearn` ({result['sklearn_s']:.2f} s), and loads none of numba, librosa, "
        f"scikit-image, av, xgboost and pandas: {result['heavy_loaded']}."
    )


def kernels(result):
    """Seconds of a fit of each way to weigh grams, in support vector machines."""
    rows = [
        [name, f"{seconds:.2f}", f"{seconds / result['seconds']['one SVC']:.1f}"]
        for name, seconds in result["seconds"].items()
    ]
    head = ["model", "s", "in SVCs on the summed gram"]
    many = result["many"]
    right = 100 * many["accuracy"]
    return (
        f"## Multiple kernel learning: {result['work']}, one thread\n\n{table(head, rows)}\n\n"
        f"{many['n_rows']:,} rows of three views: {many['seconds']:.0f} s, "
        f"{many['added_mb']} MB added ({many['features_mb']} of them features), where "
        f"each whole gram would have {many['whole_gram_mb']:,} MB; {right:.1f} % of new rows "
        "right."
    )


def search(result):
    """A grid search with a store, and wired as scikit-learn does."""
    rows = []
    for clock in ("wall", "processor"):
        for name, seconds in result[clock]["seconds"].items():
            ratio = result[clock]["ratios"].get(name)
            told = "" if ratio is None else f"{ratio:.1f}×"
            rows.append([name, result["files_opened"][name], clock, f"{seconds:.2f}", told])
    head = ["wiring", "files opened", "clock", "s", "of the first row"]
    load = f"Load average {result['load_average']:.1f} on {result['machine']['cores']} cores."
    return f"## Searches\n\n{result['work']}; equal best scores. {load}\n\n{table(head, rows)}"


def extraction(result):
    """Rows per hour of each modality, and memory as rows grow."""
    rows = [
        [name, row["features"], f"{row['ms_per_row']:.2f}", f"{row['rows_per_hour']:,}",
         row["bytes_per_row"]]
        for name, row in result["modalities"].items()
    ]  # fmt: skip
    head = ["samples", "features", "ms a row", "rows an hour", "bytes a row in parts"]
    peaks = {name: found for name, found in result["memory"].items() if name != "ratio"}
    told = ", ".join(f"{found['peak_mb']:.0f} MiB with {name}" for name, found in peaks.items())
    return f"## Tables in parts\n\n{result['work']}: {told}.\n\n{table(head, rows)}"


def trees(result):
    """Boosted trees of parts and of rows in memory: peak, seconds and accuracy."""
    rows = [
        [name, f"{row['peak_mb']:.0f}", f"{row['seconds']:.1f}", f"{100 * row['accuracy']:.1f}"]
        for name, row in result["fits"].items()
    ]
    head = ["rows", "peak, MiB", "s", "accuracy, %"]
    return f"## Trees past memory\n\n{result['work']}.\n\n{table(head, rows)}"
