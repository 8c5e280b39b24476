"""Hostile and broken SQL against a small store, and broken stores: the bytes of a store stay what they are."""

from __future__ import annotations

import hashlib
import random
import shutil
from pathlib import Path

from tests.attack.fuzzing import mutate
from tests.attack.fuzzing.inputs import Input, Maker
from tests.attack.fuzzing.run import Run, run
from tests.attack.fuzzing.samples import boundaries, samples

WRITES = (
    "COPY ({query}) TO '{path}' (FORMAT csv, USE_TMP_FILE false)", "COPY {table} TO '{path}'",
    "EXPORT DATABASE '{path}'", "EXPLAIN ANALYZE COPY ({query}) TO '{path}' (FORMAT csv, USE_TMP_FILE false)",
    "CREATE TABLE t AS {query}", "DROP VIEW {table}", "DELETE FROM {table}", "UPDATE {table} SET km2 = 0",
    "INSERT INTO {table} {query}", "ATTACH '{path}' AS x", "INSTALL httpfs", "LOAD '{path}'",
    "SET memory_limit = '100GB'", "PRAGMA database_list", "CALL pragma_version()", "CHECKPOINT",
    "CREATE OR REPLACE MACRO f(x) AS x", "PREPARE p AS {query}", "EXECUTE p", "BEGIN; {query}; COMMIT",
    "{query}; COPY ({query}) TO '{path}'", "EXPLAIN EXPLAIN COPY ({query}) TO '{path}'",
    "WITH x AS (INSERT INTO {table} {query} RETURNING *) SELECT * FROM x", "VACUUM", "CREATE VIEW v AS {query}",
    "USE memory", "SET VARIABLE x = 1", "RESET ALL", "COMMENT ON TABLE {table} IS 'x'", "IMPORT DATABASE '{path}'",
)  # fmt: skip
READS = (
    "SELECT * FROM {table}", "SELECT * FROM '{path}'", "SELECT * FROM read_csv('{path}')",
    "SELECT * FROM read_parquet('{path}')", "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM glob('*')",
    "SELECT getenv('HOME')", "FROM {table}", "DESCRIBE {table}", "SUMMARIZE {table}", "SHOW TABLES",
    "EXPLAIN {query}", "EXPLAIN ANALYZE {query}", "SELECT * FROM nobody", "SELECT nothing FROM {table}",
    "SELECT * FROM duckdb_settings()", "SELECT * FROM information_schema.tables",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT * FROM r",
    "SELECT count(*) FROM range(1000000000000)", "SELECT * FROM range(3000000) a, range(3000000) b",
    "SELECT repeat('x', 2000000000)", "SELECT list(range(100000000))", "SELECT * FROM {table} a, {table} b",
    "SELECT 1/0, 0/0.0, 'nan'::double, 'inf'::double", "SELECT NULL",
    "SELECT '9' :: int128, 1::hugeint * 100000000000000000000", "SELECT [1,2], {{'a': 1}}, map([1], [2])",
    "SELECT '\\x00'::blob, chr(0), chr(27)",
    "SELECT date '9999-12-31', timestamp '290000-01-01', date '0001-01-01 (BC)', time '12:00', interval 1 month",
    "SELECT 1 AS a, 2 AS a", "SELECT 1 AS \"\"\"\", 2 AS \"\"", "SELECT * FROM {table} USING SAMPLE 1",
    "PIVOT {table} ON region", "SELECT error('x')", "SELECT uuid(), random()",
    "SELECT " + "(" * 500 + "1" + ")" * 500, "SELECT " + "(" * 50000 + "1" + ")" * 50000,
    "SELECT " + ",".join(["1"] * 5000), "VALUES (1, 'a'), (2, NULL)", "SELECT 'true'::bit, '192.0.2.1'::inet",
    "SELECT unnest([1,2,3])", "SELECT decimal '1.23', 1e400", "FROM range(5) SELECT x := range", "TABLE {table}",
    "SELECT * FROM frame", "SELECT * FROM connection", "SELECT * FROM views", "SELECT query FROM query('SELECT 1')",
    "SELECT * FROM query_table('{table}')",
)  # fmt: skip
BROKEN = (
    "",
    ";",
    "  ",
    "--",
    "/*",
    "SELECT",
    "SELEC 1",
    "SELECT 'a",
    'SELECT "a',
    "\x00",
    "SELECT\x001",
    "\udcff",
    "é",
    "$$",
    "SELECT $1",
    "SELECT ?",
    "SELECT 1;;",
)
TABLES = ("areas", "losses", "places", "fires", "equipment", "nobody")


