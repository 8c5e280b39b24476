"""Games with published equilibria, written down by us, some of them also in Gambit's catalogue."""

from __future__ import annotations

from contactline.choice.game import Chance, Decision, Game, Node, Terminal

TWO = {"p1": "Ann", "p2": "Bob"}


def end(*payoffs: float) -> Terminal:
    return Terminal({f"p{k + 1}": value for k, value in enumerate(payoffs)})


def horse() -> Game:
    """Selten (1975, Int. J. Game Theory 4:25), figure 1: of two kinds of Nash equilibria one is sequential."""

    def third(left: Terminal, right: Terminal) -> Decision:
        return Decision("p3", "three", (("L", left), ("R", right)))

    second = Decision("p2", "two", (("a", end(1, 1, 1)), ("d", third(end(4, 4, 0), end(0, 0, 1)))))
    first = Decision("p1", "one", (("A", second), ("D", third(end(3, 3, 2), end(0, 0, 0)))))
    return Game("Selten's horse", {"p1": "1", "p2": "2", "p3": "3"}, first)


def poker() -> Game:
    """Myerson (1991, Game Theory, section 2.1), one card: raise or fold, meet or pass."""

    def dealt(colour: str, sign: float) -> Decision:
        seen = Decision("p2", "raised", (("meet", end(2 * sign, -2 * sign)), ("pass", end(1, -1))))
        return Decision("p1", colour, (("raise", seen), ("fold", end(sign, -sign))))

    return Game(
        "One-card poker",
        TWO,
        Chance("card", (("red", 0.5, dealt("red", 1)), ("black", 0.5, dealt("black", -1)))),
    )


def centipede(rounds: int = 6) -> Game:
    """Rosenthal (1981) in McKelvey and Palfrey's form: the pile doubles with every pass."""
    node: Node = end(*((6.4, 1.6) if rounds % 2 else (1.6, 6.4)))
    large, small = 0.4, 0.1
    endings = []
    for k in range(rounds):
        endings.append((large, small) if k % 2 == 0 else (small, large))
        large, small = 2 * large, 2 * small
    node = end(*((large, small) if rounds % 2 == 0 else (small, large)))
    for k in reversed(range(rounds)):
        mover = "p1" if k % 2 == 0 else "p2"
        node = Decision(mover, f"round {k + 1}", (("take", end(*endings[k])), ("pass", node)))
    return Game("Centipede", TWO, node)


def beer_and_quiche() -> Game:
    """Cho and Kreps (1987, QJE 102:179): both pooling equilibria are sequential; no pure separating one."""

    def duel(strong: bool, likes: bool, set_: str) -> Decision:
        pleasure = 1.0 if likes else 0.0
        right = 0.0 if strong else 1.0
        return Decision(
            "p2", set_, (("duel", end(pleasure, right)), ("no duel", end(pleasure + 2, 1 - right)))
        )

    def breakfast(strong: bool) -> Decision:
        kind = "strong" if strong else "weak"
        return Decision(
            "p1",
            kind,
            (("beer", duel(strong, strong, "saw beer")), ("quiche", duel(strong, not strong, "saw quiche"))),
        )

    return Game(
        "Beer and quiche",
        TWO,
        Chance("type", (("strong", 0.9, breakfast(True)), ("weak", 0.1, breakfast(False)))),
    )


def matching_pennies() -> Game:
    def second(wins: float) -> Decision:
        return Decision("p2", "second", (("heads", end(wins, -wins)), ("tails", end(-wins, wins))))

    return Game(
        "Matching pennies", TWO, Decision("p1", "first", (("heads", second(1)), ("tails", second(-1))))
    )


def battle_of_the_sexes() -> Game:
    def second(first: str) -> Decision:
        paid = {("opera", "opera"): (2, 1), ("boxing", "boxing"): (1, 2)}
        return Decision(
            "p2", "second", tuple((own, end(*paid.get((first, own), (0, 0)))) for own in ("opera", "boxing"))
        )

    return Game(
        "Battle of the sexes",
        TWO,
        Decision("p1", "first", tuple((own, second(own)) for own in ("opera", "boxing"))),
    )


def inconsistent() -> Game:
    """Weakly perfect Bayesian but not sequential beliefs: Bob cannot blame a different draw for the same slip.

    Nature draws left or right evenly, Ann (who does not see it) stays out or goes in; Bob sees only that she went in.
    Out is best for Ann only if Bob fights, and fighting is best for Bob only if he believes left with 0.8 or more;
    every limit of trembles says one half.
    """

    def bob(left: bool) -> Decision:
        return Decision("p2", "bob", (("fight", end(-1, 1 if left else -4)), ("yield", end(2, 0))))

    def ann(left: bool) -> Decision:
        return Decision("p1", "ann", (("out", end(1, 3)), ("in", bob(left))))

    return Game("Blame the draw", TWO, Chance("draw", (("left", 0.5, ann(True)), ("right", 0.5, ann(False)))))


ALL = (horse, poker, centipede, beer_and_quiche, matching_pennies, battle_of_the_sexes, inconsistent)
