"""Figures of positions and cohesion: who stood where since when, how far supporters are apart, where models say an
issue settles, and what known shocks left in the record beside all other windows of their length.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from contactline.core.rounding import percent
from contactline.topics.allies.schema import (
    BARGAINING,
    DIVISION,
    EVENT_PLACEBOS,
    EVENTS,
    MOVEMENT,
    POSITIONS,
    WEDGE,
)
from contactline.topics.assessment import Assessment
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    inline,
    rows_axis,
    series_name,
    source_line,
    spec_of,
    time_x,
    wrapped,
)
from contactline.topics.showing.judgements import plain_day
from contactline.topics.showing.theme import CATEGORIES, CHALLENGER, DEFENDER, MUTED
from contactline.topics.showing.topic import Section, Topic
from contactline.topics.words import listed, lowered

SECTION = "allies"
RANGE = ("low", "mid", "high")
WITH_ARTICLE = ("United States", "European Union")

SHOWN_OTHERS = 4
"""Actors beside the two sides that get a colour of their own on an issue; the rest are grey."""

MODEL_NAMES = {
    "median": "weighted median",
    "mean": "weighted mean",
    "challenge": "challenge model, as printed",
    "challenge_code": "challenge model, as run",
    "smp": "SMP of KTAB",
}
MODEL_COLOURS = {
    "median": CATEGORIES[0],
    "mean": CATEGORIES[2],
    "challenge": CATEGORIES[1],
    "challenge_code": CATEGORIES[7],
    "smp": CATEGORIES[6],
}


def positions_over_time(assessment: Assessment) -> list[Figure]:
    """Step lines of every actor's position, one figure an issue, in the case's order."""
    table = assessment.tables[POSITIONS]
    issues = list(dict.fromkeys(table["issue"]))
    return [_positions(assessment, str(issue), table[table["issue"] == issue]) for issue in issues]


def division_over_time(assessment: Assessment) -> list[Figure]:
    """Distance of the wedge's donor from the other supporters (or, without a wedge, their spread), step lines."""
    table = assessment.tables[DIVISION]
    wedge = assessment.case.wedge
    known = wedge is not None and table["donor_distance"].notna().any()
    column = "donor_distance" if known else "spread"
    shown = table[table[column].notna()]
    last = shown.sort_values("day").groupby("name", sort=False)[column].last().sort_values(ascending=False)
    who = _actor_name(assessment, wedge.donor) if known and wedge else "The supporters"
    what = "points from the other supporters" if known else "points (standard deviation) apart"
    title = (
        f"{who} {'stands' if known else 'stand'} {last.mean():.0f} {what} on average, "
        f"most on “{last.index[0]}” ({last.iloc[0]:.0f}), least on “{last.index[-1]}” ({last.iloc[-1]:.0f})"
    )
    chart = (
        alt.Chart(inline(shown[["name", "day", column]].rename(columns={column: "value"})))
        .mark_line(interpolate="step-after", strokeWidth=2, point=alt.OverlayMarkDef(size=24))
        .encode(
            x=time_x("day", shown["day"]),
            y=alt.Y("value:Q", title="points of the scale", scale=alt.Scale(domainMin=0)),
            color=alt.Color("name:N", title=None, sort=list(last.index)),
            tooltip=["name:N", alt.Tooltip("day:T", format="%d %B %Y"), alt.Tooltip("value:Q", format=".0f")],
        )
    )
    subtitle = (
        "Scales run from 0 to 100; a line begins when both sides of a split have a position on record. The numbers "
        "read quoted stances (assumption); weights are central leverage. "
        + source_line(assessment, "stances as cited")
    )
    return [
        Figure("division", SECTION, title, subtitle, f"Step lines over time. {title}.", spec_of(chart, 260))
    ]


