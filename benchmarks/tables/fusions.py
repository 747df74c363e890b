"""Tables of what fusions reach."""

from benchmarks.tables._markdown import table


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
    parts = [
        "## Rules of model-level fusion, the views' classifiers the same in all rows",
        "Rules side by side: who picks one by its accuracy here has picked by the test part.",
    ]
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


def families(result):
    """Accuracy, time and memory of every word of ``fusion=``."""
    parts = ["## Every word of `fusion=`, nothing tuned, one thread"]
    for name, rows in result["sets"].items():
        lines = [
            [
                f"`{model}`" if not model.endswith(" alone") else model,
                *_family(row, result.get("limit_s")),
            ]
            for model, row in rows.items()
        ]
        head = ["fusion", "accuracy, %", "fit and predict, s", "memory added, MB"]
        n_parts = next(row["n_parts"] for row in rows.values() if "n_parts" in row)
        of = f"mean of {n_parts} parts" if n_parts > 1 else "one part"
        parts.append(f"### {name}, {of}\n\n{table(head, lines)}")
    return "\n\n".join(parts)


def _family(row, limit_s):
    """Accuracy, seconds and memory, or that it was stopped."""
    if "accuracy" not in row:
        return [f"stopped after {limit_s} s", "", ""]
    accuracy = f"{100 * row['accuracy']:.1f} ± {100 * row['spread']:.1f}"
    return [accuracy, f"{row['cpu_s']:.2f}", f"{row['added_mb']:.0f}"]


def choice(result):
    """A line for each data set: the best family, those beside it, and the best view."""
    lines = []
    for name, rows in result["sets"].items():
        rows = {k: row for k, row in rows.items() if "accuracy" in row}
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
