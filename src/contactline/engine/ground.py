"""Stage one: what the maps show. Reads the case's evidence and lays out the front then and now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from contactline.case.load import LoadedCase
from contactline.case.scenario import DEADLINE
from contactline.case.schema import Case
from contactline.core.errors import EvidenceError
from contactline.core.graph import Reads, node
from contactline.front.control_history import holder_on
from contactline.front.gains import weekly_gains
from contactline.truce.terms import Settlement, apply_terms, proposal_named, with_deadline
from contactline.war.record import TempoRecord, tempo_record
from contactline.war.territory import Ground, ground

TOTAL = "total"


@dataclass(frozen=True)
class Theatre:
    """The ground with the figures that courses start from.

    people : ndarray[cell]; main_region : where the contested ground lies; km2_held, people_held : defender's now
    """

    ground: Ground
    people: np.ndarray
    main_region: str
    km2_held: float
    people_held: float
    strength: float | None
    km2_by_region_free: dict[str, float]
    """Exact area each region's unheld part measures; cells only approximate it."""


@dataclass(frozen=True)
class Front:
    """The front as measured: the theatre now, the record for the fits, and what each region still has to give.

    weekly : region → ndarray[week], km² net on the headline map over its own record, oldest first
    free : region → km² not held on the as-of date, exact; size : region → km²
    """

    theatre: Theatre
    record: TempoRecord
    weekly: dict[str, np.ndarray]
    free: dict[str, float]
    size: dict[str, float]
    cells: pd.DataFrame
    settlements: pd.DataFrame

    @property
    def ground(self) -> Ground:
        """The theatre's ground as it stands."""
        return self.theatre.ground


def measure_front(loaded: LoadedCase) -> Front:
    """The front of a case from its evidence tables. Raises EvidenceError for what is missing or does not fit."""
    case = loaded.case
    areas = loaded.evidence("areas")
    cells = loaded.evidence("cells")
    settlements = loaded.evidence("settlements")
    holder = holder_on(cells, loaded.evidence("changes"), case.as_of)
    here = ground(cells, loaded.evidence("changes"), holder)
    sizes = loaded.evidence("regions")
    size = dict(zip(sizes["region"].astype(str), sizes["km2"].astype(float), strict=True))
    headline = case.headline_series.id
    now = areas[(areas["series"] == headline) & (areas["date"] == pd.Timestamp(case.as_of))].set_index(
        "region"
    )["km2"]
    lacking = [
        str(region) for region in np.unique(here.region) if region not in now.index or region not in size
    ]
    if lacking:
        raise EvidenceError(
            f"areas: series {headline!r} or table 'regions' lacks {lacking}; rebuild the evidence."
        )
    main = main_region(loaded)
    if main not in here.region:
        raise EvidenceError(
            f"cells: no cell lies in region {main!r}, whose ground is at stake; add it to theatre.always_regions in "
            "case.yaml and rebuild the evidence, or name other objectives."
        )
    free = {region: max(km2 - float(now.get(region, 0.0)), 0.0) for region, km2 in size.items()}
    people = settlements.groupby("cell")["population"].sum().reindex(here.cell).fillna(0.0).to_numpy()
    theatre = Theatre(
        ground=here,
        people=people,
        main_region=main,
        km2_held=case.evidence.country_km2 - float(now[TOTAL]),
        people_held=float(people[here.holder == 0].sum()),
        strength=case.defender.persons,
        km2_by_region_free=free,
    )
    record = tempo_record(areas, case.evidence.fit_from, case.as_of)
    regions = [str(name) for name in np.unique(here.region)]
    weekly = {name: weekly_gains(areas, headline, name, case.as_of)["km2"].to_numpy() for name in regions}
    return Front(theatre, record, weekly, free, size, cells, settlements)


def main_region(loaded: LoadedCase) -> str:
    """The region whose remainder is an objective; where there is none, the first objective's."""
    objectives = loaded.case.objectives
    remainders = [objective.region for objective in objectives if objective.kind == "region_remainder"]
    return (remainders or [objectives[0].region])[0]


@node("front")
def FRONT(reads: Reads) -> Front:
    """The front as measured."""
    return measure_front(reads["loaded"])


@node("theatre", kept=False)
def THEATRE(reads: Reads) -> Theatre:
    """The ground with the figures that courses start from."""
    return reads["given.theatre"] if "given.theatre" in reads else reads.of(FRONT).theatre


@node("settlement", kept=False)
def SETTLEMENT(reads: Reads, proposal: str) -> Settlement:
    """A proposal of the case applied to the ground."""
    case: Case = reads["case"]
    text, days = proposal_named(case, proposal), dict(reads["levers"]).get(DEADLINE)
    if days is not None:
        text = with_deadline(text, case.as_of + timedelta(days=int(days)))
    return apply_terms(case, text, reads.of(THEATRE).ground)
