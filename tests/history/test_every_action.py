"""Does every action of the portal write its one row of history: who did what to what, for whom, before and after?

The table (a part in each module `of_…` beside this one) has every act of `ACTS`; every action of every app is done in
it or stands among those that say why not.
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
from django.utils import timezone

from accounts.models import Account, Person
from delegates.models import Appointment
from mipres_admin import history
from mipres_admin.models import ACTS, HistoryEntry, OutgoingMail
from mipres_admin.telling import LABELS
from tests import history as parts
from tests.cast import PASSWORD, make_user
from tests.history.stage import TABLE, Stage
from tests.history.without_row import WITHOUT_ROW

pytestmark = pytest.mark.django_db
HERE = history.Origin("203.0.113.7", "a" * 32)
PARTS = [import_module(f"{parts.__name__}.{found.name}") for found in pkgutil.iter_modules(parts.__path__, "")]
DEEDS = [(name, deed) for name, deeds in TABLE.items() for deed in deeds]


@pytest.fixture
def stage(delegate, sede, tmp_path):
    return Stage(delegate, sede, make_user(), tmp_path)


@pytest.fixture
def from_there():
    token = history.origin.set(HERE)
    yield
    history.origin.reset(token)


def done(deed, stage):
    """The rows that a deed must leave, and those that it left, the first one first."""
    steps = deed(stage)
    next(steps)
    last = HistoryEntry.objects.first()
    wanted = list(steps)
    return wanted, list(HistoryEntry.objects.filter(pk__gt=last.pk if last else 0).order_by("pk"))


def named(pair):
    """The act, and what tells its deeds apart: `roles.ended by_something_else`."""
    name, deed = pair
    return " ".join(filter(None, (name, deed.__name__.strip("_"))))


@pytest.mark.parametrize("pair", DEEDS, ids=named)
def test_an_action_leaves_its_one_row(pair, stage, from_there):
    name, deed = pair
    wanted, rows = done(deed, stage)
    beside = Counter(act for one in wanted for act in one.beside)
    assert Counter(row.act for row in rows) == Counter({name: len(wanted)}) + beside
    for one, row in zip(wanted, (row for row in rows if row.act == name), strict=True):
        assert (row.actor, row.entity) == (one.actor, one.entity)
        assert (row.object_type, row.object_id) == (one.thing._meta.label_lower, str(one.thing.pk))
        assert (row.before, row.after) == (one.before, one.after)
    assert {(row.address, row.request_id) for row in rows} == {(HERE.address, HERE.request_id)}
    assert all((timezone.now() - row.at).total_seconds() < 60 for row in rows)


def private():
    """What is in the database and may not be in a history that nobody can rewrite."""
    for kind in (Person, Appointment):
        for document, email in kind.objects.values_list("document_number", "email"):
            yield from (document, email)
    yield from Account.objects.values_list("email", flat=True)
    yield from Account.objects.filter(entity=None, is_staff=False).values_list("login", flat=True)
    for text in OutgoingMail.objects.values_list("text", flat=True):
        yield from re.findall(r"https?://[^/]+/\S*?([\w-]{40,})", text)


@pytest.mark.parametrize("pair", DEEDS, ids=named)
def test_no_document_e_mail_password_or_link_is_in_the_history(pair, stage, from_there):
    _, rows = done(pair[1], stage)
    told = json.dumps([(row.before, row.after) for row in rows], ensure_ascii=False, default=str)
    secrets = {text for text in (PASSWORD, *private()) if text}
    assert not {text for text in secrets if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", told)}


def keys_of(said):
    """Every name that an act says of something."""
    if isinstance(said, list):
        return {key for one in said for key in keys_of(one)}
    return {key for name, one in said.items() for key in {name, *keys_of(one)}} if isinstance(said, dict) else set()


@pytest.mark.parametrize("pair", DEEDS, ids=named)
def test_people_read_each_thing_that_it_says_in_spanish(pair, stage, from_there):
    _, rows = done(pair[1], stage)
    assert keys_of([said for row in rows for said in (row.before, row.after)]) <= set(LABELS)


def test_every_act_has_its_deeds_in_the_table_and_its_name():
    assert set(TABLE) == set(ACTS)


def modules_of_actions():
    for config in apps.get_app_configs():
        if not Path(config.path).is_relative_to(Path(__file__).parents[2]) or ".venv" in config.path:
            continue
        with suppress(ModuleNotFoundError):
            package = import_module(f"{config.name}.actions")
            yield package
            for found in pkgutil.iter_modules(getattr(package, "__path__", [])):
                yield import_module(f"{package.__name__}.{found.name}")


def test_every_action_is_done_in_this_table_or_says_why_not():
    actions = {
        f"{module.__name__}.{name}": thing
        for module in modules_of_actions()
        for name, thing in inspect.getmembers(module, inspect.isfunction)
        if thing.__module__ == module.__name__ and not name.startswith("_")
    }
    here = {thing for part in PARTS for thing in vars(part).values() if inspect.isfunction(thing)}
    assert {name for name, thing in actions.items() if thing not in here} <= set(WITHOUT_ROW) <= set(actions)
