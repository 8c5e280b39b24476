"""Broken case folders, each with one file of a built-in case changed, through `case validate` and what shows a case."""

from __future__ import annotations

import copy
import csv
import hashlib
import io
import json
import os
import random
import re
import shutil
from pathlib import Path
from typing import Any

import yaml
from tests.attack.fuzzing import mutate
from tests.attack.fuzzing.inputs import Input, Maker
from tests.attack.fuzzing.mutate import Change
from tests.attack.fuzzing.run import Command, Run, run, said

CASES = ("borderland", "ukraine_2025")
SHOWN: tuple[list[str], ...] = (
    ["case", "show", "./case"], ["case", "show", "./case", "beliefs"],
    ["case", "show", "./case", "proposals", "--json"],
    ["case", "show", "./case", "claims"], ["deal", "list", "--case", "./case"], ["support", "show", "./case"],
    ["deal", "show", "PROPOSAL", "--case", "./case"], ["case", "show", "./case", "PROPOSAL"],
    ["deal", "compare", "--case", "./case"], ["claims", "./case", "--quantities"], ["events", "./case"],
    ["front", "./case"], ["support", "path", "as_today", "./case"],
)  # fmt: skip
FOR_PEOPLE = ("made_by.json", "places_made_by.json", "published_gains.csv")
"""Files of a case that no table of a report comes from: records of how scores were made, figures to compare by hand."""


class Days(yaml.SafeLoader):
    """YAML in which days stay text."""


Days.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if not tag.endswith("timestamp")]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def cases(root: Path) -> Maker:
    """Inputs of one broken file of a case each."""
    from contactline.case.load import built_in_cases

    folders = {name: built_in_cases()[name] for name in CASES}
    files = {
        name: sorted(path.relative_to(folder) for path in _files(folder)) for name, folder in folders.items()
    }
    sound: dict[tuple[str, str], str] = {}
    documents = {
        (name, file): yaml.load((folders[name] / file).read_text(encoding="utf-8"), Loader=Days)
        for name in CASES
        for file in files[name]
        if file.suffix == ".yaml"
    }

    def make(dice: random.Random, folder: Path) -> Input:
        name = dice.choice(CASES)
        texts = [file for file in files[name] if file.suffix == ".yaml"]
        file = dice.choice(texts if dice.random() < 0.6 else files[name])
        copied = folder / "case"
        shutil.copytree(folders[name], copied, copy_function=os.link)
        content = (copied / file).read_bytes()
        (copied / file).unlink()
        data, change = broken(dice, file, content, documents.get((name, file)))
        (copied / file).write_bytes(data)
        proposal = dice.choice(["us_28" if name == "ukraine_2025" else "mediator_plan", "x"])
        more = [proposal if word == "PROPOSAL" else word for word in dice.choice(SHOWN)]
        commands: list[Command] = [["case", "validate", "./case"], lambda: dump(Path("case"), file), more]

        def lost(runs: list[Run]) -> str:
            key = (name, str(file))
            if key not in sound:
                sound[key] = run(lambda: dump(folders[name], file), folder, scratch=root).out
            return _lost(file, change, content, documents.get((name, file)), sound[key], runs)

        return Input(f"{name}/{file}: {change}, then {' '.join(more)}", commands, lost=lost)

    return make


def broken(dice: random.Random, file: Path, content: bytes, document: Any) -> tuple[bytes, Change]:
    """The file with one thing wrong, and what was done."""
    way = dice.random()
    if way < 0.07:
        return mutate.dress(dice, content)
    if document is not None and way < 0.75:
        if way < 0.12:
            return yaml_bombs(dice, content)
        changed, change = mutate.break_document(dice, copy.deepcopy(document))
        text = yaml.safe_dump(changed, sort_keys=False, allow_unicode=True, width=100)
        return mutate.filled(dice, text, change.put, "'").encode("utf-8", "surrogatepass"), change
    if file.suffix == ".csv" and way < 0.75:
        return mutate.break_table(dice, content)
    if file.suffix == ".json" and way < 0.75:
        changed, change = mutate.break_document(dice, json.loads(content))
        return mutate.filled(dice, json.dumps(changed), change.put).encode("utf-8", "surrogatepass"), change
    if file.suffix == ".parquet" and way < 0.6:
        return break_parquet(dice, content)
    return mutate.break_bytes(dice, content)


