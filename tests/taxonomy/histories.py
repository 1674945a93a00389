"""Operations drawn at random over the types of the curated file; many of them fit, some do not."""

from hypothesis import strategies as st

NAMES = st.sampled_from(["late", "slow", "lost", "broken", "smell", "n1", "n2", "n3", "T010", "T011"])
TITLES = st.text(max_size=8)
OPERATIONS = st.one_of(
    st.builds(lambda c, t: {"op": "add", "type": {"code": c, "title": t}}, NAMES, TITLES),
    st.builds(lambda a, c, t: {"op": "rename", "type": a, "code": c, "title": t}, NAMES, NAMES, TITLES),
    st.builds(lambda a, b: {"op": "merge", "types": a, "into": b}, st.lists(NAMES, min_size=1, max_size=3), NAMES),
    st.builds(lambda a, b, c: {"op": "split", "type": a, "into": [b, {"code": c, "title": "ч"}]}, NAMES, NAMES, NAMES),
    st.builds(lambda a, p: {"op": "move", "type": a, "parent": p}, NAMES, st.sampled_from(["", "delivery", "quality"])),
    st.builds(lambda a: {"op": "deprecate", "type": a}, NAMES),
    st.builds(lambda a, t: {"op": "edit", "type": a, "set": {"definition": t, "patterns": [t]}}, NAMES, TITLES),
)
