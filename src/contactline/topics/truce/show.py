"""Figures of the truce: how long it holds, what one changed term does, whose aims it meets, and one's own forces."""

from __future__ import annotations

import pandas as pd

from contactline.core.rounding import percent, points, share
from contactline.topics.assessment import Assessment, Judgement
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
from contactline.topics.showing.judgements import (
    band,
    chance_sentence,
    focus_proposal,
    judgement,
    proposal_name,
    said,
)
from contactline.topics.showing.precision import MOST, error_of_mean, in_points, sets_of
from contactline.topics.showing.shares import PERCENT, UNIT
from contactline.topics.showing.summary import is_event, outcome_text
from contactline.topics.showing.theme import CATEGORIES, INK, MUTED
from contactline.topics.showing.topic import Drafting, KeyNumber, Section, Topic
from contactline.topics.showing.whose import of_one_proposal
from contactline.topics.truce.schema import AIMS, IF_BROKEN, OWN_FORCES, SEVERITY, TIMING, TRUCE

_STACKED = {"columns": 1}
WANTS_LITTLE = "What the other side wants moves the chance of war little"
SEVERITY_WORDS = {"incident": "any clash with dead", "offensive": "over 100 dead", "war": "war: 1,000 dead"}
ROW = 26
"""Pixels of height for each row of a chart of rows."""
CLOSE = 0.1
"""Values nearer than this part of their 80% range are said to be about the same: *assumption*."""
ENOUGH = 0.05
"""A guarantee that adds less than this to the chance to hold is said to stop mattering: *assumption*."""


def survival(assessment: Assessment) -> list[Figure]:
    """How long a truce holds, proposal by proposal as written."""
    table = assessment.tables[TRUCE]
    written = table[table["variant"] == "as_written"]
    if written.empty:
        return []
    best = written.iloc[int(written["p_hold_156"].argmax())]
    worst = written.iloc[int(written["p_hold_156"].argmin())]
    title = (
        f"Three years on, a truce still holds in {percent(worst['p_hold_156'])} of draws ({worst['name']})"
    )
    if len(written) > 1:
        title += f" to {percent(best['p_hold_156'])} ({best['name']})"
    weeks = {"start": 0, "p_hold_52": 52, "p_hold_156": 156, "p_hold_260": 260}
    long = written.assign(start=1.0, line=written["name"]).melt(["line"], list(weeks), "week", "p")
    long["years"] = long["week"].map(weeks) / 52
    colour = alt.Color(
        "line:N",
        title=None,
        sort=list(written["name"]),
        scale=alt.Scale(range=list(CATEGORIES)),
        legend=_STACKED,
    )
    base = alt.Chart(inline(long)).encode(
        x=alt.X(
            "years:Q", title="years after signature", axis=alt.Axis(values=[0, 1, 2, 3, 4, 5], format="d")
        ),
        y=alt.Y("p:Q", title="chance that it still holds", scale=UNIT, axis=PERCENT),
        color=colour,
    )
    tip = ["line:N", alt.Tooltip("years:Q"), alt.Tooltip("p:Q", format=".0%")]
    chart = base.mark_line(strokeWidth=2) + base.mark_point(filled=True, size=50, opacity=1).encode(
        tooltip=tip
    )
    subtitle = (
        "Holds: no war has broken out again. Each proposal as written, at one, three and five years. "
        + source_line(assessment, "own model")
    )
    return [Figure("truce", "truce", title, subtitle, f"Lines of the chance that a truce holds. {title}.",
                   spec_of(chart, 260))]  # fmt: skip


