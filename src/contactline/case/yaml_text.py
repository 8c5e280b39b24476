"""The one place where YAML is read: bounded before it is built, strict in what it takes, plain in what it refuses.

YAML can nest until the parser's stack is gone, name itself as its own part, and write a billion values in ten lines.
So the text is walked event by event first: size, depth, expanded values, names and tags are checked before anything
is built from them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from contactline.core.errors import CaseError

MOST_BYTES = 4_000_000
MOST_DEPTH = 50
MOST_VALUES = 500_000
"""Values of a file once every name (`*alias`) stands for its whole text."""


def read_yaml(path: Path) -> Any:
    """The content of a YAML file. Raises CaseError that names the file, and line and column where there is one."""
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise CaseError(
                f"{path}: has {size:,} bytes; allowed are {MOST_BYTES:,}. A case is text: put tables into the evidence "
                "folder, and split what is left."
            )
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CaseError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8.") from None
    except OSError as error:
        raise CaseError(f"{path}: cannot be read ({error.strerror or error}).") from None
    return parse_yaml(text, str(path))


def parse_yaml(text: str, where: str) -> Any:
    """The content of YAML text; `where` names it in messages. Raises CaseError."""
    try:
        _check_bounds(text)
        return yaml.load(text, Loader=_Strict)
    except CaseError as error:
        raise CaseError(f"{where}: {error}") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _place(mark) if mark else "unknown place"
        said = " ".join(part for part in (error.context, error.problem) if part)
        remedy = "Check indentation, quotes and colons."
        if mark and "\t" in "".join(text.splitlines()[mark.line : mark.line + 1]):
            remedy = "The line holds a tab; YAML indents by spaces alone: put spaces in its place."
        raise CaseError(f"{where}: {place}: not YAML: {said}. {remedy}") from None
    except yaml.YAMLError as error:
        raise CaseError(f"{where}: not YAML: {' '.join(str(error).split())}.") from None
    except (
        ValueError,
        OverflowError,
    ) as error:  # a whole number of thousands of digits, a day that does not exist
        raise CaseError(f"{where}: holds a value that cannot be read: {error}.") from None


def line_of(text: str, path: tuple[str | int, ...]) -> int | None:
    """Number of the line (from 1) of the deepest part of a key path that stands in YAML text that was read before."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    line = None
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == part), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


class _Strict(yaml.CSafeLoader):
    """YAML 1.1 without its surprises: days stay text for the schema to judge, repeated keys are errors."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """A mapping whose keys each stand once."""
        seen: dict[Any, int] = {}
        for key_node, _value in node.value:
            key, mark = key_node.value, key_node.start_mark
            if key_node.tag != "tag:yaml.org,2002:str":
                raise CaseError(
                    f"{_place(mark)}: key {key!r} is not a word. Where a comma "
                    "stands in a text between braces, put the text in quotes."
                )
            if key in seen:
                raise CaseError(
                    f"{_place(mark)}: key {key!r} stands twice (first in "
                    f"line {seen[key]}); YAML would keep only the last. Remove one."
                )
            seen[key] = key_node.start_mark.line + 1
        return super().construct_mapping(node, deep)


_Strict.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _check_bounds(text: str) -> None:
    """Raise CaseError for text that nests too deep, means too many values, refers to itself or carries tags."""
    open_names: list[str | None] = []  # the anchor, if any, of each collection that is open
    counts = [0]  # values in each collection that is open, the whole text first
    sizes: dict[str, int] = {}
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            name = str(event.anchor)
            if name in open_names:
                raise CaseError(f"{_place(mark)}: *{name} stands inside what it names; write it out.")
            counts[-1] += sizes.get(name, 1)
        elif isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            tag = event.tag
            if tag is not None and tag != "!":
                raise CaseError(f"{_place(mark)}: tag {tag!r}: allowed is plain YAML without tags.")
            if isinstance(event, yaml.ScalarEvent):
                counts[-1] += 1
                if event.anchor:
                    sizes[event.anchor] = 1
            else:
                open_names.append(event.anchor)
                counts.append(1)
                if len(open_names) > MOST_DEPTH:
                    raise CaseError(
                        f"{_place(mark)}: nests deeper than {MOST_DEPTH} levels; check brackets and indentation."
                    )
        elif isinstance(event, yaml.CollectionEndEvent):
            inner, named = counts.pop(), open_names.pop()
            counts[-1] += inner
            if named:
                sizes[named] = inner
        if counts[-1] > MOST_VALUES:
            raise CaseError(
                f"{_place(mark)}: means more than {MOST_VALUES:,} values once its names (*) are written out; allowed "
                "are that many in a file."
            )


def _place(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"
