"""How much does the first play of a captcha cost over its replays? `uv run python -m bench.captcha`.

Needs a migrated database of its own, named by DATABASE_URL, where it leaves captchas that expire:

    createdb bench && export MIPRES_MODE=test DATABASE_URL=postgres://user@127.0.0.1/bench
    uv run manage.py migrate && uv run python -m bench.captcha [--captchas 30] [--replays 10]

Opens the log-in page, plays its captcha and plays it again, through Django's handler with all of its middleware, in
this process; without the limits of an origin. Compares medians of processor time of one run. Exits with 1 where the
first play costs less than 1.5 replays, so that keeping the sound saves too little, or more than the page that has it.
"""

import argparse
import re
import statistics
import sys
import time

from django.test import Client

from accounts.captcha import limits


def timed(client: Client, address: str) -> tuple[float, str]:
    """Milliseconds of processor that this answer took, read to its end, and the answer."""
    started = time.process_time()
    content = client.get(address).getvalue()
    return 1_000 * (time.process_time() - started), content.decode("latin-1")


def measure(replays: int) -> dict[str, list[float]]:
    """What a new page, its image, the first play of its captcha and the others took."""
    client = Client(SERVER_NAME="localhost")
    page, html = timed(client, "/ingresar/")
    image, sound = re.findall(r'src="(/captcha/[^"]+)"', html)
    return {
        "page": [page],
        "image": [timed(client, image)[0]],
        "first": [timed(client, sound)[0]],
        "replay": [timed(client, sound)[0] for _ in range(replays)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--captchas", type=int, default=30)
    parser.add_argument("--replays", type=int, default=10)
    options = parser.parse_args()
    for limit in (limits.IMAGES, limits.PLAYS, limits.CAPTCHAS):
        limit.allowed = 10**9
    rounds = [measure(options.replays) for _ in range(options.captchas)]
    page, image, first, replay = (
        statistics.median(took for round_ in rounds for took in round_[name])
        for name in ("page", "image", "first", "replay")
    )
    print(f"page {page:.1f} ms, image {image:.1f} ms, first play {first:.1f} ms, replay {replay:.1f} ms")
    print(f"first play / replay {first / replay:.1f}, first play / page {first / page:.1f}")
    sys.exit(first < 1.5 * replay or first > page)


if __name__ == "__main__":
    main()
