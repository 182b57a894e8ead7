"""How does an official registry get into the portal?

A registry comes as one file, CSV or xlsx, and is loaded whole by a command:

- `files` opens it (with `mipres_admin.excel`) and finds its columns, `values` understands its cells;
- `loading` copies the good rows into a staging table, merges them set by set, and writes the history;
- `report` tells the operator what happened; `command` is the operator's door;
- `reps` and `eps` say what those two registries mean; `roles.registries` does it for ReTHUS and SSO;
- `synthetic` invents a REPS for tests and benchmarks.
"""
