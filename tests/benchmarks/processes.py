"""What processes take of the machine."""

from __future__ import annotations

import psutil


def processor(process: psutil.Process) -> float:
    """Seconds of the processor that a process has taken."""
    times = process.cpu_times()
    return float(times.user + times.system)
