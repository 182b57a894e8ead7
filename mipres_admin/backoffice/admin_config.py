"""Which site is Django's admin here? Not in `site.py`, because apps are configured before any model is loaded."""

from django.contrib.admin.apps import AdminConfig


class MinistryAdminConfig(AdminConfig):
    """Django's own app, with the Ministry's site."""

    default_site = "mipres_admin.backoffice.site.MinistryAdminSite"
