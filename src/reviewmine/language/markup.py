"""HTML left in a text: tags and entities blanked out character by character, so that offsets into the raw text survive."""

import html
import re

INVISIBLE = "\ufdd0"
"""A Unicode noncharacter: stands for what is invisible inside a word (soft hyphen, zero width space, rest of an entity)."""

_BREAKING = "br|p|div|li|ul|ol|tr|td|th|table|tbody|h[1-6]|hr|blockquote|pre"
_INLINE = "a|b|i|u|s|em|strong|span|font|img|small|sub|sup|strike|center|code"
# Only names of tags count: «<3» and «цена <500» are words of the customer.
_TAG = re.compile(
    rf"(?:<|&lt;)/?(?:(?P<breaking>{_BREAKING})|{_INLINE})(?:\s[^<>]{{0,500}}|/)?(?:>|&gt;)", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:amp;){0,3}(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def without_markup(text: str) -> str:
    r"""Return ``text`` of the same length: a tag is spaces (one that breaks the line begins with one), an entity its character.

    >>> without_markup("Шумит<br>&laquo;как трактор&raquo;")
    'Шумит\n   «      как трактор»      '
    """
    if "<" in text or "&" in text:
        text = _TAG.sub(lambda tag: ("\n" if tag["breaking"] else " ").ljust(len(tag[0])), text)
        text = _ENTITY.sub(lambda entity: _decoded(entity[0]), text)
    return text


def _decoded(entity: str) -> str:
    """Return the character of an entity and a filling that neither parts a word nor stands between words."""
    char = entity
    while char != (char := html.unescape(char)):
        pass
    if len(char) != 1 or not (char.isprintable() or char.isspace()):
        return entity
    inside_word = char.isalpha() or char in "'’"
    return char.ljust(len(entity), INVISIBLE if inside_word else " ")
