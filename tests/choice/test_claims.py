"""Claims: the rule of the verdict, what a claim may be about, other texts, and the built-in claims read by eye."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
import yaml

from contactline.case.check_claims import read_text
from contactline.case.debate import Claim, ClaimTest, Values
from contactline.case.load import find_case, load_case
from contactline.case.quantities import FAMILIES, KINDS, clause_names, parse, quantity_names
from contactline.choice.claims import AGREES, DISAGREES, STRADDLES, VERDICTS, Known, agreement, verdict
from contactline.choice.verdict import vetoed_clauses
from contactline.core.errors import CaseError, InputError, UnknownNameError
from contactline.topics.claims.make.claims import amount, claims_tables
from contactline.topics.claims.make.quantities import READERS, quantity
from contactline.topics.claims.make.quantities_read import STANDING
from contactline.topics.claims.make.quantity_parts import Material, NoValueError
from contactline.topics.showing.judgements import mixes

from .sweetener import SCORED, SWEETENER, mean_score

HIGH, LOW = ["high"], ["low"]


@pytest.fixture(scope="module")
def case():
    return load_case("ukraine_2025").case


@pytest.fixture(scope="module")
def material(case) -> Material:
    """Tables with figures made up for these tests, in the columns of a run; nothing is simulated."""
    months = pd.date_range("2022-03-01", "2025-11-01", freq="MS")
    monthly = pd.DataFrame(
        {"series": "isw", "month": months, "region": "total", "km2": 100.0, "flagged": False}
    )
    other = monthly[monthly["month"] >= "2024-08-01"].assign(series="deepstate", km2=80.0)
    rest = {"objective": "donetsk_rest", "name": "The rest of Donetsk oblast", "km2_remaining": 6000.0}
    chances = {f"p_{w}": p for w, p in ((26, 0.01), (52, 0.02), (104, 0.1), (156, 0.2), (260, 0.4))}
    tables = {
        "front_monthly": pd.concat([monthly, other]),
        "losses_history": pd.DataFrame(
            {"month": months, "side": "russia", "series": "uk_mod", "value": 30_000.0, "region": "total"}
        ),
        "gain_fan": pd.DataFrame([{"model": "headline", "week": 52, "q10": 500.0, "q50": 4000.0, "q90": 9000.0}]),
        "objectives": pd.DataFrame(
            [rest | {"model": m} | chances | {"week_q10": 120.0, "week_q50": np.nan, "week_q90": np.nan}
             for m in ("headline", "tempo")]
        ),
        "deals": pd.DataFrame(
            [{"proposal": "us_28", "name": "United States, 28 points", "km2_given_up": 6000.0, "km2_returned": 2000.0,
              "people_given_up": 1.0, "line_km_before": 1400.0, "line_km_after": 1100.0}]
        ),
        "truce": pd.DataFrame(
            [{"proposal": "us_28", "name": "United States, 28 points", "variant": v, "p_hold_52": 0.7, "p_hold_156": p,
              "p_hold_260": 0.3, "credibility_mean": 0.33, "credibility_q10": 0.1,
              "credibility_q50": 0.3, "credibility_q90": 0.6}
             for v, p in (("as_written", 0.45), ("troops", 0.6))]
        ),
    }  # fmt: skip
    week = np.array([[100.0, np.inf, 300.0, np.inf]])
    ensemble = xr.Dataset(
        {"objective_week": (("objective", "front_draw"), week),
         "belief": (("name", "set"), np.linspace(0, 1, 11)[None, :])},
        coords={"objective": ["donetsk_rest"], "name": ["war.collapse_rate"]},
    )  # fmt: skip
    return Material(case, tables, ensemble)


# --- the rule


@pytest.mark.parametrize(
    ("low", "high", "bounds", "found"),
    [
        (2, 3, (1, np.inf), AGREES),
        (2, 3, (2, 3), AGREES),
        (2, 3, (3.1, np.inf), DISAGREES),
        (2, 3, (-np.inf, 1.9), DISAGREES),
        (2, 3, (2.5, np.inf), STRADDLES),
        (2, 3, (2.2, 2.8), STRADDLES),
        (2, np.inf, (1, np.inf), AGREES),
        (2, np.inf, (-np.inf, 5), STRADDLES),
    ],
)
def test_a_range_agrees_disagrees_or_straddles(low, high, bounds, found):
    assert agreement(Known(low, low, high), bounds) == found


@pytest.mark.parametrize(
    ("agreements", "supporting", "contesting", "found"),
    [
        ([AGREES], [], [], "supported"),
        ([AGREES], HIGH, LOW, "supported"),
        ([AGREES], HIGH, HIGH, "contested"),
        ([AGREES, STRADDLES], [], [], "contested"),
        ([AGREES, DISAGREES], [], [], "contested"),
        ([DISAGREES], [], HIGH, "not supported"),
        ([DISAGREES], LOW, [], "not supported"),
        ([DISAGREES], ["medium"], [], "contested"),
        ([], HIGH, HIGH, "contested"),
        ([], HIGH, [], "not testable"),
        ([], HIGH, LOW, "not testable"),
        ([], [], [], "not testable"),
    ],
)
def test_rule_of_the_verdict(agreements, supporting, contesting, found):
    assert verdict(agreements, supporting, contesting) == found
    assert verdict(agreements, supporting, contesting, testable=False) == "not testable"


def test_a_figure_is_a_range():
    with pytest.raises(InputError, match="got 3 to 2"):
        Known(3, 3, 2)


# --- quantities


def test_every_family_has_a_reader_and_a_known_kind():
    assert set(READERS) == {family.template for family in FAMILIES}
    assert {family.kind for family in FAMILIES} <= set(KINDS)


def test_what_stands_in_a_table_is_declared_there():
    units = {family.template: family.unit for family in FAMILIES}
    for template, standing in STANDING.items():
        slots = {name: "52" if name == "weeks" else "x" for name in re.findall(r"{(\w+)}", template)}
        assert set(standing.where) <= set(standing.table.key), template
        assert len(standing.columns) in (1, 3)
        for name in (*standing.where.values(), *standing.columns):
            name.format(**slots)
        for name in standing.columns:
            column = standing.table.column(name.format(**slots))
            assert column is not None, (template, name)
            assert units[template].removesuffix(" points") == column.unit, (template, name)


def test_every_name_is_read_as_its_own_family(case):
    names = quantity_names(case)
    assert len(names) == len(set(names)) and len(names) > 500
    for name in names:
        assert parse(case, name).name == name


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("objective.donetsk_rst.p_104", "objective.donetsk_rest.p_104"),
        ("objective.donetsk_rest.p_999", "objective.donetsk_rest.p_"),
        ("verdict.us_28.ukraine.life_first", "verdict.us_28.ukraine.lives_first"),
        ("truce.us_28.p_hold_100", "truce.us_28.p_hold_"),
        ("published.awol_oct_2025", "published.awol_oct2025"),
    ],
)
def test_unknown_quantities_offer_the_nearest(case, name, near):
    with pytest.raises(
        UnknownNameError, match=f"unknown quantity '{re.escape(name)}': did you mean .*{near}"
    ):
        parse(case, name)


def test_values_by_hand(material):
    """From the tables above: 12 months of 100 and of 80 km², 11 months of 30,000, 6,000 km² over 36 months of 100."""

    def value(name):
        found = quantity(material, name)
        return found.figure.low, found.figure.high, found.unit

    assert value("tempo.net_km2_12_months") == (960.0, 1200.0, "km²")
    assert value("tempo.net_km2_36_months") == (3600.0, 3600.0, "km²")  # only one map goes back so far
    assert value("gain.2025.km2") == (880.0, 1100.0, "km²")
    assert value("losses.russia.2025") == (330_000.0, 330_000.0, "persons")
    assert value("losses.per_km2.2025")[:2] == (300.0, 375.0)
    low, high, _ = value("proposal.us_28.given_up_per_km2_taken_36_months")
    assert (low, high) == (pytest.approx(4000 / 3600), pytest.approx(6000 / 3600))
    assert value("proposal.us_28.line_km_change")[0] == -300.0
    assert value("truce.us_28.change.troops")[0] == pytest.approx(0.15)
    assert value("objective.donetsk_rest.p_104")[:2] == (0.1, 0.1)
    assert value("objective.donetsk_rest.p_120")[:2] == (0.25, 0.25)  # no column: counted from the draws
    assert value("objective.donetsk_rest.months")[1] == np.inf
    assert value("belief.war.collapse_rate")[:2] == (pytest.approx(0.1), pytest.approx(0.9))
    assert value("proposal.us_28.has.cession:de_facto")[0] == 1.0
    assert value("proposal.us_28.has.cession:de_jure")[0] == 0.0
    assert value("published.fortna_half_resume")[:2] == (40.0, 50.0)


def test_what_a_run_lacks_is_said(material):
    with pytest.raises(NoValueError, match="this run has no table verdict"):
        quantity(material, "verdict.us_28.ukraine.lives_first")
    with pytest.raises(NoValueError, match="no map series of this case reaches back 120 months"):
        quantity(material, "tempo.net_km2_120_months")


# --- claims


def checked(material: Material, *claims: Claim) -> dict[str, pd.DataFrame]:
    case = material.case.model_copy(update={"claims": claims})
    return claims_tables(case, material.tables, material.ensemble)


def claim(*tests: ClaimTest, **more: object) -> Claim:
    return Claim.model_validate(
        {"id": "c", "text": "x", "by": "y", "sources": ["debate_article"], "tests": tests, **more}
    )


def of(quantity_name: str, says: str, **more: object) -> ClaimTest:
    return ClaimTest.model_validate({"quantity": quantity_name, "says": says, **more})


def test_verdicts_follow_the_figures(material):
    """The same quantity, 960 to 1,200 km², against claims that it meets, misses and cuts."""
    for value, found in ((900, "supported"), (2000, "not supported"), (1000, "contested")):
        test = of("tempo.net_km2_12_months", "at_least", value=value)
        assert checked(material, claim(test))["claims"]["verdict"].tolist() == [found]
    about = of("tempo.net_km2_12_months", "about", value=1080, tolerance=120)
    assert checked(material, claim(about))["claims"]["verdict"].tolist() == ["supported"]


def test_an_assumption_decides_nothing(material):
    """A belief that nobody has measured neither supports nor refutes, wherever it lies."""
    for value in (-5.0, 5.0):
        tables = checked(material, claim(of("truce.us_28.change.troops", "at_least", value=value)))
        assert tables["claims"]["verdict"].tolist() == ["not testable"]
        assert tables["claim_tests"]["agrees"].tolist() == ["says nothing"]
        assert "nobody has measured" in tables["claims"]["reason"].iloc[0]


def test_facts_turn_a_verdict_by_their_rating(material):
    test = of("tempo.net_km2_12_months", "at_least", value=900)
    strong = checked(material, claim(test, contest=["driscoll_losing"]))["claims"].iloc[0]
    assert (
        strong["verdict"] == "contested" and "Sourced facts contest it: driscoll_losing." in strong["reason"]
    )
    weak = checked(material, claim(test, contest=["belt_new_lines_20_25km"]))["claims"].iloc[0]
    assert weak["verdict"] == "supported" and "Named but not weighed" in weak["reason"]


def test_a_quantity_without_value_is_said(material):
    row = checked(material, claim(of("line.km", "at_least", value=1)))["claims"].iloc[0]
    assert row["verdict"] == "not testable" and "this run has no table line_history" in row["reason"]


def test_chances_read_in_words_and_apart_from_confidence(material):
    row = checked(material, claim(of("objective.donetsk_rest.p_104", "at_least", value=0.5)))["claims"].iloc[
        0
    ]
    assert row["reason"].startswith(
        "It is very unlikely (10%) that Russia takes the rest of Donetsk oblast by force within 104 weeks."
    )
    assert row["verdict"] == "not supported" and not mixes(row["reason"])


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (380578.0, "persons", "381,000 persons"),
        (0.0064, "share", "0.64%"),
        (-0.015, "share", "−1.5%"),
        (np.inf, "months", "beyond the horizon"),
        (66.7, "% honoured", "66.7% honoured"),
        (1.0, "0 or 1", "yes"),
        (0.103, "probability points", "10.3 percentage points"),
    ],
)
def test_amounts(value, unit, text):
    assert amount(value, unit) == text


def test_built_in_claims_have_a_verdict_defended(case, material):
    """Every claim holds tests, facts on both sides or a reason why not, and a reading; no sentence mixes."""
    tables = claims_tables(case, material.tables, material.ensemble)
    rows = tables["claims"]
    assert len(rows) >= 29 and set(rows["verdict"]) <= set(VERDICTS)
    assert all(rows["reason"].str.len() > 20) and all(rows["reading"].str.len() > 10)
    assert not any(mixes(text) for text in rows["reason"])
    for one in case.claims:
        assert one.tests or one.not_testable or (one.support and one.contest), one.id
    assert rows.set_index("claim").loc["kremlin_aims", "verdict"] == "not testable"


def test_case_without_claims_has_no_tables(material):
    assert checked(replace(material, case=material.case)) == {}


# --- bad input


@pytest.mark.parametrize(
    ("test", "says"),
    [
        ({"says": "at_least"}, "`says: at_least` needs value; missing value"),
        ({"says": "about", "value": 1}, "`says: about` needs value and tolerance; missing tolerance"),
        ({"says": "between", "low": 3, "high": 1}, "low 3 must not exceed high 1"),
        ({"says": "at_most", "value": 1, "low": 0}, "`says: at_most` needs value; remove low"),
    ],
)
def test_incomplete_tests_are_said(test, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        ClaimTest.model_validate({"quantity": "line.km", **test})


def test_tests_and_a_reason_against_testing_exclude_each_other():
    with pytest.raises(ValueError, match="keep one of them"):
        claim(of("line.km", "at_least", value=1), not_testable="because")


TEXT = {
    "claims": [
        {"id": "a", "text": "Gains stop.", "by": "a column", "sources": ["column"],
         "tests": [{"quantity": "gain.next_52_weeks", "says": "at_most", "value": 0}]}
    ],
    "bibliography": [{"id": "column", "title": "A column.", "source": "A paper", "url": "", "confidence": "low"}],
}  # fmt: skip


def written(tmp_path: Path, change: object) -> Path:
    text = yaml.safe_load(yaml.safe_dump(TEXT))
    change(text)  # type: ignore[operator]
    path = tmp_path / "text.yaml"
    path.write_text(yaml.safe_dump(text, sort_keys=False), encoding="utf-8")
    return path


def test_another_text_is_read_with_its_own_sources(case, material, tmp_path):
    found = read_text(case, written(tmp_path, lambda text: None))
    assert [c.id for c in found.claims] == ["a"] and found.bibliography[-1].id == "column"
    tables = claims_tables(found, material.tables, material.ensemble)
    assert tables["claims"]["verdict"].tolist() == ["not supported"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t["claims"][0]["tests"][0].update(quantity="gain.nxt_52_weeks"),
         r"claims\[0\].tests\[0\].quantity \(line 13, a\): unknown quantity 'gain.nxt_52_weeks'; did you mean "
         r"gain.next_52_weeks"),
        (lambda t: t["claims"][0]["tests"][0].update(quantity="weather.rain"), "names start with belief, benchmark"),
        (lambda t: t["claims"][0].update(sources=["colum"]), r"unknown bibliography entry 'colum'; did you mean"),
        (lambda t: t["claims"][0].update(saying="x"), r"claims\[0\].saying .*unknown key"),
        (lambda t: t["claims"][0]["tests"][0].update(says="over"), "got 'over'; allowed is 'at_least', "),
        (lambda t: t["claims"].append(dict(t["claims"][0])), "'a' stands twice"),
        (lambda t: t["bibliography"][0].update(url=3), r"bibliography\[0\].url \(line \d+, column\): got 3"),
        (lambda t: t.update(claims=[]), "holds no claims"),
        (lambda t: t.update(clams=[]), "unknown key 'clams': did you mean claims"),
        (lambda t: t.update(values=[]), "key 'values' belongs in values.yaml"),
    ],
)  # fmt: skip
def test_bad_texts_are_said(case, tmp_path, change, says):
    path = written(tmp_path, change)
    with pytest.raises(CaseError, match=says) as error:
        read_text(case, path)
    assert str(error.value).startswith(str(path))


def test_no_such_text(case, tmp_path):
    with pytest.raises(CaseError, match="no such file"):
        read_text(case, tmp_path / "none.yaml")


# --- vetoes and the sweetener


def refusing(case, *vetoes: str) -> Values:
    return case.values[0].model_copy(update={"vetoes": vetoes})


def test_sweetener_turns_the_average_and_no_veto(case):
    """An average of made-up scores turns to for when children are returned; a refused cession stays refused."""
    scores = {clause.name: clause.score for clause in SCORED}
    assert mean_score(scores) < 0 < mean_score(scores | {SWEETENER.name: SWEETENER.score})
    plan = next(p for p in case.proposals if p.id == "us_28")
    kind = plan.clauses[0].model_validate(
        {
            "kind": "other",
            "topic": "children",
            "text": "Children are returned.",
            "sources": ["debate_article"],
        }
    )
    sweet = plan.model_copy(update={"clauses": (*plan.clauses, kind)})
    refused = vetoed_clauses(refusing(case, "cession"), case, plan)
    assert refused and vetoed_clauses(refusing(case, "cession"), case, sweet) == refused
    assert vetoed_clauses(refusing(case), case, sweet) == []


def test_every_clause_of_the_example_can_be_vetoed():
    assert {clause.clause for clause in (*SCORED, SWEETENER)} <= set(clause_names())


@pytest.mark.parametrize(
    "veto", ["cession", "cession:de_facto", "withdrawal:defender", "foreign_troops:barred"]
)
def test_vetoes_name_kinds_and_forms_that_bite(case, veto):
    plan = next(p for p in case.proposals if p.id == "us_28")
    assert veto in clause_names() and vetoed_clauses(refusing(case, veto), case, plan)


def test_a_form_that_the_text_lacks_does_not_bite(case):
    plan = next(p for p in case.proposals if p.id == "us_28")
    assert vetoed_clauses(refusing(case, "cession:de_jure"), case, plan) == []


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (
            0,
            0,
            "every weight is zero, so the weights cannot be normalised; give at least one attribute a weight_high",
        ),
        (-1, 1, "greater than or equal to 0"),
        (2, 1, "weight_low 2 must not exceed weight_high 1"),
    ],
)
def test_weights_that_cannot_be_normalised_are_said(low, high, says):
    attribute = {"outcome": "km2_held", "label": "x", "better": "more", "weight_low": low, "weight_high": high,
                 "scale": 1, "sources": ["s"]}  # fmt: skip
    with pytest.raises(ValueError, match=says):
        Values.model_validate({"actor": "a", "viewpoint": "v", "attributes": [attribute], "sources": ["s"]})


@pytest.mark.parametrize(
    ("vetoes", "near"),
    [
        ("[cesion:de_jure]", "cession:de_jure"),
        ("[withdrawal:defence]", "withdrawal:defender"),
        ("[zone]", "known are"),
    ],
)
def test_a_veto_on_an_unknown_clause_offers_the_nearest(tmp_path, vetoes, near):
    folder = Path(
        shutil.copytree(find_case("borderland"), tmp_path / "case", ignore=shutil.ignore_patterns("evidence"))
    )
    values = folder / "values.yaml"
    values.write_text(values.read_text().replace("vetoes: [cession]", f"vetoes: {vetoes}"), encoding="utf-8")
    with pytest.raises(CaseError, match=rf"vetoes\[0\].*unknown clause kind '{vetoes[1:-1]}'; .*{near}"):
        load_case(folder)
