"""Markdown that all tables of figures are made of."""


def table(header, rows):
    """Lines of a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def scores(methods):
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
