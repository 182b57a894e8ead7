"""How does the Ministry see the portal as a delegate sees it? Looking only, announced, and told to the entity."""
