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
# # Таксономия: черновик рядом с тем, о чём договорились
#
# Темы находит программа, решает человек. Здесь видно, что нашлось, на каких высказываниях стоит каждая тема, с каким типом
# таксономии она совпадает, и как решение записывается операциями, у которых есть причина и история.

# %%
import os
from pathlib import Path

import pandas as pd
from IPython.display import HTML

while not Path("experiments/demo.yaml").exists():
    os.chdir("..")

from reviewmine import cut_reviews, discover_topics, load_experiment, load_taxonomy, read_reviews
from reviewmine.discover.pictures import draw_map, draw_months, draw_tree
from reviewmine.report.topics import evidence_html, write_topics
from reviewmine.taxonomy.apply import apply_operations
from reviewmine.taxonomy.operations import operations_text, parse_operations

# %%
experiment = load_experiment("experiments/demo.yaml")
reviews = read_reviews("data/sample/reviews.csv").reviews
gold = {row.id: row.types for row in reviews.itertuples() if "|" not in row.types}
found = discover_topics(cut_reviews(reviews), reviews, experiment.discover, name="demo", gold=gold)
page = Path("experiments/runs/demo/topics.html")
write_topics(found, page, "Учебная выборка")
print(f"{found.card['n_topics']} тем, покрытие {found.card['coverage']:.1%}; страница: {page}")

# %% [markdown]
# ## 1. Темы и их имена
#
# Имя — фраза самих покупателей. Доля стоит с интервалом, устойчивость говорит, находится ли тема снова на других данных.

# %%
titles = [kind.title for kind in found.draft.types]
parents = list(found.draft.groups)
group = [parents.index(kind.parent) if kind.parent else -1 for kind in found.draft.types]
topics = pd.DataFrame(
    [
        {
            "тема": profile["code"],
            "название": title,
            "родитель": found.draft.groups[parents[number]].title if number >= 0 else "",
            "высказываний": profile["n"],
            "доля": profile["share"]["value"],
            "от": profile["share"]["low"],
            "до": profile["share"]["high"],
            "оценка": profile["rating"],
            "за три месяца": profile["trend"],
            "устойчивость": found.card["stability"][profile["code"]],
        }
        for profile, title, number in zip(found.profiles, titles, group, strict=True)
    ]
)
topics.head(15)

# %% [markdown]
# ## 2. Картинки
#
# Карта: похожие высказывания стоят рядом. Дерево: какие темы близки. Месяцы: что растёт. То же, но с высказываниями под
# указателем, — на странице `topics.html`, она открывается без сети.

# %%
draw_map(found.sample, titles, group)
# %%
draw_tree(found.sample, titles)
# %%
draw_months(found.profiles, titles)
# %% [markdown]
# ## 3. На чём стоит тема
#
# По щелчку открываются высказывания: самые типичные, сказанное иначе, пограничные и похожие, но не попавшие в тему.

# %%
HTML(evidence_html(found))

# %% [markdown]
# ## 4. Черновик рядом с таксономией
#
# Для размеченных отзывов видно, какой тип стоит за темой. Чистая тема подтверждает тип; тема, где типов много, просит
# разделения; два типа в одной теме часто путают и люди.

# %%
taxonomy = load_taxonomy("data/taxonomies/marketplace-ru.yaml")
curated = {kind.code: kind.title for kind in taxonomy.types}
pairs = found.assignments.assign(type=found.assignments["review_id"].map(gold)).dropna(subset=["type"])
counts = (
    pairs.groupby(["topic", "type"])
    .size()
    .rename("n")
    .reset_index()
    .sort_values(["topic", "n"], ascending=[True, False])
)
best = counts.drop_duplicates("topic").set_index("topic")
total = counts.groupby("topic")["n"].sum()
beside = pd.DataFrame(
    {
        "черновик": dict(zip((kind.code for kind in found.draft.types), titles, strict=True)),
        "ближайший тип": best["type"].map(curated),
        "код": best["type"],
        "доля типа": (best["n"] / total).round(2),
        "размечено": total,
    }
).dropna(subset=["код"])
beside.sort_values("доля типа", ascending=False).head(15)

# %% [markdown]
# ## 5. Решение записывается операциями
#
# Файл операций читают и люди, и программа: `reviewmine taxonomy apply`. Идентификаторы не меняются, версия растёт сама, а
# комментарии и порядок исходного файла остаются. Здесь подтверждённая тема пополняет определение примером из отзывов.

# %%
row = beside.sort_values(["доля типа", "размечено"], ascending=False).iloc[0]
kind = taxonomy.type(row["код"])
said = next(one["text"] for one in found.evidence if one["topic"] == row.name and one["role"] == "central")
operations = parse_operations(
    [
        {
            "op": "edit",
            "type": kind.code,
            "set": {"include": [*kind.include, said]},
            "reason": f"тема «{row['черновик']}»: {row['доля типа']:.0%} размеченных высказываний",
        }
    ]
)
path = Path("experiments/runs/demo/operations.yaml")
path.write_text(operations_text(operations), encoding="utf-8")
print(path.read_text(encoding="utf-8"))

# %%
source = Path("data/taxonomies/marketplace-ru.yaml").read_text(encoding="utf-8")
applied = apply_operations(source, operations)
print(*applied.done, sep="\n")
print(f"версия {taxonomy.version} → {applied.taxonomy.version}")
assert said in applied.taxonomy.type(kind.code).include
assert [one.id for one in applied.taxonomy.types] == [one.id for one in taxonomy.types]
