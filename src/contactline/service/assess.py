"""The main job as one readable pipeline: a case in, an assessment out.

evidence → front → fits → futures fought out → proposals on the map → fight on or accept → how far to trust it.
Every stage hands over typed, saved results, so a report never reruns a simulation.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from contactline.core.progress import Stages
from contactline.core.version import VERSION
from contactline.engine.setup import DEFAULT_CASE, DRAWS, HORIZON_WEEKS, make_ready
from contactline.topics.allies import make as cohesion
from contactline.topics.assessment import Assessment, RunInfo
from contactline.topics.bargain.make import lines as line_range
from contactline.topics.bargain.make import tables as game_tables
from contactline.topics.choice.make import courses as choice
from contactline.topics.claims.make import claims
from contactline.topics.fighting.make import people as losses
from contactline.topics.fighting.make.outlook import war_tables
from contactline.topics.fighting.make.places import what_opens
from contactline.topics.front.make import front_tables
from contactline.topics.guarantee import make as guarantee
from contactline.topics.outcomes import checked_outcomes
from contactline.topics.proposals.make import deals
from contactline.topics.sensitivity import make as sensitivity
from contactline.topics.showing.judgements import drafted, focus_proposal
from contactline.topics.support import make as support
from contactline.topics.tables import handed_over, typed
from contactline.topics.truce import make as truce
from contactline.topics.trust.make import scores, trust


def assess(
    case: str | Path = DEFAULT_CASE,
    *,
    proposals: Sequence[str] = (),
    draws: int = DRAWS,
    seed: int = 0,
    weeks: int = HORIZON_WEEKS,
    support_path: str = "as_today",
    stages: Stages | None = None,
) -> Assessment:
    """Assess a case: what fighting on can achieve, what each proposal changes, and which beliefs decide.

    case : id of a built-in case or a case folder; proposals : ids, by default the case's own choice
    draws : trajectories, rounded down to whole belief sets of 50; seed : whole number ≥ 0
    weeks : horizon, five years at least, of which the report speaks; support_path : id of a support path of the case

    Raises InputError and its kin for anything the user can mend, FitError where the record is too thin.
    """
    stages = stages or Stages(Console(stderr=True), quiet=True)
    ready = make_ready(
        case,
        proposals=proposals,
        draws=draws,
        seed=seed,
        weeks=weeks,
        support_path=support_path,
        least_weeks=HORIZON_WEEKS,
        stages=stages,
    )
    loaded, measured, outlook, streams = ready.loaded, ready.measured, ready.outlook, ready.streams
    settlements, about = ready.settlements, loaded.case

    with stages.stage("read the fronts"):
        tables = front_tables(loaded, measured)
        tables |= war_tables(about, measured, outlook)
        tables |= losses.losses_tables(loaded, outlook, streams)
        if ready.spatial is not None:
            net = np.diff(outlook.gains["headline"], axis=1, prepend=0.0)
            opens = what_opens(ready.spatial, loaded, measured, net, outlook.futures.beliefs, streams)
            tables["opens"] = typed("opens", opens)
    with stages.stage("follow the supporters") as tick:
        tables |= support.support_tables(
            about, measured, outlook, ready.spatial, streams, tick, with_packages=False
        )
    with stages.stage("apply the proposals"):
        tables |= deals.deal_tables(about, measured, outlook, settlements)
        tables["cells"] = typed("cells", tables["cells"].assign(**deals.map_columns(settlements)))
    with stages.stage("compare the courses") as tick:
        runs, reads = choice.run_courses(about, measured, outlook, settlements)
        tables |= handed_over(
            choice.choice_tables(about, measured, outlook, settlements, runs, streams, tick)
        )
    with stages.stage("ask whether a truce holds"):
        tables |= guarantee.guarantee_tables(about, outlook.futures, settlements, streams)
        tables |= truce.truce_tables(about, measured, outlook.futures, settlements, runs, streams)
    with stages.stage("find what decides") as tick:
        ensemble = checked_outcomes(choice.ensemble(about, outlook, runs, reads))
        focus = settlements[focus_proposal(about, tables)]
        found, few = sensitivity.sensitivity_of(
            about, measured.theatre, outlook.futures, focus, runs, reads, streams, tick
        )
        tables |= handed_over(found)
    with stages.stage("look for a bargain") as tick:
        tables |= line_range.range_tables(about, measured, outlook, settlements, streams, tick=tick)
        more, notes = game_tables.tables_of_game(about, measured, outlook, settlements, streams)
        tables |= more
    with stages.stage("say where allies stand"):
        tables |= cohesion.cohesion_tables(
            about, streams, gain_if_cut=cohesion.gain_under_cut(about, outlook.futures)
        )
        tables |= cohesion.event_tables(loaded, measured.record)
    with stages.stage("say how far to trust it"):
        kept, stale = scores.saved_scores(loaded)
        tables |= kept
        tables |= trust.trust_tables(about, outlook, ready.bias)
        tables |= claims.claims_tables(about, tables, ensemble)
        judgements = drafted(about, tables, outlook.futures.sets)

    run = RunInfo(
        case_id=about.id,
        case_digest=loaded.digest,
        as_of=about.as_of,
        seed=seed,
        draws=outlook.futures.draws,
        horizon_weeks=weeks,
        version=VERSION,
        timings=dict(stages.timings),
        notes=(*ready.notes, *few, *notes, *stale),
        support_path=support_path,
    )
    return Assessment(about, run, ensemble, tables, judgements)
