"""Support that cannot be right is refused with one message that says where and what is allowed."""

from __future__ import annotations

import re
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from contactline.case.check_supply import cycle_of, path_problems
from contactline.case.load import load_case
from contactline.case.supply import Capability, SupportPath
from contactline.core.errors import CaseError

BORDERLAND = Path(str(files("contactline"))) / "cases" / "borderland"


def broken(tmp_path: Path, old: str, new: str) -> str:
    """The message on the invented case with one change to its support.yaml."""
    folder = tmp_path / "case"
    shutil.copytree(BORDERLAND, folder)
    file = folder / "support.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) >= 1, old
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        load_case(folder)
    return str(caught.value)


CASES = {
    "donor twice": (
        "{actor: corvia, share: 0.4, sources: [atlas]}",
        "{actor: belmark, share: 0.4, sources: [atlas]}",
        "donor 'belmark' is counted twice; merge its entries",
    ),
    "allocated above promised": (
        "allocated: {value: 50", "allocated: {value: 70",
        "corvia: allocated 70 is above promised 60; allowed is at most what was promised",
    ),
    "delivered above allocated": (
        "delivered: {value: 40", "delivered: {value: 55",
        "corvia: delivered 55 is above allocated 50; allowed is at most what was allocated",
    ),
    "negative stock": (
        "stock: {value: 2,", "stock: {value: -2,",
        r"capabilities\[0\]\.stock\.value .*got -2; allowed is a number greater than or equal to 0",
    ),
    "a currency without a rate": (
        "scale: millions, per: unit,", "currency: USD, scale: millions, per: unit,",
        r"cost is in USD; costs are added up in EUR, so give `rate` \(EUR per USD",
    ),
    "share beside numbers": (
        "- {actor: belmark, delivered:", "- {actor: belmark, share: 0.2, delivered:",
        "belmark: share is given beside needed and delivered, from which it follows; keep one",
    ),
    "neither share nor numbers": (
        "delivered: {value: 20, sources: [atlas]}, ", "",
        "belmark: share is missing; give it, or `needed` and `delivered`",
    ),
    "an effect twice": (
        "      - moves: losses\n", "      - {moves: losses, elasticity: {kind: fixed, value: 1}, sources: [atlas]}\n"
        "      - moves: losses\n", "effect on 'losses' stands twice",
    ),
    "leakage without today's": (
        "    leaks_today: {value: 0.4, sources: [atlas]}\n", "", "an effect on leakage needs leaks_today",
    ),
    "a reading of a stranger": (
        "    effects:                     #",
        "    other_readings:\n"
        "      - {by: critics, shares: {auria: 0.5}, sources: [atlas]}\n"
        "    effects:                     #", "reading by 'critics' names 'auria', which is no donor here",
    ),
    "a cut that meets nothing": (
        "{actor: corvia, capabilities: [munitions], week: 0", "{actor: auria, capabilities: [munitions], week: 0",
        "'auria' supplies nothing in this case",
    ),
    "cuts on the path as today": (
        "name: Support stays as today, ", "name: Support stays as today, cuts: [{actor: corvia, factor: 0.5}], ",
        "'as_today' is the baseline and has no cuts",
    ),
    "a stand-in for nobody": (
        "substitute_weeks: 52, sources: [atlas]}", "substitute_weeks: 52, substitutes_for: [auria], sources: [atlas]}",
        "'auria' is no donor of 'munitions', so nobody can stand in for it; donors are belmark, corvia",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_broken_support_is_refused(tmp_path, name):
    old, new, message = CASES[name]
    assert re.search(message, broken(tmp_path, old, new))


def test_vintages_of_both_sides_of_april_2024_do_not_mix(tmp_path):
    old = "promised: {value: 60, sources: [atlas]}\n        allocated: {value: 50, sources: [atlas]}"
    new = (
        "promised: {value: 60, as_of: 2024-02-29, sources: [atlas]}\n"
        "        allocated: {value: 50, as_of: 2024-06-30, sources: [atlas]}"
    )
    text = broken(tmp_path, old, new)
    assert "corvia's promised is of 2024-02-29 and corvia's allocated of 2024-06-30" in text
    assert "in April 2024 Kiel's tracker went from commitments to allocations" in text


def test_a_substitution_cycle_is_an_error_and_a_chain_is_none(tmp_path):
    text = broken(
        tmp_path,
        "substitute_weeks: 52, sources: [atlas]}\n      - {actor: corvia, share: 0.4, sources: [atlas]}",
        "substitute_weeks: 52, substitutes_for: [corvia], sources: [atlas]}\n"
        "      - {actor: corvia, share: 0.4, substitute_share: 0.1, substitutes_for: [belmark], sources: [atlas]}",
    )
    assert "substitution goes in a circle: belmark stands in for corvia stands in for belmark" in text
    assert cycle_of(chain(("a", "b"), ("b", "c"))) == []
    assert cycle_of(chain(("a", "b"), ("b", "c"), ("c", "a"))) == ["a", "b", "c", "a"]


def chain(*pairs: tuple[str, str]) -> Capability:
    """A capability in which the first of each pair stands in for the second."""
    stands_for = dict(pairs)
    donors = [
        {"actor": name, "share": 0.1, "sources": ["s"], "substitute_share": 0.1 if name in stands_for else 0.0,
         "substitutes_for": [stands_for[name]] if name in stands_for else []}
        for name in ("a", "b", "c")
    ]  # fmt: skip
    return Capability.model_validate(
        {"id": "x", "name": "X", "need": "x", "sources": ["s"], "donors": donors,
         "elasticity": {"kind": "fixed", "value": 1.0}, "elasticity_assumption": "made up for a test"}
    )  # fmt: skip


def test_a_users_path_is_told_what_it_names_wrongly():
    case = load_case("ukraine_2025").case

    def said(**cut: object) -> str:
        path = {"id": "mine", "name": "Mine", "cuts": [{"factor": 0} | cut], "sources": ["s"]}
        return " ".join(problem.text for problem in path_problems(case, SupportPath.model_validate(path)))

    assert "unknown capability 'inteligence'; did you mean intelligence" in said(
        actor="united_states", capabilities=["inteligence"]
    )
    assert "'china' supplies nothing in this case" in said(actor="china")
    assert "'european_union' is no donor of 'drones'" in said(actor="european_union", capabilities=["drones"])
    assert said(actor="europe", capabilities=["drones"]) == ""
