"""Tools' JSON schemas in that part of the language which a provider, and LiteLLM on the way to it, takes.

LiteLLM 1.106 leaves out the rest in silence; see its `build_vertex_schema`, `BedrockToolSpec`,
`sanitize_input_schema_for_anthropic` and `remove_json_schema_refs`. What is written here they let pass unchanged.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from interrogate.records import Json
from interrogate.restoring.routes import Dialect

_DEEPEST = 40
_MOST_REFERENCES = 1000
"""Bounds for schemas that refer to themselves, or were made to burst a reader."""

_ANTHROPIC_KEYS = {"type", "properties", "additionalProperties", "required", "$defs", "strict"}
_GEMINI_KEYS = set(
    "type format title description nullable default items minItems maxItems enum properties required minProperties "
    "maxProperties minimum maximum minLength maxLength pattern example anyOf".split()
)
_OF_CONTAINERS = {"properties", "required", "items", "minItems", "maxItems", "minProperties", "maxProperties"}


def schema_for(dialect: Dialect, schema: Json) -> Json:
    """A tool's parameters as they are sent, always a new object."""
    whole: Json = {"type": "object", "properties": {}, **copy.deepcopy(schema)}
    match dialect:
        case "anthropic":
            return _for_anthropic(whole)
        case "bedrock":
            inlined = _without(_inlined(whole), lambda _, value: value is None)
            return {"type": "object", "properties": inlined["properties"], "required": inlined.get("required", [])}
        case "gemini":
            return _for_gemini(_without(_inlined(whole), _is_strict))
        case "vllm":
            return _without(whole, _is_strict)
        case "mistral":
            return _without(whole, lambda key, _: key in {"$id", "$schema"})
        case _:
            return whole


def _for_anthropic(schema: Json) -> Json:
    whole = _inlined(schema) if schema.keys() & {"definitions", "components"} else schema
    return {**{key: value for key, value in whole.items() if key in _ANTHROPIC_KEYS}, "type": "object"}


def _is_strict(key: str, value: object) -> bool:
    return key == "strict" or (key == "additionalProperties" and value is False)


def _without(schema: Json, dropped: Callable[[str, object], bool]) -> Json:
    """The schema without such keys, at any depth. LiteLLM takes even a property of such a name for the keyword."""

    def kept(node: Any) -> Any:
        if isinstance(node, list):
            return [kept(item) for item in node if not dropped("", item)]
        if not isinstance(node, dict):
            return node
        return {key: kept(value) for key, value in node.items() if not dropped(key, value)}

    return {key: kept(value) for key, value in schema.items() if not dropped(key, value)}


# --- references -------------------------------------------------------------------------------------------


def _inlined(schema: Json) -> Json:
    """The schema with what it refers to in place of its references; "any object" where there is no end to it."""
    definitions = _definitions(schema)
    bare = {key: value for key, value in schema.items() if key not in {"$defs", "definitions", "components"}}
    budget = iter(range(_MOST_REFERENCES))

    def inline(node: Any, chain: tuple[str, ...]) -> Any:
        if isinstance(node, list):
            return [inline(item, chain) for item in node]
        if not isinstance(node, dict):
            return node
        if not isinstance(node.get("$ref"), str):
            return {key: inline(value, chain) for key, value in node.items()}
        name = node["$ref"].rpartition("/")[2]
        if name in chain or name not in definitions or next(budget, None) is None:
            return {"type": "object"}
        return inline(definitions[name], (*chain, name))

    found = inline(bare, ())
    return {"type": "object", "properties": {}, **found}


def _definitions(schema: Json) -> Mapping[str, Any]:
    components = schema.get("components")
    places = [schema.get("$defs"), schema.get("definitions")]
    places += [components.get("schemas")] if isinstance(components, dict) else []
    return {name: body for place in places if isinstance(place, dict) for name, body in place.items()}


# --- Gemini's part of OpenAPI -----------------------------------------------------------------------------


def _for_gemini(schema: Json) -> Json:
    return {**_openapi(schema, 0), "type": "object"}


def _openapi(node: Any, depth: int) -> Json:
    if not isinstance(node, dict) or depth > _DEEPEST:
        return {"type": "object"}
    node = _with_variants(node)
    if variants := node.get("anyOf"):
        return _any_of(node, variants, depth)
    kept = {key: value for key, value in node.items() if key in _GEMINI_KEYS and key != "anyOf" and value is not None}
    kept.setdefault("type", "object")
    if kept.get("format") not in {None, "enum", "date-time"}:
        del kept["format"]
    return _with_values(_with_parts(kept, depth))


def _with_variants(node: Json) -> Json:
    """The other ways to say `anyOf` said in this one: `oneOf`, `allOf` of one schema, a list of types."""
    if isinstance(node.get("oneOf"), list) and "anyOf" not in node:
        return {**node, "anyOf": node["oneOf"]}
    match node.get("allOf"), node.get("type"):
        case [dict() as only], _:
            return _with_variants({**only, **{key: value for key, value in node.items() if key != "allOf"}})
        case _, [only]:
            return {**node, "type": only}
        case _, [_, *_] as types:
            shared = {key: value for key, value in node.items() if key in _OF_CONTAINERS}
            return {
                **node,
                "anyOf": [{"type": kind, **(shared if kind in {"object", "array"} else {})} for kind in types],
            }
        case _:
            return node


def _any_of(node: Json, variants: Any, depth: int) -> Json:
    listed = [each for each in variants if isinstance(each, dict)] if isinstance(variants, list) else []
    about = {key: node[key] for key in ("title", "description") if node.get(key)}
    real = [each for each in listed if each.get("type") != "null"]
    nullable = {"nullable": True} if len(real) < len(listed) else {}
    kept = [{**only, **about} for each in real for only in _variants(_openapi(each, depth + 1))]
    return {"anyOf": [{**each, **nullable} for each in kept]} if kept else {"type": "object", **about}


def _variants(node: Json) -> list[Json]:
    variants: list[Json] = node.get("anyOf", [node])
    return variants


def _with_parts(node: Json, depth: int) -> Json:
    properties = node.pop("properties", None)
    if isinstance(properties, dict) and properties:
        node |= {"type": "object", "properties": {key: _openapi(each, depth + 1) for key, each in properties.items()}}
    elif properties is not None:
        node.pop("required", None)
        node["type"] = "object"
    if node["type"] == "array" or "items" in node:
        node["items"] = _openapi(node.get("items") or {}, depth + 1)
    return node


def _with_values(node: Json) -> Json:
    values = node.pop("enum", None)
    if node["type"] == "string" and isinstance(values, list):
        node["enum"] = [value for value in values if isinstance(value, str) and value]
    return node
