"""What does this app register? Portal tokens, signing keys and the web services."""

from django.apps import AppConfig


class TokensConfig(AppConfig):
    name = "tokens"
    verbose_name = "Tokens y servicios web"
    admin_order = 60
