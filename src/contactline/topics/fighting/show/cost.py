"""Figures of what fighting costs: losses published and ahead, and the price of land in months and losses."""

from __future__ import annotations

import pandas as pd

from contactline.core.rounding import amount, measured, number, percent
from contactline.topics.assessment import Assessment
from contactline.topics.fighting.schema import LOSS_SOURCES, LOSSES_FAN, LOSSES_HISTORY
from contactline.topics.proposals.schema import PRICE
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    inline,
    region_name,
    rows_axis,
    short_name,
    side_name,
    source_line,
    spec_of,
    time_x,
    wrapped,
)
from contactline.topics.showing.theme import CHALLENGER, DEFENDER
from contactline.topics.showing.whose import of_one_proposal
from contactline.topics.words import listed


def losses_by_month(assessment: Assessment) -> list[Figure]:
    """Published monthly losses, one figure per side that has any."""
    table = assessment.tables[LOSSES_HISTORY]
    figures = []
    for side, own in table.groupby("side", sort=False):
        name = side_name(assessment, str(side))
        named = own.assign(series=own["series"].map(lambda s: short_name(assessment, s)))
        recent = (
            own[own["month"] >= own["month"].max() - pd.DateOffset(months=5)]
            .groupby("series")["value"]
            .mean()
        )
        span = number(recent.min(), 0, recent.max())
        if len(recent) > 1 and number(recent.max(), 0, recent.max()) != span:
            span += f" to {number(recent.max(), 0, recent.max())}"
        title = _whose_count(assessment, str(side), list(own["series"].unique()), name, span)
        chart = (
            alt.Chart(inline(named))
            .mark_line(strokeWidth=1.8)
            .encode(
                x=time_x("month", named["month"]),
                y=alt.Y("value:Q", title="killed and wounded per month"),
                color=alt.Color("series:N", title=None),
                tooltip=[
                    "series:N",
                    alt.Tooltip("month:T", format="%B %Y"),
                    alt.Tooltip("value:Q", format=",.0f"),
                ],
            )
        )
        subtitle = (
            "Killed and wounded, as each publisher counts them; counts that rest on the same root are not independent. "
            + source_line(assessment, *named["series"].unique())
        )
        alt_text = f"Line chart of losses per month. {title}."
        figures.append(Figure(f"losses_{side}", "fighting", title, subtitle, alt_text, spec_of(chart, 220)))
    return figures


def losses_ahead(assessment: Assessment) -> list[Figure]:
    """Forecast of cumulative killed and wounded of both sides."""
    table = assessment.tables[LOSSES_FAN]
    kind = "killed_wounded" if (table["kind"] == "killed_wounded").any() else str(table["kind"].iloc[0])
    words = {"killed_wounded": "killed and wounded"}.get(kind, kind.replace("_", " "))
    own = table[table["kind"] == kind]
    as_of = pd.Timestamp(assessment.case.as_of)
    named = own.assign(
        date=as_of + pd.to_timedelta(7 * own["week"], unit="D"),
        side=own["side"].map(lambda s: side_name(assessment, s)),
    )
    case = assessment.case
    scale = alt.Scale(domain=[case.challenger.name, case.defender.name], range=[CHALLENGER, DEFENDER])
    colour = alt.Color("side:N", title=None, scale=scale)
    base = alt.Chart(inline(named[["side", "date", "q10", "q50", "q90"]])).encode(
        x=time_x("date", named["date"])
    )
    tip = [
        "side:N",
        alt.Tooltip("date:T"),
        *(alt.Tooltip(f"{q}:Q", format=",.0f") for q in ("q10", "q50", "q90")),
    ]
    chart = base.mark_area(opacity=0.2).encode(
        y=alt.Y("q10:Q", title=f"{words}, cumulative"), y2="q90:Q", color=colour
    ) + base.mark_line(strokeWidth=2.2).encode(y="q50:Q", color=colour, tooltip=tip)
    year = own[own["week"] == 52]
    parts = [
        f"{side_name(assessment, row['side'])} {amount(row['q50'], row['q10'], row['q90'])}"
        for _, row in year.iterrows()
    ]
    title = (
        f"A further year of fighting: {'; '.join(parts)} {words}" if parts else f"{words.capitalize()} ahead"
    )
    subtitle = "Line: median; band: middle 80%. " + source_line(assessment, "own model of published counts")
    alt_text = f"Fan chart of cumulative losses by side. {title}."
    return [Figure("losses_ahead", "fighting", title, subtitle, alt_text, spec_of(chart, 240))]


