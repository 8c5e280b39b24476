"""The centre page in words and rows: who prefers what under which beliefs, what would turn it, and what to watch.

Everything is computed from the saved tables, so that page, terminal and JSON say the same. Shares count sets of
beliefs and weights; no sentence here says how likely anything is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from contactline.report.assessment import Assessment
from contactline.report.figures import listed
from contactline.report.judgements import focus_proposal, percent, proposal_name
from contactline.report.summary import shown, shown_range

DECIDING = ("defender", "challenger", "guarantor")
"""Roles whose choice the proposals need; others are shown below them."""

NOTHING = "no belief stands out"


@dataclass(frozen=True)
class Cell:
    """A viewpoint's view of a proposal. share : of beliefs and weights that prefer it; refuses : points, or empty."""

    proposal: str
    share: float
    refuses: str


@dataclass(frozen=True)
class Row:
    """One viewpoint across the proposals, and the belief that moves its view of the proposal in focus most."""

    actor: str
    name: str
    values: str
    default: bool
    deciding: bool
    cells: tuple[Cell, ...]
    decides: str


@dataclass(frozen=True)
class Said:
    """Three sentences on an actor: what it prefers, what would turn it, what it would have to believe."""

    actor: str
    name: str
    deciding: bool
    sentences: tuple[str, str, str]


@dataclass(frozen=True)
class KeyAssumption:
    """A belief that carries the verdict: whose it is, what carries it, what if it is wrong, what to watch."""

    label: str
    present: str
    owner: str
    carries: str
    if_wrong: str
    watch: str


def centre_rows(assessment: Assessment) -> list[Row]:
    """One row a viewpoint, sides and guarantors first; empty without table verdict."""
    table = assessment.tables.get("verdict")
    if table is None or table.empty:
        return []
    roles = {actor.id: actor.role for actor in assessment.case.actors}
    rows = []
    for (actor, values), own in table.groupby(["actor", "values"], sort=False):
        first = own.iloc[0]
        cells = tuple(
            Cell(str(r["proposal"]), float(r["share_accept"]), str(r["refuses"])) for _, r in own.iterrows()
        )
        rows.append(
            Row(
                str(actor), str(first["actor_name"]), str(values), bool(first["default"]),
                roles.get(str(actor), "other") in DECIDING, cells, _decides(assessment, first),
            )
        )  # fmt: skip
    return sorted(rows, key=lambda row: not row.deciding)


def proposals_shown(assessment: Assessment) -> list[str]:
    """Names of the proposals in the order of the table."""
    table = assessment.tables.get("verdict", pd.DataFrame(columns=["proposal"]))
    return [proposal_name(assessment.case, p) for p in dict.fromkeys(table["proposal"])]


def actor_sentences(assessment: Assessment) -> list[Said]:
    """Three sentences an actor, by its default viewpoint, sides and guarantors first."""
    rows = centre_rows(assessment)
    focus = focus_proposal(assessment.case, assessment.tables)
    said = []
    for row in rows:
        if row.default:
            others = [other for other in rows if other.actor == row.actor and not other.default]
            sentences = (
                _prefers(assessment, row, focus),
                brief(assessment, _turns(assessment, row)),
                brief(assessment, _must_believe(assessment, row, others, focus)),
            )
            said.append(Said(row.actor, row.name, row.deciding, sentences))
    return said


def key_assumptions(assessment: Assessment) -> list[KeyAssumption]:
    """The beliefs that carry the verdict on the proposal in focus, those that move most first."""
    return [*_belief_assumptions(assessment), *_reading_assumptions(assessment)]


def would_change(assessment: Assessment) -> list[str]:
    """What would change the picture, in one line each: evidence, a clause, a refusal met, time."""
    found = (
        _evidence(assessment),
        _clause(assessment),
        _refusal(assessment),
        _time(assessment),
    )
    return [brief(assessment, line) for line in found if line]


