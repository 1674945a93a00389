# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Что пришло: чтение, высказывания, паспорт данных
#
# Выгрузка из кабинета продавца, CRM или текст со страницы: что прочитано, что отклонено и почему, где в отзыве сказано
# «ничего», где похвала под «Недостатками», где копии и личные данные. Все дальнейшие цифры стоят на этом.

# %%
import os
from pathlib import Path

import matplotlib.pyplot as plt

while not Path("experiments/demo.yaml").exists():
    os.chdir("..")

from reviewmine import cut_reviews, read_reviews
from reviewmine.corpus.copies import find_copies
from reviewmine.corpus.fields import find_marks
from reviewmine.corpus.nulls import null_rule, roles_of
from reviewmine.corpus.privacy import masked
from reviewmine.corpus.profile import profile_reviews
from reviewmine.corpus.statements import explain
from reviewmine.report.advice import warnings_of

# %% [markdown]
# ## 1. Любая выгрузка
#
# Пусть это страница, скопированная в блокнот: звёзды, дата без года, всё в одном тексте.

# %%
Path("data/interim").mkdir(parents=True, exist_ok=True)
page = Path("data/interim/page.txt")
page.write_text(
    """★★☆☆☆ плохой магазин  Способ покупки: доставка / Достоинства: нет / Недостатки: везли три недели / Комментарий: больше не закажу
★★★★★ Всё подошло))) спасибо продавцу Недостатки: не обнаружила
★★★☆☆ ПЛЮСЫ - тихий МИНУСЫ - шнур короткий, но розетка рядом!!!верните кнопку
""",
    encoding="utf-8",
)
reading = read_reviews(page)
reading.reviews[["rating", "text"]]

# %% [markdown]
# Что за столбец стал каким полем и почему, печатается и хранится; строка, которую не прочитать, называется с причиной.

# %%
sample = read_reviews("data/sample/reviews.csv")
print(sample.columns)
print(f"строк {sample.n_read}: принято {len(sample.reviews)}, отклонено {len(sample.rejects)}")

# %% [markdown]
# ## 2. Высказывания
#
# Поля внутри одного текста, пустые ответы, похвала не на своём месте. Смещения указывают в исходный текст.

# %%
cut_reviews(reading.reviews)[["part", "text", "null", "misplaced"]]

# %% [markdown]
# Каждое решение можно спросить: какое правило разрезало, что принято за начало поля, почему ответ пуст.

# %%
text = "Тихий))) Шнур короткий, но хватает. Стоит 2 т. руб. и греется"
print(explain(text))
print(find_marks("Плюсы - тихий, минусы - шнур"))
print(null_rule("минусов за месяц не нашла", "cons"), [sorted(roles_of(word)) for word in ("минусов", "шнур")])

# %% [markdown]
# Те же правила — компонентами spaCy: можно взять один, сохранить, добавить свои.

# %%
from reviewmine.corpus.pipeline import review_pipeline

nlp = review_pipeline()
doc = nlp("Плюсы: лёгкий. Минусы: их нет")
[(span.label_, span.text, span._.null) for span in doc.spans["statements"]]

# %% [markdown]
# ## 3. Паспорт данных
#
# Та же сводка, что `reviewmine read … --profile profile.html`, здесь словарём.

# %%
profile = profile_reviews([sample.reviews], sample.rejects, sample.columns, sample.notes)
for warning in warnings_of(profile):
    print("·", warning["text"])

# %%
statements = cut_reviews(sample.reviews)
lengths = statements["text"].str.len()
nulls = statements.loc[statements["null"] != "", "null"].value_counts()
figure, axes = plt.subplots(1, 2, figsize=(11, 3))
axes[0].hist(lengths.clip(upper=250), bins=40, color="#4878a8")
axes[0].set_title("Длина высказывания, знаков")
axes[1].barh(nulls.index[::-1], nulls[::-1], color="#c08552")
axes[1].set_title("Пустые ответы по правилам")
plt.tight_layout()

# %%
misplaced = statements[statements["misplaced"]].groupby("part").size()
figure, axis = plt.subplots(figsize=(5, 2))
axis.barh(misplaced.index, misplaced, color="#888888")
axis.set_title("Не на своём месте: похвала в минусах, жалоба в плюсах")
plt.tight_layout()

# %% [markdown]
# ## 4. Копии и личные данные

# %%
copies = find_copies(sample.reviews)
print(copies.n_extra, "строк повторяют другие")
print(masked("Курьер Алексей, тел. 8 (900) 000-12-34, заказ № 48213377, ул. Ленина, д. 5, кв. 12"))

# %%
months = sample.reviews.groupby(sample.reviews["date"].dt.to_period("M")).size()
figure, axis = plt.subplots(figsize=(8, 2.5))
axis.bar([str(month) for month in months.index], months, color="#4878a8")
axis.tick_params(axis="x", rotation=60)
axis.set_title("Отзывы по месяцам")
plt.tight_layout()
