"""What harnesses of many models and many scores note about a run: who acted, and what is not for the reader to see."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NOBODY = ("none", "mockllm", "hardcoded", "fixed")
_VERDICT = re.compile(r"score|grade|verdict|judg|label|success|correct|reward", re.IGNORECASE)


def acting_model(*names: object) -> str | None:
    """The first of the names that names a model: none that stands for replayed or missing output."""
    named = (name for name in names if isinstance(name, str) and name)
    return next((name for name in named if name.split("/")[0] not in _NOBODY), None)


def without_verdicts(metadata: object) -> Mapping[str, object]:
    """Metadata as conditions, without what scores and judges made of the run."""
    known = metadata if isinstance(metadata, dict) else {}
    return {str(key): value for key, value in known.items() if not _VERDICT.search(str(key))}
