"""Both shipped cases load, resolve and agree with their evidence; a digest follows content and nothing else."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from contactline.case.check import CLAUSE_KINDS, ENGINE_BELIEFS, OUTCOMES
from contactline.case.clauses import Cession, Dmz, ForceCap, Withdrawal
from contactline.case.invented import write_evidence
from contactline.case.load import LoadedCase, built_in_cases, digest_of, find_case, load_case
from contactline.case.tables import TABLES, check_table
from contactline.core.errors import CaseError, EvidenceError, UnknownNameError
from contactline.core.streams import Streams
from contactline.engine.design import design_of
from contactline.engine.past import shipped_beliefs


@pytest.fixture(scope="module", params=["ukraine_2025", "borderland"])
def loaded(request: pytest.FixtureRequest) -> LoadedCase:
    return load_case(request.param)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A writable copy of the small case."""
    return Path(shutil.copytree(find_case("borderland"), tmp_path / "borderland"))


def test_built_in_cases_are_these() -> None:
    assert sorted(built_in_cases()) == ["borderland", "ukraine_2025"]


def test_case_has_everything_the_engine_reads(loaded: LoadedCase) -> None:
    units = {belief.name: belief.unit for belief in loaded.case.beliefs}
    assert {name: units[name] for name in ENGINE_BELIEFS} == ENGINE_BELIEFS
    assert loaded.case.challenger.id != loaded.case.defender.id
    assert loaded.case.headline_series.headline


def test_every_number_has_an_owner_that_resolves(loaded: LoadedCase) -> None:
    known = {reference.id for reference in loaded.case.bibliography}
    for belief in loaded.case.beliefs:
        assert set(belief.sources) <= known
        assert belief.sources or belief.assumption, belief.name
    for proposal in loaded.case.proposals:
        for clause in proposal.clauses:
            assert set(clause.sources) <= known and (clause.sources or clause.assumption)


def test_nothing_is_dated_after_the_as_of_date(loaded: LoadedCase) -> None:
    as_of = loaded.case.as_of.isoformat()
    assert all(reference.day <= as_of for reference in loaded.case.bibliography)
    assert all(proposal.published <= loaded.case.as_of for proposal in loaded.case.proposals)
    assert all(position.day <= loaded.case.as_of for position in loaded.case.positions)
    for name in TABLES:
        if loaded.has_evidence(name) and "date" in loaded.evidence(name).columns:
            assert loaded.evidence(name)["date"].max().date() <= loaded.case.as_of


def test_no_belief_leaves_its_range(loaded: LoadedCase) -> None:
    draws = design_of(loaded.case, 2000, Streams(0), shipped_beliefs(loaded.case)).columns
    for name, unit in ENGINE_BELIEFS.items():
        assert np.isfinite(draws[name]).all(), name
        if unit in ("share", "multiplier", "per year", "weeks"):
            assert draws[name].min() >= 0, name
        if unit == "share":
            assert draws[name].max() <= 1, name


def test_reference_case_carries_its_bibliography_from_before_the_as_of_date() -> None:
    case = load_case("ukraine_2025").case
    assert case.as_of == date(2025, 12, 7)
    assert len(case.bibliography) > 200
    dated = [reference for reference in case.bibliography if len(reference.day) == 10]
    assert len(dated) > 150


def test_the_28_points_are_all_there() -> None:
    proposal = next(p for p in load_case("ukraine_2025").case.proposals if p.id == "us_28")
    points = {clause.point.rstrip("abcd") for clause in proposal.clauses}
    assert points == {*(str(number) for number in range(1, 29)), "outside the text"}


def test_the_terms_that_the_debate_is_about() -> None:
    proposals = {p.id: p for p in load_case("ukraine_2025").case.proposals}
    us = proposals["us_28"].clauses
    assert [c.persons for c in us if isinstance(c, ForceCap)] == [600_000]
    leaving = [c for c in us if isinstance(c, Withdrawal) and c.side == "ukraine"]
    assert [(c.regions, c.to) for c in leaving] == [(("donetsk",), "dmz")]
    assert [c.regions for c in us if isinstance(c, Dmz)] == [("donetsk",)]
    assert [c.persons for c in proposals["european_counter"].clauses if isinstance(c, ForceCap)] == [800_000]
    assert {c.form for c in proposals["istanbul_memorandum"].clauses if isinstance(c, Cession)} == {"de_jure"}
    for yardstick in ("freeze_on_line", "european_counter", "ukraine_position"):
        kinds = {clause.kind for clause in proposals[yardstick].clauses}
        assert "freeze" in kinds and not kinds & {"withdrawal", "cession"}


