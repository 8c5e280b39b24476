"""Whose a figure is: read off the rows that it draws, so that a title cannot name what another choice picked."""

from __future__ import annotations

import pandas as pd

from contactline.topics.assessment import Assessment
from contactline.topics.showing.judgements import focus_proposal, proposal_name


def of_one_proposal(assessment: Assessment, table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The rows of one proposal and its name as those rows have it: the one in focus, else the table's first.

    Without rows, an empty table and no name. The name comes from the column `name`, else from the id in `proposal`.
    """
    if table.empty:
        return table, ""
    wanted = focus_proposal(assessment.case, assessment.tables)
    held = table["proposal"].astype(str)
    rows = table[held == (wanted if (held == wanted).any() else held.iloc[0])]
    return rows, name_in(assessment, rows)


def name_in(assessment: Assessment, rows: pd.DataFrame) -> str:
    """The name of the one proposal that these rows are about. Raises ValueError where they are about several."""
    (proposal,) = rows["proposal"].astype(str).unique()
    return str(rows["name"].iloc[0]) if "name" in rows else proposal_name(assessment.case, proposal)
