"""The claims of a debate, checked: each beside the figures it is about, with a verdict, a reason and its sources.

Everything is read off a finished run: `claims_tables` takes the case, the tables and the draws, and simulates nothing.
The rule of the verdict is in `choice/claims.py`; what the figures are, in `topics/claims/make/quantities.py`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import xarray as xr

from contactline.case.debate import Claim, ClaimTest
from contactline.case.schema import Case
from contactline.choice.claims import AGREES, DISAGREES, STRADDLES, WEIGHS, Known, agreement, verdict
from contactline.core.frame import Tables, made
from contactline.core.rounding import measured, points, short
from contactline.topics.claims.make.quantities import quantity
from contactline.topics.claims.make.quantity_parts import Material, NoValueError, Quantity
from contactline.topics.claims.schema import CLAIM_TESTS, CLAIMS
from contactline.topics.showing.judgements import chance_sentence

SILENT, ABSENT = "says nothing", "no value"
"""What a belief without a measurement says of a claim, and what a quantity says that this run cannot value."""


@dataclass(frozen=True)
class Tested:
    """One test of a claim with its outcome; `found` is None where this run has no value, and `why` says so."""

    test: ClaimTest
    found: Quantity | None
    outcome: str
    why: str = ""


def claims_tables(case: Case, tables: Tables, ensemble: xr.Dataset) -> Tables:
    """Tables claims and claim_tests for every claim of the case; empty where it holds none.

    Raises UnknownNameError for a claim on an unknown quantity (a case that was read has none).
    """
    if not case.claims:
        return Tables()
    material = Material(case, tables, ensemble)
    confidence: dict[str, str] = {entry.id: entry.confidence for entry in case.bibliography}
    claims, tests = [], []
    for claim in case.claims:
        tested = [_tested(material, test) for test in claim.tests]
        claims.append(_claim_row(claim, tested, confidence))
        tests += [_test_row(claim, number, one) for number, one in enumerate(tested, start=1)]
    return made(
        {
            CLAIMS: CLAIMS.frame(claims),
            CLAIM_TESTS: CLAIM_TESTS.frame(tests),
        }
    )


def shown(figure: Known, unit: str) -> str:
    """A figure with its range in words: "381,000 to 383,000 persons", "34%"."""
    if amount(figure.low, unit) == amount(figure.high, unit):
        return amount(figure.central, unit)
    return f"{amount(figure.low, unit, bare=True)} to {amount(figure.high, unit)}"


def amount(value: float, unit: str, bare: bool = False) -> str:
    """One value in its unit, three digits at most; shares and probabilities as percentages; `bare` without unit."""
    if not math.isfinite(value):
        return "beyond the horizon"
    if unit == "0 or 1":
        return "yes" if value else "no"
    if unit in ("share", "probability"):
        return f"{short(100 * value, 2 if abs(value) < 0.1 else 3)}%"
    if unit == "probability points":
        return points(value) if bare else f"{points(value)} percentage points"
    text = measured(value) if abs(value) >= 1000 else short(value, 2 if abs(value) < 10 else 3)
    if bare or unit in ("its own", "ratio"):
        return text
    return f"{text}{unit}" if unit.startswith("%") else f"{text} {unit}"


def says(test: ClaimTest, unit: str) -> str:
    """What the claim needs: "at least 350,000 persons"."""
    low, high = test.bounds
    if test.says == "at_least":
        return f"at least {amount(low, unit)}"
    if test.says == "at_most":
        return f"at most {amount(high, unit)}"
    return f"between {amount(low, unit, bare=True)} and {amount(high, unit)}"


def _tested(material: Material, test: ClaimTest) -> Tested:
    try:
        found = quantity(material, test.quantity)
    except NoValueError as error:
        return Tested(test, None, ABSENT, str(error))
    if found.kind == "assumed":
        return Tested(test, found, SILENT)
    return Tested(test, found, agreement(found.figure, test.bounds))


def _claim_row(claim: Claim, tested: Sequence[Tested], confidence: Mapping[str, str]) -> dict[str, str]:
    weighing = [one.outcome for one in tested if one.outcome in (AGREES, DISAGREES, STRADDLES)]
    found = verdict(
        weighing,
        [confidence.get(name, "") for name in claim.support],
        [confidence.get(name, "") for name in claim.contest],
        testable=not claim.not_testable,
    )
    return {
        "claim": claim.id,
        "text": claim.text,
        "by": claim.by,
        "verdict": found,
        "reason": " ".join(_reasons(claim, tested, weighing, confidence)),
        "reading": claim.reading,
        **{key: ", ".join(getattr(claim, key)) for key in ("support", "contest", "context", "sources")},
    }


def _reasons(
    claim: Claim, tested: Sequence[Tested], weighing: Sequence[str], confidence: Mapping[str, str]
) -> list[str]:
    """The sentences behind a verdict: each figure, what was not there, and the facts that weigh on either side."""
    if claim.not_testable:
        return [_sentence(claim.not_testable)]
    found = [_figure_sentence(one) for one in tested]
    against = [name for name in claim.contest if confidence.get(name) in WEIGHS]
    behind = [name for name in claim.support if confidence.get(name) in WEIGHS]
    if not weighing:
        found.append(
            "No measured or simulated figure bears on it."
            if not tested
            else "No figure above was measured or simulated apart from what is assumed."
        )
        if against and behind:
            found.append(
                f"Sourced facts stand on both sides: for it {_named(behind)}; against it {_named(against)}."
            )
        return found
    if against:
        found.append(f"Sourced facts contest it: {_named(against)}.")
    elif DISAGREES in weighing and behind:
        found.append(f"Sourced facts support it all the same: {_named(behind)}.")
    elif set(weighing) == {AGREES}:
        found.append("No sourced fact of medium or high rating contests it.")
    weak = [name for name in claim.contest if name not in against]
    if weak:
        found.append(f"Named but not weighed, being second-hand, partisan or inferred: {_named(weak)}.")
    return found


def _figure_sentence(one: Tested) -> str:
    """What one quantity is, what the claim needs, and whether the two agree. No sentence speaks of confidence."""
    if one.found is None:
        return f"No value in this run for {one.test.quantity}: {one.why}."
    found = one.found
    needs = says(one.test, found.unit)
    ending = {
        AGREES: "as the claim needs",
        DISAGREES: "against the claim",
        STRADDLES: "on both sides of what the claim needs",
        SILENT: "but this is a belief that nobody has measured and says nothing either way",
    }[one.outcome]
    if found.unit == "0 or 1":
        return f"{found.label}: {shown(found.figure, found.unit)}, {ending}."
    spans = f" ({found.spans})" if found.figure.low < found.figure.high else ""
    if found.unit == "probability":
        likely = chance_sentence(found.label, min(max(found.figure.central, 0.0), 1.0))
        range_ = f" Range: {shown(found.figure, found.unit)}{spans}." if spans else ""
        return f"{likely}{range_} The claim needs {needs}: {ending}."
    label = found.label[0].upper() + found.label[1:]
    return f"{label}: {shown(found.figure, found.unit)}{spans}. The claim needs {needs}: {ending}."


def _test_row(claim: Claim, number: int, one: Tested) -> dict[str, object]:
    low, high = one.test.bounds
    found = one.found
    return {
        "claim": claim.id,
        "test": number,
        "quantity": one.test.quantity,
        "label": found.label if found else one.why,
        "unit": found.unit if found else "",
        "kind": found.kind if found else "",
        "low": _finite(found.figure.low) if found else math.nan,
        "central": _finite(found.figure.central) if found else math.nan,
        "high": _finite(found.figure.high) if found else math.nan,
        "spans": found.spans if found else "",
        "says": says(one.test, found.unit if found else ""),
        "claim_low": _finite(low),
        "claim_high": _finite(high),
        "agrees": one.outcome,
        "note": one.test.note,
    }


def _finite(value: float) -> float:
    """Beyond the horizon or unbounded: missing, as every table writes it."""
    return value if math.isfinite(value) else math.nan


def _named(names: Sequence[str]) -> str:
    return ", ".join(names)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
