"""Figures that set proposals side by side: how far the line runs from each city, before and after."""

from __future__ import annotations

import altair as alt
import pandas as pd

from contactline.core.rounding import measured
from contactline.topics.assessment import Assessment
from contactline.topics.proposals.schema import DEAL_COMPARE
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    inline,
    listed,
    rows_axis,
    source_line,
    spec_of,
    wrapped,
)
from contactline.topics.showing.judgements import focus_proposal
from contactline.topics.showing.theme import CATEGORIES, INK, RULE

NEAR_KM = 150.0
"""Cities farther than this from every line are left out: the figure is about those that the line threatens."""

STAYS_KM = 0.5
"""A change below this is none: the line is measured on cells of a kilometre and more."""


def city_distances(assessment: Assessment) -> list[Figure]:
    """Distance of each city from the line now, and after each proposal."""
    table = distances(assessment.tables[DEAL_COMPARE])
    table = table[table.groupby("place")["now"].transform("min") <= NEAR_KM]
    if table.empty:
        return []
    deals = list(dict.fromkeys(table["deal"]))
    order = list(table.groupby("city")["now"].min().sort_values().index)
    shown = table.assign(city=[wrapped(city) for city in table["city"]])
    y = alt.Y("city:N", title=None, sort=[wrapped(c) for c in order], axis=rows_axis())
    offset = alt.YOffset("deal:N", sort=deals)
    colour = alt.Color(
        "deal:N",
        title="after",
        scale=alt.Scale(domain=deals, range=list(CATEGORIES[: len(deals)])),
        legend=alt.Legend(columns=1, labelLimit=420),
    )
    tip = [
        alt.Tooltip("city:N", title="city"),
        alt.Tooltip("deal:N", title="after"),
        alt.Tooltip("now:Q", title="km now", format=".0f"),
        alt.Tooltip("then:Q", title="km after", format=".0f"),
    ]
    base = alt.Chart(inline(shown))
    chart = alt.layer(
        base.mark_rule(color=RULE, strokeWidth=3).encode(
            x=alt.X("now:Q", title="km from the line (zero: not held by the defender)"),
            x2="then:Q",
            y=y,
            yOffset=offset,
        ),
        base.mark_tick(color=INK, thickness=2, size=12).encode(x="now:Q", y=y, yOffset=offset, tooltip=tip),
        base.mark_point(filled=True, size=75, opacity=1).encode(
            x="then:Q", y=y, yOffset=offset, color=colour, tooltip=tip
        ),
    )
    title = _title(assessment, table)
    subtitle = (
        "Dark tick: now; dot: after the proposal. Distances are to ground held inside the country: where "
        f"{assessment.case.challenger.name} leaves a border region, its own border stays as near as it was. "
        + source_line(assessment, assessment.case.headline_series.name, "terms as coded in the case")
    )
    height = 60 + 22 * len(deals) + (12 + 15 * len(deals)) * len(order)
    alt_text = f"Distances of cities from the line, now and after each proposal. {title}."
    return [Figure("city_distances", "proposals", title, subtitle, alt_text, spec_of(chart, height))]


def distances(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of deal_compare on distances, paired: columns proposal, deal, place, city, now and then (km)."""
    own = table[table["item"].str.startswith("distance_")]
    when = own["item"].str.split(".").str[0].map({"distance_before": "now", "distance_after": "then"})
    rows = own.assign(
        when=when,
        place=own["item"].str.split(".").str[1],
        city=own["label"].str.replace(r" to the line.*| now$| after$", "", regex=True),
        deal=own["name"],
    )
    if rows.empty:
        return pd.DataFrame(columns=["proposal", "deal", "place", "city", "now", "then"])
    index = ["proposal", "deal", "place", "city"]
    wide = rows.pivot_table(index=index, columns="when", values="value", sort=False).reset_index()
    return wide.dropna(subset=["now", "then"])


def _title(assessment: Assessment, table: pd.DataFrame) -> str:
    """Where the line moves nearer and farther under the proposal in focus; or that no proposal moves it."""
    change = table["then"] - table["now"]
    if (change.abs() < STAYS_KM).all():
        return "No proposal moves the line nearer to a city, or farther from one"
    focus = focus_proposal(assessment.case, assessment.tables)
    moved = set(table.loc[change.abs() >= STAYS_KM, "proposal"])
    chosen = focus if focus in moved else str(table["proposal"].iloc[int(change.abs().argmax())])
    own = table[table["proposal"] == chosen].assign(change=change)
    nearer = own[own["change"] <= -STAYS_KM]
    farther = own[own["change"] >= STAYS_KM]
    same = own[own["change"].abs() < STAYS_KM]
    parts = [
        f"runs nearer to {_moves(nearer)}" if len(nearer) else "",
        f"moves away from {_moves(farther)}" if len(farther) else "",
        f"stays where it is before {listed(list(same['city']))}" if len(same) else "",
    ]
    return f"{own['deal'].iloc[0]}: the line {listed([part for part in parts if part])}"


def _moves(rows: pd.DataFrame) -> str:
    """ "North (32 → 20 km) and South (61 → 82 km)"."""
    ends = rows[["now", "then"]].to_numpy(dtype=float)
    return listed(
        [
            f"{city} ({measured(now)} → {measured(then)} km)"
            for city, (now, then) in zip(rows["city"], ends, strict=True)
        ]
    )


RECIPES = (
    Recipe(
        "city_distances", "proposals", "distance of cities from the line", (DEAL_COMPARE,), city_distances
    ),
)
