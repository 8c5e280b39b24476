"""Games in Gambit's text format (`.efg`, "EFG 2 R"): written for any game of ours, and read back.

The format: gambitproject documentation, "Game representation formats". A file lists the nodes depth first: c for a
draw by nature, p for a move, t for an ending; information sets are numbered within each player. Labels are for people:
Gambit from version 17 on refuses two nodes of one label, or two information sets of a player, so what we write is made
unique, and what we read is told apart by number alone.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from contactline.choice.game import Chance, Decision, Game, Node, Terminal
from contactline.core.errors import InputError
from contactline.core.files import check_file, write_text

DIGITS = 9
"""Significant digits of pay-offs in a file."""

MOST_MOVES = 150
"""Moves, one after another, in a file that is read: a tree is walked by functions that call themselves."""


def to_efg(game: Game) -> str:
    """The game as the text of an .efg file, in which a label that stands again gets a number: `war goes on (2)`."""
    number = {name: k + 1 for k, name in enumerate(game.players)}
    sets: dict[str, tuple[int, str]] = {}
    nodes, players = _Labels(), _Labels()
    own = [_Labels() for _ in game.players]
    draws = endings = 0
    names = " ".join(_quoted(players.unique(name)) for name in game.players.values())
    lines = [f"EFG 2 R {_quoted(game.title)} {{ {names} }}", _quoted(game.comment), ""]
    tree = game.tree
    for index, place in enumerate(tree.places):
        node = place.node
        if isinstance(node, Chance):
            draws += 1
            odds = _exact([branch[1] for branch in node.branches])
            actions = " ".join(f"{a} {q}" for a, q in zip(_actions(node), odds, strict=True))
            label = _quoted(nodes.unique(node.label or f"draw {draws}"))
            lines.append(f"c {label} {draws} {label} {{ {actions} }} 0")
        elif isinstance(node, Decision):
            who = number[node.player]
            if node.infoset not in sets:
                order = [s.name for s in tree.infosets if s.player == who - 1]
                sets[node.infoset] = (order.index(node.infoset) + 1, own[who - 1].unique(node.infoset))
            which, name = sets[node.infoset]
            actions = " ".join(_actions(node))
            lines.append(f'p "" {who} {which} {_quoted(name)} {{ {actions} }} 0')
        else:
            endings += 1
            payoffs = ", ".join(_decimal(value) for value in tree.payoffs[index])
            label = _quoted(nodes.unique(node.label or f"ending {endings}"))
            lines.append(f"t {label} {endings} {label} {{ {payoffs} }}")
    return "\n".join(lines) + "\n"


def _actions(node: Chance | Decision) -> list[str]:
    """The node's actions, quoted, told apart where they differ in blanks alone."""
    labels = _Labels()
    return [_quoted(labels.unique(branch[0])) for branch in node.branches]


def write_efg(game: Game, path: Path) -> None:
    """Write the game to a file. Raises what `check_efg_path` raises."""
    check_efg_path(path)
    write_text(path, to_efg(game))


def check_efg_path(path: Path) -> None:
    """Raise InputError for a name that does not end in .efg, or a place that cannot be written."""
    if path.suffix != ".efg":
        raise InputError(
            f"--efg {path}: got the ending {path.suffix!r}; allowed is .efg, which Gambit reads."
        )
    check_file(path, "--efg")


def from_efg(text: str) -> Game:
    """The game that the text of an .efg file describes; pay-offs on the way are added up at the endings.

    Players get the ids p1, p2, … and keep their names. Raises InputError that names the line for text that is not of
    the format, and what `Game` raises for a game that does not hold together.
    """
    reader = _Reader(list(_tokens(text)))
    reader.expect("EFG", "2", "R")
    title = reader.text("the game's title")
    names = reader.names()
    comment = reader.text("the comment") if reader.next_is_text() else ""
    players = {f"p{k + 1}": name for k, name in enumerate(names)}
    root = _node(reader, list(players), [0.0] * len(players))
    if reader.at < len(reader.tokens):
        raise reader.wrong("nothing after the last node")
    return Game(title, players, root, comment)


