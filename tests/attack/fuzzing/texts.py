"""Broken texts beside a case: games in Gambit's format, claims to check, support paths of one's own."""

from __future__ import annotations

import copy
import random
import re
from pathlib import Path

import yaml
from tests.attack.fuzzing import mutate
from tests.attack.fuzzing.cases import yaml_bombs
from tests.attack.fuzzing.inputs import Input, Maker
from tests.attack.fuzzing.mutate import Change
from tests.attack.fuzzing.run import said

GAME = """EFG 2 R "Cards" { "Fred" "Alice" }
"A comment."

c "ROOT" 1 "" { "1G" 1/2 "1B" .5 } 0
p "" 1 1 "holds" { "H" "L" } 0
t "" 1 "Outcome 1" { 10, 2 }
p "" 2 1 "sees L" { "h" "l" } 0
t "" 2 "Outcome 2" { 4 2 }
t "" 3 "Outcome 3" { 1.5e1, -2/3 }
p "" 1 2 "holds (2)" { "H" "L" } 0
t "" 4 "Outcome 4" { 0 0 }
p "" 2 1 { "h" "l" } 0
t "" 2
t "" 0
"""
CLAIMS = """claims:
  - id: a_claim
    by: Somebody
    text: Ground is held.
    reading: contested
    tests:
      - {quantity: gain.km2_1y, least: 100, share: 0.5}
"""
WORDS = (
    "{", "}", '"', '""', "0", "-1", "1/0", "0/0", "1e400", "1e999999999", "9" * 400, "1/" + "9" * 400, "nan", "inf",
    "t", "p", "c", "x", ",", "\\", '"\\"', "EFG", "2", "R", "D", '"a" 1/3', "1_0", "٣", "1.5",
    "99999999999999999999", "", "\x00", "\ufeff", "2.5", "{ }", '{ "a" }',
)  # fmt: skip


def games(_root: Path) -> Maker:
    """Inputs of one broken .efg text each; what is read is written again and read again."""

    def make(dice: random.Random, folder: Path) -> Input:
        text, change = broken_game(dice)
        (folder / "a.efg").write_bytes(text.encode("utf-8", "surrogateescape"))
        return Input(f"{change}", [lambda: read_game(text)])

    return make


def read_game(text: str) -> None:
    """Read a game; say an error as the command line does. What is written from it must be read to the same game."""
    from contactline.choice.efg import from_efg, to_efg

    with said():
        game = from_efg(text)
    written = to_efg(game)
    again = from_efg(written)
    if to_efg(again) != written:
        raise AssertionError(f"written, read and written again it differs:\n{written}\n{to_efg(again)}")


def broken_game(dice: random.Random) -> tuple[str, Change]:
    """A game with some words replaced, removed, moved or nested without end."""
    way = dice.random()
    if way < 0.15:
        depth = dice.choice((100, 900, 3_000, 50_000))
        moves = "".join(f'p "" 1 {n} {{ "a" "b" }} 0\nt "" 1 "" {{ 1 2 }}\n' for n in range(1, depth))
        return f'EFG 2 R "deep" {{ "A" "B" }}\n{moves}t "" 1\n', Change("deep", str(depth))
    if way < 0.2:
        return 'EFG 2 R "wide" { "A" "B" }\np "" 1 1 { ' + '"a" ' * 200_000 + "} 0\n", Change("wide")
    if way < 0.35:
        data, change = mutate.break_bytes(dice, GAME.encode())
        return data.decode("utf-8", "surrogateescape"), change
    words = re.findall(r'"[^"]*"|[^\s"]+|\n', GAME)
    done = []
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        at = dice.randrange(len(words))
        what = dice.choice(("put", "put", "put", "remove", "twice", "swap", "cut"))
        done.append(f"{what}@{at}")
        if what == "put":
            words[at] = dice.choice(WORDS)
            done[-1] += f"={words[at][:20]!r}"
        elif what == "remove":
            del words[at]
        elif what == "twice":
            words.insert(at, words[at])
        elif what == "swap":
            other = dice.randrange(len(words))
            words[at], words[other] = words[other], words[at]
        else:
            words = words[: max(at, 5)]
    return " ".join(words), Change("words", ", ".join(done))


def texts(_root: Path) -> Maker:
    """Inputs of one broken YAML text each: claims to be checked, or support paths."""
    from contactline.case.load import built_in_cases

    claims, support = (
        (built_in_cases()["borderland"] / name).read_text(encoding="utf-8")
        for name in ("claims.yaml", "support.yaml")
    )
    paths = support.partition("\nsupport_paths:")[2].replace("id: ", "id: my_")
    sources = {"claims": claims.partition("\nbenchmarks:")[0], "paths": f"support_paths:{paths}"}
    documents = {name: yaml.safe_load(text) for name, text in sources.items()}

    def make(dice: random.Random, folder: Path) -> Input:
        name = dice.choice(list(sources))
        way = dice.random()
        if way < 0.6:
            document, change = mutate.break_document(dice, copy.deepcopy(documents[name]))
            text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
            data = mutate.filled(dice, text, change.put, "'").encode("utf-8", "surrogatepass")
        elif way < 0.7:
            data, change = yaml_bombs(dice, sources[name].encode())
        elif way < 0.8:
            data, change = mutate.dress(dice, sources[name].encode())
        else:
            data, change = mutate.break_bytes(dice, sources[name].encode())
        (folder / "a.yaml").write_bytes(data)
        path = dice.choice(("my_as_today", "my_corvia_stops", "x"))
        argv = (
            ["claims", "borderland", "--text", "a.yaml"]
            if name == "claims"
            else ["support", "path", path, "borderland", "--file", "a.yaml"]
        )
        return Input(f"{name}: {change}, {' '.join(argv)}", [argv], frozenset({"read the case"}))

    return make