def outcomes_by_model(assessment: Assessment) -> list[Figure]:
    """Where each model says an issue settles: median and 80% range, rows of models within issues."""
    table = assessment.tables[BARGAINING]
    free = table[table["variant"] == "free"]
    shown = free.assign(
        row=[wrapped(name, 26) for name in free["name"]],
        label=[MODEL_NAMES.get(model, model) for model in free["model"]],
        low=free["outcome_q10"], mid=free["outcome_q50"], high=free["outcome_q90"],
    )  # fmt: skip
    names = [name for name in MODEL_NAMES.values() if name in set(shown["label"])]
    hues = [MODEL_COLOURS[model] for model, name in MODEL_NAMES.items() if name in names]
    colour = alt.Color("label:N", title=None, sort=names, scale=alt.Scale(domain=names, range=hues))
    case = assessment.case
    axis = f"0: {case.defender.name} asks for most · 100: {case.challenger.name} asks for most"
    y = alt.Y("row:N", title=None, sort=list(dict.fromkeys(shown["row"])), axis=rows_axis(26))
    offset = alt.YOffset("label:N", sort=names)
    tip = [
        alt.Tooltip("row:N"),
        alt.Tooltip("label:N"),
        *(alt.Tooltip(f"{c}:Q", format=".0f") for c in RANGE),
    ]
    base = alt.Chart(inline(shown[["row", "label", "low", "mid", "high"]])).encode(
        y=y, yOffset=offset, color=colour, tooltip=tip
    )
    chart = base.mark_rule(strokeWidth=5, opacity=0.45).encode(
        x=alt.X("low:Q", title=axis,
                scale=alt.Scale(domain=[0, 100])), x2="high:Q",
    ) + base.mark_point(filled=True, size=60, opacity=1).encode(x="mid:Q")  # fmt: skip
    title = outcome_title(free)
    subtitle = (
        "Dot: median; bar: middle 80% of draws of position, salience and leverage, all our readings (assumption). "
        "The first two weigh positions and move nobody; the others let actors give way. "
        + source_line(assessment, "own model; models as published, see the documentation")
    )
    alt_text = f"Intervals by issue and model. {title}."
    height = 40 + 66 * shown["row"].nunique()
    return [Figure("bargaining", SECTION, title, subtitle, alt_text, spec_of(chart, height))]


def shocks(assessment: Assessment) -> list[Figure]:
    """Each shock's effect on the tempo of the longest map beside the effects at all placebo dates."""
    events, placebos = assessment.tables[EVENTS], assessment.tables[EVENT_PLACEBOS]
    tempo = events[events["what"] == "tempo"]
    series = str(tempo.groupby("series", sort=False)["placebos"].sum().idxmax())
    own = tempo[(tempo["series"] == series) & tempo["effect"].notna()]
    if own.empty:
        return []
    rows = {row.event: wrapped(str(row.name), 26) for row in own.itertuples(index=False)}
    around = placebos[(placebos["series"] == series) & placebos["event"].isin(rows)]
    y = alt.Y("row:N", title=None, sort=list(rows.values()), axis=rows_axis(26))
    x = alt.X("effect:Q", title="km² per week, during less before")
    cloud = (
        alt.Chart(inline(around.assign(row=around["event"].map(rows))[["row", "effect"]]))
        .mark_tick(color=MUTED, opacity=0.3, thickness=1.5, size=22)
        .encode(x=x, y=y)
    )
    shown = own.assign(row=own["event"].map(rows))[["row", "effect", "p_value", "verdict"]]
    numbers = (alt.Tooltip("effect:Q", format=".0f"), alt.Tooltip("p_value:Q", format=".2f"))
    point = (
        alt.Chart(inline(shown))
        .mark_point(filled=True, size=110, color=CHALLENGER, opacity=1)
        .encode(x=x, y=y, tooltip=["row:N", *numbers, "verdict:N"])
    )  # fmt: skip
    zero = (
        alt.Chart(alt.InlineData(values=[{"x": 0}])).mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x="x:Q")
    )
    title = shock_title(own)
    subtitle = (
        "Dot: mean tempo in the weeks of the shock less that of the weeks before; grey: the same at every other date "
        "of the record. Placebo windows overlap, so few are independent. "
        + source_line(assessment, series_name(assessment, series))
    )
    alt_text = f"Dots for {len(own)} shocks over the spread of placebo windows. {title}."
    return [
        Figure(
            "shocks", SECTION, title, subtitle, alt_text, spec_of(zero + cloud + point, 60 + 52 * len(own))
        )
    ]


def allies_sentences(assessment: Assessment) -> list[str]:
    """What the tables say of movement, division, bargaining, a split and known shocks, one sentence each."""
    makers = (_unmoved, _apart, _agreement, _split, _shocks)
    return [sentence for sentence in (make(assessment) for make in makers) if sentence]


def outcome_title(free: pd.DataFrame) -> str:
    """How far the models' medians lie apart, on the issue where they agree most and where least."""
    spread = free.groupby("name", sort=False)["outcome_q50"].agg(np.ptp).sort_values()
    if len(spread) == 1:
        return f"On “{spread.index[0]}” the models' medians lie {spread.iloc[0]:.0f} points apart"
    return (
        f"The models' medians lie {spread.iloc[0]:.0f} points apart on “{spread.index[0]}” and "
        f"{spread.iloc[-1]:.0f} on “{spread.index[-1]}”: on the second the choice of model decides"
    )


