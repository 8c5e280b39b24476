"""The topics in the order of the report, and what is collected over them: figures, findings, judgements, numbers."""

from __future__ import annotations

from contactline.case.schema import Case
from contactline.core import notebook
from contactline.core.frame import Tables
from contactline.topics.allies.show import TOPIC as ALLIES
from contactline.topics.assessment import Assessment, Judgement
from contactline.topics.bargain.show import TOPIC as BARGAIN
from contactline.topics.choice.show import TOPIC as CHOICE
from contactline.topics.claims.show import TOPIC as CLAIMS
from contactline.topics.fighting.show import TOPIC as FIGHTING
from contactline.topics.front.show import TOPIC as FRONT
from contactline.topics.guarantee.show import TOPIC as GUARANTEE
from contactline.topics.history.show import TOPIC as HISTORY
from contactline.topics.proposals.show import TOPIC as PROPOSALS
from contactline.topics.sensitivity.show import TOPIC as SENSITIVITY
from contactline.topics.showing.figures import Recipe
from contactline.topics.showing.judgements import focus_proposal
from contactline.topics.showing.summary import as_of_line
from contactline.topics.showing.topic import Drafting, KeyNumber, Section, Topic
from contactline.topics.support.show import TOPIC as SUPPORT
from contactline.topics.truce.show import TOPIC as TRUCE
from contactline.topics.trust.show import TOPIC as TRUST

TOPICS: tuple[Topic, ...] = (
    FRONT, FIGHTING, PROPOSALS, TRUCE, HISTORY, GUARANTEE, SUPPORT, ALLIES, CHOICE, SENSITIVITY, CLAIMS, BARGAIN, TRUST,
)  # fmt: skip
SECTIONS: tuple[Section, ...] = tuple(section for topic in TOPICS for section in topic.sections)
"""The page's sections, in its order."""
RECIPES: tuple[Recipe, ...] = tuple(recipe for topic in TOPICS for recipe in topic.recipes)
"""How each figure of the page is built, in its order."""


def section_findings(assessment: Assessment) -> dict[str, str]:
    """Section → its opening sentence; sections without the tables for one are left out."""
    found = {section.id: section.finding(assessment) for section in SECTIONS if section.finding}
    return {section: text for section, text in found.items() if text}


def drafted(case: Case, tables: Tables, sets: int, proposal: str | None = None) -> tuple[Judgement, ...]:
    """The standard judgements of a case, in the reader's order, from whichever tables are there.

    sets : belief sets of the run, which say how good its shares are; what their error cannot carry is left out.
    `proposal` is the one spoken about; without it the first default proposal that hands land over.
    """
    asked = Drafting(case, tables, sets, proposal or focus_proposal(case, tables))
    judges = (
        *(one for topic in TOPICS for one in topic.leads),
        *(one for topic in TOPICS for one in topic.judges),
    )
    return tuple(judgement for judge in judges for judgement in judge(asked))


def key_numbers(assessment: Assessment) -> list[KeyNumber]:
    """The few numbers that matter, in the reader's order; those whose table is missing are left out."""
    found = (number(assessment) for topic in TOPICS for number in topic.numbers)
    return [number for number in found if number is not None]


@notebook.told.register
def _(assessment: Assessment) -> str:
    """An assessment in a notebook: its key numbers, judgements and tables."""
    rows = [(key.value, f"{key.label} ({key.note})") for key in key_numbers(assessment)]
    told = [
        f"{judgement.sentence} [Confidence: {judgement.confidence}.]" for judgement in assessment.judgements
    ]
    tables = f"Tables: {', '.join(sorted(assessment.tables))}."
    invented = ["An invented case: no evidence about a real conflict."] if assessment.case.invented else []
    return notebook.html(assessment.case.title, as_of_line(assessment), rows, [*invented, *told, tables])
