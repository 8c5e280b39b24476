"""How this topic is shown."""

from __future__ import annotations

from contactline.topics.fighting.show import cost, ground, outlook, people, said
from contactline.topics.showing.topic import Section, Topic

TOPIC = Topic(
    "fighting",
    "What can fighting on still achieve, by when and at what cost?",
    sections=(Section("fighting", "What fighting can still achieve", said.finding),),
    recipes=(*outlook.RECIPES, *ground.RECIPES, *cost.RECIPES, *people.RECIPES),
    judges=(said.gain_judgement, said.objective_judgements, said.opens_judgement),
    numbers=(said.remainder,),
    words={
        "collapse_words": people.collapse_words,
        "publisher": people.publisher,
        "reach_words": ground.reach_words,
        "factor_words": ground.factor_words,
    },
)
