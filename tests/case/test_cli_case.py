"""`contactline case show|validate|new` print what they say, refuse what they must, and round-trip."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import h3
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from contactline.case.load import load_case
from contactline.core.errors import ContactlineError
from contactline.engine.ground import measure_front
from contactline.engine.readiness import check_theatre
from contactline.faces.cli.case import app
from contactline.service.assess import assess
from contactline.service.questions.cases import PARTS

runner = CliRunner()


def test_new_case_validates_and_differs_only_in_its_id(tmp_path: Path) -> None:
    made = runner.invoke(app, ["new", "my_war", "--dir", str(tmp_path)])
    assert made.exit_code == 0, made.output
    checked = runner.invoke(app, ["validate", str(tmp_path / "my_war"), "--json"])
    assert checked.exit_code == 0, checked.output
    report = json.loads(checked.output)
    assert report["case"] == "my_war"
    assert report["evidence_rows"]["areas"] > 1000
    template, mine = load_case("borderland"), load_case(tmp_path / "my_war")
    assert mine.case.model_copy(update={"id": "borderland"}) == template.case
    assert mine.digest != template.digest
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_new_case_keeps_the_comments(tmp_path: Path) -> None:
    runner.invoke(app, ["new", "my_war", "--dir", str(tmp_path)])
    text = (tmp_path / "my_war" / "case.yaml").read_text(encoding="utf-8")
    assert "id: my_war " in text and "# lower-case letters" in text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("My War", "got 'My War'; allowed are lower-case letters"),
        ("ukraine_2025", "'ukraine_2025' is a built-in case; choose another name"),
    ],
)
def test_new_case_refuses_bad_names(tmp_path: Path, name: str, said: str) -> None:
    result = runner.invoke(app, ["new", name, "--dir", str(tmp_path)])
    assert result.exit_code == 2 and said in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_new_case_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "my_war").mkdir()
    (tmp_path / "my_war" / "mine.txt").write_text("keep")
    result = runner.invoke(app, ["new", "my_war", "--dir", str(tmp_path)])
    assert result.exit_code == 2 and "exists and is not overwritten" in result.stderr
    assert (tmp_path / "my_war" / "mine.txt").read_text() == "keep"


def test_a_fork_is_a_case_like_any_with_all_its_files(tmp_path: Path) -> None:
    made = runner.invoke(app, ["fork", "borderland", str(tmp_path / "deep" / "my_war")])
    assert made.exit_code == 0, made.output
    folder = tmp_path / "deep" / "my_war"
    assert f"contactline case validate {folder}" in made.output and "case my_war" in made.output
    report = json.loads(runner.invoke(app, ["validate", str(folder), "--json"]).output)
    assert report["case"] == "my_war" and report["assessable"] and report["hindrances"] == []
    template, mine = load_case("borderland"), load_case(folder)
    assert mine.case.model_copy(update={"id": "borderland"}) == template.case
    names = {path.relative_to(template.folder) for path in template.folder.rglob("*") if path.is_file()}
    copied = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    assert copied == {name for name in names if "__pycache__" not in name.parts}
    again = runner.invoke(app, ["fork", str(folder), str(tmp_path / "other"), "--id", "third_war"])
    assert again.exit_code == 0 and load_case(tmp_path / "other").case.id == "third_war"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ukrane_2025", "a"], "did you mean ukraine_2025?"),
        (
            ["borderland", "My-War"],
            "id, from the folder's name: got 'My-War'; allowed are lower-case letters",
        ),
        (["borderland", "ukraine_2025"], "'ukraine_2025' is a built-in case; give one with --id"),
        (["borderland", "a", "--id", "9lives"], "--id: got '9lives'"),
        (["borderland", "full"], "holds files, and nothing is overwritten"),
        (["full", "full/inside"], "case.yaml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_fork_refuses_what_it_must(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep")
    result = runner.invoke(app, ["fork", *words])
    assert result.exit_code == 2 and said in result.stderr, result.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["full", "mine.txt"]


def test_new_case_needs_a_folder(tmp_path: Path) -> None:
    result = runner.invoke(app, ["new", "my_war", "--dir", str(tmp_path / "none")])
    assert result.exit_code == 2 and "is not a folder; create it first" in result.stderr


def test_validate_reports_a_broken_case_without_a_traceback(tmp_path: Path) -> None:
    runner.invoke(app, ["new", "my_war", "--dir", str(tmp_path)])
    path = tmp_path / "my_war" / "values.yaml"
    path.write_text(path.read_text().replace("better: more", "better: mor"))
    result = runner.invoke(app, ["validate", str(tmp_path / "my_war")])
    assert result.exit_code == 2
    assert "got 'mor'; allowed is 'more' or 'less'" in result.stderr
    assert "Traceback" not in result.output


def test_validate_reads_the_evidence_too(tmp_path: Path) -> None:
    runner.invoke(app, ["new", "my_war", "--dir", str(tmp_path)])
    path = tmp_path / "my_war" / "evidence" / "line.csv"
    path.write_text(path.read_text().replace("map_a", "map_x", 1))
    result = runner.invoke(app, ["validate", str(tmp_path / "my_war")])
    assert result.exit_code == 2 and "unknown series 'map_x'" in result.stderr


def test_show_overview_and_parts() -> None:
    result = runner.invoke(app, ["show", "borderland"])
    assert result.exit_code == 0 and "The invented war" in result.output and "(invented)" in result.output
    for part in PARTS:
        shown = runner.invoke(app, ["show", "borderland", part])
        assert shown.exit_code == 0, part
        listed = json.loads(runner.invoke(app, ["show", "borderland", part, "--json"]).output)
        assert len(listed) == len(getattr(load_case("borderland").case, PARTS[part][0]))


def test_show_defaults_to_the_reference_case_and_one_proposal_clause_by_clause() -> None:
    overview = json.loads(runner.invoke(app, ["show", "--json"]).output)
    assert overview["id"] == "ukraine_2025" and len(overview["digest"]) == 64
    proposal = json.loads(runner.invoke(app, ["show", "ukraine_2025", "us_28", "--json"]).output)
    assert len(proposal["clauses"]) >= 28
    table = runner.invoke(app, ["show", "ukraine_2025", "us_28"]).output
    assert "force_cap" in table


def test_show_offers_the_nearest_names() -> None:
    case = runner.invoke(app, ["show", "ukrane"])
    assert case.exit_code == 2 and "did you mean ukraine_2025?" in case.stderr
    part = runner.invoke(app, ["show", "ukraine_2025", "us28"])
    assert part.exit_code == 2 and "did you mean us_28?" in part.stderr


def test_validate_says_what_keeps_a_valid_case_from_being_assessed(tmp_path: Path) -> None:
    runner.invoke(app, ["new", "my_war", "--dir", str(tmp_path)])
    (areas,) = (tmp_path / "my_war" / "evidence").glob("areas.*")
    areas.unlink()
    checked = runner.invoke(app, ["validate", str(tmp_path / "my_war")])
    assert checked.exit_code == 0 and "my_war: valid" in checked.output
    assert "It cannot be assessed yet" in checked.output and "no table 'areas'" in checked.output
    report = json.loads(runner.invoke(app, ["validate", str(tmp_path / "my_war"), "--json"]).output)
    assert report["assessable"] is False
    whole = json.loads(runner.invoke(app, ["validate", "borderland", "--json"]).output)
    assert whole["assessable"] is True and whole["hindrances"] == []


def _split(folder: Path) -> None:
    """Cut the grid in two by leaving out a strip, the northern part all the defender's: no line runs there."""
    evidence = folder / "evidence"
    cells = pd.read_csv(evidence / "cells.csv", dtype=str, keep_default_na=False)
    changes = pd.read_csv(evidence / "changes.csv", dtype=str, keep_default_na=False)
    north = pd.Series([h3.cell_to_latlng(cell)[0] for cell in cells["cell"]]).rank(pct=True)
    cells.loc[north > 0.85, "holder"] = "0"
    kept = cells[(north < 0.7) | (north > 0.85)]
    still = changes["cell"].isin(kept["cell"]) & ~changes["cell"].isin(cells.loc[north > 0.7, "cell"])
    kept.to_csv(evidence / "cells.csv", index=False)
    changes[still].to_csv(evidence / "changes.csv", index=False)


