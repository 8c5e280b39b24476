"""Made-up tables of structural choices, horizons and the price of refusing, for the sample of the report."""

from __future__ import annotations

import pandas as pd

from contactline.topics.choice.make.structure import AXES, PRICED, SPEC_YEARS, cells, choices_table

SIDES = {"south": ("Southland", "land first"), "north": ("Northland", "at bearable cost")}


def structure_samples(proposals: dict[str, str]) -> dict[str, pd.DataFrame]:
    """Tables specification, choices, horizons and refusal. proposals : id → name"""
    specification = []
    for i, (proposal, name) in enumerate(proposals.items()):
        for k, cell in enumerate(cells()):
            for years in SPEC_YEARS:
                for j, refusal in enumerate(PRICED):
                    for actor, (who, view) in SIDES.items():
                        share = min(max(0.3 + 0.15 * i + 0.0005 * k + 0.05 * j - 0.005 * years, 0.0), 1.0)
                        share = share if actor == "south" else 1.0 - share
                        specification.append(
                            {
                                "proposal": proposal, "name": name, "actor": actor, "actor_name": who, "values": view,
                                "default": True, **dict(zip(AXES, cell.split("/"), strict=True)),
                                "horizon": str(years), "refusal": refusal, "share_accept": share,
                                "share_both": 0.4 + 0.001 * k,
                            }
                        )  # fmt: skip
    table = pd.DataFrame(specification)
    whose = [
        {"proposal": p, "name": n, "actor": a, "actor_name": who, "values": view, "default": True}
        for p, n in proposals.items()
        for a, (who, view) in SIDES.items()
    ]
    far = {
        "share_accept": 0.4, "p_war": 0.2, "km2_held": 90_000.0, "defender_losses": 100_000.0,
        "challenger_losses": 150_000.0, "km2_held_fighting": 85_000.0, "defender_losses_fighting": 300_000.0,
        "challenger_losses_fighting": 500_000.0,
    }  # fmt: skip
    price = {
        "path": "cut", "p_answered": 0.3, "ultimatum": False, "share_accept": 0.4, "share_accept_priced": 0.5,
        "km2_held_diff": 400.0, "people_held_diff": 10_000.0, "truce_holds_diff": 0.01,
        "defender_losses_diff": 5_000.0, "collapsed_diff": 0.02,
    }  # fmt: skip
    return {
        "specification": table,
        "choices": choices_table(table),
        "horizons": pd.DataFrame([row | {"years": float(y)} | far for row in whose for y in (5, 10, 20)]),
        "refusal": pd.DataFrame([row | price for row in whose]),
    }
