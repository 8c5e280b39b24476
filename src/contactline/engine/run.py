"""What the makers of tables stand on: a run's case, front, futures, settlements and courses, read as asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from contactline.case.load import LoadedCase
from contactline.case.schema import Case
from contactline.core.graph import Reads, node
from contactline.core.streams import Streams
from contactline.engine.courses import COURSE, FIGHT_ON, Outcomes
from contactline.engine.fits import HEADLINE_FIT, LOSS_FIT, SPACE
from contactline.engine.futures import Futures
from contactline.engine.ground import FRONT, SETTLEMENT, Front, Theatre
from contactline.engine.outlook import Outlook
from contactline.truce.terms import Settlement
from contactline.war.slots import Space


class Run:
    """A run as a node reads it."""

    def __init__(self, reads: Reads) -> None:
        self.reads = reads

    @property
    def case(self) -> Case:
        """The case."""
        case: Case = self.reads["case"]
        return case

    @property
    def loaded(self) -> LoadedCase:
        """The case with its evidence."""
        loaded: LoadedCase = self.reads["loaded"]
        return loaded

    @property
    def streams(self) -> Streams:
        """Named random streams."""
        return Streams(self.reads["seed"])

    @property
    def front(self) -> Front:
        """The front as measured."""
        return self.reads.of(FRONT)

    @property
    def measured(self) -> Front:
        """The front as measured."""
        return self.front

    @property
    def theatre(self) -> Theatre:
        """The ground with the figures that courses start from."""
        return self.front.theatre

    @property
    def spatial(self) -> Space | None:
        """The spatial models; None where the record is too thin."""
        return self.reads.of(SPACE).fitted

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader must know about the fits."""
        return self.reads.of(NOTES)

    @cached_property
    def futures(self) -> Futures:
        """The futures shared by every course."""
        return Futures(self.reads)

    @cached_property
    def outlook(self) -> Outlook:
        """What fighting on brings."""
        return Outlook(self.reads)

    @cached_property
    def settlements(self) -> Mapping[str, Settlement]:
        """Proposal → what it makes of the ground."""
        return {name: self.reads.of(SETTLEMENT(name)) for name in self.reads["proposals"]}

    @cached_property
    def runs(self) -> Mapping[str, Outcomes]:
        """Course, fight_on first → outcome → ndarray[draw]."""
        return CourseRuns(self.reads)


class CourseRuns(Mapping[str, Outcomes]):
    """Outcomes of every course; what is asked for is read then."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    def __getitem__(self, course: str) -> Outcomes:
        if course not in tuple(self):
            raise KeyError(course)
        return self._reads.of(COURSE(course))

    def __iter__(self) -> Iterator[str]:
        return iter((FIGHT_ON, *self._reads["proposals"]))

    def __len__(self) -> int:
        return 1 + len(self._reads["proposals"])


@node("fits")
def FITS(reads: Reads) -> bool:
    """Whether the fits of the run are there: tempo and losses."""
    reads.of(HEADLINE_FIT)
    reads.of(LOSS_FIT)
    return True


@node("notes")
def NOTES(reads: Reads) -> tuple[str, ...]:
    """What the reader must know about the fits."""
    return (*reads.of(HEADLINE_FIT).warnings(), *reads.of(SPACE).notes)


@node("focus")
def FOCUS(reads: Reads) -> str:
    """The first proposal that asks the defender to leave land, else the first."""
    proposals: tuple[str, ...] = reads["proposals"]
    return next((name for name in proposals if reads.of(SETTLEMENT(name)).given_up.any()), proposals[0])
