"""The printer of tables: at any width a cell is printed whole, or its column is named as left out."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from contactline.core.screen import figure, print_table, say, words, wrapped


def printed(width: int, columns, rows, **more) -> str:
    stream = io.StringIO()
    print_table(Console(file=stream, width=width, color_system=None), columns, rows, **more)
    return stream.getvalue()


COLUMNS = (
    words("capability"), words("donor"), figure("now"), figure("when it stops"), figure("at best", 2),
    figure("in week", 1),
)  # fmt: skip
ROWS = [
    ["Interceptors against ballistic missiles", "United States", "73%", "1,123%", "−40%", "104"],
    ["Training", "European states of the coalition", "100%", "2%", "5%", "26"],
]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_figures_stay_whole_and_columns_without_room_are_named(width):
    text = printed(width, COLUMNS, ROWS)
    flat = " ".join(text.split())
    left_out = flat.partition("No room for: ")[2]
    for k, column in enumerate(COLUMNS):
        if column.head in left_out:
            assert column.drop
        else:
            assert all(row[k] in (text if not column.words else flat) or column.words for row in ROWS)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text


def test_the_least_needed_column_goes_first():
    assert "No room for: at best." in " ".join(printed(58, COLUMNS, ROWS).split())
    assert "No room for" not in printed(120, COLUMNS, ROWS)


def test_a_series_goes_on_below_with_its_first_column():
    columns = [words("path"), *(figure(str(week)) for week in range(12))]
    text = printed(40, columns, [["as today", *(f"{k}00,000" for k in range(12))]], blocks=True)
    assert text.count("as today") > 1 and "No room" not in text
    assert all(f"{k}00,000" in text.split() for k in range(12))


def test_what_fits_no_way_becomes_a_list():
    text = printed(
        12, [words("path"), figure("gain"), figure("losses")], [["as today", "1,234,567", "7,654,321"]]
    )
    assert "gain:" in text and "1,234,567" in text.split() and "7,654,321" in text.split()


def test_words_break_between_words_and_names_at_a_dash_but_ranges_never():
    console = Console(file=io.StringIO(), width=14)
    lines = [line.plain for line in wrapped(console, "Kostiantynivka–Druzhkivka 1,500–9,100 km")]
    assert lines == ["Kostiantynivka–", "Druzhkivka", "1,500–9,100 km"]
    path = "/a/path/that/is/longer/than/the/line/and/is/meant/to/be/copied"
    assert [line.plain for line in wrapped(console, f"in {path}")] == ["in", path]


def test_styles_survive_wrapping_and_escape_characters_do_not_reach_the_terminal():
    console = Console(file=io.StringIO(), width=10)
    lines = wrapped(console, Text("one two three four", style="bold"))
    assert all(line.style == "bold" for line in lines)
    stream = io.StringIO()
    say(Console(file=stream, width=60), "red \x1b[31mtext\x07 \u202eturned")
    assert (
        "\x1b" not in stream.getvalue()
        and "\\x1b[31m" in stream.getvalue()
        and "\u202e" not in stream.getvalue()
    )


WORD = st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=12)
FIGURE = st.from_regex(r"−?[0-9]{1,3}(,[0-9]{3}){0,3}(\.[0-9]+)?%?( \([0-9]+–[0-9]+\))?", fullmatch=True)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(8, 140), st.booleans(),
    st.lists(st.tuples(st.lists(WORD, min_size=1, max_size=9).map(" ".join), FIGURE, FIGURE, FIGURE), max_size=5),
)  # fmt: skip
def test_no_figure_is_ever_cut(width, blocks, rows):
    columns = (words("what"), figure("now"), figure("in a year", 1), figure("at the end", 2))
    text = printed(width, columns, rows, blocks=blocks)
    left_out = " ".join(text.split()).rpartition("No room for: ")[2].partition(". A wider")[0].split(", ")
    lines = text.splitlines()
    for row in rows:
        assert set(row[0].split()) <= set(text.split())
        for column, cell in zip(columns[1:], row[1:], strict=True):
            # In a list a range may wrap after its figure; in a table it stands on one line.
            parts = [cell] if any(line.startswith("─") for line in lines) else cell.split()
            whole = any(f" {part} " in f" {line} " for line in lines for part in parts[:1])
            assert column.head in left_out or whole, (cell, text)
