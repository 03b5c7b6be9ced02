"""The OpenAPI document as a promise: every answer of the API that a test sees is held against it."""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from typing import Any

from django.urls import Resolver404, resolve
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

METHODS = frozenset({"get", "post", "put", "patch", "delete"})


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The API's OpenAPI document, with `nullable` said as JSON Schema says it."""
    return _plain(SchemaGenerator().get_schema(request=None, public=True))


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of everything that the document describes."""
    return [
        (path, method, operation)
        for path, item in document()["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def hold(answer: Any, *, method: str, path: str) -> None:
    """Fail where an answer has a status, a type or a shape that the document does not declare for its operation.

    Says nothing of addresses and methods that the document does not describe, nor of faults of the server's own.
    """
    operation = document()["paths"].get(described(path), {}).get(method.lower())
    if operation is None or answer.status_code >= 500:
        return
    place, status = f"{method} {path}: {answer.status_code}", str(answer.status_code)
    assert status in operation["responses"], f"{place} is not declared"
    declared = _response(operation, status)
    for name, header in declared.get("headers", {}).items():
        assert re.fullmatch(r"\d+" if header["schema"]["type"] == "integer" else ".+", answer.headers[name]), name
    given = answer.headers["Content-Type"].partition(";")[0]
    assert given in declared["content"], f"{place} is of type {given}"
    if not given.endswith("json"):
        return
    told = json.loads(answer.content)
    for fault in _validator(described(path), method.lower(), status, given).iter_errors(told):
        raise AssertionError(f"{place} breaks its shape at {fault.json_path}: {fault.message}")


def described(path: str) -> str:
    """The path of the document that this address belongs to; "" for none."""
    for one in (path, path.removesuffix("/"), f"{path}/"):
        try:
            route = resolve(one).route
        except Resolver404:
            continue
        found = as_described(f"/{route}")
        if found in document()["paths"]:
            return found
    return ""


def as_described(route: str) -> str:
    """A route of Django's as the document writes it: `<int:id>` is `{id}`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)


def _response(operation: dict[str, Any], status: str) -> dict[str, Any]:
    declared: dict[str, Any] = operation["responses"][status]
    if "$ref" in declared:
        declared = document()["components"]["responses"][declared["$ref"].rpartition("/")[2]]
    return declared


@cache
def _validator(path: str, method: str, status: str, media_type: str) -> Draft202012Validator:
    shape = _response(document()["paths"][path][method], status)["content"][media_type]["schema"]
    return Draft202012Validator({**shape, "components": document()["components"]})


def _plain(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _plain(inner) for name, inner in schema.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain
