import re
from io import StringIO
from uuid import UUID

from django.core.management import call_command

from tests.contract import operations


def test_schema_is_generated_without_a_warning(db):
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=StringIO())


def test_schema_and_documentation_are_public_and_hold_no_inline_script(client, db):
    assert client.get("/api/v1/schema/").status_code == 200
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert "<script>" not in page.content.decode()
    assert "<style" not in page.content.decode()
    assert "javascript" in client.get("/api/v1/docs/?script=").headers["Content-Type"]


def test_every_operation_needs_somebody(client, db):
    assert len(operations()) > 70
    for path, method, _ in operations():
        url = re.sub(r"{(\w+)}", lambda match: str(UUID(int=1)) if match[1] == "public_id" else "1", path)
        answer = getattr(client, method)(url, content_type="application/json")
        assert (path, method, answer.status_code) == (path, method, 401)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Probity"'


def test_every_operation_declares_what_may_go_wrong(db):
    for path, method, operation in operations():
        expected = {"400", "401", "403", "404", "406", "422", "429"}
        if "requestBody" in operation:
            expected |= {"413", "415"}
        assert (path, method, expected - set(operation["responses"])) == (path, method, set())
