"""Loads a case: the YAML of its folder as one validated record, its evidence tables, its digest.

A case is either built in (a folder under `contactline/cases`, found by its id) or the user's own folder.
What is read is checked once, here, so that the rooms above may trust it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import h3
import pandas as pd

from contactline.case.analogues import check_days, read_analogues
from contactline.case.check import RESERVED_REGION, problems_of
from contactline.case.check_pledges import with_records
from contactline.case.read import raise_problems, read_folder, validated
from contactline.case.schema import Case
from contactline.case.tables import TABLES, check_table, table_named
from contactline.core import notebook
from contactline.core.csv_table import read_text_table
from contactline.core.errors import CaseError, EvidenceError, UnknownNameError, nearest
from contactline.core.files import sha256_of
from contactline.core.provenance import Provenance
from contactline.core.strict_json import parse_json

BUILT_IN = Path(__file__).resolve().parent.parent / "cases"
"""The folder of the cases that ship with contactline."""

EVIDENCE = "evidence"
PROVENANCE = "provenance.json"
SUFFIXES = (".parquet", ".csv")
_PROVENANCE = "a JSON object: table name → source, url, licence, retrieved, sha256, note"


@dataclass(frozen=True)
class LoadedCase:
    """A validated case with its folder, its digest and its evidence.

    `digest` is the SHA-256 over names and contents of the case's files: it changes when any of them does,
    and neither with the place of the folder nor with the order of reading.
    """

    case: Case
    digest: str
    folder: Path
    provenance: dict[str, Provenance]
    """Table name → where the table came from; empty where the case gives no provenance.json."""
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    def __repr__(self) -> str:
        return notebook.line(
            "LoadedCase", f"{self.case.id} as of {self.case.as_of}, digest {self.digest[:16]}"
        )

    def _repr_html_(self) -> str:
        case = self.case
        counts = {
            "proposals": len(case.proposals),
            "beliefs": len(case.beliefs),
            "actors": len(case.actors),
            "entries of the bibliography": len(case.bibliography),
        }
        held = [name for name in TABLES if self.has_evidence(name)]
        return notebook.html(
            case.title,
            f"{case.id}, as of {case.as_of}, digest {self.digest[:16]}{', invented' if case.invented else ''}",
            [(str(count), name) for name, count in counts.items()],
            [case.summary, f"Evidence: {', '.join(held) or 'none yet'}."],
        )

    def has_evidence(self, name: str) -> bool:
        """Whether the case holds evidence table `name`. Raises UnknownNameError for a name not in TABLES."""
        table_named(name)
        return _evidence_file(self.folder, name) is not None

    def evidence(self, name: str) -> pd.DataFrame:
        """Evidence table `name`, checked against the data dictionary and against the case; a fresh copy.

        Raises UnknownNameError (no such table), EvidenceError (absent, broken, or at odds with the case:
        other regions or series, days after the as-of date, a headline map that ends before it).
        """
        table_named(name)
        if name not in self._tables:
            path = _evidence_file(self.folder, name)
            if path is None:
                raise EvidenceError(
                    f"{self.folder / EVIDENCE}: case {self.case.id!r} has no table {name!r}; allowed is "
                    f"{name}.parquet or {name}.csv. `contactline case build` measures it from the archives."
                )
            frame = check_table(name, _read_table(path, name), str(path))
            _check_against_case(name, frame, self.case, path)
            self._tables[name] = frame
        return self._tables[name].copy()


def load_case(name_or_path: str | Path) -> LoadedCase:
    """The case with this id, or in this folder (or whose `case.yaml` this is).

    Raises UnknownNameError (no such built-in case: the nearest ids are offered) and CaseError (all
    violations, each with file, key path, line, what came and what is allowed).
    """
    folder = find_case(name_or_path)
    raw = read_folder(folder)
    case = validated(folder, raw | {"analogues": read_analogues(folder)})
    raise_problems(folder, problems_of(case), raw)
    check_days(folder, case.analogues, case.as_of)
    return LoadedCase(with_records(case), digest_of(folder), folder, _read_provenance(folder))


def built_in_cases() -> dict[str, Path]:
    """Id → folder of the cases that ship with contactline."""
    return {path.parent.name: path.parent for path in sorted(BUILT_IN.glob("*/case.yaml"))}


def find_case(name_or_path: str | Path) -> Path:
    """The folder of a case given by id or by path. Raises UnknownNameError or CaseError."""
    built_in = built_in_cases()
    if isinstance(name_or_path, str) and name_or_path in built_in:
        return built_in[name_or_path]
    path = Path(name_or_path).expanduser()
    if path.name == "case.yaml" and path.is_file():
        return path.parent
    if path.is_dir():
        return path
    if isinstance(name_or_path, str) and path.name == name_or_path and nearest(name_or_path, built_in):
        raise UnknownNameError("case", name_or_path, built_in)
    came = "is a file" if path.is_file() else "no case folder there"
    raise CaseError(
        f"{path}: {came}. Allowed is a folder that holds case.yaml, or the id of a built-in case: "
        f"{', '.join(built_in)}."
    )


def digest_of(folder: Path) -> str:
    """SHA-256 (hex) over the relative names and contents of a case's YAML, CSV and evidence files."""
    whole = hashlib.sha256()
    for path in sorted(_digested(folder), key=lambda path: path.relative_to(folder).as_posix()):
        whole.update(f"{path.relative_to(folder).as_posix()} {sha256_of(path)}\n".encode())
    return whole.hexdigest()


