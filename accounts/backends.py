"""How is the account of a session loaded? Together with its person and its entity, which every page names."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from accounts.models import Account


class AccountBackend(ModelBackend):
    """Django's ModelBackend, with one query where each page would need three."""

    def get_user(self, user_id: Any) -> Account | None:
        """The account of this key, if it is active."""
        account = Account.objects.select_related("person", "entity").filter(pk=user_id).first()
        return account if account is not None and self.user_can_authenticate(account) else None
