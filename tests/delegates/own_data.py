"""How does a test use "Mis datos"?"""

from tests.delegates.links import link_in_mail

DATA = "/seguridad-social/mis-datos/"


NEW = "nuevo@correo.example"


def page_text(response):
    return response.content.decode()


def request_change(client, email=NEW):
    return client.post(f"{DATA}correo/", {"email": email})


def change_link():
    return link_in_mail("confirm_email")