def _digested(folder: Path) -> Iterable[Path]:
    """The files that make up a case; hidden and half-written files (their names start with a dot) do not."""
    yield from (path for suffix in ("yaml", "csv") for path in folder.glob(f"[!.]*.{suffix}"))
    for suffix in (*SUFFIXES, ".json"):
        yield from (folder / EVIDENCE).glob(f"[!.]*{suffix}")


def _evidence_file(folder: Path, name: str) -> Path | None:
    """The file of an evidence table. Raises EvidenceError where both a Parquet and a CSV file hold it."""
    found = [folder / EVIDENCE / f"{name}{suffix}" for suffix in SUFFIXES]
    found = [path for path in found if path.is_file()]
    if len(found) > 1:
        raise EvidenceError(f"{folder / EVIDENCE}: both {name}.parquet and {name}.csv exist; remove one.")
    return found[0] if found else None


def _read_table(path: Path, name: str) -> pd.DataFrame:
    """The table as it stands in the file, empty text kept as empty text."""
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        frame = read_text_table(path.read_bytes(), path, "Rebuild or restore the file").reset_index(drop=True)
    except (OSError, ValueError) as error:  # pyarrow's and pandas' reading errors derive from these
        kind = "Parquet" if path.suffix == ".parquet" else "CSV"
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise EvidenceError(
            f"{path}: not readable as {kind}: {first}. Rebuild or restore the file."
        ) from None
    for column in table_named(name).columns:
        if column.kind != "text" and column.name in frame.columns:
            frame[column.name] = frame[column.name].replace("", None)
    return frame


def _read_provenance(folder: Path) -> dict[str, Provenance]:
    """Table name → Provenance from evidence/provenance.json. Raises EvidenceError if it is broken."""
    path = folder / EVIDENCE / PROVENANCE
    if not path.is_file():
        return {}
    entries = parse_json(path.read_bytes(), str(path), _PROVENANCE)
    try:
        found = {table_named(name).name: Provenance(**entry) for name, entry in entries.items()}
    except (TypeError, AttributeError) as error:
        raise EvidenceError(f"{path}: {error}. Allowed is {_PROVENANCE}.") from None
    for name, made_by in found.items():
        for key, value in made_by.as_dict().items():
            if not isinstance(value, str):
                raise EvidenceError(f"{path}: {name}.{key}: got {value!r}; allowed is a text.")
    return found


