"""What opens a door is kept out of store, log and screen; what makes the data is kept."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from interrogate.redaction import redacted, without_secrets


class Checklist(BaseModel):
    """A schema, as judges are given."""


@pytest.mark.parametrize(
    "name",
    [
        "api_key",
        "API_KEY",
        "azure_ad_token",
        "token",
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_session_token",
        "client_secret",
        "vertex_credentials",
        "password",
        "headers",
        "extra_headers",
        "authorization",
    ],
)
def test_a_parameter_that_opens_a_door_is_left_out(name: str) -> None:
    assert without_secrets({name: "sk-123", "seed": 1, "extra_body": {name: "sk-123", "top_k": 5}}) == {
        "seed": 1,
        "extra_body": {"top_k": 5},
    }


@pytest.mark.parametrize(
    "kept",
    [
        {"max_tokens": 200},
        {"max_completion_tokens": 200},
        {"temperature": 0.7, "top_p": None, "stop": ["\nuser:"], "logit_bias": {"50256": -100}},
        {"api_base": "http://localhost:8000/v1"},
        {"reasoning_effort": "high", "thinking": {"type": "enabled", "budget_tokens": 1024}},
    ],
)
def test_a_parameter_that_shapes_the_answer_is_kept(kept: dict[str, Any]) -> None:
    assert without_secrets(kept) == kept


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://me:pass@host.org/v1", "https://host.org/v1"),
        ("https://me:p@ss@host.org/v1", "https://host.org/v1"),
        ("https://token@host.org", "https://host.org"),
        ("https://host.org/v1/users/@me", "https://host.org/v1/users/@me"),
    ],
)
def test_a_login_in_an_address_is_left_out(address: str, kept: str) -> None:
    assert without_secrets({"api_base": address, "fallbacks": [address]}) == {"api_base": kept, "fallbacks": [kept]}


def test_a_schema_given_as_a_class_is_named() -> None:
    assert without_secrets({"response_format": Checklist}) == {"response_format": "Checklist"}


@pytest.mark.parametrize(
    "parameters",
    [
        {"api_key": "sk-0123456789"},
        {"extra_headers": {"Authorization": "Bearer sk-0123456789"}},
        {"extra_body": {"token": "sk-0123456789"}},
        {"headers": [["X-Key", "sk-0123456789"]]},
    ],
)
def test_a_secret_that_a_server_repeats_is_blotted_out(parameters: dict[str, Any]) -> None:
    assert redacted("Incorrect key sk-0123456789.", parameters) == "Incorrect key [secret]."


def test_a_key_of_the_environment_is_blotted_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMEBODY_API_KEY", "sk-0123456789")

    assert redacted("Incorrect key sk-0123456789.", {}) == "Incorrect key [secret]."


def test_the_whole_of_a_secret_goes_though_another_is_part_of_it() -> None:
    text = redacted("0123456789-tail", {"api_key": "0123456789", "token": "0123456789-tail"})

    assert text == "[secret]"


def test_a_login_in_a_message_is_blotted_out() -> None:
    assert redacted("cannot reach http://me:pass@host/v1", {}) == "cannot reach http://host/v1"


def test_words_of_a_message_that_are_no_secret_stay() -> None:
    assert redacted("no model m for you", {"api_key": "model", "max_tokens": "you"}) == "no model m for you"