def shock_title(own: pd.DataFrame) -> str:
    """Whether any shock is identified, and whether any stands out from the placebo windows."""
    told = int((own["verdict"] != "not identified").sum())
    out = int((own["p_value"] <= 0.1).sum())
    of = f"{told or 'none'} of the {len(own)} known shocks" if len(own) > 1 else "the one known shock"
    can = "can" if told or len(own) > 1 else "cannot"
    rest = "none stands out" if not out else f"{out} stand{'s' if out == 1 else ''} out at one in ten"
    return f"For {of} {can} an effect on tempo be told from other causes; beside all other windows {rest}"


def _positions(assessment: Assessment, issue: str, table: pd.DataFrame) -> Figure:
    case = assessment.case
    name = str(table["name"].iloc[0])
    now = table[table["last"]]
    colours = _colours(assessment, now)
    shown = table.assign(
        who=[n if n in colours else "others" for n in table["actor_name"]],
        low=(table["position"] - table["give"]).clip(0), high=(table["position"] + table["give"]).clip(upper=100),
    )  # fmt: skip
    domain = [*colours, *(["others"] if (shown["who"] == "others").any() else [])]
    scale = alt.Scale(domain=domain, range=[*colours.values(), *([MUTED] if "others" in domain else [])])
    colour = alt.Color("who:N", title=None, sort=domain, scale=scale)
    base = alt.Chart(inline(shown[["who", "actor_name", "day", "position", "stance", "last"]])).encode(
        x=time_x("day", shown["day"]), color=colour, detail="actor_name:N"
    )
    y = alt.Y("position:Q", title="0 to 100", scale=alt.Scale(domain=[0, 100]))
    tip = ["actor_name:N", alt.Tooltip("day:T", format="%d %B %Y"), "position:Q", "stance:N"]
    chart = base.mark_line(interpolate="step-after", strokeWidth=2).encode(y=y) + base.transform_filter(
        "!datum.last"
    ).mark_point(filled=True, size=45, opacity=1).encode(y=y, tooltip=tip)
    scale_words = next(i for i in case.issues if i.id == issue)
    middle = f"; 50: {lowered(scale_words.middle)}" if scale_words.middle else ""
    title = _issue_title(assessment, name, now)
    subtitle = (
        f"0: {lowered(scale_words.low)}{middle}; 100: {lowered(scale_words.high)}. Dots are statements, read as "
        "numbers by us (assumption). " + source_line(assessment, "stances as cited")
    )
    return Figure(
        f"positions_{issue}", SECTION, title, subtitle, f"Step lines over time. {title}.", spec_of(chart, 230)
    )


def _issue_title(assessment: Assessment, name: str, now: pd.DataFrame) -> str:
    """The distance of the two sides, and since when the challenger stands still."""
    case = assessment.case
    at = now.set_index("actor")["position"]
    moved = assessment.tables.get(MOVEMENT)
    still = ""
    if moved is not None:
        row = moved[(moved["issue"] == now["issue"].iloc[0]) & (moved["actor"] == case.challenger.id)]
        if len(row):
            day = plain_day(pd.Timestamp(row["unmoved_since"].iloc[0]).date())
            said = int(row["restated"].iloc[0])
            again = f"unmoved since {day}" if said else f"last heard on {day}"
            still = f"{case.challenger.name} {again}"
    if case.challenger.id in at and case.defender.id in at:
        gap = abs(at[case.challenger.id] - at[case.defender.id])
        apart = f"the sides {gap:.0f} points apart"
    else:
        apart = f"positions {now['position'].min():.0f} to {now['position'].max():.0f}"
    return f"{name}: {apart}" + (f"; {still}" if still else "")


def _colours(assessment: Assessment, now: pd.DataFrame) -> dict[str, str]:
    """Actor name → colour: the sides, then those with most leverage."""
    case = assessment.case
    sides = {case.challenger.id: CHALLENGER, case.defender.id: DEFENDER}
    weight = {stake.actor: max(stake.leverage) for stake in case.stakes}
    others = sorted((a for a in now["actor"] if a not in sides), key=lambda a: (-weight.get(a, 0.0), a))
    picked = {**{a: c for a, c in sides.items() if a in set(now["actor"])},
              **dict(zip(others[:SHOWN_OTHERS], CATEGORIES, strict=False))}  # fmt: skip
    name = now.set_index("actor")["actor_name"]
    return {str(name[actor]): colour for actor, colour in picked.items()}


