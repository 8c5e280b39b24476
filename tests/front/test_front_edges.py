"""Edges: what came and went, numbered exactly; overlapping maps found without false alarms that matter."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyproj
from front_shapes import box

from contactline.front.edges import edge_history, project, unproject
from contactline.front.overlaps import sound_history, united


def edges_of(polygons):
    """The set of undirected edges of a map."""
    pairs = [pair for poly in polygons for ring in poly for pair in pairwise(map(tuple, ring.tolist()))]
    return {tuple(sorted(pair)) for pair in pairs}


def test_counts_restore_every_map_of_the_archive(control):
    maps = [day.polygons for day in control.days[:40]]
    history = edge_history(maps)
    for number in (0, 7, 39):
        standing = history.lonlat[history.counts(number) != 0]
        assert {(tuple(row[:2]), tuple(row[2:])) for row in standing.tolist()} == edges_of(maps[number])


def test_only_changes_are_listed():
    still, grown = ((box(30, 45, 31, 46),),), ((box(30, 45, 31, 46),), (box(33, 45, 34, 46),))
    history = edge_history([still, still, grown, still])
    assert np.diff(history.start).tolist() == [4, 0, 4, 4]
    assert len(history.xy) == 8
    assert (history.counts(3) == history.counts(0)).all()


def test_a_border_between_two_held_polygons_cancels():
    history = edge_history([((box(30, 45, 31, 46),), (box(31, 45, 32, 46),))])
    inner = (history.lonlat[:, [0, 2]] == 31.0).all(axis=1)
    assert inner.sum() == 1
    assert history.counts(0)[inner].tolist() == [0]
    assert np.abs(history.counts(0)).sum() == 6


def test_a_map_without_polygons_holds_nothing():
    history = edge_history([(), ((box(30, 45, 31, 46),),), ()])
    assert np.diff(history.start).tolist() == [0, 4, 4]
    assert not history.counts(2).any()


def test_overlaps_are_found_whatever_form_they_take():
    one = box(30, 45, 32, 46)
    pinched = np.array(
        [(30, 45), (32, 45), (31, 45.5), (32, 46), (30, 46), (31, 45.5), (30, 45)], dtype=float
    )
    sound = [
        ((one,), (box(33, 45, 34, 46),)),
        ((one, box(30.5, 45.2, 31, 45.8)), (box(30.6, 45.4, 30.8, 45.6),)),
    ]
    wrong = [
        ((one,), (box(31, 45.5, 33, 47),)),
        ((one,), (box(30.5, 45.2, 31, 45.8),)),
        ((one,), (one,)),
        ((pinched,),),
        ((one, box(33, 45, 34, 46)),),
    ]
    assert sound_history(sound + wrong)[1] == list(range(len(sound), len(sound) + len(wrong)))


def test_a_united_map_has_no_overlap_left():
    mended = united(((box(30, 45, 32, 46),), (box(31, 45.5, 33, 47),)))
    assert sound_history([mended])[1] == []
    assert len(mended) == 1


def test_the_plane_is_epsg_6933_there_and_back():
    points = np.array([[31.5, 44.4], [40.2, 51.2], [22.1, 52.4]])
    there = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:6933", always_xy=True).transform(*points.T)
    assert (project(points) == np.column_stack(there)).all()
    assert np.abs(unproject(project(points)) - points).max() < 1e-8, "a millimetre"
