"""How does another program reach the project's own PostgreSQL? `python -m mipres_admin.embedded COMMAND …`.

The command runs with DATABASE_URL naming the embedded server, which stays up at least as long.
"""

import os
import subprocess
import sys
from urllib.parse import quote

from mipres_admin.embedded import supported_systems

if __name__ == "__main__":
    if not supported_systems.is_supported():
        sys.exit(supported_systems.UNSUPPORTED)
    # Only here: they import modules that an unsupported system does not have.
    from mipres_admin.embedded import server
    from mipres_admin.embedded.folders import PORT

    folder = quote(str(server.ensure_running()))
    url = f"postgres://{server.USER}@/{server.DATABASE}?host={folder}&port={PORT}"
    sys.exit(subprocess.call(sys.argv[1:], env=os.environ | {"DATABASE_URL": url}))
