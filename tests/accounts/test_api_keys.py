from datetime import timedelta

import pytest
from django.utils import timezone

from portal.accounts.api_keys import api_key_create, api_key_of, api_key_revoke
from portal.accounts.models import ApiKey
from portal.core.errors import Denied, Invalid, NotFound
from portal.core.models import LedgerEntry
from portal.core.roles import Scope

TOMORROW = timedelta(days=1)


@pytest.fixture
def made(home, administrator):
    return api_key_create(
        team=home,
        name="Chat platform",
        scopes=[Scope.FLAGS_WRITE],
        expires_at=timezone.now() + TOMORROW,
        actor=administrator,
    )


def test_secret_is_kept_nowhere(made):
    key, text = made
    secret = text.split("_", 2)[2]
    row = ApiKey.objects.values().get(pk=key.pk)
    assert secret not in str(row)
    assert secret not in " ".join(LedgerEntry.objects.values_list("body", flat=True))


def test_text_finds_its_key_and_nothing_else_does(made):
    key, text = made
    assert api_key_of(text) == key
    assert [api_key_of(other) for other in (text + "x", text[:-1], "", "prb__", "prb_0_0", "xyz_" + text[4:])] == [
        None
    ] * 6


def test_use_is_noted_once_in_a_while(made):
    key, text = made
    api_key_of(text)
    first = ApiKey.objects.get(pk=key.pk).last_used_at
    api_key_of(text)
    assert ApiKey.objects.get(pk=key.pk).last_used_at == first is not None


def test_revoked_and_expired_keys_do_not_work(made, administrator):
    key, text = made
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now())
    assert api_key_of(text) is None
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now() + TOMORROW)
    api_key_revoke(api_key_id=key.pk, actor=administrator)
    api_key_revoke(api_key_id=key.pk, actor=administrator)
    assert api_key_of(text) is None
    assert list(LedgerEntry.objects.order_by("seq").values_list("action", flat=True)) == [
        "api_key.created",
        "api_key.revoked",
    ]


def test_grants_are_the_scopes_in_its_own_team(made, home, away):
    key, _ = made
    assert key.grants_in(home.pk) == {Scope.FLAGS_WRITE}
    assert key.grants_in(away.pk) == frozenset()


@pytest.mark.parametrize(("scopes", "field"), [([], "scopes"), (["flags:destroy"], "scopes")])
def test_scopes_are_checked(home, administrator, scopes, field):
    with pytest.raises(Invalid) as error:
        api_key_create(team=home, name="x", scopes=scopes, expires_at=timezone.now() + TOMORROW, actor=administrator)
    assert error.value.field == field


def test_expiry_is_in_the_future(home, administrator):
    with pytest.raises(Invalid) as error:
        api_key_create(team=home, name="x", scopes=["flags:read"], expires_at=timezone.now(), actor=administrator)
    assert error.value.field == "expires_at"


def test_only_the_teams_administrator_makes_keys(home, manager, outsider):
    for actor, refusal in ((manager, Denied), (outsider, NotFound)):
        with pytest.raises(refusal):
            api_key_create(
                team=home, name="x", scopes=["flags:read"], expires_at=timezone.now() + TOMORROW, actor=actor
            )