def regret_sentence(assessment: Assessment) -> str:
    """Which course's regret is smallest, by whom; empty without table regret."""
    table = assessment.tables.get("regret")
    if table is None or table.empty:
        return ""
    best = table[table["minimax_q95"]].drop_duplicates("viewpoint")
    names = {p.id: f"“{p.name}”" for p in assessment.case.proposals} | {"fight_on": "fighting on"}
    parts = [
        f"{names.get(str(course), str(course))} by {count} of {len(best)} viewpoints"
        for course, count in best["course"].value_counts(sort=True).items()
    ]
    return (
        f"Least to regret, counting all but the worst twentieth of the draws and as if every course could be had: "
        f"{listed(parts)}. Regret is how much worse a course turns out than the best one, were the beliefs known."
    )


def waiting_sentence(assessment: Assessment, weeks: int = 52) -> str:
    """What a year's wait is worth for the proposal in focus, from table timing; empty without it."""
    table = assessment.tables.get("timing")
    focus = focus_proposal(assessment.case, assessment.tables)
    if table is None:
        return ""
    own = table[(table["proposal"] == focus) & (table["week"] == weeks)].set_index("terms")
    if "same" not in own.index:
        return ""
    name, row = proposal_name(assessment.case, focus), own[own.index == "same"].iloc[0]
    text = (
        f"Waiting: signing {name} a year later on the same terms is better for the defender than signing now under "
        f"{percent(float(row['p_better_than_now']))} of beliefs"
    )
    needed = float(row["offer_must_survive"])
    if needed != needed:
        text += ", and on average worse even if the offer is sure to stay"
    elif needed == 0:
        text += ", and on average no worse even if the offer lapses"
    else:
        text += f"; on average it pays if the offer is still there in over {percent(needed)} of cases"
    if "line_reached" in own.index:
        line = own[own.index == "line_reached"].iloc[0]
        text += (
            f". Freezing the line then reached, with the same clauses and nothing handed over, would be better under "
            f"{percent(float(line['p_better_than_now']))}"
        )
    return text + "."


def brief(assessment: Assessment, text: str) -> str:
    """The text with labels of guarantees' credibility cut to what they mean; each proposal has but one guarantee."""
    for guarantee in assessment.case.guarantees:
        text = text.replace(f": {guarantee.name}”", "”").replace(f"is broken: {guarantee.name}", "is broken")
    return text


def _decides(assessment: Assessment, row: pd.Series) -> str:
    moving = _moving(assessment, str(row["actor_name"]), str(row["values"]))
    if moving is None:
        return ""
    return NOTHING if moving.empty else brief(assessment, str(moving["label"].iloc[0]))


def _moving(assessment: Assessment, name: str, values: str) -> pd.DataFrame | None:
    """A viewpoint's rows of table flips, largest swing first; None where it was not examined."""
    table = assessment.tables.get("flips")
    if table is None:
        return None
    own = table[table["viewpoint"] == f"{name}: {values}"]
    swing = (own["share_high"] - own["share_low"]).abs()
    return own.loc[swing.sort_values(ascending=False, kind="stable").index]


def _prefers(assessment: Assessment, row: Row, focus: str) -> str:
    cells = {cell.proposal: cell for cell in row.cells}
    main = cells.get(focus) or row.cells[0]
    about = of_cases(main.share, " of the beliefs and weights drawn")
    text = (
        f"By the viewpoint “{row.values}”, accepting “{proposal_name(assessment.case, main.proposal)}” does better "
        f"than fighting on under {about}"
    )
    same: dict[str, list[str]] = {}
    for cell in row.cells:
        if cell is not main:
            same.setdefault(of_cases(cell.share), []).append(
                f"“{proposal_name(assessment.case, cell.proposal)}”"
            )
    others = [f"{listed(names)} under {share}" for share, names in same.items()]
    return text + (f"; {', and '.join(others)}." if others else ".")


def of_cases(share: float, tail: str = "") -> str:
    """A share counted over some hundreds of sets: the ends are words, since 0 and 100% would claim too much."""
    if share > 0.99:
        return f"nearly all{tail}"
    return f"hardly any{tail}" if share < 0.01 else f"{percent(share)}{tail}"


