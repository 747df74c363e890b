"""Tables of what is told by texts, pictures, sounds and films."""

from benchmarks.tables._markdown import scores, table


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


def speech(result):
    """Scores on spoken digits."""
    head = ["features", "held-out accuracy, %", "inner accuracy, %"]
    parts = ["## Spoken digits, C by inner folds"]
    for name, found in result["protocols"].items():
        parts.append(f"### {name}\n\n{table(head, scores(found['methods']))}")
        parts.append(f"The aim was {100 * found['aim']:.1f} %.")
    return "\n\n".join(parts)


def digits_av(result):
    """Scores on spoken and written digits, clean and spoilt."""
    head = ["features", "test accuracy, %", "inner accuracy, %"]
    parts = ["## A spoken and a written digit, C by inner folds"]
    for name, found in result["sets"].items():
        parts.append(f"### {name}\n\n{table(head, scores(found['methods']))}")
    return "\n\n".join([*parts, f"The aim: {result['aim']}."])


def actions(result):
    """Scores on actions before a still camera."""
    rows = [
        [
            name,
            f"{100 * row['accuracy']:.1f}",
            f"{100 * row['mean_of_folds']:.1f} ± {100 * row['spread']:.1f}",
            f"{100 * sum(row['inner']) / len(row['inner']):.1f}",
        ]
        for name, row in result["methods"].items()
    ]
    head = ["features", "accuracy over all rows, %", "mean of folds, %", "inner accuracy, %"]
    return (
        f"## Actions before a still camera\n\n{result['protocol']}. Majority: "
        f"{100 * result['majority']:.1f} %; the aim was {100 * result['aim']:.1f} %.\n\n"
        f"{table(head, rows)}"
    )


def stamps(result):
    """Scores of all columns of tuxpaint."""
    head = ["columns", "held-out accuracy, %", "inner accuracy, %"]
    rows = [
        [
            name,
            f"{100 * row['accuracy']:.1f} ± {100 * row['spread']:.1f}",
            f"{100 * row['inner_accuracy']:.1f}" if "inner_accuracy" in row else "",
        ]
        for name, row in result["models"].items()
    ]
    return (
        f"## All columns of tuxpaint\n\n{table(head, rows)}\n\n"
        f"The aim was {100 * result['aim']:.1f} %."
    )
