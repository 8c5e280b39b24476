"""The sentence that opens each section: what its tables say, in one breath; empty where a table is absent.

Every figure is read off a table, so the sentence cannot part from the charts below it.
"""

from __future__ import annotations

import math

from contactline.core.rounding import amount, measured, percent
from contactline.topics.allies.show import allies_sentences
from contactline.topics.assessment import Assessment
from contactline.topics.claims.schema import CLAIMS
from contactline.topics.fighting.schema import GAIN_FAN, OBJECTIVES
from contactline.topics.front.schema import FRONT_MONTHLY, LINE_HISTORY
from contactline.topics.guarantee.schema import GUARANTEE
from contactline.topics.proposals.schema import DEALS, PRICE
from contactline.topics.sensitivity.schema import ACCEPTABILITY, FLIPS
from contactline.topics.showing.figures import headline_of, listed, region_name, short_name
from contactline.topics.showing.judgements import band
from contactline.topics.showing.track import track_sentences, without_scores
from contactline.topics.showing.whose import of_one_proposal
from contactline.topics.support.schema import SUPPORT_FRONTIER
from contactline.topics.truce.schema import AIMS, TRUCE
from contactline.topics.trust.schema import ASSUMPTIONS

TWO_YEARS = 104


def section_findings(assessment: Assessment) -> dict[str, str]:
    """Section → its opening sentence; sections without the tables for one are left out."""
    makers = {
        "front": _front,
        "fighting": _fighting,
        "proposals": _proposals,
        "price": _price,
        "truce": _truce,
        "support": _support,
        "allies": _allies,
        "choice": _choice,
        "sensitivity": _sensitivity,
        "claims": _claims,
        "trust": _trust,
        "assumptions": _assumptions,
    }
    found = {section: make(assessment) for section, make in makers.items()}
    return {section: text for section, text in found.items() if text}


def guarantor_words(assessment: Assessment) -> str:
    """Why the chance that the guarantor acts has several figures on one page; empty without the table of reasons."""
    steps, truces = assessment.tables.rows(GUARANTEE), assessment.tables.rows(TRUCE)
    own, name = of_one_proposal(
        assessment, truces[truces["variant"] == "as_written"] if len(truces) else truces
    )
    if steps.empty or own.empty or not own["credibility_q50"].iloc[0] > 0:
        return ""
    rows = steps[(steps["step"] != "study") & steps["proposals"].astype(str).str.contains(name, regex=False)]
    if rows.empty:
        return ""
    rows = rows[rows["guarantee"] == rows["guarantee"].iloc[0]].sort_values("position")
    last, now = rows.iloc[-1], own.iloc[0]
    text = (
        "The chance that the guarantor acts is given on this page as it stands if the truce breaks at once: "
        f"{percent(now['credibility_mean'])} on average (80% of belief sets: {percent(now['credibility_q10'])} to "
        f"{percent(now['credibility_q90'])})"
    )
    if last["years"] > 0:
        text += (
            f"; what time brings makes that {percent(last['mean'])} on average in year {last['years']:.0f}"
        )
    return text + ". How it comes about stands step by step below."


def _front(assessment: Assessment) -> str:
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


def _fighting(assessment: Assessment) -> str:
    gains, objectives = assessment.tables.rows(GAIN_FAN), assessment.tables.rows(OBJECTIVES)
    said = []
    case = assessment.case
    own = gains[(gains["model"] == "headline") & (gains["week"] == TWO_YEARS)] if len(gains) else gains
    if len(own):
        row = own.iloc[0]
        said.append(
            f"If the fighting goes on, {case.challenger.name} gains "
            f"{amount(row['q50'], row['q10'], row['q90'], 'km²')} net in two years."
        )
    head = objectives[objectives["model"] == "headline"] if len(objectives) else objectives
    if len(head):
        row = head.sort_values("km2_remaining", kind="stable", na_position="first").iloc[-1]
        two, five = float(row["p_104"]), float(row["p_260"])
        name = _after_name(str(row["name"]))
        said.append(f"That {name} falls is {_said(two)} within two years and {_said(five)} within five.")
    return " ".join(said)


def _proposals(assessment: Assessment) -> str:
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


def _price(assessment: Assessment) -> str:
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


def _truce(assessment: Assessment) -> str:
    table = assessment.tables.rows(TRUCE)
    table = table[table["variant"] == "as_written"] if len(table) else table
    if table.empty:
        return ""
    row = of_one_proposal(assessment, table)[0].iloc[0]
    p = float(row["p_hold_156"])
    said = (
        f"That a truce on “{row['name']}” holds three years is {_said(p)}; by belief the chance runs from "
        f"{percent(row['p_hold_156_q10'])} to {percent(row['p_hold_156_q90'])} (80% range)"
    )
    low, high = table["p_hold_156"].min(), table["p_hold_156"].max()
    if len(table) > 1:
        said += f". The proposals differ less than the beliefs do: {percent(low)} to {percent(high)}" if (
            high - low < row["p_hold_156_q90"] - row["p_hold_156_q10"]
        ) else f". Across proposals it runs from {percent(low)} to {percent(high)}"  # fmt: skip
    return said + "."


