"""What Prometheus reads: decisions, requests, latency, reloads and the bundle that answers; one sum over all workers."""

import os
from collections.abc import Iterable
from typing import Any

from reviewmine.router import Decision
from reviewmine.serve.reload import Loaded

SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The folder through which several workers share their counters, when there are several."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0)


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram  # noqa: PLC0415

        registry = self._registry = CollectorRegistry()
        self._decisions = Counter(
            "reviewmine_decisions", "Decisions by most probable type and action.", ("type", "action"), registry=registry
        )
        self._requests = Counter(
            "reviewmine_requests", "Requests by path and status.", ("path", "status"), registry=registry
        )
        self._seconds = Histogram(
            "reviewmine_request_seconds",
            "Time from the first byte to the answer.",
            ("path",),
            buckets=SECONDS,
            registry=registry,
        )
        self._loads = Counter("reviewmine_bundle_loads", "Tries to load a bundle.", ("result",), registry=registry)

    def decided(self, decisions: Iterable[Decision]) -> None:
        """Count decisions."""
        for decision in decisions:
            self._decisions.labels(decision.types[0].code, decision.action).inc()

    def answered(self, path: str, status: int, seconds: float) -> None:
        """Count a request; ``path`` must be one of ours, for each new one is a series of its own."""
        self._requests.labels(path, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    def loaded(self, result: str) -> None:
        """Count a try to load a bundle: "ok" or "refused"."""
        self._loads.labels(result).inc()

    def page(self, current: Loaded | None) -> bytes:
        """Return the text that Prometheus reads."""
        from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415
        from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415
        from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

        registry = self._registry
        if SHARED in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        info = GaugeMetricFamily(
            "reviewmine_bundle_info", "The bundle that answers; 0 before the first.", labels=("bundle_sha256", "name")
        )
        name = str(current.router.bundle.manifest.get("name", "")) if current else ""
        info.add_metric((current.sha256 if current else "", name), float(current is not None))
        own = CollectorRegistry()
        own.register(_Fixed(info))
        return bytes(generate_latest(registry) + generate_latest(own))


class _Fixed:
    """A collector of one family that is already known."""

    def __init__(self, family: Any) -> None:
        self._family = family

    def collect(self) -> list[Any]:
        """Return the family."""
        return [self._family]