def _turns(assessment: Assessment, row: Row) -> str:
    moving = _moving(assessment, row.name, row.values)
    if moving is None:
        return "Which belief would turn it was not examined."
    turning = moving[moving["flip_value"].notna()]
    if not turning.empty:
        top = turning.iloc[0]
        unit, flip = str(top["unit"]), float(top["flip_value"])
        now = shown_range(top["present_low"], top["present_high"], unit)
        more = f", and {len(turning) - 1} more would" if len(turning) > 1 else ""
        at = shown(flip, unit)
        if top["flip_low"] == top["flip_low"] and top["flip_low"] < top["flip_high"]:
            at += f" ({shown_range(top['flip_low'], top['flip_high'], unit)} over resampled draws)"
        inside = top["present_low"] <= flip <= top["present_high"]
        where = "the belief now lies at" if inside else "that is outside the present 80% range of"
        text = f"“{top['label']}” would turn it{more}: half of the cases prefer each course at about {at}"
        return f"{text}, and {where} {now}."
    if moving.empty:
        return "No single belief turns it, and none stands out from the noise of this run as moving it."
    top = moving.iloc[0]
    return (
        f"No single belief turns it; “{top['label']}” moves it most, from {of_cases(top['share_low'])} to "
        f"{of_cases(top['share_high'])} of the cases as the belief goes from one end of its range to the other."
    )


def _must_believe(assessment: Assessment, row: Row, others: list[Row], focus: str) -> str:
    own = next((cell for cell in row.cells if cell.proposal == focus), row.cells[0])
    name = proposal_name(assessment.case, own.proposal)
    if own.refuses:
        return (
            f"It refuses {_points(own.refuses)} of “{name}” at any price, so no belief makes the proposal acceptable; "
            "the share above counts only what it gains and loses."
        )
    text = _box_words(assessment, row, own.share)
    refusing = [o for o in others for c in o.cells if c.proposal == own.proposal and c.refuses]
    if refusing:
        points = next(c.refuses for c in refusing[0].cells if c.proposal == own.proposal)
        text += f", while “{refusing[0].values}” refuses {_points(points)} at any price"
    return text + "."


def _box_words(assessment: Assessment, row: Row, share: float) -> str:
    """What it would have to believe to prefer the course that fewer beliefs prefer."""
    minority, words = ("fight", "fighting on") if share >= 0.5 else ("accept", "accepting")
    table = assessment.tables.get("boxes")
    own = pd.DataFrame() if table is None else table[table["viewpoint"] == f"{row.name}: {row.values}"]
    own = own[own["better"] == minority] if not own.empty else own
    if own.empty:
        return f"What it would have to believe to prefer {words} was not examined"
    box = own.iloc[0]
    where = str(box["sentence"]).partition(" where ")[2].partition(". ")[0].partition(", it is in ")[0]
    if not box["holds"] or not where or box["fresh"] <= box["base"]:
        return (
            f"No one or two beliefs single out futures in which {words} is better: over all of them it is in "
            f"{of_cases(float(box['base']))}"
        )
    where = where.rstrip(".")
    if box["fresh"] >= 0.5:
        return f"To prefer {words} it would have to believe that {where}"
    return f"Even if it believed that {where}, {words} would be better in {of_cases(float(box['fresh']))} of futures"


def _points(points: str) -> str:
    many = "," in points
    return f"{'points' if many else 'point'} {points}" if points[:1].isdigit() else f"its clause on {points}"


