"""Named random streams under one seed.

Each uncertainty owns a stream, named for what it draws ("war.tempo", "truce.breakdown"). A stream depends
on the seed and on its name alone, so one more draw in one stream moves nothing in another, and a run is
the same whatever the order or number of threads.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from contactline.core.errors import InputError


@dataclass(frozen=True)
class Streams:
    """A family of independent generators: `Streams(7).rng("war.tempo")`.

    `seed` is a whole number from 0 to 2^63 - 1, as files of results can hold (0 is a seed like any other). Raises
    InputError for anything else.
    """

    seed: int

    def __post_init__(self) -> None:
        if (
            isinstance(self.seed, bool)
            or not isinstance(self.seed, int | np.integer)
            or not 0 <= self.seed < 2**63
        ):
            raise InputError(f"seed: got {self.seed!r}; allowed is a whole number from 0 to {2**63 - 1}.")

    def rng(self, name: str, *keys: int) -> np.random.Generator:
        """A fresh generator at the start of stream `name`; `keys` (e.g. a chunk number) split it further."""
        digest = hashlib.sha256(name.encode()).digest()
        words = [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4)]
        sequence = np.random.SeedSequence(entropy=int(self.seed), spawn_key=(*words, *keys))
        return np.random.Generator(np.random.PCG64DXSM(sequence))
