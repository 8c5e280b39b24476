"""Models that break one law each, by slot and law: what the laws must find."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from contactline.choice.slots import Additive
from contactline.core.streams import Streams
from contactline.testing.space import made_space
from contactline.truce.slots import ChallengerDecides, LogitPledge
from contactline.war.slots import ConstantEnding, Logit, Spells


class Paths:
    """A good model of paths about a level, to be broken."""

    id = "broken"
    label = "breaks one law"
    middle, width, forgets = 30.0, 10.0, True

    def fit(self, *given: Any) -> Any:
        return self

    def luck(self, streams: Streams) -> np.random.Generator:
        return streams.rng("broken")

    def predict(self, weeks: int, draws: int, streams: Streams) -> Any:
        return self.middle + self.width * self.luck(streams).random((draws, weeks))


class Transposed(Paths):
    def predict(self, weeks, draws, streams):
        return super().predict(weeks, draws, streams).T


class Negative(Paths):
    middle = -1.0


class Unseeded(Paths):
    def luck(self, streams):
        return np.random.default_rng()


class Global(Paths):
    def predict(self, weeks, draws, streams):
        return self.middle + np.random.random((draws, weeks))  # noqa: NPY002


class Writes(Paths):
    def fit(self, record, *rest):
        getattr(record, "net", record)[0] = 1.0
        return self


class Remembers(Paths):
    calls = 0

    def predict(self, weeks, draws, streams):
        self.calls += 1
        return super().predict(weeks, draws, streams) + self.calls


class OneSize(Paths):
    def predict(self, weeks, draws, streams):
        return super().predict(weeks, max(draws, 10), streams)


class Point(Paths):
    def predict(self, weeks, draws, streams):
        return np.repeat(super().predict(weeks, 1, streams), draws, axis=0)


class Deaf(Paths):
    def luck(self, streams):
        return np.random.default_rng(1)


class Metres(Paths):
    middle = 30e6


class Demanding(Paths):
    def fit(self, record, *rest):
        if len(getattr(record, "net", record)) < 30:
            raise ValueError("too short")
        return self


def paths(level: float) -> dict[str, type]:
    """Broken models of paths about a level."""
    found = {
        "hands_over": Transposed, "same_again": Unseeded, "named_streams": Global, "inputs_kept": Writes,
        "no_memory": Remembers, "any_size": OneSize, "no_point": Point, "seed_counts": Deaf, "unit": Metres,
        "thin_record": Demanding,
    }  # fmt: skip
    return {law: kind if kind is Metres else changed(kind, middle=level) for law, kind in found.items()}


def changed(base: type, **changes: Any) -> type:
    """A class of models with other methods."""
    return type("Broken", (base,), {"id": "broken", "label": "breaks one law", **changes})


@cache
def fitted() -> Any:
    """The spatial models of the invented case, fitted once."""
    return Logit().fit(made_space().record, Streams(7))


class Space:
    """What a model of capture fitted, to be broken."""

    def __init__(self) -> None:
        self.fitted = fitted()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.fitted, name)


def capture(**changes: Any) -> type:
    """A model of capture whose fit has other methods."""
    kind = type("Fit", (Space,), changes)
    return changed(Logit, fit=lambda self, record, streams: kind())


def _noisy_gross(generator: Any) -> Any:
    def gross(self, net, streams):
        captured, recaptured = self.fitted.gross(net, streams)
        more = generator()
        return captured + more, recaptured + more

    return gross


def _writing_plan(self, net, streams):
    net[0] += 1.0
    return self.fitted.plan(net, streams)


def _more_gross(self, net, streams):
    captured, recaptured = self.fitted.gross(net, streams)
    return captured + 1.0, recaptured


def _both_more(self, net, streams):
    captured, recaptured = self.fitted.gross(net, streams)
    return captured + 1.0, recaptured + 1.0


def _lonely_grid(self):
    from dataclasses import replace

    grid = self.fitted.grid()
    return replace(grid, sector=np.full_like(grid.sector, 9))


def _cold_plan(self, net, streams):
    from dataclasses import replace

    plan = self.fitted.plan(net, streams)
    return replace(plan, initial_heat=np.full_like(plan.initial_heat, np.nan))


CAPTURE = {
    "hands_over": capture(gross=lambda self, net, streams: (-np.ones_like(net), np.ones_like(net))),
    "same_again": capture(gross=_noisy_gross(lambda: np.random.default_rng().random())),
    "named_streams": capture(gross=_noisy_gross(np.random.random)),
    "inputs_kept": capture(plan=_writing_plan),
    "km2_kept": capture(gross=_more_gross),
    "one_budget": capture(gross=_both_more),
    "a_graph": capture(grid=_lonely_grid),
    "fought_out": capture(plan=_cold_plan),
}


def _collapse(change: Any) -> type:
    def hazard(self, beliefs, raising):
        return change(Spells.hazard(self, beliefs, raising), beliefs, raising)

    return changed(Spells, hazard=hazard)


def _write_beliefs(found: Any, beliefs: Any, *rest: Any) -> Any:
    beliefs["war.collapse_rate"][0] += 1.0
    beliefs["war.end_rate"][0] += 1.0
    return found


COLLAPSE = {
    "hands_over": _collapse(lambda found, *_: found._replace(rate=-found.rate)),
    "same_again": _collapse(
        lambda found, *_: found._replace(speed=found.speed + np.random.default_rng().random())
    ),
    "named_streams": _collapse(lambda found, *_: found._replace(speed=found.speed + np.random.random())),  # noqa: NPY002
    "inputs_kept": _collapse(_write_beliefs),
    "draw_alone": _collapse(
        lambda found, *_: found._replace(rate=np.full_like(found.rate, found.rate.mean()))
    ),
    "belief_raises": _collapse(lambda found, *_: found._replace(rate=1.0 / (1.0 + found.rate))),
    "weakness_raises": _collapse(lambda found, beliefs, raising: found._replace(raising=1.0 / raising)),
}


def _ending(change: Any) -> type:
    return changed(ConstantEnding, hazard=lambda self, b, n: change(ConstantEnding.hazard(self, b, n), b))


ENDING = {
    "hands_over": _ending(lambda found, _: np.where(found > 0, np.nan, found)),
    "same_again": _ending(lambda found, _: found * np.random.default_rng().random()),
    "named_streams": _ending(lambda found, _: found * np.random.random()),  # noqa: NPY002
    "inputs_kept": _ending(_write_beliefs),
    "draw_alone": _ending(lambda found, _: np.sort(found)),
    "belief_raises": _ending(lambda found, _: 1.0 / (1.0 + found)),
}


def _pledge(change: Any) -> type:
    def paths(self, promise, beliefs, luck):
        return np.clip(change(LogitPledge.paths(self, promise, beliefs, luck), promise), 0.0, 1.0)

    return changed(LogitPledge, paths=paths)


def _write_base(found: Any, promise: Any) -> Any:
    promise.base[0] *= 0.5
    return found


CREDIBILITY = {
    "hands_over": changed(
        LogitPledge, paths=lambda self, p, b, luck: LogitPledge.paths(self, p, b, luck) + 0.9
    ),
    "same_again": _pledge(lambda q, _: q * np.random.default_rng().random()),
    "named_streams": _pledge(lambda q, _: q * np.random.random()),  # noqa: NPY002
    "inputs_kept": _pledge(_write_base),
    "draw_alone": _pledge(lambda q, _: q * q.mean()),
    "nothing_promised": _pledge(lambda q, _: q + 0.1),
    "base_raises": _pledge(lambda q, promise: q * (1.0 - promise.base[:, None])),
}


def _decision(change: Any) -> type:
    def decision(self, terms, beliefs, challenge):
        return change(ChallengerDecides.decision(self, terms, beliefs, challenge), beliefs, challenge)

    return changed(ChallengerDecides, decision=decision)


def _write_gain(found: Any, beliefs: Any, challenge: Any) -> Any:
    challenge.gain[0] += 1.0
    return found


BREAKDOWN = {
    "hands_over": _decision(lambda d, *_: d._replace(accident=d.accident + 1.0)),
    "same_again": _decision(lambda d, *_: d._replace(war=d.war * np.random.default_rng().random())),
    "named_streams": _decision(lambda d, *_: d._replace(war=d.war * np.random.random())),  # noqa: NPY002
    "inputs_kept": _decision(_write_gain),
    "draw_alone": _decision(lambda d, *_: d._replace(war=np.sort(d.war))),
    "mounts": _decision(lambda d, *_: d._replace(war=1e308 * (1.0 + d.war))),
    "deters": _decision(
        lambda d, *_: d._replace(honoured=np.full_like(d.honoured, 3.0), penalty=0.0 * d.penalty)
    ),
    "belief_raises": _decision(lambda d, *_: d._replace(war=1.0 / (1.0 + d.war))),
}


def _values(change: Any) -> type:
    def advantage(self, values, one, other, weights):
        return change(Additive.advantage(self, values, one, other, weights), one, other)

    return changed(Additive, advantage=advantage)


def _write_outcome(found: Any, one: Any, other: Any) -> Any:
    next(iter(one.values()))[0] += 1.0
    return found


VALUES = {
    "hands_over": _values(lambda gain, *_: gain.mean()),
    "same_again": _values(lambda gain, *_: gain * np.random.default_rng().random()),
    "named_streams": _values(lambda gain, *_: gain * np.random.random()),  # noqa: NPY002
    "inputs_kept": _values(_write_outcome),
    "draw_alone": _values(lambda gain, *_: gain - gain.mean()),
    "none_over_itself": _values(lambda gain, *_: gain + 1.0),
    "two_sides": _values(lambda gain, *_: np.maximum(gain, 0.0)),
    "more_is_better": _values(lambda gain, *_: -gain),
    "expected": _values(lambda gain, *_: gain**3),
}

BROKEN = {
    "tempo": paths(30.0),
    "losses": {**paths(7000.0), "hands_over": Negative},
    "capture": CAPTURE,
    "collapse": COLLAPSE,
    "ending": ENDING,
    "credibility": CREDIBILITY,
    "breakdown": BREAKDOWN,
    "values": VALUES,
}
