"""The registries of ReTHUS and of the plazas of SSO, and what loads do to roles."""
