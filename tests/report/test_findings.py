"""Tests that the sentence opening each section says what the tables say, and is left out with its table."""

from __future__ import annotations

import dataclasses
import re

import pandas as pd
import pytest

from contactline.faces.report.html import render_html
from contactline.topics.assessment import Assessment
from contactline.topics.contents import SECTIONS, section_findings
from contactline.topics.fighting.show.cost import losses_by_month, price_of_land
from contactline.topics.guarantee.show import guarantor_words
from contactline.topics.showing.judgements import mixes


def with_table(sample: Assessment, name: str, table: pd.DataFrame) -> Assessment:
    return dataclasses.replace(sample, tables={**sample.tables, name: table})


def test_findings_open_their_sections_in_order(sample: Assessment) -> None:
    found, page = section_findings(sample), render_html(sample)
    order = [section.id for section in SECTIONS]
    assert [key for key in order if key in found] == sorted(found, key=order.index)
    assert {"front", "fighting", "proposals", "price", "truce", "claims", "trust"} <= set(found)
    opened = re.findall(r'<h2 id="(\w+)">.*?</h2>\s*<p class="finding">', page)
    assert set(opened) == set(found)


def test_findings_keep_likelihood_and_confidence_apart(sample: Assessment) -> None:
    for section, text in section_findings(sample).items():
        assert not mixes(text), section
        assert not re.search(r"\bnan\b|None", text), section


def test_without_tables_nothing_is_said(sample: Assessment) -> None:
    bare = dataclasses.replace(sample, tables={})
    assert set(section_findings(bare)) == {"trust"} and guarantor_words(bare) == ""
    assert "no scores for this evidence" in section_findings(bare)["trust"]


def test_net_gain_counts_each_month_once_though_total_and_regions_are_there(sample: Assessment) -> None:
    months = pd.date_range("2025-10-01", periods=2, freq="MS")
    series = sample.case.headline_series.id
    rows = [(series, m, r, v, False) for m in months for r, v in (("total", 30.0), ("a", 10.0), ("b", 20.0))]
    table = pd.DataFrame(rows, columns=["series", "month", "region", "km2", "flagged"])
    text = section_findings(with_table(sample, "front_monthly", table))["front"]
    assert "gained a net 60 km² in the last 2 full months" in text
    lost = section_findings(with_table(sample, "front_monthly", table.assign(km2=-table["km2"])))["front"]
    assert "lost a net 60 km²" in lost


def test_a_proposal_without_ground_has_no_price(sample: Assessment) -> None:
    none = sample.tables["price"].assign(km2=0.0)
    free = with_table(sample, "price", none)
    assert section_findings(free)["price"].startswith("No proposal examined hands over ground")
    assert price_of_land(free) == []


def test_a_price_beyond_the_horizon_reads_as_a_sentence(sample: Assessment) -> None:
    late = sample.tables["price"].assign(months_q50=float("nan"), months_q90=float("nan"))
    title = price_of_land(with_table(sample, "price", late))[0].title
    assert "the middle of all draws lies beyond the horizon" in title and "would need beyond" not in title


@pytest.mark.parametrize("relayed", [True, False])
def test_one_sides_claim_and_its_relay_are_said_to_be_that(sample: Assessment, relayed: bool) -> None:
    side = sample.case.challenger.id
    losses = pd.DataFrame(
        {
            "month": pd.Timestamp("2025-11-01"),
            "side": side,
            "series": ["staff", "ministry"],
            "value": [100.0, 100.0],
        }
    )
    sources = sample.tables["loss_sources"].head(1)
    sources = pd.concat([sources, sources], ignore_index=True)
    sources = sources.assign(root=["staff", "staff" if relayed else "ministry"], series=["staff", "ministry"])
    sources = sources.assign(used=[True, not relayed])
    changed = with_table(with_table(sample, "losses_history", losses), "loss_sources", sources)
    title = losses_by_month(changed)[0].title
    assert ("one side's claim" in title) == relayed
    assert title.startswith("Published counts put") != relayed
