"""What a model was given and what it answered, as tracing libraries write it down: as chat messages.

Libraries copy a provider's request and response as they are, so any interface's shape may stand in a trace: Chat
Completions, Anthropic's Messages, Responses items, Gemini's contents, LangChain's messages, or the `parts` of the
GenAI conventions. All become messages that `shapes` reads. What is not known is left as it is, for `shapes` to refuse
with its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from interrogate.adapters.drafting import as_list, as_text
from interrogate.adapters.formats.langchain.messages import thought, translated, unwrapped
from interrogate.adapters.parsing import decoded, looks_like_json
from interrogate.records import Json

Speaker = Literal["user", "assistant"]
_SPEAKERS = {"human": "user", "ai": "assistant", "model": "assistant"}


def is_cut(value: object) -> bool:
    """Whether this was meant to be JSON and does not end: a limit on the length of attributes does that."""
    return looks_like_json(value) and isinstance(decoded(value), str)


def messages_of(value: object, speaker: Speaker) -> list[Any]:
    """The chat messages that a call's input (`user`) or output (`assistant`) holds; none where it holds none."""
    match decoded(value):
        case str(text):
            return [{"role": speaker, "content": text}] if text else []
        case dict(whole):
            return _of_object(whole, speaker)
        case list(items):
            return _of_list(items, speaker)
    return []


def system_of(instructions: object) -> list[Any]:
    """A system prompt that is kept apart from the messages, as one of them."""
    match decoded(instructions):
        case None | "" | []:
            return []
        case {"parts": list(parts)} | list(parts):
            return [{"role": "system", "content": [_part(part, 0) for part in parts]}]
        case {"content": text} | text:
            return [{"role": "system", "content": text}]


def _of_object(whole: Json, speaker: Speaker) -> list[Any]:
    if "role" in whole or unwrapped(whole) or _is_item(whole):
        return _of_list([whole], speaker)
    match whole:
        case {"messages": inner} | {"input": inner} | {"contents": inner}:
            names = ("system", "instructions", "system_instruction", "systemInstruction")
            instructions = (whole[name] for name in names if whole.get(name))
            return [*system_of(next(instructions, None)), *messages_of(inner, speaker)]
        case {"choices": [{"message": answer}, *_]} | {"candidates": [{"content": answer}, *_]}:
            return _of_list([answer], "assistant")
        case {"generations": [[{"message": answer} | {"text": answer}, *_], *_]}:
            return _of_list([answer], "assistant")
        case {"message": inner} | {"output": inner} | {"content": inner} | {"text": inner} | {"completion": inner}:
            return messages_of(inner, speaker)
    return []


def _of_list(items: list[Any], speaker: Speaker) -> list[Any]:
    """The messages of a list. Where it holds Responses items, those of one turn are one message."""
    if items and isinstance(items[0], list):
        return _of_list(items[0], speaker)
    has_items = any(_is_item(item) for item in items)
    messages: list[Any] = []
    for number, item in enumerate(items):
        for message in _of_item(item, speaker, number):
            if has_items and messages and _both_answer(messages[-1], message):
                messages[-1] = _joined(messages[-1], message)
            else:
                messages.append(message)
    return messages


def _is_item(value: object) -> bool:
    typed = isinstance(value, dict) and isinstance(value.get("type"), str) and "role" not in value
    return typed and unwrapped(value) is None


def _both_answer(*messages: Any) -> bool:
    return all(isinstance(each, dict) and each.get("role") == "assistant" for each in messages)


def _joined(first: Json, second: Json) -> Json:
    together = {key: [*as_list(first.get(key)), *as_list(second.get(key))] for key in ("content", "tool_calls")}
    return {**second, **first, **together}


