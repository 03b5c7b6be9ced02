from django.test import Client


def test_everything_migrates_and_the_portal_is_ready(client, db):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok"}


def test_who_watches_the_process_needs_neither_its_name_nor_tls(db, settings):
    settings.ALLOWED_HOSTS = ["portal.example"]
    settings.SECURE_SSL_REDIRECT = True
    by_address = Client(headers={"host": "10.0.0.7:8000"})
    assert [by_address.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200, 200, 200]
    assert by_address.get("/accounts/login/").status_code == 400
    assert Client(headers={"host": "portal.example"}).get("/accounts/login/").status_code == 301
