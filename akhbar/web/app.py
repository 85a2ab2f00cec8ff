"""The application: addresses, error pages, and the guard around them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import as_file, files

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from akhbar.web.guard import Guard
from akhbar.web.language import LANGUAGES
from akhbar.web.parameters import BadParameter
from akhbar.web.remembered import Remembered
from akhbar.web.rendering import render
from akhbar.web.shelf import Shelf
from akhbar.web.views import articles, crawls, home, outlets, search
from corpus.library.connections import Library, TooSlow
from corpus.unavailable import StorageUnavailable

_PAGES = {
    "/": search.search,
    "/articles/{id:int}": articles.article,
    "/stories": articles.stories,
    "/stories/{id:int}": articles.story,
    "/outlets": outlets.outlets,
    "/outlets/{slug}": outlets.outlet,
    "/crawls": crawls.crawls,
    "/crawls/{id:int}": crawls.crawl,
    "/coverage": crawls.coverage,
}


def make_application(library: Library, *, hosts: frozenset[str] | None, remember: float = 30.0) -> ASGIApp:
    """The web page over a library.

    `hosts` are the names it may be asked for under, None for any; counts are remembered for so many seconds.
    """
    pages = [
        Route(f"/{code}{path}", page, methods=["GET"]) for code in LANGUAGES for path, page in _PAGES.items()
    ]
    with as_file(files("akhbar.web") / "static") as folder:
        static = StaticFiles(directory=folder)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(library.close)

    application = Starlette(
        routes=[Route("/", home.home, methods=["GET"]), *pages, Mount("/static", static)],
        exception_handlers={
            BadParameter: _bad_parameter,
            HTTPException: _refused,
            StorageUnavailable: _unavailable,
            TooSlow: _unavailable,
            Exception: _fault,
        },
        lifespan=lifespan,
    )
    application.state.shelf = Shelf(library, Remembered(remember))
    return Guard(application, hosts)


def _bad_parameter(request: Request, error: Exception) -> Response:
    name = error.name if isinstance(error, BadParameter) else ""
    return render(request, "error.html", 400, code=400, name=name)


def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return render(request, "error.html", status, code=404 if status == 404 else 400, name="")


def _unavailable(request: Request, _: Exception) -> Response:
    response = render(request, "error.html", 503, code=503, name="")
    response.headers["Retry-After"] = "5"
    return response


def _fault(request: Request, _: Exception) -> Response:
    return render(request, "error.html", 500, code=500, name="")
