"""Run the service: which address, how many processes, which key."""

import contextlib
import ipaddress
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reviewmine.errors import ReviewmineError, missing_extra
from reviewmine.serve.limits import Limits
from reviewmine.serve.log import CONFIG

KEY = "REVIEWMINE_API_KEY"
"""The environment variable with the key that clients must show."""
BUNDLE = "REVIEWMINE_BUNDLE"
"""The environment variable through which the workers learn which bundle to serve."""
GRACE_SECONDS = 10


def make_app(bundle: str | Path, *, key: str = "", limits: Limits | None = None) -> Any:
    """Return the ASGI application that routes with the bundle at ``bundle``; with a ``key``, only clients that show it.

    The bundle is loaded when the application starts, and again whenever another one lies at its path. Until the first
    is loaded, ``/readyz`` and ``/route`` answer 503.
    """
    try:
        from reviewmine.serve.app import build  # noqa: PLC0415

        return build(Path(bundle), key, limits or Limits())
    except ModuleNotFoundError as error:
        raise missing_extra(error.name or "fastapi", "serve", "the service") from error


def app_from_environment() -> Any:
    """Return the application for the bundle of ``REVIEWMINE_BUNDLE`` and the key of ``REVIEWMINE_API_KEY``.

    For any ASGI server: ``uvicorn --factory reviewmine.serve:app_from_environment``.
    """
    if not os.environ.get(BUNDLE):
        raise ReviewmineError(f"{BUNDLE} is not set", expected="the folder of a bundle", do="set it")
    return make_app(os.environ[BUNDLE], key=os.environ.get(KEY, "").strip())


def key_for(host: str) -> str:
    """Return the key of the environment; raises ``ReviewmineError`` without one when ``host`` is not loopback."""
    key = os.environ.get(KEY, "").strip()
    if not key and not is_loopback(host):
        raise ReviewmineError(
            f"{host} can be reached by others and {KEY} is not set",
            expected="a key that clients must show",
            do=f"set {KEY}, or listen on 127.0.0.1",
        )
    return key


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches ``host``.

    >>> [is_loopback(host) for host in ("localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "shop.example")]
    [True, True, True, False, False, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def serve(bundle: Path, host: str, port: int, workers: int = 1, say: Callable[[str], None] = lambda line: None) -> None:
    """Serve the bundle until the process is stopped, in as many processes as ``workers``.

    Raises ``ReviewmineError`` when the bundle does not verify, or when others can reach ``host`` and there is no key.
    """
    key_for(host)
    try:
        import uvicorn  # noqa: PLC0415

        from reviewmine.serve.protocol import Bounded  # noqa: PLC0415
        from reviewmine.serve.reload import load  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise missing_extra(error.name or "uvicorn", "serve", "the service") from error
    loaded = load(bundle)
    say(f"{bundle} (sha256 {loaded.sha256[:12]}) on http://{host}:{port}, stop with Ctrl+C")
    os.environ[BUNDLE] = str(bundle.absolute())
    os.environ["PROMETHEUS_DISABLE_CREATED_SERIES"] = "true"
    with contextlib.ExitStack() as stack:
        if workers > 1:  # they count in files that all can read
            shared = tempfile.TemporaryDirectory(prefix="reviewmine-metrics-")
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = stack.enter_context(shared)
        uvicorn.run(
            "reviewmine.serve:app_from_environment",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            http=Bounded,
            ws="none",
            log_config=CONFIG,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
