"""SQL over stored tables: DuckDB in memory, views on Parquet files, and no way to write or to read elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pandas as pd

from contactline.core.errors import InputError

READS = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


def run(text: str, views: Mapping[str, Sequence[Path]]) -> pd.DataFrame:
    """The result of one query over `views` (name → Parquet files, read one above the other).

    After the views are made, DuckDB may open those files only and its settings are locked; statements that
    are not queries are refused before that. Raises InputError for those and for a query that fails.
    """
    with duckdb.connect(":memory:") as connection:
        for name, paths in views.items():
            files = ", ".join(_quoted(path) for path in paths)
            connection.execute(
                f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet([{files}], union_by_name = true)'
            )
        allowed = ", ".join(_quoted(path) for paths in views.values() for path in paths)
        connection.execute(f"SET allowed_paths = [{allowed}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET python_enable_replacements = false")
        connection.execute("SET lock_configuration = true")
        try:
            statements = connection.extract_statements(text)
            if len(statements) != 1 or statements[0].type not in READS:
                kinds = ", ".join(str(s.type).rpartition(".")[2] for s in statements) or "nothing"
                raise InputError(
                    f"sql: got {kinds}; allowed is one query that reads (SELECT, WITH, FROM, DESCRIBE, SUMMARIZE, "
                    "SHOW TABLES or EXPLAIN)."
                )
            return connection.execute(statements[0]).df()
        except duckdb.Error as error:
            known = ", ".join(sorted(views)) or "none yet; import or fetch some with `contactline data`"
            raise InputError(f"sql: {str(error).strip()} Tables: {known}.") from None


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
