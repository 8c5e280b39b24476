"""The one printer of tables for a terminal: no figure is ever cut, whatever the width.

A column holds *figures*, which stay on one line, or *words*, which wrap between words. Where the width does not
suffice, a table continues in blocks below (where that is how it reads), or leaves out columns in the order that the
caller set and says so, or becomes a list of records. What is printed is the whole cell or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from contactline.core.progress import visible

GAP = 2
"""Blanks between two columns."""

READABLE = 16
"""Characters a column of words should have, where its texts are longer than that."""

_WORD = re.compile(r"(?:[^ \n]+?(?:(?<=[^\W\d_][–—])(?=[^\W\d_])|(?=[ \n]|$)))[ \n]*|[ \n]+")
"""A word with the blanks behind it; a dash between letters ends one, so that names may be broken and figures not."""


Cell = str | Text


@dataclass(frozen=True)
class Column:
    """A column: its head, whether it holds words, and when it goes: 0 never, else the highest number first.

    least : characters that a column of words should have where its texts are longer
    """

    head: str
    words: bool = False
    drop: int = 0
    least: int = READABLE


def words(head: str, drop: int = 0, *, least: int = READABLE) -> Column:
    """A column of words, set to the left, wrapped between words.

    drop : rank in which it is left out where room lacks (0: never); least : characters that it needs.
    """
    return Column(head, True, drop, least)


def figure(head: str, drop: int = 0) -> Column:
    """A column of figures, set to the right, each on one line; drop : rank in which it is left out (0: never)."""
    return Column(head, False, drop)


@dataclass(frozen=True)
class Layout:
    """How a table is printed at a width: blocks of column indexes with their widths in characters, or none for a
    list."""

    blocks: tuple[tuple[tuple[int, int], ...], ...]
    left_out: tuple[str, ...] = ()


def print_table(
    console: Console,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    title: str = "",
    note: str = "",
    blocks: bool = False,
    spaced: bool = False,
) -> None:
    """Print a table with as many columns as the console has characters for, whole cells only.

    blocks : columns without room go on below, the first column repeated (for tables whose columns are a series, such
    as weeks); spaced : a blank line between rows, for long texts. A note stands below, dim.
    """
    if title:
        say(console, Text(title, style="bold"))
    print_lines(console, table_lines(console, columns, rows, blocks=blocks, spaced=spaced))
    if note:
        say(console, Text(note, style="dim"))


def say(console: Console, text: Cell) -> None:
    """Print a text wrapped between words; a word longer than the line (a path) is left whole."""
    print_lines(console, wrapped(console, text))


def print_lines(console: Console, lines: Iterable[Text]) -> None:
    """Print lines as they stand: neither wrapped nor cropped."""
    found = list(lines)
    if found:
        console.print(Text("\n").join(found), soft_wrap=True, highlight=False)


def wrapped(console: Console, text: Cell, width: int | None = None) -> list[Text]:
    """Lines of at most `width` characters (default: the console's), broken between words; a longer word stands whole
    on a line of its own."""
    room = console.width if width is None else width
    lines = []
    for paragraph in _text(text).split("\n", allow_blank=True):
        breaks, taken = [], 0
        for word in _WORD.finditer(paragraph.plain):
            size, blank = cell_len(word[0].rstrip(" ")), cell_len(word[0]) - cell_len(word[0].rstrip(" "))
            if taken and taken + size > room:
                breaks.append(word.start())
                taken = 0
            taken += size + blank
        for piece in paragraph.divide(breaks):
            piece.rstrip()
            lines.append(piece)
    return lines or [Text()]


def hung(console: Console, text: Text) -> list[Text]:
    """Lines of a paragraph; those of a bullet stand below its text."""
    if not text.plain.startswith("• "):
        return wrapped(console, text)
    lines = wrapped(console, text, console.width - 2)
    return [line if k == 0 else Text("  ").append_text(line) for k, line in enumerate(lines)]


def bullets(console: Console, lines: Iterable[str]) -> None:
    """Print lines as bullets."""
    print_lines(console, [part for line in lines for part in hung(console, Text(f"• {line}"))])


def table_lines(
    console: Console,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    heads: bool = True,
    blocks: bool = False,
    spaced: bool = False,
) -> list[Text]:
    """The lines of a table, and below them which columns there was no room for. heads : whether columns are named"""
    cells = [[_text(cell) for cell in row] for row in rows]
    layout = layout_of(columns, cells, console.width, blocks=blocks)
    lines = [] if layout.blocks else _list(console, columns, cells)
    for number, block in enumerate(layout.blocks):
        lines += [Text()] * (number > 0) + _block(console, columns, cells, block, heads, spaced)
    if layout.left_out:
        missing = f"No room for: {', '.join(layout.left_out)}. A wider terminal or --json shows it."
        lines += wrapped(console, Text(missing, style="dim"))
    return lines


def layout_of(
    columns: Sequence[Column], rows: Sequence[Sequence[Text]], width: int, *, blocks: bool = False
) -> Layout:
    """The layout of a table at a width, in characters."""
    whole = [_natural(column, k, rows) for k, column in enumerate(columns)]
    least = [_least(column, k, rows) for k, column in enumerate(columns)]
    readable = [max(a, min(b, c.least)) for a, b, c in zip(least, whole, columns, strict=True)]
    shown = list(range(len(columns)))
    left_out: list[int] = []
    while True:
        if _span(shown, readable) <= width:
            return _spread([shown], readable, whole, width, columns, left_out)
        if blocks and (groups := _groups(shown, readable, width)):
            return _spread(groups, readable, whole, width, columns, left_out)
        can_go = [k for k in shown if columns[k].drop]
        if not can_go:
            break
        goes = max(can_go, key=lambda k: (columns[k].drop, k))
        shown.remove(goes)
        left_out.append(goes)
    if _span(shown, least) <= width:
        return _spread([shown], least, whole, width, columns, left_out)
    return Layout(())


def _span(shown: Sequence[int], widths: Sequence[int]) -> int:
    return sum(widths[k] for k in shown) + GAP * (len(shown) - 1)


def _groups(shown: Sequence[int], widths: Sequence[int], width: int) -> list[list[int]]:
    """The columns in blocks that each begin with the first; none where a single column does not fit beside it."""
    first, *others = shown
    groups = [[first]]
    for k in others:
        if _span([first, k], widths) > width:
            return []
        if _span([*groups[-1], k], widths) > width:
            groups.append([first])
        groups[-1].append(k)
    return groups


def _spread(
    groups: Sequence[Sequence[int]], least: Sequence[int], whole: Sequence[int], width: int,
    columns: Sequence[Column], left_out: Sequence[int],
) -> Layout:  # fmt: skip
    """Hand what is left of the width to the columns whose texts are longest for their room."""
    made = []
    for group in groups:
        widths = {k: least[k] for k in group}
        for _ in range(width - _span(group, least)):
            short = [k for k in group if columns[k].words and widths[k] < whole[k]]
            if not short:
                break
            widths[max(short, key=lambda k: whole[k] / widths[k])] += 1
        made.append(tuple(widths.items()))
    return Layout(tuple(made), tuple(columns[k].head for k in sorted(left_out)))


def _natural(column: Column, k: int, rows: Sequence[Sequence[Text]]) -> int:
    """Characters of the longest line of a column; a head may wrap where its figures are shorter."""
    lines = [cell_len(line) for row in rows for line in row[k].plain.split("\n")]
    head = cell_len(column.head) if column.words else _longest_word(column.head)
    return max([head, *lines])


def _least(column: Column, k: int, rows: Sequence[Sequence[Text]]) -> int:
    """The fewest characters that a column needs: whole figures, whole words."""
    if not column.words:
        return _natural(column, k, rows)
    return max(_longest_word(column.head), *(_longest_word(row[k].plain) for row in rows), 1)


def _longest_word(text: str) -> int:
    return max((cell_len(word[0].strip()) for word in _WORD.finditer(text)), default=0)


def _block(
    console: Console, columns: Sequence[Column], rows: Sequence[Sequence[Text]],
    block: Sequence[tuple[int, int]], heads: bool, spaced: bool,
) -> list[Text]:  # fmt: skip
    lines = []
    if heads:
        names = [Text(columns[k].head, style="bold") for k, _ in block]
        rule = "-" if console.options.ascii_only else "─"
        lines += _row(console, columns, names, block, foot=True)
        lines += [Text((" " * GAP).join(rule * width for _, width in block), style="dim")]
    for number, row in enumerate(rows):
        lines += [Text()] * (spaced and number > 0)
        lines += _row(console, columns, [row[k] for k, _ in block], block)
    return lines


def _row(
    console: Console, columns: Sequence[Column], cells: Sequence[Text], block: Sequence[tuple[int, int]],
    *, foot: bool = False,
) -> list[Text]:  # fmt: skip
    """The lines of one row; foot: cells end on the same line, as heads do."""
    parts = [wrapped(console, cell, width) for cell, (_, width) in zip(cells, block, strict=True)]
    tall = max(len(part) for part in parts)
    lines = []
    for n in range(tall):
        line = Text()
        for part, (k, width) in zip(parts, block, strict=True):
            at = n - (tall - len(part)) if foot else n
            piece = part[at].copy() if 0 <= at < len(part) else Text()
            blank = " " * max(width - piece.cell_len, 0)
            if line or k != block[0][0]:
                line.append(" " * GAP)
            line = (
                line.append_text(piece).append(blank)
                if columns[k].words
                else line.append(blank).append_text(piece)
            )
        line.rstrip()
        lines.append(line)
    return lines


def _list(console: Console, columns: Sequence[Column], rows: Sequence[Sequence[Text]]) -> list[Text]:
    """Each row as a record: its first cell, then a line a column."""
    lines = []
    for number, row in enumerate(rows):
        first = row[0].copy()
        first.stylize("bold")
        lines += [Text()] * (number > 0) + wrapped(console, first)
        for column, cell in zip(columns[1:], row[1:], strict=True):
            if cell.plain:
                entry = Text.assemble((f"{column.head}: " if column.head else "", "dim"), cell)
                pieces = wrapped(console, entry, max(console.width - GAP, 1))
                lines += [Text(" " * GAP).append_text(piece) for piece in pieces]
    return lines


def _text(cell: Cell) -> Text:
    """A cell in which characters that would command the terminal are shown as escapes; line breaks are kept."""
    if isinstance(cell, Text):
        return cell
    return Text(visible(str(cell).expandtabs(1), lines=True))
