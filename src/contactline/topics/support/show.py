"""Figures on support: who provides how much of what, adequacy under each path, and what that makes possible."""

from __future__ import annotations

import json

import pandas as pd

from contactline.case.scenario import AS_TODAY
from contactline.core.rounding import percent, share
from contactline.topics.assessment import Assessment
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    inline,
    rows_axis,
    source_line,
    spec_of,
    time_x,
    wrapped,
)
from contactline.topics.showing.theme import CATEGORIES, CHALLENGER, DEFENDER, INK, MUTED
from contactline.topics.showing.topic import Section, Topic
from contactline.topics.support.schema import (
    SUPPORT_ADEQUACY,
    SUPPORT_FRONTIER,
    SUPPORT_LEDGER,
    SUPPORT_RELIANCE,
)
from contactline.topics.words import inside, listed, lowered

WIDE = 30
"""Characters of a capability's name on a line."""
OUTSIDE = ("#8a6aa8", "#d9a520", "#2a7f7f", "#7f8c3d", "#a0623a", "#44546a")
"""Colours of donors other than the defender, who keeps its own."""


def who_provides(assessment: Assessment) -> list[Figure]:
    """Stacked bars: each donor's present share of need, by capability; the defender's own industry included."""
    table = assessment.tables[SUPPORT_LEDGER]
    table = table[table["kind"] == "supply"]
    if table.empty:
        return []
    shown = table.assign(
        what=[wrapped(name, WIDE) for name in table["name"]], share=100 * table["share"],
        low=100 * table["share_low"], high=100 * table["share_high"],
    )  # fmt: skip
    order = shown["what"].drop_duplicates().tolist()
    donors, colours = _donors(assessment, table)
    y = alt.Y("what:N", title=None, sort=order, axis=rows_axis(WIDE))
    tip = ["what:N", "donor_name:N"] + [
        alt.Tooltip(f"{c}:Q", format=".0f", title=title)
        for c, title in (("share", "% of need"), ("low", "lowest reading"), ("high", "highest reading"))
    ]
    bars = (
        alt.Chart(inline(shown[["what", "donor_name", "share", "low", "high"]]))
        .mark_bar(height=15)
        .encode(
            y=y,
            x=alt.X(
                "share:Q",
                title="% of present need",
                scale=alt.Scale(domain=[0, 105], nice=False),
                axis=alt.Axis(values=[0, 20, 40, 60, 80, 100]),
            ),
            color=alt.Color(
                "donor_name:N",
                title=None,
                sort=donors,
                scale=alt.Scale(domain=donors, range=colours),
                legend=alt.Legend(columns=2),
            ),
            order=alt.Order("rank:Q"),
            tooltip=tip,
        )
        .transform_calculate(rank=f"indexof({json.dumps(donors)}, datum.donor_name)")
    )
    need = alt.Chart(inline(pd.DataFrame([{"need": 100}]))).mark_rule(color=INK, strokeDash=[4, 3])
    chart = bars + need.encode(x="need:Q")
    title = _alone_title(assessment)
    subtitle = (
        "Present share of need that each donor meets, in the case's own reading; dashed: all of the need. Ranges of "
        "other readings stand in the table. "
        + source_line(assessment, "ledger of the case, sources in the table")
    )
    alt_text = f"Stacked bars of donors' shares per capability. {title}."
    return [
        Figure("support_shares", "support", title, subtitle, alt_text, spec_of(chart, 60 + 34 * len(order)))
    ]


def adequacy_ahead(assessment: Assessment) -> list[Figure]:
    """One figure per path: adequacy of the capabilities that it changes, month by month, as shaded rows."""
    table = assessment.tables[SUPPORT_ADEQUACY]
    moved = (table["adequacy"] - table["as_today"]).abs() > 0.005
    figures = []
    for path, own in table.groupby("path", sort=False):
        changed = set(own.loc[moved.loc[own.index], "capability"])
        if path == AS_TODAY or not changed:
            continue
        figures.append(_path_figure(assessment, str(path), own[own["capability"].isin(changed)]))
    return figures


