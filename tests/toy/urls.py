"""The addresses of the portal and those of the example app."""

from mipres_admin.urls import urlpatterns as portal
from tests.toy.notes.urls import urlpatterns as notes

urlpatterns = [*portal, *notes]
