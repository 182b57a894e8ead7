"""Which addresses do tokens have in the portal? Those of the web services are in `services.py`."""

from django.urls import path

from tokens import views

urlpatterns = [
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/generar/", views.generate_token, name="generate_token"),
    path("tokens/probar/", views.try_token, name="try_token"),
    path("tokens/reportar/", views.report_token, name="report_token"),
    path("tokens/reportar/servicio/", views.report_token_service, name="report_token_service"),
    path("tokens/<uuid:public_id>/revocar/", views.revoke, name="revoke_token"),
    path(".well-known/jwks.json", views.jwks, name="jwks"),
]
