"""The main job: a case in, an assessment out; and its outcomes alone."""

from __future__ import annotations

import xarray as xr

from contactline.service.assemble import assembled
from contactline.service.question import Asked, Question
from contactline.service.session import check_horizon
from contactline.topics.assessment import Assessment
from contactline.topics.choice.make.courses import ENSEMBLE


class Assess(Question[Assessment]):
    """What fighting on can achieve, what each proposal changes, whether a truce holds, and which beliefs decide."""

    def answer(self, asked: Asked) -> Assessment:
        """Everything that a report needs. Raises InputError for a horizon under five years, of which it speaks."""
        check_horizon(asked.scenario.weeks)
        found = assembled(asked.ready(), asked.scenario, asked.stages)
        asked.notes.extend(found.run.notes)
        return found


class Simulate(Question[xr.Dataset]):
    """Outcomes of fighting on, and of accepting each proposal, on the same futures.

    The answer holds every outcome[course, draw], gain[model, draw, week] and belief[name, set].
    """

    def answer(self, asked: Asked) -> xr.Dataset:
        """The same numbers as those of an assessment of the scenario."""
        run = asked.ready()
        found = run.reads.of(ENSEMBLE)
        asked.notes.extend(run.notes)
        return found