def test_each_actor_who_is_valued_has_one_default_viewpoint(loaded: LoadedCase) -> None:
    for actor in {values.actor for values in loaded.case.values}:
        assert sum(v.default for v in loaded.case.values if v.actor == actor) == 1
    assert {a.outcome for v in loaded.case.values for a in v.attributes} <= set(OUTCOMES)


def test_loading_is_quick() -> None:
    started = time.perf_counter()
    load_case("ukraine_2025")
    assert time.perf_counter() - started < 0.5


def test_clause_kinds_come_from_the_schema() -> None:
    assert len(CLAUSE_KINDS) == 18 and "withdrawal" in CLAUSE_KINDS


# --- names and paths --------------------------------------------------------------------------------------


def test_an_unknown_id_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown case 'ukrane_2025': did you mean ukraine_2025\?"):
        load_case("ukrane_2025")


def test_a_path_without_a_case_says_so(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"nowhere: no case folder there.*borderland, ukraine_2025"):
        load_case(tmp_path / "nowhere")
    with pytest.raises(CaseError, match=r"has no case\.yaml and no beliefs\.yaml"):
        load_case(tmp_path)


def test_a_case_is_found_by_folder_and_by_its_file(copy: Path) -> None:
    assert load_case(copy).digest == load_case(copy / "case.yaml").digest == load_case(str(copy)).digest


# --- digest -------------------------------------------------------------------------------------------------


def test_digest_follows_content_not_place(copy: Path, tmp_path: Path) -> None:
    before = digest_of(copy)
    assert before == load_case("borderland").digest
    moved = copy.rename(tmp_path / "elsewhere")
    assert digest_of(moved) == before
    (moved / ".hidden.yaml").write_text("a: 1")
    (moved / "notes.txt").write_text("not part of the case")
    assert digest_of(moved) == before


@pytest.mark.parametrize("name", ["values.yaml", "evidence/areas.csv", "evidence/provenance.json"])
def test_digest_changes_with_any_file_of_the_case(copy: Path, name: str) -> None:
    before = digest_of(copy)
    (copy / name).write_bytes((copy / name).read_bytes() + b"\n")
    assert digest_of(copy) != before


# --- evidence -------------------------------------------------------------------------------------------------


def test_evidence_of_both_cases_passes_its_dictionary(loaded: LoadedCase) -> None:
    for name in ("areas", "line", "cells", "changes", "losses", "settlements", "regions", "outlines"):
        assert loaded.has_evidence(name) and len(loaded.evidence(name)) > 0
        assert loaded.provenance[name].source


def test_a_table_handed_out_is_a_copy() -> None:
    loaded = load_case("borderland")
    frame = loaded.evidence("areas")
    frame["km2"] = -1.0
    assert loaded.evidence("areas")["km2"].min() >= 0


def test_invented_evidence_is_reproducible_byte_for_byte(copy: Path) -> None:
    before = {path.name: path.read_bytes() for path in (copy / "evidence").iterdir()}
    shutil.rmtree(copy / "evidence")
    assert not load_case(copy).has_evidence("areas")
    write_evidence(copy)
    assert {path.name: path.read_bytes() for path in (copy / "evidence").iterdir()} == before


def test_invented_tables_agree_with_each_other() -> None:
    loaded = load_case("borderland")
    cells, changes = loaded.evidence("cells"), loaded.evidence("changes")
    holder = cells.set_index("cell")["holder"].copy()
    for change in changes.itertuples():
        assert holder[change.cell] != change.holder
        holder[change.cell] = change.holder
    held = (cells.set_index("cell")["km2"] * holder).sum()
    areas = loaded.evidence("areas")
    last = areas[(areas["series"] == "map_a") & (areas["date"] == areas["date"].max())].set_index("region")[
        "km2"
    ]
    assert last["total"] == pytest.approx(last.drop("total").sum(), abs=0.2)
    assert held == pytest.approx(last["total"], rel=0.03)


def _edit(copy: Path, name: str, old: str, new: str) -> None:
    path = copy / "evidence" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_an_unknown_table_is_named() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown table 'area': did you mean areas"):
        load_case("borderland").evidence("area")


def test_an_absent_table_says_how_to_get_it(copy: Path) -> None:
    (copy / "evidence" / "line.csv").unlink()
    with pytest.raises(EvidenceError, match=r"has no table 'line'; allowed is line.parquet or line.csv"):
        load_case(copy).evidence("line")


