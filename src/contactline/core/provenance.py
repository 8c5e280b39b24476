"""Where a table came from; travels with it into the store, the case and the report."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Provenance:
    """Source, URL, licence, day of retrieval (ISO) and SHA-256 of the bytes a table was read from."""

    source: str
    url: str
    licence: str
    retrieved: str
    sha256: str
    note: str = ""

    def as_dict(self) -> dict[str, str]:
        """Plain strings, for JSON and Parquet metadata."""
        return asdict(self)
