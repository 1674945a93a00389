"""sentence-transformers models: a hub id or a folder. Used only when an experiment names one."""

from collections.abc import Sequence

import numpy as np

from reviewmine.embed.encoders import Vectors, spread, unit_rows
from reviewmine.errors import ReviewmineError, missing_extra


class SentenceEncoder:
    """A pretrained sentence encoder; nothing is learned from the texts."""

    def __init__(self, model: str) -> None:
        """Remember the hub id or folder; the model is loaded at ``fit``."""
        self.model = model

    def fit(self, texts: Sequence[str]) -> "SentenceEncoder":
        """Load the model."""
        try:
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise missing_extra("sentence-transformers", "lab", f"the encoder sentence:{self.model}") from error
        try:
            self._model = SentenceTransformer(self.model)
        except (OSError, ValueError, RuntimeError, LookupError, TypeError) as error:
            found = f"the model does not load ({type(error).__name__}: {str(error)[:160]})"
            raise ReviewmineError(
                found, where=f"sentence:{self.model}", do="check the hub id, the folder and the network"
            ) from error
        return self

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row per text."""

        def batch(distinct: list[str]) -> Vectors:
            return unit_rows(np.asarray(self._model.encode(distinct, show_progress_bar=False)))

        return spread(texts, batch)