def _of_item(item: Any, speaker: Speaker, number: int) -> Iterator[Any]:
    if (message := unwrapped(item)) is not None:
        yield from translated(message)
        return
    match item:
        case str(text):
            yield {"role": speaker, "content": text}
        case {"role": str(role), "parts": list(parts)} | {"content": {"role": str(role), "parts": list(parts)}}:
            yield from _of_parts(_SPEAKERS.get(role, role), parts, number)
        case {"role": str(role)}:
            yield {**item, "role": _SPEAKERS.get(role, role)}
        case {"type": str(kind)} if kind.endswith("call_output"):
            yield {"role": "tool", "tool_call_id": item.get("call_id"), "content": _shown(item.get("output"))}
        case {"type": str(kind)} if kind == "reasoning" or kind.endswith("call"):
            yield {"role": "assistant", "content": [_part(item, number)]}
        case {"type": str()}:
            yield {"role": speaker, "content": [item]}
        case _:
            yield item


# --- the parts of the GenAI conventions, of Gemini, and Responses items -----------------------------------


def _of_parts(role: str, parts: list[Any], number: int) -> Iterator[Json]:
    """One message for what is said, and one for each result, in their order."""
    said: list[Any] = []
    for place, part in enumerate(parts):
        result = _result(part)
        if result is None:
            said.append(_part(part, f"{number}_{place}"))
            continue
        if said:
            yield {"role": role, "content": said}
            said = []
        yield result
    if said or not parts:
        yield {"role": role, "content": said}


def _result(part: Any) -> Json | None:
    match part:
        case {"type": "tool_call_response"}:
            content = next((part[key] for key in ("response", "result", "content") if part.get(key) is not None), None)
            known = part.get("id")
        case {"function_response": dict(inner)} | {"functionResponse": dict(inner)}:
            content, known = inner.get("response"), inner.get("id")
        case _:
            return None
    if known in (None, ""):
        return {"role": "tool", "content": _shown(content)}
    failed = bool(part.get("is_error")) or part.get("outcome") in ("failed", "denied")
    result = {"type": "tool_result", "tool_use_id": known, "content": _shown(content), "is_error": failed}
    return {"role": "user", "content": [result]}


def _shown(content: object) -> Any:
    """A result's content: text, blocks where all are such, otherwise the JSON that spells it."""
    blocks = content if isinstance(content, list) else [content]
    if blocks and all(isinstance(block, dict) and isinstance(block.get("type"), str) for block in blocks):
        return [_part(block, 0) for block in blocks]
    return as_text(content)


def _part(part: Any, place: object) -> Any:
    """A content part as `shapes` reads it."""
    return _call(part, place) or _server_tool(part) or _shown_part(part) or _said(part)


def _said(part: Any) -> Any:
    match part:
        case {"type": "text", "content": content, **rest} if "text" not in rest:
            return {"type": "text", "text": as_text(content)}
        case {"type": "reasoning" | "thinking", **rest} if "thinking" not in rest:
            return thought(part)
        case {"text": str(text), **rest} if "type" not in rest:
            return thought(part) if part.get("thought") else {"type": "text", "text": text}
    return part


def _call(part: Any, place: object) -> Json | None:
    match part:
        case {"type": "tool_call" | "function_call" | "custom_tool_call", "name": _}:
            call = part
        case {"function_call": {"name": _} as call} | {"functionCall": {"name": _} as call}:
            pass
        case _:
            return None
    arguments = next((call[key] for key in ("arguments", "args", "input") if call.get(key) is not None), None)
    known = call.get("call_id") or call.get("id") or f"call_{place}"
    return {"type": "tool_use", "id": known, "name": call["name"], "input": arguments}


def _server_tool(part: Any) -> Json | None:
    match part:
        case {"type": "server_tool_call"}:
            return {**part, "type": "server_tool_use", "input": part.get("server_tool_call")}
        case {"type": "server_tool_call_response"}:
            content = part.get("server_tool_call_response", part.get("response"))
            return {"type": "server_tool_result", "tool_use_id": part.get("id"), "content": content}
    return None


def _shown_part(part: Any) -> Json | None:
    match part:
        case {"type": "uri", "uri": str(url), "modality": "image"} | {"type": "image-url", "url": str(url)}:
            return {"type": "image_url", "image_url": url}
        case {"type": "blob" | "binary", "content": str(data)}:
            media = part.get("mime_type") or part.get("media_type")
            if isinstance(media, str) and media.startswith("image/"):
                return {"type": "image_url", "image_url": f"data:{media};base64,{data}"}
    return None
