"""Fits kept between runs: the same record, seed and version need not be fitted twice.

A cached fit holds the very numbers of the fit, so results are the same bytes with the cache and without. A file that
cannot be read or written is treated as absent: the fit is then computed, and only time is lost.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from pathlib import Path

import numpy as np

from contactline.core.files import atomic_path
from contactline.core.version import VERSION
from contactline.war.climatology import Climatology
from contactline.war.forecast import Forecast
from contactline.war.importance import Posterior
from contactline.war.level import LevelFit, level_priors
from contactline.war.losses import LossFit, loss_priors
from contactline.war.record import TempoRecord
from contactline.war.tempo import TempoFit, tempo_priors

KEPT = 20
"""Fits kept; the oldest go first. One takes about 4 MB."""

_NAME = re.compile(r"[0-9a-f]{64}\.npz")


def fit_key(record: TempoRecord, series: str, claims: np.ndarray, seed: int) -> str:
    """What a fit depends on, as a hex digest: record, headline map, claims (ndarray[week], losses), seed and
    version."""
    whole = hashlib.sha256(f"{VERSION} {seed} {series} {record.maps}".encode())
    for part in (record.ends.astype(np.int64), record.net, claims):
        whole.update(np.ascontiguousarray(part).tobytes())
    whole.update(code_digest())
    return whole.hexdigest()


def load_fit(
    folder: Path, key: str, record: TempoRecord, series: str, claims: np.ndarray
) -> tuple[Forecast, LossFit] | None:
    """The fit kept under `key`, or None; claims : ndarray[week], losses."""
    try:
        with np.load(folder / f"{key}.npz", allow_pickle=False) as kept:
            maps = record.maps
            tempo = TempoFit(maps, _posterior(kept, "tempo", tempo_priors(maps)), kept["tempo.filtered"])
            level = LevelFit(maps, _posterior(kept, "level", level_priors(maps)), kept["level.filtered"])
            losses = LossFit(_posterior(kept, "losses", loss_priors(claims)), float(kept["losses.last"]))
            climatology = Climatology(kept["past"], float(kept["factor"]))
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return None
    return Forecast(tempo, level, climatology, series), losses


def keep_fit(folder: Path, key: str, forecast: Forecast, losses: LossFit) -> None:
    """Keep a fit under `key` and drop the oldest ones."""
    arrays: dict[str, np.ndarray] = {
        "past": forecast.climatology.past,
        "factor": np.array(forecast.climatology.factor),
    }
    for name, posterior in (
        ("tempo", forecast.tempo.posterior),
        ("level", forecast.level.posterior),
        ("losses", losses.posterior),
    ):
        arrays[f"{name}.working"] = posterior.working
        arrays[f"{name}.weight"] = posterior.weight
        arrays[f"{name}.log_likelihood"] = posterior.log_likelihood
    arrays["tempo.filtered"], arrays["level.filtered"] = forecast.tempo.filtered, forecast.level.filtered
    arrays["losses.last"] = np.array(losses.last)
    try:
        with atomic_path(folder / f"{key}.npz") as path, path.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        drop_oldest(folder)
    except OSError:
        return


def drop_oldest(folder: Path) -> None:
    """Remove all but the latest KEPT fits; a file without the name of a fit is not ours and stays."""
    ours = [path for path in folder.glob("*.npz") if _NAME.fullmatch(path.name)]
    for old in sorted(ours, key=lambda path: path.stat().st_mtime)[:-KEPT]:
        old.unlink(missing_ok=True)


def _posterior(kept: np.lib.npyio.NpzFile, name: str, parameters: list) -> Posterior:
    return Posterior(
        tuple(parameters), kept[f"{name}.working"], kept[f"{name}.weight"], kept[f"{name}.log_likelihood"]
    )


def code_digest() -> bytes:
    """Digest of all code of this folder: no list of files can forget the one that a fit came to depend on."""
    whole = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.digest()
