"""When do the names of two sources agree, and when is a reviewer the holder of a claim?"""

import pytest

from accounts.models import Account, Person
from accounts.rules.identity import own_claim_refusal, same_names
from tests.factories import make_claim, make_delegate, make_entity, make_staff


def named(given, surnames):
    first, _, second = given.partition("|")
    surname, _, second_surname = surnames.partition("|")
    return Person(first_name=first, second_name=second, first_surname=surname, second_surname=second_surname)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("María|Gabriela", "Suárez|Núñez"), ("MARIA|GABRIELA", "SUAREZ|NUNEZ"), True),
        (("María Gabriela", "Suárez|Núñez"), ("MARIA|GABRIELA", "SUAREZ NUNEZ"), True),
        (("Ana", "De la Cruz|Gil"), ("ANA", "DE LA|CRUZ GIL"), True),
        (("Jean-Paul", "O’Neill"), ("JEAN|PAUL", "O NEILL"), True),
        (("María", "Suárez|Núñez"), ("MARIA|GABRIELA", "SUAREZ|NUNEZ"), False),
        (("María|Gabriela", "Suárez"), ("MARIA|GABRIELA", "SUAREZ|NUNEZ"), False),
        (("Gabriela|María", "Suárez"), ("MARIA|GABRIELA", "SUAREZ"), False),
        (("Suárez", "María"), ("MARIA", "SUAREZ"), False),
    ],
)
def test_names_agree_when_all_do(one, other, same):
    assert same_names(named(*one), named(*other)) is same


@pytest.mark.django_db
def test_claim_with_the_reviewers_document_or_email_is_their_own():
    reviewer = make_staff()
    number = reviewer.person.document_number
    assert own_claim_refusal(reviewer, make_claim(document_number=number))
    claim = make_claim()
    assert not own_claim_refusal(reviewer, claim)
    Account.objects.filter(pk=claim.account_id).update(email=reviewer.email.upper())
    claim.account.refresh_from_db()
    assert own_claim_refusal(reviewer, claim)


@pytest.mark.django_db
def test_claim_from_any_mailbox_of_the_reviewer_is_their_own():
    reviewer = make_staff()
    make_delegate(make_entity(), person=reviewer.person, email="ips@revisor.example")
    claim = make_claim()
    for email in (reviewer.person.email.upper(), "IPS@revisor.example"):
        claim.account.email = email
        assert own_claim_refusal(reviewer, claim)
