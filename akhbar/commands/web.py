"""`akhbar web`: the web page, read-only and on loopback unless told otherwise."""

from __future__ import annotations

import ipaddress
import socket

import click

from akhbar.exits import Exit
from akhbar.output import notes

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@click.command(short_help="Look at the corpus in a browser; read-only.")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=8700, show_default=True, help="0: any free port."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
def web(port: int, host: str) -> int:
    """Serve the corpus as web pages, in Arabic and English: search, articles, stories, outlets, coverage.

    Everybody who reaches the address can read the whole corpus: there is no login. Put a web server with
    one in front before listening on anything but loopback.
    """
    import uvicorn

    from akhbar.web.app import make_application
    from corpus.library.connections import Library

    library = Library()
    library.open()
    listening = _listen(host, port)
    address = listening.getsockname()
    local = _is_loopback(address[0])
    name = f"[{address[0]}]" if listening.family == socket.AF_INET6 else address[0]
    notes.print(f"Akhbar is at http://{name}:{address[1]}/ (Ctrl-C stops it).", markup=False)
    if not local:
        notes.print("Anybody who reaches this address can read the corpus: there is no login.", markup=False)
    hosts = _LOOPBACK_NAMES | {host.lower(), address[0]} if local else None
    config = uvicorn.Config(
        make_application(library, hosts=hosts),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        limit_concurrency=200,
        timeout_graceful_shutdown=5,
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        notes.print("Stopped.", markup=False)
    finally:
        library.close()
        listening.close()
    return Exit.DONE


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises click.UsageError where the address cannot be had."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise click.UsageError(
            f"cannot listen on {host} port {port}: {error.strerror}; try --port 0"
        ) from None
    # What it accepts inherits this; asyncio sets it only where the socket's protocol is named. Without it, a
    # body waits for the acknowledgement of its head: 40 ms a page.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback
