"""How this topic is shown."""

from __future__ import annotations

from contactline.topics.proposals.show import deals, side_by_side
from contactline.topics.showing.topic import Section, Topic

TOPIC = Topic(
    "proposals",
    "What does each proposal change on the map, and what would the same cost by force?",
    sections=(
        Section("proposals", "The proposals", deals.finding),
        Section("price", "The price of the land by force", deals.price_finding),
    ),
    recipes=deals.RECIPES,
    judges=(deals.price_judgement,),
    numbers=(deals.price_number,),
    words={"side_by_side": side_by_side.side_by_side, "deal_finding": side_by_side.finding},
)
