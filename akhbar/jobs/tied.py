"""`python -m akhbar.jobs.tied PID VERB …`: a command that dies with the process that started it.

A worker that is killed cannot stop its crawls; the kernel does (prctl(2), PR_SET_PDEATHSIG). Where there is
no such call, the crawl lives on and its lease keeps a second one away.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

from akhbar.commands import main

_PR_SET_PDEATHSIG = 1


def tie(parent: int) -> None:
    """Have this process killed when `parent`, which started it, ends; ends at once where it already has."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


if __name__ == "__main__":
    tie(int(sys.argv[1]))
    main(sys.argv[2:])
