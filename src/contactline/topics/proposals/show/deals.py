"""Figures that set proposals side by side: how far the line runs from each city, before and after."""

from __future__ import annotations

import math

import pandas as pd

from contactline.core.rounding import amount, measured, number, percent
from contactline.topics.assessment import Assessment, Judgement
from contactline.topics.proposals.schema import DEAL_COMPARE, DEALS, PRICE
from contactline.topics.showing import charts as alt
from contactline.topics.showing.figures import (
    Figure,
    Recipe,
    inline,
    region_name,
    rows_axis,
    source_line,
    spec_of,
    wrapped,
)
from contactline.topics.showing.judgements import (
    band,
    focus_proposal,
    forecast_confidence,
    judgement,
    proposal_name,
    region_of,
)
from contactline.topics.showing.theme import CATEGORIES, INK, RULE
from contactline.topics.showing.topic import Drafting, KeyNumber
from contactline.topics.showing.whose import of_one_proposal
from contactline.topics.words import listed

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


def finding(assessment: Assessment) -> str:
    """What each proposal hands over."""
    deals = assessment.tables.rows(DEALS)
    if deals.empty:
        return ""
    defender = assessment.case.defender.name
    given = deals[deals["km2_given_up"] > 0].sort_values("km2_given_up", ascending=False)
    kept = [f"“{name}”" for name in deals.loc[deals["km2_given_up"] <= 0, "name"]]
    said = [
        f"Under “{r['name']}” {defender} leaves {measured(r['km2_given_up'])} km², where "
        f"{measured(r['people_given_up'])} people lived before the war"
        + (f", and gets {measured(r['km2_returned'])} km² back" if r["km2_returned"] > 0 else "")
        for r in given.to_dict("records")
    ]
    if kept:
        said.append(f"{listed(kept)} {'hands' if len(kept) == 1 else 'hand'} over no ground")
    return "; ".join(said) + "."


def price_finding(assessment: Assessment) -> str:
    """What the handed-over ground would cost by force."""
    table = assessment.tables.rows(PRICE)
    if table.empty:
        return ""
    own, _ = of_one_proposal(assessment, table[table["km2"] > 0])
    if own.empty:
        return "No proposal examined hands over ground, so there is no ground to price."
    row = own.sort_values("km2", ascending=False).iloc[0]
    free = sorted(
        set(assessment.tables.rows(DEALS).get("proposal", [])) - set(table.loc[table["km2"] > 0, "proposal"])
    )
    rest = " The other proposals hand over no ground and so have no price here." if free else ""
    p = float(row["p_within_horizon"])
    return (
        f"The {measured(row['km2'])} km² of {region_name(assessment, row['region'])} in “{row['name']}” would fall "
        f"to force within {_years(assessment)} in {percent(p)} of the simulated futures ({band(p)})"
        + (
            f"; where they do, {assessment.case.challenger.name} has by then "
            f"{amount(row['attacker_losses_q50'], row['attacker_losses_q10'], row['attacker_losses_q90'])} "
            "killed and wounded on the whole front"
            if math.isfinite(row["attacker_losses_q50"])
            else ""
        )
        + "."
        + rest
    )


def _years(assessment: Assessment) -> str:
    return f"{assessment.run.horizon_weeks * 7 / 365.25:.0f} years"


def price_judgement(asked: Drafting) -> list[Judgement]:
    """What the largest piece of handed-over ground would cost by force."""
    case, tables, proposal = asked.case, asked.tables, asked.proposal
    rows = tables.rows(PRICE)
    rows = rows[rows["proposal"] == proposal]
    rows = rows[rows["km2"] > 0].sort_values("km2", ascending=False)
    if rows.empty:
        return []
    row = rows.iloc[0]
    losses = amount(row["attacker_losses_q50"], row["attacker_losses_q10"], row["attacker_losses_q90"])
    own = amount(row["defender_losses_q50"], row["defender_losses_q10"], row["defender_losses_q90"])
    p = float(row["p_within_horizon"])
    sentence = (
        f"Under “{proposal_name(case, proposal)}” {case.defender.name} leaves {measured(row['km2'])} km² of "
        f"{region_of(case, row['region'])}; that {case.challenger.name} could seize the same by force within "
        f"the horizon is {_as_predicate(p)}, "
        f"with {losses} of its soldiers killed and wounded on the whole front by then, and {own} of "
        f"{case.defender.name}'s."
    )
    return [judgement("price", sentence, p, *forecast_confidence(tables, 260))]


def _as_predicate(p: float) -> str:
    words = band(p)
    text = {"almost no chance": "has almost no chance", "remote": "has only a remote chance"}.get(words)
    return f"{words} ({percent(p)})" if text is None else f"something that {text} ({percent(p)})"


def price_number(assessment: Assessment) -> KeyNumber | None:
    """The challenger's losses until it has seized the same ground."""
    table = assessment.tables.rows(PRICE)
    focus = focus_proposal(assessment.case, assessment.tables)
    rows = table[(table["proposal"] == focus) & (table["km2"] > 0)].sort_values("km2", ascending=False)
    if rows.empty:
        return None
    row = rows.iloc[0]
    low, mid, high = (row[f"attacker_losses_{q}"] for q in ("q10", "q50", "q90"))
    place = f"{measured(row['km2'])} km² of {region_name(assessment, row['region'])}"
    side = assessment.case.challenger.name
    label = (
        f"killed and wounded of {side} on the whole front until it has seized the {place} at stake in “{row['name']}”, "
        f"in the {percent(float(row['p_within_horizon']))} of futures where it does so within the horizon"
    )
    return KeyNumber(number(mid, low, high), label, amount(mid, low, high).partition(" (")[2].rstrip(")"))
