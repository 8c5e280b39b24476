"""The outcomes of a run, held to their units: a share lies between 0 and 1, and nothing is held, lost or waited for
less than not at all."""

from __future__ import annotations

import numpy as np
import xarray as xr

from contactline.core.errors import ContactlineError, InternalError
from contactline.core.frame import REPORT_IT, Column
from contactline.engine.courses import OUTCOMES

HIGHEST = {name: 1.0 for name, (_, unit) in OUTCOMES.items() if unit == "share" and name != "belt_held"}
"""Outcome → the most it can be; none for the others. Of the belt that the defender holds today it may come to hold more
than all, where it takes some back or terms return some."""


def checked_outcomes(
    ensemble: xr.Dataset, where: str = "", error: type[ContactlineError] = InternalError, remedy: str = ""
) -> xr.Dataset:
    """`ensemble` if every outcome[course, draw] in it is a number that its unit allows.

    where : the file it was read from, with the error to raise and what to do; without it the outcomes are our own
    """
    for name, (label, unit) in OUTCOMES.items():
        if name not in ensemble:
            continue
        values = ensemble[name].to_numpy()
        declared = Column(name, "number", unit, label, 0.0, HIGHEST.get(name, np.inf))
        wrong = ~((values >= declared.low) & (values <= declared.high) & np.isfinite(values))
        if wrong.any():
            course, draw = (int(at[0]) for at in np.nonzero(wrong))
            raise error(
                f"{where or 'computed here'}: outcome {name!r}, course {str(ensemble['course'].values[course])!r}, "
                f"draw {draw}: got {float(values[course, draw])!r}; allowed is {declared.allowed} ({unit}: {label}). "
                f"{(remedy if where else REPORT_IT)}"
            )
    return ensemble
