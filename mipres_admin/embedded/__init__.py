"""Which database does the project use when DATABASE_URL is not set?

Its own: ENGINE "mipres_admin.embedded" is Django's PostgreSQL backend plus a private server, which starts
with the first connection, is shared by every process of this checkout, and stops with the last of them.
"""
