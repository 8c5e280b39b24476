"""Stage two, people: what published counts stand for, how each force lasts, and what a collapse adds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from contactline.case.load import LoadedCase
from contactline.case.schema import Case
from contactline.core.frame import Tables, made
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.engine.effects import COLLAPSE_HAZARD
from contactline.engine.futures import attacker_strength
from contactline.engine.outlook import Outlook
from contactline.engine.run import Run
from contactline.topics.fighting.make.outlook import losses_history
from contactline.topics.fighting.schema import COLLAPSE, LOSS_SOURCES, LOSSES_HISTORY, STRENGTH
from contactline.topics.quantiles import SPREAD
from contactline.war.collapse import collapse_spells, fighting_path
from contactline.war.manpower import strength_raiser
from contactline.war.source_bias import bias_readings, fit_source_bias, sources_beside_truth

STRENGTH_STEP = 13
COLLAPSE_WEEKS = (52, 104, 260)


def losses_tables(loaded: LoadedCase, outlook: Outlook, streams: Streams) -> Tables:
    """Tables losses_history, loss_sources (where the published series allow it), strength and collapse."""
    tables = {
        LOSSES_HISTORY: losses_history(loaded),
        STRENGTH: strength_table(loaded.case, outlook, streams),
        COLLAPSE: collapse_table(outlook),
    }
    sources = sources_table(loaded)
    if sources is not None:
        tables[LOSS_SOURCES] = sources
    return made(tables)


def sources_table(loaded: LoadedCase) -> pd.DataFrame | None:
    """Every published series on the attacker beside the estimated true losses; None without usable readings."""
    case = loaded.case
    readings = bias_readings(
        loaded.evidence("losses"), case.evidence.attacker_loss_series, case.challenger.id, case.as_of
    )
    fitted = fit_source_bias(readings)
    if fitted is None:
        return None
    table = sources_beside_truth(fitted)
    table.insert(0, "side", case.challenger.id)
    return table


def strength_table(case: Case, outlook: Outlook, streams: Streams) -> pd.DataFrame:
    """Each side's force over today's while the fighting goes on, by quarters. Columns as table 'strength'."""
    weeks = np.arange(STRENGTH_STEP, outlook.futures.weeks + 1, STRENGTH_STEP)
    sides = {
        case.challenger.id: attacker_strength(outlook.futures),
        case.defender.id: outlook.futures.strength,
    }
    parts = []
    for side, path in sides.items():
        table = pd.DataFrame(
            np.quantile(path[:, weeks - 1], list(SPREAD.values()), axis=0).T, columns=list(SPREAD)
        )
        table.insert(0, "side", side)
        table.insert(1, "week", weeks)
        table["p_below_80"] = (path[:, weeks - 1] < 0.8).mean(axis=0)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def collapse_table(outlook: Outlook) -> pd.DataFrame:
    """Chance of a collapse and what collapses add to the same futures without any. Columns as table 'collapse'."""
    futures = outlook.futures
    weeks = min(COLLAPSE_WEEKS[-1], futures.weeks)
    hazard = futures.reads.of(COLLAPSE_HAZARD)
    rate, length, speed = (
        np.repeat(part, futures.each) for part in (hazard.rate, hazard.length, hazard.speed)
    )
    raising = np.repeat(hazard.raising, futures.each, axis=0)
    spells = {
        "as_believed": collapse_spells(rate, length, futures.collapse_luck, raising * futures.raiser),
        "strength_off": collapse_spells(
            rate,
            length,
            futures.collapse_luck,
            raising * strength_raiser(futures.strength, np.zeros(futures.draws)),
        ),
    }
    none = np.zeros_like(spells["as_believed"])
    with_, without = (
        np.cumsum(fighting_path(futures.net, futures.factor, running, speed)[:, :weeks], axis=1)
        for running in (spells["as_believed"], none)
    )
    rows = []
    for week in (w for w in COLLAPSE_WEEKS if w <= futures.weeks):
        happened = spells["as_believed"][:, :week].any(axis=1)
        added = with_[:, week - 1] - without[:, week - 1]
        given = np.quantile(added[happened], list(SPREAD.values())) if happened.any() else np.full(3, np.nan)
        rows.append(
            {
                "week": week,
                "p_collapse": float(happened.mean()),
                "p_strength_off": float(spells["strength_off"][:, :week].any(axis=1).mean()),
                "added_mean": float(added.mean()),
            }
            | dict(zip(("added_q10", "added_q50", "added_q90"), map(float, given), strict=True))
        )
    return pd.DataFrame(rows)


@node("tables.people")
def PEOPLE_TABLES(reads: Reads) -> Tables:
    """Tables of losses and forces."""
    run = Run(reads)
    return losses_tables(run.loaded, run.outlook, run.streams)
