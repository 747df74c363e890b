"""Write ``benchmarks/README.md`` from the result files; no figure in it is typed.

python -m benchmarks.render
"""

import json
from pathlib import Path

HERE = Path(__file__).parent
HEAD = """# Figures

Made by `python -m benchmarks.render` from `results/*.json`, which `make bench` writes; each
file says on what machine, with which versions and at which commit. Seconds are of that
machine; ratios travel. One thread, median of interleaved calls in one process, results
compared in the same script. Real data are read from the folder named by `MMSK_DATA`.
"""


def table(header, rows):
    """Lines of a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def speed(result):
    """A table of a result with seconds and ratios for each case."""
    rows = []
    for name, case in (result.get("pictures") or result.get("settings")).items():
        ratios = ", ".join(f"{r:.1f}× {peer}" for peer, r in case["ratios"].items())
        difference = next(v for key, v in case.items() if key.startswith("largest_difference"))
        rows.append([name, f"{1e3 * case['seconds']['mmsk']:.3f}", ratios, f"{difference:.1e}"])
    head = ["case", "mmsk, ms", "speed of mmsk", "largest difference"]
    return f"## {result['work']}\n\n{table(head, rows)}"


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
    parts = ["## Fusions on ready features, nothing tuned"]
    for name, models in result["sets"].items():
        rows = [
            [model, f"{100 * row['accuracy']:.1f} ± {100 * row['spread']:.1f}"]
            for model, row in models.items()
        ]
        parts.append(f"### {name}\n\n{table(['model', 'accuracy, %'], rows)}")
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


RENDERERS = {
    "speed_hog": speed,
    "speed_mfcc": speed,
    "speed_texture": speed,
    "speed_fisher": speed,
    "speed_imports": imports,
    "quality_tables": tables,
    "quality_matrices": matrices,
    "quality_scenes15": scenes15,
}


if __name__ == "__main__":
    sections = [HEAD]
    for name, render in RENDERERS.items():
        path = HERE / "results" / f"{name}.json"
        if path.exists():
            result = json.loads(path.read_text())
            section = render(result)
            where = f"{result['machine']['processor']}, commit {str(result['commit'])[:12]}"
            sections.append(f"{section}\n\nMeasured on {where}.\n")
    (HERE / "README.md").write_text("\n".join(sections))
