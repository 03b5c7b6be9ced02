import logging

import pytest
from structlog.stdlib import ProcessorFormatter

from portal.settings.logging import logging_config


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, logger="django_structlog")
    return lambda: " ".join(str(record.msg) for record in caplog.records)


def test_requests_are_logged_without_their_query(client, db, lines):
    client.get("/accounts/login/?next=/secret-of-a-customer/")
    assert "GET /accounts/login/" in lines()
    assert "secret-of-a-customer" not in lines()


def test_probes_are_not_logged(client, db, lines):
    client.get("/healthz")
    client.get("/readyz")
    assert lines() == ""


def test_exceptions_are_logged_without_their_text():
    record = logging.LogRecord("portal", logging.ERROR, __file__, 1, "failed", None, None)
    try:
        raise ValueError("rita@customer.example")
    except ValueError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    formatter = logging_config(level="INFO")["formatters"]["json"]
    text = ProcessorFormatter(foreign_pre_chain=formatter["foreign_pre_chain"], processors=formatter["processors"])
    line = text.format(record)
    assert '"exception": "ValueError"' in line
    assert "test_logging.py" in line
    assert "rita@customer.example" not in line
