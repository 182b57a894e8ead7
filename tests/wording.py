"""What must nobody read in the portal? Codes of the software, and two points at the end of a sentence."""

import html
import re
from functools import cache

from django.apps import apps
from django.utils.html import strip_tags

from mipres_admin.database.text import fold
from mipres_admin.history import event_registry

PYTHON = r"\b(?:None|True|False|NaN)\b|<class |object at 0x|<\w+: |\b[a-z_]+\.models\.|\bQuerySet\b"
DOUBLE_POINT = r"(?<!\.)\.\.(?!\.)"
NOT_READ = re.compile(r"<(script|style|code)\b.*?</\1>|<!--.*?-->", re.DOTALL)
# what Spanish has too
WORDS = {"total", "error", "general", "final", "normal"}


@cache
def codes() -> re.Pattern[str]:
    """The values of choices that are no Spanish words, as far as their own labels tell, and the names of events."""
    found = {value for value in event_registry.event_names() if "." in value}
    for model in apps.get_models():
        for field in model._meta.get_fields():
            for value, label in getattr(field, "flatchoices", ()):
                code = str(value)
                if re.fullmatch(r"[a-z][a-z_.-]{3,}", code) and code not in fold(str(label)):
                    found.add(code)
    either = "|".join(map(re.escape, sorted(found - WORDS)))
    return re.compile(rf"(?<![\w.@/-])(?:{either}|[a-z]+(?:_[a-z]+)+)(?![\w@/-]|\.\w)")


def shown(page: str) -> str:
    """The text of an HTML page as people see it, a line for each block."""
    body = NOT_READ.sub(" ", page.partition("<body")[2] or page)
    return html.unescape(strip_tags(re.sub(r"<(?!/?(?:strong|em|a|span|b|i)\b)", "\n<", body)))


def raw_words(text: str) -> list[str]:
    """Each code or double point in a text that people read, with what is around it."""
    found = []
    for pattern in (PYTHON, DOUBLE_POINT, codes()):
        found += [" ".join(text[max(0, at.start() - 40) : at.end() + 20].split()) for at in re.finditer(pattern, text)]
    return found
