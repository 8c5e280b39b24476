"""Command lines of random options with random values, for every command that there is, read off the program itself."""

from __future__ import annotations

import inspect
import os
import random
import typing
from pathlib import Path
from typing import Any

from tests.attack.fuzzing.inputs import Input, Maker

WHOLES = (
    "0", "-1", "1", "2", "3", "41", "42", "99", "100", "150", "200", "500", "13", "260", "1040", "1041",
    "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "9" * 400, "1e3", "1.0",
    "1_000", "0x64", "", " ", "nan", "ten", "+5", "٣", "20000000", "1000000000000",
)  # fmt: skip
FLOATS = (
    "0",
    "1",
    "0.5",
    "-0.5",
    "nan",
    "inf",
    "-inf",
    "1e400",
    "1e-320",
    "1,5",
    "",
    "half",
    "2",
    "0.9999999999999999",
)
NAMES = (
    "borderland", "ukraine_2025", "us_28", "mediator_plan", "plain_freeze", "as_today", "war.belt_resistance",
    "war.region_shift", "auria", "belmark", "ukraine", "russia", "territory", "headline", "map_a", "2023-01-01",
    "2025-08-31", "1600-01-01", "9999-12-31", "2024-02-30", "russia=0.9", "auria=nan", "auria=1e-320", "=", "==",
    "auria=", "beliefs", "deepstate", "war.collapse_rate=0.1", "war.collapse_rate=0.05..0.2", "war.end_rate=2..1",
    "war.end_rate=..", "truce.history_war=nan",
)  # fmt: skip
HOSTILE = (
    "", " ", ".", "..", "-", "--", "~", "a/b", "nope", "\udcff\udcfe", "x" * 300, "x" * 5000, "é", "\u202eabc",
    "\x1b[31mred", "a\nb", "[bold]", "[/]", "%s", "{0}", "$HOME", "*", "*.csv", "CON", "\\", "'", '"', "<script>",
    "null", "None", "nan", "😀" * 50,
)  # fmt: skip
PATHS = (
    "here", "here/file.csv", "gone", "gone/deeper", "loop", "loop/loop/here", ".", "..", "", "/dev/null",
    "/dev/null/x", "/proc/self/mem", "/proc/1/x", "\udcff.csv", "x" * 300, "a.efg", "gone/a.efg", "a.svg", "a.png",
    "a.SVG", "bad.yaml", "here/a.yaml", "~", "~nobody/x", "here.svg", "fifo.efg",
)  # fmt: skip
COSTLY = frozenset(
    {
        "fit tempo and losses", "fight on", "solve the game", "fight both courses at every pair", "compare the paths",
        "score the gains on rolling origins", "score the losses on rolling origins",
        "score where ground falls on rolling origins", "score the dates of places on rolling origins",
        "deepstate-map-data.geojson.gz",
    }
)  # fmt: skip


def commands(_root: Path) -> Maker:
    """Inputs of one command line each; nothing is fetched and nothing long is computed."""
    import typer

    from contactline.faces.cli.app import app

    every = dict(leaves(typer.main.get_command(app)))

    def make(dice: random.Random, folder: Path) -> Input:
        furnish(folder)
        name = dice.choice(list(every))
        argv = [*name.split(), *arguments(dice, every[name])]
        if (
            name == "data fetch"
        ):  # a name that is no source or a digest that is none: nothing is asked of the network
            argv += dice.choice((["nobody"], ["--file", "nothing"]))
        shown = " ".join(word if len(word) < 60 else f"{word[:20]}…({len(word)})" for word in argv)
        return Input(ascii(shown), [argv], COSTLY)

    return make


