"""Each recorded message as it is written for the route."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Sequence

from interrogate.records import Json, Media, Message, Reasoning, Text, ToolCall, is_json_object
from interrogate.restoring.naming import SIGNATURE
from interrogate.restoring.order import Numbered
from interrogate.restoring.routes import Note, Route, Sent

Content = str | list[Json]

NO_OUTPUT = "[no output]"
"""The content of an empty result where the provider refuses it, or LiteLLM leaves it out on the way (to Mistral)."""

UNSIGNED = base64.b64encode(b"skip_thought_signature_validator").decode()
"""What Google has clients send for a call that another model made."""

_DATA_URI = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[\w+/=-]+", re.ASCII)
_DATA_WITHIN = re.compile("data:", re.IGNORECASE)


def written(messages: Iterable[Numbered], route: Route, note: Note, *, aloud: bool) -> Iterator[Sent]:
    """The messages as they are sent. `aloud` puts reasoning into the assistant's text."""
    leading = True
    for index, message in messages:
        wire = _wire(message, index, route, note, leading=leading, aloud=aloud)
        if wire is None:
            note("empty_message_omitted", f"nothing of this {message.role} message can be sent", index)
        else:
            leading = leading and wire["role"] == "system"
            yield Sent(wire, message.role, () if index is None else (index,))


def _wire(message: Message, index: int | None, route: Route, note: Note, *, leading: bool, aloud: bool) -> Json | None:
    """What is sent for a message; None where it holds nothing that can be."""
    if message.is_error:
        note("error_unmarked", "Chat Completions cannot mark a result as an error", index)
    content = _content(message, index, route, note)
    match message.role:
        case "assistant":
            return _assistant(message, index, route, note, aloud=aloud)
        case "tool" if route.tools == "native" and message.call_id is not None:
            return {"role": "tool", "tool_call_id": message.call_id, "content": _result(content, index, route, note)}
        case "tool":
            return {"role": "user", "content": _marked("[tool result]", content)}
        case _ if _is_blank(content):
            return None
        case "system" if route.system == "none" or (route.system == "first" and not leading):
            note("system_as_user", "this system message is sent as a user's, marked", index)
            return {"role": "user", "content": _marked("[system message]", content)}
        case role:
            return {"role": role, "content": content}


def _is_blank(content: Content) -> bool:
    return not (content.strip() if isinstance(content, str) else content)


def _marked(mark: str, content: Content) -> Content:
    return f"{mark}\n{content}" if isinstance(content, str) else [{"type": "text", "text": mark}, *content]


def _content(message: Message, index: int | None, route: Route, note: Note) -> Content:
    """Text alone as a string; with images, the list of parts."""
    media = [block for block in message.blocks if isinstance(block, Media)]
    images = [block for block in media if message.role in {"user", "tool"} and _can_be_sent(block, route)]
    if len(images) < len(media):
        note("media_omitted", "only images of users and tools are sent, and only as this route takes them", index)
    if not images:
        return message.text
    parts: list[Json] = []
    for block in message.blocks:
        if isinstance(block, Text) and block.text.strip():
            parts.append({"type": "text", "text": block.text})
        elif block in images:
            parts.append({"type": "image_url", "image_url": {"url": block.url}})
    return parts


def _can_be_sent(block: Media, route: Route) -> bool:
    """LiteLLM downloads addresses for some providers, and breaks on what is neither address nor data."""
    as_address = route.images == "address" and block.url.startswith("https://")
    return block.kind == "image" and route.images != "none" and (as_address or bool(_DATA_URI.fullmatch(block.url)))


def _result(content: Content, index: int | None, route: Route, note: Note) -> Content:
    if route.dialect in {"bedrock", "mistral"} and _is_blank(content):
        note("empty_result_marked", f"this route has no empty results: sent as {NO_OUTPUT}", index)
        return NO_OUTPUT
    return _for_gemini(content, index, note) if route.dialect == "gemini" else content


def _for_gemini(content: Content, index: int | None, note: Note) -> Content:
    """A result as LiteLLM leaves it: it makes an image of text that is a data URI, and puts texts together as one."""
    if not isinstance(content, str):
        texts = [part["text"] for part in content if part["type"] == "text"]
        return [{"type": "text", "text": "\n".join(texts)}, *(part for part in content if part["type"] != "text")]
    if is_json_object(content):
        note("result_as_object", "Gemini gets this result as the object that it spells", index)
    return [{"type": "text", "text": content}] if _DATA_WITHIN.match(content) else content


