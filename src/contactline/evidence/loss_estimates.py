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
from contactline.core.errors import EvidenceError
from contactline.core.provenance import Provenance
from contactline.evidence.csvfiles import days, first_line, numbers, read_csv
from contactline.evidence.sources import provenance_of, slug

COLUMNS = ("series", "root", "side", "kind", "date", "cumulative", "low", "high", "flag")

ESTIMATE_COLUMNS = ("date", "source", "country", "estimate_type", "estimate", "source_type")
UK_MOD_COLUMNS = ("date (at beginning of next month)", "cumulative casualties", "casualties in month")

UNKNOWN_ROOT = "unknown"
"""Root of a publisher that nobody has judged yet. All of them share it: they count as one witness at most."""

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

    A publisher that PUBLISHERS does not know becomes a series of its own with root `unknown`; the note names it.

    as_of : leave out rows dated later, whatever stands in them, and rows of LATER_EDITIONS published later; the
    note names them.

    Raises EvidenceError for a wrong header or value, a repeated estimate, and a file without a row that was public.
    """
    path = Path(path)
    raw = read_csv(path, ESTIMATE_COLUMNS)
    raw["day"] = days(raw["date"], path)
    later = pd.Series(False, index=raw.index) if as_of is None else raw["day"] > pd.Timestamp(as_of)
    known = raw[~later]
    left_out = [f"{int(later.sum())} rows dated after {as_of}"] if later.any() else []
    if known.empty:
        raise EvidenceError(
            f"{path}: has no estimate dated up to {as_of}; allowed is one at least. Choose a later --as-of."
        )
    known = known.assign(persons=numbers(known["estimate"], path), source=known["source"].map(_spelt))
    for column, allowed in (("source_type", KINDS), ("estimate_type", MEASURES), ("country", ("russia",))):
        _check_values(known[column], list(allowed), path)
    kept, editions = _public_by(known, as_of)
    left_out += editions
    publishers, unjudged = _publishers(kept["source"], path)
    wide = kept.assign(kind=_kinds(known).loc[kept.index]).pivot_table(
        index=["source", "kind", "day"], columns="estimate_type", values="persons", aggfunc=_only(path)
    )
    table = _losses(wide.reindex(columns=list(MEASURES)).reset_index(), publishers)
    left = [f"left out as not yet public: {'; '.join(left_out)}"] if left_out else []
    note = "; ".join([*left, *unjudged])
    return check_table("losses", table, str(path)), provenance_of(path, "economist", note)


def read_uk_mod(path: Path) -> tuple[pd.DataFrame, Provenance]:
    """Table `losses`, series uk_mod, killed and wounded, from uk_mod_monthly.csv.

    UK MoD publishes average daily losses per month, which The Economist multiplies and adds up from March
    2022 on (February 2022 is not in it); the count stands for the first day of the next month. It mostly
    relays the Ukrainian General Staff: root general_staff.

    Raises EvidenceError for a wrong header, value or date, and where the months do not add up.
    """
    path = Path(path)
    date_column, total, monthly = UK_MOD_COLUMNS
    raw = read_csv(path, UK_MOD_COLUMNS)
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


def _public_by(known: pd.DataFrame, as_of: date | None) -> tuple[pd.DataFrame, list[str]]:
    """The rows without editions published after `as_of`, and what that left out in words."""
    keep, notes = pd.Series(True, index=known.index), []
    for edition in LATER_EDITIONS:
        rows = _of_edition(known, edition) & keep
        if as_of is not None and edition.published > as_of and rows.any():
            notes.append(f"{int(rows.sum())} rows of {edition.source} {edition.kind}: {edition.why}")
            keep &= ~rows
    return known[keep], notes


def _spelt(source: str) -> str:
    """A publisher's name as PUBLISHERS spells it, where only blanks and capitals differ."""
    return _SPELLINGS.get(_folded(source), source)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


_SPELLINGS = {_folded(name): name for name in PUBLISHERS}


def _publishers(sources: pd.Series, path: Path) -> tuple[dict[str, Publisher], list[str]]:
    """Every publisher in the file, and a note on those that nobody has judged: each is a series of its own.

    Raises EvidenceError for a name that no series can be called by.
    """
    known = {name: PUBLISHERS[name] for name in sources.unique() if name in PUBLISHERS}
    taken = {publisher.series for publisher in PUBLISHERS.values()}
    for line, name in sources[~sources.isin(list(PUBLISHERS))].drop_duplicates().items():
        if not name.strip():
            raise EvidenceError(
                f"{path}, line {line}, column 'source': is empty; allowed is a publisher's name."
            )
        base = series = slug(name)
        number = 2
        while series in taken:
            series, number = f"{base}_{number}", number + 1
        taken.add(series)
        known[name] = Publisher(series, UNKNOWN_ROOT, UNKNOWN_ROOT)
    new = [f"{name!r} as {p.series}" for name, p in known.items() if name not in PUBLISHERS]
    return known, [f"publishers not judged yet, root unknown: {', '.join(new)}"] if new else []


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


def _losses(wide: pd.DataFrame, known: dict[str, Publisher]) -> pd.DataFrame:
    publishers = wide["source"].map(known)
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
