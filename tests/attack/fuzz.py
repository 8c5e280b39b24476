"""Fuzz: broken inputs of every class through the commands, and whether each was read, refused in one message, or worse.

    python -m tests.attack.fuzz --per-class 300 [--class evidence] [--seed 0] [--only 17]

Every command runs in a process of its own, so that a crash, a hang or a flood of memory is seen for what it is. One
line a class says how many inputs ended how; every input that ended badly is listed with what makes it again.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.attack.fuzzing.cases import cases
from tests.attack.fuzzing.commands import commands, computed
from tests.attack.fuzzing.evidence import evidence
from tests.attack.fuzzing.inputs import Maker
from tests.attack.fuzzing.run import OK, REFUSED, SILENT, VERDICTS, Run, run
from tests.attack.fuzzing.runs import runs
from tests.attack.fuzzing.sql import statements, stores
from tests.attack.fuzzing.texts import games, texts

CLASSES: dict[str, Callable[[Path], Maker]] = {
    "evidence": evidence, "cases": cases, "runs": runs, "commands": commands, "computed": computed, "sql": statements,
    "stores": stores, "games": games, "texts": texts,
}  # fmt: skip
"""Class of input → what makes its inputs, once it has made what they share in a folder of its own."""


def fuzz(name: str, root: Path, numbers: range, seed: int) -> tuple[Counter[str], list[str]]:
    """Run the inputs of a class: how many ended how, and a line for each that ended badly."""
    shared = root / f"{name}-shared"
    shared.mkdir()
    make, count, bad = CLASSES[name](shared), Counter[str](), list[str]()
    for number in numbers:
        folder = root / "a" / "b" / f"{name}-{number}"
        folder.mkdir(parents=True)
        given = make(random.Random(f"{seed} {name} {number}"), folder)
        verdict, shown, done = OK, "", list[Run]()
        for command in given.commands:
            done.append(run(command, folder, enough=given.enough, seconds=given.seconds, scratch=root))
            verdict, shown = done[-1].verdict
            if verdict != OK:
                break
        if verdict == OK:
            shown = given.lost(done)
            verdict = SILENT if shown else OK
        count[verdict] += 1
        if verdict not in (OK, REFUSED):
            bad.append(
                f"{verdict}: --class {name} --seed {seed} --only {number}: {given.what}\n    {shown.strip()}"
            )
        shutil.rmtree(folder, ignore_errors=True)
    return count, bad


def main() -> None:
    """Run the classes asked for; exit code 1 if any input ended badly."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--per-class", type=int, default=100, help="inputs of each class")
    parser.add_argument("--class", dest="classes", choices=CLASSES, action="append")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, help="the one input of this number")
    chosen = parser.parse_args()
    import contactline.faces.cli.app  # noqa: F401 - imported once, before every command's process is forked

    harmed = False
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        os.environ |= {"CONTACTLINE_DATA": str(root / "kept"), "HOME": str(root)}
        for each in chosen.classes or CLASSES:
            numbers = range(chosen.per_class) if chosen.only is None else range(chosen.only, chosen.only + 1)
            began = time.monotonic()
            count, bad = fuzz(each, root, numbers, chosen.seed)
            ends = ", ".join(f"{verdict} {count[verdict]}" for verdict in VERDICTS)
            print(f"{each}: {len(numbers)} inputs: {ends} ({time.monotonic() - began:.0f} s)", flush=True)
            for line in bad:
                print(f"  {line}", flush=True)
            harmed |= bool(bad)
    sys.exit(harmed)


if __name__ == "__main__":
    main()