def by_severity(assessment: Assessment) -> list[Figure]:
    """The proposal in focus by how bad a break is, beside what history alone says."""
    own, name = of_one_proposal(assessment, assessment.tables[SEVERITY])
    five = own[own["weeks"] == own["weeks"].max()].set_index("severity")
    title = (
        f"{name}: five years free of war in {percent(float(five.loc['war', 'p_none']))} of draws, of over 100 dead in "
        f"{percent(float(five.loc['offensive', 'p_none']))}, of any clash with dead in "
        f"{percent(float(five.loc['incident', 'p_none']))}"
    )
    long = own.assign(
        row=own["severity"].map(SEVERITY_WORDS), years=(own["weeks"] / 52).round().astype(int).astype(str)
    )
    order = list(SEVERITY_WORDS.values())
    base = alt.Chart(
        inline(long[["row", "years", "p_none", "p_none_q10", "p_none_q90", "p_history"]])
    ).encode(
        y=alt.Y("row:N", title=None, sort=order, axis=rows_axis(24)),
        yOffset=alt.YOffset("years:N", sort=["1", "3", "5"]),
        color=alt.Color(
            "years:N", title="years", sort=["1", "3", "5"], scale=alt.Scale(range=list(CATEGORIES[:3]))
        ),
    )
    tip = ["row:N", "years:N", *(alt.Tooltip(f"{c}:Q", format=".0%") for c in ("p_none", "p_none_q10", "p_none_q90",
           "p_history"))]  # fmt: skip
    bars = base.mark_rule(strokeWidth=5, opacity=0.35).encode(
        x=alt.X("p_none_q10:Q", title="chance of no such break", scale=UNIT, axis=PERCENT),
        x2="p_none_q90:Q",
        tooltip=tip,
    )
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(x="p_none:Q", tooltip=tip)
    past = base.mark_tick(thickness=2, size=12, color=INK).encode(x="p_history:Q", tooltip=tip)
    subtitle = (
        "Dot: as written, with the middle 80% of belief sets; stroke: the record of past truces alone. "
        + source_line(assessment, "own model")
    )
    return [Figure("truce_severity", "truce", title, subtitle, f"Dots by severity and years. {title}.",
                   spec_of(bars + dots + past, 230))]  # fmt: skip


def variants(assessment: Assessment) -> list[Figure]:
    """The proposal in focus with one term changed at a time."""
    own, name = of_one_proposal(assessment, assessment.tables[TRUCE])
    if len(own) < 2:
        return []
    changed = own[own["variant"] != "as_written"]
    written = float(own.loc[own["variant"] == "as_written", "p_hold_156"].iloc[0])
    most = changed.iloc[int((changed["p_hold_156"] - written).abs().argmax())]
    title = (
        f"{name}: a truce holds three years in {percent(written)} of draws as "
        f"written, in {percent(float(most['p_hold_156']))} {most['label']}"
    )
    subtitle = (
        f"{name}, one term changed at a time. Dot: mean over all draws; bar: 80% of belief sets, so what "
        "beliefs do and not luck. " + source_line(assessment, "own model")
    )
    chart = _dots(
        own.assign(row=own["label"]), "p_hold_156", "chance that it holds three years", list(own["label"])
    )
    return [Figure("truce_variants", "truce", title, subtitle, f"Dots with ranges, one row a variant. {title}.",
                   spec_of(chart, ROW * len(own) + 40))]  # fmt: skip


def aims(assessment: Assessment) -> list[Figure]:
    """How long each truce holds under each aim that the challenger may have."""
    table = assessment.tables[AIMS]
    rows, name = of_one_proposal(assessment, table)
    own = rows.set_index("aim")["p_hold_260"]
    first, last = own.index[0], own.index[-1]
    depends = abs(float(own[first]) - float(own[last])) >= ENOUGH
    title = (
        f"{'Whether the other side would stop depends on what it wants' if depends else WANTS_LITTLE}: {name} holds "
        f"five years in {percent(float(own[first]))} of draws under {first} aims, in {percent(float(own[last]))} "
        f"under {last} ones"
    )
    labels = [f"{row['label']} ({percent(row['p_aim'])} likely)" for _, row in table.iterrows()]
    rows = table.assign(row=labels)
    chart = (
        alt.Chart(inline(rows.assign(row=[wrapped(r, 26) for r in rows["row"]])))
        .mark_point(filled=True, size=90, opacity=0.9)
        .encode(
            x=alt.X("p_hold_260:Q", title="chance that it holds five years", scale=UNIT, axis=PERCENT),
            y=alt.Y("row:N", title=None, sort=[wrapped(r, 26) for r in dict.fromkeys(rows["row"])], axis=rows_axis(26)),
            color=alt.Color("name:N", title=None, scale=alt.Scale(range=list(CATEGORIES)),
                            sort=list(dict.fromkeys(rows["name"])), legend=_STACKED),
            tooltip=["name:N", "label:N", alt.Tooltip("p_hold_260:Q", format=".0%"),
                     alt.Tooltip("wanted:Q", format=".0%", title="worth of the ground at stake")],
        )
    )  # fmt: skip
    step = assessment.tables[AIMS].iloc[0]
    subtitle = (
        f"Chance of maximal aims: {percent(step['p_maximal_prior'])} before the record, "
        f"{percent(step['p_maximal_record'])} after earlier agreements, {percent(step['p_maximal_demands'])} after "
        "unmoved demands as well (assumptions; docs/truce.md). " + source_line(assessment, "own model")
    )
    height = 3 * 46 + 40
    return [
        Figure(
            "truce_aims",
            "truce",
            title,
            subtitle,
            f"Dots by aim and proposal. {title}.",
            spec_of(chart, height),
        )
    ]


