"""Which groups of the Ministry see the periodic jobs?"""

from mipres_admin.access.groups import may_view

PERMISSIONS = (*may_view("jobs", "jobrun"),)