def _node(reader: _Reader, players: list[str], so_far: list[float], depth: int = 0) -> Node:
    if depth > MOST_MOVES:
        raise reader.wrong(f"no more than {MOST_MOVES} moves, one after another")
    kind = reader.word("a node: c, p or t")
    label = reader.text("the node's label")
    if kind == "t":
        paid = _added(so_far, reader.outcome(len(players)))
        return Terminal(dict(zip(players, paid, strict=True)), label)
    if kind == "c":
        key = ("c", reader.whole("the number of the draw"))
        named = reader.text("the name of the draw") if reader.next_is_text() else ""
        odds = reader.odds() if reader.next_is_open() else reader.known(key)
        reader.seen[key] = odds
        paid = _added(so_far, reader.outcome(len(players)))
        return Chance(label or named, tuple((a, q, _node(reader, players, paid, depth + 1)) for a, q in odds))
    if kind == "p":
        who = reader.whole("the player's number")
        if not 1 <= who <= len(players):
            raise InputError(f"efg file: player {who} moves; allowed are 1 to {len(players)}.")
        key = (f"p{who}", reader.whole("the number of the information set"))
        label = reader.text("the name of the information set") if reader.next_is_text() else ""
        actions = [(name, 0.0) for name in reader.names()] if reader.next_is_open() else reader.known(key)
        reader.seen[key] = actions
        paid = _added(so_far, reader.outcome(len(players)))
        named = reader.infoset(key, label)
        after = tuple((a, _node(reader, players, paid, depth + 1)) for a, _ in actions)
        return Decision(key[0], named, after)
    raise reader.wrong("a node that begins with c, p or t")


def _added(so_far: list[float], paid: list[float]) -> list[float]:
    return [a + b for a, b in zip(so_far, paid, strict=True)]


@dataclass
class _Reader:
    """Tokens of a file with a cursor; each token is (line, kind, value)."""

    tokens: list[tuple[int, str, str]]
    at: int = 0
    outcomes: dict[int, list[float]] = field(default_factory=dict)
    seen: dict[tuple[str, int], list[tuple[str, float]]] = field(default_factory=dict)
    set_names: dict[tuple[str, int], str] = field(default_factory=dict)
    set_labels: _Labels = field(default_factory=lambda: _Labels())

    def wrong(self, wanted: str) -> InputError:
        line, _, value = self.tokens[min(self.at, len(self.tokens) - 1)] if self.tokens else (1, "", "")
        came = value if self.at < len(self.tokens) else "the end of the file"
        return InputError(f"efg file, line {line}: got {came!r}; expected {wanted}.")

    def infoset(self, key: tuple[str, int], label: str) -> str:
        """The name that stands for player and number `key`: its label where it has one that no other set has."""
        if key not in self.set_names:
            self.set_names[key] = self.set_labels.unique(label or f"{key[0]} set {key[1]}")
        return self.set_names[key]

    def take(self, kind: str, wanted: str) -> str:
        if self.at >= len(self.tokens) or self.tokens[self.at][1] != kind:
            raise self.wrong(wanted)
        self.at += 1
        return self.tokens[self.at - 1][2]

    def expect(self, *words: str) -> None:
        for word in words:
            if self.at >= len(self.tokens) or self.tokens[self.at][2] != word:
                raise self.wrong(f"{word!r}, as every file begins: EFG 2 R")
            self.at += 1

    def text(self, wanted: str) -> str:
        return self.take("text", wanted + " in double quotes")

    def word(self, wanted: str) -> str:
        return self.take("word", wanted)

    def number(self, wanted: str) -> float:
        """A number as the format writes it: 3, -1.5, 2e3 or 2/3; finite, and of a size that a file needs."""
        value = self.word(wanted)
        found = math.nan
        with suppress(ValueError, ZeroDivisionError, OverflowError):
            if _NUMBER.fullmatch(value):
                found = float(Fraction(value) if "/" in value else value)
        if not math.isfinite(found):
            self.at -= 1
            raise self.wrong(f"{wanted}: a number")
        return found

    def whole(self, wanted: str) -> int:
        value = self.word(wanted)
        if not _WHOLE.fullmatch(value):
            self.at -= 1
            raise self.wrong(f"{wanted}: a whole number from 0 up")
        return int(value)

    def next_is_text(self) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][1] == "text"

    def next_is_open(self) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][1] == "{"

    def names(self) -> list[str]:
        self.take("{", "{")
        found = []
        while self.next_is_text():
            found.append(self.text("a name"))
        self.take("}", "a name in double quotes, or }")
        return found

    def odds(self) -> list[tuple[str, float]]:
        self.take("{", "{")
        found = []
        while self.next_is_text():
            found.append((self.text("an action"), self.number("its chance")))
        self.take("}", "an action and its chance, or }")
        return found

    def known(self, key: tuple[str, int]) -> list[tuple[str, float]]:
        if key not in self.seen:
            raise self.wrong("the actions in braces, since this information set was not described before")
        return self.seen[key]

    def outcome(self, players: int) -> list[float]:
        """Pay-offs of the node's outcome: given here, or by the number of one given before; 0 is none."""
        which = self.whole("the number of the outcome")
        if self.next_is_text():
            self.text("the outcome's name")
        if self.next_is_open():
            self.take("{", "{")
            paid = [self.number("a pay-off") for _ in range(players)]
            self.take("}", f"}} after {players} pay-offs")
            if self.outcomes.setdefault(which, paid) != paid:
                raise self.wrong(f"the same pay-offs as before for outcome {which}, or another number")
        if which and which not in self.outcomes:
            raise self.wrong(f"the pay-offs of outcome {which}, which was not described before")
        return self.outcomes[which] if which else [0.0] * players


