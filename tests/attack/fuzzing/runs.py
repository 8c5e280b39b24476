"""Broken saved assessments, through every command that reads one; half carry digests that fit, as a forger's would."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from pathlib import Path

from tests.attack.fuzzing import mutate
from tests.attack.fuzzing.inputs import Input, Maker
from tests.attack.fuzzing.mutate import Change
from tests.attack.fuzzing.run import Run, run

READERS: tuple[list[str], ...] = (
    ["report", "run"], ["choice", "--run", "run"], ["claims", "--run", "run"], ["choice", "--run", "run", "--json"],
    ["choice", "borderland", "--run", "run", "--x", "war.belt_resistance", "--y", "war.region_shift"],
    ["claims", "borderland", "--run", "run", "--json"],
)  # fmt: skip
REWRITTEN = ("report.html", "written.json")


def runs(root: Path) -> Maker:
    """Inputs of one broken file of a small assessment of the invented case each."""
    argv = ["assess", "borderland", "--draws", "100", "--out", "run"]
    made = run(argv, root, scratch=root, seconds=300)
    assert made.code == 0, made.err
    files = sorted(path.relative_to(root / "run") for path in (root / "run").rglob("*") if path.is_file())
    central = [file for file in files if file.suffix in (".json", ".nc")]

    def make(dice: random.Random, folder: Path) -> Input:
        file = dice.choice(central if dice.random() < 0.5 else files)
        copied = folder / "run"
        shutil.copytree(root / "run", copied, copy_function=os.link)
        for path in copied.rglob("*"):  # what a report writes again must not reach the shared run
            if path.name in REWRITTEN:
                content = path.read_bytes()
                path.unlink()
                path.write_bytes(content)
        content = (copied / file).read_bytes()
        (copied / file).unlink()
        data, change = broken(dice, file, content)
        if data is not None:
            (copied / file).write_bytes(data)
        forged = dice.random() < 0.5
        if forged:
            seal(copied)
        command = dice.choice(READERS)

        def lost(_runs: list[Run]) -> str:
            listed = file.name not in REWRITTEN and not forged and data != content
            return f"{file} was changed and nothing said" if listed else ""

        what = f"{file}: {change}{', sealed again' if forged else ''}, {' '.join(command)}"
        return Input(what, [command], frozenset({"measure the front"}), lost=lost)

    return make


def broken(dice: random.Random, file: Path, content: bytes) -> tuple[bytes | None, Change]:
    """The file with one thing wrong, None where it is gone."""
    way = dice.random()
    if way < 0.05:
        return None, Change("gone")
    if way < 0.12:
        return mutate.dress(dice, content)
    if way < 0.3 or not content:
        return mutate.break_bytes(dice, content)
    if file.suffix == ".json":
        document, change = mutate.break_document(dice, json.loads(content))
        return mutate.filled(dice, json.dumps(document), change.put).encode("utf-8", "surrogatepass"), change
    if file.suffix == ".csv" and content.count(b"\n") > 1:
        return mutate.break_table(dice, content)
    if file.suffix == ".nc":
        return break_results(dice, content)
    return mutate.break_bytes(dice, content)


def break_results(dice: random.Random, content: bytes) -> tuple[bytes, Change]:
    """Results with a variable, a dimension, a type or an attribute changed, as a sound netCDF file."""
    import io

    import xarray as xr

    found = xr.load_dataset(io.BytesIO(content), engine="h5netcdf")
    name = dice.choice(list(found.variables))
    way = dice.choice(("drop", "rename", "nan", "text", "cut", "attribute", "huge", "scale"))
    if way == "drop":
        found = found.drop_vars([name])
    elif way == "rename":
        found = found.rename({name: "renamed"})
    elif way in ("nan", "scale") and found[name].dtype.kind == "f":
        found[name] = found[name] * (float("nan") if way == "nan" else 1e300)
    elif way == "text":
        found[name] = found[name].astype(str)
    elif way == "cut" and found[name].ndim:
        dimension = dice.choice(list(found[name].dims))
        found = found.isel({dimension: slice(0, dice.randrange(2))})
    elif way == "huge":
        found = found.expand_dims({"more": 3})
    else:
        found = found.assign_attrs(case="x", draws="many")
    held = io.BytesIO()
    found.to_netcdf(held, engine="h5netcdf")
    return held.getvalue(), Change(f"results {way}", str(name))


def seal(folder: Path) -> None:
    """Make the digests of a run's record fit its files, where the record can be read at all."""
    path = folder / "run.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        for name in record["files"]:
            if (folder / name).is_file():
                record["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        record.pop("digest", None)
        text = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        record["digest"] = hashlib.sha256(text.encode()).hexdigest()
        written = json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False)
        path.unlink()
        path.write_text(written + "\n", encoding="utf-8")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return
