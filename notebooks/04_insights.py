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
# # Что болит, с какого дня и чьё это
#
# Отзывы уже разобраны по типам: моделью или людьми. Дальше нужны ответы: что чинить первым, сколько это стоит в оценке, что
# началось на этой неделе, где в пути покупателя больнее всего и кому звонить. Здесь всё это считается из одной таблицы, и у
# каждой цифры есть интервал и номера отзывов.
#
# Типы взяты те, что поставили люди: модель здесь не нужна, и картина не зависит от её ошибок.

# %%
import os
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

while not Path("experiments/demo.yaml").exists():
    os.chdir("..")

from reviewmine import find_insights, load_taxonomy, read_reviews
from reviewmine.insights.alerts import find_alerts
from reviewmine.insights.mentions import find_mentions
from reviewmine.insights.segments import compare_segments
from reviewmine.workflow import insights, make_digests, make_report

# %% [markdown]
# ## 1. Одна таблица: кто о чём говорит
#
# Разобранный файл — это строка на отзыв: вид, типы, вероятность, что с отзывом сделано и чей он.

# %%
taxonomy = load_taxonomy("data/taxonomies/marketplace-ru.yaml")
kinds = {kind.code: kind for kind in taxonomy.types}
sample = read_reviews("data/sample/reviews.csv").reviews
first = [kinds[types.split("|")[0]] for types in sample["types"]]
scored = pd.DataFrame(
    {
        "id": sample["id"],
        "kind": [kind.kind for kind in first],
        "types": sample["types"],
        "probability": 1.0,
        "action": "labelled",
        "owner": [kind.owner for kind in first],
    }
)
found = find_insights(scored, sample, taxonomy.to_json(), {}, "Учебная выборка")
told = found.summary
types = pd.DataFrame(told["types"]).set_index("title")
print(f"{told['n_reviews']} отзывов, {len(types)} типов, {len(found.mentions)} упоминаний, месяцы: {told['months']}")
types[["n", "share", "share_low", "share_high", "mean_rating", "owner_title"]].head(8)

# %% [markdown]
# ## 2. Что чинить первым
#
# Частота — ещё не боль. Приоритет перемножает охват, влияние на оценку, рост и серьёзность; все части видны рядом, так что с
# ним можно спорить. Влияние — это то, что упоминание отнимает у оценки при прочих равных: отзыв с двумя жалобами не платит за
# обе дважды. На выборке, где каждый тип встречается десяток-другой раз, влияние многих типов не доказано, и приоритет это учитывает.

# %%
pains = types[types["priority"].notna()].copy()
pains["приоритет"] = [row["value"] for row in pains["priority"]]
pains = pains.sort_values("приоритет", ascending=False)
parts = pd.DataFrame(pains["priority"].tolist(), index=pains.index)
parts.columns = ["приоритет", "охват", "влияние", "рост", "серьёзность"]
assert parts["приоритет"].between(0, 100).all()
parts.head(10)

# %%
rated = pains[[bool(impact) for impact in pains["impact"]]]
effects = pd.DataFrame([impact["rating"]["effect"] for impact in rated["impact"]], index=rated.index)
losses = pd.DataFrame([impact["rating"]["loss"] for impact in rated["impact"]], index=rated.index)
worst = losses.sort_values("value", ascending=False).head(12)[::-1]
plt.figure(figsize=(9, 4.5))
plt.hlines(worst.index, worst["low"], worst["high"], color="#b4472f", linewidth=3, alpha=0.5)
plt.plot(worst["value"], worst.index, "o", color="#b4472f")
plt.axvline(0, color="#888888", linestyle="--")
plt.title("На сколько выше была бы средняя оценка без этого типа, с 95 % интервалом")
plt.tight_layout()

# %% [markdown]
# ## 3. Что началось на этой неделе
#
# Выборка мала для тревог: о каждом типе говорят пару раз в месяц. Поэтому возьмём поток, какой бывает в жизни: девять месяцев
# по триста отзывов в день, тексты и типы — из выборки. В последние десять дней о просроченных продуктах стали писать вчетверо
# чаще. Узнаем ли мы об этом, и не поднимем ли шум из-за остальных ста тридцати четырёх типов?

# %%
rng = np.random.default_rng(13)
days = pd.date_range("2025-09-01", "2026-05-31", freq="D")
weekday = np.where(days.day_of_week < 5, 1.0, 0.7)
n_daily = rng.poisson(300 * weekday)
hidden = "expired"
theirs = np.flatnonzero([hidden in codes.split("|") for codes in sample["types"]])
picked = [rng.integers(0, len(sample), n) for n in n_daily]
usual = len(theirs) / len(sample) * n_daily.mean()
surge = days >= days[-10]
picked = [
    np.concatenate([rows, rng.choice(theirs, rng.poisson(3 * usual))]) if hurt else rows
    for rows, hurt in zip(picked, surge, strict=True)
]
rows = np.concatenate(picked)
flow = sample.iloc[rows].reset_index(drop=True)
flow["id"] = [f"f{number:06}" for number in range(len(flow))]
flow["date"] = np.repeat(days.to_numpy(), [len(part) for part in picked])
decided = scored.iloc[rows].reset_index(drop=True).assign(id=flow["id"])
mentions = find_mentions(decided, flow)
alerts = find_alerts(mentions, taxonomy.to_json())
shown = ["title", "state", "severity", "since", "observed", "expected", "owner_title", "n_evidence"]
pd.DataFrame([{name: alert[name] for name in shown} for alert in alerts["alerts"]])

