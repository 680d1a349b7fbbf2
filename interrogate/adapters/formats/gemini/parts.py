"""Gemini's contents and their parts, in the spelling of its interface (`functionCall`) or its library's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

from interrogate.adapters.drafting import Draft, as_list, as_text, call
from interrogate.records import Block, Json, Media, Reasoning, Role, Text

_SIGNATURES = {"thought", "thoughtSignature", "thought_signature"}
_ROLES: dict[str, Role] = {"user": "user", "model": "assistant", "function": "user", "system": "system"}


def either(holder: Json, key: str) -> Any:
    """What stands under a key, spelled `systemInstruction` or `system_instruction`."""
    found = holder.get(key)
    return found if found is not None else holder.get(re.sub(r"(?=[A-Z])", "_", key).lower())


def read_contents(contents: Iterable[Any], draft: Draft, *, role: Role | None = None) -> None:
    """Adds contents as messages, all of one role where that is given. Those of the model in a row are one turn.

    Raises TranscriptError, naming the message, for what is no content.
    """
    turn: list[Block] = []
    for content in contents:
        speaker = role or _role(content, draft)
        if speaker != "assistant":
            _close("assistant", turn, draft)
        for part in _parts(content):
            _read_part(part, turn, speaker, draft)
        if speaker != "assistant":
            _close(speaker, turn, draft)
    _close("assistant", turn, draft)


def _role(content: Any, draft: Draft) -> Role:
    name = content.get("role") if isinstance(content, dict) else None
    if name is None:
        return "user"
    if str(name) not in _ROLES:
        raise draft.fault(f"a content of the role {name!r}, which is not known")
    return _ROLES[str(name)]


def _parts(content: Any) -> list[Any]:
    if not isinstance(content, dict):
        return [content]
    return as_list(content["parts"]) if "parts" in content else [content]


def _close(role: Role, turn: list[Block], draft: Draft) -> None:
    if turn:
        draft.add(role, turn)
        turn.clear()


def _read_part(part: Any, turn: list[Block], speaker: Role, draft: Draft) -> None:
    if isinstance(part, str):
        part = {"text": part}
    if not isinstance(part, dict):
        raise draft.fault(f"a part that is {type(part).__name__}, neither text nor an object")
    found = {key: either(part, key) for key in ("functionCall", "functionResponse", "inlineData", "fileData")}
    found |= {key: either(part, key) for key in ("executableCode", "codeExecutionResult", "thoughtSignature")}
    if signature := found["thoughtSignature"]:
        _sign(signature, part, turn)
    match {"text": part.get("text"), **found}:
        case {"functionCall": dict() as asked}:
            name = f"call_{len(draft.messages)}_{len(turn)}"
            turn.append(call(asked.get("name"), asked.get("args"), asked.get("id") or name, draft))
        case {"functionResponse": dict() as response}:
            _close(speaker, turn, draft)
            read_response(response, draft)
        case {"text": str(text)}:
            turn += [_said(text, signature, part)] if text else []
        case {"executableCode": dict() as code}:
            draft.note("server_tool_as_call", "code that the provider ran itself is restored as an ordinary call")
            turn.append(call("code_execution", code, f"call_{len(draft.messages)}_{len(turn)}", draft))
            _close("assistant", turn, draft)
        case {"codeExecutionResult": dict() as result}:
            _close("assistant", turn, draft)
            is_error = result.get("outcome") not in (None, "OUTCOME_OK")
            text = as_text(result.get("output"))
            draft.add("tool", [Text(text)] if text else [], call_id=draft.open_call(), is_error=is_error)
        case {"inlineData": None, "fileData": None} if not set(part) - _SIGNATURES:
            return
        case _:
            turn += _shown(found, part, draft)


def _shown(found: Json, part: Json, draft: Draft) -> list[Block]:
    inline, file = (each if isinstance(each, dict) else {} for each in (found["inlineData"], found["fileData"]))
    data, uri = inline.get("data"), either(file, "fileUri")
    kind = str(either(inline or file, "mimeType"))
    if isinstance(data, str):
        return [Media(_medium(kind), f"data:{kind};base64,{data}")]
    if isinstance(uri, str):
        return [Media(_medium(kind), uri)]
    kinds = ", ".join(sorted(map(str, part)))
    draft.note("content_dropped", f"message {len(draft.messages)}: a part with {kinds[:80]} is not restored")
    return []


def _said(text: str, signature: Any, part: Json) -> Block:
    """Text, or a thought; what Gemini shows of its thoughts is a summary."""
    if not part.get("thought"):
        return Text(text)
    return Reasoning(text, signature=signature if isinstance(signature, str) else None, opaque=True)


def _sign(signature: Any, part: Json, turn: list[Block]) -> None:
    """Keeps the signature of a part that is no thought with the thought before it, or by itself."""
    if part.get("thought") or not isinstance(signature, str):
        return
    before = turn[-1] if turn else None
    if isinstance(before, Reasoning) and before.signature is None:
        turn[-1] = Reasoning(before.text, signature=signature, opaque=True)
    else:
        turn.append(Reasoning("", signature=signature, opaque=True))


def read_response(response: Json, draft: Draft) -> None:
    """Adds what a call returned. Without an id it answers the first open call of its name.

    Where the response has one field, as Gemini's libraries write it, that field's text is the result.
    """
    returned = response.get("response")
    call_id = response.get("id")
    key, text = _only(returned)
    draft.add(
        "tool",
        [Text(text)] if text else [],
        call_id=str(call_id) if call_id else _open_call(response.get("name"), draft),
        is_error=key == "error",
    )


def _only(returned: Any) -> tuple[str | None, str]:
    if isinstance(returned, dict) and len(returned) == 1:
        ((key, value),) = returned.items()
        if key in ("output", "result", "content", "error") and isinstance(value, str):
            return key, value
    return None, as_text(returned)


def _open_call(name: Any, draft: Draft) -> str | None:
    answered = set()
    for message in reversed(draft.messages):
        if message.calls:
            waiting = [made for made in message.calls if made.id not in answered]
            return next((made.id for made in waiting if made.name == name), draft.open_call())
        answered.add(message.call_id)
    return None


def _medium(kind: str) -> Literal["image", "audio", "video", "document"]:
    match kind.split("/", 1)[0]:
        case "image" | "audio" | "video" as known:
            return known
    return "document"
