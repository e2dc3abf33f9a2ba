"""What `python app.py` runs: the web server and the job process, ended together."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import config
from app import create_app
from app.errors import Refused
from app.extensions import db
from app.services import doctor

# Seconds that children have to finish what they are doing, before they are killed. The
# web server gives its requests 30.
GRACE = 35.0

Child = subprocess.Popen[bytes]


def serve() -> int:
    """Run the service until Ctrl-C, SIGTERM or the end of a child; return the status.

    HOST and PORT say where it listens (127.0.0.1:8000). Each child leads a process
    group of its own, so that whatever it starts ends with it.
    """
    address = _address()
    problem = _why_not()
    if problem:
        print(f"Esito does not start: {problem}", file=sys.stderr)
        return 1
    signals: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: signals.append(received))
    children: dict[str, Child] = {}
    try:
        for name, command in _commands(address).items():
            children[name] = _start(command)
        print(f"\nEsito listens on http://{address} (Ctrl-C ends it)", flush=True)
        show_demonstration(config.read())
        while not signals and all(child.poll() is None for child in children.values()):
            time.sleep(0.1)
        return 0 if signals else _status_of_the_first_to_end(children)
    finally:
        _end(children.values())


def _address() -> str:
    """Return where to listen; links lead there too, unless a setting says otherwise."""
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    everywhere = host in ("0.0.0.0", "::")  # noqa: S104 it is compared, not bound
    own = "127.0.0.1" if everywhere else host
    # Other IPv6 addresses than one's own need a name, in ESITO_BASE_URL.
    seen = f"localhost:{port}" if ":" in own else f"{own}:{port}"
    if not os.environ.get("ESITO_BASE_URL"):
        os.environ["ESITO_BASE_URL"] = f"http://{seen}"
    return address


def show_demonstration(settings: Mapping[str, Any]) -> None:
    """Say who can sign in to the demonstration, and where its mail is read."""
    cards = Path(settings["ESITO_DATA_DIR"]) / "demo-sign-ins.json"
    if settings["ESITO_ENV"] != "demo" or not cards.exists():
        return
    base = settings["ESITO_BASE_URL"]
    for card in json.loads(cards.read_text()):
        print(f"  {card['who']}: {base}{card['where']}")
        note = card["note"] % card["values"] if card["values"] else card["note"]
        print(f"    {card['name']}  {card['password']}  ({note})")
    print(f"  The e-mails of the demonstration: {base}/demo/mail\n", flush=True)


def _why_not() -> str | None:
    """Return why the service cannot start, in words instead of a child's traceback."""
    try:
        app = create_app()
        with app.app_context():
            doctor.schema()
            doctor.installation_kind()
            db.session.remove()
            db.engine.dispose()
    except (config.BadSetting, Refused) as problem:
        return str(problem)
    return None


def _commands(address: str) -> dict[str, list[str]]:
    gunicorn = ["gunicorn", "--config", "gunicorn.conf.py", "--bind", address]
    return {
        "web server": [sys.executable, "-m", *gunicorn, "app:create_app()"],
        "job process": [sys.executable, "-m", "flask", "--app", "app", "jobs", "run"],
    }


def _start(command: list[str]) -> Child:
    return subprocess.Popen(  # noqa: S603 the commands are the two above
        command, cwd=config.ROOT, start_new_session=True
    )


def _status_of_the_first_to_end(children: Mapping[str, Child]) -> int:
    """Say which child ended by itself; it should not have, whatever its status was."""
    for name, child in children.items():
        code = child.returncode
        if code is not None:
            status = 128 - code if code < 0 else code or 1
            print(
                f"Esito: the {name} ended with status {status}; ending everything else",
                file=sys.stderr,
            )
            return status
    return 1


def _end(children: Iterable[Child]) -> None:
    """Ask each process group to end, wait, and kill what is left of it."""
    for child in children:
        _signal(child, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.0, deadline - time.monotonic()))
        _signal(child, signal.SIGKILL)
        child.wait()


def _signal(child: Child, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)
