"""How do the registries of people get into the portal? ReTHUS and the plazas of SSO, through `entities.registries`."""
