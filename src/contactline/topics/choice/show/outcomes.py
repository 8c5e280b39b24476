"""Outcomes of the courses as rows of text."""

from __future__ import annotations

from contactline.topics.assessment import Assessment
from contactline.topics.choice.schema import COURSES
from contactline.topics.showing.summary import is_event, outcome_text


def outcome_rows(assessment: Assessment) -> tuple[list[str], list[tuple[str, list[tuple[str, str]]]]]:
    """Names of the courses, and per outcome its label and per course a value and its 80% range (chances: none)."""
    table = assessment.tables.rows(COURSES)
    if table.empty:
        return [], []
    names = list(dict.fromkeys(table["name"]))
    rows = []
    for _, own in table.groupby("outcome", sort=False):
        by_name = own.set_index("name")
        unit = str(own["unit"].iloc[0])
        texts = [
            outcome_text(by_name.loc[n], unit, is_event(own)) if n in by_name.index else ("–", "")
            for n in names
        ]
        label = str(own["label"].iloc[0])
        bare = unit in ("share", "probability") or unit.casefold() in label.casefold()
        rows.append((label if bare else f"{label}, {unit}", texts))
    return names, rows
