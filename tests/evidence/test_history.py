"""Tables of past wars: the derivation against the study's and the shipped tables, and what a bad row is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from contactline.core.errors import EvidenceError
from contactline.core.frame import Table
from contactline.evidence.history.build import agreement, derive, write_tables
from contactline.evidence.history.sources import CAPABILITIES, CIVIL_WARS, NUMBERS, WAR_LIST
from contactline.evidence.history.tables import (
    CIVIL,
    FILES,
    TRUCES,
    WARS,
    checked_history,
    read_table,
    shipped,
    used,
)


@pytest.fixture(scope="module")
def history(archives: Path) -> Path:
    """The folder of archives of past wars, beside that of the control maps."""
    folder = archives.parent / "history"
    if not (folder / WAR_LIST).is_file():
        pytest.skip(f"the archives of past wars are not at {folder}")
    return folder


def test_the_shipped_tables_are_what_the_archives_give(history: Path, tmp_path: Path) -> None:
    for path in write_tables(derive(history), tmp_path):
        ours = Path(__file__).parents[2] / "src/contactline/evidence/history/data" / path.name
        assert path.read_bytes() == ours.read_bytes()


def test_the_derivation_agrees_with_the_study_row_by_row(history: Path) -> None:
    """Days of the study stop at the 28th of a month, and it makes Japan and the United States major powers some days
    too early; in all else the tables say the same."""
    found = agreement(derive(history), history).set_index(["table", "column"])
    apart = found[found["agree"] < found["rows"]]["differ"].str.split(", ").to_dict()
    assert apart.pop((TRUCES, "major")) == ["73_710_740_1895-03-30", "79_2_230_1898-08-12"]
    assert {column for _, column in apart} == {"t_any", "t_gt100", "t_war"}
    assert found.loc[(TRUCES, "w"), "rows"] == 152
    theirs = pd.read_csv(history / FILES[TRUCES]).set_index("id")
    ours = shipped()[TRUCES].set_index("id")
    for (_, column), ids in apart.items():
        assert len(ids) <= 10
        assert (ours[column] - theirs[column]).loc[ids].mul(365.25).between(0.5, 3.5).all()


def test_without_the_study_s_table_the_shipped_one_stands_in(history: Path, tmp_path: Path) -> None:
    for name in NUMBERS:
        (tmp_path / name).write_bytes((history / name).read_bytes())
    assert derive(tmp_path)[TRUCES].equals(shipped()[TRUCES])


def test_counts_of_the_shipped_tables() -> None:
    truces, wars, civil = (shipped()[table] for table in (TRUCES, WARS, CIVIL))
    rows = used(truces)
    assert (len(truces), len(rows), len(wars)) == (152, 123, 95)
    assert rows["w"].sum() == pytest.approx(rows.groupby(["war", "spell"]).ngroups, abs=1e-4)
    assert civil["agreed"].sum() < civil["ended"].sum() < len(civil)


def _backwards(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(end=rows["start"] - pd.Timedelta(days=1))


BAD: dict[str, tuple[Table, Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "an end before the start": (TRUCES, _backwards, "ends before it starts"),
    "a war that ends before it starts": (WARS, _backwards, "ends before it starts"),
    "a war before a mild break": (TRUCES, lambda t: t.assign(t_war=t["t_gt100"] / 2), "counts in war before"),
    "a war break that is no mild one": (TRUCES, lambda t: t.assign(ev_any=0, ev_gt100=0, ev_war=1), "counts in"),
    "a covariate unknown": (TRUCES, lambda t: t.assign(rival_td=float("nan")), "rival_td is unknown"),
    "a watch that ended before": (TRUCES, lambda t: t.assign(cens_date=t["end"]), "is watched to a day before"),
    "a weight of nothing": (TRUCES, lambda t: t.assign(w=0.0), "is used with weight 0"),
    "half a flag": (TRUCES, lambda t: t.assign(contig=0.5), "'contig'"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_row_is_refused_by_name(fault: str) -> None:
    table, spoil, words = BAD[fault]
    rows = shipped()[table].copy()
    at = 5
    name = rows.iloc[at, 0]
    rows.loc[[at]] = spoil(rows.loc[[at]])
    with pytest.raises(EvidenceError) as raised:
        checked_history(table, rows, "truces.csv")
    said = str(raised.value)
    assert (
        words in said and f"row {at} ({'' if words != chr(39) + 'contig' + chr(39) else 'id '}{name}" in said
    )
    assert "allowed" in said


def test_an_impossible_day_in_an_archive_is_refused_with_its_line(history: Path, tmp_path: Path) -> None:
    for name in NUMBERS:
        (tmp_path / name).write_bytes((history / name).read_bytes())
    listed = (tmp_path / WAR_LIST).read_text()
    (tmp_path / WAR_LIST).write_text(listed.replace("2,4,7,1823", "2,2,30,1823", 1))
    with pytest.raises(
        EvidenceError, match=r"line 2: got the day 1823-2-30; allowed is a day of the calendar"
    ):
        derive(tmp_path)
    (tmp_path / WAR_LIST).write_text(listed.replace("2,4,7,1823", "2,12,7,1823", 1))
    with pytest.raises(EvidenceError, match=r"Spain\): ends on 1823-11-13, before 1823-12-07"):
        derive(tmp_path)


def test_a_missing_archive_and_a_number_that_is_none_are_named(history: Path, tmp_path: Path) -> None:
    for name in NUMBERS:
        if name != CIVIL_WARS:
            (tmp_path / name).write_bytes((history / name).read_bytes())
    with pytest.raises(EvidenceError, match=rf"{CIVIL_WARS}: no such file"):
        derive(tmp_path)
    text = (tmp_path / CAPABILITIES).read_text().replace(",1816", ",about 1816", 1)
    (tmp_path / CAPABILITIES).write_text(text)
    with pytest.raises(EvidenceError, match=r"got 'about 1816.*'; allowed is a number"):
        derive(tmp_path)


def test_a_word_for_a_number_is_refused(tmp_path: Path) -> None:
    rows = shipped()[WARS].astype(object)
    rows.loc[3, "deaths"] = "many"
    with pytest.raises(EvidenceError, match=r"'deaths', row 3 \(war 10\): got 'many'"):
        read_table(WARS, rows.to_csv(index=False).encode(), "wars.csv")
