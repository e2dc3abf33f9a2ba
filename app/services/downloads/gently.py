"""Heavy work of the job process, which gives way to whoever waits for a page."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from typing import TypeVar

Answer = TypeVar("Answer")
# Of two that want the same processor, this one gets about a thirtieth.
NICE = 15


def gently(work: Callable[[], Answer]) -> Answer:
    """Do something in a thread of its own with a low priority, and wait for it.

    On Linux a thread has a priority of its own, so that what else the process does,
    such as sending mail, keeps its own; elsewhere it is done as it is.
    """
    answers: list[Answer] = []
    problems: list[BaseException] = []

    def run() -> None:
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        try:
            answers.append(work())
        except BaseException as problem:
            problems.append(problem)

    thread = threading.Thread(target=copy_context().run, args=(run,))
    thread.start()
    thread.join()
    if problems:
        raise problems[0]
    return answers[0]
