"""Who is this app? Portal tokens, signing keys and the web services' face."""

from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "tokens"
    verbose_name = "Tokens"