def test_negative_area_names_file_row_and_column(copy: Path) -> None:
    _edit(copy, "areas.csv", "westhold,0.0", "westhold,-1.0")
    with pytest.raises(
        EvidenceError, match=r"areas\.csv: .*'km2', row 0 \(series map_a, .*got .*-1.*from 0 up"
    ):
        load_case(copy).evidence("areas")


def test_a_region_that_the_case_does_not_know(copy: Path) -> None:
    _edit(copy, "areas.csv", "westhold", "westhol")
    with pytest.raises(
        EvidenceError, match=r"row 0, column 'region': unknown region 'westhol': did you mean westhold"
    ):
        load_case(copy).evidence("areas")


def test_an_as_of_date_after_the_data(copy: Path) -> None:
    text = (copy / "case.yaml").read_text()
    (copy / "case.yaml").write_text(text.replace("as_of: 2024-06-30", "as_of: 2024-07-15"))
    with pytest.raises(
        EvidenceError, match=r"the data end on 2024-06-30 .*before as_of 2024-07-15: an as-of date after"
    ):
        load_case(copy).evidence("areas")


def test_data_after_the_as_of_date(copy: Path) -> None:
    text = (copy / "case.yaml").read_text()
    (copy / "case.yaml").write_text(text.replace("as_of: 2024-06-30", "as_of: 2024-06-23"))
    with pytest.raises(EvidenceError, match=r"day 2024-06-24 lies after as_of 2024-06-23"):
        load_case(copy).evidence("areas")


def test_a_truncated_parquet_file(copy: Path) -> None:
    loaded = load_case(copy)
    frame = loaded.evidence("areas")
    path = copy / "evidence" / "areas.parquet"
    (copy / "evidence" / "areas.csv").unlink()
    frame.to_parquet(path)
    assert load_case(copy).evidence("areas").equals(frame)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(EvidenceError, match=r"areas\.parquet: not readable as Parquet"):
        load_case(copy).evidence("areas")


def test_two_files_for_one_table(copy: Path) -> None:
    (copy / "evidence" / "areas.parquet").write_bytes(b"")
    with pytest.raises(EvidenceError, match=r"both areas\.parquet and areas\.csv exist"):
        load_case(copy).evidence("areas")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"areas": {"sources": "x"}}', "sources.*Allowed is a JSON object"),
        ("[" * 30_000, "nested too deep"),
        ('{"areas": {}, "areas": {}}', "the key 'areas' stands twice"),
        (
            '{"areas": {"source": 5, "url": "", "licence": "", "retrieved": "", "sha256": ""}}',
            r"areas\.source: got 5; allowed is a text",
        ),
    ],
)
def test_a_broken_provenance_file(copy: Path, text: str, said: str) -> None:
    (copy / "evidence" / "provenance.json").write_text(text)
    with pytest.raises(EvidenceError, match=rf"provenance\.json: .*{said}"):
        load_case(copy)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda text: text.rstrip("\n")[:-1],
            "line 4: the file does not end in a line end, so it may be cut",
        ),
        (lambda text: text.replace(",12291.4", ""), "line 4: has 1 fields; allowed are the header's 2"),
        (
            lambda text: text.replace(",12291.4", ",12291.4,7"),
            "line 4: has 3 fields; allowed are the header's 2",
        ),
        (lambda text: text.replace("region,km2", "region,km2,km2"), "columns \\['km2'\\] stand twice"),
        # Every row one longer than the header: pandas would take the first column for an index.
        (lambda text: "region,km2\n" + text.partition("\n")[2].replace(",", ",a,"), "line 2: has 3 fields"),
        (lambda text: "\xff" + text, "missing|not known|columns"),
    ],
)
def test_a_case_s_csv_is_read_as_strictly_as_evidence(
    copy: Path, change: Callable[[str], str], said: str
) -> None:
    path = copy / "evidence" / "regions.csv"
    path.write_text(change(path.read_text()))
    with pytest.raises(EvidenceError, match=rf"regions\.csv.*({said})"):
        load_case(copy).evidence("regions")


def test_what_is_no_case_is_told_what_a_case_is(tmp_path: Path) -> None:
    """A folder looked for in the wrong place is the commonest slip: the message must not speak of ids alone."""
    with pytest.raises(CaseError, match=r"^my_war: no case folder there\. Allowed is a folder that"):
        find_case("my_war")
    text = tmp_path / "claims.yaml"
    text.write_text("claims: []\n")
    with pytest.raises(CaseError, match=r"claims\.yaml: is a file\. Allowed is a folder"):
        find_case(str(text))


def test_a_folder_in_the_place_of_a_file_is_named(copy: Path) -> None:
    (copy / "claims.yaml").unlink()
    (copy / "claims.yaml").mkdir()
    with pytest.raises(CaseError, match=r"claims\.yaml: is not a file; allowed is a YAML file of this name"):
        load_case(copy)


