"""Does every table that refers to a sede or an entity take part when REPS passes a sede to another entity?"""

import pytest
from django.apps import apps
from django.db import connection

from entities.models import Entity, Sede
from entities.registries.sede_transfers import sede_references

STAY_WITH_THE_ENTITY = {
    # what the entity did, was given or may do; a sede has no part in it
    "accounts_account.entity_id",
    "accounts_impersonation.entity_id",
    "delegates_appointment.entity_id",
    "delegates_representation.entity_id",
    "history_historyentry.entity_id",
    "roles_certificate.entity_id",
    "roles_roleassignment.entity_id",
    "roles_roleending.entity_id",
    "roles_roleupload.entity_id",
    "tokens_portaltoken.entity_id",
    # a network that a member leaves with its last sede (roles.registries.network_effects)
    "entities_association.owner_id",
    "entities_association.member_id",
    # the sede itself
    "entities_sede.entity_id",
}


def columns_referring_to(model):
    """Every column of every model, and of the tables between two models, that refers to this model."""
    return {
        f"{other._meta.db_table}.{field.column}"
        for other in apps.get_models(include_auto_created=True)
        for field in other._meta.local_fields
        if field.remote_field is not None and field.remote_field.model is model
    }


def test_every_column_that_refers_to_a_sede_is_registered():
    registered = {f"{reference.table}.sede_id" for reference in sede_references()}
    assert columns_referring_to(Sede) == registered


def test_every_column_that_refers_to_an_entity_is_decided():
    assert columns_referring_to(Entity) == STAY_WITH_THE_ENTITY


def test_table_with_sede_and_entity_says_until_when_its_rows_are_in_force():
    of_both = {column.partition(".")[0] for column in columns_referring_to(Sede)} & {
        column.partition(".")[0] for column in columns_referring_to(Entity)
    }
    assert of_both == {reference.table for reference in sede_references() if reference.until}


@pytest.mark.django_db
def test_postgresql_holds_these_tables_to_the_entity_of_the_sede():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'row_is_at_a_sede_of_its_entity'::regproc"
        )
        held = {table for (table,) in cursor.fetchall()}
    assert held == {reference.table for reference in sede_references() if reference.until}