def own_forces(assessment: Assessment) -> list[Figure]:
    """What the size of the defender's own forces does, with and without the guarantee."""
    own, name = of_one_proposal(assessment, assessment.tables[OWN_FORCES])
    if own.empty:
        return []
    own = own.sort_values("strength")
    gap = own["p_hold"] - own["p_hold_no_guarantee"]
    low, high = own.iloc[0], own.iloc[-1]
    title = (
        f"Own forces at {share(low['strength'])} of today’s hold the truce five years in "
        f"{percent(low['p_hold'])} of draws, at {share(high['strength'])} in {percent(high['p_hold'])}"
    )
    if gap.max() < ENOUGH:
        title += f"; the guarantee as written adds at most {points(gap.max())} points at any size"
    elif (gap < ENOUGH).any():
        beyond = own.loc[gap < ENOUGH, "strength"].min()
        title += f"; from {share(beyond)} on the guarantee adds less than {points(ENOUGH)} points"
    long = own.melt("strength", ["p_hold", "p_hold_no_guarantee"], "line", "p")
    names = {"p_hold": "with the guarantee as written", "p_hold_no_guarantee": "without a guarantee"}
    chart = (
        alt.Chart(inline(long.assign(line=long["line"].map(names))))
        .mark_line(point=True, strokeWidth=2)
        .encode(
            x=alt.X("strength:Q", title="size the defender’s forces settle at, over that at signature",
                    axis=alt.Axis(format=".0%"), scale=alt.Scale(zero=False)),
            y=alt.Y("p:Q", title="chance that it holds five years", scale=UNIT, axis=PERCENT),
            color=alt.Color("line:N", title=None, scale=alt.Scale(range=list(CATEGORIES)), sort=list(names.values()),
                            legend=_STACKED),
            tooltip=["line:N", alt.Tooltip("strength:Q", format=".0%"), alt.Tooltip("p:Q", format=".0%")],
        )
    )  # fmt: skip
    subtitle = (
        f"{name}. Sizes are swept, whatever the proposal allows; how much a stronger "
        "defender deters is a belief. " + source_line(assessment, "own model")
    )
    return [Figure("truce_own_forces", "truce", title, subtitle, f"Two lines over the size of forces. {title}.",
                   spec_of(chart, 240))]  # fmt: skip