def _no_values(folder: Path) -> None:
    path = folder / "values.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    (key,) = document
    document[key] = [values for values in document[key] if values["actor"] != "belmark"]
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")


def _few_claims(folder: Path) -> None:
    path = folder / "evidence" / "losses.csv"
    pd.read_csv(path, dtype=str, keep_default_na=False).groupby("series").tail(5).to_csv(path, index=False)


def _losing(folder: Path) -> None:
    path = folder / "evidence" / "areas.csv"
    areas = pd.read_csv(path, keep_default_na=False)
    held = areas.groupby(["series", "region"])["km2"]
    areas["km2"] = (held.transform("max") + held.transform("min") - areas["km2"]).round(1)
    areas.to_csv(path, index=False)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_split, "write `islands: keep` under theatre in case.yaml"),
        (_no_values, "values.yaml: holds none of 'belmark', the defender"),
        (_few_claims, "26 are needed. Choose another evidence.attacker_loss_series"),
        (_losing, "check which side is the challenger"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_validate_finds_what_assess_would_refuse_and_assess_refuses_it_before_it_fits_anything(
    tmp_path: Path, spoil: Callable[[Path], None], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.invoke(app, ["new", "my_war", "--dir", str(tmp_path)])
    spoil(tmp_path / "my_war")
    checked = runner.invoke(app, ["validate", str(tmp_path / "my_war"), "--json"])
    report = json.loads(checked.output)
    assert report["assessable"] is False and any(said in found for found in report["hindrances"])
    monkeypatch.setattr(
        "contactline.engine.fits.fit_forecast", lambda *_, **__: pytest.fail("something was fitted")
    )
    with pytest.raises(ContactlineError, match=re.escape(said)):
        assess(tmp_path / "my_war", draws=100)


def test_a_case_may_keep_the_parts_of_its_grid_that_the_line_never_touches(tmp_path: Path) -> None:
    runner.invoke(app, ["new", "my_war", "--dir", str(tmp_path)])
    _split(tmp_path / "my_war")
    path = tmp_path / "my_war" / "case.yaml"
    text = path.read_text(encoding="utf-8")
    assert "islands: refuse" in text
    path.write_text(text.replace("islands: refuse", "islands: keep"), encoding="utf-8")
    report = json.loads(runner.invoke(app, ["validate", str(tmp_path / "my_war"), "--json"]).output)
    assert report["assessable"] is True and report["hindrances"] == []
    loaded = load_case(tmp_path / "my_war")
    (told,) = check_theatre(loaded, measure_front(loaded))
    assert "155 cells" in told and "they keep their holder" in told
    path.write_text(text.replace("islands: refuse", "islands: drop"), encoding="utf-8")
    assert (
        "allowed is 'refuse' or 'keep'" in runner.invoke(app, ["validate", str(tmp_path / "my_war")]).stderr
    )