def price_of_land(assessment: Assessment) -> list[Figure]:
    """Months and losses needed to seize what each proposal hands over: one figure each."""
    table = assessment.tables[PRICE]
    table = table[table["km2"] > 0]
    if table.empty:
        return []
    named = table.assign(
        deal=[
            f"{n}: {region_name(assessment, r)}" for n, r in zip(table["name"], table["region"], strict=True)
        ]
    )
    rows, deal = of_one_proposal(assessment, named)
    row = rows.sort_values("km2", ascending=False).iloc[0]
    place = f"the {measured(row['km2'])} km² of {region_name(assessment, row['region'])} in “{deal}”"
    challenger = assessment.case.challenger.name
    chance = percent(float(row["p_within_horizon"]))
    years = f"{assessment.run.horizon_weeks * 7 / 365.25:.0f} years"
    loss_range = amount(row["attacker_losses_q50"], row["attacker_losses_q10"], row["attacker_losses_q90"])
    titles = {
        "months": _months_title(
            f"{challenger} seizes {place} by force", row, f"within {years} in {chance} of draws"
        ),
        "attacker_losses": f"By the time it has seized {place}, {challenger} counts {loss_range} "
        "killed and wounded on the whole front",
    }
    labels = {"months": "months of fighting", "attacker_losses": f"killed and wounded of {challenger}"}
    ends = {"months": assessment.run.horizon_weeks * 7 / 30.44, "attacker_losses": None}
    return [
        Figure(
            f"price_{stem}",
            "price",
            titles[stem],
            "Dot: median; bar: middle 80%; an open end lies beyond the horizon. Losses: draws in which it falls. "
            + source_line(assessment, "own model"),
            f"Intervals per proposal. {titles[stem]}.",
            spec_of(
                interval_chart(named, "deal", stem, labels[stem], CHALLENGER, ends[stem]),
                50 + 40 * len(named),
            ),
        )
        for stem in titles
    ]


def _months_title(what: str, row: pd.Series, within: str) -> str:
    """How long it takes, where at least half of the draws get there; else how often, and the fastest tenth."""
    if pd.notna(row["months_q50"]):
        months = amount(row["months_q50"], row["months_q10"], row["months_q90"], "months")
        return f"{what} {within}; it takes {months}"
    fast = row["months_q10"]
    tail = f"; the fastest tenth takes up to {fast:.0f} months" if pd.notna(fast) else ""
    return f"{what} {within}, so the middle of all draws lies beyond the horizon{tail}"


def interval_chart(
    frame: pd.DataFrame, label: str, stem: str, axis: str, colour: str, horizon: float | None = None
) -> alt.TopLevelMixin:
    """Dot and 80% bar per row of `frame`; an end that is missing is drawn as an arrow at the horizon, a number on the
    axis, or at the right edge."""
    low, mid, high = (f"{stem}_{q}".strip("_") for q in ("q10", "q50", "q90"))
    rows = frame[[label, low, mid, high]].rename(columns={label: "row", low: "low", mid: "mid", high: "high"})
    known = rows[["low", "mid", "high"]].to_numpy(dtype=float)
    edge = horizon or 1.15 * pd.Series(known.ravel()).max() if not pd.isna(known).all() else 1.0
    rows["row"] = [wrapped(str(name)) for name in rows["row"]]
    rows = rows.assign(open=rows["high"].isna() & rows["low"].notna(), end=rows["high"].fillna(edge))
    y = alt.Y("row:N", title=None, sort=None, axis=rows_axis())
    largest = abs(pd.Series(known.ravel())).max()
    far = pd.Series(known.ravel()).min() > 0.5 * largest
    base = alt.Chart(inline(rows)).transform_filter("datum.low != null")
    tip = ["row:N", *(alt.Tooltip(f"{c}:Q", format=",.3~g") for c in ("low", "mid", "high"))]
    return alt.layer(
        base.mark_bar(height=7, opacity=0.5, color=colour).encode(
            x=alt.X(
                "low:Q",
                title=axis,
                scale=alt.Scale(zero=not far),
                axis=alt.Axis(
                    format="~s" if largest >= 10_000 else ",.0f" if largest > 5 else ".2~f", tickCount=4
                ),
            ),
            x2="end:Q",
            y=y,
            tooltip=tip,
        ),
        base.transform_filter("datum.mid != null")
        .mark_point(filled=True, size=80, color=colour, opacity=1)
        .encode(x="mid:Q", y=y, tooltip=tip),
        *(
            [
                base.transform_filter("datum.open")
                .mark_text(text="▸", align="left", dx=-2, fontSize=15, color=colour)
                .encode(x="end:Q", y=y)
            ]
            if rows["open"].any()
            else []
        ),
    )


def _whose_count(assessment: Assessment, side: str, series: list[str], name: str, span: str) -> str:
    """Title of the published counts: one belligerent's claim and its relays are said to be that."""
    rate = f"about {span} killed and wounded a month over the last six months"
    sources = assessment.tables.get(LOSS_SOURCES)
    if sources is not None and side == assessment.case.challenger.id:
        root = dict(
            zip(sources.loc[~sources["used"], "series"], sources.loc[~sources["used"], "root"], strict=True)
        )
        claims = [s for s in series if s in set(root.values())]
        relays = [s for s in series if s in root]
        if len(claims) == 1 and len(claims) + len(relays) == len(series):
            relayed = f", relayed by {listed([short_name(assessment, s) for s in relays])}" if relays else ""
            return f"{short_name(assessment, claims[0])} puts {name}'s losses at {rate}{relayed}: one side's claim"
    return f"Published counts put {name}'s losses at {rate}"


RECIPES = (
    Recipe("losses_history", "fighting", "published losses", (LOSSES_HISTORY,), losses_by_month),
    Recipe("losses_ahead", "fighting", "losses ahead", (LOSSES_FAN,), losses_ahead),
    Recipe("price", "price", "price of handed-over land", (PRICE,), price_of_land),
)
