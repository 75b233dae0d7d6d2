"""Processes that are not our children: an earlier run started them and is gone."""

import signal
import time
from collections.abc import Callable, Sequence

import psutil

from trialport.core.servers.child import POLL_SECONDS, go_on


def is_gone(process: psutil.Process) -> bool:
    """Whether the process has ended, collected by its parent or not."""
    try:
        return not process.is_running() or bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.Error:
        return


def wait_until_gone(processes: Sequence[psutil.Process], seconds: float, check: Callable[[], None] = go_on) -> bool:
    """Wait for all to end; False if one still runs after `seconds`."""
    deadline = time.monotonic() + seconds
    while not all(is_gone(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        check()
        time.sleep(POLL_SECONDS)
    return True
