"""Three machines on one: network namespaces on a bridge, each with a host name of its own; root only."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field

SUBNET = "10.213"
HERE = f"{SUBNET}.0.254"


@dataclass
class Machines:
    """`hosts` addresses for outlets, and what to put before a command to run it on machine 0, 1 or 2."""

    names: list[str] = field(default_factory=list)
    is_spread: bool = False

    @classmethod
    def make(cls, count: int, hosts: int) -> Machines:
        """Namespaces where they may be made; otherwise processes side by side on loopback."""
        tag = f"ak{os.getpid() % 100_000}"
        made = cls([f"{tag}-{number}" for number in range(count)])
        try:
            _ip("link", "add", tag, "type", "bridge")
            made.is_spread = True
            _ip("addr", "add", f"{HERE}/16", "dev", tag)
            for number in range(hosts):
                _ip("addr", "add", f"{made.address(number)}/16", "dev", tag)
            _ip("link", "set", tag, "up")
            for number, name in enumerate(made.names):
                _ip("netns", "add", name)
                _ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
                _ip("link", "set", name, "master", tag, "up")
                for words in (("addr", "add", f"{SUBNET}.0.{number + 1}/16", "dev", "eth0"),
                              ("link", "set", "eth0", "up"), ("link", "set", "lo", "up")):  # fmt: skip
                    _ip("-n", name, *words)
        except (OSError, subprocess.CalledProcessError):
            made.remove()
            made.is_spread = False
        return made

    def address(self, number: int) -> str:
        """The address of outlet host `number`, up to 250."""
        return f"{SUBNET}.1.{number + 1}" if self.is_spread else f"127.0.1.{number + 1}"

    def before(self, number: int) -> tuple[str, ...]:
        """What runs a command on a machine; each step is replaced by the next, so the process is the command's."""
        if not self.is_spread:
            return ()
        name = self.names[number]
        script = f'hostname {name} && exec "$@"'
        return ("ip", "netns", "exec", name, "unshare", "--uts", "sh", "-c", script, "sh")

    def remove(self) -> None:
        """Take it all away again."""
        for name in self.names:
            _ip("netns", "del", name, check=False)
            _ip("link", "del", name, check=False)
        _ip("link", "del", self.names[0].partition("-")[0], check=False)


def _ip(*words: str, check: bool = True) -> None:
    try:
        subprocess.run(["ip", *words], check=check, capture_output=True)
    except OSError:
        if check:
            raise
