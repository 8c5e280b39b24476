"""YAML that would overrun the parser, refer to itself or grow without end gets one clear error, fast."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from contactline.case.load import load_case
from contactline.case.yaml_text import MOST_BYTES, parse_yaml, read_yaml
from contactline.core.errors import CaseError
from contactline.service.own_paths import read_paths

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + last] * 10)}]\n"
    for last, name in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "brackets": ("[" * 30_000, "line 1, column 51: nests deeper than 50 levels"),
    "braces": ("{a: " * 30_000, "nests deeper than 50 levels"),
    "closed brackets": ("a: " + "[" * 30_000 + "]" * 30_000, "nests deeper than 50 levels"),
    "dashes": ("- " * 30_000 + "x", "nests deeper than 50 levels"),
    "cycle": ("a: &a\n  b: *a\n", r"line 2, column 6: \*a stands inside what it names"),
    "cycle in a list": ("a: &a [*a]", r"\*a stands inside what it names"),
    "bomb": (BOMB, "means more than 500,000 values"),
    "no such name": ("a: *b", "not YAML.*undefined alias"),
    "a tag": ("a: !!python/object/apply:os.system [ls]", "allowed is plain YAML without tags"),
    "a tag of YAML's own": ("a: !!timestamp x", "allowed is plain YAML without tags"),
    "many digits": ("a: " + "1" * 5_000, "a value that cannot be read: Exceeds the limit"),
    "a control character": ("a: \x1b[31m", "not YAML"),
    "merged keys": ("a: &a {b: 1}\nc: {<<: *a}", "is not a word"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_yaml_is_refused_at_once(name: str) -> None:
    text, words = HOSTILE[name]
    began = time.process_time()
    with pytest.raises(CaseError, match=f"(?s)case.yaml: .*{words}"):
        parse_yaml(text, "case.yaml")
    assert time.process_time() - began < 2.0


def test_names_that_stay_small_are_read(tmp_path: Path) -> None:
    assert parse_yaml("a: &x {b: [1, 2]}\nc: *x\nd: *x", "x") == {key: {"b": [1, 2]} for key in "acd"}
    assert parse_yaml("a: " + "[" * 49 + "]" * 49, "x")["a"] != []


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text("# " + "x" * MOST_BYTES)
    with pytest.raises(CaseError, match=r"has 4,000,002 bytes; allowed are 4,000,000"):
        read_yaml(path)
    path.write_bytes(b"a: \xff")
    with pytest.raises(CaseError, match="byte 3 is not UTF-8"):
        read_yaml(path)


def test_support_paths_of_a_user_are_read_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "paths.yaml"
    case = load_case("ukraine_2025").case
    for name in ("brackets", "cycle", "bomb"):
        path.write_text(HOSTILE[name][0])
        with pytest.raises(CaseError, match=HOSTILE[name][1]):
            read_paths(path, case)


def test_whole_numbers_beyond_every_scale_are_named(tmp_path: Path) -> None:
    from contactline.service.cases import new_case

    folder = new_case("huge", tmp_path)
    text = (folder / "case.yaml").read_text(encoding="utf-8")
    (folder / "case.yaml").write_text(text.replace("persons: ", "persons: 1" + "0" * 400 + " # ", 1))
    with pytest.raises(CaseError, match=r"persons.*allowed is a finite number below 1e300"):
        load_case(folder)
