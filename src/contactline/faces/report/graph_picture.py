"""The graph as a picture: families of nodes in columns, each to the right of what it builds on.

An arrow that longer ways say already is left out, or nothing could be seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from contactline.service.questions.graph import Dependencies

WIDTH, HEIGHT, GAP_X, GAP_Y = 124, 24, 40, 12
INK, LINE, BOX, INPUT = "#22303c", "#9aa7b2", "#eef2f5", "#fdf3e1"


def picture(found: Dependencies) -> str:
    """An SVG of the families of nodes and of the groups of inputs that they read."""
    arrows = _reduced(_families(found))
    column = _columns(arrows)
    rows = _rows(arrows, column)
    width = (max(column.values(), default=0) + 1) * (WIDTH + GAP_X) + GAP_X
    height = (max(rows.values(), default=0) + 1) * (HEIGHT + GAP_Y) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="12" role="img">',
        f"<title>{escape(found.about or 'Everything that is computed')}: what builds on what</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    at = {
        name: (GAP_X // 2 + column[name] * (WIDTH + GAP_X), 20 + rows[name] * (HEIGHT + GAP_Y))
        for name in column
    }
    for name, below in arrows.items():
        for one in sorted(below):
            x, y = at[name]
            u, v = at[one][0] + WIDTH, at[one][1] + HEIGHT / 2
            half = (x - u) / 2
            parts.append(
                f'<path d="M{u} {v}C{u + half} {v} {x - half} {y + HEIGHT / 2} {x} {y + HEIGHT / 2}" fill="none" '
                f'stroke="{LINE}" stroke-width="0.8"/>'
            )
    for name, (x, y) in at.items():
        fill = INPUT if name.startswith("≡ ") else BOX
        parts.append(
            f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="4" fill="{fill}" stroke="{LINE}"/>'
            f'<text x="{x + WIDTH / 2}" y="{y + 17}" text-anchor="middle" fill="{INK}">'
            f"{escape(name.removeprefix('≡ '))}</text>"
        )
    return "\n".join([*parts, "</svg>", ""])


def _families(found: Dependencies) -> dict[str, set[str]]:
    """Family or group of inputs → what it reads."""
    arrows: dict[str, set[str]] = {}
    inside = {known.name.partition("[")[0] for known in found.nodes}
    for known in found.nodes:
        family = known.name.partition("[")[0]
        own = arrows.setdefault(family, set())
        own |= {one.partition("[")[0] for one in known.reads} & inside
        own |= {f"≡ beliefs {name.partition('.')[0]}.…" for name in known.inputs if _is_belief(name)}
        own.discard(family)
    for below in list(arrows.values()):
        for one in below:
            arrows.setdefault(one, set())
    return arrows


def _reduced(arrows: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The arrows without those whose end can be reached through another."""
    reach: dict[str, set[str]] = {}

    def below(name: str, above: frozenset[str]) -> set[str]:
        if name not in reach and name not in above:
            further = (below(one, above | {name}) for one in arrows[name])
            reach[name] = set().union(arrows[name], *further)
        return reach.get(name, set())

    for name in sorted(arrows):
        below(name, frozenset())
    return {
        name: {one for one in own if not any(one in reach[other] for other in own if other != one)}
        for name, own in arrows.items()
    }


def _is_belief(name: str) -> bool:
    return "." in name and not name.startswith(("fixed.", "given.", "model."))


def _columns(arrows: Mapping[str, set[str]]) -> dict[str, int]:
    """As near as can be to what reads it, so that arrows are short; what nothing reads stands last."""
    above: dict[str, set[str]] = {name: set() for name in arrows}
    for name, own in arrows.items():
        for one in own:
            above[one].add(name)
    steps = _depths(above)
    last = max(steps.values(), default=0)
    return {name: last - steps[name] for name in arrows}


def _depths(arrows: Mapping[str, set[str]]) -> dict[str, int]:
    """Steps on the longest way that arrows lead : name → number."""
    found: dict[str, int] = {}

    def depth(name: str, seen: frozenset[str]) -> int:
        if name not in found and name not in seen:
            found[name] = 1 + max((depth(one, seen | {name}) for one in arrows[name]), default=-1)
        return found.get(name, 0)

    for name in sorted(arrows):
        depth(name, frozenset())
    return found


def _rows(arrows: Mapping[str, set[str]], column: Mapping[str, int]) -> dict[str, float]:
    """Place in its column, which is centred: near the middle of what it reads."""
    steps = [
        [n for n in sorted(arrows) if column[n] == step]
        for step in range(max(column.values(), default=-1) + 1)
    ]
    most = max(map(len, steps), default=0)
    rows: dict[str, float] = {}
    for own in steps:
        middle = {}
        for name in own:
            below = [rows[one] for one in sorted(arrows[name]) if one in rows]
            middle[name] = sum(below) / len(below) if below else most / 2
        top = (most - len(own)) / 2
        rows |= {name: top + at for at, name in enumerate(sorted(own, key=lambda name: (middle[name], name)))}
    return rows
