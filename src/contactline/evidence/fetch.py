"""Downloads of the public sources: resumed after a break, checked, and placed whole or not at all.

A download collects in `NAME.partial`; only a complete and checked file takes its place. `NAME.partial.json`
remembers which version the server was sending, so that a later run goes on only if it still is the same.
"""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from contactline.core.errors import FetchError, InputError
from contactline.core.files import sha256_of, write_text
from contactline.core.locks import locked
from contactline.core.progress import Tick, no_tick
from contactline.evidence.sources import (
    FETCHED,
    FILES,
    SIDECAR,
    SOURCES,
    RemoteFile,
    read_record,
    read_sidecar,
    source_named,
)

ATTEMPTS = 5
CONNECT_ATTEMPTS = 3
BACKOFF_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
LOCK_SECONDS = 600.0
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Download:
    """A file that was fetched: where it lies, its digest and size (bytes), how many bytes an earlier try had
    left, and whether the server said that the copy already here is current."""

    path: Path
    sha256: str
    size: int
    resumed_from: int
    unchanged: bool


class _Again(Exception):
    """A try that failed in a way that another may not; carries how long the server asked to wait."""

    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.wait = wait


def files_of(sources: Iterable[str] = ()) -> list[RemoteFile]:
    """The files of the sources named, or of all. Raises UnknownNameError, and InputError for one fetched by hand."""
    wanted = [source_named(name).id for name in sources]
    for source in (SOURCES[name] for name in wanted if name not in FETCHED):
        raise InputError(
            f"source {source.id!r} has no file of a lasting address; download it by hand from {source.url} and use "
            f"`contactline data import PATH`. Fetched are {', '.join(FETCHED)}."
        )
    return [file for file in FILES if not wanted or file.source in wanted]


def fetch(
    file: RemoteFile,
    folder: Path,
    *,
    tick: Tick = no_tick,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], None] = time.sleep,
) -> Download:
    """Download one file into `folder`, with a sidecar of its URL, day of retrieval, digest and ETag.

    A failed try is repeated with growing waits and goes on where it stopped, if the server can. The digest
    is compared with `file.sha256` and with the server's Repr-Digest where given.

    Raises FetchError if the file is not there (404 and the like), stays out of reach, or is not what its
    digest says; a file fetched earlier then stays as it was. Raises StoreError if another process fetches
    the same file for ten minutes.
    """
    target = folder / file.name
    try:
        with (
            locked(folder / f".{file.name}.lock", LOCK_SECONDS),
            httpx.Client(timeout=TIMEOUT, follow_redirects=True, headers=_HEADERS) as client,
        ):
            _check_ours(target)
            had = _size(_partial(target))
            for attempt in range(1, attempts + 1):
                try:
                    return _try(client, file, target, had, tick)
                except (_Again, httpx.RequestError) as error:
                    if attempt >= (min(attempts, CONNECT_ATTEMPTS) if _offline(error) else attempts):
                        raise FetchError(_gave_up(file, error, attempt)) from None
                    asked = error.wait if isinstance(error, _Again) else 0.0
                    sleep(min(max(BACKOFF_SECONDS * 2 ** (attempt - 1), asked), LONGEST_WAIT_SECONDS))
    except OSError as error:
        raise FetchError(
            f"{target}: cannot be written ({error}). Free some space or choose another folder with --data-dir."
        ) from None
    raise AssertionError("the loop returns or raises")


_HEADERS = {"Accept-Encoding": "identity", "User-Agent": "contactline (data fetch)"}


def _offline(error: Exception) -> bool:
    return isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _partial(target: Path) -> Path:
    return target.with_name(target.name + ".partial")


def _version(target: Path) -> Path:
    return target.with_name(target.name + ".partial.json")


def _try(client: httpx.Client, file: RemoteFile, target: Path, had: int, tick: Tick) -> Download:
    """One try. Raises _Again or httpx.RequestError where another may help, FetchError where not."""
    start, headers = _resume(file, target)
    if not start and target.is_file() and read_sidecar(target).get("url") == file.url:
        recorded = read_sidecar(target)
        if recorded.get("etag") and recorded.get("sha256") == sha256_of(target):
            headers = {"If-None-Match": recorded["etag"]}
    with client.stream("GET", file.url, headers=headers) as response:
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return Download(target, sha256_of(target), target.stat().st_size, 0, True)
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE and start:
            _forget(target)
            raise _Again("the server does not know the part that is already here")
        _check_status(file, response)
        if response.status_code != httpx.codes.PARTIAL_CONTENT:
            start = 0
        elif not response.headers.get("content-range", "").startswith(f"bytes {start}-"):
            _forget(target)
            raise _Again("the server sent another part than was asked for")
        digest = _announced_digest(response)
        _receive(file, response, target, start, tick)
        etag = response.headers.get("etag", "")
    return _place(file, target, digest, etag, had)


