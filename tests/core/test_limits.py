"""Sizes and times are said before anything is computed, refused past a limit, and the limit can be raised."""

from __future__ import annotations

import pytest

from contactline.core.errors import InputError
from contactline.core.limits import Cost, check_cost, duration, hours_limit, memory_limit, parse_size, size
from contactline.service.session import Session, scenario_of

COST = Cost(1e9, 1e3, 60.0, 0.01)


def test_what_fits_passes_and_what_does_not_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTACTLINE_MEMORY", "4GB")
    check_cost("--draws 1000", COST, 1000, "Ask for fewer draws")
    with pytest.raises(InputError) as caught:
        check_cost("--draws 20000000", COST, 20_000_000, "Ask for fewer draws")
    assert str(caught.value) == (
        "--draws 20000000: needs about 21 GB of memory; the limit is 4.0 GB. Ask for fewer draws, or raise the limit: "
        "CONTACTLINE_MEMORY=22GB."
    )
    monkeypatch.setenv("CONTACTLINE_MEMORY", "22GB")
    with pytest.raises(InputError, match=r"takes about 2 days; the limit is 2 h\..*CONTACTLINE_HOURS=57"):
        check_cost("--draws 20000000", COST, 20_000_000, "Ask for fewer draws")
    monkeypatch.setenv("CONTACTLINE_HOURS", "57")
    check_cost("--draws 20000000", COST, 20_000_000, "Ask for fewer draws")


def test_a_run_of_twenty_million_is_refused_before_the_case_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTACTLINE_MEMORY", "16GB")
    with pytest.raises(InputError, match=r"--draws 20000000 --weeks 260: needs about 1,041 GB"):
        Session().ready(scenario_of("no_case", draws=20_000_000))


def test_the_usual_run_is_within_the_limits_of_a_small_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    from contactline.core.errors import UnknownNameError

    monkeypatch.setenv("CONTACTLINE_MEMORY", "2GB")
    with pytest.raises(UnknownNameError, match="unknown case"):  # the size passed, the next thing is the case
        Session().ready(scenario_of("ukrain_2025", draws=10_000))


@pytest.mark.parametrize("text", ["", "many", "-1GB", "1", "1e9", "5XB", "nan", "999999999999GB"])
def test_a_size_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="allowed is a size from 1MB up"):
        parse_size(text, "--memory")


def test_sizes_and_times_read_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [parse_size(t, "x") for t in ("500MB", "16 GB", "1.5g", "2000000")] == [
        500_000_000, 16_000_000_000, 1_500_000_000, 2_000_000,
    ]  # fmt: skip
    assert [size(n) for n in (850e6, 7.3e9, 2.1e13)] == ["850 MB", "7.3 GB", "21,000 GB"]
    assert [duration(s) for s in (40, 720, 5 * 3600, 30 * 86400)] == ["40 s", "12 min", "5 h", "30 days"]
    monkeypatch.delenv("CONTACTLINE_MEMORY", raising=False)
    assert memory_limit() > 10**8
    for wrong in ("soon", "0", "-1", "inf", "nan"):
        monkeypatch.setenv("CONTACTLINE_HOURS", wrong)
        with pytest.raises(
            InputError, match=r"CONTACTLINE_HOURS: got .*allowed is a number of hours above 0"
        ):
            hours_limit()
