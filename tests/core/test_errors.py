"""What an error says: nothing that cannot be printed, and no more of a value than its beginning."""

from __future__ import annotations

import pytest

from contactline.core.errors import LONGEST_MESSAGE, InputError, UnknownNameError


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("a.csv, line 2: got 'x'; allowed is 1.", "a.csv, line 2: got 'x'; allowed is 1."),
        (
            f"a.csv, line 2: got {'[' * 30_000!r}; allowed is 1.",
            f"a.csv, line 2: got '{'[' * 59}… (30,002 characters); allowed is 1.",
        ),
        (
            f"line 2: got {'ab ' * 1_000!r}; allowed is 1.",
            f"line 2: got '{'ab ' * 19}ab… (3,002 characters); allowed is 1.",
        ),
        # The apostrophes of words, and the quotes of two names far apart, hold no value between them.
        (f"a region's name; {'well known ' * 60}user's", f"a region's name; {'well known ' * 60}user's"),
        (f"unknown 'x': known {'a, ' * 200}; not 'y'.", f"unknown 'x': known {'a, ' * 200}; not 'y'."),
    ],
)
def test_a_message_repeats_the_beginning_of_a_long_value(message: str, shown: str) -> None:
    assert str(InputError(message)) == shown


def test_a_message_without_end_keeps_both_its_ends() -> None:
    said = str(UnknownNameError("case", "it's " * 20_000, ["borderland"]))
    assert len(said) < LONGEST_MESSAGE + 100
    assert said.startswith("unknown case") and said.endswith("Known: borderland.")
    assert "characters left out" in said
