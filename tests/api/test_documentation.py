"""What an integrator reads in the documentation is so."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator

from assistants.records import RecordParser
from assistants.records.training import TrainingRecordParser
from audits.api.cycles import CycleBody
from audits.api.flags import FlagBody
from consent.api.bodies import EvaluateBody, EventBody
from consent.records import EntryParser
from portal.api.scopes import SCOPES
from tests.access.lines import KEYS_NEVER
from tests.access.matrix import API
from tests.access.test_matrix import ROUTES
from tests.contract import as_described, document, operations

ROUTE_OF = {operation["operationId"]: (path, method.upper()) for path, method, operation in operations()}
JSON = "application/json"


def examples(operation_id: str) -> list[Any]:
    [operation] = [one for _, _, one in operations() if one["operationId"] == operation_id]
    return [example["value"] for example in operation["requestBody"]["content"][JSON]["examples"].values()]


def test_each_operation_says_the_scope_that_opens_it():
    told = {(as_described("/" + ROUTES[line.route][0]), line.method): line.scope for line in API}
    for operation_id, (path, method) in ROUTE_OF.items():
        assert (operation_id, SCOPES.get(operation_id, KEYS_NEVER)) == (operation_id, told[path, method])
    assert set(SCOPES) <= set(ROUTE_OF)


def test_what_is_for_people_takes_no_key():
    for _, _, operation in operations():
        ways = [name for way in operation["security"] for name in way]
        assert ("apiKey" in ways) == (operation["operationId"] in SCOPES)


def test_examples_are_taken():
    for operation_id, parse in (
        ("conversations_push", RecordParser().parse),
        ("datasets_rows_push", TrainingRecordParser().parse),
        ("consents_push", EntryParser().of_json),
    ):
        [told] = [one["description"] for _, _, one in operations() if one["operationId"] == operation_id]
        for line in told.split("```")[1].strip().encode().splitlines():
            assert parse(line)
    for operation_id, body in (
        ("flags_raise", FlagBody),
        ("cycles_open", CycleBody),
        ("consent_evaluate", EvaluateBody),
    ):
        for value in examples(operation_id):
            body(data=value).is_valid(raise_exception=True)
    for value in examples("consent_events_record"):
        EventBody(data=value, many=True).is_valid(raise_exception=True)


def test_every_operation_and_every_parameter_is_described():
    bare = [
        (operation["operationId"], parameter["name"])
        for _, _, operation in operations()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query" and not parameter.get("description")
    ]
    assert (bare, [one for _, _, one in operations() if not one.get("summary")]) == ([], [])


def test_the_example_of_every_problem_has_the_shape_of_one():
    shape = Draft202012Validator(
        document()["components"]["schemas"]["ProblemAnswer"] | {"components": document()["components"]}
    )
    for response in document()["components"]["responses"].values():
        shape.validate(response["content"]["application/problem+json"]["example"])
