"""Sentences as vectors, without a model server: the static embeddings that the package `wordllama` brings with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

NAME = "l2_supercat_256"
"""Of the weights: part of the identity of whatever is learned from them."""

WIDTH = 256
NOTHING = 1e-9


def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """One row a text, of length 1: the sum of its tokens' vectors, in which word order is lost. Loads nothing.

    Each word is looked up once, however often it is said: the package's own `embed` takes ten times as long.
    """
    place: dict[str, int] = {}
    said = [[place.setdefault(word, len(place)) for word in _safe(text).split()] for text in texts]
    if not said:
        return np.zeros((0, WIDTH), dtype=np.float32)
    found = _counts(said, len(place)) @ _words(list(place))
    return np.asarray(found / (np.linalg.norm(found, axis=1, keepdims=True) + NOTHING))


def _words(words: list[str]) -> NDArray[np.float32]:
    """The sum of the vectors of each word's tokens."""
    model = _model()
    tokens = [found.ids for found in model.tokenizer.encode_batch_fast(words, add_special_tokens=False)]
    return np.asarray(_counts(tokens, len(model.embedding)) @ model.embedding)


def _counts(rows: Sequence[Sequence[int]], width: int) -> Any:
    """A sparse table of how often each row holds each number."""
    from scipy.sparse import csr_array

    ends = np.cumsum([0, *map(len, rows)])
    held = np.fromiter(chain.from_iterable(rows), dtype=np.int32, count=ends[-1])
    return csr_array((np.ones(ends[-1], dtype=np.float32), held, ends), shape=(len(rows), width))


def _safe(text: str) -> str:
    """A text that the tokeniser takes: a lone surrogate becomes a question mark, nothing becomes a dot."""
    return text.encode("utf-8", "replace").decode("utf-8").strip() or "."


@cache
def _model() -> Any:
    """The weights in the package's own folder, where its own default does not look for the tokeniser's file."""
    import wordllama

    model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    model.tokenizer.no_padding()
    return model