def timing(assessment: Assessment) -> list[Figure]:
    """What it is worth to sign later, by proposal, on the same terms or on the line then reached."""
    table = assessment.tables[TIMING]
    own, name = of_one_proposal(assessment, table[table["terms"] == "same"])
    own = own.sort_values("week")
    later = own[own["week"] > 0]
    if later.empty:
        return []
    best, now = own.iloc[int(own["value"].argmax())], own.iloc[0]
    better = float(_at(later, 52)["p_better_than_now"])
    if best["value"] - now["value"] < CLOSE * (now["value_q90"] - now["value_q10"]) and best["week"] > 0:
        title = (
            f"{name}: signing now or a year on is worth about the same to the defender, if the offer stands"
        )
    else:
        when = "now" if best["week"] == 0 else f"after {round(best['week'] / 52 * 12)} months"
        title = f"{name} is worth most to the defender signed {when}, if the offer stands"
    title += f"; a year’s wait is better in {percent(better)} of belief sets"
    lines = table.assign(
        line=table["name"] + ": " + table["terms"].map({"same": "same terms", "line_reached": "line reached"}),
        months=table["week"] / 52 * 12,
    )  # fmt: skip
    lines = lines[(lines["proposal"] == own["proposal"].iloc[0]) | (lines["terms"] == "same")]
    chart = (
        alt.Chart(inline(lines[["line", "months", "value", "value_q10", "value_q90", "defender_losses"]]))
        .mark_line(point=True, strokeWidth=2)
        .encode(
            x=alt.X("months:Q", title="months of fighting before signature", axis=alt.Axis(values=[0, 6, 12, 18, 24])),
            y=alt.Y("value:Q", title="value over fighting on, in the viewpoint’s own units"),
            color=alt.Color("line:N", title=None, scale=alt.Scale(range=list(CATEGORIES)),
                            sort=list(dict.fromkeys(lines["line"])), legend=_STACKED),
            tooltip=["line:N", alt.Tooltip("months:Q", format=".0f"), alt.Tooltip("value:Q", format=".1f"),
                     alt.Tooltip("value_q10:Q", format=".1f"), alt.Tooltip("value_q90:Q", format=".1f")],
        )
    )  # fmt: skip
    rule = alt.Chart(inline(pd.DataFrame({"value": [0.0]}))).mark_rule(color=MUTED).encode(y="value:Q")
    subtitle = (
        "Mean over belief sets, defender’s default viewpoint, middle weights; zero: no better than fighting on for "
        "the whole horizon. " + source_line(assessment, "own model")
    )
    return [Figure("truce_timing", "truce", title, subtitle, f"Lines of value by month of signature. {title}.",
                   spec_of(rule + chart, 260))]  # fmt: skip


def _dots(rows: pd.DataFrame, stem: str, title: str, order: list[str]) -> alt.LayerChart:
    """One row a name: a bar from q10 to q90 and a dot at the mean."""
    data = rows.assign(row=[wrapped(r, 34) for r in rows["row"]])
    base = alt.Chart(inline(data[["row", stem, f"{stem}_q10", f"{stem}_q90"]])).encode(
        y=alt.Y("row:N", title=None, sort=[wrapped(r, 34) for r in order], axis=rows_axis(34))
    )
    tip = [alt.Tooltip(f"{stem}{q}:Q", format=".0%") for q in ("", "_q10", "_q90")]
    bars = base.mark_rule(strokeWidth=5, opacity=0.35, color=CATEGORIES[0]).encode(
        x=alt.X(f"{stem}_q10:Q", title=title, scale=UNIT, axis=PERCENT), x2=f"{stem}_q90:Q", tooltip=tip
    )
    points = base.mark_point(filled=True, size=90, opacity=1, color=INK).encode(x=f"{stem}:Q", tooltip=tip)
    found: alt.LayerChart = bars + points
    return found


def _at(rows: pd.DataFrame, week: int) -> pd.Series:
    """The row of the week nearest to `week`."""
    return rows.iloc[int((rows["week"] - week).abs().argmin())]


RECIPES: tuple[Recipe, ...] = (
    Recipe("truce", "truce", "how long a truce holds", (TRUCE,), survival),
    Recipe("truce_severity", "truce", "how badly a truce breaks", (SEVERITY,), by_severity),
    Recipe("truce_variants", "truce", "what one changed term does to a truce", (TRUCE,), variants),
    Recipe("truce_aims", "truce", "what a truce does under each aim", (AIMS,), aims),
    Recipe("truce_own_forces", "truce", "own forces as a guarantee", (OWN_FORCES,), own_forces),
    Recipe("truce_timing", "truce", "the value of signing later", (TIMING,), timing),
)


