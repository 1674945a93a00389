"""A full ``insights.json`` by its contract, of any number of types: every section has something to show."""

from datetime import date, timedelta

import numpy as np

MONTHS = [f"{2024 + (k + 4) // 12}-{(k + 4) % 12 + 1:02}" for k in range(24)]
GROUPS = {
    "delivery": "Доставка",
    "quality": "Качество товара",
    "money": "Деньги и цены",
    "people": "Люди и связь",
    "site": "Сайт и приложение",
}
OWNERS = {
    "logistics": "Логистика",
    "goods": "Товарный отдел",
    "finance": "Финансы",
    "care": "Забота о клиентах",
    "it": "ИТ",
}
STAGES = ["узнал", "выбрал", "заказал", "оплатил", "ждал", "получил", "пользуется", "возвращает", "обратился"]
WHAT = ["Курьер", "Коробка", "Чайник", "Возврат денег", "Оператор", "Приложение", "Пункт выдачи", "Скидка", "Шнур"]
TROUBLE = ["опаздывает", "ломается в первый день", "не отвечает", "не тот", "пропадает", "слишком дорогой", "грубит"]
BEFORE = ["Заказывала впервые, очень ждала. ", "Покупаю третий раз. ", "Брал в подарок маме. ", ""]
SAID = [
    "привезли через неделю и без звонка",
    "сломался на второй день",
    "деньги так и не вернули",
    "никто не берёт трубку",
]
AFTER = [", больше связываться не хочу.", ". Жаль, раньше было лучше.", " — и это уже не первый раз!", "."]
KINDS = ["complaint"] * 12 + ["suggestion", "gratitude", "question"]


def figure(value, spread, digits=4):
    return {"value": round(value, digits), "low": round(value - spread, digits), "high": round(value + spread, digits)}


def _quotes(rng, code, n):
    return [
        {
            "review_id": f"{code}-{k}",
            "date": f"2026-0{1 + k % 4}-1{k % 9}",
            "rating": float(1 + k % 3),
            "field": "comment",
            "start": 30,
            "end": 64,
            "before": BEFORE[int(rng.integers(4))],
            "text": SAID[int(rng.integers(4))],
            "after": AFTER[int(rng.integers(4))],
        }
        for k in range(n)
    ]


