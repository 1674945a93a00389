"""The names by which exports call the fields of a review, in Russian and English. Tables only."""

from collections.abc import Mapping


def _names(listed: str) -> tuple[str, ...]:
    """Return the names of a table row."""
    return tuple(listed.split("|"))


# Our field to their names, the surest first. Compared without case, ё, spaces and signs.
NAMES: Mapping[str, tuple[str, ...]] = {
    "id": _names(
        "id|review id|feedback id|comment id|message id|id отзыва|отзыв id|отзыва id|идентификатор отзыва|идентификатор|ид"
        "|ид отзыва|uuid отзыва|uuid|review uuid|номер отзыва|отзыв номер|номер обращения|номер заявки|номер тикета|номер анкеты"
        "|номер сообщения|id обращения|id заявки|id тикета|id сделки|id анкеты|ticket id|case id|номер"
    ),
    "pros": _names(
        "pros|достоинства|плюсы|преимущества|pos|advantages|положительное|что понравилось|понравилось|достоинства товара"
        "|плюсы товара|достоинство|плюс|положительные стороны|что вам понравилось|сильные стороны|pros text"
    ),
    "cons": _names(
        "cons|недостатки|минусы|neg|disadvantages|отрицательное|что не понравилось|не понравилось|недостатки товара"
        "|минусы товара|недостаток|минус|отрицательные стороны|что вам не понравилось|слабые стороны|cons text"
    ),
    "comment": _names(
        "comment|комментарий|комментарии|comments|коммент|комментарий покупателя|комментарий клиента|комментарий пользователя"
        "|комментарий к отзыву|комментарий к оценке|комментарий респондента|текст комментария|comment text|примечание|впечатления"
        "|общее впечатление|дополнительно"
    ),
    "title": _names(
        "title|заголовок|заголовок отзыва|review title|название отзыва|тема отзыва|тема|тема обращения|subject|headline|review headline"
    ),
    "text": _names(
        "text|текст|текст отзыва|отзыв|review|review text|текст отзыва покупателя|отзыв покупателя|отзыв клиента|отзывы"
        "|содержание отзыва|отзыв текст|сообщение|обращение|текст обращения|содержание обращения|суть обращения|текст сообщения"
        "|сообщение клиента|текст жалобы|жалоба|суть жалобы|описание обращения|описание проблемы|текст заявки|ответ клиента"
        "|ответ покупателя|ответ респондента|текст ответа клиента|message|message text|body|review body|content|review content"
        "|отзыв о товаре|ваш отзыв|отзыв о покупке"
        "|feedback|feedback text|verbatim|review comment|отзыв пользователя|содержание|описание|description"
    ),
    "rating": _names(
        "rating|оценка|рейтинг|rate|stars|звезды|количество звезд|баллы|score|product valuation|grade|star rating|кол во звезд"
        "|число звезд|звезд|оценка товара|оценка отзыва|рейтинг отзыва|оценка покупателя|оценка клиента|оценка пользователя"
        "|общая оценка|итоговая оценка|средняя оценка|ваша оценка|балл|оценка в баллах|звездность|review rating|rating value|overall"
        "|overall rating|valuation|nps|оценка nps|балл nps|nps score|csat|оценка csat|csat score|csi|оценка csi|удовлетворенность"
    ),
    "date": _names(
        "date|дата|дата отзыва|дата создания|дата обращения|created date|created at|created|published at|timestamp|время"
        "|дата и время|дата публикации|дата публикации отзыва|дата создания отзыва|дата написания|дата добавления|дата размещения"
        "|дата оценки|дата и время отзыва|дата и время создания|дата и время публикации|дата время|дата поступления"
        "|дата регистрации|дата заявки|дата сообщения|дата опроса|дата заполнения|создано|создан|опубликовано"
        "|опубликован|publication date|published|publish date|published date|review date|date of review|review time"
        "|datetime|date time|create date"
        "|creation date|date create|create time|creation time|submitted at|submission date|review submit date and time"
        "|когда|дата создания сделки|дата сделки|posted at|posted|review last update date and time|time|at"
    ),
    "channel": _names(
        "channel|канал|канал обращения|source|источник|площадка|маркетплейс|marketplace|платформа|platform|источник отзыва"
        "|канал связи|канал поступления|источник обращения|источник сделки|сайт|магазин приложений|app store"
    ),
    "product": _names(
        "product|товар|название товара|наименование товара|product name|product title|товар название|товар наименование"
        "|наименование номенклатуры|номенклатура наименование|продукт|название продукта|наименование продукта|item|item name"
        "|наименование|название|модель|артикул|артикул продавца|артикул поставщика|vendor code|supplier article|offer id|sku"
        "|sku name|ozon sku|ваш sku|seller sku|артикул wb|артикул ozon|артикул маркетплейса|артикул товара|номенклатура|nm id|код товара"
        "|код номенклатуры|product id|id товара|package name|приложение|app name"
    ),
    "group": _names(
        "group|группа|группа товаров|category|категория|категория товара|предмет|раздел|subject name|category name|product category"
        "|product group|тип товара|товарная группа|товарная категория|тематика|категория обращения|тип обращения|бренд|brand|brand name"
    ),
}

# Names that may be of something else: taken only when no other column is a text.
LAST_RESORT = frozenset("описание description содержание примечание дополнительно".split())

# Words of a name that mark the seller's answer: its column is never what a customer wrote.
ANSWER_WORDS = frozenset(
    "ответ ответа ответы ответов ответу ответил answer answers reply replies response responses developer".split()
)
# These mark it too («Комментарий магазина»), unless the name speaks of a review («Отзыв о работе магазина»).
SELLER_WORDS = frozenset(
    "продавца магазина модератора оператора сотрудника менеджера поддержки администратора seller shop admin support"
    " representative agent operator manager moderator".split()
)
REVIEW_WORDS = frozenset("отзыв отзыва отзывы оценка жалоба review feedback rating complaint".split())

# Parts of a nested name that hold something else than the review: their ``id``, ``title`` or ``rating`` is not the review's.
OTHER_THINGS = frozenset(
    "product item offer товар user author customer client buyer reviewer покупатель автор клиент пользователь order заказ"
    " photo photos image video media фото видео shop store seller магазин продавец brand бренд category категория"
    " moderation language parent tag tags".split()
)

# Names, and words of a name, whose columns hold long cells that are no review.
NO_TEXT_NAMES = frozenset(("описание товара", "характеристики товара", "product description", "item description"))
NO_TEXT_WORDS = frozenset(
    "имя фамилия фио автор покупатель клиент пользователь name user author customer buyer адрес address город ссылка ссылки url"
    " link фото photo видео video email почта телефон phone теги tags характеристики параметры устройство device id sku"
    " артикул".split()
)
