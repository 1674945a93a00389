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
# # Разметка: от сырых отзывов до обученной модели за один присест
#
# Есть отзывы и таксономия, размеченных отзывов нет ни одного. Отсюда до модели — 150 отзывов, размеченных человеком:
# по десять секунд на отзыв это полчаса. Слабые метки подсказывают, очередь выбирает, о чём спросить, виджет спрашивает,
# второй человек показывает, чего стоят определения, а проверка находит ошибки.
#
# **Кто здесь отвечает.** Поставьте `by_hand = True`, выполните ячейки до виджета и размечайте сами. С `by_hand = False`
# никто не щёлкает: ответы на вопросы виджета берутся из разметки учебной выборки, как если бы их дал человек. До самого
# ответа ни одна ячейка её не видит.

# %%
import os
from collections import Counter
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

while not Path("experiments/demo.yaml").exists():
    os.chdir("..")

from reviewmine import Router, load_taxonomy, read_reviews, train
from reviewmine.files import write_table
from reviewmine.labels.agreement import agreement
from reviewmine.labels.mend import to_mend
from reviewmine.labels.session import Session, likeliest, suggest
from reviewmine.labels.store import as_rows, now, read_labels
from reviewmine.labels.weak import to_labels, weak_labels
from reviewmine.labels.weak_table import source_rows
from reviewmine.labels.widget import label_widget
from reviewmine.workflow.labelling import audit_labels, queue_labels

by_hand = False

# %% [markdown]
# ## 1. Отзывы и таксономия
#
# Столбец с типами откладывается в сторону: у того, кто начинает, его нет.

# %%
sample = read_reviews("data/sample/reviews.csv").reviews
answers = {row.id: row.types.split("|") for row in sample.itertuples()}
reviews = sample.drop(columns="types")
taxonomy = load_taxonomy("data/taxonomies/marketplace-ru.yaml")
ids = {kind.code: kind.id for kind in taxonomy.types}
titles = {kind.id: kind.title for kind in taxonomy.types}
folder = Path("experiments/runs/first-labels")
store = folder / ("mine.jsonl" if by_hand else "sample.jsonl")
if not by_hand:
    store.unlink(missing_ok=True)
print(f"{len(reviews)} отзывов без разметки, {len(taxonomy.codes)} типов")

# %% [markdown]
# ## 2. Слабые метки: что знает сама таксономия
#
# Слова и фразы типов, близость к определениям, оценка и поле отзыва — источники, которым никто не верит на слово. Чего
# каждый стоит, видно по тому, как часто источники согласны: `accuracy` — оценка без единого ответа человека.

# %%
weak = weak_labels(reviews, taxonomy)
source_rows(weak)[["name", "reviews", "coverage", "overlap", "conflict", "accuracy"]].round(2)

# %%
surest = weak.probability.max(axis=1)
plt.figure(figsize=(8, 3))
plt.hist(surest, bins=20, color="#4878a8")
plt.title("Уверенность слабых меток: вероятность лучшего типа отзыва")
plt.xlabel("вероятность")
plt.ylabel("отзывов")
plt.tight_layout()

# %%
suggestions = likeliest(weak.probability, reviews["id"], [kind.code for kind in weak.types])

# %% [markdown]
# ## 3. Очередь: о каких отзывах спросить
#
# Отзывы одного вида не нужны дважды: очередь берёт представителей разных групп, ищет редкие типы и не повторяет почти
# одинаковые тексты. Часть отзывов выбрана наугад (`random`): на них цифры честные.

# %%
queued = queue_labels(reviews, folder / "queue.csv", 150, taxonomy=Path("data/taxonomies/marketplace-ru.yaml")).rows
queue = reviews.set_index("id", drop=False).loc[queued["id"]].reset_index(drop=True)
queued["why"].value_counts()

# %% [markdown]
# ## 4. Виджет
#
# Щёлкните по рамке и отвечайте с клавиатуры: цифра отмечает тип, Enter сохраняет, `u` — не уверен, `s` — пропустить,
# `z` — отменить, `/` — поиск среди всех типов. Первыми стоят подсказки. Каждый ответ сразу в файле: закройте ноутбук, а
# завтра продолжите с того же места.

# %%
session = Session(queue, taxonomy, store, who="Анна", suggestions=suggestions)
label_widget(session)

# %%
while not by_hand and session.review:
    session.answer([ids[code] for code in answers[session.review]])
labels = read_labels(store)
asked = {label.review for label in labels if label.who == "Анна"}
taken = Counter(label.type for label in labels if label.verdict == "yes")
print(f"{len(asked)} отзывов, {sum(taken.values())} ответов «да», {len(taken)} типов")
assert by_hand or len(asked) == 150

# %% [markdown]
# ## 5. Согласие: понимают ли люди типы одинаково
#
# Борис размечает часть тех же отзывов, ответов Анны он не видит. Когда никто не щёлкает, Бориса играет та же разметка с
# одной подсаженной ошибкой: самый частый тип он принимает за соседний. Согласие должно её назвать.

# %%
common = taxonomy.type(next(kind.code for kind in taxonomy.types if kind.id == taken.most_common(1)[0][0]))
sibling = next(kind for kind in taxonomy.types if kind.parent == common.parent and kind.id != common.id)
second = Session(queue, taxonomy, store, who="Борис", suggestions=suggestions)
label_widget(second)

