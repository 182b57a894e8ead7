"""Are the keys kept safely, made once, and changed without breaking a living token?"""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jwt
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import timezone

from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from tests.tokens.helpers import generate, make_token, validate
from tokens.models import PortalToken, SigningKey
from tokens.signing import keys
from tokens.signing.encryption import decrypt

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(db):
    keys.ensure_keys()


def by_state(state):
    return SigningKey.objects.get(state=state)


def test_the_first_use_makes_a_current_and_a_next_key(made):
    assert sorted(SigningKey.objects.values_list("state", flat=True)) == ["current", "next"]
    assert HistoryEntry.objects.get().event == "keys.created"


def test_the_private_half_is_encrypted(made):
    assert "PRIVATE" not in by_state("current").private_key
    assert "PRIVATE KEY" in decrypt(by_state("current").private_key, "signing")


def test_another_secret_does_not_open_it(made, settings):
    settings.KEYS_SECRETS = ["another"]
    keys._load_private_key.cache_clear()
    with pytest.raises(ImproperlyConfigured, match="MIPRES_KEYS_SECRET"):
        keys.private_key_of(by_state("current"))


def test_an_old_secret_after_the_new_one_still_opens_it(made, settings):
    settings.KEYS_SECRETS = ["the new one", *settings.KEYS_SECRETS]
    keys._load_private_key.cache_clear()
    assert keys.private_key_of(by_state("current"))


def test_the_public_half_holds_nothing_private(made):
    assert set(by_state("current").public_jwk) == {"kty", "crv", "x", "y"}


@pytest.mark.django_db(transaction=True)
def test_many_first_uses_at_once_make_one_pair():
    def first_use(_):
        try:
            keys.ensure_keys()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(first_use, range(16)))
    assert SigningKey.objects.count() == 2


# ---------------------------------------------------------------- rotation


def test_rotation_moves_each_key_on(made):
    current, next_key = by_state("current"), by_state("next")
    keys.rotate_keys(force=True)
    current.refresh_from_db()
    assert (current.state, by_state("current").pk) == ("retired", next_key.pk)
    assert by_state("next").pk not in (current.pk, next_key.pk)


def test_the_retired_private_half_is_deleted(made):
    keys.rotate_keys(force=True)
    assert by_state("retired").private_key == ""


def test_a_living_token_outlives_every_rotation(eps, token):
    for _ in range(3):
        keys.rotate_keys(force=True)
        assert generate(eps.entity.nit, token.token).status_code == 200


def test_a_retired_key_verifies_until_its_last_token_expires(token):
    keys.rotate_keys(force=True)
    assert by_state("retired").verifies_until == PortalToken.objects.get().expires_at


def test_a_retired_key_without_living_tokens_verifies_nothing(eps, token):
    keys.rotate_keys(force=True)
    long_ago = timezone.now() - timedelta(days=1)
    SigningKey.objects.filter(state="retired").update(verifies_until=long_ago)
    keys.public_keys.clear()
    assert validate(eps.entity.nit, token.token).status_code == 401
    assert len(keys.key_set()["keys"]) == 2


def test_new_tokens_are_signed_by_the_new_key(eps, made):
    next_key = by_state("next")
    keys.rotate_keys(force=True)
    assert jwt.get_unverified_header(make_token(eps).token)["kid"] == next_key.kid


def test_the_other_process_notices_a_rotation(eps, made):
    keys.public_keys.get("nothing")
    SigningKey.objects.filter(state="next").delete()
    stranger = keys._new_key("next", timezone.now())
    keys.public_keys._missed_at = float("-inf")
    assert keys.public_keys.get(stranger.kid) is not None


def test_names_that_do_not_exist_cost_one_statement_a_second(made, django_assert_num_queries):
    keys.public_keys.clear()
    with django_assert_num_queries(1):
        for n in range(50):
            assert keys.public_keys.get(f"no{n}") is None


def test_known_keys_cost_no_statement(made, django_assert_num_queries):
    kid = by_state("current").kid
    keys.public_keys.get(kid)
    with django_assert_num_queries(0):
        assert keys.public_keys.get(kid)


def test_a_key_that_others_may_not_have_read_yet_does_not_become_current(made):
    with pytest.raises(Refused):
        keys.rotate_keys()
    assert not SigningKey.objects.filter(state="retired").exists()


def test_rotation_is_written_down_once(made):
    kids = keys.rotate_keys(force=True)
    entry = HistoryEntry.objects.get(event="keys.rotated")
    assert entry.after == kids


@pytest.mark.django_db(transaction=True)
def test_tokens_made_during_rotations_are_all_valid(eps):
    keys.ensure_keys()

    def rotate(_):
        try:
            keys.rotate_keys(force=True)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        rotations = pool.map(rotate, range(4))
        tokens = [make_token(eps, overlap=timedelta(days=1)).token for _ in range(5)]
        list(rotations)
    assert [validate(eps.entity.nit, token).status_code for token in tokens] == [200] * 5
    assert SigningKey.objects.count() == 6


# ---------------------------------------------------------------- JWKS


def test_another_server_verifies_with_the_published_keys(client, token):
    published = jwt.PyJWKSet.from_dict(client.get("/.well-known/jwks.json").json())
    key = published[jwt.get_unverified_header(token.token)["kid"]]
    assert jwt.decode(token.token, key, algorithms=["ES256"], audience="ws")["iss"] == "mipres"


def test_current_next_and_needed_retired_keys_are_published(client, token):
    keys.rotate_keys(force=True)
    published = client.get("/.well-known/jwks.json").json()["keys"]
    assert {key["kid"] for key in published} == set(SigningKey.objects.values_list("kid", flat=True))
    assert all(set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"} for key in published)


def test_the_keys_may_be_kept_for_an_hour(client, made):
    response = client.get("/.well-known/jwks.json")
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    assert response.headers["Content-Type"] == "application/jwk-set+json"
    assert not response.cookies


def test_who_has_the_keys_is_told_so(client, made):
    etag = client.get("/.well-known/jwks.json").headers["ETag"]
    again = client.get("/.well-known/jwks.json", headers={"if-none-match": etag})
    assert again.status_code == 304
    assert again.headers["Cache-Control"] == "public, max-age=3600"


def test_no_private_half_is_published(client, made):
    assert '"d"' not in json.dumps(client.get("/.well-known/jwks.json").json())
