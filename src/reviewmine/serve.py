"""The small HTTP service over a bundle: one review or a batch in, decisions out. Needs the extra ``serve``."""

from pathlib import Path
from typing import Any

from reviewmine.errors import ReviewmineError, missing_extra
from reviewmine.router import Router, bundle_sha256, verify

MAX_BODY = 4 << 20
"""Bytes of a request."""
MAX_BATCH = 1_000
"""Reviews of a batch."""


def make_app(bundle: str | Path) -> Any:
    """Return the ASGI application that routes with the bundle at ``bundle``, verified before it answers."""
    try:
        from fastapi import FastAPI, Request  # noqa: PLC0415
        from fastapi.responses import JSONResponse  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra("fastapi", "serve", "the service") from error
    router = Router.load(bundle)
    golden, identity = verify(router), bundle_sha256(bundle)
    manifest = router.bundle.manifest
    app = FastAPI(title="reviewmine", description=f"Routes reviews with the bundle {manifest['name']}.")

    @app.exception_handler(ReviewmineError)
    def refuse(_: Request, error: ReviewmineError) -> JSONResponse:
        """Answer bad input with the one line that says what to do."""
        return JSONResponse({"error": str(error)}, status_code=422)

    @app.middleware("http")
    async def bounded(request: Request, call_next: Any) -> Any:
        """Refuse a body whose stated length is too large or missing."""
        stated = request.headers.get("content-length", "")
        if request.method == "POST" and not (stated.isdigit() and int(stated) <= MAX_BODY):
            line = f"content-length is {stated[:20] or 'missing'}, expected up to {MAX_BODY} bytes; send fewer reviews"
            return JSONResponse({"error": line}, status_code=413)
        return await call_next(request)

    @app.post("/route")
    def route(review: str | dict[str, Any]) -> dict[str, Any]:
        """Return the decision on one review: a text, or an object with pros, cons, comment, title, text and extras."""
        return router.route(review).to_json()

    @app.post("/route/batch")
    def route_batch(reviews: list[str | dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the decisions on up to 1,000 reviews, in their order."""
        if len(reviews) > MAX_BATCH:
            raise ReviewmineError(
                f"{len(reviews)} reviews", expected=f"up to {MAX_BATCH} a batch", do="send them in parts"
            )
        return [decision.to_json() for decision in router.route_many(reviews)]

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        """Say that the service answers."""
        return {"status": "ok"}

    @app.get("/model")
    def model() -> dict[str, Any]:
        """Say which bundle answers."""
        facts = {name: manifest[name] for name in ("name", "taxonomy", "versions", "metrics")}
        return {"bundle_sha256": identity, "golden": golden, **facts}

    return app


def serve(bundle: Path, host: str, port: int) -> None:
    """Serve the bundle until the process is stopped."""
    app = make_app(bundle)
    import uvicorn  # noqa: PLC0415

    uvicorn.run(app, host=host, port=port, log_level="warning")
