"""How does the file of an official registry get into the tables of the portal, and out again?

An app describes its registry in a subclass of `registries.registry.Registry`. One load is one transaction:

1. `files` opens the file, CSV or xlsx, and finds the columns of the registry in it. `cell_values` has the functions
   with which `Registry.parse_row` turns cells into values. What is wrong raises an error of `errors`: `Rejected` leaves
   one row out, `RegistryError` refuses the whole file.
2. `loader` copies the good rows into the temporary table `registry_rows`, checks the file as a whole (rejected rows,
   an older snapshot, too many closings), and runs the SQL of the registry: close what is gone, compare the rest into
   `registry_changes`, write that. A preview does all of it and rolls it back.
3. `change_capture`: while the loader writes, triggers on the tables of the registry store each added row's key
   (`RegistryAddition`) and each changed row as it was (`RegistryChange`).
4. `effects` calls what the apps above registered, such as the end of roles, in the same transaction, and its changes
   are stored too.
5. `report` says what happened to the rows; the loader stores it with the load.
6. `undo` takes the last load of a registry back, from what `change_capture` stored.

Commands call `loader.load_file` directly (`registries.import_command`). In the admin, `registries.actions` stores the
file and the request, and the worker does the rest (`registries.queue`). Only one load runs at a time
(`loader.LOAD_LOCK`).
"""
