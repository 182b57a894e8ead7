"""What does the Ministry see of users and roles, and what does it do to them?"""

from roles.admin import registries, related_lists, users  # noqa: F401  they register themselves
