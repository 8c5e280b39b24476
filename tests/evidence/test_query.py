"""Asking is reading: nothing that SQL can say changes a byte of the store, reads a file, or runs without end."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

from contactline.core.errors import InputError, StoreError
from contactline.core.files import sha256_of
from contactline.core.provenance import Provenance
from contactline.evidence.query import Limits
from contactline.evidence.store import Store, open_store

SOURCE = Provenance("made up", "", "CC0", "", "", "")

HOSTILE = (
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{table}' (FORMAT csv, USE_TMP_FILE false)",
    "EXPLAIN (ANALYZE) COPY (SELECT 1) TO '{table}' (FORMAT csv)",
    "EXPLAIN /* SELECT */ ANALYZE -- SELECT\n COPY (SELECT 1) TO '{table}'",
    "EXPLAIN (ANALYZE, FORMAT json) COPY fires TO '{outside}'",
    "EXPLAIN ANALYZE CREATE TABLE x AS SELECT 1",
    "EXPLAIN ANALYZE EXPORT DATABASE '{folder}'",
    "COPY (SELECT 1) TO '{table}' (FORMAT parquet)",
    "COPY fires TO '{outside}'",
    "COPY fires FROM '{table}'",
    "EXPORT DATABASE '{folder}/x'",
    "ATTACH '{outside}' AS x",
    "ATTACH '{table}' AS x (TYPE sqlite)",
    "INSTALL httpfs",
    "LOAD json",
    "SET enable_external_access = true",
    "SET GLOBAL allowed_directories = ['/']",
    "RESET enable_external_access",
    "PRAGMA enable_profiling; PRAGMA profiling_output = '{outside}'",
    "PRAGMA database_list",
    "PRAGMA export_database('{folder}/x')",
    "CALL enable_logging(storage = 'file', storage_config = {{'path': '{outside}'}})",
    "CALL pragma_version()",
    "CREATE TABLE x AS SELECT 1",
    "CREATE OR REPLACE VIEW fires AS SELECT 1",
    "CREATE SECRET s (TYPE s3)",
    "CREATE MACRO f() AS 1",
    "INSERT INTO fires SELECT * FROM fires",
    "WITH x AS (SELECT 1) INSERT INTO fires SELECT 1",
    "DELETE FROM fires",
    "UPDATE fires SET cloud = 0",
    "DROP VIEW fires",
    "ALTER VIEW fires RENAME TO x",
    "VACUUM",
    "CHECKPOINT",
    "BEGIN",
    "USE memory",
    "PREPARE v AS SELECT 1",
    "EXECUTE v",
    "SELECT 1; COPY (SELECT 1) TO '{table}'",
    "SELECT 1; DROP VIEW fires; SELECT 1",
    "SELECT * FROM query('COPY (SELECT 1) TO ''{table}''')",
    "SELECT * FROM read_parquet('{table}')",
    "SELECT * FROM '{table}'",
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM read_blob('{secret}')",
    "SELECT * FROM read_json('{secret}')",
    "SELECT * FROM '{secret}'",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM sniff_csv('{secret}')",
    "SELECT * FROM parquet_metadata('{table}')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT getenv('HOME')",
    "SELECT * FROM secret_frame",
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = open_store(tmp_path / "data")
    days = pd.date_range("2024-01-01", periods=3)
    frame = pd.DataFrame({"date": days, "war_fires": [0.0, 1.0, 2.0], "cloud": 0.5})
    made.put("fires", frame, SOURCE)
    return made


def digests(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): sha256_of(p) for p in sorted(folder.rglob("*")) if p.is_file()}


def test_no_statement_changes_a_byte_or_reads_a_file(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    secret = tmp_path / "secret.csv"
    secret.write_text("word\nhidden\n")
    secret_frame = pd.DataFrame({"word": ["hidden"]})
    assert len(secret_frame) == 1
    places = {
        "table": store.tables()[0].path,
        "outside": tmp_path / "outside.csv",
        "folder": tmp_path,
        "secret": secret,
    }
    before = digests(tmp_path)
    passed = []
    for text in HOSTILE:
        try:
            answer = store.sql(text.format(**places))
        except InputError as error:
            assert "hidden" not in str(error), text
        else:
            passed.append((text, answer))
        assert digests(tmp_path) == before, text
    assert not passed
    assert store.sql("SELECT sum(war_fires) AS n FROM fires")["n"].tolist() == [3.0], "and it still answers"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM fires", "FROM fires", "WITH a AS (FROM fires) SELECT * FROM a", "VALUES (1)", "TABLE fires",
        "DESCRIBE fires", "SUMMARIZE fires", "SHOW TABLES", "EXPLAIN SELECT 1", "EXPLAIN ANALYZE FROM fires",
        "EXPLAIN (FORMAT json) (SELECT 1)", "EXPLAIN /* é */ ANALYZE -- COPY\n (WITH a AS (SELECT 1) FROM a)",
        "SELECT 'COPY' AS é;",
    ],
)  # fmt: skip
def test_queries_are_answered(store: Store, text: str) -> None:
    assert len(store.sql(text))


def test_rows_time_and_memory_have_limits_that_can_be_raised(store: Store) -> None:
    answer = store.ask("SELECT * FROM range(50)", Limits(rows=10))
    assert answer.more and answer.frame.iloc[:, 0].tolist() == list(range(10))
    answer = store.ask("SELECT * FROM range(50)", Limits(rows=50))
    assert not answer.more and len(answer.frame) == 50
    with pytest.raises(InputError, match="more than 10 rows, the limit; data are given whole or not at all"):
        store.sql("SELECT * FROM range(50)", Limits(rows=10))
    began = time.monotonic()
    with pytest.raises(InputError, match=r"stopped after 0\.2 seconds, the limit\. .*--seconds"):
        store.sql("SELECT count(*) FROM range(100000000000) a, range(1000)", Limits(seconds=0.2))
    assert time.monotonic() - began < 20
    for text in ("SELECT list(x) FROM range(1000000000) t(x)", "SELECT repeat('x', 4000000000)"):
        with pytest.raises(InputError, match=r"needs more memory than 200 MB, the limit\. .*--memory"):
            store.sql(text, Limits(memory="200MB"))
    for wrong in (Limits(rows=0), Limits(seconds=0), Limits(seconds=float("nan")), Limits(memory="much")):
        with pytest.raises(InputError, match="allowed is a"):
            store.sql("SELECT 1", wrong)


def test_a_store_that_was_tampered_with_is_not_asked(store: Store) -> None:
    path = store.tables()[0].path
    whole = path.read_bytes()
    assert store.states() == {"fires": "ok"}
    pd.DataFrame({"date": [pd.Timestamp("2024-01-01")], "war_fires": [9.0], "cloud": [0.5]}).to_parquet(path)
    assert store.states() == {"fires": "changed"}
    with pytest.raises(StoreError, match="'fires' does not have the digest that the manifest recorded"):
        store.sql("SELECT 1")
    path.unlink()
    assert store.states() == {"fires": "missing"}
    with pytest.raises(StoreError, match="'fires' is missing"):
        store.sql("SELECT 1")
    path.write_bytes(whole)
    assert store.sql("SELECT 1").shape == (1, 1)
