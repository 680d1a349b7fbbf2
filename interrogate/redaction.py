"""Keeps what opens a door out of store, log and screen."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from interrogate.records import Json

_SECRET = re.compile(r"(?i)key$|key_id$|secret|password|credential|authorization|headers|cookie|(^|_)token$")
_LOGIN = re.compile(r"//[^/\s]*@")
_LONG_WORD = re.compile(r"\S{8,}")
"""What is taken out of a text as a secret: shorter ones would take innocent words with them."""


def without_secrets(parameters: Mapping[str, Any]) -> Json:
    """Parameters as they may be kept: nothing that opens a door, no login in an address."""
    return {name: _plain(value) for name, value in parameters.items() if not _SECRET.search(name)}


def _plain(value: object) -> object:
    """A parameter as JSON: a schema given as a class is named."""
    match value:
        case str():
            return _LOGIN.sub("//", value)
        case Mapping():
            return without_secrets(value)
        case list() | tuple():
            return [_plain(item) for item in value]
        case type():
            return value.__name__
        case _:
            return value


def redacted(text: str, parameters: Mapping[str, Any]) -> str:
    """A text without the secrets of the parameters and of the environment, which servers like to repeat."""
    for secret in sorted({*_secrets(parameters), *_secrets(os.environ)}, key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    return _LOGIN.sub("//", text)


def _secrets(parameters: Mapping[str, Any]) -> Iterator[str]:
    for name, value in parameters.items():
        if _SECRET.search(name):
            yield from _LONG_WORD.findall(" ".join(_texts(value)))
        elif isinstance(value, Mapping):
            yield from _secrets(value)


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            yield from (text for item in value.values() for text in _texts(item))
        case list() | tuple():
            yield from (text for item in value for text in _texts(item))
