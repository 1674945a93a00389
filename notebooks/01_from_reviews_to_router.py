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
# # От отзывов до маршрутизатора
#
# Одна история целиком: читаем отзывы, режем их на высказывания, находим темы, обучаем классификатор типов обращений,
# выгружаем пакет и маршрутизируем новый отзыв. Данные — учебная выборка из репозитория, сеть не нужна.

# %%
import os
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

while not Path("experiments/demo.yaml").exists():
    os.chdir("..")

from reviewmine import Router, cut_reviews, discover_topics, load_experiment, load_taxonomy, read_reviews, train

# %% [markdown]
# ## 1. Отзывы
#
# Столбцы узнаются по именам. Каждая строка либо принята, либо отклонена с причиной.

# %%
reading = read_reviews("data/sample/reviews.csv")
reviews = reading.reviews
print(f"строк {reading.n_read}: принято {len(reviews)}, отклонено {len(reading.rejects)}")
reviews[["id", "date", "rating", "pros", "cons", "comment"]].sample(5, random_state=1)

# %%
monthly = reviews.groupby(reviews["date"].dt.to_period("M")).agg(n=("id", "size"), rating=("rating", "mean"))
figure, axes = plt.subplots(1, 2, figsize=(11, 3))
axes[0].bar([str(month) for month in monthly.index], monthly["n"], color="#4878a8")
axes[0].set_title("Отзывы по месяцам")
axes[0].tick_params(axis="x", rotation=60)
axes[1].hist(reviews["rating"], bins=[0.5, 1.5, 2.5, 3.5, 4.5, 5.5], rwidth=0.8, color="#c08552")
axes[1].set_title("Оценки")
plt.tight_layout()

# %% [markdown]
# ## 2. Высказывания
#
# Отзыв режется на куски, в каждом одна мысль; смещения указывают в исходный текст. «Нет» под «Недостатки» — пустой ответ.

# %%
statements = cut_reviews(reviews)
print(f"{len(reviews)} отзывов → {len(statements)} высказываний, пустых ответов {(statements['null'] != '').sum()}")
statements.loc[statements["review_id"] == "s0149", ["field", "part", "start", "end", "text", "null"]]

# %% [markdown]
# ## 3. Темы
#
# Темы находятся без разметки: векторы из самих отзывов и Navec, кластеры не зависят от порядка строк. Это черновик таксономии.

# %%
experiment = load_experiment("experiments/demo.yaml")
gold = {row.id: row.types for row in reviews.itertuples() if "|" not in row.types}
discovery = discover_topics(statements, reviews, experiment.discover, name="demo", gold=gold)
sizes = discovery.assignments["topic"].value_counts()
topics = pd.DataFrame(
    [
        {"тема": kind.title, "высказываний": sizes.get(kind.code, 0), "слова": ", ".join(kind.patterns)}
        for kind in discovery.draft.types
    ]
)
print(
    f"покрытие {discovery.card['coverage']:.1%}, тем {discovery.card['n_topics']}, AMI {discovery.card['against_labels']['ami']['value']}"
)
topics.head(12)

# %%
top = topics.head(15).iloc[::-1]
plt.figure(figsize=(8, 4.5))
plt.barh(top["тема"], top["высказываний"], color="#4878a8")
plt.title("Крупнейшие темы")
plt.tight_layout()

# %% [markdown]
# ## 4. Таксономия
#
# То, о чём договорились люди: тип, определение, примеры, владелец, срок. Тем же словам учится и классификатор: типов здесь
# 135, и у половины из них не больше двенадцати размеченных отзывов.

# %%
taxonomy = load_taxonomy("data/taxonomies/marketplace-ru.yaml")
pd.DataFrame(
    [
        {
            "код": kind.code,
            "название": kind.title,
            "владелец": taxonomy.owners[kind.owner].title,
            "определение": kind.definition,
        }
        for kind in taxonomy.types
    ]
).head(8)

# %% [markdown]
# ## 5. Обучение
#
# Части выборки не делят почти одинаковые отзывы; проверочная часть открывается один раз; рядом стоят базовые модели.

# %%
result = train("experiments/demo.yaml")
card = result.trained.card
print(result.line)
names = {"majority": "самый частый тип", "tfidf_svc": "TF-IDF + LinearSVC"}
rows = [
    {"модель": "reviewmine", **card["metrics"]["micro_f1"]},
    *({"модель": names[base], **figures["micro_f1"]} for base, figures in card["baselines"].items()),
]
pd.DataFrame(rows).set_index("модель")

# %%
per_type = pd.DataFrame(card["per_type"]).dropna(subset=["f1"]).query("n >= 4").sort_values("f1")
shown = pd.concat([per_type.head(15), per_type.tail(25)])
plt.figure(figsize=(8, 7))
plt.barh(shown["title"], shown["f1"], color="#c08552")
plt.title("F1 по типам: 15 самых трудных и 25 лёгких (от четырёх отзывов в проверочной части)")
plt.tick_params(axis="y", labelsize=7)
plt.tight_layout()

# %% [markdown]
# ## 6. Маршрутизатор
#
# Пакет загружается одним numpy. Ответ: тип, владелец, действие, и слова, которые за него говорят.

# %%
router = Router.load(result.bundle)
review = {"id": "1", "cons": "Обещали привезти в среду, а приехали только в субботу", "rating": 2}
decision = router.route(review)
best = decision.types[0]
print(best.code, best.title, round(best.probability, 2), decision.action, decision.owner)
[review[field][start:end] for field, start, end in best.evidence]

# %%
assert best.code == "delivery-late"
assert result.bundle_sha256 == train("experiments/demo.yaml", track=False).bundle_sha256
print("второе обучение дало тот же пакет:", result.bundle_sha256[:16])

# %% [markdown]
# Тот же пакет лежит в MLflow (`make mlflow`) под именем `reviewmine-demo`, псевдоним `challenger`.
# Полный отчёт страницей: `make demo`, затем `experiments/runs/demo/report.html`.
