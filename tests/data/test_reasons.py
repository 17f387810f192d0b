"""Why an address gave nothing, in words that somebody can read."""

from __future__ import annotations

import http.client
import socket
import ssl
from email.message import Message
from urllib.error import HTTPError, URLError

import pytest

from lenetpad.data.fetching import _reason


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (URLError(socket.gaierror(-2, "Name or service not known")), "Name or service not known"),
        (URLError(ConnectionRefusedError(111, "Connection refused")), "Connection refused"),
        (URLError(TimeoutError("timed out")), "timed out"),
        (URLError("unknown url type: x"), "unknown url type: x"),
        (HTTPError("http://x", 404, "Not Found", Message(), None), "404 Not Found"),
        (TimeoutError("timed out"), "timed out"),
        (http.client.IncompleteRead(b""), "IncompleteRead(0 bytes read)"),
        (http.client.RemoteDisconnected(), "RemoteDisconnected"),
    ],
)
def test_no_wrapper_of_pythons_is_in_it(error: Exception, words: str) -> None:
    assert _reason(error) == words


def test_a_bad_certificate_is_named() -> None:
    error = URLError(ssl.SSLCertVerificationError(1, "certificate verify failed"))
    assert "certificate verify failed" in _reason(error)
    assert "urlopen" not in _reason(error)
