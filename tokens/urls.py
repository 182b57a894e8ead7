"""Which addresses do tokens have in the portal? `services/web_services.py` has those of the web services."""

from django.urls import path, re_path

from tokens import views
from tokens.services import introspection_endpoints

urlpatterns = [
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/generar/", views.generate_token, name="generate_token"),
    path("tokens/probar/", views.try_token, name="try_token"),
    path("tokens/reportar/", views.report_token, name="report_token"),
    path("tokens/reportar/servicio/", views.report_token_service, name="report_token_service"),
    path("tokens/<uuid:public_id>/revocar/", views.revoke, name="revoke_token"),
    # with and without the last slash: a redirect would lose the POST data
    re_path(r"^oauth/introspeccion/?$", introspection_endpoints.introspection, name="introspection"),
    re_path(r"^oauth/revocacion/?$", introspection_endpoints.revocation, name="revocation"),
    path("servicios-web/", views.services_reference, name="services_reference"),
    path("servicios-web/openapi.json", views.openapi, name="openapi"),
    path(".well-known/jwks.json", views.jwks, name="jwks"),
]
