"""Whole numbers as addresses and forms send them."""


def whole_number(text: str) -> int | None:
    """The number that these digits are, where a database can look for it; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None
