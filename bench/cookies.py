"""Browsers that are signed in already."""

from typing import Any

from app import clock
from app.services import signins
from app.values import Audience
from bench.board import Board


def signed_in(board: Board, person: Any, audience: Audience) -> str:
    """Sign somebody in; return the cookie of their browser once it has seen a page."""
    token = signins.begin(person, address="127.0.0.1", browser="bench", at=clock.now())
    signer = board.app.session_interface.get_signing_serializer(board.app)
    kept = {"_permanent": True, "csrf_token": "0" * 40, audience.value: token}
    return f"{board.app.config['SESSION_COOKIE_NAME']}={signer.dumps(kept)}"
