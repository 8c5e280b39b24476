"""Broken evidence files of every kind, through `data import`; what is stored is compared with the sound tables."""

from __future__ import annotations

import copy
import csv
import io
import json
import lzma
import random
import re
import zipfile
from pathlib import Path
from typing import Any

from tests.attack.fuzzing import mutate
from tests.attack.fuzzing.inputs import Input, Maker
from tests.attack.fuzzing.mutate import Change
from tests.attack.fuzzing.run import Run, run
from tests.attack.fuzzing.samples import Sample, boundaries, samples

Dump = dict[str, dict[str, Any]]
"""Stored tables: name → its rows as CSV, how many, and what is said of them."""


def evidence(root: Path) -> Maker:
    """Inputs of one broken file each, beside sound boundaries where it is a control map."""
    every = samples()
    sound = {sample.name: _sound(sample, root) for sample in every}

    def make(dice: random.Random, folder: Path) -> Input:
        sample = dice.choice(every)
        name, data, change = broken(dice, sample)
        paths = _write(folder, name, data, sample)
        forced = ["--kind", sample.kind] if dice.random() < 0.3 else []
        argv = ["data", "import", *paths, *forced, "--data-dir", "data", "--json"]

        def lost(runs: list[Run]) -> str:
            return _lost(sample, data, change, sound[sample.name], runs)

        return Input(f"{sample.kind} {name}: {change}", [argv, lambda: dump(Path("data"))], lost=lost)

    return make


def broken(dice: random.Random, sample: Sample) -> tuple[str, bytes, Change]:
    """The sample with one thing wrong: name, content, and what was done."""
    name, data = sample.name, sample.data
    way = dice.random()
    if way < 0.35:
        return name, *mutate.break_bytes(dice, data)
    if way < 0.42:
        return name, *mutate.dress(dice, data)
    if way < 0.52:
        return mutate.wrap(dice, name, data)
    inner = sample.inner
    if sample.form == "csv":
        changed, change = mutate.break_table(dice, inner, sample.delimiter)
    elif sample.form == "json":
        changed, change = _json(dice, inner)
    else:
        return name, *_workbook(dice, data)
    return name, sample.pack(changed), change


def _json(dice: random.Random, data: bytes) -> tuple[bytes, Change]:
    text = data.decode()
    if dice.random() < 0.1:
        text, change = mutate.twice(dice, text)
    else:
        document, change = mutate.break_document(dice, json.loads(text))
        text = mutate.filled(dice, json.dumps(document), change.put)
    return text.encode("utf-8", "surrogatepass"), change


def _workbook(dice: random.Random, data: bytes) -> tuple[bytes, Change]:
    """A workbook with one cell of its sheet changed: another type, a number that is none, a day far away."""
    from datetime import datetime

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[-1]
    row, column = dice.randrange(1, sheet.max_row + 1), dice.randrange(1, sheet.max_column + 1)
    choices: tuple[Any, ...] = (
        None, "", ".", "text", -1, 0, 1e308, 10**15, 45000, True, "=1/0", "#DIV/0!", datetime(1900, 1, 1),
        datetime(2922, 2, 9), datetime(9999, 12, 31), "1600-01-01", "until 2028", "1,000", "1e400", "nan", "inf",
        "\u202e", "x" * 30_000,
    )  # fmt: skip
    value = dice.choice(choices)
    sheet.cell(row, column).value = value
    if dice.random() < 0.1:
        sheet.delete_rows(dice.randrange(1, sheet.max_row + 1))
    held = io.BytesIO()
    book.save(held)
    return held.getvalue(), Change("sheet", f"row {row} column {column}", repr(value))


def dump(folder: Path) -> None:
    """Print what a store holds as JSON (runs in a process of its own)."""
    from contactline.evidence.store import open_store

    store = open_store(folder)
    found: Dump = {}
    for table in store.tables():
        frame = store.get(table.name)
        found[table.name] = {"rows": len(frame), "text": frame.to_csv(), "note": table.provenance.note}
    print(json.dumps(found))


def _sound(sample: Sample, root: Path) -> Dump:
    """What the sound sample becomes. Raises AssertionError if it is not read."""
    folder = root / f"sound-{sample.name}"
    folder.mkdir()
    paths = _write(folder, sample.name, sample.data, sample)
    first = run(["data", "import", *paths, "--data-dir", "data", "--json"], folder, scratch=root)
    assert first.code == 0, f"{sample.name}: {first.err}"
    return json.loads(run(lambda: dump(Path("data")), folder, scratch=root).out)


def _write(folder: Path, name: str, data: bytes, sample: Sample) -> list[str]:
    (folder / name).write_bytes(data)
    if sample.kind != "deepstate":
        return [name]
    (folder / "oblast.geojson").write_bytes(boundaries())
    return ["oblast.geojson", name]


def _lost(sample: Sample, data: bytes, change: Change, sound: Dump, runs: list[Run]) -> str:
    """What an import that ended in 0 lost without a word."""
    told = json.loads(runs[0].out)
    stored: Dump = json.loads(runs[1].out)
    if told["passed_over"] or runs[1].code != 0:
        return ""
    notes = {name: table["note"] for name, table in stored.items()}
    if any(note != sound.get(name, {}).get("note") for name, note in notes.items()):
        return ""
    before, now = records(sample, sample.data), records(sample, data)
    for name, table in sound.items():
        rows = stored.get(name, {"rows": 0})["rows"]
        if (
            before is not None
            and now is not None
            and sample.row_each
            and rows < table["rows"] - sample.row_each * (before - now)
        ):
            return f"{name}: {rows} rows of {now} records; the sound file has {table['rows']} of {before}"
    read = change.kind in ("cell", "value", "scale") and sample.reads(change.where)
    if read and stored == sound and not _same(change, sample):
        return f"what {change.where} holds is {change.put[:60]!r} now, and the tables are as before"
    return ""


def _same(change: Change, sample: Sample) -> bool:
    """Whether what was put in means what stood there, such as 0 for -0."""
    if sample.form == "csv":
        found = re.fullmatch(r"row (\d+) column (.*)", change.where)
        assert found
        rows = list(csv.reader(io.StringIO(sample.inner.decode()), delimiter=sample.delimiter))
        old: Any = rows[int(found[1])][rows[0].index(found[2])]
    else:
        old = copy.deepcopy(json.loads(sample.inner))
        for key in change.where.split("."):
            old = old[int(key) if isinstance(old, list) else key]
    try:
        return float(old) == float(change.put)
    except (TypeError, ValueError):
        return str(old).strip() == change.put.strip()


def records(sample: Sample, data: bytes) -> int | None:
    """Records that a file holds by an independent count; None where it cannot be told."""
    try:
        inner = sample.unpack(data)
        if sample.form == "csv":
            return len([row for row in csv.reader(io.StringIO(inner.decode("utf-8-sig"))) if row])
        if sample.form == "json":
            document = json.loads(inner)
            return len(document["features"] if isinstance(document, dict) else document)
    except (
        ValueError,
        KeyError,
        TypeError,
        OSError,
        EOFError,
        RecursionError,
        zipfile.BadZipFile,
        lzma.LZMAError,
        csv.Error,
    ):
        return None
    return None
