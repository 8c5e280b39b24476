"""Tables of an assessment on support: every column with its type, unit and meaning."""

from __future__ import annotations

from contactline.case.tables import Table
from contactline.report.table_columns import NAME, chance, name_of, spread

TABLES: tuple[Table, ...] = (
    Table(
        "support_paths",
        "What support changes if the fighting goes on, on the same futures",
        (
            name_of("path", "support path of the case"),
            NAME,
            *spread("gain", "km²", "challenger's net gain in two years"),
            *spread(
                "defender_losses",
                "persons",
                "killed and wounded of the defender in five years of fighting",
            ),
            chance("collapsed", "chance of at least one collapse within the horizon"),
        ),
        ("path",),
    ),
)
