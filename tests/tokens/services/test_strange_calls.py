"""Is every parameter that OpenAPI declares read, whatever somebody sends in it?"""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests.tokens.services.oauth_calls import FORM, post
from tests.ways_of_writing import STRANGE
from tokens.services.reference import Call, calls

pytestmark = pytest.mark.django_db
# halves of characters, too, as they travel
STRANGE_BYTES = [*(text.encode(errors="surrogatepass") for text in STRANGE), b"\xff\xfe", b"%ZZ%"]
# each parameter gets one in five, and the parameters of an operation others
PART = 5
TEXT = "text/plain"


def parameters(call: Call) -> list[str]:
    """In its address, in the form that is its body, or all of its body."""
    body = call.about.get("requestBody", {}).get("content", {})
    form = body.get(FORM, {}).get("schema", {}).get("properties", {})
    return [
        *(each["name"] for each in call.about.get("parameters", ())),
        *form,
        *(name for name in body if name == TEXT),
    ]


def sent(call: Call, values: dict[str, bytes], credentials: Any) -> Any:
    if call.method == "GET":
        address = call.path.format(**{name: quote(value, safe="") for name, value in values.items()})
        return Client(raise_request_exception=False).get(address)
    if TEXT in values:
        return post(call.path, {}, body=values[TEXT], content_type=TEXT)
    has_own = values.keys() & {"client_id", "client_secret"}
    return post(call.path, values, credentials=None if has_own else credentials)


PARAMETERS = [(call, name) for call in calls() for name in parameters(call)]


@pytest.mark.parametrize("number", range(len(PARAMETERS)))
def test_parameter_takes_or_refuses_any_text(number, token, eps, client_server) -> None:
    call, name = PARAMETERS[number]
    valid = {"nit": eps.entity.nit.encode(), "token": token.token.encode()}
    others = {each: valid[each] for each in parameters(call) if each in valid}
    for text in STRANGE_BYTES[number % PART :: PART]:
        answer = sent(call, others | {name: text}, client_server)
        assert answer.status_code in (200, 400, 401, 404, 413, 422, 429), text
        assert answer.headers["Content-Type"].startswith("application/json")
