"""The claims of a debate beside the figures they are about, and what a claim can be about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contactline.case.check_claims import read_text
from contactline.case.quantities import FAMILIES, KINDS, quantity_names
from contactline.case.schema import Case
from contactline.choice.claims import VERDICTS
from contactline.core.errors import InputError
from contactline.core.frame import Tables
from contactline.service.question import Asked, Question
from contactline.service.questions.assessed import Assess
from contactline.service.runs import saved_run
from contactline.topics.claims.make.claims import claims_tables

__all__ = ["VERDICTS", "Checked", "Claims", "Listed", "Quantities"]


@dataclass(frozen=True)
class Checked:
    """Claims with verdict, reason and sources (`tables` claims and claim_tests), and the case they are about."""

    case: Case
    tables: Tables


class Claims(Question[Checked]):
    """Claims against measured and simulated quantities: supported, contested, not supported, not testable.

    text : YAML file of claims instead of the case's own; run : folder of a saved run, else the scenario is assessed
    Asked with a run and no scenario, the claims are those of the run's case as it was.
    """

    text: Path | None = None
    run: Path | None = None

    def answer(self, asked: Asked) -> Checked:
        """Raises InputError where there are no claims, and where the run is of another case."""
        # The text is read before any simulation, so that a slip in it costs no minute.
        about = asked.loaded.case if asked.named or self.run is None else None
        saved = saved_run(self.run, about.id if about else None) if self.run is not None else None
        case = about or (saved.case if saved else asked.loaded.case)
        if self.text is not None:
            case = read_text(case, self.text)
        if not case.claims:
            raise InputError(
                f"case {case.id!r} holds no claims. Add them to claims.yaml or give --text FILE; see docs/claims.md."
            )
        result = saved or Assess().answer(asked)
        return Checked(case, claims_tables(case, result.tables, result.ensemble))


@dataclass(frozen=True)
class Listed:
    """What a claim can be about: families of quantities, what each kind means, and every name in the case."""

    case: str
    families: tuple[dict[str, str], ...]
    kinds: Mapping[str, str]
    names: list[str]


class Quantities(Question[Listed]):
    """What a claim on the case can be about."""

    def answer(self, asked: Asked) -> Listed:
        """Read off the case; nothing is simulated."""
        families = tuple(
            {"template": f.template, "meaning": f.meaning, "unit": f.unit, "kind": f.kind} for f in FAMILIES
        )
        return Listed(asked.loaded.case.id, families, KINDS, quantity_names(asked.loaded.case))
