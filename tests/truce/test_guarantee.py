"""Credibility of a guarantee: closed forms, and laws that no choice of beliefs may break."""

from __future__ import annotations

from datetime import date
from itertools import pairwise, product

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.special import expit, logit

from contactline.case.check_pledges import with_records
from contactline.case.load import load_case
from contactline.case.pledges import Guarantee, PledgeRecord, PoliticalEvent
from contactline.core.dates import WEEKS_PER_YEAR
from contactline.core.errors import UnknownNameError
from contactline.core.streams import Streams
from contactline.engine.support_paths import Asked
from contactline.truce.calendar import PledgeLuck, crisis_weeks, survives
from contactline.truce.guarantee import (
    BELIEFS,
    PARTS,
    Promise,
    PromiseLuck,
    base_credibility,
    credibility_paths,
    draw_pledge_luck,
    enough_act,
    signature_chance,
    study_draws,
)
from contactline.truce.honouring import honour_record

AS_OF = date(2025, 1, 5)
DRAWS, WEEKS = 400, 260
STILL = {name: 0.0 for name in BELIEFS} | {"truce.crisis_weeks": 30.0, "truce.crisis_market_weeks": 60.0}
"""Beliefs under which nothing moves a base."""


def guarantee(**changes: object) -> Guarantee:
    record = {
        "id": "g", "name": "G", "guarantors": ["a"], "form": "executive", "troops": False, "discretion": False,
        "credibility": {"kind": "beta", "mean": 0.5, "weight": 20}, "sources": ["s"],
    }  # fmt: skip
    return Guarantee.model_validate(record | changes)


def event(day: str, **changes: object) -> PoliticalEvent:
    record = {"id": "e" + day.replace("-", ""), "guarantor": "a", "seat": "crown", "day": day, "what": "vote",
              "sources": ["s"]}  # fmt: skip
    return PoliticalEvent.model_validate(record | changes)


def beliefs(**values: float) -> dict[str, np.ndarray]:
    named = {f"truce.{name}": value for name, value in values.items()}
    assert all(name in STILL or name.startswith("truce.restraint_shift") for name in named)
    return {name: np.full(DRAWS, value) for name, value in (STILL | named).items()}


def luck(events: int = 4, seed: int = 3) -> PledgeLuck:
    rng = np.random.default_rng(seed)
    return PledgeLuck(
        rng.random((DRAWS, events)), rng.standard_normal((DRAWS, events)), rng.exponential(size=DRAWS),
        np.full(DRAWS, -0.5),
    )  # fmt: skip


CRISIS_LUCK = np.random.default_rng(8).random((DRAWS, WEEKS))
BASE = np.random.default_rng(9).uniform(0.05, 0.95, DRAWS)


def paths(held: Guarantee | None, base: np.ndarray = BASE, drawn: PledgeLuck | None = None, **kwargs: object):
    given = {name: kwargs.pop(name) for name in ("signed", "ceded") if name in kwargs}
    parts = kwargs.pop("parts", PARTS)
    promise = Promise(held, base, AS_OF, **given)
    return credibility_paths(promise, beliefs(**kwargs), PromiseLuck(CRISIS_LUCK, drawn), parts)


def test_a_base_that_nothing_moves_stays():
    assert paths(guarantee()) == pytest.approx(np.tile(BASE[:, None], WEEKS))


def test_every_guarantor_reads_its_own_restraint():
    q = paths(guarantee(), **{"restraint_shift": -1.0, "restraint_shift.b": 2.0})
    assert q[:, 0] == pytest.approx(expit(logit(BASE) - 1.0))
    q = paths(guarantee(guarantors=["b"]), **{"restraint_shift": -1.0, "restraint_shift.b": 2.0})
    assert q[:, 0] == pytest.approx(expit(logit(BASE) + 2.0))


def test_discretion_counts_only_where_the_text_gives_it():
    assert paths(guarantee(), discretion_shift=-0.7)[:, 9] == pytest.approx(BASE)
    moved = paths(guarantee(discretion=True), discretion_shift=-0.7)[:, 9]
    assert moved == pytest.approx(expit(logit(BASE) - 0.7))


def test_a_successor_moves_the_stance_either_way_and_the_next_one_replaces_it():
    record = PledgeRecord(calendar=(event("2026-01-05"), event("2027-01-05", id="next")))
    held, drawn = guarantee().judged_by(record), luck()
    q = paths(held, drawn=drawn, term_shift=-0.3, successor_spread=0.8)
    first, second = (int(np.ceil((day - AS_OF).days / 7)) for day in (date(2026, 1, 5), date(2027, 1, 5)))
    assert q[:, first - 1] == pytest.approx(BASE)
    for week, column in ((first, 0), (second - 1, 0), (second, 1), (WEEKS - 1, 1)):
        expected = expit(logit(BASE) - 0.3 + 0.8 * drawn.stance[:, column])
        assert q[:, week] == pytest.approx(expected)
    assert (q[:, first] > BASE).any() and (q[:, first] < BASE).any()


