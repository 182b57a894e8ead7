"""Does the cookie of a page that waits for a download go with the download, and only with it?"""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db
COOKIE = "descarga"


@pytest.mark.parametrize(("name", "is_download"), [("download_users", True), ("users", False)])
def test_the_cookie_goes_with_a_download_only(delegate_client, name, is_download):
    delegate_client.cookies[COOKIE] = "1"
    response = delegate_client.get(reverse(name))
    assert (COOKIE in response.cookies) == is_download
    assert not is_download or response.cookies[COOKIE]["max-age"] == 0


def test_a_download_without_the_cookie_sets_none(delegate_client):
    assert COOKIE not in delegate_client.get(reverse("download_users")).cookies
