"""Sentences as vectors, without a model server: the static embeddings that the package `wordllama` brings with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

NAME = "l2_supercat_256"
"""Of the weights: part of the identity of whatever is learned from them."""

WIDTH = 256
NOTHING = 1e-9


def vectors(texts: Sequence[str]) -> NDArray[np.float64]:
    """One row a text, of length 1: the mean of its tokens' vectors, in which word order is lost. Loads nothing."""
    if not texts:
        return np.zeros((0, WIDTH))
    found = np.asarray(_model().embed([_safe(text) for text in texts]), dtype=np.float64)
    return np.asarray(found / (np.linalg.norm(found, axis=1, keepdims=True) + NOTHING))


def _safe(text: str) -> str:
    """A text that the tokeniser takes: a lone surrogate becomes a question mark, nothing becomes a dot."""
    return text.encode("utf-8", "replace").decode("utf-8").strip() or "."


@cache
def _model() -> Any:
    """The weights in the package's own folder, where its own default does not look for the tokeniser's file."""
    import wordllama

    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