def test_without_a_change_of_government_nothing_moves():
    never = guarantee().judged_by(PledgeRecord(calendar=(event("2026-01-05", chance=0.0),)))
    assert paths(never, drawn=luck(), term_shift=-2.0) == pytest.approx(np.tile(BASE[:, None], WEEKS))


def test_seats_weigh_their_share_and_others_calendars_do_not_count():
    record = PledgeRecord(
        calendar=(
            event("2026-01-05", weight=0.25),
            event("2026-02-02", id="other", guarantor="b"),
            event("2026-03-02", id="house", seat="house", weight=0.5),
        )
    )
    q = paths(guarantee().judged_by(record), term_shift=-1.0)
    assert q[:, 54] == pytest.approx(expit(logit(BASE) - 0.25))
    assert q[:, -1] == pytest.approx(expit(logit(BASE) - 0.75))


def test_a_treaty_lets_through_a_share_of_the_turnover():
    record = PledgeRecord(calendar=(event("2026-01-05"),))
    q = paths(guarantee(form="treaty").judged_by(record), term_shift=-1.0, treaty_turnover=0.25)
    assert q[:, -1] == pytest.approx(expit(logit(BASE) - 0.25))


def test_a_term_that_the_guarantee_names_itself_still_counts():
    q = paths(guarantee(term_ends="2025-07-06", years=1), term_shift=-2.0)
    assert q[:, :26] == pytest.approx(np.tile(BASE[:, None], 26))
    assert q[:, 30] == pytest.approx(expit(logit(BASE) - 2.0))
    assert np.all(q[:, 53:] == 0.0)


def test_crises_take_their_share_of_time_and_weigh_on_those_weeks_alone():
    rate = np.full(4000, 0.5)
    drawn = np.random.default_rng(2).random((4000, 1000))
    arrival = 1 - np.exp(-0.5 / WEEKS_PER_YEAR)
    low, high = crisis_weeks(rate, 26.0, drawn), crisis_weeks(rate, 26.0, drawn, upper=True)
    for running in (low, high):
        assert running[:, 300:].mean() == pytest.approx(arrival / (arrival + 1 / 26), abs=0.01)
    both = (low & high)[:, 300:].mean()
    assert both == pytest.approx(low[:, 300:].mean() * high[:, 300:].mean(), abs=0.005)
    q = paths(guarantee(), crisis_rate=1.0, crisis_shift=-1.0)
    running = crisis_weeks(np.full(DRAWS, 1.0), 30.0, CRISIS_LUCK)
    assert np.where(running, np.nan, q)[~running] == pytest.approx(np.tile(BASE[:, None], WEEKS)[~running])
    assert np.all(q[running] < np.tile(BASE[:, None], WEEKS)[running])


def test_forfeiture_is_exponential_final_and_never_later_at_a_higher_rate():
    clause = guarantee(revoked_by=["an attack"])
    drawn = luck()
    slow = paths(clause, drawn=drawn, forfeit_rate=0.1, forfeit_reading=0.5)
    fast = paths(clause, drawn=drawn, forfeit_rate=0.4, forfeit_reading=0.5)
    expected = paths(clause, forfeit_rate=0.4, forfeit_reading=0.5)
    assert np.all(fast <= slow) and np.all(np.diff((fast > 0).astype(int), axis=1) <= 0)
    assert expected[:, 100] == pytest.approx(BASE * np.exp(-0.2 * 100 / WEEKS_PER_YEAR))
    many = PledgeLuck(np.empty((20_000, 0)), np.empty((20_000, 0)), np.random.default_rng(4).exponential(size=20_000),
                      np.zeros(20_000))  # fmt: skip
    alive = survives(np.full(20_000, 0.2), many, WEEKS).mean(axis=0)
    assert alive == pytest.approx(np.exp(-0.2 * np.arange(WEEKS) / WEEKS_PER_YEAR), abs=0.01)
    assert paths(guarantee(), drawn=drawn, forfeit_rate=9.0, forfeit_reading=1.0) == pytest.approx(
        np.tile(BASE[:, None], WEEKS)
    )  # nothing revokes it


def test_years_and_forfeiture_count_from_the_signature():
    held = guarantee(years=1, revoked_by=["an attack"])
    q = paths(held, forfeit_rate=0.5, forfeit_reading=1.0, signed=100)
    assert q[:, 100] == pytest.approx(BASE)
    assert q[:, 120] == pytest.approx(BASE * np.exp(-0.5 * 20 / WEEKS_PER_YEAR))
    assert np.all(q[:, 153:] == 0.0)


