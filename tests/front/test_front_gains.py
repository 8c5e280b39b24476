"""Gains: differences of the area table, with flags kept and clear errors."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from contactline.core.errors import InputError, UnknownNameError
from contactline.front.gains import gain_between, gains_by_month, gains_by_region, weekly_gains


@pytest.fixture
def areas():
    """60 days from 2025-01-20: 'a' gains 1 km² a day, 'b' loses 0.5; 30–31 January and 28 February missing."""
    days = pd.date_range("2025-01-20", periods=60)
    flag = pd.Series("", index=days, dtype=object)
    flag["2025-01-31":"2025-02-01"] = "missing"
    flag["2025-02-10"] = "jump"
    flag["2025-03-03"] = "duplicate"
    a = 100.0 + np.arange(60)
    a[11:13] = a[10]
    frames = [
        pd.DataFrame({"series": "s", "date": days, "region": region, "km2": km2, "flag": flag.to_numpy()})
        for region, km2 in (("a", a), ("b", 50 - np.arange(60) / 2), ("total", a + 50 - np.arange(60) / 2))
    ]
    return pd.concat(frames, ignore_index=True)


def test_gain_between_two_days_keeps_flags(areas):
    gain = gain_between(areas, "s", "a", date(2025, 1, 20), date(2025, 1, 31))
    assert (gain.km2, gain.km2_start, gain.km2_end, gain.flag) == (10.0, 100.0, 110.0, "missing")
    assert gain_between(areas, "s", "a", date(2025, 2, 2), date(2025, 3, 1)).flag == "jump"
    assert gain_between(areas, "s", "a", date(2025, 2, 10), date(2025, 2, 20)).flag == "", (
        "the jump came before"
    )
    same = gain_between(areas, "s", "b", date(2025, 2, 5), date(2025, 2, 5))
    assert same.km2 == 0


def test_bad_questions_are_answered_clearly(areas):
    inside = date(2025, 2, 1)
    with pytest.raises(
        InputError, match="end 2026-01-01 lies outside the record of series 's', which runs from "
    ):
        gain_between(areas, "s", "a", inside, date(2026, 1, 1))
    with pytest.raises(
        InputError, match="start 2025-02-02 is after end 2025-02-01; give the earlier day first"
    ):
        gain_between(areas, "s", "a", date(2025, 2, 2), inside)
    with pytest.raises(UnknownNameError, match="unknown region 'totl': did you mean total"):
        gain_between(areas, "s", "totl", inside, inside)
    with pytest.raises(UnknownNameError, match="unknown series 'isw'"):
        weekly_gains(areas, "isw", "a", inside)
    with pytest.raises(InputError, match="as-of 2024-01-01 lies outside the record"):
        weekly_gains(areas, "s", "a", date(2024, 1, 1))
    with pytest.raises(InputError, match="less than a week"):
        weekly_gains(areas, "s", "a", date(2025, 1, 22))
    with pytest.raises(InputError, match="no row for the day after 2025-02-04"):
        weekly_gains(areas[areas["date"] != "2025-02-05"], "s", "a", date(2025, 3, 1))


def test_weeks_end_on_the_as_of_day_and_add_up(areas):
    weeks = weekly_gains(areas, "s", "a", date(2025, 3, 5))
    assert weeks["week_end"].iloc[-1] == pd.Timestamp("2025-03-05")
    assert (weeks["week_end"].diff().dropna() == pd.Timedelta(weeks=1)).all()
    first = weeks["week_end"].iloc[0] - pd.Timedelta(weeks=1)
    whole = gain_between(areas, "s", "a", first.date(), date(2025, 3, 5)).km2
    assert weeks["km2"].sum() == pytest.approx(whole)
    flagged = weeks.set_index("week_end")["flag"]
    assert flagged[pd.Timestamp("2025-02-12")] == "jump"
    assert flagged[pd.Timestamp("2025-02-19")] == ""
    other = weekly_gains(areas, "s", "a", date(2025, 2, 8))["flag"].tolist()
    assert other[-2:] == ["missing", "missing"], "1 February ends one week and starts the next"


def test_months_end_with_the_first_map_after_them(areas):
    months = gains_by_month(areas, "s", "a").set_index("month")
    # 1 February is missing: January ends, and February begins, with the map of the 2nd.
    assert months.loc["2025-01-01", ["km2", "whole"]].tolist() == [13.0, False]
    assert months.loc["2025-02-01", ["km2", "whole", "flag"]].tolist() == [27.0, True, "jump"]
    assert str(months.loc["2025-02-01", "from_day"].date()) == "2025-02-02"
    assert months.loc["2025-03-01", "whole"] == np.False_
    assert months["km2"].sum() == 59.0
    evening = gains_by_month(areas, "s", "a", map_lag_days=0).set_index("month")
    assert str(evening.loc["2025-02-01", "to_day"].date()) == "2025-02-28"


def test_shares_of_region_and_country(areas):
    sizes = pd.DataFrame({"region": ["a", "b"], "km2": [1000.0, 3000.0]})
    table = gains_by_region(areas, "s", date(2025, 2, 5), date(2025, 2, 25), sizes=sizes).set_index("region")
    assert table.index.tolist() == ["a", "b", "total"]
    assert table["gain"].tolist() == [20.0, -10.0, 10.0]
    assert table["share_of_region"].tolist() == [20 / 1000, -10 / 3000, 10 / 4000]
    assert table["share_of_country"].tolist() == [20 / 4000, -10 / 4000, 10 / 4000]
    assert table.loc["a", "held_share"] == pytest.approx(0.136)
    with pytest.raises(UnknownNameError, match="unknown region 'b'"):
        gains_by_region(areas, "s", date(2025, 2, 5), date(2025, 2, 25), sizes=sizes.iloc[:1])
