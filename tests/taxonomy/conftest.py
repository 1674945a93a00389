"""A taxonomy file as a person keeps it: comments, blank lines, quotes, both layouts."""

import pytest

CURATED = """\
# Жалобы магазина «Тёплый дом»
taxonomy: warm-home   # имя не менять
version: 1.4.0
language: ru
stages: [ждал, получил,  пользуется]

owners:
  logistics: {title: Логистика}
  # сервис переедет в новый отдел
  service:
    title: "Сервис"
groups: {delivery: {title: Доставка}, quality: {title: 'Качество'}}

types:
  # --- Доставка ------------------------------
  - id: T001
    code: late
    title: "Опоздание"        # спорили долго
    parent: delivery
    owner: logistics
    stage: ждал
    severity: 3
    definition: >
      Привезли позже, чем обещали
      при заказе.

    include: [привезли в четверг вместо вторника, "срок: обещали завтра"]
    exclude:
      - долго, но в обещанный срок -> slow   # граница
      - не привезли вовсе -> lost
    patterns: [опоздать, 'не привезти в срок']

  - id: T002
    code: slow
    title: Долгая доставка
    parent: delivery
    owner: logistics
    definition: Срок велик сам по себе.
    include:
    - три недели из соседнего города
    - ждать целый месяц
    exclude: [пришло позже срока -> late]
    patterns: [долго везти]
  - {id: T003, code: lost, title: Заказ пропал, parent: delivery, owner: logistics, patterns: [пропасть, потерять]}

  # --- Качество ------------------------------
  - id: T007
    code: broken
    title: Сломалось
    parent: quality
    owner: service
    definition: Перестало работать.
    include: [через день перестал включаться, треснула ручка]
    patterns: [сломаться, треснуть]
    status: active
  - id: T009
    code: smell
    title: Запах
    parent: quality
    owner: service
    include: [пахнет гарью]
# конец
"""


@pytest.fixture(scope="session")
def curated() -> str:
    """Return the text of a curated file."""
    return CURATED
