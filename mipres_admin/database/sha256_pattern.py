"""Which text is a SHA-256? 64 lower-case hexadecimal digits, in every table that has one."""

SHA256 = r"^[0-9a-f]{64}$"
