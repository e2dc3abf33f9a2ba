"""How much memory this process held at most."""

from pathlib import Path


def peak_megabytes() -> float:
    """Return the most that this program held, whatever started it.

    Of getrusage a process inherits what its parent held when it was started.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not say how much memory a process held")
