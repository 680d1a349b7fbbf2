"""What depends on the neighbours of a message: images of results, and the turns of user and assistant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from interrogate.records import Json
from interrogate.restoring.routes import Note, Route, Sent

OPENING = "[The record begins with the assistant.]"
"""The user's turn that is put before an assistant's that stands first. Marked as none of the run's."""

IMAGE_ABOVE = "[image: see the next message]"
IMAGES_OF_RESULTS = "[images of the tool results above]"
IMAGE = "[image]"


def images_moved(sent: Sequence[Sent], route: Route, note: Note) -> list[Sent]:
    """Images of results in a user's message after them, where results hold text alone.

    LiteLLM would do so itself, with words of its own, on every route of OpenAI's kind.
    """
    if route.dialect in {"anthropic", "bedrock", "gemini"}:
        return list(sent)
    moved: list[Sent] = []
    for is_result, run in groupby(sent, key=lambda each: each.wire["role"] == "tool"):
        messages = list(run)
        moved += _with_images_after(messages, note) if is_result else messages
    return moved


def _with_images_after(results: Sequence[Sent], note: Note) -> Iterator[Sent]:
    images: list[Json] = []
    shown: list[int] = []
    for result in results:
        found = [part for part in _parts(result.wire) if part["type"] == "image_url"]
        if found:
            images += found
            shown += result.origins
            texts = [part["text"] for part in _parts(result.wire) if part["type"] == "text"]
            note("images_moved", "images of results are sent in a user's message after them, marked", shown[-1])
            yield replace(result, wire={**result.wire, "content": "\n".join(texts) or IMAGE_ABOVE})
        else:
            yield result
    if images:
        content = [{"type": "text", "text": IMAGES_OF_RESULTS}, *images]
        yield Sent({"role": "user", "content": content}, "tool", tuple(shown))


def _parts(wire: Json) -> list[Json]:
    content = wire["content"] or ""
    return content if isinstance(content, list) else [{"type": "text", "text": content}] if content else []


def alternating(sent: Sequence[Sent], route: Route, note: Note) -> list[Sent]:
    """User and assistant in turns, the user first, where the route has it so.

    A user's message after results joins them in one turn at the provider: so it was in its own record too.
    """
    if not route.alternates:
        return list(sent)
    turns: list[Sent] = []
    for each in _begun_by_user(sent, note):
        if turns and turns[-1].wire["role"] == each.wire["role"] in {"user", "assistant"}:
            place = each.origins[0] if each.origins else None
            note("turns_merged", f"joins the {each.wire['role']}'s message before it in one turn", place)
            turns[-1] = _merged(turns[-1], each, route, note)
        else:
            turns.append(each)
    if turns and turns[-1].wire["role"] == "user":
        note("turns_merged", "the first question joins this message in one turn", max(turns[-1].origins, default=None))
    return [_with_text(turn, note) for turn in turns] if route.dialect == "gemini" else turns


def _begun_by_user(sent: Sequence[Sent], note: Note) -> Iterator[Sent]:
    begun = False
    for each in sent:
        role = each.wire["role"]
        if role == "assistant" and not begun:
            note("user_turn_added", "a user's turn is put before the first, which is the assistant's", None)
            yield Sent({"role": "user", "content": OPENING}, "user", ())
        begun = begun or role != "system"
        yield each


def _merged(first: Sent, second: Sent, route: Route, note: Note) -> Sent:
    """Two messages as one, each text a part of its own; on a route of text, with a blank line between."""
    wire = {**first.wire, **second.wire}
    if route.tools == "text" and all(isinstance(each.wire["content"], str) for each in (first, second)):
        wire["content"] = f"{first.wire['content']}\n\n{second.wire['content']}"
    else:
        wire["content"] = [*_parts(first.wire), *_parts(second.wire)] or None
    if "thinking_blocks" in wire:
        wire["thinking_blocks"] = [*first.wire.get("thinking_blocks", ()), *second.wire.get("thinking_blocks", ())]
        if first.wire["content"] and "thinking_blocks" in second.wire:
            note("blocks_reordered", "reasoning is sent before the text of the message before", second.origins[0])
    if "reasoning_content" in wire:
        both = (first.wire.get("reasoning_content"), second.wire.get("reasoning_content"))
        wire["reasoning_content"] = "\n".join(filter(None, both))
    return Sent(wire, second.role, (*first.origins, *second.origins))


def _with_text(turn: Sent, note: Note) -> Sent:
    """With a text beside images: Gemini takes no user's turn without, and LiteLLM would add a blank one."""
    parts = _parts(turn.wire)
    if turn.wire["role"] != "user" or any(part["type"] == "text" for part in parts):
        return turn
    note("text_added", f"{IMAGE} stands beside images that have no text", max(turn.origins, default=None))
    return replace(turn, wire={**turn.wire, "content": [*parts, {"type": "text", "text": IMAGE}]})