def test_an_objective_moved_off_the_grid_is_named(copy: Path) -> None:
    """Without the check a town in another hemisphere would be assessed where the grid still has it."""
    text = (copy / "case.yaml").read_text()
    first = load_case(copy).case.objectives[0]
    assert first.kind == "settlement"
    moved = text.replace(f"latitude: {first.latitude:g}", "latitude: -33.9", 1)
    assert moved != text
    (copy / "case.yaml").write_text(moved)
    with pytest.raises(
        EvidenceError, match=rf"objective '{first.id}' stands at -33\.9 N.*cells lie up to \d+ km"
    ):
        load_case(copy).evidence("cells")
    added = "  - {id: newtown, name: Newtown, kind: settlement, region: midland,\n"
    added += "     latitude: 10, longitude: 10, radius_km: 2, sources: [atlas]}\n"
    other = text.replace("objectives:\n  - {id: alderton", f"objectives:\n{added}  - {{id: alderton", 1)
    assert other != text
    (copy / "case.yaml").write_text(other)
    with pytest.raises(
        EvidenceError, match=r"objective 'newtown' stands at .*it has no cells in the theatre"
    ):
        load_case(copy).evidence("cells")


@pytest.mark.parametrize(
    "day",
    ["1600-01-01", "0001-01-01", "2262-04-12", "9999-12-31", "20240101", "2024-01-01T13:00", "01/02/2024"],
)
def test_a_day_that_is_none_is_refused_with_file_and_row(copy: Path, day: str) -> None:
    """1600-01-01 once became a day of 2184."""
    path = copy / "evidence" / "areas.csv"
    lines = path.read_text().splitlines()
    fields = lines[5].split(",")
    fields[1] = day
    lines[5] = ",".join(fields)
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(EvidenceError) as caught:
        load_case(copy).evidence("areas")
    said = str(caught.value)
    assert said.startswith(f"{path}: table 'areas', column 'date', row 4 (series ")
    assert f"): got '{day}'; allowed is a day as YYYY-MM-DD between 1700-01-01 and 2199-12-31" in said


def test_days_of_a_table_may_come_in_any_type_but_a_number() -> None:
    def checked(values: object) -> list[pd.Timestamp]:
        frame = pd.DataFrame({"date": values, "war_fires": 1.0, "cloud": None})
        return check_table("fires", frame, "here")["date"].tolist()

    wanted = [pd.Timestamp(2024, 1, 1), pd.Timestamp(2024, 1, 2)]
    for values in (
        ["2024-01-01", "2024-01-02T00:00:00"],
        [date(2024, 1, 1), date(2024, 1, 2)],
        pd.to_datetime(["2024-01-01", "2024-01-02"]),
        pd.Series(["2024-01-01", "2024-01-02"], dtype="string"),
        np.array(["2024-01-01", "2024-01-02"], dtype="datetime64[s]"),
    ):
        assert checked(values) == wanted
    for wrong in (
        [20240101, 20240102],
        [1.5, 2.5],
        np.array(["2024-01-01", "1600-01-01"], dtype="datetime64[s]"),
        pd.to_datetime(["2024-01-01 00:00", "2024-01-02 13:00"]),
        pd.to_datetime(["2024-01-01", "2024-01-02"]).tz_localize("UTC"),
        [date(2024, 1, 1), date(1, 1, 1)],
        ["2024-01-01", None],
        [["2024-01-01"], {}],
    ):
        with pytest.raises(EvidenceError, match=r"here: table 'fires', column 'date', row [01] \("):
            checked(wrong)


def test_a_count_of_400_digits_is_refused() -> None:
    frame = pd.DataFrame({"date": ["2024-01-01"], "war_fires": [10**400], "cloud": None}, dtype=object)
    with pytest.raises(
        EvidenceError, match=r"'war_fires', row 0 \(date 2024-01-01\): got 10{79}… \(401 char"
    ):
        check_table("fires", frame, "here")


@pytest.mark.parametrize("day", ["1600-01-01", "2262-04-12"])
def test_a_case_is_not_of_a_century_that_time_stamps_do_not_hold(copy: Path, day: str) -> None:
    text = (copy / "case.yaml").read_text()
    (copy / "case.yaml").write_text(text.replace("as_of: 2024-06-30", f"as_of: {day}"))
    with pytest.raises(
        CaseError, match=rf"as_of .*: got {day}; allowed are days from 1700-01-01 to 2199-12-31"
    ):
        load_case(copy)