def statements(root: Path) -> Maker:
    """Inputs of one statement each over one store; afterwards the store and the folders around it are as they were."""
    data = store(root)

    def make(dice: random.Random, folder: Path) -> Input:
        paths = [
            "../../../x.csv",
            "new.csv",
            *map(str, sorted((data / "store").iterdir())),
            "/dev/null",
            "/tmp/x",
        ]
        text = statement(dice, paths)
        options = []
        if dice.random() < 0.5:
            options.append(dice.choice(("--csv", "--json")))
        if dice.random() < 0.2:
            options += dice.choice(
                (
                    ["--rows", "1"],
                    ["--rows", "0"],
                    ["--memory", "1MB"],
                    ["--memory", "50MB"],
                    ["--seconds", "0.001"],
                )
            )
        before = _digests(data)

        def lost(_runs: list[Run]) -> str:
            left = sorted(path.name for path in folder.iterdir())
            return "the store was changed" if _digests(data) != before else f"wrote {left}" if left else ""

        argv = [
            "sql",
            text,
            "--data-dir",
            str(data),
            *(options if "--seconds" in options else ["--seconds", "2", *options]),
        ]
        return Input(ascii(" ".join([text[:300], *options])), [argv], lost=lost)

    return make


def statement(dice: random.Random, paths: list[str]) -> str:
    """A statement that writes, one that reads, a torn or joined one, or none."""

    def fill(template: str) -> str:
        query = dice.choice(READS[:1] * 3 + READS) if "{query}" in template else ""
        query = query.replace("{query}", "SELECT 1")
        text = template.replace("{query}", query)
        return (
            text.replace("{table}", dice.choice(TABLES))
            .replace("{path}", dice.choice(paths))
            .replace("{{", "{")
            .replace("}}", "}")
        )

    way = dice.random()
    if way < 0.35:
        return fill(dice.choice(WRITES))
    if way < 0.7:
        return fill(dice.choice(READS))
    if way < 0.76:
        return dice.choice(BROKEN)
    text = fill(dice.choice((*WRITES, *READS)))
    if way < 0.86:
        return f"{text}; {fill(dice.choice((*WRITES, *READS)))}"
    if way < 0.92:
        return (
            dice.choice(
                (
                    "EXPLAIN ",
                    "EXPLAIN ANALYZE ",
                    "explain (format json) ",
                    "/* */ EXPLAIN\n",
                    "(",
                    "DESCRIBE ",
                )
            )
            + text
        )
    data, _ = mutate.break_bytes(dice, text.encode())
    return data.replace(b"\0", b" ").decode("utf-8", "surrogateescape")


def stores(root: Path) -> Maker:
    """Inputs of one broken file of a store each, through what reads it."""
    data = store(root)
    files = sorted((data / "store").iterdir())

    def make(dice: random.Random, folder: Path) -> Input:
        shutil.copytree(data, folder / "data")
        path = folder / "data" / "store" / dice.choice([file for file in files if file.is_file()]).name
        if dice.random() < 0.4:
            path = folder / "data" / "store" / "manifest.json"
        content = path.read_bytes()
        if dice.random() < 0.08:
            path.unlink()
            change = mutate.Change("gone")
        else:
            way = dice.random()
            if path.name == "manifest.json" and way < 0.6:
                import json

                document, change = mutate.break_document(dice, json.loads(content))
                broken = mutate.filled(dice, json.dumps(document), change.put).encode(
                    "utf-8", "surrogatepass"
                )
            else:
                broken, change = (
                    mutate.dress(dice, content) if way < 0.75 else mutate.break_bytes(dice, content)
                )
            path.write_bytes(broken)
        where = ["--data-dir", "data"]
        (folder / "fires.csv").write_bytes(next(s.data for s in samples() if s.kind == "fires"))
        command = dice.choice(
            (["data", "status"], ["sql", "SELECT count(*) FROM areas"], ["data", "import", "fires.csv"])
        )

        def lost(_runs: list[Run]) -> str:
            ours = path.name.endswith(".parquet") and command[:2] == ["data", "status"]
            changed = ours and (not path.exists() or path.read_bytes() != content)
            return "a table is not what was stored, and status says nothing" if changed else ""

        return Input(f"{path.name}: {change}, {' '.join(command)}", [[*command, *where]], lost=lost)

    return make


def store(root: Path) -> Path:
    """A store with a table of several kinds of evidence."""
    folder = root / "archives"
    folder.mkdir()
    (folder / "oblast.geojson").write_bytes(boundaries())
    for sample in samples():
        if sample.name in (
            "maps.geojson",
            "raw_estimates.csv",
            "russia_losses_equipment.json",
            "cities500.txt",
        ):
            (folder / sample.name).write_bytes(sample.data)
    done = run(["data", "import", "archives", "--data-dir", "data"], root, scratch=root)
    assert done.code == 0, done.err
    return root / "data"


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
