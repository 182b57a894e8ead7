"""Pide un token temporal de MIPRES con Python 3.9 o posterior, sin instalar nada más.

Necesita MIPRES_URL (https://…), MIPRES_NIT (sin dígito de verificación) y MIPRES_TOKEN (el del portal).
Escribe el token temporal, que vale 24 horas: guárdelo y úselo hasta que venza.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request

INTENTOS = 3


def token_temporal(url: str, nit: str, token: str) -> str:
    """El token temporal; RuntimeError con la causa que da MIPRES."""
    direccion = f"{url}/WSSUMMIPRESNOPBS/api/GenerarToken/{nit}/{token}"
    for intento in range(1, INTENTOS + 1):
        try:
            with urllib.request.urlopen(direccion, timeout=30) as respuesta:
                return str(json.load(respuesta))
        except urllib.error.HTTPError as error:
            with error:
                mensaje = json.load(error)["Message"]
            # demasiadas llamadas, o el portal está ocupado: espere lo que pide y repita
            if error.code not in (429, 503) or intento == INTENTOS:
                raise RuntimeError(f"MIPRES respondió {error.code}: {mensaje}") from None
            time.sleep(int(error.headers.get("Retry-After", "10")))
        except urllib.error.URLError as error:
            raise RuntimeError(f"No hubo conexión con MIPRES: {error.reason}") from None
    raise AssertionError


if __name__ == "__main__":
    try:
        sys.stdout.write(token_temporal(*(os.environ[f"MIPRES_{dato}"] for dato in ("URL", "NIT", "TOKEN"))) + "\n")
    except RuntimeError as error:
        sys.exit(str(error))