# %%
while not by_hand and second.review:
    said = {ids[code] for code in answers[second.review]}
    second.answer(sorted({sibling.id if kind == common.id else kind for kind in said}))
found = agreement(read_labels(store))
mend = to_mend(found, {kind.id: kind.code for kind in taxonomy.types})
print("альфа Криппендорфа по ответам {value:.2f} ({low:.2f}–{high:.2f})".format(**found.decisions))
print("альфа по отзывам целиком {value:.2f} ({low:.2f}–{high:.2f})".format(**found.sets))
pd.DataFrame([{"тип": titles[one.type], "почему": "; ".join(one.why), "спорных": len(one.reviews)} for one in mend])

# %%
drawn = [one for one in sorted(found.types, key=lambda one: -one.n) if one.alpha][:25][::-1]
plt.figure(figsize=(8, 6))
for place, one in enumerate(drawn):
    plt.plot([one.alpha["low"], one.alpha["high"]], [place, place], color="#c08552")
    plt.plot(one.alpha["value"], place, "o", color="#c08552")
plt.yticks(range(len(drawn)), [titles[one.type] for one in drawn], fontsize=7)
plt.axvline(0.667, color="#888888", linestyle="--")
plt.title("Альфа по типам с интервалами; левее черты определению верить рано")
plt.tight_layout()

# %%
assert by_hand or {one.type for one in mend} == {common.id, sibling.id}

# %% [markdown]
# Команда для файлов двух людей: `reviewmine labels agreement anna.jsonl boris.jsonl --taxonomy … -o agreement/`; с
# `--gaps gaps.json` рядом стоит то, что о тех же типах предлагает `reviewmine taxonomy gaps`.
#
# ## 6. Модель
#
# Слово человека весит больше правила: где Анна ответила, слабые метки молчат, остальные отзывы учат ими. Рядом — модель на
# одних 150 отзывах и слабые метки сами по себе. Проверка — отзывы, о которых никого не спрашивали: в учебной выборке
# ответы на них известны.

# %%
mine = [label for label in labels if label.who == "Анна"]
rest = [label for label in to_labels(weak, now()) if label.review not in asked]
write_table(folder / "mine.csv", as_rows(mine, reviews, taxonomy))
write_table(folder / "both.csv", as_rows([*mine, *rest], reviews, taxonomy))
changes = ["gates={}", "data.unlabelled=data/sample/reviews.csv"]
files = {name: f"data.labelled={folder}/{name}.csv" for name in ("mine", "both")}
small = train("experiments/demo.yaml", [*changes, "model.folds=1", "name=first-mine", files["mine"]], track=False)
print(small.line)

# %%
large = train("experiments/demo.yaml", [*changes, "model.folds=1", "name=first-both", files["both"]], track=False)
print(large.line)

# %%
unseen = reviews[~reviews["id"].isin(asked)]
ranked = {
    "слабые метки": suggestions,
    "150 отзывов": suggest(Router.load(small.bundle), unseen),
    "150 отзывов и слабые метки": suggest(Router.load(large.bundle), unseen),
}
hits = pd.DataFrame(
    {
        title: {
            f"среди первых {n}" if n > 1 else "первый": unseen["id"]
            .map(lambda review, types=types, n=n: bool(set(types[review][:n]) & set(answers[review])))
            .mean()
            for n in (1, 3, 9)
        }
        for title, types in ranked.items()
    }
).T
hits.round(3)

# %%
hits.plot.barh(figsize=(8, 3), color=["#4878a8", "#86a6cb", "#c9d6e6"])
plt.title("Верный тип среди ответов, доля отзывов")
plt.tight_layout()

# %%
assert by_hand or hits.loc["150 отзывов и слабые метки", "первый"] > hits.loc["слабые метки", "первый"]

# %% [markdown]
# ## 7. Проверка: какие метки переспросить
#
# Модель, не видевшая отзыва, и его соседи спорят с меткой: такие метки стоят первыми, с ожидаемым числом ошибок. Здесь
# проверяется вся обучающая таблица, где большинство меток слабые: ожидаемое число ошибок занижено, модель сама училась на
# этих метках, а порядок верен.

# %%
doubted = [*changes, "model.folds=3", "name=first-both", files["both"]]
audited = audit_labels("experiments/demo.yaml", doubted, folder / "audit.csv")
print(*audited.lines[:3], sep="\n")
doubtful = audited.rows
doubtful[["id", "given_title", "confidence", "suggested_title", "suggested_confidence", "text"]].head(10)

# %%
wrong = [given not in answers[review] for review, given in zip(doubtful["id"], doubtful["given"], strict=True)]
first, overall = sum(wrong[:100]) / 100, sum(wrong) / len(wrong)
print(f"неверных среди первых 100 — {first:.0%}, среди всех {len(wrong)} — {overall:.0%}")
assert by_hand or first > overall

# %% [markdown]
# Дальше — по кругу: переспросить сомнительное, спросить следующую очередь уже по модели (`reviewmine labels queue BUNDLE …`),
# обучить снова. Когда остановиться, скажет та же команда с `--advice`.
