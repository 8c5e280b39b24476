"""Which ground a clause reaches: whole regions, a polygon, all before a line, a strip behind the present line, a
zone's depth. What the map contradicts (ground outside the theatre, a line that nobody stands before) is an error
that names file and clause.
"""

from __future__ import annotations

from dataclasses import dataclass

import h3
import numpy as np
import shapely

from contactline.case.clauses import Corner, Dmz, Proposal, Withdrawal
from contactline.case.schema import Case
from contactline.core.errors import CaseError
from contactline.front.cells import centres_of, distance_km
from contactline.front.line import ZIGZAG, cell_borders
from contactline.war.territory import Ground

DEFENDER, CHALLENGER, ZONE = 0, 1, 2
"""Holder after a settlement; ZONE is a demilitarised zone left by the defender's forces."""


@dataclass(frozen=True)
class Zone:
    """Ground of a demilitarised zone. cells : ndarray[cell] bool; alone : ndarray[cell] bool, the part that only the
    defender's forces leave; depth_km : how far apart it keeps the forces, km."""

    cells: np.ndarray
    alone: np.ndarray
    depth_km: float


def ground_left(case: Case, proposal: Proposal, number: int, here: Ground) -> np.ndarray:
    """Ground that the withdrawal in clause `number` empties : ndarray[cell] bool.

    Raises CaseError for regions or polygons outside the theatre, and for a place where the side holds nothing.
    """
    clause = proposal.clauses[number]
    assert isinstance(clause, Withdrawal)
    held = here.holder == (DEFENDER if clause.side == case.defender.id else CHALLENGER)
    _in_theatre(case, proposal, number, here, clause.regions)
    within = np.isin(here.region, clause.regions) if clause.regions else np.ones(len(held), dtype=bool)
    if clause.polygon:
        inside = _inside(case, proposal, number, here, clause.polygon)
        left: np.ndarray = held & within & inside
    elif clause.to_line:
        left = _before(here, held & within, clause.to_line)
    elif clause.back_km is not None:
        away = distance_km(centres_of(here.cell), contact_points(here.cell, here.holder))
        left = held & within & (away <= clause.back_km)
    else:
        return np.asarray(held & within)
    if not left.any():
        what = "to_line" if clause.to_line else "polygon" if clause.polygon else "back_km"
        wrong = f"{clause.side!r} holds no ground " + (
            "before `to_line`; it must run through ground that this side holds, abreast of the other side's"
            if clause.to_line
            else f"that `{what}` reaches; corners are [longitude, latitude]"
        )
        raise _broken(case, proposal, number, wrong)
    return left


def zone_ground(
    case: Case, proposal: Proposal, number: int, here: Ground, after: np.ndarray, left: np.ndarray
) -> Zone:
    """The zone of clause `number` : the part of its place that was left, or its depth on each side of the new line.

    after : ndarray[cell], holders once the withdrawals are done; left : ndarray[cell] bool, ground a side left.
    Where only the defender's forces step back, its part is `alone`: the challenger stands next to it in strength.
    """
    zone = proposal.clauses[number]
    assert isinstance(zone, Dmz)
    _in_theatre(case, proposal, number, here, zone.regions)
    place = np.isin(here.region, zone.regions)
    if zone.polygon:
        place |= _inside(case, proposal, number, here, zone.polygon)
    cells = place & left
    alone = cells & (here.holder == DEFENDER)
    depth = _mean_depth(here, cells, after)
    ours, theirs = zone.depths
    if ours or theirs:
        centres = centres_of(here.cell)
        away = distance_km(centres, contact_points(here.cell, (after != DEFENDER).astype(int)))
        own = (after == DEFENDER) & (away <= ours)
        cells = cells | own | ((after != DEFENDER) & (away <= theirs))
        alone = alone | (own if not theirs else False)
        depth = ours + theirs
    if not cells.any():
        raise _broken(
            case,
            proposal,
            number,
            "no ground of the zone is left by any side; widen its depth, or add a withdrawal from its place",
        )
    return Zone(cells, alone, depth)


def contact_points(cells: np.ndarray, holder: np.ndarray, part: np.ndarray | None = None) -> np.ndarray:
    """Points on the borders between cells of different holders : ndarray[point, 2], longitude and latitude.

    holder : ndarray[cell]; part : ndarray[cell] bool keeps borders of which one cell is among `part`.
    Ends and middle of each border: at resolution 7, points lie some 0.7 km apart.
    """
    pairs, _ = cell_borders(cells)
    facing = holder[pairs[:, 0]] != holder[pairs[:, 1]]
    if part is not None:
        facing &= part[pairs].any(axis=1)
    ends = [
        h3.directed_edge_to_boundary(h3.cells_to_directed_edge(cells[a], cells[b])) for a, b in pairs[facing]
    ]
    corners = np.array([(end[0], end[-1]) for end in ends]).reshape(-1, 2, 2)[:, :, ::-1]
    return np.concatenate([corners[:, 0], corners[:, 1], corners.mean(axis=1)])


