"""Checklists as judges fill them in, for tests that need no more of a judge than what it finds."""

from __future__ import annotations

from typing import Any

from interrogate.raters.judge import Checklist


def filled(*found: str, quote: str = "", **items: Any) -> str:
    """A reply in which these items are found, each with the quote, and no other is."""
    names = [name for name, item in Checklist.model_fields.items() if item.is_required()]
    of = {name: {"found": name in found, "quote": quote if name in found else ""} for name in names}
    return Checklist.model_validate({**of, **items}).model_dump_json()
