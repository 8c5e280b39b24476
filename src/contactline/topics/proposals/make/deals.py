"""Stage three: what each proposal changes on the map, what seizing the same would take, and whether a truce holds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from contactline.case.schema import Case
from contactline.core.frame import Tables, made
from contactline.core.graph import Reads, node
from contactline.engine.courses import exact_area
from contactline.engine.ground import TOTAL, Front
from contactline.engine.outlook import Outlook
from contactline.engine.run import Run
from contactline.front.line import cell_line_length
from contactline.topics.fighting.make.outlook import OUTLOOK_TABLES
from contactline.topics.fighting.schema import CELLS
from contactline.topics.proposals.make.compare import all_clauses, compare_table, map_columns
from contactline.topics.proposals.schema import CLAUSES, DEAL_COMPARE, DEALS, PRICE
from contactline.topics.quantiles import months, spread, spread_given
from contactline.truce.terms import DEFENDER, Settlement

SEIZED_SHARE = 0.98
"""Share of the handed-over area that must be taken for it to count as seized: slivers do not decide."""


def deal_tables(case: Case, front: Front, outlook: Outlook, settlements: Mapping[str, Settlement]) -> Tables:
    """Tables deals, clauses, deal_compare, price and truce."""
    clause_rows = all_clauses(case, settlements)
    tables = {
        DEALS: pd.DataFrame([_deal(case, front, s, clause_rows) for s in settlements.values()]),
        CLAUSES: clause_rows,
        DEAL_COMPARE: compare_table(case, front, settlements),
    }
    price = [row for s in settlements.values() for row in _price(case, front, outlook, s)]
    if price:
        tables[PRICE] = pd.DataFrame(price)
    return made(tables)


def _deal(case: Case, front: Front, settlement: Settlement, clauses: pd.DataFrame) -> dict[str, object]:
    proposal, here = settlement.proposal, front.ground
    own = clauses[clauses["proposal"] == proposal.id]
    lost = front.settlements[front.settlements["cell"].isin(here.cell[settlement.given_up])]
    belts = {belt.id: belt.name for belt in case.belts}
    after = (settlement.after != DEFENDER).astype(np.int8)
    return {
        "proposal": proposal.id,
        "name": proposal.name,
        "author": proposal.author,
        "published": pd.Timestamp(proposal.published),
        "km2_given_up": exact_area(front.theatre, settlement.given_up),
        "km2_returned": float(here.km2[settlement.returned].sum()),
        "people_given_up": float(lost["population"].sum()),
        "settlements_given_up": len(lost),
        "belt_given_up": ", ".join(belts[belt] for belt in settlement.belts_lost) or "none",
        "line_km_before": cell_line_length(here.holder, here.cell),
        "line_km_after": cell_line_length(after, here.cell),
        "guarantee": settlement.guarantee.name if settlement.guarantee else "none",
        "clauses_total": len(own),
        "clauses_modelled": int(own["modelled"].sum()),
    }


def _price(case: Case, front: Front, outlook: Outlook, settlement: Settlement) -> list[dict[str, object]]:
    """One row a region handed over, and one for all of them where there are several."""
    here = front.ground
    regions = [str(region) for region in np.unique(here.region[settlement.given_up])]
    belts = {belt.id: belt.name for belt in case.belts}
    rows: list[dict[str, object]] = []
    for region in [*regions, *([TOTAL] if len(regions) > 1 else [])]:
        wanted = settlement.given_up & ((here.region == region) | (region == TOTAL))
        fall = outlook.fall(f"{region}.remainder", here, wanted, SEIZED_SHARE)
        lost = front.settlements[front.settlements["cell"].isin(here.cell[wanted])]
        km2 = exact_area(front.theatre, wanted)
        inside = {belt for belt in here.belt[wanted] if belt}
        size = front.size[region] if region != TOTAL else sum(front.size[name] for name in regions)
        rows.append(
            {
                "proposal": settlement.proposal.id,
                "name": settlement.proposal.name,
                "region": region,
                "km2": km2,
                "settlements": len(lost),
                "people": float(lost["population"].sum()),
                "belts": ", ".join(belts[belt] for belt in sorted(inside)) or "none",
                "share_of_region": km2 / size,
            }
            | spread(months(fall.week), "months")
            | {"p_within_horizon": float(np.isfinite(fall.week).mean())}
            | spread_given(fall.attacker_losses, "attacker_losses")
            | spread_given(fall.defender_losses, "defender_losses")
        )
    return rows


@node("tables.proposals")
def PROPOSAL_TABLES(reads: Reads) -> Tables:
    """Tables of what each proposal changes and what seizing the same would take."""
    run = Run(reads)
    return deal_tables(run.case, run.front, run.outlook, run.settlements)


@node("tables.map")
def MAP_TABLES(reads: Reads) -> Tables:
    """The map's cells with what each proposal makes of them."""
    cells = reads.of(OUTLOOK_TABLES)[CELLS]
    return made({CELLS: cells.assign(**map_columns(Run(reads).settlements))})
