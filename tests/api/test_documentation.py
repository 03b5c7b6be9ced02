"""What an integrator reads in the documentation is so."""

from __future__ import annotations

from assistants.records import RecordParser
from assistants.records.training import TrainingRecordParser
from audits.api.cycles import CycleBody
from audits.api.flags import FlagBody
from consent.api.bodies import EvaluateBody, EventBody
from consent.records import EntryParser
from portal.api.scopes import SCOPES
from portal.core.jsonlines.bodies import MEDIA_TYPE
from tests.access.lines import KEYS_NEVER
from tests.access.matrix import API
from tests.access.test_matrix import ROUTES
from tests.contract import as_described, operations

ROUTE_OF = {operation["operationId"]: (path, method.upper()) for path, method, operation in operations()}
JSON = "application/json"


def examples(operation_id: str, media_type: str) -> list:
    path, method = ROUTE_OF[operation_id]
    [content] = [
        operation["requestBody"]["content"][media_type]
        for one, way, operation in operations()
        if (one, way.upper()) == (path, method)
    ]
    return [example["value"] for example in content["examples"].values()]


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
        [lines] = examples(operation_id, MEDIA_TYPE)
        for line in lines.encode().splitlines():
            assert parse(line)
    for operation_id, body in (
        ("flags_raise", FlagBody),
        ("cycles_open", CycleBody),
        ("consent_evaluate", EvaluateBody),
    ):
        for value in examples(operation_id, JSON):
            body(data=value).is_valid(raise_exception=True)
    for value in examples("consent_events_record", JSON):
        EventBody(data=value, many=True).is_valid(raise_exception=True)