def _type(rng, i, n_types, n_quotes):
    groups, owners = list(GROUPS), list(OWNERS)
    share = 0.12 / (1 + 0.35 * i)
    n, kind = max(3, round(share * 25000)), KINDS[i % len(KINDS)]
    ratio = float(np.exp(rng.normal(0, 0.3)))
    low, high = ratio * 0.7, ratio * 1.4
    verdict = "rising" if low > 1 else "falling" if high < 1 else "steady"
    effect = -float(rng.uniform(0.1, 2.2)) if kind == "complaint" else 0.4
    code = f"type-{i:03}"
    return {
        "code": code,
        "title": f"{WHAT[i % 9]} {TROUBLE[i % 7]}" + (f" ({i})" if i >= 63 else ""),
        "definition": "Обещали одно, а вышло другое; сюда же всё, что с этим связано.",
        "kind": kind,
        "severity": 1 + i % 5,
        "stage": STAGES[i % 9],
        "n": n,
        "share": round(share, 4),
        "share_low": round(share * 0.9, 4),
        "share_high": round(share * 1.1, 4),
        "mean_rating": round(2.2 + float(rng.uniform(-0.8, 0.8)), 2),
        "rating_difference": round(effect, 2),
        "monthly": [int(x) for x in rng.poisson(n / 24, 24)],
        "change": {"ratio": ratio, "low": low, "high": high, "now": n // 8, "before": n // 9, "verdict": verdict},
        "segments": {
            "channel": [{"name": name, "n": n // k} for k, name in enumerate(["app", "site", "email"], 2)],
            "product": [{"name": name, "n": max(1, n // k)} for k, name in enumerate(["Чайник", "Фен", "Утюг"], 9)],
            "group": [{"name": "Кухня", "n": n // 2}],
        },
        "quotes": _quotes(rng, code, n_quotes),
        "parent": groups[i % 5],
        "parent_title": GROUPS[groups[i % 5]],
        "owner": owners[i % 5],
        "owner_title": OWNERS[owners[i % 5]],
        "reach": {"reviews": n, "products": n // 3, "channels": 1 + i % 6},
        "impact": {
            "rating": {"effect": figure(effect, 0.2), "loss": figure(-share * effect, 0.003)},
            "nps": {"effect": figure(effect * 20, 4), "loss": figure(-share * effect * 20, 0.1)},
        },
        "priority": {
            "value": round(90 * share / 0.12 * -effect / 2.2, 1),
            "reach": round(share / 0.12, 3),
            "impact": round(-effect / 2.2, 3),
            "trend": round(min(2.0, ratio), 3),
            "severity": 0.8 + 0.1 * (i % 5),
        }
        if kind == "complaint"
        else None,
        "review_ids": [f"{code}-{k}" for k in range(min(n, 50))],
    }


def _alerts(rng, types):
    rows = []
    for k, state in enumerate(["growing", "opened", "easing", "closed"]):
        kind, start = types[3 * k % len(types)], date(2026, 2, 1)
        counts = [*rng.poisson(6, 50), *rng.poisson(6 + 7 * (4 - k), 10)]
        rows.append(
            {
                "id": f"a{k}f09c",
                "code": kind["code"],
                "title": kind["title"],
                "kind": "complaint",
                "owner": kind["owner"],
                "owner_title": kind["owner_title"],
                "segment": {"column": "channel", "value": "app"} if k == 1 else None,
                "state": state,
                "severity": 3 - min(k, 2),
                "since": "2026-03-23",
                "last": "2026-04-01",
                "observed": 40 - 3 * k,
                "expected": 12.4,
                "ratio": figure(3.2 - 0.4 * k, 0.8),
                "p": 0.0001,
                "q": 0.0042,
                "history": [
                    {
                        "start": str(start + timedelta(days=d)),
                        "observed": int(n),
                        "expected": 6.1 + d % 7 / 5,
                        "high": 12.0,
                    }
                    for d, n in enumerate(counts)
                ],
                "evidence": [f"{kind['code']}-{i}" for i in range(40 - 3 * k)],
                "n_evidence": 120,
                "quotes": kind["quotes"][:2],
                "escalation": [
                    {"after_hours": 0, "to": "Начальник смены", "by": "чат"},
                    {"after_hours": 24, "to": "Директор по логистике", "by": "почта"},
                ],
                "command": "reviewmine insights scored.csv -o out --where channel=app",
            }
        )
    return {"period": "day", "from": "2024-05-01", "to": "2026-04-30", "n_tested": 405, "fdr": 0.05, "alerts": rows}


def _scores_row(name, n, level):
    spread = 1 / np.sqrt(n)
    return {
        "name": name,
        "n": n,
        "nps": figure(100 * (level - 0.5), 100 * spread, 1)
        | {"promoters": int(n * 0.4), "passives": int(n * 0.3), "detractors": n - int(n * 0.4) - int(n * 0.3), "n": n},
        "csat": figure(level, spread) | {"n": n},
        "complaints": figure(1 - level, spread) | {"n": n},
        "mean_rating": figure(1 + 4 * level, 2 * spread, 2) | {"n": n},
        "small": n < 50,
    }


def _scores(rng):
    rows = {
        "channel": ["app", "site", "email", "callcenter", "прочие"],
        "product": ["Чайник", "Фен", "Утюг"],
        "owner": list(OWNERS.values()),
        "month": MONTHS,
    }
    by = {
        column: [_scores_row(name, int(rng.integers(20, 4000)), float(rng.uniform(0.4, 0.7))) for name in names]
        for column, names in rows.items()
    }
    return {
        "scale": {"low": 0, "high": 10, "kind": "0-10", "top": 8},
        "overall": _scores_row("всего", 25000, 0.62),
        "by": by,
    }


def _traffic(rng):
    criteria = [
        {
            "code": "complaints_share",
            "title": "Доля жалоб",
            "unit": "percent",
            "green": 0.1,
            "yellow": 0.2,
            "better": "low",
        },
        {"code": "nps", "title": "NPS", "unit": "number", "green": 30, "yellow": 0, "better": "high"},
        {"code": "mean_rating", "title": "Оценка", "unit": "rating", "green": 4, "yellow": 3.5, "better": "high"},
    ]
    rows = []
    for i, (code, title) in enumerate(OWNERS.items()):
        cells = []
        for j, (criterion, value) in enumerate(
            zip(criteria, [rng.uniform(0.05, 0.3), rng.uniform(-20, 50), rng.uniform(3, 4.5)], strict=True)
        ):
            light = ["green", "yellow", "red", "none"][(i + j) % 4]
            spread = [0.02, 4, 0.1][j]
            cells.append(
                {"criterion": criterion["code"], **figure(float(value), spread), "light": light, "sure": i != 1}
            )
        rows.append({"process": code, "title": title, "n": 900 * (i + 1), "cells": cells})
    return {"criteria": criteria, "rows": rows}


def _journey(rng):
    stages = []
    for i, stage in enumerate(STAGES):
        level, hoped = 3.2 + float(rng.uniform(-1, 1)), 3.4
        empty = i == 0
        stages.append(
            {
                "stage": stage,
                "title": stage,
                "n": 0 if empty else 500 * i,
                "share": figure(0.02 * i, 0.004),
                "problems": figure(0.012 * i, 0.003),
                "sentiment": None if empty else figure(level - 3.4, 0.05),
                "satisfaction": None if empty else figure(level, 0.15, 2),
                "expectation": None if empty else figure(hoped, 0.02, 2),
                "gap": None if empty else figure(level - hoped, 0.16, 2),
                "loss": None if empty else figure(0.01 * i, 0.004),
                "moment_of_truth": i in (4, 7),
            }
        )
    return {"expectation": "reviews", "stages": stages, "unplaced": 340}


def _comparison(types):
    verdicts = ["more", "alike", "less"]
    rows = [
        {
            "code": kind["code"],
            "title": kind["title"],
            "a": figure(kind["share"], 0.004),
            "b": figure(kind["share"] * 0.8, 0.004),
            "difference": figure(kind["share"] * 0.2, 0.005),
            "p": 0.001 * i,
            "q": 0.002 * i,
            "verdict": verdicts[i % 3],
        }
        for i, kind in enumerate(types)
    ]
    return {"column": "channel", "a": {"value": "app", "n": 12000}, "b": {"value": "site", "n": 9000}, "types": rows}


def full_insights(n_types=135, n_quotes=6, seed=13):
    """Return the insights of a company as large as the one the project is made for."""
    rng = np.random.default_rng(seed)
    types = [_type(rng, i, n_types, n_quotes) for i in range(n_types)]
    owners = [
        {
            "owner": code,
            "title": title,
            "n": 5000 - 600 * i,
            "auto": 3000,
            "suggest": 1500 - 500 * (i % 3),
            "human": 500,
        }
        for i, (code, title) in enumerate(OWNERS.items())
    ]
    return {
        "title": "Отзывы за два года",
        "taxonomy": {"name": "marketplace-ru", "version": "1.2.0", "n_types": n_types},
        "n_reviews": 25000,
        "n_labelled": 400,
        "n_dated": 24980,
        "mean_rating": 3.41,
        "months": MONTHS,
        "totals": [int(x) for x in rng.poisson(1040, 24)],
        "kinds": [{"name": "complaint", "n": 15500}],
        "types": types,
        "owners": owners,
        "queue": {"auto": 15000, "suggest": 7000, "human": 2600},
        "scores": _scores(rng),
        "traffic": _traffic(rng),
        "journey": _journey(rng),
        "alerts": _alerts(rng, types),
        "emerging": [
            {
                "id": f"new-{k}",
                "title": f"{word} и постамат",
                "words": ["постамат", "код", "не открывается", word.lower()],
                "n": 40 - 9 * k,
                "share": 0.02,
                "since": "2026-04-02",
                "verdict": ["new", "growing", "new"][k],
                "owner": "",
                "review_ids": [f"e{k}-{i}" for i in range(12)],
                "quotes": _quotes(rng, f"e{k}", 2),
            }
            for k, word in enumerate(["Ячейка", "Пароль", "Экран"])
        ],
        "comparison": _comparison(types[:40]),
        "made": {
            "command": "reviewmine insights scored.csv -o insights --plan plan.yaml",
            "reviewmine": "0.1.0",
            "python": "3.11.9",
            "bundle_sha256": "ab" * 32,
            "scored_sha256": "cd" * 32,
            "sources": [{"name": "отзывы-2025.csv", "sha256": "ef" * 32, "rows": 25000}],
            "taxonomy": "marketplace-ru 1.2.0",
        },
        "profile": {
            "rows": {"read": 25100, "kept": 25000, "rejected": 100},
            "dates": {"n": 24980, "first": "2024-05-01", "last": "2026-04-30"},
            "ratings": {"n": 24000, "mean": 3.41},
            "copies": {"extra_share": 0.013},
            "masks": {"share": 0.021},
            "words": {"median": 18},
        },
    }
