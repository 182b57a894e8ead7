"""Do too many calls get 429, and do bad tokens count for their sender alone?"""

from contextlib import ExitStack
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from mipres_admin import in_flight
from mipres_admin.rate_limits import limiter
from mipres_admin.rate_limits.models import RateCounter
from tests.tokens.helpers import backdate, generate, make_token, validate
from tokens.services import limits, token_authorization

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Four good calls of an entity and three bad ones from an address, in a minute that does not end meanwhile."""
    monkeypatch.setattr(token_authorization.entity_limit, "allowed", 4)
    monkeypatch.setattr(token_authorization.entity_limit, "lease", 2)
    monkeypatch.setattr(token_authorization.address_limit, "allowed", 3)


@pytest.fixture
def at_noon(token):
    with time_machine.travel(timezone.now().replace(second=20), tick=False):
        yield


def statuses(times, call, *args, **extra):
    return [call(*args, **extra).status_code for _ in range(times)]


@pytest.mark.usefixtures("at_noon")
class TestLimits:
    def test_an_entity_is_told_to_wait(self, eps, token):
        assert statuses(6, generate, eps.entity.nit, token.token) == [200] * 4 + [429] * 2

    def test_429_says_for_how_long(self, eps, token):
        statuses(4, validate, eps.entity.nit, token.token)
        response = validate(eps.entity.nit, token.token)
        assert response.headers["Retry-After"] == "40"
        assert response.json()["Message"].endswith("Espere 40 segundos.")

    def test_the_count_is_of_the_entity_whatever_it_calls(self, eps, token):
        statuses(2, validate, eps.entity.nit, token.token)
        assert statuses(3, generate, eps.entity.nit, token.token) == [200, 200, 429]

    def test_the_count_is_shared_by_all_processes(self, eps, token):
        statuses(2, validate, eps.entity.nit, token.token)
        token_authorization.clear_caches()
        assert statuses(3, validate, eps.entity.nit, token.token) == [200, 200, 429]

    def test_an_entity_with_slow_calls_in_flight_is_told_to_wait(self, eps, token, stranger, monkeypatch):
        monkeypatch.setattr(in_flight, "SLOW", 0)
        with ExitStack() as kept:
            for _ in range(in_flight.PLACES):
                kept.enter_context(limits.place(str(eps.entity.pk)))
            response = generate(eps.entity.nit, token.token)
            assert (response.status_code, response.headers["Retry-After"]) == (429, "5")
            assert "no han terminado" in response.json()["Message"]
            assert validate(stranger.entity.nit, make_token(stranger).token).status_code == 200
        assert generate(eps.entity.nit, token.token).status_code == 200

    def test_one_entity_does_not_use_up_anothers_calls(self, eps, token, stranger):
        statuses(5, validate, eps.entity.nit, token.token)
        assert validate(stranger.entity.nit, make_token(stranger).token).status_code == 200

    def test_the_next_minute_is_free(self, eps, token):
        statuses(5, validate, eps.entity.nit, token.token)
        with time_machine.travel(timezone.now() + timedelta(seconds=60), tick=False):
            assert validate(eps.entity.nit, token.token).status_code == 200

    def test_bad_tokens_are_counted_for_their_address(self, eps, token):
        assert statuses(5, generate, eps.entity.nit, "junk", REMOTE_ADDR="203.0.113.9") == [401] * 3 + [429] * 2

    def test_bad_tokens_do_not_count_for_the_entity(self, eps, token):
        for n in range(20):
            generate(eps.entity.nit, token.token[:-1], REMOTE_ADDR=f"203.0.113.{n}")
        assert statuses(4, generate, eps.entity.nit, token.token) == [200] * 4

    def test_a_revoked_token_does_not_use_up_the_entitys_calls(self, eps, token):
        good = make_token(eps)
        statuses(20, generate, eps.entity.nit, token.token, REMOTE_ADDR="203.0.113.9")
        assert statuses(4, generate, eps.entity.nit, good.token) == [200] * 4

    def test_a_good_token_is_answered_where_bad_ones_are_not(self, eps, token):
        statuses(5, generate, eps.entity.nit, "junk")
        assert generate(eps.entity.nit, token.token).status_code == 200

    def test_a_household_of_ipv6_is_one_address(self, eps, token):
        codes = [generate(eps.entity.nit, "junk", REMOTE_ADDR=f"2001:db8::{n}").status_code for n in range(1, 6)]
        assert codes == [401] * 3 + [429] * 2

    def test_an_organisation_of_ipv6_has_four_and_sixteen_times_as_many(self, eps, token):
        def bad(networks):
            addresses = [f"2001:db8:0:{number:x}::1" for number in networks]
            return [generate(eps.entity.nit, "junk", REMOTE_ADDR=address).status_code for address in addresses].count(
                401
            )

        assert bad(range(14)) == 3 * 4
        assert bad(range(0x100, 0x4000, 0x100)) == 3 * 12

    def test_a_full_counter_costs_no_statement(self, eps, token, django_assert_num_queries):
        statuses(4, generate, eps.entity.nit, "junk")
        with django_assert_num_queries(0):
            statuses(5, generate, eps.entity.nit, "junk")

    def test_counters_hold_no_address_in_clear(self, eps, token):
        generate(eps.entity.nit, "junk", REMOTE_ADDR="203.0.113.9")
        assert not RateCounter.objects.filter(key__contains="203").exists()

    def test_counters_of_past_minutes_are_deleted(self, eps, token):
        generate(eps.entity.nit, "junk")
        RateCounter.objects.update(expires_at=timezone.now())
        limiter.sweep()
        assert not RateCounter.objects.exists()


def test_a_token_that_ended_gives_its_call_back(eps, token):
    backdate(token.row, revoked_at=timezone.now(), reason="x")
    for _ in range(3):
        token_authorization.address_limit.clear()
        RateCounter.objects.all().delete()
        generate(eps.entity.nit, token.token)
    assert token_authorization.entity_limit._left[str(eps.entity.pk)] >= 2
