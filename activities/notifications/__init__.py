"""Whom to tell what: rows of the outbox and of the bell, written with the fact itself. Nothing here sends mail."""

from .addresses import COORDINATION, AddressBook, Recipient
from .telling import Telling, count_unread, miscounted, tell, write
from .wording import Words
from .words import reader_of, with_rows, words_of

__all__ = [
    "COORDINATION",
    "AddressBook",
    "Recipient",
    "Telling",
    "Words",
    "count_unread",
    "miscounted",
    "reader_of",
    "tell",
    "with_rows",
    "words_of",
    "write",
]
