"""The game of a settlement: offer, answer, signature, honour or break, and whether the guarantor acts.

The proposer puts one of the offers, or none. The defender accepts, or rejects; after a rejection the proposer may
carry out a threat to cut support. The challenger learns whether its own aims are limited or maximal (only it does; the
draw stands where it begins to matter, which changes nobody's knowledge), then signs and honours, signs and breaks, or
does not sign. If it breaks the truce, the guarantor, which alone knows how resolute it is, acts or abandons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from contactline.choice.game import Chance, Decision, Game, Node, Terminal
from contactline.core.errors import InputError

LIMITED, MAXIMAL = "limited aims", "maximal aims"
RESOLUTE, RELUCTANT = "resolute", "reluctant"
NO_OFFER, ACCEPT, REJECT = "no offer", "accept", "reject"
HONOUR, BREAK, REFUSE = "sign and honour", "sign and break", "do not sign"
ACT, ABANDON, CUT, KEEP = "act", "abandon", "cut support", "keep support"

Pay = Mapping[str, float]
"""Player → gain over fighting on with support as it is, units of that player's value."""


@dataclass(frozen=True)
class Offer:
    """One offer with what each way out of it is worth: type of challenger → player → value.

    guarantor : the player who may act, None where nobody promised to; resolute : chance that it means it
    stake : what it costs a guarantor to go against its resolve (the resolute to abandon, the reluctant to act), in its
    units of value
    """

    id: str
    name: str
    honoured: Mapping[str, Pay]
    abandoned: Mapping[str, Pay]
    acted: Mapping[str, Pay]
    guarantor: str | None = None
    resolute: float = 0.0
    stake: float = 0.0
    vetoes: Mapping[str, str] = field(default_factory=dict)
    """Player → a clause that it calls unacceptable: it does not accept or sign, whatever that is worth."""


@dataclass(frozen=True)
class Seats:
    """Who plays: player → name, and which of them puts the offer, answers it, and signs last."""

    players: Mapping[str, str]
    proposer: str
    defender: str
    challenger: str


@dataclass(frozen=True)
class Threat:
    """What the proposer may do after a rejection, and what war is worth then."""

    pay: Pay
    name: str = CUT


def settlement_game(
    title: str,
    seats: Seats,
    offers: Sequence[Offer],
    maximal: float,
    threat: Threat | None = None,
    comment: str = "",
) -> Game:
    """The game tree. maximal : chance that the challenger's aims are maximal.

    Raises InputError for no offers, and what `Game` raises.
    """
    if not offers:
        raise InputError("game: no offers; allowed are one or more proposals.")

    def answer(offer: Offer) -> Decision:
        rejected: Node = Terminal({}, "war goes on")
        if threat is not None:
            cut = Terminal(dict(threat.pay), "war goes on with support cut")
            ways = ((threat.name, cut), (KEEP, rejected))
            rejected = Decision(seats.proposer, f"{offer.id}: rejected", ways)
        if seats.defender in offer.vetoes:
            return Decision(seats.defender, f"{offer.id}: answer", ((REJECT, rejected),))
        signed = Chance(
            "aims of the challenger",
            tuple(
                (kind, chance, _signature(offer, kind, seats.challenger))
                for kind, chance in ((LIMITED, 1.0 - maximal), (MAXIMAL, maximal))
            ),
        )
        return Decision(seats.defender, f"{offer.id}: answer", ((ACCEPT, signed), (REJECT, rejected)))

    put = tuple((offer.name, answer(offer)) for offer in offers)
    nothing = (NO_OFFER, Terminal({}, "war goes on"))
    return Game(title, seats.players, Decision(seats.proposer, "offer", (*put, nothing)), comment)


def _signature(offer: Offer, kind: str, challenger: str) -> Decision:
    if challenger in offer.vetoes:
        return Decision(challenger, f"{offer.id}: {kind}", ((REFUSE, Terminal({}, "war goes on")),))
    ways: tuple[tuple[str, Node], ...] = (
        (HONOUR, Terminal(dict(offer.honoured[kind]), "truce honoured")),
        (BREAK, _broken(offer, kind)),
        (REFUSE, Terminal({}, "war goes on")),
    )
    return Decision(challenger, f"{offer.id}: {kind}", ways)


def _broken(offer: Offer, kind: str) -> Node:
    abandoned = dict(offer.abandoned[kind])
    if offer.guarantor is None:
        return Terminal(abandoned, "truce broken, nobody had promised to act")
    acted = dict(offer.acted[kind])
    who = offer.guarantor

    def choice(resolve: str) -> Decision:
        against = ACT if resolve == RELUCTANT else ABANDON
        ways: list[tuple[str, Node]] = []
        for way, paid, label in (
            (ACT, acted, "truce broken, guarantor acts"),
            (ABANDON, abandoned, "truce broken, guarantor abandons"),
        ):
            cost = offer.stake if way == against else 0.0
            ways.append((way, Terminal(paid | {who: paid.get(who, 0.0) - cost}, label)))
        return Decision(who, f"{offer.id}: {resolve}", tuple(ways))

    odds = ((RESOLUTE, offer.resolute), (RELUCTANT, 1.0 - offer.resolute))
    return Chance("resolve of the guarantor", tuple((name, q, choice(name)) for name, q in odds))
