"""An assessment survives saving and loading, twice gives the same bytes, and half a folder is refused."""

from __future__ import annotations

import dataclasses
import gc
import json
import re
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from contactline.core.errors import InputError, InternalError, UnknownNameError
from contactline.core.files import sha256_of
from contactline.core.frame import checked
from contactline.topics.assessment import Assessment
from contactline.topics.store import digest_of_record, load, save
from contactline.topics.tables import TABLES, declared, dictionary_json


@pytest.fixture(scope="module")
def saved(sample: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("assessment")
    save(sample, out)
    return out


def test_round_trip_keeps_everything(sample: Assessment, saved: Path) -> None:
    back = load(saved)
    assert back.case == sample.case
    assert back.run == dataclasses.replace(sample.run, timings=back.run.timings)
    assert dict(back.run.timings) == dict(sample.run.timings)
    assert back.judgements == sample.judgements
    assert set(back.tables) == set(sample.tables)
    for name, frame in sample.tables.items():
        pd.testing.assert_frame_equal(
            back.tables[name], checked(declared(name), frame), rtol=1e-8, check_dtype=True
        )
    xr.testing.assert_equal(back.ensemble, sample.ensemble)
    assert back.ensemble.attrs["case_digest"] == sample.run.case_digest


def test_the_same_assessment_gives_the_same_bytes_whatever_the_timings(
    sample: Assessment, saved: Path, tmp_path: Path
) -> None:
    time.sleep(1.1)  # a time stamp of one second's grain inside the file would show
    slower = dataclasses.replace(sample, run=dataclasses.replace(sample.run, timings={"fit": 99.0}))
    for path in save(slower, tmp_path):
        name = path.relative_to(tmp_path)
        same = sha256_of(path) == sha256_of(saved / name)
        assert same == (name.name != "run.json"), name


def test_saving_what_was_loaded_changes_nothing(saved: Path, tmp_path: Path) -> None:
    for path in save(load(saved), tmp_path):
        assert path.read_bytes() == (saved / path.relative_to(tmp_path)).read_bytes(), path.name


def test_results_follow_the_numbers(sample: Assessment, saved: Path, tmp_path: Path) -> None:
    moved = dataclasses.replace(sample, ensemble=sample.ensemble + 1)
    save(moved, tmp_path)
    assert sha256_of(tmp_path / "results.nc") != sha256_of(saved / "results.nc")


def test_a_folder_cut_short_is_not_taken_for_whole(sample: Assessment, tmp_path: Path) -> None:
    save(sample, tmp_path)
    (tmp_path / "run.json").unlink()
    with pytest.raises(InputError, match=r"holds no assessment \(run.json is missing"):
        load(tmp_path)


def test_a_changed_file_is_named(sample: Assessment, tmp_path: Path) -> None:
    save(sample, tmp_path)
    path = tmp_path / "tables" / "deals.csv"
    path.write_text(path.read_text().replace("5800", "9999"))
    with pytest.raises(InputError, match=r"deals.csv: is missing or differs"):
        load(tmp_path)


def test_a_record_of_the_run_that_is_none_is_named(sample: Assessment, tmp_path: Path) -> None:
    save(sample, tmp_path)
    for text in ("{", "[]", '{"seed": 1}'):
        (tmp_path / "run.json").write_text(text)
        with pytest.raises(
            InputError, match=r"run\.json: is not the record that `contactline assess` writes"
        ):
            load(tmp_path)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("case.json", '"title"', '"headline"'), ("judgements.json", '"confidence"', '"certainty"')],
)
def test_a_folder_of_another_version_is_refused_with_its_version(
    sample: Assessment, tmp_path: Path, name: str, old: str, new: str
) -> None:
    """The files are whole by their digests, and have another form than the one this version writes."""
    save(sample, tmp_path)
    changed = (tmp_path / name).read_text(encoding="utf-8").replace(old, new)
    (tmp_path / name).write_text(changed, encoding="utf-8")
    run = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    run["version"], run["files"][name] = "0.0.9", sha256_of(tmp_path / name)
    run["digest"] = digest_of_record(run)
    (tmp_path / "run.json").write_text(json.dumps(run), encoding="utf-8")
    with pytest.raises(
        InputError, match=r"written by contactline 0\.0\.9, in a form that the installed one does"
    ):
        load(tmp_path)


def test_a_record_that_was_changed_is_noticed(sample: Assessment, tmp_path: Path) -> None:
    save(sample, tmp_path)
    record = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    for change in ({"seed": 99}, {"notes": []}, {"digest": "0" * 64}):
        (tmp_path / "run.json").write_text(json.dumps(record | change), encoding="utf-8")
        with pytest.raises(InputError, match=r"run\.json: was changed since it was written"):
            load(tmp_path)
    for files in ({"../outside": "0"}, {"/etc/passwd": "0"}, {"a": 1}, []):
        (tmp_path / "run.json").write_text(json.dumps(record | {"files": files}), encoding="utf-8")
        with pytest.raises(InputError, match=r"run\.json: is not the record"):
            load(tmp_path)


