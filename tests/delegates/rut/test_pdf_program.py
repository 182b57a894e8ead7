"""Which facts does the program read in a PDF?"""

import pytest
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from delegates.rut.rules import Rule
from tests import rut as files
from tests.delegates.rut_checks import MET, NOT_MET, judged
from tests.rut import action


def test_opens_without_password():
    assert judged(files.encrypted("clave"), Rule.OPEN).verdict == NOT_MET


def test_owner_password_alone_counts_as_no_password():
    assert judged(files.encrypted(""), Rule.OPEN).verdict == MET


@pytest.mark.parametrize("make", [files.with_javascript, files.with_hidden_javascript])
def test_programs(make):
    assert judged(make(), Rule.PASSIVE).verdict == NOT_MET


LEADING_OUT = {
    "another file": action("/GoToR", F=r"\\\\example.com\\share"),
    "a file within": action("/GoToE", F=r"\\\\example.com\\a.pdf"),
    "an article": action("/Thread", F=r"\\\\example.com\\share"),
    "an address": action("/URI", URI="https://muisca.dian.gov.co/"),
    "a command": action("/Named", N=NameObject("/Print")),
    "a later one": action("/GoTo", Next=action("/GoToR", F="a.pdf")),
    "one of several": action("/GoTo", Next=ArrayObject([action("/GoTo"), action("/Hide")])),
}


@pytest.mark.parametrize("what", LEADING_OUT.values(), ids=LEADING_OUT)
def test_what_is_done_by_itself_stays_in_the_file(what):
    assert judged(files.opened_with(what), Rule.PASSIVE).verdict == NOT_MET
    triggers = DictionaryObject({NameObject("/E"): what})
    assert judged(files.with_link(triggers, "/AA"), Rule.PASSIVE).verdict == NOT_MET


@pytest.mark.parametrize(
    "what",
    [
        action("/Launch", F="a.exe"),
        action("/GoToR", F="a.pdf"),
        action("/URI", URI="https://example.com/muisca.dian.gov.co/"),
        action("/URI", URI="https://dian.gov.co.example.com/"),
        action("/URI", URI="https://dian.gov.co@example.com/"),
        action("/URI", URI="file://dian.gov.co/share"),
        action("/URI"),
    ],
)
def test_a_link_out_of_the_file_and_not_to_the_dian_is_refused(what):
    assert judged(files.with_link(what), Rule.PASSIVE).verdict == NOT_MET


@pytest.mark.parametrize("uri", ["https://muisca.dian.gov.co/WebRut/", "http://www.dian.gov.co", "https://DIAN.gov.co"])
def test_a_link_to_the_dian_is_accepted(uri):
    assert judged(files.with_link(action("/URI", URI=uri)), Rule.PASSIVE).verdict == MET


def test_a_place_of_the_file_is_accepted():
    for data in (
        files.opened_with(ArrayObject([])),
        files.opened_with(action("/GoTo")),
        files.with_link(action("/GoTo")),
    ):
        assert judged(data, Rule.PASSIVE).verdict == MET
