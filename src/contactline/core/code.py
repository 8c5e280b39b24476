"""Digest of a module's source and of every module of the package that it can reach, and of what it computes with.

What is kept under a key that holds this digest is never used once a helper has changed, however far below it lies, nor
once Python or one of the libraries that do the arithmetic has.
"""

from __future__ import annotations

import hashlib
import re
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

PACKAGE = "contactline"
ROOT = Path(__file__).parents[1]
ARITHMETIC = ("numpy", "scipy", "numba", "pandas")

_IMPORT = re.compile(
    rf"^[ \t]*(?:from[ \t]+({PACKAGE}[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]+)|import[ \t]+({PACKAGE}[\w.]*))",
    re.MULTILINE,
)


@cache
def code_of(module: str) -> str:
    """Hex digest of the code behind `module`; for one outside the package, of its own file and of what it imports."""
    whole = hashlib.sha256(repr([sys.version_info[:2], *_versions()]).encode())
    for name in sorted(_closure(module)):
        whole.update(f"{name} {_parsed(name)[0]}\n".encode())
    return whole.hexdigest()[:32]


@cache
def _versions() -> tuple[str, ...]:
    return tuple(version(name) for name in ARITHMETIC)


def _closure(module: str) -> set[str]:
    seen: set[str] = set()
    open_ = [module]
    while open_:
        name = open_.pop()
        if name not in seen and _file(name) is not None:
            seen.add(name)
            open_ += _parsed(name)[1]
    return seen


@cache
def _parsed(module: str) -> tuple[str, tuple[str, ...]]:
    """Digest of a module's source, and the modules of the package that it imports, at whatever depth of indentation."""
    file = _file(module)
    assert file is not None
    source = file.read_bytes()
    found = set()
    text = re.sub(
        r"#[^\n]*|\\\n", " ", source.decode("utf-8")
    )  # a bracket in a comment would end a list of names
    for package, names, whole in _IMPORT.findall(text):
        if whole:
            found.add(whole)
            continue
        for name in re.findall(r"\w+", re.sub(r"\bas\s+\w+", "", names)):
            inner = f"{package}.{name}"
            found.add(inner if _file(inner) is not None else package)
    return hashlib.sha256(source).hexdigest(), tuple(sorted(found))


@cache
def _file(module: str) -> Path | None:
    if module == PACKAGE or module.startswith(PACKAGE + "."):
        at = ROOT.joinpath(*module.split(".")[1:])
        return next((path for path in (at / "__init__.py", at.with_suffix(".py")) if path.is_file()), None)
    known = getattr(sys.modules.get(module), "__file__", None)
    return Path(known) if known and known.endswith(".py") else None
