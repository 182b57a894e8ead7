"""Which User-Agent do the clients of tests send?"""

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


NOON = "2026-11-20T12:00:00-05:00"