# --- the assistant's --------------------------------------------------------------------------------------


def _assistant(message: Message, index: int | None, route: Route, note: Note, *, aloud: bool) -> Json | None:
    if not _is_ordered(message):
        note("blocks_reordered", "reasoning, text and calls are sent in this order", index)
    spoken = _spoken(message.reasoning, index, note) if aloud else ""
    reasoning = {} if aloud else _reasoning(message.reasoning, index, route, note)
    said = "" if _is_blank(message.text) else message.text
    native = route.tools == "native"
    spelled = () if native else (f"[tool call] {call.name} {call.arguments}" for call in message.calls)
    calls = [_call(call, index, note) for call in message.calls] if native else []
    if route.needs_signatures and calls and SIGNATURE not in calls[0]["id"]:
        note("call_unsigned", "the maker's placeholder stands for a signature of the call", index)
        calls[0] |= {"provider_specific_fields": {"thought_signature": UNSIGNED}}
    text = "\n".join(filter(None, (spoken, said, *spelled)))
    if not (text or calls or reasoning):
        return None
    return {"role": "assistant", "content": text or None, **({"tool_calls": calls} if calls else {}), **reasoning}


def _is_ordered(message: Message) -> bool:
    """Whether the blocks stand in the one order that Chat Completions can express."""
    ranks = {"reasoning": 0, "text": 1, "media": 1, "tool_call": 2}
    order = [ranks[block.type] for block in message.blocks if not (isinstance(block, Text) and _is_blank(block.text))]
    return order == sorted(order)


def _call(call: ToolCall, index: int | None, note: Note) -> Json:
    if not is_json_object(call.arguments):
        note("arguments_wrapped", f"the arguments of {call.id} are no JSON object", index)
    return wire_call(call)


def wire_call(call: ToolCall) -> Json:
    """A call as it is sent; arguments that are no JSON object are wrapped in one."""
    whole = is_json_object(call.arguments)
    arguments = call.arguments if whole else json.dumps({"_raw": call.arguments}, ensure_ascii=False)
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _spoken(reasoning: Sequence[Reasoning], index: int | None, note: Note) -> str:
    """What can be read of the reasoning, as a part of the assistant's text."""
    legible = [block for block in reasoning if block.text.strip()]
    if legible:
        note("reasoning_as_text", "the reasoning is sent as a part of the text, marked", index)
    _note_reasoning(legible, reasoning, index, note)
    return "\n".join(f"[reasoning]\n{block.text}\n[end of reasoning]" for block in legible)


def _reasoning(reasoning: Sequence[Reasoning], index: int | None, route: Route, note: Note) -> Json:
    kept: list[Reasoning] = []
    carried: Json = {}
    if route.reasoning == "signed":
        # A provider's hidden reasoning goes back as `redacted_thinking`, which LiteLLM drops on the way to Bedrock.
        lost = route.dialect == "bedrock"
        kept = [block for block in reasoning if block.signature and not (lost and _is_hidden(block))]
        carried = {"thinking_blocks": [_thinking_block(block) for block in kept]}
        _note_reasoning(kept, reasoning, index, note, whole=True)
    else:
        kept = [block for block in reasoning if block.text and route.reasoning == "field"]
        carried = {"reasoning_content": "\n".join(block.text for block in kept)}
        _note_reasoning(kept, reasoning, index, note)
    return carried if kept else {}


def _note_reasoning(
    kept: Sequence[Reasoning], reasoning: Sequence[Reasoning], index: int | None, note: Note, *, whole: bool = False
) -> None:
    """`whole` says that the hidden part of what is kept goes with it."""
    if not whole and any(block.opaque for block in kept):
        note("reasoning_opaque", "what is sent of the reasoning is the provider's summary", index)
    if len(kept) < len(reasoning):
        note("reasoning_dropped", "not all of the recorded reasoning can be sent on this route", index)


def _is_hidden(block: Reasoning) -> bool:
    return block.opaque and not block.text


def _thinking_block(block: Reasoning) -> Json:
    """As the maker wrote it. Hidden reasoning without a summary is encrypted data rather than a signature."""
    if _is_hidden(block):
        return {"type": "redacted_thinking", "data": block.signature}
    return {"type": "thinking", "thinking": block.text, "signature": block.signature}
