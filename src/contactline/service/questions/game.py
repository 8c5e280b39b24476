"""The game of a settlement, solved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from contactline.choice.efg import check_efg_path, write_efg
from contactline.core.frame import Tables, made
from contactline.service.question import Asked, Question
from contactline.topics.bargain.make.game import endings_over_weights, play
from contactline.topics.bargain.make.tables import game_tables
from contactline.topics.bargain.schema import GAME_WEIGHTS

Rate = Annotated[float, Field(gt=0, le=1)]


@dataclass(frozen=True)
class Solved:
    """A solved game: `tables` game, equilibria, game_values and game_weights; `written` where a file was asked for."""

    title: str
    notes: tuple[str, ...]
    tables: Tables
    written: Path | None


class Game(Question[Solved]):
    """Offer, answer, honour or break, act or abandon: all equilibria found of the game over the scenario's proposals.

    proposer : who puts the offers; threat : support path it may turn to; discount : actor → what a year later is worth
    today, above 0 to 1; each by default the case's. efg : an .efg file that the game is written to, for Gambit
    """

    proposer: str | None = None
    threat: str | None = None
    discount: dict[str, Rate] = Field(default_factory=dict)
    efg: Path | None = None

    def answer(self, asked: Asked) -> Solved:
        """Raises UnknownNameError for unknown names, FitError where too few truces break to value a breach."""
        if self.efg is not None:
            check_efg_path(self.efg)
        ready = asked.ready()
        with asked.stages.stage("solve the game"):
            played = play(ready, proposer=self.proposer, discount=self.discount, threat=self.threat)
        if self.efg is not None:
            write_efg(played.game, self.efg)
        asked.notes.extend(played.solution.notes)
        tables = game_tables(played) | made({GAME_WEIGHTS: endings_over_weights(played, ready.streams)})
        return Solved(played.game.title, tuple(played.solution.notes), tables, self.efg)