FORGED = {
    "results.nc": [b"", b"no HDF5", b"\x89HDF\r\n\x1a\n" + b"\0" * 500, "cut", "other"],
    "tables/deals.csv": [b"", b"\xff\xfe", b"a,b\n1,2\n", b'"', "cut"],
    "case.json": [b"", b"[]", b"[" * 50_000, "cut"],
    "judgements.json": [b"", b"{}", b"[1]", b"[" * 50_000, "cut"],
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_file_with_its_digest_gives_one_error(sample: Assessment, tmp_path: Path, name: str) -> None:
    """Digests made to fit, as a forger would: what cannot be read is still one error and no traceback."""
    save(sample, tmp_path)
    path = tmp_path / name
    whole, record = path.read_bytes(), json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    for forged in FORGED[name]:
        if forged == "other":
            xr.Dataset({"x": ("draw", [1.0])}).to_netcdf(path, engine="h5netcdf")
        else:
            path.write_bytes(whole[: len(whole) // 2] if forged == "cut" else forged)
        changed = record | {"files": record["files"] | {name: sha256_of(path)}}
        changed["digest"] = digest_of_record(changed)
        (tmp_path / "run.json").write_text(json.dumps(changed), encoding="utf-8")
        try:
            load(tmp_path)
        except InputError as error:
            assert str(tmp_path) in str(error)
        else:
            assert forged in ("other", "cut"), "only what has the right form may pass"


def test_results_damaged_inside_give_one_error_and_no_library_s_last_words(
    sample: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A header whose checksum fails is found after opening; h5netcdf's destructor would print a traceback then."""
    save(sample, tmp_path)
    path, words = tmp_path / "results.nc", list[object]()
    monkeypatch.setattr(sys, "unraisablehook", words.append)
    whole, record = path.read_bytes(), json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    headers = [at.start() for at in re.finditer(b"OHDR", whole)]
    refused = 0
    for at in headers:
        path.write_bytes(whole[: at + 8] + bytes([whole[at + 8] ^ 1]) + whole[at + 9 :])
        changed = record | {"files": record["files"] | {"results.nc": sha256_of(path)}}
        changed["digest"] = digest_of_record(changed)
        (tmp_path / "run.json").write_text(json.dumps(changed), encoding="utf-8")
        with suppress(InputError):
            load(tmp_path)
            refused -= 1
        refused += 1
        gc.collect()
    assert refused > 2 and words == []


def test_results_that_would_fill_the_memory_are_refused(
    sample: Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = xr.Dataset({"x": (("draw", "week"), np.zeros((2_000, 1_000)))})
    save(dataclasses.replace(sample, ensemble=many), tmp_path)
    assert (tmp_path / "results.nc").stat().st_size < 1_000_000
    monkeypatch.setenv("CONTACTLINE_MEMORY", "10MB")
    with pytest.raises(InputError, match=r"unpacks to 16 MB, more than the limit of 10 MB"):
        load(tmp_path)


def test_a_save_that_fails_keeps_the_older_run(sample: Assessment, tmp_path: Path) -> None:
    out = tmp_path / "run"
    save(sample, out)
    before = {path.name: sha256_of(path) for path in out.rglob("*") if path.is_file()}
    odd = sample.tables["deals"].rename(columns={"author": "autor"})
    with pytest.raises(InternalError):
        save(dataclasses.replace(sample, tables={"deals": odd}), out)
    assert before == {path.name: sha256_of(path) for path in out.rglob("*") if path.is_file()}
    assert load(out).run.seed == sample.run.seed


def test_tables_of_an_older_assessment_do_not_stay(sample: Assessment, tmp_path: Path) -> None:
    save(sample, tmp_path)
    fewer = {name: frame for name, frame in sample.tables.items() if name != "price"}
    save(dataclasses.replace(sample, tables=fewer), tmp_path)
    assert not (tmp_path / "tables" / "price.csv").exists()
    assert "price" not in load(tmp_path).tables


def test_every_column_is_described(saved: Path) -> None:
    package = json.loads((saved / "tables" / "datapackage.json").read_text())
    for resource in package["resources"]:
        header = (saved / "tables" / resource["path"]).read_text().splitlines()[0].split(",")
        assert [field["name"] for field in resource["schema"]["fields"]] == header
        assert all(field["description"] and field["unit"] for field in resource["schema"]["fields"])
    readme = (saved / "tables" / "README.md").read_text()
    assert all(f"## {name}.csv" in readme for name in load(saved).tables)


def test_what_the_dictionary_lacks_is_not_written(sample: Assessment, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="unknown table 'deal': did you mean"):
        save(dataclasses.replace(sample, tables={"deal": sample.tables["deals"]}), tmp_path / "a")
    odd = sample.tables["deals"].rename(columns={"author": "autor"})
    with pytest.raises(InternalError, match=r"missing \['author'\]; not known \['autor'\]"):
        save(dataclasses.replace(sample, tables={"deals": odd}), tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_the_dictionary_describes_each_table_once() -> None:
    names = [
        resource["name"] for resource in dictionary_json({n: pd.DataFrame() for n in TABLES})["resources"]
    ]
    assert names == sorted(TABLES)