def _belief_assumptions(assessment: Assessment, most: int = 8) -> list[KeyAssumption]:
    """Beliefs of tables flips, hinges and sobol, by the largest swing anywhere."""
    flips, hinges = (assessment.tables.get(name, pd.DataFrame()) for name in ("flips", "hinges"))
    if not flips.empty:
        whose = {
            f"{row.name}: {row.values}" for row in centre_rows(assessment) if row.deciding and row.default
        }
        flips = flips[flips["viewpoint"].isin(whose)]
    frames = [frame for frame in (flips, hinges) if not frame.empty]
    if not frames:
        return []
    every = pd.concat(frames, ignore_index=True)
    every["swing"] = (every["share_high"] - every["share_low"]).abs()
    order = every.groupby("belief")["swing"].max().sort_values(ascending=False, kind="stable")
    owners = _owners(assessment)
    rows = []
    for belief in list(order.index)[:most]:
        own = every[every["belief"] == belief].sort_values("swing", ascending=False, kind="stable")
        top = own.iloc[0]
        rows.append(
            KeyAssumption(
                label=brief(assessment, str(top["label"])),
                present=shown_range(top["present_low"], top["present_high"], str(top["unit"])),
                owner=owners.get(str(belief), "published sources"),
                carries=_carries(assessment, str(belief)),
                if_wrong=_if_wrong(top),
                watch=str(top["watch"]) or "no evidence named",
            )
        )
    return rows


def _if_wrong(row: pd.Series) -> str:
    whose = row.get("viewpoint")
    who = f" ({whose.partition(':')[0]})" if isinstance(whose, str) and whose else ""
    text = (
        f"low: accepting better in {of_cases(row['share_low'])}, high: in {of_cases(row['share_high'])}{who}"
    )
    flip = (
        row["flip_value"] if who else float("nan")
    )  # a hinge's value is a straight line's, a flip point's is not
    return text if flip != flip else f"{text}; turns at {shown(float(flip), str(row['unit']))}"


def _carries(assessment: Assessment, belief: str) -> str:
    """Which analyses name the belief, and for whom."""
    parts = []
    flips = assessment.tables.get("flips")
    if flips is not None and not flips.empty:
        deciding = {
            f"{row.name}: {row.values}" for row in centre_rows(assessment) if row.deciding and row.default
        }
        named = set(flips.loc[flips["belief"] == belief, "viewpoint"]) & deciding
        who = {str(v).partition(":")[0] for v in named}
        if who:
            parts.append(f"moves the view of {listed(sorted(who))}")
    hinges = assessment.tables.get("hinges")
    if hinges is not None and belief in set(hinges["belief"]):
        parts.append("a hinge of the defender's choice")
    sobol = assessment.tables.get("sobol")
    if sobol is not None and not sobol.empty:
        own = sobol[(sobol["belief"] == belief) & sobol["found"]]
        if not own.empty:
            parts.append(f"up to {percent(float(own['total'].max()))} of the variance")
    return "; ".join(parts)


def _reading_assumptions(assessment: Assessment) -> list[KeyAssumption]:
    """Morale, aims and readings: assumptions whose effect is tabled by switching them."""
    focus = focus_proposal(assessment.case, assessment.tables)
    rows = []
    owners = _owners(assessment)
    morale = _about(assessment, "morale", focus)
    if {"believed", "off", "strong"} <= set(morale.get("setting", ())):
        share = morale.set_index("setting")["share_accept"].map(lambda v: of_cases(float(v)))
        rows.append(
            KeyAssumption(
                "Imposed terms shake the morale of those who must keep them", "as believed",
                owners.get("truce.morale_collapse", "contactline developers"), "the truce after a signature",
                f"no shock: accepting better in {share['off']}; strong: in {share['strong']}; as believed: "
                f"{share['believed']}",
                _watch_of(assessment, "truce.morale_collapse"),
            )
        )  # fmt: skip
    aims = _about(assessment, "aims", focus)
    if len(aims) > 1:
        low, high = aims.iloc[0], aims.iloc[-1]
        rows.append(
            KeyAssumption(
                "What the other side is after", f"widest aims in {percent(float(high['p_aim']))} of draws",
                owners.get("truce.maximal_aims", "contactline developers"), "whether a truce holds",
                f"narrowest aims: holds five years in {percent(float(low['p_hold_260']))} of draws; widest: in "
                f"{percent(float(high['p_hold_260']))}",
                _watch_of(assessment, "truce.maximal_aims"),
            )
        )  # fmt: skip
    readings = _about(assessment, "readings", focus)
    if len(readings) > 1:
        held = readings.sort_values("p_hold_260")
        low, high = held.iloc[0], held.iloc[-1]
        rows.append(
            KeyAssumption(
                "Which study of what makes peace last is right", "a third of the draws each", "the studies' authors",
                "whether a truce holds",
                f"{low['label']}: holds five years in {percent(float(low['p_hold_260']))} of draws; "
                f"{high['label']}: in {percent(float(high['p_hold_260']))}",
                "how long agreements of this kind last",
            )
        )  # fmt: skip
    return rows


