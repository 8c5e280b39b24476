"""Saving and loading an assessment as a folder of plain files.

`run.json` is written last and lists the digest of every other file, so that a folder whose writing was cut
short is recognised. Timings stand in `run.json` alone: every other file is the same, byte for byte, for the
same case, seed and version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from contactline.case.schema import Case
from contactline.core.errors import InputError
from contactline.core.files import atomic_path, sha256_of, write_text
from contactline.report.assessment import Assessment, Judgement, RunInfo
from contactline.report.outcomes import checked_outcomes
from contactline.report.tables import TABLES, dictionary_json, dictionary_markdown, handed_over, to_csv, typed

RUN_FILE = "run.json"
REWRITE = "Run `contactline assess --out` with this folder again, or restore the file."


def save(assessment: Assessment, out: Path) -> list[Path]:
    """Write results.nc, case.json, judgements.json, tables/*.csv with their dictionary, and run.json (last).

    Returns the paths written. An older assessment in `out` is replaced; files of other kinds are left alone.
    Raises UnknownNameError for a table that the dictionary lacks and InternalError for one that breaks it, before
    anything is written.
    """
    out = Path(out)
    tables = handed_over(dict(sorted(assessment.tables.items())))
    (out / "tables").mkdir(parents=True, exist_ok=True)
    (out / RUN_FILE).unlink(missing_ok=True)
    for stale in (out / "tables" / f"{name}.csv" for name in TABLES if name not in tables):
        stale.unlink(missing_ok=True)
    written = [_write_results(assessment, out / "results.nc")]
    written += [_write_json(out / "case.json", assessment.case.model_dump(mode="json"))]
    written += [_write_json(out / "judgements.json", [asdict(j) for j in assessment.judgements])]
    for name, frame in tables.items():
        path = out / "tables" / f"{name}.csv"
        write_text(path, to_csv(frame))
        written.append(path)
    write_text(out / "tables" / "README.md", dictionary_markdown(tables))
    written.append(out / "tables" / "README.md")
    written.append(_write_json(out / "tables" / "datapackage.json", dictionary_json(tables)))
    digests = {path.relative_to(out).as_posix(): sha256_of(path) for path in written}
    written.append(_write_json(out / RUN_FILE, _run_record(assessment.run, digests)))
    return written


def load(out: Path) -> Assessment:
    """The assessment saved in folder `out`.

    Raises InputError if the folder is not one, was not written to the end, was changed since, was written by a
    version whose tables or case this one does not read, or holds what its dictionary does not allow.
    """
    out = Path(out)
    if not (out / RUN_FILE).is_file():
        raise InputError(
            f"{out}: holds no complete assessment ({RUN_FILE} is missing: it is written last). "
            "Run `contactline assess --out` with this folder again."
        )
    try:
        run = json.loads((out / RUN_FILE).read_text(encoding="utf-8"))
        digests: dict[str, str] = run.pop("files")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            f"{out / RUN_FILE}: is not the record that `contactline assess` writes (JSON with the key files). "
            "Run it with this folder as --out again, or restore the file."
        ) from None
    for name, digest in digests.items():
        if not (out / name).is_file() or sha256_of(out / name) != digest:
            raise InputError(
                f"{out / name}: is missing or differs from what {RUN_FILE} recorded when it was written. "
                "Run `contactline assess --out` with this folder again, or restore the file."
            )
    try:
        return _read(out, run, digests)
    except (ValueError, KeyError, TypeError) as error:
        # The files are as they were written, so what cannot be read has the form of another version.
        raise InputError(
            f"{out}: was written by contactline {run.get('version', '(unknown)')}, in a form that the installed one "
            "does not read. Run `contactline assess --out` with this folder again."
        ) from error


def _read(out: Path, run: dict[str, Any], digests: Mapping[str, str]) -> Assessment:
    """The files of a whole folder. Raises ValueError, KeyError or TypeError where their form is not this version's."""
    judgements = json.loads((out / "judgements.json").read_text(encoding="utf-8"))
    with xr.open_dataset(out / "results.nc", engine="h5netcdf") as stored:
        ensemble = checked_outcomes(stored.load(), str(out / "results.nc"), InputError, REWRITE)
    names = [Path(name).stem for name in digests if name.endswith(".csv")]
    return Assessment(
        case=Case.model_validate_json((out / "case.json").read_text(encoding="utf-8")),
        run=RunInfo(**{**run, "as_of": date.fromisoformat(run["as_of"]), "notes": tuple(run["notes"])}),
        ensemble=ensemble,
        tables={name: _read_table(out, name) for name in names},
        judgements=tuple(Judgement(**record) for record in judgements),
    )


def _read_table(out: Path, name: str) -> pd.DataFrame:
    """One CSV; every column is read as text first, so that an id such as `nan` stays what it is.

    Raises InputError for a value, a row or a column that the dictionary does not allow.
    """
    path = out / "tables" / f"{name}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for column in frame.columns:
        declared = TABLES[name].column(column)
        if declared is not None and declared.kind != "text":
            frame[column] = frame[column].where(frame[column] != "", None)
    return typed(name, frame, str(path), InputError, REWRITE)


def _write_results(assessment: Assessment, path: Path) -> Path:
    """The ensemble as compressed netCDF; HDF5 object times are off, so equal input gives equal bytes."""
    run = assessment.run
    labelled = assessment.ensemble.assign_attrs(
        case=run.case_id,
        case_digest=run.case_digest,
        as_of=run.as_of.isoformat(),
        seed=int(run.seed),
        draws=int(run.draws),
        horizon_weeks=int(run.horizon_weeks),
        contactline_version=run.version,
    )
    numeric = [
        name for name, values in labelled.variables.items() if values.dtype.kind in "fiub" and values.ndim
    ]
    encoding: Mapping[Any, Any] = {name: {"zlib": True, "complevel": 4, "shuffle": True} for name in numeric}
    with atomic_path(path) as temporary:
        labelled.to_netcdf(temporary, engine="h5netcdf", format="NETCDF4", encoding=encoding)
    return path


def _run_record(run: RunInfo, digests: Mapping[str, str]) -> dict[str, Any]:
    record = {**asdict(run), "timings": dict(run.timings), "as_of": run.as_of.isoformat()}
    return {**record, "notes": list(run.notes), "files": dict(digests)}


def _write_json(path: Path, value: object) -> Path:
    write_text(path, json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    return path
