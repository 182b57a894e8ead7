"""How does one action wait for another on the same row? With locks that last until the transaction ends."""

from typing import cast

from django.db import connection, models


def lock[M: models.Model](obj: M, *, no_key: bool = False) -> M:
    """Lock the row of `obj` and return it as it is now.

    What it refers to is read afterwards, so nothing is older than the lock. With `no_key`, rows that refer
    to this one may be written meanwhile. Raises DoesNotExist when it is gone.
    """
    model = cast(type[M], obj._meta.concrete_model)
    return model._base_manager.select_for_update(no_key=no_key).get(pk=obj.pk)


def lock_rows[M: models.Model, R](rows: models.QuerySet[M, R], *, no_key: bool = False) -> list[R]:
    """Lock these rows, in the order of their keys, so that two transactions never wait for each other."""
    return list(rows.select_for_update(of=("self",), no_key=no_key).order_by("pk"))


def lock_key(key: int | str, *, shared: bool = False) -> None:
    """Lock a number or a name that is no row; `shared` waits only for locks that are not shared."""
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    argument = "%s" if isinstance(key, int) else "hashtextextended(%s, 0)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({argument})", [key])
