"""Where the parts of a YAML text stand, and how a value is written as YAML.

Positions come from the marks of PyYAML's nodes, the parser that reads taxonomies too, so that no word (``да``, ``017``) is one
thing to the reader and another to the editor. Nodes are composed, never constructed: no tag builds an object.
"""

import re
from typing import Any, Final

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from reviewmine.errors import ReviewmineError

MAX_DEPTH: Final = 20
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WIDE: Final = 1_000_000
_END: Final = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")


def compose(text: str, where: str) -> MappingNode:
    """Return the node tree of ``text``, whose top is a mapping.

    Raises ``ReviewmineError`` for a text that is no YAML, and for what an edit could not keep: aliases (one edit would
    change two places, and a few lines of them unfold to millions), tags, keys that stand twice, deep nesting.
    """
    mend = "fix the file"
    try:
        check_plain(text, where)
        top = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ReviewmineError(f"not readable as YAML ({error})", where=where, do=mend) from error
    if not isinstance(top, MappingNode):
        raise ReviewmineError("not a mapping", expected="keys such as taxonomy, owners, types", where=where, do=mend)
    _refuse_keys(top, text, where, 0)
    return top


def check_plain(text: str, where: str) -> None:
    """Raise ``ReviewmineError`` for an alias or a tag in a YAML text, before anything is built from it."""
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise _refused("an alias (*name)", event.start_mark, where, "write the value out")
        tag = getattr(event, "tag", None)
        if tag:
            raise _refused(f"a tag ({tag})", event.start_mark, where, "take the tag away")


def _refused(found: str, mark: Any, where: str, do: str) -> ReviewmineError:
    """Return the error for something at a mark."""
    return ReviewmineError(found, expected="plain YAML", where=f"{where}, line {mark.line + 1}", do=do)


def _refuse_keys(node: Node, text: str, where: str, depth: int) -> None:
    """Raise ``ReviewmineError`` when a key stands twice, or is written ``? key``, and when the nesting is deep."""
    if depth > MAX_DEPTH:
        raise _refused(f"more than {MAX_DEPTH} levels", node.start_mark, where, "fix the file")
    if isinstance(node, MappingNode):
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, ScalarNode) or key.value in seen:
                found = (
                    f"the key {key.value!r} stands twice" if isinstance(key, ScalarNode) else "a key that is no word"
                )
                raise _refused(found, key.start_mark, where, "keep one")
            if text[line_start(text, start_of(key)) : start_of(key)].rstrip().endswith("?"):
                raise _refused("a key after a question mark", key.start_mark, where, "write key: value")
            seen.add(key.value)
    if isinstance(node, CollectionNode):
        for child in node.value:
            for part in child if isinstance(child, tuple) else (child,):
                _refuse_keys(part, text, where, depth + 1)


def start_of(node: Node) -> int:
    """Return where a node begins."""
    return int(node.start_mark.index)


def end_of(node: Node, text: str) -> int:
    """Return where the content of a node ends, without the blank lines and comments that PyYAML counts to a block."""
    if is_block(node) and node.value:
        last = node.value[-1]
        return end_of(last[1] if isinstance(last, tuple) else last, text)
    end = int(node.end_mark.index)
    if isinstance(node, ScalarNode) and node.style in ("|", ">"):
        end = start_of(node) + len(text[start_of(node) : end].rstrip(" \t\r\n"))
    return end


def is_block(node: Node) -> bool:
    """Return whether a node is a mapping or a sequence written in lines."""
    return isinstance(node, MappingNode | SequenceNode) and not node.flow_style


def line_start(text: str, at: int) -> int:
    """Return where the line of position ``at`` begins."""
    return max((found.end() for found in _END.finditer(text, max(0, text.rfind("\n", 0, at)), at)), default=0)


def line_end(text: str, at: int) -> int:
    """Return where the line of position ``at`` ends, before its line break."""
    found = _END.search(text, at)
    return found.start() if found else len(text)


def after_line(text: str, at: int) -> int:
    """Return where the line after that of position ``at`` begins."""
    found = _END.search(text, at)
    return found.end() if found else len(text)


def line_break(text: str) -> str:
    """Return the line break that ``text`` uses."""
    found = _END.search(text)
    return found.group() if found else "\n"


def inline(value: Any, style: str | None = None, *, bracket: bool = True) -> str:
    """Return ``value`` as YAML on one line; a text in quotes of the ``style`` asked for.

    In a ``bracket`` a comma or a brace needs quotes, elsewhere it does not.

    >>> inline(["долго везли", "срок: три дня", "017"]), inline("да, долго"), inline("да, долго", bracket=False)
    ("[долго везли, 'срок: три дня', '017']", "'да, долго'", 'да, долго')
    """
    if isinstance(value, str):
        return _scalar(value, style if style in ("'", '"') else None, bracket=bracket)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{inline(key)}: {inline(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(inline(one) for one in value) + "]"
    return str(yaml.safe_dump(value, width=_WIDE)).split("\n", 1)[0]


def _scalar(value: str, style: str | None, *, bracket: bool) -> str:
    """Return a string as a YAML scalar on one line, plain where plain reads back as the same string."""
    asked: Any = {"default_style": style, "default_flow_style": bracket}
    plain = str(yaml.safe_dump([value], allow_unicode=True, width=_WIDE, **asked)).rstrip("\n")
    if "\n" not in plain and value.isprintable():
        return plain[1:-1] if bracket else plain[2:]
    return str(yaml.safe_dump(value, default_style='"', width=_WIDE)).rstrip("\n")  # all escaped


def entry(key: str, value: Any, indent: int, newline: str) -> str:
    """Return the lines of ``key`` with ``value`` in a block mapping, without the last line break.

    At the left edge lists of mappings and mappings of mappings get a line for each part; deeper, everything is inline.
    """
    head = f"{' ' * indent}{inline(key)}:"
    if indent == 0 and value and isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return newline.join([head, *(f"  - {inline(one)}" for one in value)])
    if indent == 0 and value and isinstance(value, dict):
        return newline.join([head, *(f"  {inline(name)}: {inline(one)}" for name, one in value.items())])
    return f"{head} {inline(value, bracket=False)}"


def item(value: Any, indent: int, newline: str, like: Node) -> str:
    """Return ``value`` as an item of a block sequence, in lines when its neighbour ``like`` is written in lines."""
    dash = f"{' ' * indent}- "
    if isinstance(value, dict) and value and is_block(like):
        lines = [entry(key, one, indent + 2, newline) for key, one in value.items()]
        return newline.join([dash + lines[0].lstrip(" "), *lines[1:]])
    return dash + inline(value, bracket=False)
