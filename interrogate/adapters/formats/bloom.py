"""Bloom 1: all audits of an evaluation in one file (`rollout.json`), each as Petri writes it.

The target's view of each is taken, named by variation and repetition: `v2r1`. `judgment.json`, which lies beside it,
holds scores and no conversation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from interrogate.adapters.conversations import Conversation, numbered
from interrogate.adapters.formats import petri
from interrogate.adapters.opening import Opened
from interrogate.errors import TranscriptError
from interrogate.records import Json, Source

NAME = "bloom"

_DIMENSION = re.compile(r"<dimension>([^<]+)</dimension>")
_OF_THE_EVALUATION = ("modality", "no_user_mode", "max_turns", "evaluator")


def claims(opened: Opened) -> bool:
    """Whether this is an evaluation's rollouts, or its judgments."""
    match opened.document:
        case {"rollouts": [*rollouts]}:
            return any(isinstance(rollout, dict) and "transcript" in rollout for rollout in rollouts)
        case {"judgments": list(), "behavior_name": _}:
            return True
    return False


def conversations(opened: Opened) -> Iterator[Conversation]:
    """The target's conversation of each rollout.

    Raises TranscriptError for judgments.
    """
    if "rollouts" not in opened.keys:
        raise TranscriptError(
            f"{opened.name}: Bloom's judgments, which hold no conversation; name rollout.json or a transcript_*.json"
        )
    listed = [rollout if isinstance(rollout, dict) else {} for rollout in opened.document["rollouts"]]
    names = numbered(f"v{each.get('variation_number')}r{each.get('repetition_number')}" for each in listed)
    for name, rollout in zip(names, listed, strict=True):
        conditions = _conditions(opened.document, rollout)
        yield from petri.offered(rollout.get("transcript"), Source(opened.name, NAME, name), conditions)


def _conditions(document: Json, rollout: Json) -> dict[str, Any]:
    metadata = document.get("metadata")
    shared = metadata if isinstance(metadata, dict) else {}
    varied = _DIMENSION.search(str(rollout.get("variation_description")))
    return {
        **{name: shared.get(name) for name in _OF_THE_EVALUATION},
        "variation": rollout.get("variation_number"),
        "repetition": rollout.get("repetition_number"),
        "dimension": varied[1] if varied else None,
    }