def _check_against_case(name: str, frame: pd.DataFrame, case: Case, path: Path) -> None:
    """Raise EvidenceError where a table speaks of what the case does not know, or of days it may not."""
    regions = [region.id for region in case.regions]
    allowed = {
        "region": [*regions, RESERVED_REGION] if name == "areas" else regions,
        "belt": ["", *(belt.id for belt in case.belts)],
        "place": ["", *(objective.id for objective in case.objectives)],
        "side": [side.id for side in case.sides],
    }
    if name in ("areas", "line"):
        allowed["series"] = [series.id for series in case.series]
    for column, names in allowed.items():
        if column in frame.columns:
            unknown = ~frame[column].isin(names)
            if unknown.any():
                row = int(unknown.to_numpy().argmax())
                said = UnknownNameError(column, frame[column].iloc[row], names)
                raise EvidenceError(f"{path}: row {row}, column {column!r}: {said}")
    if "date" in frame.columns and len(frame):
        _check_days(name, frame, case, path)
    if name == "cells":
        _check_places(frame, case, path)
    if name == "losses" and case.evidence.attacker_loss_series not in set(frame["series"]):
        raise EvidenceError(
            f"{path}: no row of series {case.evidence.attacker_loss_series!r}, which case.yaml names as "
            f"evidence.attacker_loss_series; the table has {', '.join(sorted(set(frame['series'])))}."
        )


def _check_places(cells: pd.DataFrame, case: Case, path: Path) -> None:
    """Every town among the objectives has cells of the theatre, and they lie where case.yaml puts it.

    An objective moved there without a rebuilt grid would otherwise change nothing.
    """
    for objective in case.objectives:
        if objective.kind != "settlement":
            continue
        assert (
            objective.latitude is not None
            and objective.longitude is not None
            and objective.radius_km is not None
        )
        own = cells.loc[cells["place"] == objective.id, "cell"]
        here = (objective.latitude, objective.longitude)
        away = max((h3.great_circle_distance(h3.cell_to_latlng(cell), here) for cell in own), default=None)
        width = 2.0 * h3.average_hexagon_edge_length(case.theatre.resolution, unit="km")
        if away is None or away > objective.radius_km + width:
            lie = (
                "it has no cells in the theatre"
                if away is None
                else f"its cells lie up to {away:.0f} km from there"
            )
            raise EvidenceError(
                f"{path}: objective {objective.id!r} stands at {here[0]:g} N, {here[1]:g} E with radius "
                f"{objective.radius_km:g} km in case.yaml, but {lie}. Move it back, widen theatre.reach_km, or measure "
                "the grid again with `contactline case build`."
            )


def _check_days(name: str, frame: pd.DataFrame, case: Case, path: Path) -> None:
    """No day after the as-of date; the headline map reaches it."""
    late = frame["date"] > pd.Timestamp(case.as_of)
    if late.any():
        row = int(late.to_numpy().argmax())
        raise EvidenceError(
            f"{path}: row {row}: day {_day(frame['date'].iloc[row])} lies after as_of {case.as_of}; a case "
            "holds nothing later than its as-of date. Remove the later rows or move as_of in case.yaml."
        )
    if name == "areas":
        headline = case.headline_series.id
        days = frame.loc[frame["series"] == headline, "date"]
        if days.empty:
            raise EvidenceError(f"{path}: no row of the headline series {headline!r} of case.yaml.")
        if days.max() < pd.Timestamp(case.as_of):
            raise EvidenceError(
                f"{path}: the data end on {_day(days.max())} (series {headline!r}), before "
                f"as_of {case.as_of}: an as-of date after the data. Add the missing days or move as_of."
            )


def _day(stamp: pd.Timestamp) -> date:
    return stamp.date()
