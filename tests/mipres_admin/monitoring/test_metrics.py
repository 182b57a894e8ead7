"""Are the figures there for who has the token, and without anybody's data?"""

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(settings):
    settings.METRICS_TOKEN = "a token of the tests"
    return {"Authorization": "Bearer a token of the tests"}


def test_without_the_switch_there_is_no_page(client):
    assert client.get("/metricas/", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("said", [{}, {"Authorization": "Bearer another"}, {"Authorization": "a token of the tests"}])
def test_without_the_token_there_is_no_page(client, token, said):
    assert client.get("/metricas/", headers=said).status_code == 404


def test_an_answer_is_counted_under_its_route(client, token):
    client.get("/ingresar/")
    said = client.get("/metricas/", headers=token).content.decode()
    assert 'mipres_answers_total{method="GET",route="ingresar/",status="200"}' in said
    assert 'mipres_answer_seconds_count{route="ingresar/"}' in said


def test_what_stands_in_a_path_is_not_in_the_figures(client, token):
    client.get("/usuarios/1025000777/?criterio=Prueba777")
    client.get("/verificar/SECRETO777SECRETO/")
    said = client.get("/metricas/", headers=token).content.decode()
    assert not [word for word in ("1025000777", "Prueba777", "SECRETO777") if word in said]


def test_an_invented_method_makes_no_new_series(client, token):
    client.generic("INVENTED777", "/ingresar/")
    assert "INVENTED777" not in client.get("/metricas/", headers=token).content.decode()
