"""Figures of the measured front: gains by month and region, and the length of the line of contact."""

from __future__ import annotations

from datetime import date

import pandas as pd

from contactline.core.rounding import measured, number
from contactline.topics.assessment import Assessment
from contactline.topics.front.schema import AREA_HISTORY, FRONT_MONTHLY, LINE_HISTORY
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    headline_of,
    inline,
    region_name,
    series_name,
    short_name,
    source_line,
    spec_of,
    time_x,
)
from contactline.topics.showing.judgements import plain_day
from contactline.topics.showing.theme import INK
from contactline.topics.showing.topic import KeyNumber, Section, Topic
from contactline.topics.words import listed

SHOWN_REGIONS = 5
"""Regions with a colour of their own; the rest are summed as "other regions"."""


def gains_by_month(assessment: Assessment) -> list[Figure]:
    """Stacked columns by region for the headline map, the other map's total as a tick."""
    table = assessment.tables[FRONT_MONTHLY]
    headline = headline_of(assessment, list(table["series"].unique()))
    own, others = table[table["series"] == headline], table[table["series"] != headline]
    total = _totals(own)
    parts = _by_region(assessment, own[own["region"] != "total"])
    bars = (
        alt.Chart(inline(parts))
        .mark_bar()
        .encode(
            x=alt.X(
                "yearmonth(month):T",
                title=None,
                axis=month_axis(parts["month"]),
            ),
            y=alt.Y("km2:Q", title="km² net, per month"),
            color=alt.Color("region:N", title=None, sort=list(dict.fromkeys(parts["region"]))),
            tooltip=[alt.Tooltip("month:T", format="%B %Y"), "region:N", alt.Tooltip("km2:Q", format=",.0f")],
        )
    )
    layers: list[alt.Chart] = [bars]
    shown = others[(others["region"] == "total") & (others["month"] >= total["month"].min())]
    names = [short_name(assessment, s) for s in shown["series"].unique()]
    if not shown.empty:
        named = shown.assign(map=shown["series"].map(lambda s: f"{short_name(assessment, s)}, total"))
        layers.append(
            alt.Chart(inline(named[["map", "month", "km2"]]))
            .mark_point(filled=True, size=55, color=INK, opacity=1)
            .encode(
                x=alt.X("yearmonth(month):T", bandPosition=0.5),
                y="km2:Q",
                shape=alt.Shape("map:N", title=None, legend=alt.Legend(orient="bottom")),
                tooltip=[
                    "map:N",
                    alt.Tooltip("month:T", format="%B %Y"),
                    alt.Tooltip("km2:Q", format=",.0f"),
                ],
            )
        )
    chart = alt.layer(*layers).resolve_scale(color="independent", shape="independent")
    title, alt_text = _gains_title(assessment, total)
    notes = [
        f"Columns: {short_name(assessment, headline)} by region.",
        f"Points: {listed(names)}." if names else "",
        _flagged_months(assessment, table, total["month"].min()),
        _partial_month(assessment.case.as_of, total["month"].max()),
        source_line(assessment, *(series_name(assessment, s) for s in table["series"].unique())),
    ]
    return [Figure("gains", "front", title, " ".join(n for n in notes if n), alt_text, spec_of(chart, 300))]