def _about(assessment: Assessment, name: str, proposal: str) -> pd.DataFrame:
    table = assessment.tables.get(name)
    return pd.DataFrame() if table is None or table.empty else table[table["proposal"] == proposal]


def _owners(assessment: Assessment) -> dict[str, str]:
    table = assessment.tables.get("assumptions")
    return {} if table is None else dict(zip(table["name"], table["owner"], strict=True))


def _watch_of(assessment: Assessment, belief: str) -> str:
    table = assessment.tables.get("assumptions")
    own = [] if table is None else list(table.loc[table["name"] == belief, "watch"])
    return str(own[0]) if own and own[0] else "no evidence named"


def _evidence(assessment: Assessment) -> str:
    """The belief that turns or moves the defender's view most, and what to watch for it."""
    defender = assessment.case.defender.id
    row = next((r for r in centre_rows(assessment) if r.actor == defender and r.default), None)
    moving = None if row is None else _moving(assessment, row.name, row.values)
    if moving is None or moving.empty:
        return ""
    turning = moving[moving["flip_value"].notna()]
    top = (turning if not turning.empty else moving).iloc[0]
    at = (
        f" beyond {shown(float(top['flip_value']), str(top['unit']))}"
        if not turning.empty
        else " (it moves the choice most, though no value of it alone turns it)"
    )
    return f"Evidence on “{top['label']}”{at}. Watch: {top['watch'] or 'none named'}"


def _clause(assessment: Assessment) -> str:
    """The one changed term that moves the truce's chance to hold three years most."""
    focus = focus_proposal(assessment.case, assessment.tables)
    own = _about(assessment, "truce", focus)
    if len(own) < 2:
        return ""
    written = float(own.loc[own["variant"] == "as_written", "p_hold_156"].iloc[0])
    changed = own[own["variant"] != "as_written"]
    top = changed.iloc[int((changed["p_hold_156"] - written).abs().argmax())]
    return (
        f"One term changed: {top['label']}, a truce on “{proposal_name(assessment.case, focus)}” holds three years in "
        f"{percent(float(top['p_hold_156']))} of draws instead of {percent(written)}."
    )


def _refusal(assessment: Assessment) -> str:
    """The points that viewpoints refuse at any price."""
    table = assessment.tables.get("verdict")
    if table is None or "refuses" not in table:
        return ""
    focus = focus_proposal(assessment.case, assessment.tables)
    own = table[(table["proposal"] == focus) & (table["refuses"] != "")]
    if own.empty:
        return ""
    names = listed([f"“{r.values}” ({r.actor_name})" for r in own.itertuples(index=False)])
    plural = "s" if len(own) > 1 else ""
    return (
        f"Dropping {_points(str(own['refuses'].iloc[0]))} of “{proposal_name(assessment.case, focus)}”, which the "
        f"viewpoint{plural} {names} refuse{'' if plural else 's'} at any price."
    )


def _time(assessment: Assessment) -> str:
    """How far apart a year's more fighting and signing now are."""
    focus = focus_proposal(assessment.case, assessment.tables)
    own = _about(assessment, "timing", focus)
    own = own[(own["week"] == 52) & (own["terms"] == "same")] if not own.empty else own
    if own.empty or not math.isfinite(float(own["p_better_than_now"].iloc[0])):
        return ""
    share = percent(float(own["p_better_than_now"].iloc[0]))
    return f"Time: a year's wait for the same terms is better for the defender under {share} of beliefs."
