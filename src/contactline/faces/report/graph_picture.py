"""The graph as a picture: families of nodes in columns, each to the right of what it builds on."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from contactline.service.questions.graph import Dependencies

WIDTH, HEIGHT, GAP_X, GAP_Y = 150, 26, 46, 12
INK, LINE, BOX, INPUT = "#22303c", "#9aa7b2", "#eef2f5", "#fdf3e1"


def picture(found: Dependencies) -> str:
    """An SVG of the families of nodes and of the groups of inputs that they read."""
    arrows = _families(found)
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
        for one in below:
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


def _is_belief(name: str) -> bool:
    return "." in name and not name.startswith(("fixed.", "given.", "model."))


def _columns(arrows: Mapping[str, set[str]]) -> dict[str, int]:
    """How many steps each is from what reads nothing."""
    found: dict[str, int] = {}

    def depth(name: str, above: frozenset[str]) -> int:
        if name not in found and name not in above:
            found[name] = 1 + max((depth(one, above | {name}) for one in arrows[name]), default=-1)
        return found.get(name, 0)

    for name in sorted(arrows):
        depth(name, frozenset())
    return found


def _rows(arrows: Mapping[str, set[str]], column: Mapping[str, int]) -> dict[str, int]:
    """Place in its column: near the middle of what it reads."""
    rows: dict[str, int] = {}
    for step in range(max(column.values(), default=-1) + 1):
        own = [name for name in sorted(arrows) if column[name] == step]
        middle = {
            name: sum(rows[one] for one in arrows[name]) / len(arrows[name]) if arrows[name] else 0.0
            for name in own
        }
        rows |= {name: at for at, name in enumerate(sorted(own, key=lambda name: (middle[name], name)))}
    return rows
