"""For authors of models: the laws of each slot, to be run in tests of their own.

    import pytest
    from contactline.testing import laws

    @pytest.mark.parametrize("law", laws("tempo"), ids=str)
    def test_law(law):
        law.check(DriftTempo())

`check_laws("tempo", DriftTempo())` runs them all on one fit. No test runner is needed.
"""

from __future__ import annotations

from contactline.testing.law import Law, LawBroken
from contactline.testing.slots import check_laws, laws

__all__ = ["Law", "LawBroken", "check_laws", "laws"]
