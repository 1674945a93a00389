"""Tables of the statement cutter: abbreviations, turns, signs. Words in lower case, ё as е."""

# After a number these are units; a capital after them begins a sentence («Взял 5 шт. Все бракованные»).
UNITS = frozenset(
    """
    г гр кг мг т л мл м см мм км дм ч час мин сек с мс шт руб р коп тыс млн млрд мес нед дн лет дюйм дюйма диам вт квт гц
    ггц мгц мач гб мб тб об уп пач пар компл экз стр этаж эт кв сут ед бал балл проц чел сп персон
    """.split()
)
# These stand before what they belong to, so a capital after them begins no sentence («ул. Ленина», «т.к. Почта молчит»).
BEFORE_NAMES = frozenset(
    "г ул д пр пер пос им тел см рис стр обл р-н ш просп пл наб дер ст корп гл мкр бул св вл".split()
)
JOINING = frozenset("к е н".split())
"""Second letters of «т. к.», «т. е.», «т. н.»: the sentence goes on."""
# These end what they belong to; a capital after them begins a sentence.
SHORTENED = frozenset(
    """
    т п д др пр руб шт тел доб вкл макс мин разм арт диам прибл напр мат хар цв упак комп инстр гар рос кит доп общ сокр
    вкус скид ориг комм соотв стандарт след пред нов ред изд сер
    """.split()
)
NEVER_SENTENCE = frozenset("напр ср см ст гл рис тел арт разм им".split())
DOMAINS = frozenset("ру рф ком орг нет ru com net org рус su by kz ua me io ly info shop online site".split())
"""What follows a point inside an address without «www»."""

# A turn begins a statement of its own. Those that also are words of other use need a comma or a dash before them.
TURNS = ("но", "зато", "однако", "хотя(?! бы)", "however")
TURNS_AFTER_COMMA = (
    "правда",
    "только(?! (?:что|если|когда|чтобы|для|так|тогда|потом|через|после|из-за))",
    "а вот",
    "вот только",
    "единственн(?:ое|ый|ая)",
    "жаль",
    "жалко",
    "разве что",
    "при этом",
    "а так",
    "but",
)

# A line that ends in one of these goes on in the next.
UNFINISHED = frozenset(
    "и а в во на с со к ко о об от до за из у по для при про без не ни что как или чтобы если когда который которая которые"
    " то же бы их его ее мой моя очень".split()
)

BULLETS = "•●▪▫■□◦‣✅✔☑✓🔹🔸▶►➤➡"
LOOSE_BULLETS = "·*+"
"""Signs that mark an item only after a space or a sign: they also stand inside words and sums."""