def _choice(assessment: Assessment) -> str:
    """Which course is best most often, since better than fighting on is not best; and what the aims make of it."""
    said = []
    table = assessment.tables.rows(ACCEPTABILITY)
    if len(table):
        best = table.loc[table.groupby("viewpoint", sort=False)["first"].idxmax(), "course"]
        ranked = best.value_counts()
        names = {p.id: f"“{p.name}”" for p in assessment.case.proposals} | {"fight_on": "fighting on"}
        parts = [f"{names.get(str(course), str(course))} by {count}" for course, count in ranked.items()]
        said.append(
            f"Of all courses compared, the best in most cases is {listed(parts)} of {len(best)} viewpoints: better "
            "than fighting on, which the figure below asks, is not the same as best."
        )
    aims = assessment.tables.rows(AIMS)
    own = of_one_proposal(assessment, aims)[0]
    own = own.set_index("aim") if len(own) else own
    if len(own):
        first, last = own.iloc[0], own.iloc[-1]
        said.append(
            f"Accepting “{first['name']}” does better than fighting on under {percent(first['share_accept'])} of "
            f"beliefs if the other side's aims are {own.index[0]}, under {percent(last['share_accept'])} if they are "
            f"{own.index[-1]} ({assessment.case.defender.name}'s default viewpoint)."
        )
    return " ".join(said)


def _support(assessment: Assessment) -> str:
    table = assessment.tables.rows(SUPPORT_FRONTIER)
    if table.empty or "p_belt_104" not in table or table["p_belt_104"].isna().all():
        return ""
    ranked = table.dropna(subset="p_belt_104").sort_values("p_belt_104", kind="stable")
    base, low, high = table.iloc[0], ranked.iloc[0], ranked.iloc[-1]
    ends = [f"{percent(low['p_belt_104'])} at the lowest ({_after_name(low['name'])})"] * (
        low["path"] != base["path"]
    )
    ends += [f"{percent(high['p_belt_104'])} at the highest ({_after_name(high['name'])})"] * (
        high["path"] != base["path"]
    )
    return (
        f"If the fighting goes on, the fortified belt still stands after two years in "
        f"{listed([percent(base['p_belt_104']) + ' of futures with support as today', *ends])}; "
        "how strongly supply moves the front is an assumption."
    )


def _allies(assessment: Assessment) -> str:
    return next(iter(allies_sentences(assessment)), "")


def _sensitivity(assessment: Assessment) -> str:
    flips = assessment.tables.rows(FLIPS)
    if flips.empty:
        return ""
    flips, name = of_one_proposal(assessment, flips)
    views = flips.groupby("viewpoint", sort=False)["inside"].any()
    turned, of = int(views.sum()), len(views)
    beyond = int((flips.groupby("viewpoint", sort=False)["flip_value"].count() > 0).sum()) - turned
    further = f" (for {beyond} one does beyond that range)" if beyond else ""
    about = f"between accepting “{name}” and fighting on"
    if not turned:
        return (
            f"No single belief, moved over its present range, turns the ranking {about} for any viewpoint examined"
            f"{further}."
        )
    return (
        f"For {turned} of {of} viewpoints one belief alone, moved over its present range, turns the ranking {about}; "
        f"for the other {of - turned} none does{further}."
    )


def _claims(assessment: Assessment) -> str:
    table = assessment.tables.rows(CLAIMS)
    if table.empty:
        return ""
    counts = table["verdict"].value_counts()
    stands, falls, both, untold = (
        int(counts.get(v, 0)) for v in ("supported", "not supported", "contested", "not testable")
    )
    stand, do, have = (
        "stands" if stands == 1 else "stand",
        "does" if falls == 1 else "do",
        "has" if both == 1 else "have",
    )
    return (
        f"{stands} of {len(table)} claims {stand} against the figures and the sourced facts and {falls} {do} not; "
        f"{both} {have} figures or facts on both sides, and {untold} cannot be tested."
    )


def _trust(assessment: Assessment) -> str:
    """The head of the track record: bars by point value and by range, what beat the headline, where outcomes fell."""
    return " ".join(
        (*without_scores(assessment.tables, assessment.run.notes), *track_sentences(assessment.tables))
    )


def _assumptions(assessment: Assessment) -> str:
    table = assessment.tables.rows(ASSUMPTIONS)
    if table.empty:
        return ""
    owners = table["owner"].value_counts()
    top = f"{owners.iloc[0]} of them are owned by {owners.index[0]}" if len(owners) > 1 else (
        f"all owned by {owners.index[0]}"
    )  # fmt: skip
    cited = int((table["sources"].fillna("") != "").sum())
    return f"{len(table)} beliefs enter the figures: {top}; {cited} name sources for what they rest on."


def _said(p: float) -> str:
    return f"{band(p)} ({percent(p)})"


def _years(assessment: Assessment) -> str:
    return f"{assessment.run.horizon_weeks * 7 / 365.25:.0f} years"


def _after_name(name: str) -> str:
    return name[0].lower() + name[1:] if name.startswith(("The ", "Support ", "Both ")) else name
