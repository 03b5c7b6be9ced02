"""The OpenAPI document of each operation: what it takes, its own answers, and the problems that it may answer with."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import Serializer

from portal.api.authentication import ApiKeyScheme
from portal.api.problem_responses import ALWAYS, ON_AN_ITEM, WITH_BODY, ProblemAnswer, name_of, response_of
from portal.api.scopes import SCOPES
from portal.core.jsonlines.bodies import MEDIA_TYPE

KEY = ApiKeyScheme.name


class OperationSchema(AutoSchema):
    """Declares the problems of an operation, so that a view names only what it says about one of them itself."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is None:
            return None
        shape = self.resolve_serializer(ProblemAnswer, "response").ref
        statuses = {*ALWAYS}
        if "requestBody" in operation:
            statuses |= {*WITH_BODY}
        if method.upper() != "GET" and "{" in path:
            statuses |= {*ON_AN_ITEM}
        responses: dict[str, Any] = operation["responses"]
        for code, told in responses.items():
            if int(code) >= 400:
                responses[code] = response_of(int(code), shape, description=told["description"])
        for status in statuses:
            component = ResolvedComponent(
                name=name_of(status),
                type=ResolvedComponent.RESPONSE,
                schema=response_of(status, shape),
                object=name_of(status),
            )
            registry.register_on_missing(component)
            responses.setdefault(str(status), component.ref)
        operation["responses"] = dict(sorted(responses.items()))
        scope = SCOPES.get(operation["operationId"])
        if scope is None:
            opened = "For people who are signed in; no API key opens this."
            operation["security"] = [way for way in operation["security"] if KEY not in way]
        else:
            opened = f"Scope: `{scope}`."
        parts = (operation.get("description"), _lines_shown(operation), opened)
        operation["description"] = "\n\n".join(filter(None, parts))
        return operation

    def parameters_taken(self, method: str) -> frozenset[str]:
        """The query parameters that the document declares for a method of this view, paging included."""
        view = self.view
        declared = getattr(getattr(view, method.lower(), None), "kwargs", {}).get("schema")
        schema = declared() if declared else type(self)()
        schema.view, schema.method = view, method
        names: set[str] = set()
        for one in schema.get_override_parameters():
            if not isinstance(one, OpenApiParameter):
                names |= {*cast(type[Serializer[Any]], one)().fields}
            elif one.location == OpenApiParameter.QUERY:
                names.add(one.name)
        paginator = getattr(view, "paginator", None) if method == "GET" else None
        if paginator is not None:
            names |= {parameter["name"] for parameter in paginator.get_schema_operation_parameters(view)}
        return frozenset(names)


def _lines_shown(operation: dict[str, Any]) -> str:
    """The examples of JSON lines, taken out of an operation: the documentation shows a text of lines as one escaped
    string, and reads better what stands in the description.
    """
    lines = operation.get("requestBody", {}).get("content", {}).get(MEDIA_TYPE, {})
    examples = lines.pop("examples", {}).values()
    return "\n\n".join(f"```\n{example['value'].strip()}\n```" for example in examples)