def computed(_root: Path) -> Maker:
    """Inputs of one command line each that is right but for one option, and computed to its end in a small run."""
    import typer

    from contactline.faces.cli.app import app

    every = {
        name: leaf
        for name, leaf in leaves(typer.main.get_command(app))
        if any(parameter.name == "draws" for parameter in leaf.params)
        or name in ("front", "deal compare", "events")
    }

    def make(dice: random.Random, folder: Path) -> Input:
        furnish(folder)
        name = dice.choice(list(every))
        leaf = every[name]
        given = {"draws": str(dice.choice((100, 150, 200))), "case": "borderland", "what": "gains"}
        known = {parameter.name for parameter in leaf.params}
        odd = dice.choice(
            [one for one in leaf.params if one.name not in ("draws", "case", "help", "save", "weeks")]
        )
        words = [
            name_
            for name_ in ("--x", "war.belt_resistance", "--y", "war.region_shift", "--points", "3")
            if "x" in known
        ]
        for one in leaf.params:
            if one.name == odd.name:
                types = typing.get_type_hints(inspect.unwrap(leaf.callback))
                words += option(one, value(dice, one.name, str(types.get(one.name, ""))))
            elif one.name in given:
                words += option(one, given[one.name])
        return Input(ascii(" ".join([name, *words])), [[*name.split(), *words]], seconds=90)

    return make


def option(parameter: Any, given: str) -> list[str]:
    """A parameter and its value as words of a command line."""
    if parameter.param_type_name == "argument":
        return [given]
    return [parameter.opts[0]] if parameter.is_flag else [parameter.opts[0], given]


def leaves(command: Any, name: str = "") -> list[tuple[str, Any]]:
    """Every command that does something, by its words."""
    if not hasattr(command, "commands"):
        return [(name, command)]
    return [
        leaf for word, inner in command.commands.items() for leaf in leaves(inner, f"{name} {word}".strip())
    ]


def arguments(dice: random.Random, command: Any) -> list[str]:
    """Words after the name of a command: some of its options, most of them with values they may be given."""
    types = {
        name: str(hint) for name, hint in typing.get_type_hints(inspect.unwrap(command.callback)).items()
    }
    words: list[str] = []
    place: list[str] = []
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            count = dice.choice((0, 1, 1, 1, 2, 3)) if parameter.nargs != 1 else dice.choice((1, 1, 1, 1, 0))
            place += [value(dice, parameter.name, types.get(parameter.name, "")) for _ in range(count)]
        elif dice.random() < (0.8 if parameter.name in ("draws", "run") else 0.3):
            option = dice.choice([*parameter.opts, *parameter.secondary_opts])
            if parameter.is_flag:
                words.append(option)
            else:
                for _ in range(dice.choice((1, 1, 1, 2))):
                    given = value(dice, parameter.name, types.get(parameter.name, ""))
                    words += dice.choice(([option, given], [option, given], [f"{option}={given}"]))
    if dice.random() < 0.1:
        words.insert(
            dice.randrange(len(words) + 1),
            dice.choice(("--nope", "-x", "--", "--json", "--help", "-", "--draws")),
        )
    if dice.random() < 0.05:
        words = words[: dice.randrange(len(words) + 1)]
    return [*place, *words] if dice.random() < 0.5 else [*words, *place]


def value(dice: random.Random, name: str, kind: str) -> str:
    """A value for a parameter of a type: a fitting one, or not."""
    if dice.random() < 0.15:
        return dice.choice(HOSTILE)
    if name == "query":
        return dice.choice(
            ("SELECT 1", "SELECT * FROM areas", "", ";", "DROP TABLE areas", "SELECT 1; SELECT 2")
        )
    if "int" in kind:
        return dice.choice(WHOLES)
    if "float" in kind:
        return dice.choice(FLOATS)
    if "Path" in kind:
        return dice.choice(PATHS)
    if name == "case" and dice.random() < 0.8:
        return "borderland"
    return dice.choice(dice.choice((NAMES, NAMES, PATHS)))


def furnish(folder: Path) -> None:
    """Put a few things into a working directory that paths can name."""
    (folder / "here").mkdir()
    (folder / "here" / "file.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (folder / "here" / "a.yaml").write_text("claims: []\n", encoding="utf-8")
    (folder / "bad.yaml").write_text("a: [\n", encoding="utf-8")
    (folder / "here.svg").mkdir()
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "fifo.efg")
