"""An assessment put together from a run: each topic's tables, then what is said of them."""

from __future__ import annotations

from dataclasses import replace

from contactline.case.scenario import Scenario, check
from contactline.case.schema import Case
from contactline.core.frame import Tables, made
from contactline.core.graph import Node
from contactline.core.progress import Stages
from contactline.core.version import VERSION
from contactline.engine.run import Run
from contactline.topics.allies.make import ALLIES_TABLES
from contactline.topics.assessment import Assessment, RunInfo
from contactline.topics.bargain.make.lines import LINE_TABLES
from contactline.topics.bargain.make.tables import GAME_TABLES
from contactline.topics.choice.make.courses import CHOICE_TABLES, ENSEMBLE
from contactline.topics.claims.make.claims import claims_tables
from contactline.topics.contents import drafted
from contactline.topics.fighting.make.outlook import OUTLOOK_TABLES
from contactline.topics.fighting.make.people import PEOPLE_TABLES
from contactline.topics.fighting.make.places import OPENS_TABLES
from contactline.topics.fighting.schema import CELLS
from contactline.topics.front.make import FRONT_TABLES
from contactline.topics.guarantee.make import GUARANTEE_TABLES
from contactline.topics.proposals.make.deals import PROPOSAL_TABLES, map_columns
from contactline.topics.sensitivity.make import SENSITIVITY_TABLES
from contactline.topics.showing.held import held_sentence
from contactline.topics.showing.judgements import focus_proposal
from contactline.topics.support.make import SUPPORT_TABLES
from contactline.topics.truce.make import TRUCE_TABLES
from contactline.topics.trust.make.scores import saved_scores
from contactline.topics.trust.make.trust import trust_tables
from contactline.war.source_bias import measured_beliefs

PARTS: tuple[tuple[str, tuple[Node[Tables], ...]], ...] = (
    ("read the fronts", (FRONT_TABLES, OUTLOOK_TABLES, PEOPLE_TABLES, OPENS_TABLES)),
    ("follow the supporters", (SUPPORT_TABLES,)),
    ("apply the proposals", (PROPOSAL_TABLES,)),
    ("compare the courses", (CHOICE_TABLES,)),
    ("ask whether a truce holds", (GUARANTEE_TABLES, TRUCE_TABLES)),
    ("look for a bargain", (LINE_TABLES,)),
    ("say where allies stand", (ALLIES_TABLES,)),
)
"""What is made, in the words of progress."""


def assembled(run: Run, scenario: Scenario, stages: Stages) -> Assessment:
    """The assessment of the run of a scenario."""
    before = dict(stages.timings)
    reads, case = run.reads, run.case
    tables = Tables()
    with stages.stage("fit tempo and losses"):
        notes = list(run.notes)
    for words, nodes in PARTS:
        with stages.stage(words):
            for one in nodes:
                part: Tables = reads.of(one)
                tables |= part
    tables |= made({CELLS: tables[CELLS].assign(**map_columns(run.settlements))})
    with stages.stage("find what decides"):
        ensemble = reads.of(ENSEMBLE)
        found, few = reads.of(SENSITIVITY_TABLES(focus_proposal(case, tables)))
        tables |= found
    with stages.stage("solve the game"):
        game, unsolved = reads.of(GAME_TABLES)
        tables |= game
    with stages.stage("say how far to trust it"):
        kept, stale = saved_scores(run.loaded)
        tables |= kept
        tables |= trust_tables(case, run.outlook, measured_beliefs(run.loaded.evidence("losses"), case))
        tables |= claims_tables(case, tables, ensemble)
    notes += [*few, *unsolved, *stale, *held_sentence(case, scenario.held)]
    info = RunInfo(
        case_id=case.id,
        case_digest=run.loaded.digest,
        as_of=case.as_of,
        seed=scenario.seed,
        draws=run.futures.draws,
        horizon_weeks=scenario.weeks,
        version=VERSION,
        timings={name: spent for name, spent in stages.timings.items() if before.get(name) != spent},
        notes=tuple(notes),
        support_path=scenario.support,
        scenario=as_run(scenario, case),
    )
    return Assessment(case, info, ensemble, tables, drafted(case, tables, run.futures.sets))


def as_run(scenario: Scenario, case: Case) -> Scenario:
    """The scenario as a saved run records it: the case by its id, its date and the proposals spelt out."""
    return replace(scenario, case=case.id, as_of=case.as_of, proposals=check(scenario, case))
