"""Figures keep what distinguishes them, and no two places of a page round one value to two."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest

from contactline.core.digest import digest_of_values, table_digest
from contactline.core.errors import InputError
from contactline.core.rounding import (
    amount,
    drawn,
    interval,
    measured,
    number,
    percent,
    points,
    rounded,
    share,
    short,
    step_of,
)


def test_three_losses_in_wide_ranges_stay_three_numbers() -> None:
    told = [number(value, 3_000, 1_200_000) for value in (66_790, 53_354, 92_623)]
    assert told == ["67,000", "53,000", "93,000"]
    assert amount(66_790, 3_127, 1_234_567) == "about 67,000 (80% range 3,000–1,200,000)"


def test_a_narrow_range_shows_more_digits_than_two() -> None:
    assert number(475_247, 471_327, 484_753) == "475,000"
    assert number(475_247, 475_100, 475_400) == "475,250"


def test_a_value_far_below_its_range_is_not_told_to_the_last_digit() -> None:
    assert number(13.4, 13.4, 15_000) == "10"
    assert number(2e-16, 0.0, 1.0) == "0"


def test_rounding_moves_a_value_by_less_than_its_second_digit_or_its_ranges() -> None:
    rng = np.random.default_rng(11)
    for value, width in zip(rng.lognormal(8, 3, 400), rng.lognormal(8, 3, 400), strict=True):
        low, high = value - 0.3 * width, value + 0.7 * width
        moved = abs(rounded(value, low, high) - value)
        assert moved <= 0.5000001 * step_of(value, low, high)
        assert moved <= 0.05 * value * 1.0001 or moved <= 0.0005 * width * 1.0001


def test_percentages_round_as_the_browser_rounds_what_the_chart_draws() -> None:
    """Vega formats with toFixed: the nearer whole number, the larger of two equally near."""
    for p in np.linspace(0.011, 0.989, 3_001):
        exact = Decimal(100 * drawn(float(p))).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        assert percent(float(p)) == share(float(p)) == f"{exact}%"
    assert percent(0.905) == "91%"


def test_shares_may_be_nothing_or_all_and_chances_may_not() -> None:
    assert (share(0.0), share(1.0), share(float("nan"))) == ("0%", "100%", "–")
    assert (percent(0.0), percent(1.0)) == ("below 0.1%", "above 99.9%")
    with pytest.raises(InputError, match=r"got 1\.2; allowed is a number from 0 to 1"):
        percent(1.2)


def test_other_forms() -> None:
    assert (short(0.12345), short(12_345.6), short(float("nan"))) == ("0.123", "12,346", "–")
    assert (measured(-583.4), points(-0.0049), points(-0.0004)) == ("−583", "−0.5", "0.0")
    assert interval(-300.0, 712.0) == "−300 to 710"


def test_a_tables_digest_is_that_of_its_content() -> None:
    frame = pd.DataFrame({"day": pd.to_datetime(["2025-12-07"]), "km2": [1.5], "flag": ["redrawn"]})
    same = frame.assign(
        day=frame["day"].astype("datetime64[s]"), km2=frame["km2"].astype(object).astype(float)
    )
    assert table_digest(frame) == table_digest(same.set_index(pd.Index([7])))
    for changed in (frame.assign(km2=1.5000001), frame.assign(flag=""), frame.rename(columns={"km2": "km"})):
        assert table_digest(changed) != table_digest(frame)
    assert digest_of_values({"a": 1, "b": 2}) == digest_of_values({"b": 2, "a": 1})
