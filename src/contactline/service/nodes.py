"""Every node there is, room by room: what `contactline graph` lists and what a graph is made of."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from contactline.choice import held
from contactline.core.graph import Node
from contactline.engine import (
    courses,
    design,
    effects,
    fits,
    ground,
    lines,
    luck,
    outlook,
    past,
    readiness,
    run,
    tempo,
)
from contactline.topics.allies import make as allies
from contactline.topics.bargain.make import lines as bargain_lines
from contactline.topics.bargain.make import tables as bargain_tables
from contactline.topics.choice.make import courses as choice
from contactline.topics.choice.make import structure
from contactline.topics.fighting.make import hubs, people, places, salients
from contactline.topics.fighting.make import outlook as fighting_outlook
from contactline.topics.front import make as front
from contactline.topics.guarantee import make as guarantee
from contactline.topics.history import make as history
from contactline.topics.proposals.make import deals
from contactline.topics.sensitivity import make as sensitivity
from contactline.topics.support import make as support
from contactline.topics.truce import make as truce
from contactline.topics.trust.make import trust

MODULES: tuple[ModuleType, ...] = (
    ground, readiness, fits, past, run, design, luck, tempo, effects, outlook, lines, courses, held, front,
    fighting_outlook, hubs, people, places, salients, deals, support, choice, structure, guarantee, truce, history,
    sensitivity, bargain_lines,
    bargain_tables, allies, trust,
)  # fmt: skip


def all_nodes() -> list[Node[Any]]:
    """The nodes that these modules declare, in their order."""
    found: dict[str, Node[Any]] = {}
    for module in MODULES:
        for value in vars(module).values():
            if isinstance(value, Node) and value.make.__module__ == module.__name__:
                found[value.family] = value
    return list(found.values())
