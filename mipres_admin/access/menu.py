"""Which entries does the menu offer? Those that views declare, in the manual's order, to those whom the view admits."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLResolver, get_resolver, reverse

from mipres_admin.access.declarations import Access, MenuEntry, declared, own_patterns


@dataclass(frozen=True)
class Item:
    """One entry of the menu and its address."""

    entry: MenuEntry
    access: Access
    url: str

    def is_for(self, user: Any) -> bool:
        """Whether the view behind the item admits this user."""
        return self.access.admits(user) and (user.is_natural_person or not self.entry.only_persons)


@cache
def _items(resolver: URLResolver) -> list[Item]:
    items = [
        Item(access.menu, access, reverse(str(pattern.name)))
        for pattern in own_patterns(resolver)
        if (access := declared(pattern.callback)) and access.menu
    ]
    return sorted(items, key=lambda item: item.entry.order)


def menu_for(user: Any) -> list[Item]:
    """The items that this user's menu shows."""
    return [item for item in _items(get_resolver()) if item.is_for(user)]
