"""Saved runs: one as it was saved, two beside each other."""

from __future__ import annotations

from pathlib import Path

from contactline.service.assemble import told_apart
from contactline.service.compare import Comparison, compare
from contactline.service.question import Asked, Question
from contactline.service.runs import saved_run
from contactline.service.session import check_horizon
from contactline.topics.assessment import Assessment


class Saved(Question[Assessment]):
    """An assessment that was saved, as it was; of the scenario's case where the asker names one."""

    run: Path

    def answer(self, asked: Asked) -> Assessment:
        """Raises InputError where the folder holds none, and where it is one of another case."""
        import contactline.topics.contents  # noqa: F401 (so that a notebook tells the assessment; it draws charts)

        return saved_run(self.run, asked.loaded.case.id if asked.named else None)


class Compare(Question[Comparison]):
    """What moved from one saved run to another of the same case, largest first."""

    before: Path
    after: Path

    def answer(self, asked: Asked) -> Comparison:
        """Raises InputError where a folder holds no run, and for runs of different cases."""
        return compare(self.before, self.after)


class Against(Question[Comparison]):
    """What moved from a saved run to the scenario, of which only as much is worked out as the two are compared by."""

    run: Path

    def answer(self, asked: Asked) -> Comparison:
        """Raises InputError where the folder holds no run of the case, and for a horizon under five years."""
        check_horizon(asked.scenario.weeks)
        former = saved_run(self.run, asked.loaded.case.id)
        return compare(former, told_apart(asked.ready(), asked.scenario, asked.stages))
