"""What does a request see during an impersonation, and when does that end by itself?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AccountSession, Impersonation
from mipres_admin.history.models import HistoryEntry
from tests import factories
from tests.accounts.impersonations import BAND, client_of, ends_because, lose_permission, run_out, suspend

pytestmark = pytest.mark.django_db


def test_staff_who_have_not_proven_the_second_factor_see_nothing(impersonating, delegate):
    AccountSession.objects.update(verified_by="")
    assert BAND not in impersonating.get("/usuarios/", follow=True).text


# ---------------------------------------------------------------- while it goes on


def test_who_may_send_nothing_searches_for_users_by_get(impersonating):
    page = impersonating.get("/usuarios/", {"criterio": "nadie"})
    assert '<form method="get" class="card" role="search"' in page.text
    assert page.context["page"].count == 0


def test_impersonation_covers_every_tab_but_not_the_admin(impersonating, ministry, delegate):
    page = impersonating.get("/usuarios/")
    assert page.context["request"].user == delegate
    admin = impersonating.get("/admin/")
    assert admin.context["request"].user == ministry
    assert "Fuera de la administración está viendo el portal como" in admin.text


def test_impersonation_does_not_reach_another_session_of_the_staff(impersonating, ministry):
    assert BAND not in client_of(ministry).get("/").text


@pytest.mark.parametrize("where", ["/", "/no-existe/", "/sedes/", "/seguridad/"])
def test_every_page_announces_the_impersonation(impersonating, where):
    assert BAND in impersonating.get(where).text


def test_the_session_of_the_staff_is_not_touched(impersonating):
    session = impersonating.session
    session["new_token"] = {"id": "x", "sealed": "x"}
    session["saved_form"] = {"path": "/usuarios/activar/", "fields": [], "account": 0, "at": 0}
    session.save()
    before = dict(session)
    impersonating.get("/tokens/")
    impersonating.post("/usuarios/activar/", {})
    assert dict(impersonating.session) == before


def test_what_the_staff_found_elsewhere_is_not_the_delegates(impersonating):
    user, session = factories.make_user(), impersonating.session
    session["found_users"] = [str(user.public_id)]
    session.save()
    assert impersonating.get(f"/usuarios/{user.public_id}/").status_code == 404


def test_impersonated_delegates_own_session_is_unchanged(impersonating, delegate_client):
    assert BAND not in delegate_client.get("/").text


def close_the_entity():
    entity = Impersonation.objects.get().entity
    entity.is_active = False
    entity.save()


@pytest.mark.parametrize(
    ("happens", "why", "said"),
    [
        (run_out, "time", "se acabó el tiempo"),
        (lose_permission, "staff", "dejó de tener ese permiso"),
        (suspend, "account", "dejó de poder ingresar"),
        (close_the_entity, "account", "dejó de poder ingresar"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_impersonation_ends_by_itself_and_says_so(impersonating, happens, why, said, method):
    happens()
    page = getattr(impersonating, method)("/usuarios/activar/", follow=True)
    assert page.redirect_chain == [("/", 302)]
    assert said in page.text
    assert BAND not in page.text
    assert ends_because(why)
    assert HistoryEntry.objects.get(event="impersonation.ended").actor is None


def test_admin_says_that_the_impersonation_ended(impersonating):
    run_out()
    page = impersonating.get("/admin/")
    assert page.status_code == 200
    assert "se acabó el tiempo" in page.text


def test_a_session_that_is_closed_elsewhere_ends_it(impersonating):
    AccountSession.objects.update(ended_at=timezone.now())
    assert impersonating.get("/usuarios/").url.startswith("/ingresar/")
    assert ends_because("session")


def test_an_idle_session_ends_it(impersonating):
    long_ago = timezone.now() - timedelta(minutes=21)
    AccountSession.objects.update(started_at=long_ago, last_seen_at=long_ago)
    assert impersonating.get("/usuarios/").url.startswith("/ingresar/")
    assert ends_because("session")
