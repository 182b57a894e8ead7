"""What does the Ministry see of entities? The loads of the official registries."""

from entities import registry_admin  # noqa: F401  registers its window
