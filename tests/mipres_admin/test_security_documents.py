"""Is what docs/security.md and docs/asvs.csv say true? The tests that they name exist, the numbers agree."""

import ast
import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text()
with (ROOT / "docs" / "asvs.csv").open(newline="") as file:
    LINES = list(csv.DictReader(file))
STATES = ("met", "met without test", "not met", "not applicable")
# how many requirements of levels 1 and 2 each section of ASVS 5.0.0 has: they come first and are numbered from 1
SECTIONS = {
    **{"1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1},
    **{"3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4},
    **{"5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4},
    **{"7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1},
    **{"9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3},
    **{"11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4},
    **{"13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7},
    **{"16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2},
}


def table(heading):
    """The cells of the rows of the first table under a heading."""
    section = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


@cache
def nodes_of(path):
    """The node ids of the tests in a file."""
    found = set()
    for node in ast.parse((ROOT / path).read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found.add(f"{path}::{node.name}")
        elif isinstance(node, ast.ClassDef):
            found |= {f"{path}::{node.name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
        elif isinstance(node, ast.Assign):  # a state machine of Hypothesis, as unittest's case
            found |= {f"{path}::{name.id}::runTest" for name in node.targets if isinstance(name, ast.Name)}
    return found


def test_every_requirement_of_levels_1_and_2_has_one_line():
    expected = [f"{section}.{number}" for section, count in SECTIONS.items() for number in range(1, count + 1)]
    assert [line["id"] for line in LINES] == expected
    assert Counter(line["level"] for line in LINES) == {"1": 70, "2": 183}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["id"])
def test_a_line_has_what_its_state_needs(line):
    assert line["state"] in STATES
    assert line["requirement"]
    assert bool(line["tests"]) == (line["state"] == "met")
    assert line["reason"] or line["state"] == "met"
    assert bool(re.fullmatch(r"20\d\d-\d\d-\d\d", line["since"])) == (line["state"] == "not met")
    for test in line["tests"].split():
        assert test in nodes_of(test.partition("::")[0])


def test_summary_of_the_document_counts_the_lines():
    counted = Counter((line["id"].partition(".")[0], line["state"]) for line in LINES)
    for name, *numbers in table("OWASP ASVS 5.0, levels 1 and 2"):
        chapters = [name.split()[0][1:]] if name != "all" else sorted({chapter for chapter, _ in counted})
        assert numbers == [str(sum(counted[chapter, state] for chapter in chapters)) for state in STATES], name


def test_the_document_says_what_is_not_met():
    said = TEXT.partition("Not met, openly:")[2]
    assert re.findall(r"\*\*([\d.]+)\*\*", said) == [line["id"] for line in LINES if line["state"] == "not met"]


def test_limits_in_the_document_are_those_of_the_settings():
    limits = {name.strip("`"): int(value) for name, value, _ in table("Limits")}
    assert limits == {name: getattr(settings, name) for name in limits}


def test_each_secret_of_the_environment_is_in_the_inventory():
    secrets = re.findall(r"`(MIPRES_\w*(?:SECRET|SECRET_KEY))`", (ROOT / "README.md").read_text())
    assert len(set(secrets)) >= 3
    assert set(secrets) <= set(re.findall(r"`(MIPRES_\w+)`", TEXT.partition("## Cryptography")[2]))
