"""The application: paths, what their OpenAPI page says, and what runs around them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from reviewmine.errors import ReviewmineError
from reviewmine.serve import schema
from reviewmine.serve.endpoints import Endpoints
from reviewmine.serve.guard import PATHS, Guard
from reviewmine.serve.limits import Limits
from reviewmine.serve.metrics import Metrics
from reviewmine.serve.posted import JSON
from reviewmine.serve.reload import Live


def build(bundle: Path, key: str, limits: Limits) -> Any:
    """Return the FastAPI application; it loads the bundle at its start and looks for another one while it runs."""
    from fastapi import FastAPI  # noqa: PLC0415

    metrics = Metrics()
    live = Live(bundle, metrics.loaded)

    @contextlib.asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        """Load the bundle before the first request, watch its folder, and end the watch with the service."""
        await asyncio.to_thread(live.look)
        watch = asyncio.create_task(live.watch())
        yield
        watch.cancel()

    app = FastAPI(
        title="reviewmine",
        version=version("reviewmine"),
        description="Routes reviews: which types of complaint, how sure, whose, and what to do.",
        lifespan=lifespan,
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: unknown},
    )
    app.add_middleware(Guard, key=key, limits=limits, metrics=metrics)
    add_paths(app, Endpoints(live, metrics, limits), limits)
    return app


def add_paths(app: Any, at: Endpoints, limits: Limits) -> None:
    """Add every path with its page. The endpoints read and write by themselves: one check of a review is enough."""
    every = schema.errors(*schema.ERRORS)
    app.add_api_route(
        "/route",
        at.route,
        methods=["POST"],
        response_model=schema.Decision,
        responses=every,
        openapi_extra=schema.body(schema.ONE, schema.REVIEW),
    )
    app.add_api_route(
        "/route/batch",
        at.route_batch,
        methods=["POST"],
        response_model=list[schema.Decision],
        responses=every,
        openapi_extra=schema.body(schema.many(limits.batch), [schema.REVIEW, "Спасибо, всё пришло целым"]),
    )
    app.add_api_route("/healthz", at.healthz, response_model=schema.Status)
    app.add_api_route("/readyz", at.readyz, response_model=schema.Status, responses=schema.errors(503))
    app.add_api_route("/model", at.model, response_model=schema.Model, responses=schema.errors(401, 503))
    text = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
    app.add_api_route("/metrics", at.metrics, response_class=Response, responses=text | schema.errors(401, 503))


async def unknown(request: Request, error: Exception) -> Response:
    """Answer an unknown path or method."""
    assert isinstance(error, HTTPException)
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    found, expected = "no such path", ", ".join(sorted(PATHS))
    if error.status_code == 405:
        found, expected = f"method {request.method}", headers.get("allow", "")
    line = str(ReviewmineError(found, expected=expected, do="see /openapi.json"))
    return Response(orjson.dumps({"error": line}), error.status_code, headers, JSON)
