"""How much the heavy tests do: a small dose every day, with RELIABILITY=1 what docs/reliability.md promises."""

import os

LONG = os.environ.get("RELIABILITY") == "1"


def dose(everyday: int, long: int) -> int:
    return long if LONG else everyday