def test_a_more_credible_base_never_lowers_q():
    record = PledgeRecord(calendar=(event("2026-01-05"), event("2028-01-05", id="b", guarantor="b")))
    for enough in ("any", "all"):
        held = guarantee(guarantors=["a", "b"], enough=enough, revoked_by=["x"], discretion=True).judged_by(
            record
        )
        kwargs = dict(
            term_shift=-0.4, successor_spread=1.0, crisis_rate=0.4, crisis_shift=-0.6, forfeit_rate=0.1,
            forfeit_reading=0.5, coalition_together=0.4, restraint_shift=-0.6,
        )  # fmt: skip
        runs = [
            paths(held, base=np.full(DRAWS, p), drawn=luck(), **kwargs) for p in np.linspace(0.05, 0.95, 7)
        ]
        assert all(np.all(above >= below) for below, above in pairwise(runs))


def members(seed: int = 5, count: int = 4) -> list[np.ndarray]:
    return list(np.random.default_rng(seed).random((count, DRAWS, 3)))


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_independent_guarantors_act_as_the_sum_over_who_acts(count: int):
    given = members()
    brute = sum(
        np.prod([q if acts else 1 - q for q, acts in zip(given, who, strict=True)], axis=0)
        for who in product((0, 1), repeat=4)
        if sum(who) >= count
    )
    assert enough_act(given, count, beliefs(coalition_together=0.0)) == pytest.approx(brute)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_guarantors_as_one_act_as_the_needed_th_best(count: int):
    found = enough_act(members(), count, beliefs(coalition_together=1.0))
    assert found == pytest.approx(np.sort(np.stack(members()), axis=0)[4 - count])


def test_any_is_never_below_the_best_member_nor_all_above_the_worst():
    for together in (0.0, 0.3, 1.0):
        drawn = beliefs(coalition_together=together)
        assert np.all(enough_act(members(), 1, drawn) >= np.max(members(), axis=0) - 1e-12)
        assert np.all(enough_act(members(), 4, drawn) <= np.min(members(), axis=0) + 1e-12)


def test_deciding_together_lowers_any_and_raises_all():
    apart, one = beliefs(coalition_together=0.0), beliefs(coalition_together=1.0)
    assert np.all(enough_act(members(), 1, one) <= enough_act(members(), 1, apart))
    assert np.all(enough_act(members(), 4, one) >= enough_act(members(), 4, apart))


def test_cession_counts_where_the_terms_cede_and_the_luck_carries_it():
    assert paths(guarantee(), drawn=luck(), ceded=True)[:, 0] == pytest.approx(expit(logit(BASE) - 0.5))
    assert paths(guarantee(), drawn=luck())[:, 0] == pytest.approx(BASE)


def test_parts_left_out_do_not_count():
    held = guarantee(discretion=True, revoked_by=["x"]).judged_by(
        PledgeRecord(calendar=(event("2025-06-01"),))
    )
    moved = dict(restraint_shift=-0.5, discretion_shift=-0.5, term_shift=-0.5, crisis_rate=2.0, crisis_shift=-0.5,
                 forfeit_rate=0.5, forfeit_reading=1.0)  # fmt: skip
    assert paths(held, parts=(), **moved) == pytest.approx(np.tile(BASE[:, None], WEEKS))
    means = [paths(held, parts=PARTS[:i], **moved).mean() for i in range(len(PARTS) + 1)]
    assert all(after < before for before, after in pairwise(means))


def test_no_guarantee_is_never_honoured():
    assert not base_credibility(None, 10, Streams(0)).any()
    assert not base_credibility(guarantee(form="none"), 10, Streams(0)).any()
    assert not paths(None).any()


def judged(**changes: object) -> Guarantee:
    return guarantee(credibility=None, **changes).judged_by(PledgeRecord())


def test_a_treaty_without_more_takes_the_promises_of_the_past_as_they_are():
    base = base_credibility(judged(form="treaty"), 3000, Streams(1))
    study, rate = study_draws(judged().record, 3000, Streams(1))
    assert base == pytest.approx(expit(rate))
    assert np.array_equal(np.bincount(study), [1000, 1000, 1000])
    alone = honour_record().draws(True, True, 3000, Streams(1).rng("truce.study"))
    assert base == pytest.approx(expit(alone))


def test_the_era_of_the_case_decides_which_promises_count():
    early = PledgeRecord(post_1945=False)
    before, since = (study_draws(record, 3000, Streams(1))[1] for record in (early, PledgeRecord()))
    assert np.median(before) > np.median(since) + 1.0
    for day, late in (("2024-06-30", True), ("1918-03-20", False)):
        case = load_case("borderland").case.model_copy(update={"as_of": date.fromisoformat(day)})
        assert with_records(case).guarantees[0].record.post_1945 is late


