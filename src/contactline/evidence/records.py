"""The records of a control archive, one day each: folder, tar archive or unified file behind one iterator."""

from __future__ import annotations

import lzma
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from contactline.core.errors import EvidenceError
from contactline.core.progress import Tick
from contactline.evidence.days import check_day
from contactline.evidence.geojson import Bounds, Polygons, polygons_of, read_features
from contactline.evidence.inputs import LimitedStream, check_size, read_input, unpacking
from contactline.evidence.rings import RingCache

DAILY_NAME = re.compile(r"^deepstatemap_data_(.*)\.geojson$")
TAR_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2")
UNIFIED_ENDINGS = (".geojson", ".geojson.gz", ".json", ".json.gz")
WANTED = "a DeepState archive"

_DAY = re.compile(r"\d{4}(-?)\d\d\1\d\d(T.*)?", re.ASCII)

Record = tuple[date, Polygons, str]


def control_records(path: Path, bounds: Bounds | None, tick: Tick) -> Iterator[Record]:
    """(day, polygons, source) of every record, in the archive's order. Raises EvidenceError."""
    name = path.name.lower()
    if path.is_dir():
        return _daily(_folder_files(path, tick), bounds)
    if not path.exists():
        raise EvidenceError(f"{path}: there is no such file or folder; give {WANTED}.")
    if name.endswith(TAR_ENDINGS):
        return _daily(_tar_files(path, tick), bounds)
    if DAILY_NAME.match(path.name):
        return _daily(iter([(str(path), read_input(path, WANTED))]), bounds)
    if name.endswith(UNIFIED_ENDINGS):
        return _unified(path, bounds, tick)
    raise EvidenceError(
        f"{path}: not a control archive; allowed are deepstatemap_data_YYYYMMDD.geojson, a folder of such files, "
        f"a tar archive ({', '.join(TAR_ENDINGS)}) or a unified file ({', '.join(UNIFIED_ENDINGS)})."
    )


def parse_archive_day(text: Any, where: str) -> date:
    """A day from YYYYMMDD, YYYY-MM-DD or an ISO time stamp. Raises EvidenceError, for a day out of range too."""
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        day = datetime.fromisoformat(text).date()
    except (TypeError, ValueError):
        raise EvidenceError(
            f"{where}: date {_short(text)} cannot be read; allowed is YYYYMMDD or YYYY-MM-DD."
        ) from None
    return check_day(day, where)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _folder_files(path: Path, tick: Tick) -> Iterator[tuple[str, bytes]]:
    files = sorted(p for p in path.rglob("*.geojson") if DAILY_NAME.match(p.name) and not p.is_dir())
    if not files:
        raise EvidenceError(
            f"{path}: the folder holds no file named deepstatemap_data_YYYYMMDD.geojson; "
            "give the folder of the archive's daily files."
        )
    for number, file in enumerate(files):
        tick(number / len(files))
        yield str(file), read_input(file)


def holds_daily_files(path: Path) -> bool:
    """Whether a tar archive holds a daily file, looked for up to the first. Raises EvidenceError for a broken one."""
    with _opened(path) as (tar, _reader, _raw):
        return any(DAILY_NAME.match(Path(member.name).name) for member in tar)


def _tar_files(path: Path, tick: Tick) -> Iterator[tuple[str, bytes]]:
    found, size = 0, path.stat().st_size or 1
    with _opened(path) as (tar, reader, raw):
        for member in tar:
            if member.isdir() or not DAILY_NAME.match(Path(member.name).name):
                continue
            where = f"{path}:{member.name}"
            if not member.isfile() or member.issparse():
                raise EvidenceError(
                    f"{where}: is a link or a special file of the archive; allowed are plain files. Put a copy of "
                    "the file in its place."
                )
            check_size(member.size, where)
            body = tar.extractfile(member)
            found += 1
            tick(raw.tell() / size)
            yield where, body.read() if body else b""
        while reader.read(1 << 20):
            pass
        if reader.tail != bytes(len(reader.tail)) or len(reader.tail) < TAR_END_BYTES:
            raise tarfile.ReadError(f"after {found} records the end-of-archive mark is missing")
    if not found:
        raise EvidenceError(
            f"{path}: the archive holds no file named deepstatemap_data_YYYYMMDD.geojson; "
            "give the archive of the daily files."
        )


TAR_END_BYTES = 1024
"""A whole tar ends in two blocks of zeros; tarfile takes a file cut between two members for a whole one."""


@contextmanager
def _opened(path: Path) -> Iterator[tuple[tarfile.TarFile, LimitedStream, Any]]:
    """A tar archive as a stream of members, with its bytes unpacked and packed; never unpacked to disk."""
    count = 0
    try:
        with path.open("rb") as raw, unpacking(path, raw) as stream:
            reader = LimitedStream(stream, path, TAR_END_BYTES)
            try:
                with tarfile.open(fileobj=reader, mode="r|") as tar:  # type: ignore[call-overload]
                    yield tar, reader, raw
            finally:
                count = reader.count
    except (tarfile.TarError, EOFError, OSError, ValueError, lzma.LZMAError, zlib.error) as error:
        raise EvidenceError(
            f"{path}: the archive is cut off or damaged after {count:,} unpacked bytes ({error}). Fetch it again."
        ) from None


def _daily(files: Iterator[tuple[str, bytes]], bounds: Bounds | None) -> Iterator[Record]:
    cache = RingCache()
    for name, data in files:
        stamp = DAILY_NAME.match(re.split(r"[/:]", name)[-1])
        day = parse_archive_day(stamp.group(1) if stamp else None, name)
        features = read_features(data, name, cache)
        polygons: Polygons = ()
        for number, feature in enumerate(features):
            where = name if len(features) == 1 else f"{name}, feature {number}"
            polygons += polygons_of(feature, where, bounds, cache)
        yield day, polygons, name


def _unified(path: Path, bounds: Bounds | None, tick: Tick) -> Iterator[Record]:
    cache = RingCache()
    features = read_features(read_input(path, WANTED), str(path), cache)
    last: date | None = None
    for number, feature in enumerate(features):
        where = f"{path}, feature {number}"
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict) or "date" not in properties:
            raise EvidenceError(
                f"{where}: has no property 'date'; allowed is a day as YYYY-MM-DD or YYYYMMDD."
            )
        day = parse_archive_day(properties["date"], where)
        if last is not None and day < last:
            raise EvidenceError(
                f"{where}: date {day} comes after {last}; records must stand in order of date. "
                "Sort the file by date."
            )
        last = day
        tick(number / len(features))
        yield day, polygons_of(feature, f"{where} ({day})", bounds, cache), where
