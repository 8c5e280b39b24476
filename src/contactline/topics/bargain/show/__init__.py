"""How this topic is shown."""

from __future__ import annotations

from contactline.topics.bargain.show import game, lines
from contactline.topics.showing.topic import Topic

TOPIC = Topic(
    "bargain",
    "Is there a line that both sides prefer to fighting on?",
    recipes=(*lines.RECIPES, *game.RECIPES),
)
