"""The web server as it is set up: what one visitor does holds up no other."""

import socket
import time
import urllib.request
from contextlib import ExitStack

import pytest

pytestmark = pytest.mark.browser


def test_connections_on_which_nothing_is_said_hold_nobody_up(demonstration):
    """Browsers open such connections ahead of need; the server has four threads."""
    with ExitStack() as silent:
        for _ in range(40):
            address = ("127.0.0.1", demonstration.port)
            silent.enter_context(socket.create_connection(address))
        began = time.monotonic()
        with urllib.request.urlopen(demonstration.url + "/health", timeout=60) as page:
            assert page.status == 200
        assert time.monotonic() - began < 4, "a visitor waited for silent connections"
