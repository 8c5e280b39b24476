"""The options that commands share, declared once, and the scenario that they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from contactline.case.load import load_case
from contactline.case.scenario import AS_TODAY, DEADLINE, DEFAULT_CASE, HORIZON_WEEKS, Scenario, Value
from contactline.core.errors import InputError
from contactline.core.limits import LIMIT_MB
from contactline.core.progress import Stages, terminal
from contactline.core.screen import say
from contactline.service.question import Answer, Question
from contactline.service.session import DRAWS, Session, scenario_of

__all__ = ["AS_TODAY", "DEFAULT_CASE", "DRAWS", "HORIZON_WEEKS"]

A = TypeVar("A")

CaseArgument = Annotated[str, typer.Argument(help="A built-in case's id or a case folder.")]
CaseOption = Annotated[str, typer.Option("--case", help="A built-in case's id or a case folder.")]
CaseOrRun = Annotated[
    str | None,
    typer.Argument(
        help=f"A built-in case's id or a case folder. Default: that of --run, else {DEFAULT_CASE}."
    ),
]
Run = Annotated[
    Path | None,
    typer.Option(help="A folder that `contactline assess` wrote; else the case is assessed first."),
]
Proposals = Annotated[
    list[str] | None,
    typer.Option("--proposal", help="Proposal id; repeat for several. Default: the case's choice."),
]
Draws = Annotated[int, typer.Option(help="Trajectories, in belief sets of 50.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same results.")]
Weeks = Annotated[int, typer.Option(help="Horizon in weeks, 13 to 1040.")]
Support = Annotated[str, typer.Option(help="Support path of the case.")]
Held = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="BELIEF=VALUE",
        help="Hold a belief: BELIEF=VALUE, or BELIEF=LOW..HIGH to draw it evenly between; repeat for several.",
    ),
]  # fmt: skip
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model", metavar="SLOT=MODEL", help="Compute with another model (`contactline models`); repeatable."
    ),
]  # fmt: skip
Prices = Annotated[
    list[str] | None,
    typer.Option(
        "--price", metavar="ACTOR:OUTCOME=LOW..HIGH/PER",
        help="Weigh what no viewpoint does: value for PER more of an outcome, as ukraine:strikes=-1..-0.2/1000; "
        "repeatable.",
    ),
]  # fmt: skip
AnswerBy = Annotated[
    datetime | None,
    typer.Option(
        "--deadline", metavar="DAY", formats=["%Y-%m-%d"],
        help="Ask for an answer to the proposals by this day: an ultimatum to a defender who did not write them.",
    ),
]  # fmt: skip
UnpackLimit = Annotated[
    int | None,
    typer.Option(
        "--unpack-limit", metavar="MB", help=f"Megabytes that one file may hold or unpack to; {LIMIT_MB} if not given."
    ),
]  # fmt: skip
Json = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
Figures = Annotated[bool, typer.Option(help="Also write each figure as SVG and PNG, for print.")]


def scenario(
    case: str,
    proposals: Sequence[str] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    weeks: int = HORIZON_WEEKS,
    support: str = AS_TODAY,
    held: Sequence[str] | None = None,
) -> Scenario:
    """The scenario that options ask for; draws : number of trajectories; weeks : horizon.

    Raises InputError for what no case allows.
    """
    return scenario_of(
        case, proposals=proposals or (), draws=draws, seed=seed, weeks=weeks, support_path=support,
        held=[held_of(text) for text in held or ()],
    )  # fmt: skip


def with_deadline(about: Scenario, day: datetime | None) -> Scenario:
    """The scenario with an answer asked for by a day. Raises InputError for a day before the case's own."""
    if day is None:
        return about
    days = (day.date() - load_case(about.case).case.as_of).days
    return replace(about, levers=(*about.levers, (DEADLINE, float(days))))


def price_of(text: str) -> tuple[str, tuple[float, float, float]]:
    """An actor's outcome and its price (units of value for so many more of it, in the outcome's unit), from
    ACTOR:OUTCOME=LOW..HIGH/PER. Raises InputError for anything else."""
    name, _, said = text.partition("=")
    amount, slash, per = said.partition("/")
    low, dots, high = amount.partition("..")
    try:
        found = (float(low), float(high if dots else low), float(per))
    except ValueError:
        found = None
    if found is None or not slash or ":" not in name:
        unit = "" if slash else " The unit is missing: say for how much of the outcome."
        raise InputError(
            f"--price: got {text!r}; allowed is ACTOR:OUTCOME=LOW..HIGH/PER, such as ukraine:strikes=-1..-0.2/1000: "
            f"value for so many more of it.{unit}"
        )
    return name, found


def model_of(text: str) -> tuple[str, str]:
    """A slot and the model for it, from SLOT=MODEL. Raises InputError for anything else."""
    slot, equals, name = text.partition("=")
    if not (slot and equals and name):
        raise InputError(
            f"--model: got {text!r}; allowed is SLOT=MODEL, such as tempo=level. `contactline models` lists both."
        )
    return slot, name


def held_of(text: str) -> tuple[str, Value]:
    """A belief and what it is held at, from BELIEF=VALUE or BELIEF=LOW..HIGH. Raises InputError for anything else."""
    name, equals, value = text.partition("=")
    low, dots, high = value.partition("..")
    try:
        ends = tuple(float(end) for end in ((low, high) if dots else (value,)))
    except ValueError:
        ends = ()
    if not (equals and name and ends):
        raise InputError(
            f"--set: got {text!r}; allowed is BELIEF=VALUE or BELIEF=LOW..HIGH, such as war.collapse_rate=0.1 or "
            "war.collapse_rate=0.05..0.2. `contactline case show CASE beliefs` lists the beliefs."
        )
    return name, (ends[0], ends[1]) if dots else ends[0]


def ask(question: Question[A], about: Scenario | None = None, *, quiet: bool = False) -> Answer[A]:
    """The answer of a session of its own, with its progress on standard error unless quiet."""
    return Session(Stages(terminal(stderr=True), quiet=quiet)).ask(question, about)


def first_assessed(about: Scenario | None, *, quiet: bool) -> None:
    """Say that a question about no saved run takes an assessment first."""
    if about is not None and not quiet:
        say(
            terminal(stderr=True),
            f"Assessing {about.case} first; --run FOLDER reads a saved assessment instead.",
        )


def told(paths: Sequence[Path], word: str = "wrote") -> None:
    """Say on standard error which files were written."""
    for path in paths:
        say(terminal(stderr=True), f"{word} {path}")
