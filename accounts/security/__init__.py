"""Second factors, sessions and changing entity."""
