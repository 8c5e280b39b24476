"""Saving and loading an assessment as a folder of plain files.

The folder is written beside and takes its name in one step (`core.folders`), so that an older assessment stays whole
until the new one is. `run.json` lists the digest of every file of results and carries one of itself. Timings stand in
`run.json` alone: every other file is the same, byte for byte, for the same case, seed and version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import h5py
import pandas as pd
import xarray as xr

from contactline.case.schema import Case
from contactline.core.csv_table import read_text_table
from contactline.core.errors import InputError
from contactline.core.files import atomic_path, sha256_of, write_text
from contactline.core.folders import recorded, replaced_folder, restore
from contactline.core.frame import Tables, made
from contactline.core.limits import memory_limit, size
from contactline.topics.assessment import Assessment, Judgement, RunInfo
from contactline.topics.outcomes import checked_outcomes
from contactline.topics.tables import declared, dictionary_json, dictionary_markdown, from_text, to_csv

RUN_FILE = "run.json"
REWRITE = "Run `contactline assess --out` with this folder again, or restore the file."
COMMAND = "assess"
ROOM = 100_000_000
"""Bytes that a run and its report may take on disk; the reference case with figures takes a third of it."""


def save(assessment: Assessment, out: Path) -> list[Path]:
    """Write an assessment as folder `out`: results.nc, case.json, judgements.json, tables/*.csv and run.json.

    Returns the paths written. An older assessment in `out` is replaced as a whole; files that are not of a run are
    left alone. Raises InputError for a folder that no run wrote, UnknownNameError for a table that the dictionary lacks
    and InternalError for one that breaks it, before anything is written.
    """
    out = Path(out)
    with replaced_folder(out, "out", COMMAND, ours_of_run) as folder:
        written = fill(assessment, folder)
        names = [path.relative_to(folder) for path in written]
    return [out / name for name in names]


def fill(assessment: Assessment, folder: Path) -> list[Path]:
    """Write the files of an assessment into an empty folder; the paths written, run.json last."""
    tables = made({declared(name): frame for name, frame in sorted(assessment.tables.items())})
    written = [_write_results(assessment, folder / "results.nc")]
    written += [_write_json(folder / "case.json", assessment.case.model_dump(mode="json"))]
    written += [_write_json(folder / "judgements.json", [asdict(j) for j in assessment.judgements])]
    for name, frame in tables.items():
        path = folder / "tables" / f"{name}.csv"
        write_text(path, to_csv(frame))
        written.append(path)
    write_text(folder / "tables" / "README.md", dictionary_markdown(tables))
    written.append(folder / "tables" / "README.md")
    written.append(_write_json(folder / "tables" / "datapackage.json", dictionary_json(tables)))
    digests = {path.relative_to(folder).as_posix(): sha256_of(path) for path in written}
    record = _run_record(assessment.run, digests)
    written.append(_write_json(folder / RUN_FILE, {**record, "digest": digest_of_record(record)}))
    return written


def untimed(folder: Path) -> tuple[str, ...]:
    """What a folder just filled holds, whatever it took to make: digests of its files, and the run's record without
    seconds."""
    record = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
    digests = sorted(f"{name} {digest}" for name, digest in record.pop("files").items())
    about = {name: value for name, value in record.items() if name not in ("timings", "digest")}
    return (*digests, json.dumps(about, sort_keys=True))


def ours_of_run(folder: Path) -> dict[str, str] | None:
    """Which files of a folder runs of ours wrote; None where none did. A run's own record counts where the list of
    written files is not there, as in a folder that was copied by hand."""
    written = recorded(folder)
    if written is not None:
        return written
    try:
        run = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
        names = [*run["files"], RUN_FILE, "report.html"]
        known = isinstance(run["files"], dict) and isinstance(run["case_id"], str)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return dict.fromkeys(names, COMMAND) if known else None


def load(out: Path) -> Assessment:
    """The assessment saved in folder `out`.

    Raises InputError if the folder is not one, was changed since it was written (digests tell), was written by a
    version whose tables or case this one does not read, or holds what its dictionary does not allow.
    """
    out = Path(out)
    restore(out)
    if not (out / RUN_FILE).is_file():
        raise InputError(
            f"{out}: holds no assessment ({RUN_FILE} is missing). Give a folder that `contactline assess` wrote."
        )
    try:
        run = json.loads((out / RUN_FILE).read_text(encoding="utf-8"))
        digests: dict[str, str] = run.pop("files")
        own = run.pop("digest", None)
        named = all(_inside(name) and isinstance(digest, str) for name, digest in digests.items())
        if not named:
            raise ValueError("its files are not names with digests")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
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
    if own is not None and own != digest_of_record({**run, "files": digests}):
        raise InputError(
            f"{out / RUN_FILE}: was changed since it was written (its own digest differs). "
            "Run `contactline assess --out` with this folder again, or restore the file."
        )
    try:
        if own is None:
            raise ValueError("the record has no digest of itself")
        return _read(out, run, digests)
    except InputError as error:
        raise error if str(out) in str(error) else InputError(f"{out}: {error}") from None
    except Exception as error:
        # The files are as their digests say, so what cannot be read has the form of another version, or was made up
        # together with its digests: HDF5, pandas and pydantic each raise errors of their own for that.
        raise InputError(
            f"{out}: was written by contactline {run.get('version', '(unknown)')}, in a form that the installed one "
            f"does not read ({_first_line(error)}). Run `contactline assess --out` with this folder again."
        ) from error


def digest_of_record(record: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a run's record without its own digest, over its JSON with sorted keys."""
    kept = {name: value for name, value in record.items() if name != "digest"}
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _inside(name: object) -> bool:
    """Whether a name of the record stays inside its folder."""
    return isinstance(name, str) and not Path(name).is_absolute() and ".." not in Path(name).parts


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def _read(out: Path, run: dict[str, Any], digests: Mapping[str, str]) -> Assessment:
    """The files of a whole folder. Raises InputError for results larger than memory, and whatever the readers raise
    where a file's form is not this version's."""
    judgements = json.loads((out / "judgements.json").read_text(encoding="utf-8"))
    if not isinstance(judgements, list):
        raise ValueError(f"judgements.json holds a {type(judgements).__name__}, not a list")
    with h5py.File(out / "results.nc") as whole:
        whole.visititems(
            lambda _name, _part: None
        )  # h5netcdf, stopped inside a damaged file, prints a traceback
    with xr.open_dataset(out / "results.nc", engine="h5netcdf") as stored:
        if stored.nbytes > memory_limit():
            raise InputError(
                f"{out / 'results.nc'}: unpacks to {size(stored.nbytes)}, more than the limit of "
                f"{size(memory_limit())}. No run of contactline writes that; run it again."
            )
        ensemble = checked_outcomes(stored.load(), str(out / "results.nc"), InputError, REWRITE)
    names = [Path(name).stem for name in digests if name.endswith(".csv")]
    return Assessment(
        case=Case.model_validate_json((out / "case.json").read_text(encoding="utf-8")),
        run=RunInfo.of_record(run),
        ensemble=ensemble,
        tables=Tables({name: _read_table(out, name) for name in names}),
        judgements=tuple(Judgement(**record) for record in judgements),
    )


def _read_table(out: Path, name: str) -> pd.DataFrame:
    """One CSV; every column is read as text first, so that an id such as `nan` stays what it is.

    Raises InputError for a value, a row or a column that the dictionary does not allow.
    """
    path = out / "tables" / f"{name}.csv"
    frame = read_text_table(path.read_bytes(), path, REWRITE.rstrip("."), InputError)
    return from_text(declared(name), frame, str(path), InputError, REWRITE)


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
    encoding: Mapping[Any, Any] = {name: {"zlib": True, "complevel": 1, "shuffle": True} for name in numeric}
    with atomic_path(path) as temporary:
        labelled.to_netcdf(temporary, engine="h5netcdf", format="NETCDF4", encoding=encoding)
    return path


def _run_record(run: RunInfo, digests: Mapping[str, str]) -> dict[str, Any]:
    return {**run.as_record(), "files": dict(digests)}


def _write_json(path: Path, value: object) -> Path:
    write_text(path, json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    return path