def month_axis(months: pd.Series) -> alt.Axis:
    """An axis of month columns: each label in the middle of its column, not at its left edge."""
    middles = [
        alt.DateTime(year=month.year, month=month.month, date=1 + month.days_in_month // 2)
        for month in sorted(months.unique())
    ]
    return alt.Axis(format="%b %Y", values=middles[::-1], labelOverlap="parity", labelSeparation=4)


def line_length(assessment: Assessment) -> list[Figure]:
    """Length of the line of contact over time."""
    table = assessment.tables[LINE_HISTORY].sort_values("date")
    first, last = table.iloc[0], table.iloc[-1]
    change = last["km"] - first["km"]
    word = "longer" if change > 0 else "shorter"
    title = (
        f"The line is {last['km']:,.0f} km long, {abs(change):,.0f} km {word} "
        f"than on {plain_day(first['date'].date())}"
    )
    chart = (
        alt.Chart(inline(table))
        .mark_line(color=INK, strokeWidth=1.8)
        .encode(
            x=time_x("date", table["date"]),
            y=alt.Y("km:Q", title="km", scale=alt.Scale(zero=False)),
            tooltip=[alt.Tooltip("date:T"), alt.Tooltip("km:Q", format=",.0f")],
        )
    )
    subtitle = "Length inside the country of the boundary between holders. " + source_line(
        assessment, series_name(assessment, assessment.case.headline_series.id)
    )
    alt_text = f"Line chart of the length of the line of contact. {title}."
    return [Figure("line_length", "front", title, subtitle, alt_text, spec_of(chart, 180))]


RECIPES = (
    Recipe("gains", "front", "gains by month and region", (FRONT_MONTHLY,), gains_by_month),
    Recipe("line_length", "front", "length of the line", (LINE_HISTORY,), line_length),
)


def _totals(own: pd.DataFrame) -> pd.DataFrame:
    """Month and km² of the whole series; the sum of its regions where no total is given."""
    total = own[own["region"] == "total"]
    if total.empty:
        return own.groupby("month").agg(km2=("km2", "sum")).reset_index()
    return total[["month", "km2"]]


def _by_region(assessment: Assessment, regions: pd.DataFrame) -> pd.DataFrame:
    """Rows of month, region name, km²; small regions summed; the total alone if there are no regions."""
    if regions.empty:
        table = assessment.tables[FRONT_MONTHLY]
        headline = headline_of(assessment, list(table["series"].unique()))
        return _totals(table[table["series"] == headline]).assign(region="total")
    size = regions.groupby("region")["km2"].apply(lambda v: v.abs().sum()).sort_values(ascending=False)
    moved = list(size.index[size > 0])
    kept = moved[:SHOWN_REGIONS] if len(moved) > SHOWN_REGIONS + 1 else moved
    names = {r: region_name(assessment, str(r)) for r in kept}
    named = regions.assign(region=[names.get(r, "other regions") for r in regions["region"]])
    summed = named.groupby(["month", "region"]).agg(km2=("km2", "sum")).reset_index()
    summed = summed[(summed["region"] != "other regions") | (len(moved) > len(kept))]
    rank = {name: i for i, name in enumerate([*names.values(), "other regions"])}
    order = summed["region"].map(rank)
    return summed.assign(rank=order).sort_values(["rank", "month"])[["month", "region", "km2"]]


def _gains_title(assessment: Assessment, total: pd.DataFrame) -> tuple[str, str]:
    as_of = pd.Timestamp(assessment.case.as_of)
    full = total[total["month"] + pd.offsets.MonthEnd(0) <= as_of].sort_values("month")
    if full.empty:
        return "Net gains by month", "Columns of net gain by month and region."
    last, year = full.iloc[-1], full.tail(12)
    mean = year["km2"].mean()
    verb = "gained" if last["km2"] >= 0 else "lost"
    side = assessment.case.challenger.name
    title = (
        f"{side} {verb} a net {measured(abs(last['km2']))} km² in {last['month']:%B %Y}; "
        f"the mean of the last {len(year)} full months is {measured(mean)} km²"
    )
    peak = full.iloc[int(full["km2"].argmax())]
    return title, f"Columns of net gain by month and region. {title}. Highest: {peak['month']:%B %Y}."


def _partial_month(as_of: date, last: pd.Timestamp) -> str:
    """Says so where the last column stands for part of a month."""
    whole = last + pd.offsets.MonthEnd(0) <= pd.Timestamp(as_of)
    return "" if whole else f"{as_of:%B %Y} runs to day {as_of.day} only."


def _flagged_months(assessment: Assessment, table: pd.DataFrame, since: pd.Timestamp) -> str:
    """Which months of which map hold days that are missing, doubled or redrawn."""
    parts = []
    for series, own in table[table["flagged"] & (table["month"] >= since)].groupby("series", sort=False):
        months = [f"{month:%b %Y}" for month in own["month"].drop_duplicates().sort_values()]
        parts.append(f"{short_name(assessment, str(series))} in {listed(months)}")
    return f"Days missing, doubled or redrawn: {'; '.join(parts)}." if parts else ""


def finding(assessment: Assessment) -> str:
    """The year's net gain and the length of the line."""
    case, table = assessment.case, assessment.tables.rows(LINE_HISTORY)
    gains = assessment.tables.rows(FRONT_MONTHLY)
    if gains.empty:
        return ""
    # The page's other figures of the year come from the same map and the same months.
    regions = gains["region"] != "total"
    series = headline_of(assessment, list(gains["series"].unique()))
    series = (
        series
        if (regions & (gains["series"] == series)).any() or not regions.any()
        else gains.loc[regions, "series"].iloc[0]
    )
    own = gains[gains["series"] == series]
    own = own[own["region"] == "total"] if (own["region"] == "total").any() else own
    year = own.groupby("month")["km2"].sum().sort_index().iloc[-12:]
    verb = "gained" if year.sum() >= 0 else "lost"
    said = (
        f"{case.challenger.name} {verb} a net {measured(abs(year.sum()))} km² in the last {len(year)} full months, "
        f"{measured(year.min())} to {measured(year.max())} km² a month ({short_name(assessment, series)})"
    )
    if len(table):
        said += f"; the line is {measured(float(table['km'].iloc[-1]))} km long"
    return said + "."


def recent_gain(assessment: Assessment) -> KeyNumber | None:
    """The net gain of the last twelve full months."""
    table = assessment.tables.rows(FRONT_MONTHLY)
    if table.empty:
        return None
    own = table[table["series"] == headline_of(assessment, list(table["series"].unique()))]
    totals = own[own["region"] == "total"] if (own["region"] == "total").any() else own
    monthly = totals.groupby("month")["km2"].sum()
    ends = pd.DatetimeIndex(monthly.index) + pd.offsets.MonthEnd(0)
    full = monthly[ends <= pd.Timestamp(assessment.case.as_of)].tail(12)
    if full.empty:
        return None
    share = 100 * full.sum() / assessment.case.evidence.country_km2
    label = f"net gain of {assessment.case.challenger.name} in the last {len(full)} full months"
    note = f"{share:.2f}% of the country; {measured(full.iloc[-1])} km² in {full.index[-1]:%B %Y}"
    others = table[
        (table["region"] == "total") & ~table["series"].isin(own["series"]) & table["month"].isin(full.index)
    ]
    for series in sorted(map(str, others["series"].unique())):
        rows = others[others["series"] == series]
        if len(rows) == len(full):
            note += f"; {measured(rows['km2'].sum())} km² by {series.upper() if len(series) < 5 else series}"
    return KeyNumber(f"{measured(full.sum())} km²", label, note)


def series_gap(assessment: Assessment) -> str:
    """One sentence on how far the map series disagree; empty with fewer than two."""
    table = assessment.tables.rows(AREA_HISTORY)
    if table["series"].nunique() < 2:
        return ""
    wide = table.pivot_table(index="date", columns="series", values="km2").dropna()
    if len(wide) < 6:
        return ""
    first, second = wide.columns[:2]
    gap = wide[first] - wide[second]
    four = gap.diff(4).dropna().abs().mean()
    end = gap.iloc[-1] - gap.iloc[0]
    names = [short_name(assessment, str(s)) for s in (first, second)]
    return (
        f"{names[0]} and {names[1]} overlap for {len(wide)} weeks. Over four weeks their net changes differ by "
        f"{number(four, 0, four)} km² on average; over the whole overlap {names[0]} counts "
        f"{number(abs(end), 0, abs(end))} km² {'more' if end > 0 else 'less'}. "
        "Neither is corrected to the other: the disagreement is carried as error of observation."
    )


TOPIC = Topic(
    "front",
    "Where is the line, and how fast does it move?",
    sections=(Section("front", "The front", finding),),
    recipes=RECIPES,
    numbers=(recent_gain,),
)
