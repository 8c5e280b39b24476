"""How this topic is shown."""

from __future__ import annotations

from contactline.topics.showing.topic import Section, Topic
from contactline.topics.trust.show import places, said, scores

TOPIC = Topic(
    "trust",
    "How good have such forecasts been, and who assumes what?",
    sections=(
        Section("trust", "How far to trust this", said.trust_finding),
        Section("assumptions", "Assumptions and their owners", said.assumptions_finding),
        Section("sources", "Sources"),
        Section("made", "How this was made"),
    ),
    recipes=(*scores.RECIPES, *places.RECIPES),
)
