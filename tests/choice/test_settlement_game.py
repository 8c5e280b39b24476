"""The game of a settlement and the bargaining range on simulated courses: identities, thresholds, and refusals."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from contactline.choice.equilibria import solve
from contactline.choice.lines import family_of_lines
from contactline.choice.settlement_game import (
    ABANDON,
    ACT,
    BREAK,
    CUT,
    HONOUR,
    KEEP,
    LIMITED,
    MAXIMAL,
    REFUSE,
    Offer,
    Seats,
    Threat,
    settlement_game,
)  # fmt: skip
from contactline.choice.verdict import advantage, default_values
from contactline.choice.worth import discounted, first_sets, worth
from contactline.core.errors import FitError, InputError, UnknownNameError
from contactline.core.streams import Streams
from contactline.engine.courses import accept, fight_on
from contactline.topics.bargain.make.game import endings_over_weights, play
from contactline.topics.bargain.make.lines import SHARES, range_tables
from contactline.topics.bargain.make.tables import game_tables, outcome_classes

from . import small


@pytest.fixture(scope="module")
def world():
    return small.world()


def run_of(world, **changes):
    """A run as makers read it, from `small.world()`."""
    case, theatre, settlements, futures = world
    read = {
        "case": case, "front": SimpleNamespace(theatre=theatre, ground=theatre.ground), "streams": Streams(0),
        "outlook": SimpleNamespace(futures=futures), "settlements": {s.proposal.id: s for s in settlements.values()},
    }  # fmt: skip
    return SimpleNamespace(**(read | changes))


SEATS = Seats({"p": "Proposer", "d": "Defender", "c": "Challenger"}, "p", "d", "c")


def pays(p: float = 0.0, d: float = 0.0, c: float = 0.0):
    return {kind: {"p": p, "d": d, "c": c} for kind in (LIMITED, MAXIMAL)}


def tiny(
    resolute: float = 0.0,
    *,
    broken_acted: float = -2.0,
    honoured_d: float = 4.0,
    threat=None,
    maximal: float = 0.5,
):
    """Honouring is worth 1 to the challenger, breaking 3 if nobody acts; the guarantor acts if it means it."""
    offer = Offer(
        "o", "Offer", pays(3, honoured_d, 1), pays(0, -3, 3), pays(1, 0, broken_acted), "p", resolute, 2.0
    )  # fmt: skip
    return settlement_game("tiny", SEATS, [offer], maximal, Threat(threat) if threat else None)


def does(one, infoset: str) -> str:
    odds = one.strategy[infoset]
    return max(odds, key=odds.__getitem__)


def test_the_truce_is_broken_exactly_when_the_guarantor_is_not_resolute_enough():
    """Breaking pays 3(1−q) − 2q against 1 for honouring: even at q = 0.4, in closed form."""
    for q, way, answer in ((0.39, BREAK, "reject"), (0.41, HONOUR, "accept")):
        found = solve(tiny(q)).equilibria
        assert {does(one, f"o: {LIMITED}") for one in found} == {way}
        assert {does(one, "o: answer") for one in found} == {answer}
        assert {does(one, "o: resolute") for one in found} == {ACT}
        assert {does(one, "o: reluctant") for one in found} == {ABANDON}
        assert all(one.sequential for one in found)


def test_at_the_threshold_both_ways_are_equilibria_and_both_are_listed():
    found = solve(tiny(0.4)).equilibria
    assert {does(one, f"o: {MAXIMAL}") for one in found if one.pure} == {BREAK, HONOUR}
    ends = outcome_classes(SimpleNamespace(game=tiny(0.4), solution=solve(tiny(0.4))))
    assert len(set(ends)) > 1


def test_a_challenger_who_loses_by_every_signature_does_not_sign():
    offer = Offer("o", "Offer", pays(3, 4, -1), pays(0, 2, -2), pays(0, 2, -2))
    game = settlement_game("no signature", SEATS, [offer], 0.3)
    assert {does(one, f"o: {kind}") for one in solve(game).equilibria for kind in (LIMITED, MAXIMAL)} == {
        REFUSE
    }


def test_a_threat_works_if_it_is_in_the_proposers_interest_and_not_otherwise():
    """Without a threat the defender rejects peace at −0.5; a credible cut that costs it 2 makes it accept."""
    for own, after, answer in ((0.5, CUT, "accept"), (-0.5, KEEP, "reject")):
        found = solve(tiny(0.9, honoured_d=-0.5, threat={"p": own, "d": -2.0, "c": 1.0})).equilibria
        assert {does(one, "o: rejected") for one in found} == {after}
        assert {does(one, "o: answer") for one in found} == {answer}


def test_no_offers_are_refused():
    with pytest.raises(InputError, match="no offers"):
        settlement_game("x", Seats({"p": "P"}, "p", "p", "p"), [], 0.5)


def test_lines_are_nested_and_run_from_the_present_one_to_the_whole_region(world):
    case, theatre, _, _ = world
    here, region = theatre.ground, theatre.main_region
    free = (here.holder == 0) & (here.region == region)
    for order in ("nearest_first", "belt_last"):
        lines = family_of_lines(case, here, region, SHARES, order)
        given = [line.given_up for line in lines]
        assert not given[0].any() and (given[-1] == free).all()
        assert all((a <= b).all() for a, b in pairwise(given))
        for share, line in zip(SHARES, lines, strict=True):
            assert here.km2[line.given_up].sum() <= share * here.km2[free].sum() * (1 + 1e-9)
            assert (line.ground_after.holder == np.where(line.given_up, 1, here.holder)).all()
            assert not line.imposed
    belt = free & (here.belt != "")
    assert belt.any()
    half = family_of_lines(case, here, region, [0.5], "belt_last")[0]
    left_open = free & ~half.given_up & (here.belt == "")
    assert not (half.given_up & belt).any() or not left_open.any()


@pytest.mark.parametrize(
    ("region", "shares", "order", "error", "said"),
    [
        (
            "nowhere",
            [0.0],
            "nearest_first",
            UnknownNameError,
            "unknown region of the family of lines 'nowhere'",
        ),
        (None, [], "nearest_first", InputError, "allowed are one or more"),
        (None, [0.0, 1.5], "nearest_first", InputError, "numbers from 0 to 1"),
        (None, [0.0], "belt_first", UnknownNameError, "did you mean belt_last"),
    ],
)
def test_families_that_cannot_be_are_refused_in_words(world, region, shares, order, error, said):
    case, theatre, _, _ = world
    with pytest.raises(error, match=said):
        family_of_lines(case, theatre.ground, region or theatre.main_region, shares, order)


def test_a_region_without_free_ground_has_no_lines(world):
    case, theatre, _, _ = world
    held = theatre.ground.with_holder(np.ones(len(theatre.ground.cell)))
    with pytest.raises(InputError, match="holds nothing of region"):
        family_of_lines(case, held, theatre.main_region, SHARES)


def test_worth_is_the_verdicts_advantage_at_middle_weights(world):
    case, theatre, settlements, futures = world
    run, fought = accept(case, theatre, settlements["handover"], futures), fight_on(case, theatre, futures)
    for values in case.values:
        own = futures.set_mean(worth(values, run) - worth(values, fought))
        assert own == pytest.approx(advantage(values, run, fought, futures, Streams(0), middle=True))


def test_the_first_sets_live_the_same_lives_as_in_the_whole_run(world):
    case, theatre, settlements, futures = world
    few = first_sets(futures, 4)
    whole = accept(case, theatre, settlements["handover"], futures)
    part = accept(case, theatre, settlements["handover"], few)
    assert few.draws == 4 * futures.draws // futures.sets
    for name, values in part.items():
        assert values == pytest.approx(whole[name][: few.draws]), name
    with pytest.raises(InputError, match="from 1 up"):
        first_sets(futures, 0)


def test_present_values_in_closed_form():
    early, whole = np.array([10.0, 10.0]), np.array([10.0, 2.0])
    assert discounted(early, whole, np.array([1.0, 0.5]), 1.0, 5.0) == pytest.approx(whole)
    factor = (1 - 0.9**5) / (5 * -np.log(0.9))
    (steady, broken) = discounted(early, whole, np.array([1.0, 0.5]), 0.9, 5.0)
    assert steady == pytest.approx(10 * factor)
    first, later = 5 * (1 - 0.9**2.5) / (2.5 * -np.log(0.9)), -3 * (0.9**2.5 - 0.9**5) / (2.5 * -np.log(0.9))
    assert broken == pytest.approx(first + later)
    assert broken > 2.0 * factor  # what comes early counts for more, what is lost late for less
    with pytest.raises(InputError, match="above 0 and at most 1"):
        discounted(early, whole, whole, 1.2, 5.0)


def test_every_future_is_one_of_the_three_ways_out_of_the_offer(world):
    """What the game values as honoured, acted on and abandoned adds up, draw by draw, to the run as it is."""
    case, theatre, settlements, futures = world
    settlement = settlements["handover"]

    def run(**luck):
        return accept(case, theatre, settlement, futures.holding(**luck))

    plain, honoured = run(), run(breakdown_luck=np.inf)
    acted, abandoned = run(honour_luck=-1.0), run(honour_luck=2.0)
    broke = plain["truce_broken"] > 0
    failed = plain["guarantee_failed"] > 0
    assert 0 < broke.sum() < futures.draws
    assert honoured["truce_broken"].sum() == 0
    for name, values in plain.items():
        way = np.where(broke, np.where(failed, abandoned[name], acted[name]), honoured[name])
        assert values == pytest.approx(way), name
    assert acted["km2_held"][broke].mean() > abandoned["km2_held"][broke].mean()


@pytest.fixture(scope="module")
def played(world):
    return play(run_of(world))


def test_the_cases_game_is_solved_and_no_single_deviation_pays(played):
    game = played.game
    found = played.solution.equilibria
    assert found
    for one in found:
        for infoset in game.tree.infosets:
            for action in infoset.actions:
                changed = dict(one.strategy) | {
                    infoset.name: {a: float(a == action) for a in infoset.actions}
                }
                other = replace(one, strategy=changed)
                player = list(game.players)[infoset.player]
                value = other.reach(game) @ game.tree.payoffs[:, infoset.player]
                assert value <= one.payoffs[player] + 1e-9


def test_tables_of_the_game_hold_together(played):
    tables = game_tables(played)
    nodes, plays = tables["game"], tables["equilibria"]
    leaves = nodes[nodes["kind"] == "ending"]
    assert leaves["reach_1"].sum() == pytest.approx(1.0)
    sums = plays.groupby(["equilibrium", "infoset"])["chance"].sum()
    assert sums.to_numpy() == pytest.approx(1.0)
    war = leaves[leaves["label"] == "war goes on"]
    assert (war.filter(like="pay_").to_numpy() == 0).all()
    first = tables["game_values"][tables["game_values"]["equilibrium"] == 1]
    for row in first.itertuples():
        assert row.value == pytest.approx((leaves["reach_1"] * leaves[f"pay_{row.player}"]).sum())
    believed = plays[plays["infoset"].str.endswith("resolute")]["belief"]
    assert believed.str.contains("limited aims .*maximal aims").all()


def test_impatience_shrinks_what_a_peace_that_holds_is_worth(world, played):
    case, _, _, futures = world
    side = case.defender.id
    hasty = play(run_of(world), discount={side: 0.8})

    def kept(one):
        labels = [
            node.label for node in (place.node for place in one.game.tree.places) if hasattr(node, "payoffs")
        ]
        values = [p.node.payoffs.get(side, 0.0) for p in one.game.tree.places if hasattr(p.node, "payoffs")]
        return np.array(values)[[label == "truce honoured" for label in labels]]

    factor = (1 - 0.8 ** (futures.weeks / 52.1786)) / (-np.log(0.8) * futures.weeks / 52.1786)
    assert kept(hasty) == pytest.approx(kept(played) * factor, rel=1e-3)


def test_games_of_unknown_actors_and_of_too_few_broken_truces_are_refused(world):
    run = run_of(world)
    with pytest.raises(UnknownNameError, match="unknown actor with values 'korvia': did you mean corvia"):
        play(run, proposer="korvia")
    with pytest.raises(UnknownNameError, match="actor with values"):
        play(run, discount={"nobody": 0.9})
    with pytest.raises(UnknownNameError, match="support path"):
        play(run, threat="corvia_stop")
    with pytest.raises(FitError, match="needed to value a breach"):
        play(run, sets=1)


@pytest.fixture(scope="module")
def ranges(world):
    return range_tables(run_of(world))


def test_acceptances_are_shares_and_both_accept_no_more_often_than_either(world, ranges):
    case, *_ = world
    table = ranges["bargaining_range"]
    assert table["share_accept"].between(0, 1).all()
    wide = table.pivot_table(
        index=["order", "scenario", "guarantee", "line"], columns="actor", values="share_accept"
    )
    either = wide[[case.defender.id, case.challenger.id]]
    assert (wide["both"] <= either.min(axis=1) + 1e-12).all()
    assert (wide["both"] >= either.sum(axis=1) - 1 - 1e-12).all()


def test_present_line_and_whole_region_agree_whatever_the_order(ranges):
    table = ranges["bargaining_range"]
    late = table[table["order"] == "belt_last"]
    early = table[(table["order"] == "nearest_first") & (table["scenario"] == "as_today")]
    early = early[early["guarantee"] == late["guarantee"].iloc[0]]
    for line in (0.0, 1.0):
        ends = [t[t["line"] == line].set_index("actor")["share_accept"] for t in (late, early)]
        assert ends[0].to_dict() == ends[1].to_dict()


def test_the_summary_says_the_range_or_what_blocks_it(world, ranges):
    case, *_ = world
    for row in ranges["range_summary"].to_dict("records"):
        empty = row["range_low"] != row["range_low"]
        met = row["challenger_least"] <= row["defender_most"]
        assert empty != met
        assert ("both accept" in row["finding"]) == met
        if empty:
            assert case.defender.name in row["finding"] or case.challenger.name in row["finding"]


def test_a_veto_empties_every_line_that_hands_ground_over_and_is_named(world):
    case, *_ = world
    own = default_values(case, case.defender.id)
    strict = own.model_copy(update={"vetoes": ("withdrawal:defender",)})
    values = tuple(strict if v is own else v for v in case.values)
    changed = case.model_copy(update={"values": values})
    found = range_tables(run_of(world, case=changed), sets=4)
    rows = found["bargaining_range"]
    gives = rows[(rows["line"] > 0) & rows["actor"].isin([case.defender.id, "both"])]
    assert (gives["share_accept"] == 0).all()
    assert (gives["blocked_by"] == "withdrawal").all()
    assert (
        found["range_summary"]["defender_most"].isin([0.0]).all()
        | found["range_summary"]["defender_most"].isna().all()
    )


def test_whoever_vetoes_a_clause_neither_accepts_nor_signs(world):
    offer = Offer("o", "Offer", pays(3, 9, 9), pays(0, -3, 3), pays(1, 0, -2), vetoes={"d": "cession"})
    for who, does_what in (
        ("d", {"o: answer": {"reject"}}),
        ("c", {f"o: {k}": {REFUSE} for k in (LIMITED, MAXIMAL)}),
    ):
        game = settlement_game("veto", SEATS, [replace(offer, vetoes={who: "cession"})], 0.5)
        for name, actions in does_what.items():
            assert {does(one, name) for one in solve(game).equilibria} == actions
    case, _, settlements, _ = world
    own = default_values(case, case.defender.id)
    strict = own.model_copy(update={"vetoes": ("freeze",)})
    changed = case.model_copy(update={"values": tuple(strict if v is own else v for v in case.values)})
    freeze = {"freeze": settlements["freeze"]}
    found = play(run_of(world, case=changed, settlements=freeze)).solution.equilibria
    name = f"{settlements['freeze'].proposal.id}: answer"
    assert all(one.strategy[name] == {"reject": 1.0} for one in found)


def test_endings_over_weights_count_draws(played):
    table = endings_over_weights(played, Streams(0), draws=12)
    assert set(table["ending"]) == {p.node.label for p in played.game.tree.places if not p.children}
    assert (table["share_all"] <= table["share_some"]).all()
    assert (
        table["share_some"].between(0, 1).all() and table["share_some"].sum() >= table["share_all"].sum() > 0
    )
    again = endings_over_weights(played, Streams(0), draws=12)
    assert again.equals(table)