def test_all_guarantees_of_a_draw_share_one_view_of_the_past():
    one = base_credibility(judged(form="treaty"), 500, Streams(1))
    other = base_credibility(judged(form="treaty", id="h"), 500, Streams(1))
    assert np.array_equal(one, other)
    assert not np.array_equal(one, base_credibility(judged(form="treaty"), 500, Streams(2)))


def test_a_belief_that_was_not_drawn_is_named():
    drawn = {name: column for name, column in beliefs().items() if name != "truce.crisis_market_rate"}
    with pytest.raises(UnknownNameError, match=r"unknown belief 'truce\.crisis_market_rate'"):
        credibility_paths(Promise(guarantee(), BASE, AS_OF), drawn, PromiseLuck(CRISIS_LUCK))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"guarantors": []}, "at least 1"),
        ({"guarantors": ["a", "a"]}, "one stands twice"),
        ({"enough": 3, "guarantors": ["a", "b"]}, "got 3 of 2 guarantors; allowed is any, all or 1 to 2"),
        ({"form": "none", "troops": True}, "contradict each other"),
    ],
)
def test_contradictions_within_a_guarantee_are_errors(changes: dict, message: str):
    with pytest.raises(ValidationError, match=message):
        guarantee(**changes)


def test_the_built_in_cases_name_every_belief_and_luck_does_not_move_with_the_number_of_sets():
    for name in ("ukraine_2025", "borderland"):
        case = load_case(name).case
        assert set(BELIEFS) <= {belief.name for belief in case.beliefs}
        assert all(held.record.analogues for held in case.guarantees)
    few, many = (draw_pledge_luck(case, sets, 10, Streams(3)) for sets in (5, 20))
    assert np.array_equal(few.forfeit, many.forfeit[:50])
    assert np.array_equal(few.stance, many.stance[:50])


@pytest.mark.parametrize("held", load_case("ukraine_2025").case.guarantees, ids=lambda held: held.id)
def test_what_a_guarantee_is_said_to_read_is_what_moves_it(held: Guarantee):
    """Each belief moved by itself: the path changes if and only if it was read."""
    case = load_case("ukraine_2025").case
    names = [b.name for b in case.beliefs if b.name in BELIEFS or b.name.startswith("truce.restraint_shift")]
    plain = {name: np.full(DRAWS, 0.4) for name in names} | {
        "truce.crisis_weeks": np.full(DRAWS, 30.0), "truce.crisis_market_weeks": np.full(DRAWS, 60.0)
    }  # fmt: skip
    drawn = draw_pledge_luck(case, 40, 10, Streams(0))

    def path(beliefs: dict[str, np.ndarray]) -> np.ndarray:
        return credibility_paths(Promise(held, BASE, case.as_of), beliefs, PromiseLuck(CRISIS_LUCK, drawn))

    start = path(plain)
    moving = {name for name in names if not np.array_equal(path(plain | {name: plain[name] * 1.5}), start)}
    asked = Asked(plain)
    path(asked)
    assert moving == asked.asked


@pytest.mark.parametrize("enough", ["any", "all"])
def test_a_chance_stated_at_signature_is_what_the_guarantor_acts_with(enough: str):
    """0.6 stays 0.6 whatever restraint, discretion and cession: they are in the number already."""
    drawn = draw_pledge_luck(load_case("ukraine_2025").case, 40, 10, Streams(0))
    known = beliefs(**{"restraint_shift": -1.0, "restraint_shift.b": 2.0, "discretion_shift": -0.7})
    for names in (["a"], ["a", "b"], ["a", "b", "c"]):
        held = guarantee(guarantors=names, enough=enough, discretion=True)
        promise = Promise(held, np.full(DRAWS, 0.6), AS_OF, at_signature=True, ceded=True)
        q = credibility_paths(promise, known, PromiseLuck(CRISIS_LUCK, drawn), ())
        assert q == pytest.approx(np.full((DRAWS, WEEKS), 0.6), abs=1e-9)


def test_the_chance_at_signature_is_the_path_without_what_time_brings():
    known = beliefs(**{"restraint_shift": -1.0, "restraint_shift.b": 2.0, "discretion_shift": -0.7})
    for names in (["a"], ["a", "b"]):
        held = guarantee(guarantors=names, discretion=True)
        promise, luck = Promise(held, BASE, AS_OF), PromiseLuck(CRISIS_LUCK)
        still = credibility_paths(promise, known, luck, ("restraint", "discretion"))
        chance = signature_chance(BASE, known, held, None, False)
        assert chance == pytest.approx(still[:, 0], abs=1e-12)
        stated = Promise(held, chance, AS_OF, at_signature=True)
        again = credibility_paths(stated, known, luck, ("crises",))
        whole = credibility_paths(promise, known, luck, ("restraint", "discretion", "crises"))
        assert again == pytest.approx(whole, abs=1e-9)
