"""A small table of proposals side by side, for tests of the report; the figures are invented."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

PLACES = {"west_city": ("West City", 32.0), "south_city": ("South City", 61.0)}


def deal_rows(proposals: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Table deal_compare for proposals id → name; the first gives ground up, the others move nothing."""
    rows = []
    for i, (key, name) in enumerate(proposals.items()):
        gives = i == 0
        figures = [
            ("ground", "km2_given_up", "leaves", 5800.0 * gives, "km²", ""),
            ("line", "line_km_before", "line now", 1150.0, "km", ""),
            ("line", "line_km_after", "line after", 905.0 if gives else 1150.0, "km", ""),
            ("line", "depth_km_before", "open ground now", 15.0, "km", "Alder 3 km"),
            ("line", "depth_km_after", "open ground after", 35.0 if gives else 15.0, "km", "Elm 17 km"),
        ]
        for place, (label, km) in PLACES.items():
            after = km - 12.0 * gives * (place == "west_city")
            figures.append(("line", f"distance_before.{place}", f"{label} now", km, "km", ""))
            figures.append(("line", f"distance_after.{place}", f"{label} after", after, "km", ""))
        figures += [
            ("asked", "asked_text", "Northland asked for", np.nan, "text", "Its own terms, 2025-06-02"),
            ("clauses", "clause.withdrawal", "withdrawal", np.nan, "text", "leaves the east"),
            ("clauses", "clauses_total", "clauses", 6.0, "count", ""),
        ]
        columns = ("part", "item", "label", "value", "unit", "text")
        rows += [{"proposal": key, "name": name} | dict(zip(columns, f, strict=True)) for f in figures]
    return {"deal_compare": pd.DataFrame(rows)}
