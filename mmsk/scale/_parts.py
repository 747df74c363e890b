"""The parts of an extraction, read back."""

from pathlib import Path

from mmsk._utils.optional import require
from mmsk.model_io import load_model
from mmsk.scale._folder import FEATURES, part_path, read_plan, whole_file


class Parts:
    """Parts that `extract` has written, as pandas frames in the order of the table.

    Parameters
    ----------
    folder : str or path
        The ``out`` of a finished extraction.

    Attributes
    ----------
    folder : Path
    n_rows : int
        Of all parts.
    feature_names : list of str
        ``view__feature``.
    keep : list of str
        Columns copied from the table.

    Raises
    ------
    ValueError
        If the folder holds no extraction, or one that is not finished.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        plan = read_plan(folder)
        if plan is None:
            raise ValueError(f"{str(folder)!r} holds no extraction.")
        if plan["n_rows"] is None:
            raise ValueError(
                f"the extraction in {str(folder)!r} is not finished. Run it again with the "
                "same arguments: it goes on where it was stopped."
            )
        self.n_rows = plan["n_rows"]
        self.feature_names = plan["names"]
        self.keep = plan["keep"]
        self._rows_per_part = plan["rows_per_part"]

    @property
    def views(self):
        """Views for a fusion: ``(name, "passthrough", columns)`` for each prefix of a name."""
        columns = {}
        for name in self.feature_names:
            view = name.partition("__")[0] if "__" in name else "features"
            columns.setdefault(view, []).append(name)
        return [(view, "passthrough", names) for view, names in columns.items()]

    def features(self):
        """The fitted features, for rows to come."""
        return load_model(self.folder / FEATURES)

    def read(self, number, columns=None):
        """One part.

        Parameters
        ----------
        number : int
            From 0.
        columns : list of str or None, default=None
            None is all.

        Returns
        -------
        frame : pandas.DataFrame
        """
        return self._arrow(number, columns).to_pandas(ignore_metadata=True)

    def frame(self, columns=None):
        """All parts in one frame, where they fit into memory; arguments as of `read`."""
        import pyarrow as pa

        tables = [self._arrow(number, columns) for number in range(len(self))]
        return pa.concat_tables(tables).to_pandas(ignore_metadata=True)

    def to_parquet(self, path):
        """Write one Parquet file of all parts, a row group each.

        Parameters
        ----------
        path : str or path
        """
        import pyarrow.parquet as pq

        with whole_file(Path(path)) as partial:
            schema = pq.read_schema(part_path(self.folder, 0))
            with pq.ParquetWriter(partial, schema, compression="zstd") as writer:
                for number in range(len(self)):
                    writer.write_table(self._arrow(number))

    def __len__(self):
        return -(-self.n_rows // self._rows_per_part)

    def __iter__(self):
        return map(self.read, range(len(self)))

    def _arrow(self, number, columns=None):
        pq = require("pyarrow.parquet", extra="parquet", needed_by="reading parts")
        return pq.ParquetFile(part_path(self.folder, number)).read(columns)


def read_parts(folder):
    """The parts of a finished extraction.

    Parameters
    ----------
    folder : str or path
        The ``out`` of `extract`.

    Returns
    -------
    parts : Parts

    Raises
    ------
    ValueError
        If the folder holds no extraction, or one that is not finished.
    """
    return Parts(folder)
