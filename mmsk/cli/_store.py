"""``mmsk store``: what a feature store holds, made smaller or emptied."""

from mmsk.cli._progress import print_table
from mmsk.store import FeatureStore


def add_arguments(parser):
    """What the command takes."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    for name, summary in (
        ("info", "count the rows, by feature"),
        ("prune", "evict rows least recently used until the file is small enough"),
        ("clear", "delete all rows, and damaged files that were set aside"),
    ):
        action = actions.add_parser(name, help=summary, description=summary)
        action.add_argument("folder", help="what extractors were given as memory=")
        if name == "prune":
            action.add_argument(
                "--limit-mb", type=float, required=True, metavar="N", help="MiB to keep"
            )


def run(options):
    """Do what is asked, and say what was done."""
    store = FeatureStore(options.folder)
    if options.action == "prune":
        print(f"{store.prune(options.limit_mb)} rows evicted")
    elif options.action == "clear":
        print(f"{store.clear()} rows deleted")
    info = store.info()
    if info["features"]:
        print_table(options.folder, ("feature", "rows", "MiB"), info["features"])
    n_rows = sum(rows for _, rows, _ in info["features"])
    print(f"{n_rows} rows, {info['size_mb']:.1f} MiB in {options.folder}")
    for path in info["set_aside"]:
        print(f"damaged, and set aside: {path}")
