"""Who wrote a transcript: names of one model under several providers, and what that makes of an interview."""

from __future__ import annotations

import pytest

from interrogate.authorship import model_family, policy
from interrogate.records import Policy


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("openrouter/anthropic/claude-sonnet-4-20250514", "claude-sonnet-4"),
        ("anthropic/claude-sonnet-4", "claude-sonnet-4"),
        ("claude-3-5-sonnet-latest", "claude-3-5-sonnet"),
        ("bedrock/us.anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet"),
        ("vertex_ai/claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet"),
        ("openai/gpt-4o-2024-08-06", "gpt-4o"),
        ("OpenAI/GPT-4o", "gpt-4o"),
        ("bedrock/amazon.nova-pro-v1:0", "amazon.nova-pro"),
        ("ollama/llama3.1:8b", "llama3.1:8b"),
        ("ollama/llama3.1:latest", "llama3.1"),
        ("openrouter/deepseek/deepseek-r1:free", "deepseek-r1"),
        ("deepseek/deepseek-v3", "deepseek-v3"),
        ("mistralai/Mistral-7B-Instruct-v0.3", "mistral-7b-instruct-v0.3"),
        ("hosted_vllm/Qwen/Qwen3-8B", "qwen3-8b"),
    ],
)
def test_a_models_family_is_its_name_without_provider_region_and_snapshot(model: str, family: str) -> None:
    assert model_family(model) == family


@pytest.mark.parametrize(
    ("subject", "author", "expected"),
    [
        ("anthropic/claude-sonnet-4-20250514", "openrouter/anthropic/claude-sonnet-4", "on"),
        ("openai/gpt-4o", "openai/gpt-4o-mini", "off"),
        ("deepseek/deepseek-v2", "deepseek/deepseek-v3", "off"),
        ("openai/gpt-4o", None, "unknown"),
    ],
)
def test_policy_is_on_only_where_the_subject_wrote_the_transcript(
    subject: str, author: str | None, expected: Policy
) -> None:
    assert policy(subject, author) == expected
