"""What runs in the process? One program of the portal, on the file that is its standard input.

`launcher.py` starts it as a script, isolated (-I): neither the working folder nor the environment says what it imports.
"""

import codecs
import importlib
import json
import logging
import sys
from pathlib import Path

# what zip files, CSV and PDF name: a codec that is not loaded yet cannot be once files are closed
CODECS = ("ascii", "latin-1", "cp437", "cp1252", "charmap", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le")


def main(parent: str, memory: str, cpu_seconds: str, module: str, program: str, arguments: str) -> None:
    """Run `module.program(file, **arguments)`, and write what it yields."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    limits, protocol = (importlib.import_module(f"mipres_admin.sandbox.{name}") for name in ("limits", "protocol"))
    limits.end_with(int(parent))
    limits.apply(int(memory), int(cpu_seconds))
    programs = importlib.import_module(module)
    list(map(importlib.import_module, getattr(programs, "LATER", ())))
    getattr(programs, "prepare", lambda: None)()
    logging.disable()
    list(map(codecs.lookup, CODECS))
    limits.close_the_rest()
    try:
        for message in getattr(programs, program)(sys.stdin.buffer, **json.loads(arguments)):
            protocol.write(sys.stdout, protocol.MESSAGE, message)
        protocol.write(sys.stdout, protocol.DONE)
    except protocol.Unreadable as refused:
        protocol.write(sys.stdout, protocol.REFUSED, refused.args)
    except MemoryError:
        protocol.write(sys.stdout, protocol.OUT_OF_MEMORY)


if __name__ == "__main__":
    main(*sys.argv[1:])
