"""Published estimates of Russian losses as The Economist collects them: one series per publisher and kind.

Many publishers repeat somebody else's count; `root` says whose, so that nobody takes repeated figures for
independent ones. Estimates that were published after an as-of date are left out and named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from contactline.case.tables import check_table
from contactline.core.errors import EvidenceError, UnknownNameError
from contactline.core.provenance import Provenance
from contactline.evidence.csvfiles import days, first_line, numbers, read_csv
from contactline.evidence.sources import provenance_of

COLUMNS = ("series", "root", "side", "kind", "date", "cumulative", "low", "high", "flag")

KINDS = {"deaths": "killed", "casualties": "killed_wounded"}
MEASURES = ("estimate", "estimate_low", "estimate_high")


@dataclass(frozen=True)
class Publisher:
    """A publisher in the file: our series id and whose count its dead and its casualties rest on."""

    series: str
    root_killed: str
    root_killed_wounded: str


PUBLISHERS: dict[str, Publisher] = {
    # UK MoD's casualties relay the Ukrainian General Staff's daily claims; its rare figures of the dead are
    # its own judgement. IISS (783,000 on 2025-01-01) and the UK foreign ministry repeat it; CSIS cites it.
    "UK MoD": Publisher("uk_mod", "uk_mod", "general_staff"),
    "UK Foreign ministry": Publisher("uk_foreign_ministry", "uk_mod", "general_staff"),
    "IISS": Publisher("iiss", "uk_mod", "general_staff"),
    "CSIS": Publisher("csis", "csis", "general_staff"),
    "The Centre for Strategic and International Studies": Publisher("csis", "csis", "csis"),
    # Assumption: all United States officials draw on one intelligence assessment, NATO officials on theirs.
    "CIA": Publisher("cia", "us_government", "us_government"),
    "US DoD": Publisher("us_dod", "us_government", "us_government"),
    "US officials (via NYT)": Publisher("us_officials_nyt", "us_government", "us_government"),
    "US officials (via The Economist)": Publisher("us_officials_economist", "us_government", "us_government"),
    "NATO nations (via NYT)": Publisher("nato_nyt", "nato", "nato"),
    "NATO officials (via WP)": Publisher("nato_wp", "nato", "nato"),
    "Western intelligence agencies (via WSJ)": Publisher("western_intelligence_wsj", "nato", "nato"),
    "French foreign minister": Publisher("french_foreign_minister", "french_government", "french_government"),
    # The probate model is calibrated on the list of named dead that BBC Russia and Mediazona keep.
    "BBC Russia": Publisher("bbc_russia", "named_dead", "named_dead"),
    "Meduza": Publisher("meduza", "named_dead", "named_dead"),
    "Excess deaths estimate (D. Kobak)": Publisher("excess_deaths", "excess_mortality", "excess_mortality"),
}


@dataclass(frozen=True)
class LaterEdition:
    """A publisher's rows that were published long after the dates they bear: on `published` or later.

    `first_day` and `central` recognise the edition by the central figure of its first day (None: any).
    """

    source: str
    kind: str
    first_day: date
    central: float | None
    published: date
    why: str


LATER_EDITIONS = (
    LaterEdition(
        "CSIS",
        "casualties",
        date(2025, 12, 1),
        1_200_000,
        date(2026, 1, 1),
        "report of 2026 on the year 2025",
    ),
    LaterEdition(
        "CSIS", "deaths", date(2025, 12, 1), None, date(2026, 1, 1), "report of 2026 on the year 2025"
    ),
    LaterEdition(
        "Meduza",
        "deaths",
        date(2022, 2, 24),
        456.1974551665733,
        date(2026, 1, 1),
        "edition of 2026 (meduza_2026_weekly.csv, EDAssembled: killed and missing)",
    ),
)


def read_estimates(path: Path, *, as_of: date | None = None) -> tuple[pd.DataFrame, Provenance]:
    """Table `losses` from raw_estimates.csv: series per publisher, side russia, persons since the war began.

    `deaths` become kind killed, `casualties` killed_wounded; Meduza's edition of 2026 adds the missing and
    becomes killed_missing. Where only a range is given, `cumulative` is its middle. A day whose central
    figure is below the one before in the same series is flagged `revised`.

    as_of : leave out rows dated later, and rows of LATER_EDITIONS published later; the note names them.

    Raises EvidenceError for a wrong header, value, publisher's kind or a repeated estimate, and
    UnknownNameError for a publisher whose root nobody has judged yet.
    """
    path = Path(path)
    raw = read_csv(path, ("date", "source", "country", "estimate_type", "estimate", "source_type"))
    raw["day"], raw["persons"] = days(raw["date"], path), numbers(raw["estimate"], path)
    for column, allowed in (("source_type", KINDS), ("estimate_type", MEASURES), ("country", ("russia",))):
        _check_values(raw[column], list(allowed), path)
    for source in raw["source"].unique():
        if source not in PUBLISHERS:
            raise UnknownNameError("publisher of loss estimates", source, PUBLISHERS)
    kept, note = _known_by(raw, as_of)
    kinds = _kinds(raw).loc[kept.index]
    wide = kept.assign(kind=kinds).pivot_table(
        index=["source", "kind", "day"], columns="estimate_type", values="persons", aggfunc=_only(path)
    )
    table = _losses(wide.reindex(columns=list(MEASURES)).reset_index())
    return check_table("losses", table, str(path)), provenance_of(path, "economist", note)


def read_uk_mod(path: Path) -> tuple[pd.DataFrame, Provenance]:
    """Table `losses`, series uk_mod, killed and wounded, from uk_mod_monthly.csv.

    UK MoD publishes average daily losses per month, which The Economist multiplies and adds up from March
    2022 on (February 2022 is not in it); the count stands for the first day of the next month. It mostly
    relays the Ukrainian General Staff: root general_staff.

    Raises EvidenceError for a wrong header, value or date, and where the months do not add up.
    """
    path = Path(path)
    date_column, total, monthly = (
        "date (at beginning of next month)",
        "cumulative casualties",
        "casualties in month",
    )
    raw = read_csv(path, (date_column, total, monthly))
    count = numbers(raw[total], path)
    added = numbers(raw[monthly], path).cumsum()
    if (added != count).any():
        line = first_line(added != count)
        raise EvidenceError(
            f"{path}, line {line}, column {total!r}: got {count.loc[line]:g}; the months before add up to "
            f"{added.loc[line]:g}. Correct the row or fetch the file again."
        )
    frame = pd.DataFrame({"series": "uk_mod", "root": "general_staff", "side": "russia"}, index=raw.index)
    frame["kind"], frame["date"] = "killed_wounded", days(raw[date_column], path, "%d/%m/%Y")
    frame["cumulative"], frame["low"], frame["high"], frame["flag"] = count, float("nan"), float("nan"), ""
    return check_table("losses", frame, str(path)), provenance_of(path, "economist")


def join_losses(*tables: pd.DataFrame) -> pd.DataFrame:
    """Loss tables one above the other; a row that stands in two of them with the same count is kept once.

    Raises EvidenceError if two tables give the same series, side, kind and day different counts.
    """
    key = ["series", "side", "kind", "date"]
    joined = pd.concat(tables, ignore_index=True).drop_duplicates([*key, "cumulative"])
    clash = joined.duplicated(key, keep=False)
    if clash.any():
        row = joined[clash].iloc[0]
        values = joined.loc[clash & (joined["date"] == row["date"]), "cumulative"].tolist()
        raise EvidenceError(
            f"losses of series {row['series']!r} on {row['date']:%Y-%m-%d}: two files say {values}; "
            "allowed is one count. Leave out the older file."
        )
    return joined.sort_values(key, ignore_index=True)


def _check_values(values: pd.Series, allowed: list[str], path: Path) -> None:
    wrong = ~values.isin(allowed)
    if wrong.any():
        line = first_line(wrong)
        raise EvidenceError(
            f"{path}, line {line}, column {values.name!r}: got {values.loc[line]!r}; allowed are "
            f"{', '.join(allowed)}. Correct the value; the file may be cut."
        )


def _of_edition(raw: pd.DataFrame, edition: LaterEdition) -> pd.Series:
    """True for the rows of a later edition, none if the file holds another edition of that publisher."""
    rows = (raw["source"] == edition.source) & (raw["source_type"] == edition.kind)
    rows &= raw["day"] >= pd.Timestamp(edition.first_day)
    if edition.central is None:
        return rows
    first = rows & (raw["day"] == pd.Timestamp(edition.first_day)) & (raw["estimate_type"] == "estimate")
    return rows & bool(((raw.loc[first, "persons"] - edition.central).abs() < 0.5).any())


def _known_by(raw: pd.DataFrame, as_of: date | None) -> tuple[pd.DataFrame, str]:
    """The rows that were public on `as_of`, and a note on those left out."""
    if as_of is None:
        return raw, ""
    keep, notes = raw["day"] <= pd.Timestamp(as_of), []
    if (~keep).any():
        notes.append(f"{int((~keep).sum())} rows dated after {as_of}")
    for edition in LATER_EDITIONS:
        rows = _of_edition(raw, edition) & keep
        if edition.published > as_of and rows.any():
            notes.append(f"{int(rows.sum())} rows of {edition.source} {edition.kind}: {edition.why}")
            keep &= ~rows
    return raw[keep], "left out as not yet public: " + "; ".join(notes) if notes else ""


def _kinds(raw: pd.DataFrame) -> pd.Series:
    kinds = raw["source_type"].map(KINDS)
    for edition in LATER_EDITIONS:
        if "missing" in edition.why:
            kinds = kinds.mask(_of_edition(raw, edition), "killed_missing")
    return kinds


def _only(path: Path) -> Callable[[pd.Series], float]:
    def only(values: pd.Series) -> float:
        if len(values) > 1:
            lines = ", ".join(str(line) for line in values.index)
            raise EvidenceError(
                f"{path}, lines {lines}: the same estimate stands {len(values)} times; allowed is once. "
                "Remove the repeated lines."
            )
        return float(values.iloc[0])

    return only


def _losses(wide: pd.DataFrame) -> pd.DataFrame:
    publishers = wide["source"].map(PUBLISHERS)
    central = wide["estimate"].fillna((wide["estimate_low"] + wide["estimate_high"]) / 2)
    central = central.fillna(wide["estimate_low"]).fillna(wide["estimate_high"])
    table = pd.DataFrame(
        {
            "series": publishers.map(lambda p: p.series),
            "root": [
                p.root_killed_wounded if kind == "killed_wounded" else p.root_killed
                for p, kind in zip(publishers, wide["kind"], strict=True)
            ],
            "side": "russia",
            "kind": wide["kind"],
            "date": wide["day"],
            "cumulative": central,
            "low": wide["estimate_low"],
            "high": wide["estimate_high"],
        }
    ).sort_values(["series", "kind", "date"], ignore_index=True)
    fell = table.groupby(["series", "kind"])["cumulative"].diff() < 0
    return table.assign(flag=fell.map({True: "revised", False: ""}))[list(COLUMNS)]