def _check_ours(target: Path) -> None:
    """Raise FetchError where a file that we did not fetch, or that was changed since, would be written over.

    A file that was placed by a run killed before it could be recorded is ours, and is recorded now.
    """
    if not target.exists():
        return
    digest = sha256_of(target) if target.is_file() else ""
    placing = read_record(_version(target))
    if digest and placing.get("placing") == digest:
        _record(target, placing.get("url", ""), digest, "")
    elif not digest or read_sidecar(target).get("sha256") != digest:
        raise FetchError(
            f"{target}: lies there already and is not as `contactline data fetch` brought it. Move it away to fetch "
            "it, or import it as it is with `contactline data import`."
        )


def _record(target: Path, url: str, digest: str, etag: str) -> None:
    """Write the sidecar of a file that was fetched today."""
    retrieved = datetime.now(UTC).date().isoformat()
    record = {"url": url, "retrieved": retrieved, "sha256": digest, "etag": etag}
    write_text(target.with_name(target.name + SIDECAR), json.dumps(record, indent=1) + "\n")


def _resume(file: RemoteFile, target: Path) -> tuple[int, dict[str, str]]:
    """Bytes already here of the version that `If-Range` names, and the headers that ask for the rest."""
    version, start = read_record(_version(target)), _size(_partial(target))
    validator = version.get("validator", "")
    if not start or version.get("url") != file.url or not (validator.isascii() and validator.isprintable()):
        validator = ""  # nothing usable was left behind: start at the first byte
    return (start, {"Range": f"bytes={start}-", "If-Range": validator}) if validator else (0, {})


def _check_status(file: RemoteFile, response: httpx.Response) -> None:
    status = response.status_code
    if status in TRY_AGAIN:
        asked = response.headers.get("retry-after", "")
        raise _Again(f"the server answered {status}", float(asked) if asked.isdigit() else 0.0)
    if status not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
        raise FetchError(
            f"{file.url}: the server answered {status} {response.reason_phrase}. The file may have moved: look at "
            f"{source_named(file.source).url} and import a copy by hand with `contactline data import PATH`."
        )


def _receive(file: RemoteFile, response: httpx.Response, target: Path, start: int, tick: Tick) -> None:
    """Write the body behind the first `start` bytes of the partial file; short bodies raise."""
    if not start:
        etag = response.headers.get("etag", "")
        # Only a strong validator promises the same bytes; a date does where there is none.
        strong = etag if etag and not etag.startswith("W/") else ""
        validator = strong or ("" if etag else response.headers.get("last-modified", ""))
        _partial(target).unlink(missing_ok=True)
        encoded = response.headers.get("content-encoding", "identity") != "identity"
        kept = {"url": file.url, "validator": "" if encoded else validator}
        write_text(_version(target), json.dumps(kept))
    expected = start + int(response.headers.get("content-length", 0))
    with _partial(target).open("ab" if start else "wb") as out:
        for chunk in response.iter_bytes():
            out.write(chunk)
            if expected > start:
                tick(out.tell() / expected)
        out.flush()
        os.fsync(out.fileno())


def _announced_digest(response: httpx.Response) -> str:
    """Hex SHA-256 of the whole file from the Repr-Digest header (RFC 9530), or empty."""
    for part in response.headers.get("repr-digest", "").split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "sha-256":
            try:
                return base64.b64decode(value.strip(":"), validate=True).hex()
            except ValueError:
                return ""
    return ""


def _place(file: RemoteFile, target: Path, announced: str, etag: str, had: int) -> Download:
    digest = sha256_of(_partial(target))
    for expected, who in ((file.sha256, "expected"), (announced, "announced by the server")):
        if expected and expected.lower() != digest:
            _forget(target)
            raise FetchError(
                f"{file.url}: the file's SHA-256 is {digest}; {who} was {expected.lower()}. It was thrown away; "
                "fetch again, and if this repeats do not trust the source."
            )
    size = _partial(target).stat().st_size
    # Until the record is written, the digest that is being placed says that the file is ours.
    write_text(_version(target), json.dumps({"url": file.url, "validator": "", "placing": digest}))
    _partial(target).replace(target)
    _record(target, file.url, digest, etag)
    _version(target).unlink(missing_ok=True)
    return Download(target, digest, size, had, False)


def _forget(target: Path) -> None:
    _partial(target).unlink(missing_ok=True)
    _version(target).unlink(missing_ok=True)


def _gave_up(file: RemoteFile, error: Exception, attempts: int) -> str:
    host = httpx.URL(file.url).host
    if _offline(error):
        return (
            f"{host} cannot be reached ({error}): there seems to be no network. Everything but fetching works "
            "without one; fetch later, or copy the file here by other means and use `contactline data import PATH`."
        )
    return (
        f"{file.url}: gave up after {attempts} tries ({error or type(error).__name__}). What arrived is kept; run "
        "the same command again to go on from there."
    )
