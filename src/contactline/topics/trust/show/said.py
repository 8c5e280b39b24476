"""How far to trust the figures and who owns the assumptions, in the sentences that open their sections."""

from __future__ import annotations

from contactline.topics.assessment import Assessment
from contactline.topics.showing.track import track_sentences, without_scores
from contactline.topics.trust.schema import ASSUMPTIONS


def trust_finding(assessment: Assessment) -> str:
    """The head of the track record: bars by point value and by range, what beat the headline, where outcomes fell."""
    return " ".join(
        (*without_scores(assessment.tables, assessment.run.notes), *track_sentences(assessment.tables))
    )


def assumptions_finding(assessment: Assessment) -> str:
    """How many beliefs there are and who owns them."""
    table = assessment.tables.rows(ASSUMPTIONS)
    if table.empty:
        return ""
    owners = table["owner"].value_counts()
    top = f"{owners.iloc[0]} of them are owned by {owners.index[0]}" if len(owners) > 1 else (
        f"all owned by {owners.index[0]}"
    )  # fmt: skip
    cited = int((table["sources"].fillna("") != "").sum())
    return f"{len(table)} beliefs enter the figures: {top}; {cited} name sources for what they rest on."
