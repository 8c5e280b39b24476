"""The records of a control archive, one day each: folder, tar archive or unified file behind one iterator."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from contactline.core.errors import EvidenceError
from contactline.core.progress import Tick
from contactline.evidence.geojson import Bounds, Polygons, polygons_of, read_features
from contactline.evidence.rings import RingCache

DAILY_NAME = re.compile(r"^deepstatemap_data_(.*)\.geojson$")
TAR_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2")
UNIFIED_ENDINGS = (".geojson", ".geojson.gz")

Record = tuple[date, Polygons, str]


def control_records(path: Path, bounds: Bounds | None, tick: Tick) -> Iterator[Record]:
    """(day, polygons, source) of every record, in the archive's order. Raises EvidenceError."""
    if path.is_dir():
        return _daily(_folder_files(path, tick), bounds)
    if not path.exists():
        raise EvidenceError(f"{path}: there is no such file or folder; give a DeepState archive.")
    if path.name.endswith(TAR_ENDINGS):
        return _daily(_tar_members(path, tick), bounds)
    if DAILY_NAME.match(path.name):
        return _daily(iter([(str(path), path.read_bytes())]), bounds)
    if path.name.endswith(UNIFIED_ENDINGS):
        return _unified(path, bounds, tick)
    raise EvidenceError(
        f"{path}: not a control archive; allowed are deepstatemap_data_YYYYMMDD.geojson, a folder of such files, "
        f"a tar archive ({', '.join(TAR_ENDINGS)}) or a unified file ({', '.join(UNIFIED_ENDINGS)})."
    )


def parse_archive_day(text: Any, where: str) -> date:
    """A day from YYYYMMDD, YYYY-MM-DD or an ISO time stamp at midnight. Raises EvidenceError."""
    try:
        stamp = datetime.fromisoformat(text)
        return stamp.date()
    except (TypeError, ValueError):
        raise EvidenceError(
            f"{where}: date {text!r} cannot be read; allowed is YYYYMMDD or YYYY-MM-DD."
        ) from None


def _folder_files(path: Path, tick: Tick) -> Iterator[tuple[str, bytes]]:
    files = sorted(p for p in path.rglob("*.geojson") if DAILY_NAME.match(p.name))
    if not files:
        raise EvidenceError(
            f"{path}: the folder holds no file named deepstatemap_data_YYYYMMDD.geojson; "
            "give the folder of the archive's daily files."
        )
    for number, file in enumerate(files):
        tick(number / len(files))
        yield str(file), file.read_bytes()


def _tar_members(path: Path, tick: Tick) -> Iterator[tuple[str, bytes]]:
    found = 0
    try:
        with path.open("rb") as raw, _unpacked(path, raw) as stream:
            size, reader = path.stat().st_size or 1, _Tail(stream)
            with tarfile.open(fileobj=reader, mode="r|") as tar:  # type: ignore[call-overload]
                for member in tar:
                    if not member.isfile() or not DAILY_NAME.match(Path(member.name).name):
                        continue
                    body = tar.extractfile(member)
                    found += 1
                    tick(raw.tell() / size)
                    yield f"{path}:{member.name}", body.read() if body else b""
            while reader.read(1 << 20):
                pass
            if reader.tail != bytes(len(reader.tail)) or len(reader.tail) < TAR_END_BYTES:
                raise tarfile.ReadError("the end-of-archive mark is missing")
    except (tarfile.TarError, EOFError, OSError, lzma.LZMAError, zlib.error) as error:
        raise EvidenceError(
            f"{path}: the archive is cut off or damaged after {found} records ({error}). Fetch it again."
        ) from None
    if not found:
        raise EvidenceError(
            f"{path}: the archive holds no file named deepstatemap_data_YYYYMMDD.geojson; "
            "give the archive of the daily files."
        )


TAR_END_BYTES = 1024
"""A whole tar ends in two blocks of zeros; tarfile takes a file cut between two members for a whole one."""


class _Tail:
    """A stream that remembers the last bytes read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.tail = stream, b""

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(size)
        self.tail = (self.tail + data[-TAR_END_BYTES:])[-TAR_END_BYTES:]
        return data


def _unpacked(path: Path, raw: IO[bytes]) -> IO[bytes]:
    if path.name.endswith(("gz", "tgz")):
        return gzip.open(raw)  # type: ignore[return-value]
    if path.name.endswith(("xz", "txz")):
        return lzma.open(raw)
    return bz2.open(raw) if path.name.endswith("bz2") else io.BufferedReader(raw)  # type: ignore


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
    features = read_features(read_maybe_gzip(path), str(path), cache)
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


def read_maybe_gzip(path: Path) -> bytes:
    """The bytes of a file, unpacked if its name ends in .gz. Raises EvidenceError if the stream is cut."""
    data = path.read_bytes()
    if not path.name.endswith(".gz"):
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise EvidenceError(
            f"{path}: the gzip stream is cut off or damaged ({error}). Fetch it again."
        ) from None