def belt_by_path(assessment: Assessment) -> list[Figure]:
    """Chance to hold the belt for one and two years under each path, with the range of simulation noise."""
    table = assessment.tables[SUPPORT_FRONTIER]
    table = table[table["p_belt_52"].notna()]
    if table.empty:
        return []
    parts = []
    for weeks, label in ((52, "one year"), (104, "two years")):
        part = table[["name"]].assign(
            span=label, p=100 * table[f"p_belt_{weeks}"], low=100 * table[f"p_belt_{weeks}_low"],
            high=100 * table[f"p_belt_{weeks}_high"],
        )  # fmt: skip
        parts.append(part)
    rows = pd.concat(parts, ignore_index=True)
    rows["row"] = [wrapped(name, WIDE) for name in rows["name"]]
    order = rows.loc[rows["span"] == "two years"].sort_values("p", ascending=False)["row"].tolist()
    spans = ["one year", "two years"]
    base = alt.Chart(inline(rows)).encode(
        y=alt.Y("row:N", title=None, sort=order, axis=rows_axis(WIDE)),
        yOffset=alt.YOffset("span:N", sort=spans),
        color=alt.Color(
            "span:N", title=None, sort=spans, scale=alt.Scale(domain=spans, range=[DEFENDER, CHALLENGER])
        ),
    )
    tip = ["name:N", "span:N", *(alt.Tooltip(f"{c}:Q", format=".0f") for c in ("p", "low", "high"))]
    x = alt.X(
        "low:Q", title="chance that every town of the belt still stands, %", scale=alt.Scale(domain=[0, 100])
    )
    today = table[table["path"] == AS_TODAY]
    rules = [
        alt.Chart(inline(pd.DataFrame([{"now": 100 * float(today[f"p_belt_{w}"].iloc[0])}])))
        .mark_rule(color=MUTED, strokeDash=[3, 3])
        .encode(x="now:Q")
        for w in (52, 104)
        if len(today)
    ]
    chart = alt.layer(
        *rules,
        base.mark_bar(height=6, opacity=0.5).encode(x=x, x2="high:Q", tooltip=tip),
        base.mark_point(filled=True, size=70, opacity=1).encode(x="p:Q", tooltip=tip),
    )
    title = _belt_title(table)
    subtitle = (
        "Fighting on under each support path, on the same futures fought out on the map. Dot: chance; bar: its 90% "
        "range from the number of simulations alone; dashed: as today. How strongly supply moves the front is "
        "judgement. " + source_line(assessment, "own model")
    )
    alt_text = f"Chances per support path, one and two years. {title}."
    return [
        Figure("support_belt", "support", title, subtitle, alt_text, spec_of(chart, 60 + 44 * len(table)))
    ]


def _path_figure(assessment: Assessment, path: str, own: pd.DataFrame) -> Figure:
    start = pd.Timestamp(assessment.case.as_of) + pd.to_timedelta(7 * own["week"], unit="D")
    shown = own.assign(
        what=[wrapped(name, WIDE) for name in own["name"]], start=start, end=start + pd.Timedelta(weeks=4),
        met=100 * own["adequacy"], today=100 * own["as_today"],
    )  # fmt: skip
    order = shown["what"].drop_duplicates().tolist()
    chart = (
        alt.Chart(inline(shown[["what", "start", "end", "met", "today"]]))
        .mark_rect(stroke="#ffffff", strokeWidth=0.3)
        .encode(
            x=time_x("start", shown["start"]),
            x2="end:T",
            y=alt.Y("what:N", title=None, sort=order, axis=rows_axis(WIDE)),
            color=alt.Color(
                "met:Q", title="% of need met",
                scale=alt.Scale(domain=[0, 100], range=[CHALLENGER, "#f3ede4", DEFENDER]),
            ),
            tooltip=["what:N", alt.Tooltip("start:T"), alt.Tooltip("met:Q", format=".0f"),
                     alt.Tooltip("today:Q", format=".0f", title="as today")],
        )
    )  # fmt: skip
    title = f"{own['path_name'].iloc[0]}: {_adequacy_title(own)}"
    subtitle = (
        "Supplied over needed, after substitutes, stock and growth; only what the path changes. For pressure, need is "
        "all the pressure that could be put on. " + source_line(assessment, "ledger of the case")
    )
    alt_text = f"Rows shaded by the share of need that is met, month by month. {title}."
    return Figure(
        f"support_adequacy_{path}",
        "support",
        title,
        subtitle,
        alt_text,
        spec_of(chart, 70 + 34 * len(order)),
    )


