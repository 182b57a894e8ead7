"""How does a test change a password? As a person does, in the page."""

from accounts.models import Account
from tests import factories

ADDRESS = "/clave/cambiar/"


NEW = "otra frase larga y serena"


def change(client, old=factories.PASSWORD, new=NEW, confirmation=None, **fields):
    return client.post(ADDRESS, {"old": old, "new": new, "confirmation": confirmation or new} | fields)


def errors(response):
    return dict(response.context["form"].errors)


def fresh(account):
    return Account.objects.get(pk=account.pk)
