"""What a topic gives the report: sections of the page, figures, sentences and numbers, as one record.

Each `topics/<t>/show` declares its own `TOPIC`; `topics/contents.py` puts them in the order of the report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contactline.case.schema import Case
from contactline.core.frame import Tables
from contactline.topics.assessment import Assessment, Judgement
from contactline.topics.showing.figures import Recipe


@dataclass(frozen=True)
class KeyNumber:
    """One number of the top row: `value` large, `label` below, `note` small."""

    value: str
    label: str
    note: str


@dataclass(frozen=True)
class Section:
    """A section of the page. finding : the sentence that opens it; empty where its tables are not there."""

    id: str
    title: str
    finding: Callable[[Assessment], str] | None = None


@dataclass(frozen=True)
class Drafting:
    """What judgements are drafted from.

    sets : belief sets of the run, which say how good its shares are; proposal : the one spoken about
    """

    case: Case
    tables: Tables
    sets: int
    proposal: str


@dataclass(frozen=True)
class Topic:
    """A question that the report answers, and all that the page shows of the answer.

    leads, judges, numbers : what the head of the page says, in its order; leads of all topics come before judges
    values : name in the page's templates → what it is worked out by; words : name → function that they call
    """

    id: str
    question: str
    sections: tuple[Section, ...] = ()
    recipes: tuple[Recipe, ...] = ()
    leads: tuple[Callable[[Drafting], Sequence[Judgement]], ...] = ()
    judges: tuple[Callable[[Drafting], Sequence[Judgement]], ...] = ()
    numbers: tuple[Callable[[Assessment], KeyNumber | None], ...] = ()
    values: Mapping[str, Callable[[Assessment], Any]] = field(default_factory=dict)
    words: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
