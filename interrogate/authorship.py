"""Who wrote a transcript: whether the subject is questioned about what it did itself, or another model."""

from __future__ import annotations

import re

from interrogate.records import Policy

_SNAPSHOT = re.compile(r"([-@:](v\d+@)?(\d{8}|\d{4}-\d{2}-\d{2}|latest)|-v\d+:\d+|:free)+$")
"""What follows a model's name: dates, Bedrock's `-v1:0`, Vertex's `-v2@20241022`. A bare `-v3` is part of the name."""


def model_family(model: str) -> str:
    """A model's name without provider, region and snapshot: what `policy` compares.

    >>> model_family("openrouter/anthropic/claude-sonnet-4-20250514")
    'claude-sonnet-4'
    """
    name = model.lower().rsplit("/", 1)[-1].rsplit("anthropic.", 1)[-1]
    return _SNAPSHOT.sub("", name)


def policy(subject: str, author: str | None) -> Policy:
    """Whether the subject wrote the transcript itself."""
    if author is None:
        return "unknown"
    return "on" if model_family(subject) == model_family(author) else "off"
