"""What a routing service imports. Needs numpy and safetensors, nothing else.

>>> from reviewmine.router import Router
>>> hasattr(Router, "load")
True
"""

from reviewmine.router.bundle import Bundle, bundle_sha256, read_bundle, write_bundle
from reviewmine.router.decision import Decision, TypeScore, WordWeight
from reviewmine.router.features import MAX_CHARS, TEXT_FIELDS
from reviewmine.router.router import Router, Scores, verify

__all__ = [
    "MAX_CHARS",
    "TEXT_FIELDS",
    "Bundle",
    "Decision",
    "Router",
    "Scores",
    "TypeScore",
    "WordWeight",
    "bundle_sha256",
    "read_bundle",
    "verify",
    "write_bundle",
]
