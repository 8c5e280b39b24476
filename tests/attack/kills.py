"""Kills commands while they write, at random moments, and says what was left: the older results, the newer, or harm.

    python -m tests.attack.kills --kills 50 [--command assess] [--seed 0]

What is left is judged from the bytes alone, against two whole runs made beforehand, without asking contactline: every
file of results must be of the older run or every file of the newer one. A kill comes either anywhere in a run or, three
times in four, shortly after the run began to write.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

if __package__:
    from tests.attack.made_archives import write_archives, write_case
else:
    from made_archives import write_archives, write_case

OLD, NEW, MIXED, LOST = "old", "new", "mixed", "lost"
NOT_RESULTS = ("run.json", "written.json")
"""Files that differ between two runs of the same numbers: run.json holds timings."""

Files = dict[str, str]


@dataclass(frozen=True)
class Attack:
    """A command that takes edition 0 or 1 of its input, where it writes, what a finished run leaves, and how its start
    of writing shows: a pattern of names beside or in the target."""

    name: str
    command: Callable[[int], list[str]]
    folder: Path
    files: Callable[[], Files]
    writing: tuple[Path, str]
    span: float
    """Seconds that writing takes, roughly."""


@dataclass
class Count:
    """What kills left of one command's results."""

    name: str
    kills: int = 0
    in_time: int = 0
    states: dict[str, int] | None = None
    litter: int = 0

    def line(self) -> str:
        """One line of summary."""
        states = self.states or {}
        return (
            f"{self.name}: {self.kills} kills ({self.in_time} before the end, {states.get(OLD, 0)} left the older run, "
            f"{states.get(NEW, 0)} the newer), mixed states {states.get(MIXED, 0)}, "
            f"lost older runs {states.get(LOST, 0)}, leftovers after the next run {self.litter}"
        )


def attack_assess(root: Path) -> Attack:
    """Assess the invented case; the editions are two seeds."""
    folder = root / "here"

    def command(edition: int) -> list[str]:
        return ["assess", "borderland", "--draws", "100", "--seed", str(edition), "--out", str(folder)]

    return Attack("assess", command, folder, lambda: digests(folder), (root, ".here.*.part"), 2.0)


def attack_build(root: Path) -> Attack:
    """Build the reference case from made-up archives of two editions."""
    case = write_case(root / "case")
    archives = [write_archives(root / f"archives{edition}", edition) for edition in (0, 1)]

    def command(edition: int) -> list[str]:
        return ["case", "build", str(case), "--from", str(archives[edition])]

    folder = case / "evidence"
    return Attack("case build", command, folder, lambda: digests(folder), (case, ".evidence.*.part"), 0.3)


def attack_import(root: Path) -> Attack:
    """Import two tables of two editions into one store; what is current is what the manifest names."""
    archives = [write_archives(root / f"archives{edition}", edition) for edition in (0, 1)]
    names = ("area_assessed_as_controlled_by_russia.csv", "strikes_by_location_and_day.csv")
    data = root / "data"

    def command(edition: int) -> list[str]:
        paths = [str(archives[edition] / name) for name in names]
        return ["data", "import", *paths, "--data-dir", str(data)]

    return Attack(
        "data import", command, data / "store", lambda: stored(data), (data / "store", ".*.part"), 0.05
    )


ATTACKS = {"assess": attack_assess, "build": attack_build, "import": attack_import}


def kill_often(make: Callable[[Path], Attack], root: Path, kills: int, seed: int = 0) -> Count:
    """Kill the command of an attack `kills` times, each time while it replaces the results of another run."""
    attack, chance = make(root), random.Random(seed)
    took, whole = [], []
    for edition in (0, 1):
        began = time.monotonic()
        finish(attack, edition, root)
        took.append(time.monotonic() - began)
        whole.append(attack.files())
    assert whole[0] != whole[1] and whole[0].keys() == whole[1].keys(), "the editions must differ"
    count, now = Count(attack.name, states={}), 1
    for _ in range(kills):
        now = 1 - now  # the edition that is being written; the other one lies there
        ended = kill_one(attack, now, root, chance, took[now])
        count.kills += 1
        count.in_time += not ended
        left = attack.files()
        state = NEW if left == whole[now] else OLD if left == whole[1 - now] else MIXED if left else LOST
        assert count.states is not None
        count.states[state] = count.states.get(state, 0) + 1
        if state == OLD:
            now = 1 - now
        elif state != NEW:
            finish(attack, now, root)
    finish(attack, 0, root)
    assert attack.files() == whole[0], "after the kills a run must give what it gave before them"
    count.litter = len([*root.rglob(".*.part"), *root.rglob(".*.old")])
    return count


def kill_one(attack: Attack, edition: int, root: Path, chance: random.Random, took: float) -> bool:
    """Start the command and kill it; whether it had ended by itself before."""
    process = subprocess.Popen(
        _command(attack, edition),
        env=_environment(root),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    where, pattern = attack.writing
    if chance.random() < 0.25:
        time.sleep(chance.uniform(0.0, took))
    else:
        before = set(where.glob(pattern))
        while process.poll() is None and not set(where.glob(pattern)) - before:
            time.sleep(0.0005)
        time.sleep(chance.uniform(0.0, attack.span))
    ended = process.poll() is not None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return ended


def finish(attack: Attack, edition: int, root: Path) -> None:
    """Run the command to its end; AssertionError with its words where it fails."""
    done = subprocess.run(_command(attack, edition), env=_environment(root), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def digests(folder: Path) -> Files:
    """Relative name → SHA-256 of every file of results in a folder; run.json by whether its own digests hold."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in NOT_RESULTS:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    record = folder / "run.json"
    if record.is_file():
        listed = json.loads(record.read_text(encoding="utf-8"))["files"]
        found["run.json"] = str(all(found.get(name) == digest for name, digest in listed.items()))
    return found


def stored(data: Path) -> Files:
    """Table → digest of the bytes that the store's manifest calls current; a wrong or missing file shows as such."""
    manifest = data / "store" / "manifest.json"
    if not manifest.is_file():
        return {}
    found = {}
    for name, entry in json.loads(manifest.read_text(encoding="utf-8"))["tables"].items():
        path = data / "store" / entry["file"]
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
        found[name] = digest if digest == entry["sha256"] else f"not as recorded: {digest}"
    return found


def _command(attack: Attack, edition: int) -> list[str]:
    return [sys.executable, "-m", "contactline", *attack.command(edition)]


def _environment(root: Path) -> dict[str, str]:
    return {"CONTACTLINE_DATA": str(root / "kept")} | {
        name: value for name, value in os.environ.items() if name != "CONTACTLINE_DATA"
    }


def main() -> None:
    """Kill every command, or the one asked for, and print a line for each; exit code 1 if anything was harmed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50, help="kills in all, shared among the commands")
    parser.add_argument("--command", choices=ATTACKS, action="append")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    commands = chosen.command or list(ATTACKS)
    harmed = False
    for number, name in enumerate(commands):
        share = chosen.kills // len(commands) + (number < chosen.kills % len(commands))
        with tempfile.TemporaryDirectory() as root:
            count = kill_often(ATTACKS[name], Path(root), share, chosen.seed)
        print(count.line(), flush=True)
        states = count.states or {}
        harmed |= bool(states.get(MIXED, 0) or states.get(LOST, 0) or count.litter)
    sys.exit(harmed)


if __name__ == "__main__":
    main()
