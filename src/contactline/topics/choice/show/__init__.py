"""How this topic is shown."""

from __future__ import annotations

from contactline.topics.choice.show import choice, consent, page, said, structure
from contactline.topics.choice.show.assumptions import key_assumptions, would_change
from contactline.topics.choice.show.outcomes import outcome_rows
from contactline.topics.showing.topic import Section, Topic

TOPIC = Topic(
    "choice",
    "Fight on or accept: who prefers which, under which beliefs?",
    sections=(Section("choice", "The choice", said.finding),),
    recipes=(*consent.RECIPES, *choice.RECIPES, *structure.RECIPES),
    leads=(consent.consent_judgement,),
    judges=(said.choice_judgement,),
    numbers=(consent.consent_number,),
    values={"hinges": said.key_hinges, "no_hinges": said.no_hinges},
    words={
        "outcome_rows": outcome_rows,
        "specification_sentence": structure.specification_sentence,
        "horizon_rows": structure.horizon_rows,
        "refusal_rows": structure.refusal_rows,
        "centre_rows": page.centre_rows,
        "consent_meaning": consent.consent_meaning,
        "proposals_shown": page.proposals_shown,
        "actor_sentences": page.actor_sentences,
        "regret_sentence": page.regret_sentence,
        "waiting_sentence": page.waiting_sentence,
        "key_assumptions": key_assumptions,
        "would_change": would_change,
    },
)
