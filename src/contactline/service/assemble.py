"""An assessment put together from a run: each topic's tables, then what is said of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import xarray as xr

from contactline.case.scenario import Scenario, check
from contactline.case.schema import Case
from contactline.core.frame import Tables, made
from contactline.core.graph import Node, in_parallel
from contactline.core.progress import Stages
from contactline.core.version import VERSION
from contactline.engine.run import FITS, FOCUS, NOTES, Run
from contactline.topics.allies.make import ALLIES_TABLES
from contactline.topics.assessment import Assessment, RunInfo
from contactline.topics.bargain.make.lines import LINE_TABLES
from contactline.topics.bargain.make.tables import GAME_TABLES
from contactline.topics.choice.make.courses import BREAK_EVEN_TABLES, ENSEMBLE, VERDICT_TABLES
from contactline.topics.choice.make.structure import STRUCTURE_TABLES
from contactline.topics.claims.make.claims import claims_tables
from contactline.topics.contents import drafted
from contactline.topics.fighting.make.hubs import HUB_TABLES
from contactline.topics.fighting.make.outlook import OUTLOOK_TABLES
from contactline.topics.fighting.make.people import PEOPLE_TABLES
from contactline.topics.fighting.make.places import OPENS_TABLES
from contactline.topics.front.make import FRONT_TABLES
from contactline.topics.guarantee.make import GUARANTEE_TABLES
from contactline.topics.history.make import HISTORY_TABLES
from contactline.topics.proposals.make.deals import MAP_TABLES, PROPOSAL_TABLES
from contactline.topics.sensitivity.make import HINGE_TABLES, SENSITIVITY_TABLES
from contactline.topics.showing.held import held_sentence, held_words, price_sentence
from contactline.topics.support.make import SUPPORT_TABLES
from contactline.topics.truce.make import TRUCE_TABLES
from contactline.topics.trust.make.scores import saved_scores
from contactline.topics.trust.make.trust import TRUST_TABLES, with_held
from contactline.topics.trust.schema import ASSUMPTIONS

TABLES: tuple[Node[Tables], ...] = (
    FRONT_TABLES, OUTLOOK_TABLES, PEOPLE_TABLES, OPENS_TABLES, HUB_TABLES, SUPPORT_TABLES, PROPOSAL_TABLES,
    VERDICT_TABLES, BREAK_EVEN_TABLES, STRUCTURE_TABLES,
    GUARANTEE_TABLES, TRUCE_TABLES, HISTORY_TABLES, LINE_TABLES, ALLIES_TABLES, MAP_TABLES,
)  # fmt: skip
"""Nodes that make tables, in the order of the report."""


def assembled(run: Run, scenario: Scenario, stages: Stages) -> Assessment:
    """The assessment of the run of a scenario."""
    before = dict(stages.timings)
    reads, case = run.reads, run.case
    with stages.stage("fit the record") as tick:
        in_parallel(reads, (NOTES, FITS), tick)
        told: tuple[str, ...] = reads.of(NOTES)
    with stages.stage("fight out and compare") as tick:
        decisive = SENSITIVITY_TABLES(reads.of(FOCUS))
        # What takes longest begins first.
        ahead: tuple[Node[Any], ...] = (
            STRUCTURE_TABLES,
            LINE_TABLES,
            decisive,
            OPENS_TABLES,
            SUPPORT_TABLES,
            TRUCE_TABLES,
            GAME_TABLES,
        )
        in_parallel(reads, (*ahead, *(one for one in TABLES if one not in ahead), ENSEMBLE), tick)
    tables = Tables()
    for one in TABLES:
        part: Tables = reads.of(one)
        tables |= part
    ensemble = reads.of(ENSEMBLE)
    found, few = reads.of(decisive)
    game, unsolved = reads.of(GAME_TABLES)
    tables = tables | found | game
    with stages.stage("say how far to trust it"):
        kept, stale = saved_scores(run.loaded)
        tables |= kept
        trust: Tables = reads.of(TRUST_TABLES)
        tables |= trust
        held = {name: held_words(case, name, value) for name, value in scenario.held}
        tables |= made({ASSUMPTIONS: with_held(tables.rows(ASSUMPTIONS), case, held)})
        tables |= claims_tables(case, tables, ensemble)
    notes = [
        *told,
        *few,
        *unsolved,
        *stale,
        *held_sentence(case, scenario.held),
        *price_sentence(scenario.prices),
    ]
    spent = {name: taken for name, taken in stages.timings.items() if before.get(name) != taken}
    info = run_info(run, scenario, spent, tuple(notes))
    return Assessment(case, info, ensemble, tables, drafted(case, tables, scenario.sets))


def told_apart(run: Run, scenario: Scenario, stages: Stages) -> Assessment:
    """As much of the assessment as two runs are compared by (service/run_figures.py)."""
    reads, case = run.reads, run.case
    nodes: tuple[Node[Any], ...] = (
        HINGE_TABLES(reads.of(FOCUS)), TRUCE_TABLES, OUTLOOK_TABLES, VERDICT_TABLES, GUARANTEE_TABLES, PROPOSAL_TABLES,
    )  # fmt: skip
    with stages.stage("work out what moved") as tick:
        in_parallel(reads, nodes, tick)
    tables = Tables()
    for one in nodes:
        tables |= reads.of(one)
    return Assessment(case, run_info(run, scenario, {}, ()), xr.Dataset(), tables, ())


def run_info(run: Run, scenario: Scenario, timings: dict[str, float], notes: tuple[str, ...]) -> RunInfo:
    """How the run of a scenario was made; timings : stage → seconds."""
    case = run.case
    return RunInfo(
        case_id=case.id,
        case_digest=run.loaded.digest,
        as_of=case.as_of,
        seed=scenario.seed,
        draws=scenario.draws,
        horizon_weeks=scenario.weeks,
        version=VERSION,
        timings=timings,
        notes=notes,
        support_path=scenario.support,
        scenario=as_run(scenario, case),
    )


def as_run(scenario: Scenario, case: Case) -> Scenario:
    """The scenario as a saved run records it: the case by its id, its date and the proposals spelt out."""
    return replace(scenario, case=case.id, as_of=case.as_of, proposals=check(scenario, case))
