"""Which browser and system does a User-Agent name?"""

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """What the browser says it is, for example "Chrome en Windows"; never the text that it sent."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "Navegador desconocido")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} en {system}" if system else browser
