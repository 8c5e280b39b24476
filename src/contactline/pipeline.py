"""The main job as one readable pipeline: a case in, an assessment out.

evidence → front → fits → futures fought out → proposals on the map → fight on or accept → how far to trust it.
Every stage hands over typed, saved results, so a report never reruns a simulation.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

import contactline
from contactline.case.load import load_case
from contactline.choice.futures import FUTURES
from contactline.core.errors import InputError
from contactline.core.progress import Stages
from contactline.core.streams import Streams
from contactline.report.assessment import Assessment, RunInfo
from contactline.report.judgements import drafted
from contactline.stages import choice, deals, front, space, trust, war
from contactline.support.adequacy import support_path as named_path
from contactline.war.source_bias import measured_beliefs

DRAWS = 10_000
HORIZON_WEEKS = 260
DEFAULT_CASE = "ukraine_2025"


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
    streams = Streams(seed)
    if draws < 2 * FUTURES:
        raise InputError(f"--draws: got {draws}; allowed is a whole number from {2 * FUTURES} up.")
    if not HORIZON_WEEKS <= weeks <= 1040:
        raise InputError(f"--weeks: got {weeks}; allowed is a whole number from {HORIZON_WEEKS} to 1040.")

    with stages.stage("read the case"):
        loaded = load_case(case)
        about = loaded.case
        chosen = list(dict.fromkeys(proposals)) or list(about.default_proposals)
        for name in chosen:
            deals.proposal_named(about, name)
        named_path(about, support_path)
    with stages.stage("measure the front"):
        measured = front.measure_front(loaded)
        tables = front.front_tables(loaded, measured)
        settlements = deals.settle(about, measured, chosen)
    with stages.stage("fit tempo and losses"):
        forecast, losses = war.fit(loaded, measured, streams)
    with stages.stage("fit the front"):
        bias = measured_beliefs(loaded.evidence("losses"), about)
        spatial, notes = space.fit_front(loaded, measured, streams)
    with stages.stage("fight on"):
        outlook = war.look_ahead(
            about,
            measured,
            forecast,
            losses,
            sets=draws // FUTURES,
            weeks=weeks,
            path=support_path,
            streams=streams,
            measured=bias,
            spatial=spatial,
            notes=notes,
        )
        tables |= war.war_tables(about, measured, outlook)
        tables["losses_history"] = war.losses_history(loaded)
        if spatial is not None:
            net = np.diff(outlook.gains["headline"], axis=1, prepend=0.0)
            tables["opens"] = space.what_opens(
                spatial, loaded, measured, net, outlook.futures.beliefs, streams
            )
    with stages.stage("apply the proposals"):
        tables |= deals.deal_tables(about, measured, outlook, settlements)
        tables["cells"] = tables["cells"].assign(**deals.map_columns(settlements))
    with stages.stage("compare the courses") as tick:
        runs = choice.run_courses(about, measured, outlook, settlements)
        tables |= choice.choice_tables(about, measured, outlook, settlements, runs, streams, tick)
    with stages.stage("say how far to trust it"):
        tables |= trust.saved_backtest(loaded)
        tables |= trust.trust_tables(about, outlook, bias)
        judgements = drafted(about, tables)

    run = RunInfo(
        case_id=about.id,
        case_digest=loaded.digest,
        as_of=about.as_of,
        seed=seed,
        draws=outlook.futures.draws,
        horizon_weeks=weeks,
        version=contactline.__version__,
        timings=dict(stages.timings),
        notes=(*forecast.warnings(), *outlook.notes),
        support_path=support_path,
    )
    return Assessment(about, run, choice.ensemble(about, outlook, runs), tables, judgements)
