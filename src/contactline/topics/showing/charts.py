"""Altair, imported when a chart is first drawn: half of what a command asks of the topics draws none, and the import
takes a quarter of a second."""

from __future__ import annotations

import importlib
from typing import Any


def __getattr__(name: str) -> Any:
    return getattr(importlib.import_module("altair"), name)
