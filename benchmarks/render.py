"""Write ``benchmarks/README.md`` from the result files; no figure in it is typed.

python -m benchmarks.render         # this, and docs/guide/choose.md
python -m benchmarks.render choose  # the latter only
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
HEAD = """# Figures

Made by `python -m benchmarks.render` from `results/*.json`, which `make bench` writes; each
file says on what machine, with which versions and at which commit. Seconds are of that
machine; ratios travel. One thread, median processor time of interleaved calls in one
process, results compared in the same script. Real data are read from the folder named by
`MMSK_DATA`.
"""


def table(header, rows):
    """Lines of a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


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
    kind = result["work"].rpartition(", ")[2]  # a result of before the two were told apart
    rows = [
        [name, f"{case['peak_mb']:.0f}", f"{case['seconds']:.0f}"]
        for name, case in result["cases"].items()
        if name.startswith(kind if kind in ("film", "sound") else "film")
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


def imports(result):
    """A sentence on what importing costs."""
    return (
        f"## Import\n\n`import mmsk` adds {1e3 * result['mmsk_adds_s']:.1f} ms to "
        f"`import sklearn` ({result['sklearn_s']:.2f} s), and loads none of numba, librosa, "
        f"scikit-image, av, xgboost and pandas: {result['heavy_loaded']}."
    )


def tables(result):
    """Scores of the command line on real tables, and the commands."""
    parts = ["## `mmsk fit` and `mmsk predict` on real tables, nothing tuned"]
    for name, variants in result["tasks"].items():
        rows = [
            [
                variant,
                f"{100 * row['accuracy']:.1f} ± {100 * row['spread']:.1f}",
                f"{row['fit_s']:.1f}",
                f"{row['predict_s']:.1f}",
            ]
            for variant, row in variants.items()
        ]
        last = list(variants.values())[-1]["commands"]
        shown = "\n".join(f"    {command}" for command in last)
        head = ["columns", "held-out accuracy, %", "fit, s", "predict, s"]
        parts.append(f"### {name}\n\n{table(head, rows)}\n\nThe last row by\n\n{shown}")
    return "\n\n".join(parts)


def matrices(result):
    """Scores of the fusions on ready features."""
    parts = ["## Fusions on ready features, tuned only where it says so"]
    for name, models in result["sets"].items():
        rows = [
            [model, f"{100 * row['accuracy']:.1f} ± {100 * row['spread']:.1f}"]
            for model, row in models.items()
        ]
        parts.append(f"### {name}\n\n{table(['model', 'accuracy, %'], rows)}")
    return "\n\n".join(parts)


def pools(result):
    """Scores of the rules of model-level fusion, the views the same in all."""
    parts = ["## Rules of model-level fusion, the views' classifiers the same in all rows"]
    for name, found in result["sets"].items():
        rows = [
            [
                model,
                f"{100 * row['accuracy']:.1f} ± {100 * row['spread']:.1f}",
                f"{100 * row['inner_accuracy']:.1f}" if "inner_accuracy" in row else "",
            ]
            for model, row in found["models"].items()
        ]
        head = ["rule", "accuracy, %", "in inner folds of the training part, %"]
        parts.append(f"### {name}, aim {100 * found['aim']:.1f}\n\n{table(head, rows)}")
    return "\n\n".join(parts)


def planted(result):
    """Scores of the families of fusion where one is favoured."""
    parts = [f"## Planted signals, mean of {result['n_seeds']} seeds, nothing tuned"]
    for task, signals in result["tasks"].items():
        models = list(next(iter(signals.values()))["scores"])
        rows = [
            [
                signal,
                *(f"{row['scores'][model]:.2f}" for model in models),
                f"{row['margin']:.2f}",
                f"{row['smallest_margin']:.2f}",
            ]
            for signal, row in signals.items()
        ]
        head = ["signal", *models, "margin of the favoured of three", "smallest of a seed"]
        parts.append(f"### {task}\n\n{table(head, rows)}")
    return "\n\n".join(parts)


def auto(result):
    """How often ``fusion="auto"`` is as good as what it should not fall behind."""
    planted, noisy = [], []
    for name, row in result["planted"].items():
        planted.append([name, *_auto_cells(row), _counted(row["chosen"])])
    for name, row in result["noisy"].items():
        known = [f"{row['known']:.3f}", f"{row['within_known']:.0%}"]
        noisy.append([name, *_auto_cells(row), *known, _counted(row["chosen"])])
    head = ["signal", "seeds", "auto", "favoured family", "within its error", "chosen"]
    head_of_noise = [
        *("views", "seeds", "auto", "best view on the rows scored", "within its error"),
        *("best view by inner folds", "within its error", "chosen"),
    ]
    return (
        f'## `fusion="auto"` on planted signals, accuracy\n\n{table(head, planted)}\n\n'
        f"### Beside a view of pure noise\n\n{table(head_of_noise, noisy)}"
    )


def _auto_cells(row):
    return [
        row["n_seeds"],
        f"{row['auto']:.3f}",
        f"{row['rival']:.3f}",
        f"{row['within']:.0%}",
    ]


def _counted(counts):
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {count}" for name, count in ranked)


def texts(result):
    """Scores on short texts: each view alone, and fused."""
    parts = [f"## Short texts\n\n{result['protocol']}"]
    for name, found in result["sets"].items():
        rows = [
            [
                model,
                f"{100 * row['accuracy']:.1f} ± {100 * row['spread']:.1f}",
                f"{100 * row['inner_accuracy']:.1f}" if "inner_accuracy" in row else "",
            ]
            for model, row in found["models"].items()
        ]
        head = ["view", "test accuracy, %", "inner accuracy, %"]
        aim = f"Aim {100 * found['aim']:.1f}: {'reached' if found['reached'] else 'missed'}."
        fused = f"Fused are: {'; '.join(found['fused'])}."
        parts.append(f"### {name}\n\n{table(head, rows)}\n\n{fused} {aim}")
    return "\n\n".join(parts)


def pictures(result):
    """Scores of features of pictures: tuned, and untuned by the number of rows."""
    parts = ["## Pictures alone: parameters by inner folds, and none tuned on few rows"]
    for name, found in result["sets"].items():
        rows = [
            [
                model,
                f"{100 * row['accuracy']:.1f} ± {100 * row['spread']:.1f}",
                f"{100 * row['class_mean_accuracy']:.1f}",
            ]
            for model, row in found["tuned"].items()
        ]
        head = ["features, classifier", "held-out accuracy, %", "mean of the classes, %"]
        parts.append(f"### {name}, tuned\n\n{table(head, rows)}")
        sizes = found["by_rows"]
        rows = [
            [model, *(f"{100 * scores[model]:.1f}" for scores in sizes.values())]
            for model in next(iter(sizes.values()))
        ]
        head = ["features, classifier", *(f"{size} rows" for size in sizes)]
        parts.append(f"### {name}, untuned, held-out accuracy, %\n\n{table(head, rows)}")
    return "\n\n".join(parts)


def scenes15(result):
    """Scores on fifteen scene categories."""
    rows = [
        [
            name,
            row["n_features"],
            f"{100 * row['accuracy']:.1f} ± {100 * row['spread']:.1f}",
            f"{row['fit_s']:.0f}",
            f"{row['transform_ms']:.0f}",
        ]
        for name, row in result["methods"].items()
    ]
    head = ["extractor", "features", "accuracy, %", "fit, s", "ms a picture"]
    n_draws = len(next(iter(result["methods"].values()))["draws"])
    return (
        f"## Fifteen scene categories, linear SVM, {n_draws} draws of {result['protocol']}\n\n"
        f"{table(head, rows)}\n\nThe aim was {100 * result['aim']:.1f} %."
    )


def sequences(result):
    """Scores of spoken digits by statistics and by the order of frames."""
    parts = ["## Spoken digits by the order of their frames, ridge regression"]
    for name, found in result["tasks"].items():
        rows = [
            [
                variant,
                f"{100 * row['accuracy']:.1f} ± {100 * row['spread']:.1f}",
                f"{100 * sum(p['inner'] for p in row['parts']) / len(row['parts']):.1f}",
            ]
            for variant, row in found["variants"].items()
        ]
        head = ["what sums frames up", "test accuracy, %", "inner accuracy, %"]
        aim = f"The aim was {100 * found['aim']:.1f} %."
        parts.append(f"### {name}\n\n{table(head, rows)}\n\n{aim}")
    return "\n\n".join(parts)


def experimental_sequences(result):
    """Scores of the encoders marked experimental."""
    title = "## The encoders marked experimental, on the same digits and frames"
    return sequences(result).replace(sequences({"tasks": {}}), title, 1)


def families(result):
    """Accuracy, time and memory of every word of ``fusion=``."""
    parts = ["## Every word of `fusion=`, nothing tuned, one thread"]
    for name, rows in result["sets"].items():
        lines = [
            [
                f"`{model}`" if not model.endswith(" alone") else model,
                f"{100 * row['accuracy']:.1f} ± {100 * row['spread']:.1f}",
                f"{row['cpu_s']:.2f}",
                f"{row['added_mb']:.0f}",
            ]
            for model, row in rows.items()
        ]
        head = ["fusion", "accuracy, %", "fit and predict, s", "memory added, MB"]
        n_parts = next(iter(rows.values()))["n_parts"]
        of = f"mean of {n_parts} parts" if n_parts > 1 else "one part"
        parts.append(f"### {name}, {of}\n\n{table(head, lines)}")
    return "\n\n".join(parts)


def choice(result):
    """A line for each data set: the best family, those beside it, and the best view."""
    lines = []
    for name, rows in result["sets"].items():
        views = {k: row for k, row in rows.items() if k.endswith(" alone")}
        fused = {k: row for k, row in rows.items() if k not in views}
        best = max(fused, key=lambda k: fused[k]["accuracy"])
        # of the parts alone: two families this near are told apart by more data only
        near = fused[best]["spread"] / fused[best]["n_parts"] ** 0.5 + 0.002
        beside = [
            f"`{k}`"
            for k, row in fused.items()
            if k != best and row["accuracy"] >= fused[best]["accuracy"] - near
        ]
        view = max(views, key=lambda k: views[k]["accuracy"])
        lines.append(
            [
                name,
                f"`{best}` {100 * fused[best]['accuracy']:.1f}",
                ", ".join(beside) or "none",
                f"{view.removesuffix(' alone')} {100 * views[view]['accuracy']:.1f}",
            ]
        )
    head = ["data", "best fusion, %", "about as good", "best view alone, %"]
    return table(head, lines)


def easy_vqa(result):
    """Scores on questions about pictures."""
    rows = [
        [
            name,
            f"{100 * row['accuracy']:.2f}",
            f"{100 * row['yes_or_no']:.2f}",
            f"{row['cpu_s']:.0f}",
            f"{row['wall_s']:.0f}",
        ]
        for name, row in result["models"].items()
    ]
    head = ["model", "test accuracy, %", "of yes/no questions, %", "processor, s", "wall, s"]
    aim = 100 * result["aim"]
    best = 100 * max(row["accuracy"] for row in result["models"].values())
    return (
        f"## Questions about pictures (easy_vqa)\n\n{result['protocol']}\n\n"
        f"{table(head, rows)}\n\nThe aim was {aim:.1f} %: "
        f"{'reached' if best >= aim else 'missed'}. Load average "
        f"{result['load_average']:.1f} on {result['machine']['cores']} cores."
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


def _scores(methods):
    """Rows of a table of methods: accuracy, spread over held-out parts, inner accuracy."""
    return [
        [
            name,
            f"{100 * row['accuracy']:.1f}"
            + (f" ± {100 * row['spread']:.1f}" if len(row.get("parts", [])) > 1 else ""),
            f"{100 * row['inner_accuracy']:.1f}" if "inner_accuracy" in row else "",
        ]
        for name, row in methods.items()
    ]


def latents(result):
    """Precision of what one view finds of the other."""
    rows = [
        [name, *(f"{row[key]:.3f}" for key in ("image_query", "text_query", "map", "inner"))]
        for name, row in result["variants"].items()
    ]
    head = ["latents", "by pictures", "by texts", "mean", "in inner folds"]
    return (
        "## Wikipedia: texts found by pictures and pictures by texts, mean average precision"
        f"\n\n{table(head, rows)}\n\nThe inner folds choose {result['chosen']}. Chance is "
        f"{result['chance']:.3f}; the aim was {result['aim']:.3f}."
    )


def cascade_forest(result):
    """Scores of a cascade of forests, which was measured and not built."""
    head = ["model", "accuracy, %", "fit and predict, s"]
    found = ["## A cascade of forests over views, measured and not built"]
    for name, rows in result["sets"].items():
        lines = [
            [model, f"{100 * row['accuracy']:.1f} ± {100 * row['spread']:.1f}", row["cpu_s"]]
            for model, row in rows.items()
        ]
        found.append(f"### {name}\n\n{table(head, lines)}")
    return "\n\n".join(found)


def speech(result):
    """Scores on spoken digits."""
    head = ["features", "held-out accuracy, %", "inner accuracy, %"]
    parts = ["## Spoken digits, C by inner folds"]
    for name, found in result["protocols"].items():
        parts.append(f"### {name}\n\n{table(head, _scores(found['methods']))}")
        parts.append(f"The aim was {100 * found['aim']:.1f} %.")
    return "\n\n".join(parts)


def digits_av(result):
    """Scores on spoken and written digits, clean and spoilt."""
    head = ["features", "test accuracy, %", "inner accuracy, %"]
    parts = ["## A spoken and a written digit, C by inner folds"]
    for name, found in result["sets"].items():
        parts.append(f"### {name}\n\n{table(head, _scores(found['methods']))}")
    return "\n\n".join([*parts, f"The aim: {result['aim']}."])


RENDERERS = {
    "speed_search": search,
    "speed_store": speed,
    "speed_extract": extraction,
    "speed_trees": trees,
    "speed_mkl": kernels,
    "quality_scenes15": scenes15,
    "speed_fisher": speed,
    "speed_text": text_speed,
    "speed_text_memory": text_memory,
    "quality_tuxpaint_image": pictures,
    "speed_patches": speed,
    "speed_hog": speed,
    "speed_mfcc": speed,
    "speed_audio": speed,
    "speed_video": films,
    "speed_long": long_media,
    "speed_long_sound": long_media,
    "speed_texture": speed,
    "speed_union": speed,
    "speed_sequences": speed,
    "speed_peers": peers,
    "speed_imports": imports,
    "quality_tables": tables,
    "quality_matrices": matrices,
    "quality_pools": pools,
    "quality_planted": planted,
    "quality_auto": auto,
    "quality_families": families,
    "quality_easy_vqa": easy_vqa,
    "quality_text": texts,
    "quality_latents": latents,
    "quality_cascade_forest": cascade_forest,
    "quality_speech": speech,
    "quality_digits_av": digits_av,
    "speed_speech": speed,
    "quality_sequences": sequences,
    "quality_sequences_experimental": experimental_sequences,
}


def choose():
    """The page of the guide on which fusion to choose: its text, and tables of results."""
    result = json.loads((HERE / "results" / "quality_families.json").read_text())
    text = (HERE / "choose.md").read_text()
    text = text.replace("{choice}", choice(result)).replace("{families}", families(result))
    (HERE.parent / "docs" / "guide" / "choose.md").write_text(text)


if __name__ == "__main__":
    choose()
    if sys.argv[1:] == ["choose"]:
        sys.exit()
    sections = [HEAD]
    for name, render in RENDERERS.items():
        path = HERE / "results" / f"{name}.json"
        if path.exists():
            result = json.loads(path.read_text())
            section = render(result)
            where = f"{result['machine']['processor']}, commit {str(result['commit'])[:12]}"
            sections.append(f"{section}\n\nMeasured on {where}.\n")
    (HERE / "README.md").write_text("\n".join(sections))
