"""Warnings: once a cause, with a notice when it has passed, gathered into one message; sent to loopback only."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from akhbar.jobs import telling
from corpus import schedule, warnings, workers
from corpus.crawls import begin, finish
from corpus.health import read_health
from corpus.warnings import Finding
from crawler.outlet import Outlet

Command = Callable[..., Any]

HERE = "here"


def outlet_of(slug: str) -> Outlet:
    return Outlet(
        f"صحيفة {slug}", country="IQ", timezone="Asia/Baghdad", slug=slug, hosts=(f"{slug}.example",)
    )


def crawl(connection: Connection, slug: str, verdict: str) -> None:
    finish(connection, begin(connection, outlet_of(slug)), verdict=verdict, counts={"stored": 1})


def age(connection: Connection, table: str, column: str, by: timedelta) -> None:
    with connection, connection.cursor() as cursor:
        cursor.execute(f"UPDATE akhbar.{table} SET {column} = {column} - %s", (by,))


def store(connection: Connection, slug: str, times: list[datetime], **columns: Any) -> None:
    """Enter articles as seen at these times, without a crawl of theirs."""
    names = ["published_at", "published_precision", *columns]
    with connection, connection.cursor() as cursor:
        for at in times:
            cursor.execute(
                f"""
                INSERT INTO akhbar.articles (outlet_id, url, canonical_url, canonical_hash, headline, body,
                    content_hash,
                    word_count, first_seen_at, last_seen_at, changed_at, search, {", ".join(names)})
                SELECT id, %(at)s, %(at)s, sha256(%(at)s::text::bytea), 'عنوان', 'نص', '', 1,
                    %(at)s, %(at)s, %(at)s, '',
                    %(at)s, 'minute' {"".join(f", %({name})s" for name in columns)}
                FROM akhbar.outlets WHERE slug = %(slug)s
                """,
                {"at": at.isoformat(), "slug": slug, **columns},
            )


def test_a_cause_is_one_row_until_it_has_passed(connection: Connection) -> None:
    blocked, other = Finding("blocked", "sarw", "http_403 9"), Finding("worker", "mill", "gone")
    assert warnings.reconcile(connection, [blocked, blocked], host=HERE) == (1, 0)
    assert warnings.reconcile(connection, [blocked, other], host=HERE) == (1, 0)
    assert warnings.reconcile(connection, [blocked], host=HERE) == (0, 1)
    assert warnings.reconcile(connection, [blocked, other], host=HERE) == (1, 0), "a cause that comes again"
    assert [(one.cause, one.subject) for one in warnings.read_warnings(connection)] == [
        ("worker", "mill"),
        ("blocked", "sarw"),
    ]
    assert len(warnings.read_warnings(connection, days=1)) == 3


def test_the_disk_of_another_machine_is_not_declared_free(connection: Connection) -> None:
    warnings.reconcile(connection, [Finding("storage", "there", "90 MB free")], host="there")
    assert warnings.reconcile(connection, [], host=HERE) == (0, 0)
    assert warnings.reconcile(connection, [], host="there") == (0, 1)


def test_what_is_told_is_told_once_and_gathered(connection: Connection) -> None:
    one, two = Finding("blocked", "sarw", "http_403 9"), Finding("broken", "nakhil", "timeout 3")
    warnings.reconcile(connection, [one], host=HERE)
    new, passed = warnings.read_untold(connection)
    assert ([w.subject for w in new], passed) == (["sarw"], [])
    warnings.mark_told(connection, new)
    warnings.reconcile(connection, [two], host=HERE)
    assert warnings.read_untold(connection) == ([], []), "a quarter of an hour between two messages"
    age(connection, "warnings", "told_at", warnings.TELL_EVERY)
    new, passed = warnings.read_untold(connection)
    assert ([w.subject for w in new], [w.subject for w in passed]) == (["nakhil"], ["sarw"])
    warnings.mark_told(connection, [*new, *passed])
    age(connection, "warnings", "told_at", warnings.TELL_EVERY)
    age(connection, "warnings", "recovery_told_at", warnings.TELL_EVERY)
    assert warnings.read_untold(connection) == ([], [])
    warnings.reconcile(connection, [one], host=HERE)
    warnings.reconcile(connection, [], host=HERE)
    assert [w.subject for w in warnings.read_untold(connection)[1]] == ["nakhil"], (
        "what came and went is not told"
    )


def test_unwell_outlets_gone_workers_and_late_crawls_are_found(connection: Connection) -> None:
    for slug, verdict in (
        ("a", "healthy"),
        ("b", "blocked"),
        ("c", "relaid"),
        ("d", "broken"),
        ("e", "thin"),
    ):
        crawl(connection, slug, verdict)
    schedule.enrol(connection, [outlet_of(slug) for slug in "fg"])
    for _ in range(3):
        schedule.settle(connection, "f", schedule.Outcome.FAILED, status=1, note="KeyError: 'x'")
    assert sorted(kinds(connection)) == [("blocked", "b"), ("broken", "d"), ("failing", "f"), ("relaid", "c")]
    schedule.change(connection, "f", paused=True)
    assert ("failing", "f") not in kinds(connection)

    here, there = (workers.enter(connection, host, 1, 2) for host in ("here", "there"))
    age(connection, "schedule", "due_at", timedelta(hours=1))
    age(connection, "workers", "seen_at", timedelta(minutes=2))
    workers.live(connection, here)
    assert {("worker", "there"), ("late", "schedule")} <= set(kinds(connection))
    workers.enter(connection, "there", 2, 2)
    schedule.start(connection, "g")
    assert not {("worker", "there"), ("late", "schedule")} & set(kinds(connection)), "another took its place"
    workers.leave(connection, there)


def kinds(connection: Connection) -> list[tuple[str, str]]:
    return [(found.cause, found.subject) for found in warnings.find(connection) if found.cause != "storage"]


def test_a_full_disk_is_found(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warnings, "LOW_MARK", 1 << 62)
    assert ("storage", HERE) in {(one.cause, one.subject) for one in warnings.find(connection, host=HERE)}
    monkeypatch.setattr(warnings, "LOW_MARK", 0)
    assert "storage" not in {one.cause for one in warnings.find(connection, host=HERE)}


def test_a_broken_ledger_is_found(connection: Connection) -> None:
    crawl(connection, "a", "healthy")
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO akhbar.movements (outlet_id, state, change) SELECT id, 'stored', 1 FROM akhbar.outlets"
        )
    assert kinds(connection) == [("ledger", "corpus")]


def test_a_field_that_falls_is_marked(connection: Connection) -> None:
    now = datetime.now(UTC)
    crawl(connection, "a", "healthy")
    store(
        connection,
        "a",
        [now - timedelta(days=3, minutes=n) for n in range(40)],
        authors=["كاتب"],
        byline="كاتب",
    )
    store(connection, "a", [now - timedelta(minutes=n) for n in range(30)], byline="كاتب")
    (health,) = read_health(connection)
    assert health.fallen == ["authors"]
    assert (health.fill["authors"].before, health.fill["authors"].recent) == (1.0, 0.0)
    assert health.fill["byline"].recent == 1.0
    (found,) = [one for one in warnings.find(connection) if one.cause == "fill"]
    assert found.detail == "fewer articles have: authors 0% (was 100%)"


def test_an_outlet_silent_beyond_its_rhythm_is_unwell(connection: Connection) -> None:
    now = datetime.now(UTC)
    crawl(connection, "a", "healthy")
    times = [now - timedelta(hours=4, minutes=10 * n) for n in range(6 * 24 * 27)]
    store(connection, "a", times)
    schedule.enrol(connection, [outlet_of("a")])
    age(connection, "outlets", "added_at", timedelta(weeks=5))
    schedule.learn(connection)
    (health,) = read_health(connection)
    assert health.silence is not None and 15 < health.silence.expected <= 24
    assert (health.state, health.is_unwell) == ("silent", True)
    assert "articles were usual" in health.why
    assert kinds(connection) == [("silent", "a")]
    store(connection, "a", [now])
    assert kinds(connection) == []


@pytest.fixture
def mailbox() -> Iterator[tuple[str, list[str]]]:
    """A mail server on loopback: its address, and the mails it was given."""
    mails: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 loopback\r\n")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    text = b""
                    while (line := self.rfile.readline()) != b".\r\n":
                        text += line
                    mails.append(text.decode())
                self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
                if verb == b"QUIT":
                    return

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"smtp://127.0.0.1:{server.server_address[1]}", mails
    server.shutdown()
    server.server_close()


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[Any], list[int]]]:
    """A webhook on loopback: its address, what it was sent, and the statuses that it answers in turn."""
    sent: list[Any] = []
    statuses: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(statuses.pop(0) if statuses else 200)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Not needed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook/s3cret", sent, statuses
    server.shutdown()
    server.server_close()


def test_one_message_goes_to_the_webhook_and_by_mail(
    connection: Connection,
    mailbox: tuple[str, list[str]],
    webhook: tuple[str, list[Any], list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AKHBAR_WARN_WEBHOOK", webhook[0])
    monkeypatch.setenv("AKHBAR_WARN_MAIL", "night@akhbar.example, day@akhbar.example")
    monkeypatch.setenv("AKHBAR_SMTP", mailbox[0])
    findings = [Finding("blocked", f"o{n}", "http_403 9") for n in range(50)]
    warnings.reconcile(connection, findings, host=HERE)
    assert telling.tell(connection)
    (message,) = webhook[1]
    assert len(message["warnings"]) == 50 and message["recoveries"] == []
    assert message["text"].startswith("akhbar: 50 new (o0, o1, o10…)") and "and 10 more" in message["text"]
    (mail,) = mailbox[1]
    assert "To: night@akhbar.example, day@akhbar.example" in mail and "50 new" in mail
    assert not telling.tell(connection), "nothing is told twice"

    age(connection, "warnings", "told_at", warnings.TELL_EVERY)
    warnings.reconcile(connection, [], host=HERE)
    assert telling.tell(connection)
    assert len(webhook[1][1]["recoveries"]) == 50 and "passed after 0 min" in webhook[1][1]["text"]


def test_what_cannot_be_sent_is_sent_later_and_no_address_is_logged(
    connection: Connection,
    webhook: tuple[str, list[Any], list[int]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.delenv("AKHBAR_WARN_MAIL", raising=False)
    monkeypatch.setenv("AKHBAR_WARN_WEBHOOK", webhook[0])
    warnings.reconcile(connection, [Finding("blocked", "sarw", "http_403 9")], host=HERE)
    webhook[2][:] = [500, 302]
    assert not telling.tell(connection)
    assert not telling.tell(connection), "a redirect is not followed"
    assert "webhook" in caplog.text and "s3cret" not in caplog.text
    assert telling.tell(connection)
    assert len(webhook[1]) == 3


def test_a_password_is_not_sent_in_the_clear(mailbox: tuple[str, list[str]]) -> None:
    server = mailbox[0].replace("smtp://", "smtp://akhbar:s3cret@")
    with pytest.raises(ValueError, match="no encryption"):
        telling.send_mail(server, ["night@akhbar.example"], "x", "y")
    assert mailbox[1] == []


def test_nothing_is_sent_where_nobody_asked_for_it(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AKHBAR_WARN_WEBHOOK", "AKHBAR_WARN_MAIL"):
        monkeypatch.delenv(name, raising=False)
    warnings.reconcile(connection, [Finding("blocked", "sarw", "http_403 9")], host=HERE)
    assert not telling.tell(connection)
    assert warnings.read_warnings(connection)[0].told_at is None
