"""Groups above groups: many topics get two levels of groups, no branch has one child, no topic more than four levels."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewmine.discover.draft import draft_taxonomy, topic_codes
from reviewmine.discover.naming import name_tree
from reviewmine.discover.topics import Topics
from reviewmine.discover.tree import arrange, arrange_above, merged_words
from reviewmine.embed.encoders import unit_rows
from reviewmine.language.normalize import words
from reviewmine.taxonomy.check import check_taxonomy


def a_draft(centres, key_words):
    group = arrange(centres, key_words)
    topics = Topics(tuple(map(tuple, key_words)), group, arrange_above(centres, key_words, group))
    codes = topic_codes(len(centres))
    n_groups = len(topics.upper) + max(topics.upper, default=-1) + 1
    parents = [f"Группа {i}" for i in range(n_groups)]
    return draft_taxonomy("t", codes, codes, parents, topics, [1] * len(codes), []), topics


def families(n_families, n_topics, seed=0):
    """Return centres and key words of topics that stand in families, families in two halves."""
    rng = np.random.default_rng(seed)
    halves = rng.normal(size=(2, 24))
    middles = halves[np.arange(n_families) % 2] + 0.8 * rng.normal(size=(n_families, 24))
    topic = np.arange(n_topics) % n_families
    centres = unit_rows(middles[topic] + 0.3 * rng.normal(size=(n_topics, 24)))
    return centres, [[(f"семья{family}", 1.0), (f"тема{i}", 0.5)] for i, family in enumerate(topic)]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 130), st.integers(1, 12), st.integers(0, 10_000))
def test_no_branch_has_one_child_and_no_topic_more_than_four_levels(n_topics, n_families, seed):
    draft, topics = a_draft(*families(min(n_families, n_topics), n_topics, seed))
    children = Counter([one.parent for one in draft.types] + [group.parent for group in draft.groups.values()])
    assert all(children[code] >= 2 for code in draft.groups)
    assert all(len(draft.path(one.parent)) + 1 <= 4 for one in draft.types)
    assert [one for one in check_taxonomy(draft) if one.code in draft.groups] == []
    top = len([one for one in draft.types if not one.parent]) + sum(not one.parent for one in draft.groups.values())
    assert n_topics == 1 or top >= 2
    assert n_topics >= 40 or set(topics.upper) <= {-1}


def test_many_topics_have_groups_above_their_groups():
    draft, topics = a_draft(*families(12, 60))
    assert max(topics.upper) >= 1
    path = max((draft.path(one.parent) for one in draft.types), key=len)
    assert len(path) == 2
    few, topics = a_draft(*families(9, 39))
    assert set(topics.upper) == {-1}
    assert max(len(few.path(one.parent)) for one in few.types) == 1


def test_words_of_several_topics_are_those_of_one():
    first, second = [("курьер", 0.4), ("ждать", 0.3)], [("звонок", 0.9), ("ждать", 0.5)]
    assert merged_words([first, second]) == [("звонок", 0.9), ("ждать", 0.5), ("курьер", 0.4)]


SAID = (
    ("курьер опоздал на час", "опоздал курьер опять"),
    ("курьер нагрубил в дверях", "нагрубил курьер и уехал"),
    ("оператор бросил трубку", "бросил трубку оператор ночью"),
    ("оператор не перезвонил", "не перезвонил оператор вовсе"),
)


def test_groups_above_are_named_too():
    texts = [text for said in SAID for text in said]
    topic = np.repeat(np.arange(4), 2)
    key_words = tuple(tuple((word, 1.0) for word in said[0].split()[:2]) for said in SAID)
    names, parents = name_tree(texts, topic, Topics(key_words, (0, 1, 2, 3), (0, 0, 1, 1)))
    assert len(names) == 4
    assert len(parents) == 6
    assert len({name.lower() for name in (*names, *parents)}) == 10
    taken = [set(words(name)) & {"курьер", "опоздал", "нагрубил"} for name in parents[4:]]
    assert taken[0]
    assert not taken[1]
