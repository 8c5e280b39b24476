"""Whether both sides would sign: the figure, the number, the sentence beside every share of one side, and the judgement
that sets the shares beside what the game of a settlement ends in.

Shares count sets of beliefs and weights in which both accept, by table `consent`; they forecast nobody's decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from contactline.case.schema import Case
from contactline.choice.settlement_game import BREAK, REFUSE, REJECT
from contactline.core.frame import Tables, as_records
from contactline.topics.assessment import Assessment, Judgement
from contactline.topics.bargain.schema import EQUILIBRIA, GAME_VALUES, GAME_WEIGHTS
from contactline.topics.choice.schema import CONSENT
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    inline,
    rows_axis,
    source_line,
    spec_of,
    wrapped,
)
from contactline.topics.showing.judgements import focus_proposal, judgement, percent, proposal_name
from contactline.topics.showing.precision import error_of_share, in_points, of_cases, sets_of, too_few
from contactline.topics.showing.theme import INK, LAND, RULE, ink_on, share_colour
from contactline.topics.showing.topic import Drafting, KeyNumber
from contactline.topics.words import listed

ENDED = "war goes on"
"""How the endings of a game without a settlement begin (choice/settlement_game.py)."""


@dataclass(frozen=True)
class Signed:
    """One offer by one pair of viewpoints: shares in words, as far as the run's size carries them.

    both, defender, challenger : share that would sign; share : of both, as a number; refuses : points, whose in words
    """

    proposal: str
    name: str
    defender_viewpoint: str
    challenger_viewpoint: str
    default: bool
    both: str
    defender: str
    challenger: str
    share: float
    refuses: str


def consent_pairs(case: Case, tables: Tables, sets: int) -> list[Signed]:
    """Every offer by every pair of viewpoints, as in table consent; empty without it. sets : number of belief sets"""
    rows = as_records(tables.rows(CONSENT))
    return [
        Signed(
            str(row["proposal"]), proposal_name(case, str(row["proposal"])), str(row["defender_viewpoint"]),
            str(row["challenger_viewpoint"]), bool(row["default"]), *_words(row, sets), float(row["share_both"]),
            _refuses(case, row),
        )
        for row in rows
    ]  # fmt: skip


def defaults(pairs: list[Signed]) -> dict[str, Signed]:
    """Proposal → its row by both default viewpoints, else its first."""
    found: dict[str, Signed] = {}
    for pair in sorted(pairs, key=lambda one: not one.default):
        found.setdefault(pair.proposal, pair)
    return {name: found[name] for name in dict.fromkeys(pair.proposal for pair in pairs)}


def consent_of(assessment: Assessment) -> list[Signed]:
    """`consent_pairs` of an assessment, for the page and the terminal."""
    return consent_pairs(assessment.case, assessment.tables, sets_of(assessment))


def consent_records(assessment: Assessment) -> list[dict[str, object]]:
    """The same as plain records."""
    return [asdict(pair) for pair in consent_of(assessment)]


def beside(case: Case, tables: Tables, sets: int, proposals: list[str] | None = None) -> str:
    """ "both sides would sign “A” under 59%, “B” under 36%", by the default viewpoints; empty without table consent.

    sets : number of belief sets; proposals : those spoken about, all of the table without them
    """
    known = defaults(consent_pairs(case, tables, sets))
    shown = [known[name] for name in (known if proposals is None else proposals) if name in known]
    if not shown:
        return ""
    parts = [f"“{one.name}” under {one.both}" for one in shown]
    return f"by their default viewpoints both sides would sign {listed(parts)}"


def consent_meaning(assessment: Assessment) -> str:
    """What signing means, in the words that stand before the pairs; empty without table consent."""
    if assessment.tables.rows(CONSENT).empty:
        return ""
    return (
        "An agreement needs two signatures in the same world, so a share counts the belief sets in which both sides "
        "sign. A side signs where its expected value lies above that of its best alternative, which is what it can "
        "have without the other’s signature (fighting on), and where it refuses no clause at any price."
    )


def consent_number(assessment: Assessment) -> KeyNumber | None:
    """The share in which both sides would sign the proposal in focus; each side's own and other offers beside it."""
    case, sets = assessment.case, sets_of(assessment)
    if too_few(sets):
        return None
    pairs = consent_of(assessment)
    known = defaults(pairs)
    focus = focus_proposal(case, assessment.tables)
    if focus not in known:
        return None
    own = known[focus]
    sides = f"{case.defender.name} {own.defender}, {case.challenger.name} {own.challenger}"
    others = [f"“{one.name}” {one.both}" for name, one in known.items() if name != focus]
    note = [sides, *([listed(others)] if others else []), *_other_demands(pairs, own, list(known))]
    return KeyNumber(own.both, f"of beliefs in which both sides would sign “{own.name}”", "; ".join(note))