def _adequacy_title(own: pd.DataFrame) -> str:
    """The capability that changes most, from what to what, and where it stands at the end."""
    change = own["adequacy"] - own["as_today"]
    most = own.iloc[int(change.abs().to_numpy().argmax())]
    line = own[own["capability"] == most["capability"]].sort_values("week")
    last = float(line["adequacy"].iloc[-1])
    name = str(most["name"])
    name = lowered(name)
    text = f"{name} goes from {share(line['as_today'].iloc[0])} of need to {share(most['adequacy'])}"
    return (
        text
        if abs(last - most["adequacy"]) < 0.03
        else f"{text}, and stands at {share(last)} after two years"
    )


def _belt_title(table: pd.DataFrame) -> str:
    today = table[table["path"] == AS_TODAY]
    others = table[table["path"] != AS_TODAY]
    if today.empty or others.empty:
        return "Chance to hold the belt under each support path"
    now = float(today["p_belt_104"].iloc[0])
    ranked = others.sort_values("p_belt_104")
    worst, best = ranked.iloc[0], ranked.iloc[-1]
    text = f"The belt stands for two years in {percent(now)} of futures as today"
    if worst["p_belt_104"] < now:
        text += f", {percent(float(worst['p_belt_104']))} if {inside(str(worst['name']))}"
    if best["p_belt_104"] > now:
        text += f", {percent(float(best['p_belt_104']))} if {inside(str(best['name']))}"
    return text


def _alone_title(assessment: Assessment) -> str:
    table = assessment.tables.get(SUPPORT_RELIANCE)
    if table is None or not table["alone"].any():
        return "Who meets how much of the need today"
    alone = table[table["alone"] & (table["donor"] != assessment.case.defender.id)]
    if alone.empty:
        return "No outside donor provides more than half of anything"
    most = alone["donor_name"].value_counts().index[0]
    names = [lowered(n) for n in alone.loc[alone["donor_name"] == most, "name"]]
    return f"Without {_the(str(most))} less than half is left of {listed(names)}"


def _the(name: str) -> str:
    return f"the {name}" if name.split()[0] in ("United", "European") else name


def _donors(assessment: Assessment, table: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Donors in order of what they give in all, the defender first, and their colours."""
    total = table.groupby(["donor", "donor_name"])["share"].sum().reset_index()
    total["own"] = total["donor"] == assessment.case.defender.id
    names = total.sort_values(["own", "share"], ascending=False)
    palette = iter((*OUTSIDE, *CATEGORIES))
    colours = [DEFENDER if own else next(palette) for own in names["own"]]
    return names["donor_name"].tolist(), colours


RECIPES = (
    Recipe("support_shares", "support", "who provides what", (SUPPORT_LEDGER,), who_provides),
    Recipe("support_belt", "support", "the belt under each path", (SUPPORT_FRONTIER,), belt_by_path),
    Recipe("support_adequacy", "support", "adequacy over time", (SUPPORT_ADEQUACY,), adequacy_ahead),
)


def finding(assessment: Assessment) -> str:
    """The belt after two years, by support path."""
    table = assessment.tables.rows(SUPPORT_FRONTIER)
    if table.empty or "p_belt_104" not in table or table["p_belt_104"].isna().all():
        return ""
    ranked = table.dropna(subset="p_belt_104").sort_values("p_belt_104", kind="stable")
    base, low, high = table.iloc[0], ranked.iloc[0], ranked.iloc[-1]
    ends = [f"{percent(low['p_belt_104'])} at the lowest ({inside(low['name'])})"] * (
        low["path"] != base["path"]
    )
    ends += [f"{percent(high['p_belt_104'])} at the highest ({inside(high['name'])})"] * (
        high["path"] != base["path"]
    )
    return (
        f"If the fighting goes on, the fortified belt still stands after two years in "
        f"{listed([percent(base['p_belt_104']) + ' of futures with support as today', *ends])}; "
        "how strongly supply moves the front is an assumption."
    )


TOPIC = Topic(
    "support",
    "Who can provide what, and what does each support path make possible?",
    sections=(Section("support", "Who can provide what", finding),),
    recipes=RECIPES,
)
