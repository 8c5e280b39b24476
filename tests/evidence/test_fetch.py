"""Downloads from a real server on this machine that breaks off, ignores ranges, answers errors, or lies."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from contactline.core.errors import FetchError, InputError, UnknownNameError
from contactline.evidence.fetch import Download, fetch, files_of
from contactline.evidence.sources import FETCHED, FILES, SOURCES, RemoteFile, provenance_of, read_sidecar

BODY = bytes(range(256)) * 2000
DIGEST = hashlib.sha256(BODY).hexdigest()


@dataclass
class Behaviour:
    """What the server does: body and ETag, where it breaks off, whether it knows ranges, errors first."""

    body: bytes = BODY
    etag: str = '"one"'
    modified: str = ""
    break_after: int = 0
    breaks: int = 0
    ranges: bool = True
    errors: list[int] = field(default_factory=list)
    digest: str = ""
    pause: float = 0.0
    requests: list[dict[str, str]] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    behaviour: Behaviour

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        plan = self.behaviour
        plan.requests.append({name.lower(): value for name, value in self.headers.items()})
        if plan.errors:
            self.send_response(plan.errors.pop(0))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if plan.etag and self.headers.get("If-None-Match") == plan.etag:
            self.send_response(304)
            self.end_headers()
            return
        start = self._start(plan)
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(plan.body) - 1}/{len(plan.body)}")
        for name, value in (
            ("ETag", plan.etag),
            ("Last-Modified", plan.modified),
            ("Repr-Digest", plan.digest),
        ):
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(plan.body) - start))
        self.end_headers()
        rest = plan.body[start:]
        if plan.breaks:
            plan.breaks -= 1
            rest = rest[: plan.break_after]
        for begin in range(0, len(rest), 1 << 14):
            self.wfile.write(rest[begin : begin + (1 << 14)])
            time.sleep(plan.pause)

    def _start(self, plan: Behaviour) -> int:
        wanted = self.headers.get("Range", "")
        valid = self.headers.get("If-Range") in (plan.etag, plan.modified)
        return int(wanted.removeprefix("bytes=").rstrip("-")) if plan.ranges and wanted and valid else 0


@pytest.fixture
def served() -> Iterator[tuple[Behaviour, RemoteFile]]:
    behaviour = Behaviour()
    handler = type("PlannedHandler", (Handler,), {"behaviour": behaviour})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield (
        behaviour,
        RemoteFile("economist", "data.bin", f"http://127.0.0.1:{server.server_port}/data%20file.bin"),
    )
    server.shutdown()
    server.server_close()


def get(file: RemoteFile, folder: Path, **options: object) -> Download:
    return fetch(file, folder, sleep=lambda _seconds: None, **options)  # type: ignore[arg-type]


def test_a_file_arrives_whole_with_its_provenance(
    served: tuple[Behaviour, RemoteFile], tmp_path: Path
) -> None:
    _plan, file = served
    shares: list[float] = []
    done = get(file, tmp_path / "new", tick=shares.append)
    assert done.path.read_bytes() == BODY
    assert (done.sha256, done.size, done.resumed_from, done.unchanged) == (DIGEST, len(BODY), 0, False)
    assert shares == sorted(shares) and shares[-1] == 1.0
    provenance = provenance_of(done.path, "economist")
    assert (provenance.url, provenance.sha256) == (file.url, DIGEST)
    assert len(provenance.retrieved) == 10 and provenance.licence == "MIT"
    assert not list(done.path.parent.glob("*.partial*"))
    done.path.write_bytes(BODY + b"changed by hand")
    assert provenance_of(done.path, "economist").retrieved == "", (
        "a record that no longer fits claims nothing"
    )


def test_a_broken_connection_is_resumed_where_it_stopped(
    served: tuple[Behaviour, RemoteFile], tmp_path: Path
) -> None:
    plan, file = served
    plan.breaks, plan.break_after = 2, 200_000
    done = get(file, tmp_path)
    assert done.path.read_bytes() == BODY
    assert [request.get("range") for request in plan.requests] == [None, "bytes=200000-", "bytes=400000-"]
    assert plan.requests[1]["if-range"] == '"one"'


def test_a_later_run_goes_on_and_a_changed_file_starts_over(
    served: tuple[Behaviour, RemoteFile], tmp_path: Path
) -> None:
    plan, file = served
    plan.breaks, plan.break_after = 9, 1000
    with pytest.raises(
        FetchError, match=r"gave up after 2 tries .*What arrived is kept; run the same command again"
    ):
        get(file, tmp_path, attempts=2)
    assert not (tmp_path / "data.bin").exists() and (tmp_path / "data.bin.partial").stat().st_size == 2000
    plan.breaks, plan.body, plan.etag = 0, BODY[::-1], '"two"'
    done = get(file, tmp_path)
    assert done.path.read_bytes() == BODY[::-1], "no mixture of two versions"
    assert done.resumed_from == 2000 or plan.requests[-1]["range"] == "bytes=2000-"


def test_a_date_serves_to_resume_where_there_is_no_etag_and_a_weak_etag_does_not(
    served: tuple[Behaviour, RemoteFile], tmp_path: Path
) -> None:
    plan, file = served
    plan.etag, plan.modified = "", "Mon, 01 Dec 2025 00:00:00 GMT"
    plan.breaks, plan.break_after = 1, 1000
    assert get(file, tmp_path / "date").path.read_bytes() == BODY
    assert plan.requests[-1]["if-range"] == plan.modified
    plan.etag, plan.breaks = 'W/"weak"', 1
    assert get(file, tmp_path / "weak").path.read_bytes() == BODY
    assert "range" not in plan.requests[-1]


def test_a_server_that_ignores_ranges_is_read_from_the_start(
    served: tuple[Behaviour, RemoteFile], tmp_path: Path
) -> None:
    plan, file = served
    plan.ranges, plan.breaks, plan.break_after = False, 1, 1000
    assert get(file, tmp_path).path.read_bytes() == BODY
    assert plan.requests[-1]["range"] == "bytes=1000-"


def test_errors_that_pass_are_tried_again_and_a_missing_file_is_not(
    served: tuple[Behaviour, RemoteFile], tmp_path: Path
) -> None:
    plan, file = served
    plan.errors = [500, 503, 429]
    assert get(file, tmp_path).path.read_bytes() == BODY
    plan.errors = [404]
    with pytest.raises(
        FetchError, match=r"answered 404 Not Found. The file may have moved: look at https://github"
    ):
        get(file, tmp_path / "other")
    assert not plan.errors and len(plan.requests) == 5
    plan.errors = [500] * 9
    with pytest.raises(FetchError, match=r"gave up after 3 tries \(the server answered 500\)"):
        get(file, tmp_path / "third", attempts=3)


def test_waits_grow_from_try_to_try(served: tuple[Behaviour, RemoteFile], tmp_path: Path) -> None:
    plan, file = served
    plan.errors = [500, 500, 500]
    waits: list[float] = []
    fetch(file, tmp_path, sleep=waits.append)
    assert waits == [0.5, 1.0, 2.0]


def fetched_before(path: Path, data: bytes) -> None:
    """A file as an earlier fetch leaves it, with its record."""
    path.write_bytes(data)
    record = {"url": "", "retrieved": "2025-01-01", "sha256": hashlib.sha256(data).hexdigest(), "etag": ""}
    path.with_name(path.name + ".provenance.json").write_text(json.dumps(record))


def test_a_file_that_was_not_fetched_is_not_written_over(
    served: tuple[Behaviour, RemoteFile], tmp_path: Path
) -> None:
    _, file = served
    own = tmp_path / "data.bin"
    own.write_bytes(b"the user's own")
    with pytest.raises(FetchError, match="is not as `contactline data fetch` brought it"):
        get(file, tmp_path)
    assert own.read_bytes() == b"the user's own"
    fetched_before(own, b"old")
    own.write_bytes(b"changed since")
    with pytest.raises(FetchError, match="Move it away to fetch it"):
        get(file, tmp_path)
    fetched_before(own, b"old")
    get(file, tmp_path)
    assert own.read_bytes() != b"old"
    # Killed between placing a file and recording it: the digest being placed says that it is ours.
    sidecar = tmp_path / "data.bin.provenance.json"
    sidecar.unlink()
    placing = json.dumps({"placing": hashlib.sha256(own.read_bytes()).hexdigest()})
    (tmp_path / "data.bin.partial.json").write_text(placing)
    get(file, tmp_path)
    assert sidecar.is_file() and not (tmp_path / "data.bin.partial.json").exists()


@pytest.mark.parametrize("who", ["expected", "announced by the server"])
def test_a_wrong_digest_throws_the_file_away_and_keeps_the_old_one(
    served: tuple[Behaviour, RemoteFile], tmp_path: Path, who: str
) -> None:
    plan, file = served
    fetched_before(tmp_path / "data.bin", b"old")
    other = hashlib.sha256(b"other").digest()
    if who == "expected":
        file = RemoteFile(file.source, file.name, file.url, sha256=other.hex())
    else:
        plan.digest = f"sha-256=:{base64.b64encode(other).decode()}:"
    with pytest.raises(FetchError) as caught:
        get(file, tmp_path)
    for words in (DIGEST, other.hex(), who, "thrown away"):
        assert words in str(caught.value)
    assert (tmp_path / "data.bin").read_bytes() == b"old" and not list(tmp_path.glob("*.partial*"))


def test_right_digests_pass(served: tuple[Behaviour, RemoteFile], tmp_path: Path) -> None:
    plan, file = served
    plan.digest = f"sha-256=:{base64.b64encode(hashlib.sha256(BODY).digest()).decode()}:"
    assert get(RemoteFile(file.source, file.name, file.url, sha256=DIGEST.upper()), tmp_path).sha256 == DIGEST


def test_a_current_copy_is_not_downloaded_again(served: tuple[Behaviour, RemoteFile], tmp_path: Path) -> None:
    plan, file = served
    get(file, tmp_path)
    again = get(file, tmp_path)
    assert again.unchanged and plan.requests[-1]["if-none-match"] == '"one"'
    plan.body, plan.etag = b"new", '"new"'
    assert get(file, tmp_path).path.read_bytes() == b"new"
    assert read_sidecar(tmp_path / "data.bin")["etag"] == '"new"'


def test_no_network_is_said_plainly(tmp_path: Path) -> None:
    closed = RemoteFile("economist", "data.bin", "http://127.0.0.1:1/data.bin")
    with pytest.raises(FetchError) as caught:
        get(closed, tmp_path)
    assert "there seems to be no network. Everything but fetching works without one" in str(caught.value)
    assert "contactline data import PATH" in str(caught.value)


FETCHER = """
import sys
from pathlib import Path
from contactline.evidence.fetch import fetch
from contactline.evidence.sources import RemoteFile
print("ready", flush=True)
fetch(RemoteFile("economist", "data.bin", sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_killed_fetch_leaves_no_half_file_and_the_next_one_goes_on(
    served: tuple[Behaviour, RemoteFile], tmp_path: Path
) -> None:
    plan, file = served
    plan.pause = 0.05
    command = [sys.executable, "-c", FETCHER, file.url, str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    partial = tmp_path / "data.bin.partial"
    deadline = time.monotonic() + 20
    while (not partial.exists() or partial.stat().st_size < 1 << 16) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "data.bin").exists() and 0 < partial.stat().st_size < len(BODY)
    plan.pause = 0.0
    done = get(file, tmp_path)
    assert done.path.read_bytes() == BODY and done.resumed_from > 0
    assert plan.requests[-1]["range"] == f"bytes={done.resumed_from}-"


def test_registry_is_whole() -> None:
    assert {file.source for file in FILES} == set(FETCHED) <= set(SOURCES)
    assert all(file.url.startswith("https://") and " " not in file.url and file.note for file in FILES)
    assert all(
        source.licence and source.attribution and source.url.startswith("https://")
        for source in SOURCES.values()
    )
    assert [file.name for file in files_of(["deepstate"])] == ["deepstate-map-data.geojson.gz"]
    assert files_of() == list(FILES)
    with pytest.raises(UnknownNameError, match="unknown source 'deepstat': did you mean deepstate"):
        files_of(["deepstat"])
    with pytest.raises(
        InputError, match="'kiel' has no file of a lasting address; download it by hand from https"
    ):
        files_of(["kiel"])