def consent_judgement(asked: Drafting) -> list[Judgement]:
    """Under which share of beliefs both sides would sign, and what the game of a settlement makes of it."""
    case, tables, sets = asked.case, asked.tables, asked.sets
    if too_few(sets):
        return []
    pairs = consent_pairs(case, tables, sets)
    own = defaults(pairs).get(asked.proposal)
    if own is None:
        return []
    sentence = (
        f"Both sides would sign “{own.name}” under {own.both} of beliefs by their default viewpoints "
        f"({case.defender.name} {own.defender}, {case.challenger.name} {own.challenger})"
    )
    sentence += "".join(f", {said}" for said in _other_demands(pairs, own, [own.proposal]))
    game = game_words(case, tables)
    sentence += f"; {game}" if game else "."
    reason = (
        "The shares ask whether each side prefers terms that are broken as often as the model expects to fighting on; "
        "the game asks each side once, over all beliefs at middle weights, and lets it break what it signed"
        f"{_drawn_to_war(tables)}. "
        f"Values are ranges set by hand; a share is good to {in_points(error_of_share(sets))} and is no forecast."
        if game
        else "Values and beliefs are ranges set by hand; the share counts sets of them and is no forecast."
    )
    return [judgement("consent", sentence, None, "low", reason)]


def _drawn_to_war(tables: Tables) -> str:
    """In which share of drawn weights the game leaves the war going on, as a clause; empty where none were drawn."""
    weights = tables.rows(GAME_WEIGHTS)
    own = weights[weights["ending"] == ENDED]
    return (
        f"; with weights drawn it leaves the war going on in {percent(float(own['share_all'].iloc[0]))} of draws"
        if len(own)
        else ""
    )


def game_words(case: Case, tables: Tables) -> str:
    """How the game of a settlement ends and at which step each offer fails, in a sentence; empty without a solution."""
    values, plays = tables.rows(GAME_VALUES), tables.rows(EQUILIBRIA)
    if values.empty or plays.empty:
        return ""
    one = values.drop_duplicates("equilibrium")
    war = ~one["endings"].astype(str).str.contains("truce")
    count, ended = len(one), int(war.sum())
    which = {1: "the one equilibrium", 2: "both equilibria"}.get(count, f"all {count} equilibria")
    weights = tables.rows(GAME_WEIGHTS)
    own = weights[weights["ending"] == ENDED]
    drawn = f" (in {percent(float(own['share_all'].iloc[0]))} of draws of the weights)" if len(own) else ""
    if not ended:
        return f"in {which} of the game an offer is signed."
    if ended < count:
        which = f"{ended} of {count} equilibria"
    steps = _steps(case, plays)
    return f"yet in {which} of the game the war goes on{drawn}{f': {steps}' if steps else ''}."


def pairs_figure(assessment: Assessment) -> list[Figure]:
    """The matrix of pairs: both sides' viewpoints against each other for every offer, each side's share beneath."""
    pairs = consent_of(assessment)
    if not pairs:
        return []
    case = assessment.case
    columns = list(dict.fromkeys(_column(pair) for pair in pairs))
    rows = list(dict.fromkeys(pair.defender_viewpoint for pair in pairs))
    cells = pd.DataFrame(
        {
            "row": wrapped(pair.defender_viewpoint, 22),
            "column": _column(pair),
            "both": pair.both,
            "each": pair.refuses.replace(" refuses ", "\nrefuses ") or f"{pair.defender} · {pair.challenger}",
            "fill": _fill(pair),
            "ink": ink_on(_fill(pair)),
            "edge": INK if pair.default else RULE,
        }
        for pair in sorted(
            pairs, key=lambda one: one.default
        )  # frames are drawn over their neighbours' edges
    )
    x = alt.X(
        "column:N", title=None, sort=columns,
        axis=alt.Axis(labelAngle=0, labelExpr="split(datum.label, '\\n')", labelLimit=150, domain=False,
                      ticks=False),
    )  # fmt: skip
    y = alt.Y("row:N", title=None, sort=[wrapped(row, 22) for row in rows], axis=rows_axis(22))
    base = alt.Chart(inline(cells))
    tip = ["row:N", "column:N", "both:N", "each:N"]
    fill, ink = (alt.Color(f"{name}:N", scale=None, legend=None) for name in ("fill", "ink"))
    layers = [
        base.mark_rect(strokeWidth=2, cornerRadius=2).encode(
            x=x, y=y, color=fill, stroke=alt.Stroke("edge:N", scale=None, legend=None), tooltip=tip
        ),
        base.mark_text(dy=-7, fontSize=15, fontWeight="bold").encode(x=x, y=y, text="both:N", color=ink),
        base.mark_text(dy=11, fontSize=10, lineBreak="\n").encode(x=x, y=y, text="each:N", color=ink),
    ]
    said = beside(case, assessment.tables, sets_of(assessment))
    title = f"Two signatures: {said}"
    subtitle = (
        f"Large: share of belief sets in which both accept. Small: {case.defender.name} · {case.challenger.name}, each "
        f"alone, or who refuses which points at any price (grey). Rows: viewpoints of {case.defender.name}; columns: "
        f"offers and viewpoints of {case.challenger.name}; framed: the default pair. {_errors(assessment)}"
        + source_line(assessment, "own model; values as published viewpoints put them")
    )
    lines = 1 + max(column.count("\n") for column in columns)
    spec = spec_of(alt.layer(*layers), 30 + 62 * len(rows) + 14 * lines)
    return [
        Figure(
            "consent",
            "choice",
            title,
            subtitle,
            f"Matrix of viewpoints. {title}.",
            spec,
            130 + 105 * len(columns),
        )
    ]


