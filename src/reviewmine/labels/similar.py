"""How near each statement is to what a type says of itself: a view of the types that needs no pattern."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reviewmine.embed.encoders import make_encoder
from reviewmine.language.normalize import normalize
from reviewmine.taxonomy.model import Type


def nearness(texts: Sequence[str], types: Sequence[Type], encoder: str = "domain") -> NDArray[np.float32]:
    """Return the cosine of each text to the nearest title, definition or include example of each type, (texts, types).

    ``encoder`` is learned on ``texts`` and on what the types say. A text or type of unknown words has 0 everywhere.
    """
    said = [[normalize(text) for text in (one.title, one.definition, *one.include) if text] for one in types]
    asked = [normalize(text) for text in texts]
    every = [text for each in said for text in each]
    model = make_encoder(encoder).fit([*asked, *every])
    vectors, examples = model.encode(asked), model.encode(every)
    ends = np.cumsum([len(each) for each in said])[:-1]
    return np.stack([(vectors @ part.T).max(axis=1) for part in np.split(examples, ends)], axis=1).astype(np.float32)
