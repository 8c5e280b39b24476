"""Streams that are not UTF-8: nothing fails, a minus sign stays one, data keep their meaning."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from contactline.core.errors import InputError
from contactline.core.output import STAND_INS, check_arguments, prepare_output, print_csv, print_json, records
from contactline.faces.cli.app import app

WORDS = "−259 km², 60–80% “Покровськ” Åland → 1 €"


def stream(monkeypatch: pytest.MonkeyPatch, encoding: str) -> io.BytesIO:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    prepare_output()
    return raw


def written(raw: io.BytesIO) -> bytes:
    sys.stdout.flush()
    return raw.getvalue()


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("ascii", '-259 km2, 60-80% "?????????" Aland -> 1 EUR'),
        ("cp1252", "-259 km², 60–80% “?????????” Åland -> 1 €"),
        ("utf-8", WORDS),
    ],
)
def test_characters_that_an_encoding_lacks_get_a_plain_reading(monkeypatch, encoding, expected):
    raw = stream(monkeypatch, encoding)
    print(WORDS)
    assert written(raw).decode(encoding).rstrip() == expected


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "koi8-r", "utf-8"])
def test_data_mean_the_same_in_every_encoding(monkeypatch, encoding):
    raw = stream(monkeypatch, encoding)
    print_json({"words": WORDS, "more": "𝄞"})
    assert json.loads(written(raw).decode(encoding)) == {"words": WORDS, "more": "𝄞"}
    raw = stream(monkeypatch, encoding)
    print_json(json.dumps([WORDS], ensure_ascii=False))
    assert json.loads(written(raw).decode(encoding)) == [WORDS]
    raw = stream(monkeypatch, encoding)
    print_csv(f"name\n{WORDS}\n")
    assert written(raw).decode("utf-8") == f"name\n{WORDS}\n"


def test_a_file_name_that_is_not_utf8_is_printed_by_its_bytes(monkeypatch):
    raw = stream(monkeypatch, "utf-8")
    print(os.fsdecode(b"caf\xe9.csv"))
    assert written(raw) == rb"caf\xe9.csv" + b"\n"


def test_every_plain_reading_is_plain():
    assert all(reading.isascii() for reading in STAND_INS.values())


def test_a_word_of_the_command_line_that_is_not_utf8_is_named():
    with pytest.raises(InputError, match=r"word 2: got b'caf\\xe9', which is not UTF-8"):
        check_arguments(["report", os.fsdecode(b"caf\xe9")])
    check_arguments(["report", "café", "Покровськ"])


COMMANDS = [
    ["front"], ["deal", "list"], ["deal", "show", "us_28"], ["case", "show", "ukraine_2025", "beliefs"],
    ["support", "show"], ["events"], ["--help"], ["assess", "--help"], ["claims", "--quantities"], ["data", "status"],
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_command_prints_into_any_pipe_without_failing_and_without_escapes(monkeypatch, command, encoding):
    raw = stream(monkeypatch, encoding)
    with pytest.raises(SystemExit) as ended:
        app(command)
    assert ended.value.code == 0
    text = written(raw).decode(encoding)
    assert len(text) > 100 and "\x1b" not in text


def process(tmp_path: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command as a process, its output a pipe, as a redirect gives."""
    return subprocess.run(
        [sys.executable, "-m", "contactline.faces.cli.app", *command], env=os.environ | environment,
        capture_output=True, timeout=300, cwd=tmp_path,
    )  # fmt: skip


def test_a_redirect_in_cp1252_ends_well(tmp_path: Path):
    said = process(tmp_path, "front", PYTHONIOENCODING="cp1252")
    assert said.returncode == 0, said.stderr
    assert "km²" in said.stdout.decode("cp1252") and b"\x1b" not in said.stdout + said.stderr


def test_an_error_in_ascii_is_one_message(tmp_path: Path):
    said = process(tmp_path, "front", "--from", "2025−13−01", PYTHONIOENCODING="ascii")
    assert said.returncode == 2 and b"2025-13-01" in said.stderr and b"Traceback" not in said.stderr


def test_the_locale_c_without_utf8_mode_is_a_pipe_like_others(tmp_path: Path):
    said = process(tmp_path, "front", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert said.returncode == 0, said.stderr
    text = said.stdout.decode("ascii")
    assert "-3" in text.split() and "km2" in text  # Luhansk in November 2025: a minus sign is a minus sign


def test_rows_as_plain_data_have_iso_days_and_no_value_for_what_is_missing():
    days = pd.to_datetime(["2024-02-29", None])
    frame = pd.DataFrame({"day": days, "km2": [0.1, np.nan], "name": ["é", None]})
    assert records(frame) == [
        {"day": "2024-02-29", "km2": 0.1, "name": "é"}, {"day": None, "km2": None, "name": None}
    ]  # fmt: skip
    assert records(frame.head(0)) == []