# %%
raised = next(alert for alert in alerts["alerts"] if alert["code"] == hidden and alert["segment"] is None)
delay = (pd.Timestamp(raised["since"]) - days[-10]).days
others = [alert["title"] for alert in alerts["alerts"] if alert["code"] != hidden]
print(f"«{raised['title']}»: тревога началась через {delay} дн. после всплеска; лишних тревог: {len(others)} {others}")
assert raised["state"] != "closed"
assert abs(delay) <= 4
history = pd.DataFrame(raised["history"])
history["start"] = pd.to_datetime(history["start"])
plt.figure(figsize=(9, 3))
plt.fill_between(
    history["start"], 0, history["high"].astype(float), color="#4878a8", alpha=0.15, label="обычно не выше"
)
plt.plot(history["start"], history["expected"].astype(float), color="#4878a8", label="ждали")
plt.plot(history["start"], history["observed"], color="#b4472f", marker="o", markersize=3, label="было")
plt.legend(frameon=False)
plt.title(raised["title"])
plt.tight_layout()

# %% [markdown]
# Тревога несёт с собой всё, что нужно, чтобы действовать: чья она, насколько серьёзна, кому и через сколько часов сообщать, и
# номера отзывов. Пороги, каналы и люди задаются в YAML, см. `docs/alerts.md`.

# %%
for step in raised["escalation"]:
    print(f"через {step['after_hours']} ч → {step['to']} ({step['by']})")
print("отзывы:", ", ".join(raised["evidence"][:8]), "…")

# %% [markdown]
# ## 4. Путь покупателя
#
# Для каждого этапа — средняя оценка тех, кто о нём говорит, и тех, кто о нём молчит. Где первая линия далеко под второй и
# отзывов много — там момент истины: этап, чьи беды сильнее всего тянут общую оценку.

# %%
journey = told["journey"]
stages = pd.DataFrame(journey["stages"]).set_index("title")
stages = stages[stages["n"] > 0]
satisfied, expected = (
    pd.DataFrame(stages[name].tolist(), index=stages.index) for name in ("satisfaction", "expectation")
)
plt.figure(figsize=(9, 3.5))
plt.plot(expected["value"], color="#888888", linestyle="--", marker="o", label="молчат об этапе")
plt.plot(satisfied["value"], color="#b4472f", marker="o", label="говорят об этапе")
plt.fill_between(range(len(stages)), satisfied["low"], satisfied["high"], color="#b4472f", alpha=0.15)
for place, (moment, value) in enumerate(zip(stages["moment_of_truth"], satisfied["value"], strict=True)):
    if moment:
        plt.annotate("момент истины", (place, value), xytext=(0, -18), textcoords="offset points", ha="center")
plt.legend(frameon=False)
plt.title("Средняя оценка по этапам")
plt.tight_layout()

# %% [markdown]
# ## 5. Две части потока рядом
#
# Приложение и сайт: о чём в одном говорят чаще, чем в другом. Проверяется каждый тип, поправка — на все сразу.

# %%
both = find_mentions(scored, sample)
compared = compare_segments(both, taxonomy.to_json(), "channel", "app", "site")
table = pd.DataFrame(compared["types"])
table["разность"] = [f"{one['value']:+.3f} [{one['low']:+.3f}, {one['high']:+.3f}]" for one in table["difference"]]
print(f"app: {compared['a']['n']} отзывов, site: {compared['b']['n']}")
print("различаются доказанно:", int((table["verdict"] != "alike").sum()), "из", len(table))
table[["title", "разность", "q", "verdict"]].head(6)

# %% [markdown]
# ## 6. Оценки и светофор
#
# Доля довольных и доля жалоб по владельцам, с интервалами; светофор красит клетку, только если отзывов хватает.

# %%
by_owner = pd.DataFrame(told["scores"]["by"]["owner"])
pd.DataFrame(
    {
        "отзывов": by_owner["n"],
        "CSAT": [
            f"{one['value']:.0%} [{one['low']:.0%}, {one['high']:.0%}]" if one else "—" for one in by_owner["csat"]
        ],
        "жалоб": [f"{one['value']:.0%}" for one in by_owner["complaints"]],
        "мало": by_owner["small"],
    }
).set_axis(by_owner["name"])

# %%
traffic = told["traffic"]
signs = {"green": "● зелёный", "yellow": "▲ жёлтый", "red": "■ красный", "none": "—"}
columns = [criterion["title"] for criterion in traffic["criteria"]]
lights = [[signs[cell["light"]] for cell in row["cells"]] for row in traffic["rows"]]
pd.DataFrame(lights, columns=columns, index=[row["title"] for row in traffic["rows"]]).head(8)

# %% [markdown]
# ## 7. Страница и письма владельцам
#
# То же самое одной командой: `reviewmine insights` пишет `insights.json`, `mentions.csv` и тревоги, `reviewmine report` —
# страницу, `reviewmine digest` — письмо каждому владельцу.

# %%
out = Path(mkdtemp())
insights(decided, flow, taxonomy.to_json(), {}, out / "insights", title="Поток с одним всплеском", say=print)
make_report(out / "insights", out / "report.html", print)
make_digests(out / "insights", out / "digests", say=print)
letter = (out / "digests" / f"{raised['owner']}.md").read_text(encoding="utf-8")
assert raised["title"] in letter
print(letter[:900])