def _unmoved(assessment: Assessment) -> str:
    moved = assessment.tables.get(MOVEMENT)
    if moved is None:
        return ""
    own = moved[(moved["actor"] == assessment.case.challenger.id) & (moved["restated"] > 0)]
    if own.empty:
        return ""
    parts = []
    for issue, since, count in zip(own["name"], own["unmoved_since"], own["restated"], strict=True):
        again = f"{int(count)} later statement{'s repeat' if count > 1 else ' repeats'} it"
        parts.append(f"on “{issue}” since {plain_day(pd.Timestamp(since).date())} ({again})")
    name = assessment.case.challenger.name
    rest = "" if len(own) == (moved["actor"] == assessment.case.challenger.id).sum() else (
        "; on the other issues its position was said once"
    )  # fmt: skip
    return f"{name} has not moved {listed(parts)}{rest}."


def _apart(assessment: Assessment) -> str:
    table, wedge = assessment.tables.get(DIVISION), assessment.case.wedge
    if table is None or wedge is None or table["donor_distance"].isna().all():
        return ""
    last = table.sort_values("day").groupby("name", sort=False)["donor_distance"].last().dropna()
    return (
        f"{_actor_name(assessment, wedge.donor)} stands {last.mean():.0f} points from the other supporters on average, "
        f"from {last.min():.0f} on “{last.idxmin()}” to {last.max():.0f} on “{last.idxmax()}”."
    )


def _agreement(assessment: Assessment) -> str:
    table = assessment.tables.get(BARGAINING)
    if table is None:
        return ""
    free = table[(table["variant"] == "free") & table["p_agree"].notna()]
    if free.empty:
        return ""
    shares = free.groupby("model", sort=False)["p_agree"].mean()
    parts = [
        f"{percent(float(share))} of draws in the {MODEL_NAMES.get(str(m), m)}" for m, share in shares.items()
    ]
    lead = "Whether bargaining alone brings the sides within ten points depends on the model"
    return f"{lead}: {listed(parts)}."


def _split(assessment: Assessment) -> str:
    table, wedge = assessment.tables.get(WEDGE), assessment.case.wedge
    if table is None or wedge is None:
        return ""
    two = table[table["years"] == 2.0].set_index("where")["chance_mean"]
    if not {"together", "today", "apart"} <= set(two.index):
        return ""
    donor = _actor_name(assessment, wedge.donor, first=False)
    return (
        f"On an assumed rate, {donor} cuts its support within two years in {percent(two['together'])} of draws if it "
        f"stands with the others, {percent(two['today'])} at today's distance and "
        f"{percent(two['apart'])} at the far end: the rise is what talks that divide are worth to the challenger."
    )


def _shocks(assessment: Assessment) -> str:
    table = assessment.tables.rows(EVENTS)
    if table.empty:
        return ""
    seen = table[table["verdict"] != "not identified"]
    count = table["event"].nunique()
    if seen.empty:
        which = f"None of {count} known shocks has" if count > 1 else "The one known shock has not"
        rest = "so how strongly supply moves the front stays judgement"
        return f"{which} an identified effect on tempo or losses, {rest}."
    out = seen.loc[seen["verdict"] == "differs from placebo", "name"].unique()
    return f"Of {count} known shocks {seen['event'].nunique()} could be studied; " + (
        f"{listed(list(out))} differs from placebo dates." if len(out) else "none differs from placebo dates."
    )


def _actor_name(assessment: Assessment, actor: str, first: bool = True) -> str:
    """The actor's name as a sentence has it, at its start or within."""
    name = next((a.name for a in assessment.case.actors if a.id == actor), actor.replace("_", " "))
    article = "the " if name in WITH_ARTICLE else ""
    return (article.capitalize() if first else article) + name


RECIPES = (
    Recipe("positions", SECTION, "positions over time", (POSITIONS,), positions_over_time),
    Recipe(
        "division",
        SECTION,
        "division among supporters over time",
        (DIVISION,),
        division_over_time,
        "No issue has positions of two supporters on record, so no division among them is measured.",
    ),
    Recipe("bargaining", SECTION, "predicted outcomes by model", (BARGAINING,), outcomes_by_model),
    Recipe("shocks", SECTION, "known shocks beside placebo dates", (EVENTS, EVENT_PLACEBOS), shocks),
)


def finding(assessment: Assessment) -> str:
    """The first of the sentences on where allies stand."""
    return next(iter(allies_sentences(assessment)), "")


TOPIC = Topic(
    "allies",
    "Where do allies stand, and how far apart?",
    sections=(Section(SECTION, "Positions and cohesion", finding),),
    recipes=RECIPES,
    values={"allies": allies_sentences},
)
