"""LangChain's messages, in each of their spellings, as chat messages that `shapes` reads.

Nothing is loaded or constructed: `lc` objects are data here. A call that stands both as a block and in `tool_calls` is
one call, in the block's place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from interrogate.adapters.drafting import as_list, as_object, as_text
from interrogate.records import Json

_SUFFIX = re.compile(r"(Message)?(Chunk)?$")
_ROLES = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool", "function": "function"}
_KINDS = {*_ROLES, "chat", "remove"}
_CALL_BLOCKS = {"tool_use", "tool_call", "function_call", "invalid_tool_call", "tool_call_chunk"}


def unwrapped(value: object) -> Json | None:
    """One message's own fields, with its class under `type`; None for what is no message of LangChain's."""
    match value:
        case {"lc": _, "type": "constructor", "id": [*_, str(name)], "kwargs": dict(fields)}:
            found = {**fields, "type": name}
        case {"type": str(name), "data": dict(fields)}:
            found = {**fields, "type": name}
        case {"type": str(name), "content": _, **rest} if "role" not in rest or kind(name) == "chat":
            found = {**rest, "content": value["content"], "type": name}  # type: ignore[index]
        case {"type": "remove" | "RemoveMessage"}:
            found = {"type": "remove"}
        case _:
            return None
    return found if kind(found["type"]) in _KINDS else None


def kind(name: str) -> str:
    """`ai` for `ai`, `AIMessage` and `AIMessageChunk`."""
    return _SUFFIX.sub("", name).lower()


def translated(message: Json) -> list[Json]:
    """The chat messages that say the same as an unwrapped message: one, or none for an order to remove another."""
    name = kind(message["type"])
    if name == "remove":
        return []
    role = message.get("role") if name == "chat" else _ROLES[name]
    role = _ROLES.get(role, role) if isinstance(role, str) else role
    match role:
        case "assistant":
            return [_answer(message)]
        case "tool":
            return [_result(message)]
    return [{"role": role, "content": [_part(part) for part in as_list(message.get("content"))]}]


def model_of(message: Json) -> str | None:
    """Which model wrote an unwrapped message, where its metadata says so."""
    metadata = as_object(message.get("response_metadata"))
    names = (metadata.get(key) for key in ("model_name", "model", "model_id"))
    return next((name for name in names if isinstance(name, str) and name), None)


def _result(message: Json) -> Json:
    content = message.get("content")
    parts = [_part(part) for part in content] if isinstance(content, list) else as_text(content)
    call_id = message.get("tool_call_id")
    if call_id in (None, ""):
        return {"role": "tool", "content": parts}
    failed = message.get("status") == "error"
    return {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": call_id, "content": parts, "is_error": failed}],
    }


# --- what the model said ----------------------------------------------------------------------------------


def _answer(message: Json) -> Json:
    more = as_object(message.get("additional_kwargs"))
    calls = list(_calls(message, more))
    parts = [*_summaries(more), *_placed(as_list(message.get("content")), calls)]
    placed = {id(part) for part in parts}
    answer: Json = {"role": "assistant", "content": [*parts, *(each for each in calls if id(each) not in placed)]}
    if not any(isinstance(part, dict) and str(part.get("type")).endswith("thinking") for part in parts):
        answer["reasoning_content"] = more.get("reasoning_content")
    if not calls:
        answer["function_call"] = more.get("function_call")
    return {**answer, "refusal": more.get("refusal")}


def _calls(message: Json, more: Json) -> Iterator[Json]:
    """The calls, each once, with the arguments as the model wrote them where the provider's form is kept beside."""
    raw = {_id(each): _written(each) for each in as_list(more.get("tool_calls")) if isinstance(each, dict)}
    parsed = [*as_list(message.get("tool_calls")), *as_list(message.get("invalid_tool_calls"))]
    listed = parsed or as_list(more.get("tool_calls")) or as_list(message.get("tool_call_chunks"))
    for number, each in enumerate(listed):
        if not isinstance(each, dict) or not _name(each):
            yield {"type": "invalid_tool_call"}
            continue
        known = _id(each)
        arguments = raw.get(known) if known in raw else _written(each)
        yield {"type": "tool_use", "id": known or f"call_{number}", "name": _name(each), "input": arguments}


def _id(call: Json) -> str:
    """A call's id; of a block of the Responses interface the `call_id`, which is what its result names."""
    return next((str(call[key]) for key in ("call_id", "id") if isinstance(call.get(key), str | int)), "")


def _name(call: Json) -> object:
    return as_object(call.get("function")).get("name") or call.get("name")


def _written(call: Json) -> object:
    inner = as_object(call.get("function")) or call
    return next((inner[key] for key in ("arguments", "args", "input") if inner.get(key) is not None), None)


def _placed(content: list[Any], calls: list[Json]) -> Iterator[Any]:
    """The blocks, with each call that is listed beside them in its block's place."""
    listed = {each.get("id"): each for each in calls}
    for part in content:
        if not isinstance(part, dict):
            yield part
        elif part.get("type") == "input_json_delta":
            continue
        elif isinstance(part.get("type"), str) and part["type"] in _CALL_BLOCKS:
            unlisted = {"type": "tool_use", "id": _id(part), "name": _name(part), "input": _written(part)}
            yield listed.get(_id(part), unlisted)
        else:
            yield _part(part)


def _summaries(more: Json) -> Iterator[Json]:
    """The Responses interface's reasoning, as it was kept before it became a block."""
    if isinstance(more.get("reasoning"), dict):
        yield thought(more["reasoning"])


def thought(item: Json) -> Json:
    """A thinking block from a reasoning item or block of any interface.

    A summary beside encrypted content is opaque; text of the model's own is not.
    """
    inner = as_object(item.get("reasoning_content")) or item
    own = next((inner[key] for key in ("reasoning", "text", "thinking") if isinstance(inner.get(key), str)), None)
    own = own or _joined(inner.get("content"))
    signature = inner.get("signature") or as_object(inner.get("extras")).get("signature")
    if own:
        return {"type": "thinking", "thinking": own, "signature": signature}
    hidden = inner.get("encrypted_content")
    return {"type": "redacted_thinking", "thinking": _joined(inner.get("summary")), "data": hidden or signature}


def _joined(parts: object) -> str:
    if isinstance(parts, str):
        return parts
    texts = (part.get("text") for part in as_list(parts) if isinstance(part, dict))
    return "\n\n".join(text for text in texts if isinstance(text, str))


def _part(part: Any) -> Any:
    match part:
        case {"type": "reasoning" | "reasoning_content"}:
            return thought(part)
        case {"type": "image", "url": str(url)}:
            return {"type": "image_url", "image_url": url}
        case {"type": "image", "base64": str(data), "mime_type": str(media)} | {
            "type": "image",
            "data": str(data),
            "mime_type": str(media),
        }:
            return {"type": "image_url", "image_url": f"data:{media};base64,{data}"}
        case {"type": "server_tool_call", "name": name}:
            return {"type": "server_tool_use", "id": part.get("id"), "name": name, "input": part.get("args")}
        case {"type": "server_tool_result"}:
            return {**part, "tool_use_id": part.get("tool_call_id"), "content": part.get("output")}
    return part