def finding(assessment: Assessment) -> str:
    """Whether a truce holds three years, and what moves that more: beliefs or proposals."""
    table = assessment.tables.rows(TRUCE)
    table = table[table["variant"] == "as_written"] if len(table) else table
    if table.empty:
        return ""
    row = of_one_proposal(assessment, table)[0].iloc[0]
    p = float(row["p_hold_156"])
    text = (
        f"That a truce on “{row['name']}” holds three years without war is {said(p)}; by belief the chance runs "
        f"from {percent(row['p_hold_156_q10'])} to {percent(row['p_hold_156_q90'])} (80% range)"
    )
    low, high = table["p_hold_156"].min(), table["p_hold_156"].max()
    if len(table) > 1:
        text += f". The proposals differ less than the beliefs do: {percent(low)} to {percent(high)}" if (
            high - low < row["p_hold_156_q90"] - row["p_hold_156_q10"]
        ) else f". Across proposals it runs from {percent(low)} to {percent(high)}"  # fmt: skip
    return text + "."


def truce_judgement(asked: Drafting) -> list[Judgement]:
    """Whether a truce on the proposal holds three years, where the run is large enough to say."""
    case, proposal = asked.case, asked.proposal
    table = asked.tables.rows(TRUCE)
    rows = table[(table["proposal"] == proposal) & (table["variant"] == "as_written")]
    if rows.empty:
        return []
    p = float(rows["p_hold_156"].iloc[0])
    name = proposal_name(case, proposal)
    event = f"a truce on “{name}”, as written, holds for three years without war breaking out again"
    row = rows.iloc[0]
    error = error_of_mean(float(row["p_hold_156_q10"]), float(row["p_hold_156_q90"]), asked.sets)
    if error > MOST:
        return []
    acts = ""
    if float(row["credibility_q90"]) > 0:
        mean = percent(float(row["credibility_mean"]))
        acts = (
            f" The chance that the guarantor acts if it breaks at once is put at {mean} on average (80% of "
            f"belief sets: {percent(float(row['credibility_q10']))} to "
            f"{percent(float(row['credibility_q90']))})."
        )
    reason = "How often truces break comes from 123 of the past; how far the reasons of this one move that is assumed."
    return [judgement("truce", chance_sentence(event, p) + acts, p, "low", reason)]


def truce_number(assessment: Assessment) -> KeyNumber | None:
    """The chance that a truce on the proposal in focus holds three years."""
    table = assessment.tables.rows(TRUCE)
    focus = focus_proposal(assessment.case, assessment.tables)
    rows = table[(table["proposal"] == focus) & (table["variant"] == "as_written")]
    if rows.empty:
        return None
    p = float(rows["p_hold_156"].iloc[0])
    name = proposal_name(assessment.case, focus)
    error = error_of_mean(
        float(rows["p_hold_156_q10"].iloc[0]), float(rows["p_hold_156_q90"].iloc[0]), sets_of(assessment)
    )
    if error > MOST:
        label = f"chance that a truce on “{name}” holds three years; a run of this size is good to {in_points(error)}"
        return KeyNumber(percent(p), label, "run more draws for a judgement")
    note = f"{band(p)}; five years: {percent(float(rows['p_hold_260'].iloc[0]))}"
    return KeyNumber(percent(p), f"chance that a truce on “{name}” holds three years", note)


def broken_rows(assessment: Assessment) -> list[dict[str, str]]:
    """Outcomes where the truce broke, where it held, and fighting on: one row a proposal and outcome."""
    rows = []
    for (_, _), own in assessment.tables[IF_BROKEN].groupby(["proposal", "outcome"], sort=False):
        unit, label = str(own["unit"].iloc[0]), str(own["label"].iloc[0])
        row = {"name": str(own["name"].iloc[0]), "label": label}
        if unit not in ("share", "weeks"):
            row["label"] += f", {unit}"
        for which, values in own.set_index("which").iterrows():
            mid, span = outcome_text(values, unit, is_event(own)) if values["share"] > 0 else ("–", "")
            row[str(which)] = f"{mid} ({span})" if span else mid
        rows.append(row)
    return rows


TOPIC = Topic(
    "truce",
    "Would a truce hold, and what would make it?",
    sections=(Section("truce", "Would a truce hold", finding),),
    recipes=RECIPES,
    judges=(truce_judgement,),
    numbers=(truce_number,),
    words={"broken_rows": broken_rows},
)
