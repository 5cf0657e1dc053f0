"""A mail server for tests: keeps what it took, and refuses, hesitates or breaks off where it is told to."""

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest

# What may be told for an address: refuse the recipient, refuse the text, or hang up at a point.
HANG_UP_AT_RCPT, HANG_UP_IN_DATA, HANG_UP_AFTER_DATA = "hang up at rcpt", "hang up in data", "hang up after data"


class Conversation(socketserver.StreamRequestHandler):
    """One client speaking SMTP."""

    server: "MailServer"

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.server.conversations += 1
        self.say(self.server.greeting)
        to = ""
        for raw in self.rfile:
            line = raw.decode().strip()
            verb = line.split(" ")[0].upper()
            told = self.server.behaviour.get(to, "")
            if verb == "RCPT":
                to = line.split("<")[1].split(">")[0]
                told = self.server.behaviour.get(to, "")
                if told == HANG_UP_AT_RCPT:
                    return
                self.say(told.removeprefix("rcpt ") if told.startswith("rcpt ") else "250 fine")
                if told.startswith("rcpt 421"):
                    return
            elif verb == "DATA":
                self.say("354 go on")
                text = b""
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    text += part[1:] if part.startswith(b"..") else part
                if told == HANG_UP_IN_DATA:
                    return
                self.server.has_text.set()
                self.server.may_answer.wait(self.server.hesitates)
                if told.startswith("data "):
                    self.say(told.removeprefix("data "))
                    continue
                self.server.keep(to, text)
                if told == HANG_UP_AFTER_DATA:
                    return
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            elif verb == "MAIL":
                self.say(self.server.to_senders)
            else:
                self.say("250 fine")


class MailServer(socketserver.ThreadingTCPServer):
    """Listens on a port of its own while the block lasts."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.greeting, self.to_senders, self.hesitates = "220 test", "250 fine", 0.0
        self.behaviour: dict[str, str] = {}
        self.taken: list[tuple[str, bytes]] = []
        self.conversations = 0
        # Set when a text has arrived whole; wait for it, and the client still waits for its answer.
        self.has_text, self.may_answer = threading.Event(), threading.Event()
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def recipients(self) -> list[str]:
        """Whom mail was taken for, in alphabetical order, as often as it was."""
        return sorted(to for to, _ in self.taken)

    @property
    def mail(self) -> list[EmailMessage]:
        """Everything taken, read as a mail program reads it."""
        return [email.message_from_bytes(text, policy=email.policy.default) for _, text in self.taken]

    def keep(self, to: str, text: bytes) -> None:
        with self._lock:
            self.taken.append((to, text))


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """A mail server, and settings that send everything there."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield server
        server.may_answer.set()
        server.shutdown()
        thread.join(5)