def check_ground(case: Case, here: Ground) -> None:
    """Raise CaseError for the first clause of any proposal that does not fit the map as it is."""
    for proposal in case.proposals:
        apply_clauses(case, proposal, here)


def apply_clauses(case: Case, proposal: Proposal, here: Ground) -> tuple[np.ndarray, Zone | None]:
    """Holders after the proposal's withdrawals and zones : ndarray[cell] int8 codes, and its zone, if it has one."""
    after = here.holder.copy()
    left = np.zeros(len(after), dtype=bool)
    for number, clause in enumerate(proposal.clauses):
        if isinstance(clause, Withdrawal):
            ground = ground_left(case, proposal, number, here)
            left |= ground
            after[ground] = {"challenger": CHALLENGER, "defender": DEFENDER, "dmz": ZONE}[clause.to]
    zones = [
        zone_ground(case, proposal, number, here, after, left)
        for number, clause in enumerate(proposal.clauses)
        if isinstance(clause, Dmz)
    ]
    if not zones:
        return after, None
    cells = np.any([zone.cells for zone in zones], axis=0)
    alone = np.any([zone.alone for zone in zones], axis=0)
    after[alone] = ZONE
    return after, Zone(cells, alone, max(zone.depth_km for zone in zones))


def _before(here: Ground, held: np.ndarray, line: tuple[Corner, ...]) -> np.ndarray:
    """Held ground before `line` : ndarray[cell] bool; before it is the side on which most of the other's ground lies.

    Only ground abreast of `line` counts, whose nearest point on it is not one of its two ends. A pocket that the other
    side holds behind the line changes nothing: each cell goes by its own side of the line.
    """
    lonlat = centres_of(here.cell)
    scale = np.array([np.cos(np.radians(lonlat[:, 1].mean())), 1.0])
    course, points = shapely.linestrings(np.array(line) * scale), shapely.points(lonlat * scale)
    along = shapely.line_locate_point(course, points)
    abreast = (along > 0) & (along < course.length)
    step = 1e-6 * course.length
    back, foot, ahead = (
        shapely.get_coordinates(shapely.line_interpolate_point(course, along + shift))
        for shift in (-step, 0, step)
    )
    run, off = ahead - back, lonlat * scale - foot
    left = run[:, 0] * off[:, 1] - run[:, 1] * off[:, 0] > 0
    theirs = (
        abreast & (here.holder != here.holder[held][0]) if held.any() else np.zeros(len(held), dtype=bool)
    )
    if not theirs.any():
        return theirs
    enemy_left = here.km2[theirs & left].sum() > here.km2[theirs & ~left].sum()
    before: np.ndarray = held & abreast & (left == enemy_left)
    return before


def _mean_depth(here: Ground, cells: np.ndarray, after: np.ndarray) -> float:
    """Area of a zone over the length of its border with the challenger's ground, km; zero without such a border."""
    pairs, km = cell_borders(here.cell)
    theirs = (after == CHALLENGER) & ~cells
    border = sum(km[cells[pairs[:, i]] & theirs[pairs[:, 1 - i]]].sum() for i in (0, 1)) * ZIGZAG
    return float(here.km2[cells].sum() / border) if border else 0.0


def _in_theatre(case: Case, proposal: Proposal, number: int, here: Ground, regions: tuple[str, ...]) -> None:
    present = set(here.region.tolist())
    outside = [region for region in regions if region not in present]
    if outside:
        raise _broken(
            case,
            proposal,
            number,
            f"no cell of {', '.join(map(repr, outside))} lies in the theatre ({', '.join(sorted(present))}); leave it "
            "out, or add it to theatre.always_regions in case.yaml and rebuild the evidence",
        )


def _inside(
    case: Case, proposal: Proposal, number: int, here: Ground, polygon: tuple[Corner, ...]
) -> np.ndarray:
    inside = np.asarray(shapely.contains_xy(shapely.Polygon(polygon), centres_of(here.cell)))
    if not inside.any():
        raise _broken(
            case,
            proposal,
            number,
            "polygon lies outside the theatre: no cell has its centre in it; corners are [longitude, latitude]",
        )
    return inside


def _broken(case: Case, proposal: Proposal, number: int, text: str) -> CaseError:
    """The error, with the clause's place in the case where the proposal stands there."""
    ids = [known.id for known in case.proposals]
    place = f"proposals[{ids.index(proposal.id)}]." if proposal.id in ids else ""
    return CaseError(f"{case.id}: proposals.yaml: {place}clauses[{number}] ({proposal.id}): {text}.")
