"""How are the groups of the staff described to people?"""

from accounts.staff_group_labels import (
    label_of,
    labels_of,
    purpose_of,
)


def test_labels_follow_the_order_of_the_groups():
    assert labels_of(["revisor", "soporte"]) == f"{label_of('soporte')}, {label_of('revisor')}"


def test_unknown_group_has_its_name_and_no_purpose():
    assert (label_of("otro"), purpose_of("otro")) == ("otro", "")