RECIPES = (Recipe("consent", "choice", "whether both sides would sign", (CONSENT,), pairs_figure),)


def _words(row: Mapping[str, Any], sets: int) -> tuple[str, str, str]:
    """Shares of both, defender and challenger in words; a side that refuses a clause never signs."""
    both, one, other = (float(row[f"share_{who}"]) for who in ("both", "defender", "challenger"))
    refused = [bool(row[f"{who}_refuses"]) for who in ("defender", "challenger")]
    never = "none"
    return (
        never if any(refused) else of_cases(both, sets),
        never if refused[0] else of_cases(one, sets),
        never if refused[1] else of_cases(other, sets),
    )


def _refuses(case: Case, row: Mapping[str, Any]) -> str:
    sides = ((case.defender.name, row["defender_refuses"]), (case.challenger.name, row["challenger_refuses"]))
    return "; ".join(f"{name} refuses {points}" for name, points in sides if points)


def _column(pair: Signed) -> str:
    return wrapped(pair.name, 15) + "\n" + wrapped(f"“{pair.challenger_viewpoint}”", 15)


def _fill(pair: Signed) -> str:
    """The colour of a cell; a refusal is no share and has none."""
    return LAND if pair.refuses else share_colour(pair.share)


def _errors(assessment: Assessment) -> str:
    errors = assessment.tables.rows(CONSENT)["error"].astype(float)
    return f"Good to {in_points(float(errors.max()))} at most. " if len(errors) else ""


def _other_demands(pairs: list[Signed], own: Signed, order: list[str]) -> list[str]:
    """The default viewpoint of the defender against the challenger's other ones, offer by offer."""
    said = []
    for viewpoint in dict.fromkeys(pair.challenger_viewpoint for pair in pairs):
        if viewpoint == own.challenger_viewpoint:
            continue
        shares = {
            pair.proposal: pair.both
            for pair in pairs
            if (pair.defender_viewpoint, pair.challenger_viewpoint) == (own.defender_viewpoint, viewpoint)
        }
        said.append(f"under “{viewpoint}” {', '.join(shares[name] for name in order if name in shares)}")
    return said


def _steps(case: Case, plays: pd.DataFrame) -> str:
    """At which step each offer of the game fails in every equilibrium, offers that fail alike counted together."""
    played = plays[plays["chance"] > 0]
    parts = played["infoset"].astype(str).str.partition(": ")
    played = played.assign(offer=parts[0], at=parts[2])
    defender, challenger = case.defender, case.challenger
    failing: dict[str, list[str]] = {}
    for offer, own in played.groupby("offer", sort=False):
        if offer not in {proposal.id for proposal in case.proposals}:
            continue
        answers = set(own.loc[own["actor"] == defender.id, "action"].astype(str))
        signatures = set(own.loc[own["actor"] == challenger.id, "action"].astype(str))
        if signatures == {REFUSE}:
            how = f"{challenger.name} does not sign %s"
        elif answers == {REJECT}:
            breaks = f"{challenger.name} would sign %s only to break it, so " if signatures == {BREAK} else ""
            how = breaks + f"{defender.name} rejects {'it' if breaks else '%s'}"
        else:
            continue
        failing.setdefault(how, []).append(f"“{proposal_name(case, str(offer))}”")
    # The first is named; the rest stand by name in the table of offers.
    said = [
        how % (listed(names) if k == 0 else "the other" if len(names) == 1 else f"the {len(names)} others")
        for k, (how, names) in enumerate(failing.items())
    ]
    return listed(said) if said else ""