def yaml_bombs(dice: random.Random, content: bytes) -> tuple[bytes, Change]:
    """What YAML alone can do: names inside themselves, names of names, tags, merge keys, many documents."""
    names = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9))
    ways = {
        "cycle": b"x: &x\n  y: *x\n",
        "bomb": f"a0: &a0 [1]\n{names}\n".encode(),
        "tag": b"x: !!python/name:os.system\n",
        "merge": b"<<: {id: a}\n",
        "documents": b"---\na: 1\n---\nb: 2\n",
        "binary": b"x: !!binary aGk=\n",
        "set": b"x: !!set {a, b}\n",
        "directive": b"%YAML 9.9\n---\n",
        "key": b"? [a, b]\n: c\n",
        "key twice": b"id: a\nid: b\n",
        "deep": b"x: " + b"{a: " * 40_000 + b"1" + b"}" * 40_000,
        "deep lists": b"x: " + b"[" * 40_000,
        "unknown name": b"x: *nobody\n",
        "wide": b"x: [" + b"1," * 600_000 + b"1]",
        "long": b"x: " + b"9" * 100_000 + b"\n",
    }
    way = dice.choice(list(ways))
    return (ways[way] + content if dice.random() < 0.5 else content + b"\n" + ways[way]), Change(
        f"yaml {way}"
    )


def break_parquet(dice: random.Random, content: bytes) -> tuple[bytes, Change]:
    """A Parquet table with a cell, a column or the order of its rows changed."""
    import pandas as pd
    import pyarrow.parquet as pq

    frame = pq.read_table(io.BytesIO(content), use_threads=False).to_pandas(use_threads=False)
    column = dice.choice(list(frame.columns))
    way = dice.choice(
        ("cell", "cell", "rename column", "drop column", "type", "repeat row", "remove rows", "shuffle")
    )
    put, row = "", dice.randrange(len(frame))
    if way == "cell":
        values = frame[column].astype(object)
        value = dice.choice(
            (None, -1, 7.5, 1e300, float("inf"), "text", "", pd.Timestamp("1700-01-01"), values.iloc[0])
        )
        values.iloc[row] = value
        put = repr(value)
        try:
            frame[column] = values.astype(frame[column].dtype)
        except (ValueError, TypeError, OverflowError):
            frame[column] = values.astype(str)
    elif way == "rename column":
        frame = frame.rename(columns={column: f"{column}x"})
    elif way == "drop column":
        frame = frame.drop(columns=column)
    elif way == "type":
        frame[column] = frame[column].astype(str)
    elif way == "repeat row":
        frame = pd.concat([frame, frame.iloc[[row]]])
    elif way == "remove rows":
        frame = frame.iloc[: row // 2]
    else:
        frame = frame.sample(frac=1, random_state=dice.randrange(1000))
    held = io.BytesIO()
    frame.to_parquet(held)
    return held.getvalue(), Change(f"parquet {way}", f"row {row} column {column}", put)


def dump(folder: Path, file: Path) -> None:
    """Print what a case says, and a digest of what the report reads from `file` (runs in a process of its own)."""
    from contactline.case.load import load_case
    from contactline.topics.trust.make.scores import saved_scores

    found: list[Any] = []
    with said():
        loaded = load_case(folder)
        if file.parent.name == "evidence" and file.suffix in (".csv", ".parquet"):
            found = [loaded.evidence(file.stem).to_csv()]
        elif file.parent.name == "backtest":
            tables, notes = saved_scores(loaded)
            found = [*notes, *(frame.to_csv() for frame in tables.values())]
    sources = {name: made_by.as_dict() for name, made_by in loaded.provenance.items()}
    digest = hashlib.sha256(json.dumps(found).encode()).hexdigest()
    print(json.dumps([loaded.case.model_dump(mode="json"), sources, digest], sort_keys=True))


def _lost(file: Path, change: Change, content: bytes, document: Any, sound: str, runs: list[Run]) -> str:
    """What a case that is valid does not say although its file does."""
    told = file.name not in FOR_PEOPLE and change.kind in (
        "value",
        "scale",
        "cell",
        "rename",
        "rename column",
        "wrap",
        "move",
        "key twice",
    )
    if not told or runs[1].out != sound or _same(change, content, document):
        return ""
    return f"{change}: the case is as before"


def _same(change: Change, content: bytes, document: Any) -> bool:
    """Whether what was put in means what stood there, such as 0 for -0."""
    if change.kind == "move":
        return True
    row = re.fullmatch(r"row (\d+) column (.*)", change.where)
    if row:
        rows = list(csv.reader(io.StringIO(content.decode())))
        old: Any = rows[int(row[1])][rows[0].index(row[2])]
    elif document is not None:
        old = document
        for key in change.where.split("."):
            old = old[int(key) if isinstance(old, list) else key]
    else:
        return False
    try:
        return float(old) == float(change.put)
    except (TypeError, ValueError):
        return str(old).strip().lower() == change.put.strip().lower()


def _files(folder: Path) -> list[Path]:
    """The files of a case that a report reads; scores of space and boundaries of a template are for people."""
    known = (".yaml", ".csv", ".json", ".parquet")
    return [path for path in folder.rglob("*") if path.suffix in known and not path.name.startswith("space_")]
