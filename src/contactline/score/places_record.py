"""Named places as groups of cells, and when the record took each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from contactline.case.schema import Objective
from contactline.core.errors import InputError
from contactline.war.capture_data import CAPTURE, History


@dataclass(frozen=True)
class Places:
    """Places and the cells that make each of them.

    name : ndarray[place] str, unique; share : ndarray[place], of its area that counts as taken
    inside : ndarray[place, cell] bool; km2 : ndarray[cell]
    """

    name: np.ndarray
    share: np.ndarray
    inside: np.ndarray
    km2: np.ndarray

    @staticmethod
    def of(
        past: History,
        settlements: pd.DataFrame,
        objectives: Sequence[Objective] = (),
        place_of_cell: np.ndarray | None = None,
    ) -> Places:
        """Settlement objectives with all their cells, and every settlement elsewhere with the cell that it lies in.

        Of settlements in one cell the largest gives its name. Raises InputError where no place lies in the theatre.
        """
        index = {name: i for i, name in enumerate(past.cell)}
        own = np.full(len(past.cell), "") if place_of_cell is None else place_of_cell.astype(str)
        names, shares, cells = [], [], []
        for objective in objectives:
            if objective.kind == "settlement" and (own == objective.id).any():
                names.append(objective.name)
                shares.append(objective.taken_share)
                cells.append(np.flatnonzero(own == objective.id))
        table = settlements.sort_values(["population", "name"], ascending=[False, True])
        for name, cell in table.drop_duplicates("cell")[["name", "cell"]].itertuples(index=False):
            at = index.get(str(cell))
            if at is None or own[at]:
                continue
            names.append(str(name))
            shares.append(1.0)
            cells.append(np.array([at]))
        if not names:
            raise InputError("places: no settlement lies in the theatre; rebuild the table 'settlements'.")
        inside = np.zeros((len(names), len(past.cell)), bool)
        for k, which in enumerate(cells):
            inside[k, which] = True
        seen: dict[str, int] = {}
        for k, name in enumerate(names):
            seen[name] = seen.get(name, 0) + 1
            names[k] = name if seen[name] == 1 else f"{name} {seen[name]}"
        return Places(np.array(names), np.array(shares), inside, past.km2)

    def taken(self, holder: np.ndarray) -> np.ndarray:
        """Which places the challenger has taken : ndarray[place] bool; holder : ndarray[cell]."""
        area = self.inside @ self.km2
        held = self.inside @ np.where(holder == CAPTURE, self.km2, 0.0)
        return np.asarray(held >= self.share * area - 1e-6)

    def steps(self, of_cell: np.ndarray) -> np.ndarray:
        """Steps from the line within which enough of a place lies : ndarray[place] int; of_cell : ndarray[cell]."""
        found = np.empty(len(self.name), int)
        for k, (mask, share) in enumerate(zip(self.inside, self.share, strict=True)):
            steps, km2 = of_cell[mask], self.km2[mask]
            order = np.argsort(steps, kind="stable")
            enough = np.searchsorted(np.cumsum(km2[order]), share * km2.sum() - 1e-6)
            found[k] = steps[order][min(int(enough), len(order) - 1)]
        return found


def taken_by_week(past: History, places: Places) -> np.ndarray:
    """Which places are taken at the end of each week of the record : ndarray[week, place] bool."""
    return np.stack([places.taken(past.holder(week)) for week in range(past.weeks)])