_NUMBER = re.compile(r"[-+]?(\d{1,400}/\d{1,400}|(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?)", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_TOKEN = re.compile(r'"((?:[^"\\]|\\"|\\(?!"))*)"|([{}])|([^\s,{}"]+)|"')


def _tokens(text: str) -> Iterator[tuple[int, str, str]]:
    line, counted = 1, 0
    for match in _TOKEN.finditer(text):
        line, counted = line + text.count("\n", counted, match.start()), match.start()
        if match.group(1) is not None:
            yield line, "text", match.group(1).replace('\\"', '"')
        elif match.group(2):
            yield line, match.group(2), match.group(2)
        elif match.group(3):
            yield line, "word", match.group(3)
        else:
            raise InputError(
                f"efg file, line {line}: got a double quote without another; expected texts between two."
            )


class _Labels:
    """Labels already given out; one that stands again gets the next free number behind it."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.last: Counter[str] = Counter()

    def unique(self, label: str) -> str:
        """`label` as the format can write it, made unlike every label before; the empty one stays empty."""
        flat = _flat(label)
        found = flat
        while found and found in self.taken:
            self.last[flat] = max(self.last[flat], 1) + 1
            found = f"{flat} ({self.last[flat]})"
        self.taken.add(found)
        return found


def _flat(text: str) -> str:
    """One line without control characters or doubled blanks; the format cannot hold a backslash before a quote."""
    plain = "".join(c if c.isprintable() else " " for c in text.replace("\\", "/"))
    return " ".join(plain.split())


def _quoted(text: str) -> str:
    return '"' + _flat(text).replace('"', '\\"') + '"'


def _decimal(value: float) -> str:
    text = f"{value:.{DIGITS}g}"
    return f"{float(text):.{DIGITS + 6}f}".rstrip("0").rstrip(".") if "e" in text else text


def _exact(chances: list[float]) -> list[str]:
    """The chances as fractions that add up to exactly one, which Gambit insists on."""
    parts = [Fraction(q).limit_denominator(10**9) for q in chances]
    largest = max(range(len(parts)), key=parts.__getitem__)
    parts[largest] = 1 - sum((q for k, q in enumerate(parts) if k != largest), Fraction(0))
    return [str(q) for q in parts]
