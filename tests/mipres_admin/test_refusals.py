"""Does each refusal tell the one cause that holds?"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "delegates", "entities", "mipres_admin", "registries", "roles", "tokens")
TWO_CAUSES = re.compile(
    r"(?:,| )\bo (?:ya|no|está|esta|estaba|se|venció|fue|hubo|lo está|su titular|el REPS|después|dejó|la cerró|es)\b"
)
REFUSES = re.compile(r"\b(?:no|ya|venció|inactiv\w+|suspendid\w+|cerr\w+|deshizo)\b", re.IGNORECASE)
NEUTRAL = ("La persona no está registrada en MIPRES o no puede recibir ese rol",)
"""Listed with their reasons in docs/decisions/interface.md."""


def texts(tree: ast.AST) -> list[tuple[int, str]]:
    """Every text of a module but its docstrings, with its line."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    parts = {id(value) for node in joined for value in node.values}
    found = [
        (node.lineno, "".join(str(value.value) if isinstance(value, ast.Constant) else "…" for value in node.values))
        for node in joined
    ]
    constants = [
        node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings | parts
    ]
    return found + [(node.lineno, node.value) for node in constants if isinstance(node.value, str)]


def test_no_text_joins_two_causes_of_a_refusal() -> None:
    joined = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
        for line, text in texts(ast.parse(path.read_text(encoding="utf-8")))
        for sentence in re.split(r"(?<=[.:;]) ", text)
        if TWO_CAUSES.search(sentence) and REFUSES.search(sentence) and not sentence.startswith(NEUTRAL)
    ]
    assert joined == []
