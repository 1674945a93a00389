"""The HTTP service over a bundle: one review or a batch in, decisions out. Needs the extra ``serve``."""

from reviewmine.serve.limits import Limits
from reviewmine.serve.listen import app_from_environment, make_app, serve

__all__ = ["Limits", "app_from_environment", "make_app", "serve"]
