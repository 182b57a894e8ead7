"""The admin of users, roles and the registries of professions."""

from roles.admin import registries, related_lists, users
