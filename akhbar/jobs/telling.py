"""Telling people of warnings, by webhook and e-mail, to the addresses of the environment and no other.

`AKHBAR_WARN_WEBHOOK`  an http(s) address that is sent a JSON object by POST
`AKHBAR_WARN_MAIL`     mailboxes, with commas between them
`AKHBAR_SMTP`          the mail server: `smtp://user:password@host:587`, `smtps://…`; the local one by default

One message tells of all that is new and all that has passed; the next comes a quarter of an hour later at
the earliest. What could not be sent is tried again at the next check.
"""

from __future__ import annotations

import json
import logging
import os
import smtplib
import socket
import ssl
import urllib.request
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from corpus.transaction import Connection
    from corpus.warnings import Warning

logger = logging.getLogger(__name__)

_SECONDS = 15.0
_MOST_LINES = 40  # of each kind; beyond, the message says how many more there are


def check_and_tell(connection: Connection) -> None:
    """Look at everything, write down what is new and what has passed, and tell of it. Raises StorageUnavailable."""
    from corpus import warnings

    opened, closed = warnings.check(connection)
    if opened or closed:
        logger.warning("%d new warnings, %d have passed: see `akhbar status --warnings`", opened, closed)
    tell(connection)


def tell(connection: Connection) -> bool:
    """Send what was not told yet; whether a message went out."""
    from corpus import warnings

    webhook, mail = os.environ.get("AKHBAR_WARN_WEBHOOK"), os.environ.get("AKHBAR_WARN_MAIL")
    if not webhook and not mail:
        return False
    new, passed = warnings.read_untold(connection)
    if not new and not passed:
        return False
    subject, text = write_message(new, passed)
    sent = False
    if webhook:
        body = {"text": f"{subject}\n{text}", "warnings": [_as_json(one) for one in new],
                "recoveries": [_as_json(one) for one in passed]}  # fmt: skip
        sent |= _try("the webhook", send_webhook, webhook, body)
    if mail:
        to = [address.strip() for address in mail.split(",") if address.strip()]
        server = os.environ.get("AKHBAR_SMTP") or "smtp://localhost:25"
        sent |= _try("the mail server", send_mail, server, to, subject, text)
    if sent:
        warnings.mark_told(connection, [*new, *passed])
    return sent


def write_message(new: Sequence[Warning], passed: Sequence[Warning]) -> tuple[str, str]:
    """The subject and the text of one message about these warnings."""
    counts = [f"{len(new)} new" if new else "", f"{len(passed)} passed" if passed else ""]
    names = sorted({one.subject for one in (*new, *passed)})
    which = ", ".join(names[:3]) + ("…" if len(names) > 3 else "")
    lines = [f"! {one.cause} {one.subject}: {one.detail}" for one in new[:_MOST_LINES]]
    lines += [f"  … and {len(new) - _MOST_LINES} more"] if len(new) > _MOST_LINES else []
    lines += [f"✓ {one.cause} {one.subject}: passed after {_hours(one)}" for one in passed[:_MOST_LINES]]
    lines += [f"  … and {len(passed) - _MOST_LINES} more"] if len(passed) > _MOST_LINES else []
    return f"akhbar: {', '.join(filter(None, counts))} ({which})", "\n".join(lines)


def send_webhook(address: str, body: dict[str, Any]) -> None:
    """POST a JSON object; raises OSError or ValueError where it is not taken. Redirects are not followed."""
    if urlsplit(address).scheme not in ("http", "https"):
        raise ValueError("AKHBAR_WARN_WEBHOOK is no http or https address")
    request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
        address,
        data=json.dumps(body, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "Akhbar"},
    )
    with urllib.request.build_opener(_NoRedirect).open(request, timeout=_SECONDS):
        pass


def send_mail(server: str, to: Sequence[str], subject: str, text: str) -> None:
    """Send a mail over a server given as `smtp://[user:password@]host[:port]` or `smtps://…`.

    The connection is encrypted where the server offers it; a password is never sent over one that is not.
    Raises OSError (smtplib's errors are such) or ValueError.
    """
    parts = urlsplit(server)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("AKHBAR_SMTP is not like smtp://user:password@host:587")
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["From"] = (
        f"akhbar@{socket.getfqdn()}"
        if "@" not in unquote(parts.username or "")
        else unquote(parts.username or "")
    )
    message["To"] = ", ".join(to)
    message.set_content(text)
    context = ssl.create_default_context()
    connection: smtplib.SMTP
    if parts.scheme == "smtps":
        connection = smtplib.SMTP_SSL(parts.hostname, parts.port or 465, timeout=_SECONDS, context=context)
    else:
        connection = smtplib.SMTP(parts.hostname, parts.port or 25, timeout=_SECONDS)
    with connection:
        connection.ehlo()
        if parts.scheme == "smtp" and connection.has_extn("starttls"):
            connection.starttls(context=context)
            connection.ehlo()
        elif parts.scheme == "smtp" and parts.password:
            raise ValueError("the mail server offers no encryption; the password is not sent")
        if parts.username and parts.password:
            connection.login(unquote(parts.username), unquote(parts.password))
        connection.send_message(message)


def _try(what: str, send: Any, *arguments: Any) -> bool:
    try:
        send(*arguments)
    except (OSError, ValueError, HTTPException) as error:
        # an error of urllib or smtplib may repeat the address, and with it a token
        logger.error("A warning could not be sent: %s did not take it (%s)", what, type(error).__name__)
        return False
    return True


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any, **options: Any) -> None:
        return None


def _hours(warning: Warning) -> str:
    assert warning.closed_at is not None
    minutes = round((warning.closed_at - warning.opened_at).total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"


def _as_json(warning: Warning) -> dict[str, Any]:
    return {
        "cause": warning.cause,
        "subject": warning.subject,
        "detail": warning.detail,
        "opened_at": warning.opened_at.isoformat(timespec="seconds"),
        "closed_at": warning.closed_at.isoformat(timespec="seconds") if warning.closed_at else None,
    }
