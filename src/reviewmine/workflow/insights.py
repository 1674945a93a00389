"""What scored reviews tell: figures, alerts, the page and the digests, each a file that leads back to the reviews."""

import hashlib
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

import reviewmine
from reviewmine.files import write_json, write_jsonl, write_table
from reviewmine.insights.escalation import webhook_body
from reviewmine.insights.plan import InsightsPlan
from reviewmine.insights.quotes import Evidence
from reviewmine.insights.run import find_insights
from reviewmine.report.digest_files import write_digests
from reviewmine.report.page import write_report
from reviewmine.router import bundle_sha256
from reviewmine.workflow.say import Say, quiet

ALERTS, WEBHOOKS = "alerts.json", "webhooks.jsonl"


def insights(
    scored: pd.DataFrame,
    reviews: pd.DataFrame,
    taxonomy: Mapping[str, Any],
    evidence: Evidence,
    out: Path,
    *,
    title: str = "",
    plan: InsightsPlan | None = None,
    where: str = "",
    compare: tuple[str, str, str] | None = None,
    mask: bool = True,
    made: Mapping[str, Any] | None = None,
    say: Say = quiet,
) -> dict[str, Any]:
    """Write what ``scored`` reviews say into ``out`` and return the content of ``insights.json``.

    Beside it stand ``mentions.csv`` (the reviews behind every figure), ``alerts.json`` and ``webhooks.jsonl`` (a body to
    post for each alert). ``made`` says how the figures came about, see `made_of`.
    """
    found = find_insights(
        scored, reviews, taxonomy, evidence, title, plan=plan, where=where, compare=compare, mask=mask
    )
    summary = found.summary | {"made": dict(made or {}) | {"taxonomy": found.summary["taxonomy"]}}
    write_json(out / "insights.json", summary)
    write_table(out / "mentions.csv", found.mentions)
    alerts = summary["alerts"]
    write_json(out / ALERTS, alerts)
    write_jsonl(out / WEBHOOKS, [webhook_body(alert) for alert in alerts["alerts"]])
    n_open = sum(alert["state"] != "closed" for alert in alerts["alerts"])
    say(
        f"insights: {len(scored)} decisions -> {len(summary['types'])} types, {len(found.mentions)} mentions, "
        f"{n_open} open alerts, {len(summary['emerging'])} emerging topics in {out}"
    )
    if not mask:
        say(unmasked_line(out / "insights.json"))
    return summary


def made_of(command: str, sources: Sequence[str], scored: Path, bundle: Path | None) -> dict[str, Any]:
    """Return how figures came about: the command, versions, and the hashes of all that went in."""
    return {
        "command": command,
        "reviewmine": reviewmine.__version__,
        "python": platform.python_version(),
        "bundle_sha256": bundle_sha256(bundle) if bundle else "",
        "scored_sha256": _sha256(scored),
        "sources": [{"name": Path(source).name, "sha256": _sha256(Path(source))} for source in sources],
    }


def make_report(folder: Path, out: Path, say: Say = quiet) -> None:
    """Write the HTML page of a folder of insights."""
    write_report(folder, out)
    say(f"report: {folder} -> {out} ({out.stat().st_size // 1024} KiB)")


def make_digests(folder: Path, out: Path, week: str | None = None, *, language: str = "ru", say: Say = quiet) -> None:
    """Write a digest for each owner of a folder of insights."""
    written = write_digests(folder, out, week, language=language)
    say(f"digest: {folder} -> {len(written)} owners in {out}, begin with {out / 'index.html'}")


def unmasked_line(path: Path) -> str:
    """Return the warning of a file that shows customers' words with their personal data."""
    return f"personal data is not masked in {path}: keep it where the reviews themselves may lie"


def _sha256(path: Path) -> str:
    """Return the hash of a file; empty for what is none, such as a folder or a table of a database."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
