"""Does every action record its one row of history: who did what to which object, for whom, before and after?

The cases (a part in each module `events_…` beside this one) cover every registered event. Each action of each app is
called in one of them or is listed among those that record nothing.
"""

import inspect
import json
import pkgutil
import re
from collections import Counter
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from accounts.models import Account, Person
from delegates.models import Appointment
from mipres_admin.history import event_registry
from mipres_admin.history.models import HistoryEntry, HistoryLink
from mipres_admin.history.presenters import cell_text, present, with_reason
from mipres_admin.origin import Origin, origin
from mipres_admin.outbox.models import OutgoingMail
from tests import history as parts
from tests.factories import PASSWORD, make_user
from tests.history.scenario import CASES, Scenario
from tests.history.silent_actions import SILENT_ACTIONS
from tests.mipres_admin.history.portal_role import as_application_role
from tests.wording import raw_words

pytestmark = pytest.mark.django_db
ORIGIN = Origin("203.0.113.7", "a" * 32)
PARTS = [import_module(f"{parts.__name__}.{module.name}") for module in pkgutil.iter_modules(parts.__path__, "")]
PAIRS = [(event, case) for event, cases in CASES.items() for case in cases]


@pytest.fixture
def scenario(delegate, sede, tmp_path):
    return Scenario(delegate, sede, make_user(), tmp_path)


@pytest.fixture
def request_origin():
    token = origin.set(ORIGIN)
    yield
    origin.reset(token)


def run(case, scenario):
    """The rows that a case must leave, and those that it left, the first one first."""
    steps = case(scenario)
    next(steps)
    last = HistoryEntry.objects.first()
    expected = list(steps)
    return expected, list(HistoryEntry.objects.filter(pk__gt=last.pk if last else 0).order_by("pk"))


def private():
    """Personal data and secrets of the database, which the history must not contain."""
    for model in (Person, Appointment):
        for document, email in model.objects.values_list("document_number", "email"):
            yield from (document, email)
    yield from Account.objects.values_list("email", flat=True)
    yield from Account.objects.filter(entity=None, is_staff=False).values_list("login", flat=True)
    for text in OutgoingMail.objects.values_list("text", flat=True):
        yield from re.findall(r"https?://[^/]+/\S*?([\w-]{40,})", text)


def keys_of(value):
    """Every key of a value and of what it contains."""
    if isinstance(value, list):
        return {key for element in value for key in keys_of(element)}
    return (
        {key for name, element in value.items() for key in {name, *keys_of(element)}}
        if isinstance(value, dict)
        else set()
    )


def may_be_named(row):
    """Whether a row in an entity's history was done by its own account, by the Ministry, a natural person or nobody."""
    by, entity = row.actor, row.entity_id
    return by is None or entity is None or by.is_staff or by.entity_id in (None, entity)


def case_id(pair):
    """The event and the name of the case: `roles.ended by_something_else`."""
    event, case = pair
    return " ".join(filter(None, (event.value, case.__name__.strip("_"))))


@pytest.mark.parametrize("pair", PAIRS, ids=case_id)
def test_action_records_its_one_row_as_the_portals_role(pair, scenario, request_origin):
    event, case = pair
    with as_application_role():
        expected, rows = run(case, scenario)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    links = HistoryLink.objects.filter(entry_id__in=[row.pk for row in rows]).count()
    assert links == len(rows), "each row has its link in the chain"
    also = Counter(other for row in expected for other in row.also)
    assert Counter(row.event for row in rows) == Counter({event: len(expected)}) + also
    for due, row in zip(expected, (row for row in rows if row.event == event), strict=True):
        assert (row.actor, row.entity) == (due.actor, due.entity)
        assert (row.object_type, row.object_id) == (due.obj._meta.label_lower, str(due.obj.pk))
        assert (row.before, row.after, row.reason) == (due.before, due.after, due.reason)
    assert {(row.address, row.request_id) for row in rows} == {(ORIGIN.address, ORIGIN.request_id)}
    assert all((timezone.now() - row.at).total_seconds() < 60 for row in rows)
    content = json.dumps([(row.before, row.after, row.reason) for row in rows], ensure_ascii=False, default=str)
    secrets = {text for text in (PASSWORD, *private()) if text}
    leaked = {text for text in secrets if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", content)}
    assert not leaked, "a document, an e-mail, a password or a link is in the history"
    assert all(may_be_named(row) for row in rows), "the entity's people would read of another entity's account"
    read = [f"{row.object_type} {row.object_name} {row.entry.event_label}" for row in present(rows)]
    read += [cell_text(values) for row in rows for values in (row.before, with_reason(row))]
    read += [f"{mail.subject}\n{mail.text}" for mail in OutgoingMail.objects.all()]
    assert raw_words("\n".join(read)) == [], "people read no codes of the software, and one point after S.A.S."
    unlabelled = keys_of([(row.before, row.after) for row in rows]) - event_registry.labelled_keys()
    assert not unlabelled, "people read each key in Spanish"


def test_every_event_has_its_cases():
    assert {event.value for event in CASES} == event_registry.event_names()


def modules_of_actions():
    for config in apps.get_app_configs():
        if not Path(config.path).is_relative_to(Path(__file__).parents[2]) or ".venv" in config.path:
            continue
        with suppress(ModuleNotFoundError):
            package = import_module(f"{config.name}.actions")
            yield package
            for found in pkgutil.iter_modules(getattr(package, "__path__", [])):
                yield import_module(f"{package.__name__}.{found.name}")


def test_every_action_has_a_case_or_is_listed_as_silent():
    actions = {
        f"{module.__name__}.{name}": function
        for module in modules_of_actions()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    called = {function for part in PARTS for function in vars(part).values() if inspect.isfunction(function)}
    assert {name for name, function in actions.items() if function not in called} <= set(SILENT_ACTIONS) <= set(actions)
