"""Ways to break a file: its bytes, its wrapper, its structure as JSON, YAML or CSV. Same dice, same file."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import random
import re
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

HOLE = "@@HOLE@@"
"""Stands in a document for a value that is put in as raw text, which JSON and YAML would not write."""

NUMBERS = (
    "NaN", ".nan", "nan", "inf", "-inf", ".inf", "Infinity", "1e400", "-1e400", "1e308", "-1e308", "1e-320", "-0",
    "-0.0", "0", "-1", "-5.5", "1", "9" * 400, "1" + "0" * 5000, "9223372036854775808", "-9223372036854775809",
    "4294967296", "1_000", "1_17_000", "1,5", "0x10", "0o17", "017", "1e5", "1e", "12:30:45", "٣٤", "½", "+3",
    " 7 ", "1.5.2", "1/3",
)  # fmt: skip
DAYS = (
    "0000-01-01", "0001-01-01", "1600-01-01", "1677-09-20", "1699-12-31", "2052-01-01", "2199-12-31", "2262-04-12",
    "2922-02-09", "9999-12-31", "10000-01-01", "-2025-01-01", "2024-02-30", "2024-13-01", "2023-02-29", "01/02/2024",
    "20240102", "2024-1-2", "2024-01-02T25:00:00", "2024-01-02 12:00", "٢٠٢٤-٠١-٠٢", "1704153600", "2024-W05-1",
)  # fmt: skip
WORDS = (
    "", " ", "null", "~", "true", "false", "yes", "text", "[]", "{}", "[[]]", '""', "\x00", "\x1b[31mred",
    "\u202eabc", "é", "e\u0301", "😀", "x" * 100_000, "<!--<script>", "</script><script>", "[bold]red[/bold]", "[/]",
    ":smile:", "%s", "{0}", "${HOME}", "../../etc/passwd", "=1+1", "'; DROP TABLE areas; --", "a\nb", "a\r\nb",
    "\ufeff", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "\\ud800", "*a", "&a",
    "!!python/object:os.system", "- x", "a: b", "#", "|", ">", "@", "`", "nan", "None", "N/A", "-",
)  # fmt: skip
DEEP = tuple(
    text
    for depth in (60, 3_000, 30_000)
    for text in ("[" * depth, "[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth)
)
TOKENS = (*NUMBERS, *DAYS, *WORDS, *DEEP)
BYTES = (
    *(token.encode("utf-8", "surrogatepass") for token in TOKENS),
    b"\xff", b"\xfe\xff", b"\xc3", b"\xed\xa0\x80", b"\x00" * 50, b"\r", b"\n\n", b"\t", b",", b'"', b"'", b";", b"|",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """What a mutation did: its kind, in words where, and the text it put in."""

    kind: str
    where: str = ""
    put: str = ""

    def __str__(self) -> str:
        put = self.put if len(self.put) <= 40 else f"{self.put[:30]}… ({len(self.put)})"
        return " ".join(part for part in (self.kind, self.where, repr(put) if self.put else "") if part)


def token(dice: random.Random) -> str:
    """Any text that readers stumble on; numbers and days as often as words, deep nesting seldom."""
    return dice.choice(dice.choice((NUMBERS, NUMBERS, NUMBERS, DAYS, DAYS, WORDS, WORDS, DEEP)))


def break_bytes(dice: random.Random, data: bytes) -> tuple[bytes, Change]:
    """Flip, cut, insert, remove, repeat or replace bytes, in one to four places."""
    broken, done = bytearray(data), []
    for _ in range(dice.choice((1, 1, 2, 4))):
        size = len(broken)
        if size < 4:
            break
        at = dice.randrange(size)
        end = min(size, at + dice.randrange(1, 20))
        way = dice.choice(("flip", "put", "cut", "repeat", "remove", "value", "value"))
        done.append(f"{way}@{at}")
        if way == "flip":
            broken[at] ^= 1 << dice.randrange(8)
        elif way == "put":
            broken[at:end] = dice.choice(BYTES)
        elif way == "cut":
            del broken[at:]
        elif way == "repeat":
            source = dice.randrange(size)
            broken[at:at] = broken[source : source + dice.randrange(1, 60)]
        elif way == "remove":
            del broken[at:end]
        else:
            found = list(re.finditer(rb"-?\d+(\.\d+)?|\"[^\"]*\"", bytes(broken[:200_000])))
            if found:
                value = dice.choice(found)
                broken[value.start() : value.end()] = dice.choice(BYTES)
    return bytes(broken), Change("bytes", ",".join(done))


def dress(dice: random.Random, data: bytes) -> tuple[bytes, Change]:
    """The same content with another first or last byte, encoding or line end; or nothing at all."""
    ways: dict[str, Callable[[], bytes]] = {
        "empty": lambda: b"",
        "blank": lambda: b" \n",
        "byte order mark": lambda: b"\xef\xbb\xbf" + data,
        "two byte order marks": lambda: b"\xef\xbb\xbf" * 2 + data,
        "utf-16": lambda: data.decode("utf-8", "replace").encode("utf-16"),
        "latin-1": lambda: data.decode("utf-8", "replace").encode("latin-1", "replace"),
        "crlf": lambda: data.replace(b"\n", b"\r\n"),
        "cr": lambda: data.replace(b"\n", b"\r"),
        "null first": lambda: b"\x00" + data,
        "null last": lambda: data + b"\x00",
        "no last line end": lambda: data.rstrip(b"\n"),
        "junk last": lambda: data + b"}\n]junk,1,2\n",
        "twice": lambda: data + data,
    }
    way = dice.choice(list(ways))
    return ways[way](), Change(way)


def wrap(dice: random.Random, name: str, data: bytes) -> tuple[str, bytes, Change]:
    """The file packed in some way, sound or damaged, under a name that fits or does not."""
    packers: dict[str, Callable[[bytes], bytes]] = {
        ".gz": gzip.compress, ".xz": lzma.compress, ".bz2": bz2.compress, ".zip": lambda d: _zip(dice, name, d),
        ".tar": lambda d: _tar(dice, name, d, ""), ".tar.gz": lambda d: _tar(dice, name, d, "gz"),
        ".tar.xz": lambda d: _tar(dice, name, d, "xz"),
    }  # fmt: skip
    ending = dice.choice(list(packers))
    packed = packers[ending](data)
    harm = dice.choice(("none", "none", "cut", "flip", "twice", "bomb", "plain"))
    if harm == "cut":
        packed = packed[: dice.randrange(len(packed))]
    elif harm == "flip":
        broken = bytearray(packed)
        for _ in range(dice.randrange(1, 4)):
            broken[dice.randrange(len(broken))] ^= 1 << dice.randrange(8)
        packed = bytes(broken)
    elif harm == "twice":
        packed += packed
    elif harm == "bomb":
        packed = packers[ending](data + b" " * 300_000_000) if ending in (".gz", ".zip") else packed
    elif harm == "plain":
        packed = data
    called = name + ending if dice.random() < 0.7 else name
    return called, packed, Change("wrapped", f"{ending} {harm} as {called}")


def _zip(dice: random.Random, name: str, data: bytes) -> bytes:
    held = io.BytesIO()
    names = dice.choice(
        ([name], [name, name], ["../" + name], ["/" + name], [name, "other.txt"], ["x/" + name], [])
    )
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in dict.fromkeys(names):
            archive.writestr(one, data)
    return held.getvalue()


def _tar(dice: random.Random, name: str, data: bytes, packing: str) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=f"w:{packing}") as archive:  # type: ignore[call-overload]
        for one in dice.choice(
            ([name], [name, name], ["../" + name], ["/" + name], ["a/" + name, "b/" + name], [])
        ):
            info = tarfile.TarInfo(one)
            info.size = len(data)
            if dice.random() < 0.2:
                info.type, info.linkname, info.size = (
                    dice.choice((tarfile.SYMTYPE, tarfile.LNKTYPE)),
                    "/etc/passwd",
                    0,
                )
            archive.addfile(info, io.BytesIO(data if info.size else b""))
    return held.getvalue()


def break_document(dice: random.Random, document: Any) -> tuple[Any, Change]:
    """One change of a nested document: a value, a key, a type, an order. The value HOLE stands for `Change.put`."""
    places = [place for place in _places(document) if place]
    place = dice.choice(places)
    holder = _at(document, place[:-1])
    key = place[-1]
    where = ".".join(map(str, place))
    way = dice.choice(
        ("value", "value", "value", "scale", "remove", "rename", "twice", "swap", "wrap", "move")
    )
    if way == "scale":
        value = holder[key]
        if isinstance(value, bool) or not isinstance(value, int | float):
            way = "value"
        else:
            factor = dice.choice((-1, 0, 0.5, 1.001, 2, 100, 1e6, 1e15))
            holder[key] = value * factor
            return document, Change("scale", where, repr(holder[key]))
    if way == "remove":
        del holder[key]
        return document, Change("remove", where)
    if way == "rename" and isinstance(holder, dict):
        new = dice.choice((f"{key}x", str(key).upper(), str(key)[:-1], f" {key}", "zzz", "", "id", "name"))
        items = [(new if k == key else k, v) for k, v in holder.items()]
        holder.clear()
        holder.update(items)
        return document, Change("rename", where, new)
    if way == "twice" and isinstance(holder, list):
        holder.insert(key, holder[key])
        return document, Change("twice", where)
    if way == "swap" and isinstance(holder, list) and len(holder) > 1:
        other = dice.randrange(len(holder))
        holder[key], holder[other] = holder[other], holder[key]
        return document, Change("swap", f"{where} and {other}")
    if way == "wrap":
        holder[key] = [holder[key]] if dice.random() < 0.5 else {"a": holder[key]}
        return document, Change("wrap", where)
    if way == "move":
        holder[key] = _at(document, dice.choice(places))
        try:
            json.dumps(holder[key], default=str)
        except ValueError:  # a part put inside itself
            holder[key] = None
        return document, Change("move", where)
    put = token(dice)
    holder[key] = HOLE
    return document, Change("value", where, put)


def filled(dice: random.Random, text: str, put: str, quote: str = '"') -> str:
    """The text of a document with `put` in its hole: as a text in quotes, or bare as other values are."""
    quoted = f"{quote}{HOLE}{quote}"
    if quoted in text:
        return text.replace(quoted, put if dice.random() < 0.6 else f"{quote}{put}{quote}")
    return text.replace(HOLE, put)


def twice(dice: random.Random, text: str) -> tuple[str, Change]:
    """The text of a JSON document with one key written twice."""
    found = list(re.finditer(r'"(\w+)": ', text[:200_000]))
    if not found:
        return text, Change("nothing")
    key = dice.choice(found)
    return text[: key.start()] + f'"{key[1]}": 1, ' + text[key.start() :], Change("key twice", key[1])


def break_table(dice: random.Random, data: bytes, delimiter: str = ",") -> tuple[bytes, Change]:
    """One change of a CSV file: a cell, a column, a row, a quote."""
    rows = list(csv.reader(io.StringIO(data.decode()), delimiter=delimiter))
    row, column = dice.randrange(1, len(rows)), dice.randrange(len(rows[0]))
    name = rows[0][column]
    way = dice.choice(
        (
    "cell", "cell", "cell", "cell", "scale", "remove row", "repeat row", "swap rows", "rename column",
    "drop column", "column twice", "longer row", "shorter row", "blank line", "open quote", "other delimiter",
    "header only",
)
    )  # fmt: skip
    put = ""
    where = f"row {row} column {name}"
    if way in ("cell", "scale"):
        old = rows[row][column]
        put = token(dice)
        if way == "scale" and re.fullmatch(r"-?\d+(\.\d+)?", old):
            put = repr(float(old) * dice.choice((-1, 0, 0.5, 1.001, 2, 100, 1e6)))
        rows[row][column] = put
        way = "cell"
    elif way == "remove row":
        del rows[row]
    elif way == "repeat row":
        rows.insert(row, list(rows[row]))
    elif way == "swap rows":
        other = dice.randrange(1, len(rows))
        rows[row], rows[other] = rows[other], rows[row]
    elif way == "rename column":
        put = dice.choice((name + "x", name.upper(), "", " " + name, "date", "zzz"))
        rows[0][column] = put
    elif way == "drop column":
        rows = [[cell for at, cell in enumerate(line) if at != column] for line in rows]
    elif way == "column twice":
        rows = [[*line, line[column]] for line in rows]
    elif way == "longer row":
        rows[row].append("1")
    elif way == "shorter row":
        rows[row].pop()
    elif way == "header only":
        del rows[1:]
    text = _written(rows, dice.choice((";", "\t", "|")) if way == "other delimiter" else delimiter)
    if way in ("blank line", "open quote"):
        lines = text.split("\n")
        lines[row] = f"\n{lines[row]}" if way == "blank line" else lines[row][:-1] + '"' + lines[row][-1:]
        text = "\n".join(lines)
    return text.encode("utf-8", "surrogatepass"), Change(way, where, put)


def _written(rows: list[list[str]], delimiter: str) -> str:
    held = io.StringIO()
    csv.writer(held, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return held.getvalue()


def _places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in nested data, from the top; long lists by their first and last entries."""
    found = [here]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += _places(inner, (*here, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            if at < 40 or at >= len(value) - 3:
                found += _places(inner, (*here, at))
    return found


def _at(value: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        value = value[key]
    return value
