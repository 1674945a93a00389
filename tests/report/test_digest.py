"""Each owner is told what is theirs, the worst first; nothing a customer wrote becomes markup, nor a code a path."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from reviewmine.errors import ReviewmineError
from reviewmine.report.digest import digests
from reviewmine.report.digest_files import file_name, to_html, to_markdown, write_digests

WEEKS = ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23", "2026-03-30", "2026-04-06", "2026-04-13", "2026-04-20"]
HOSTILE = "</bdi><script>alert(1)</script> |[клик](javascript:alert(2)) \\[x](http://зло.рф) **`_ @all\n# www.zlo.ru \u202eкот"


def a_quote(text="Привезли на неделю позже", **other):
    row = {"review_id": "r7", "date": "2026-04-21", "rating": 1.0, "before": "Ждал. ", "text": text, "after": " срока."}
    return row | other


def a_type(code, counts, owner="logistics", **other):
    row = {"code": code, "title": code.title(), "kind": "complaint", "owner": owner, "owner_title": "Логистика"}
    row |= {
        "n": sum(counts),
        "weekly": {"weeks": WEEKS, "counts": counts},
        "monthly": [0, sum(counts[:4]), sum(counts[4:])],
    }
    return row | {"priority": {"value": 10.0}, "quotes": [a_quote()]} | other


def an_alert(code, severity, owner="logistics", **other):
    row = {"id": f"a-{code}", "code": code, "title": code.title(), "owner": owner, "owner_title": "Логистика"}
    row |= {"state": "opened", "severity": severity, "since": "2026-04-18", "observed": 48, "expected": 20.5}
    row |= {
        "ratio": {"value": 2.34, "low": 1.7, "high": 3.1},
        "segment": None,
        "evidence": ["r1", "r2"],
        "n_evidence": 48,
    }
    plan = [
        {"after_hours": 4, "to": "Начальник смены", "by": "телефон"},
        {"after_hours": 24, "to": "Директор", "by": ""},
    ]
    return row | {"escalation": plan, "quotes": [a_quote("Курьер не приехал")]} | other


def insights(types, alerts=(), **other):
    data = {"n_reviews": 900, "months": ["2026-02", "2026-03", "2026-04"], "types": types}
    data |= {"weekly": {"weeks": WEEKS, "totals": [100] * 8}, "alerts": {"alerts": list(alerts)}, "owners": []}
    return data | other


LOSS = {"rating": {"loss": {"value": 0.12, "low": 0.05, "high": 0.2}}}
STEADY = a_type("dear", [9] * 8, priority={"value": 90.0}, impact=LOSS)
GROWING = a_type("late", [3, 3, 3, 3, 9, 9, 9, 12])
NEW = a_type("lost", [0, 0, 0, 0, 0, 2, 2, 3])
SURGE = a_type("rude", [5] * 7 + [20], priority={"value": 50.0})


def test_first_come_alerts_by_severity_then_what_moves_then_what_weighs():
    alerts = [an_alert("dear", 1), an_alert("rude", 2), an_alert("torn", 3, state="closed"), an_alert("wet", 2)]
    got = digests(insights([STEADY, GROWING, NEW, SURGE, a_type("torn", [4] * 8), a_type("wet", [4] * 8)], alerts))
    digest = got["logistics"]
    assert [line.title for line in digest.first] == ["Rude", "Wet", "Dear", "Late", "Lost"]
    assert [line.title for line in digest.alerts] == ["Rude", "Wet", "Dear"]
    assert [line.title for line in digest.new] == ["Lost"]
    assert {line.title for line in digest.growing} == {"Late", "Rude"}
    assert digest.lead[0] == "Открытых тревог: 3. Новых жалоб: 1. Растущих жалоб: 2."
    assert digest.period == "неделя 20.04.2026 — 26.04.2026"


def test_reasons_are_in_plain_words_with_their_figures():
    digest = digests(
        insights([STEADY, GROWING, NEW], [an_alert("wet", 3, segment={"column": "channel", "value": "app"})])
    )["logistics"]
    said = {line.title: line.text for line in digest.first}
    assert said["Wet (только channel: app)"] == (
        "кризис, новая: с 18.04.2026 упоминаний 48, ожидалось 20,5, в 2,3 раза больше обычного (1,7–3,1)."
    )
    assert said["Late"].endswith("за четыре недели упоминаний 39, за четыре до них 12.")
    assert said["Lost"] == "впервые за всё время, за четыре недели упоминаний: 7."
    assert said["Dear"] == "приоритет 90 из 100; без этой жалобы средняя оценка была бы выше на 0,120 (0,050–0,200)."
    assert digest.alerts[0].more == (
        "Через 4 ч без решения — Начальник смены (телефон)",
        "Через 24 ч без решения — Директор",
        "отзывы: r1, r2 (2 из 48)",
    )


def test_without_a_priority_the_gravest_complaint_comes_first():
    rare = a_type("rude", [1] * 8, priority=None, severity=4)
    often = a_type("slow", [9] * 8, priority=None, severity=2)
    first = digests(insights([often, rare]))["logistics"].first
    assert [line.title for line in first] == ["Rude", "Slow"]
    assert first[0].text == "серьёзность 4 из 5, упоминаний всего: 8."


def test_counts_stand_against_last_week_and_last_month_and_nothing_is_left_out():
    types = [
        GROWING,
        *(a_type(f"small-{n:02}", [1] * 8) for n in range(30)),
        a_type("thanks", [50] * 8, kind="gratitude"),
    ]
    digest = digests(insights(types))["logistics"]
    assert digest.head == ("Тип", "Вид", "Неделя", "Прошлая неделя", "4 недели", "4 до них", "Всего")
    assert digest.counts[:2] == (
        ("Thanks", "благодарность", "50", "50", "200", "200", "400"),
        ("Late", "жалоба", "12", "9", "39", "12", "51"),
    )
    assert digest.counts[-2] == ("Ещё типов: 12", "", "12", "12", "48", "48", "96")
    assert digest.counts[-1] == ("Все жалобы вместе", "", "42", "39", "159", "132", "291")
    assert digest.lead[1] == (
        "Упоминаний жалоб за неделю: 42, неделей раньше: 39; за четыре недели: 159, за четыре до них: 132."
    )


def test_an_earlier_week_is_told_as_it_stood():
    weeks = {"weeks": ["2026-02-23", *WEEKS], "totals": [100] * 9}
    late = a_type(
        "late", [3, 3, 3, 3, 9, 9, 9, 12], weekly={"weeks": weeks["weeks"], "counts": [3, 3, 3, 3, 3, 9, 9, 9, 0]}
    )
    data = insights([late], [an_alert("late", 2)], weekly=weeks)
    earlier = digests(data, "2026-04-13")["logistics"]
    assert earlier.counts[0][2:6] == ("9", "9", "30", "12")
    assert earlier.alerts  # it began on the Saturday of that week
    assert not digests(data, "2026-03-30")["logistics"].alerts
    with pytest.raises(ReviewmineError, match=r"week '2026-04-14', expected one of 2026-02-23.* name the Monday"):
        digests(data, "2026-04-14")


def test_what_is_rare_or_was_there_before_is_not_new():
    rare = a_type("rare", [0, 0, 0, 0, 0, 1, 1, 0])
    known = a_type("known", [0, 0, 0, 0, 0, 2, 2, 3], monthly=[4, 0, 7])
    assert digests(insights([rare, known]))["logistics"].new == ()


def test_owners_with_nothing_say_so_and_what_nobody_owns_is_told():
    taxonomy = {"owners": {"logistics": "Логистика", "security": "Безопасность"}}
    topic = {"id": "e1", "title": "запах пластика", "words": ["запах", "пластик"], "n": 9, "since": "2026-04-20"}
    topic |= {"owner": "", "review_ids": ["r3"], "quotes": [a_quote("Пахнет пластиком")]}
    routed = [{"owner": "billing", "title": "Оплата", "n": 12, "auto": 4, "suggest": 5, "human": 3}]
    got = digests(insights([STEADY], taxonomy=taxonomy, emerging=[topic], owners=routed))
    assert {*got} == {"logistics", "security", "billing", ""}
    assert got["security"].lead == ("О вас в отзывах ничего нет.",)
    assert "О вас в отзывах ничего нет." in to_html(got["security"])
    assert got["logistics"].lead[0] == "Нового и растущего нет, открытых тревог нет."
    assert "Обращений к вам за всё время: 12; автоматически 4" in got["billing"].lead[1]
    assert got[""].title == "Без владельца"
    assert got[""].emerging[0].text == "отзывов: 9, с 20.04.2026; слова: запах, пластик."
    assert [title for title, _ in got[""].voices] == ["запах пластика"]


def test_the_words_of_customers_are_those_of_the_alert():
    digest = digests(insights([SURGE, STEADY], [an_alert("rude", 3)]))["logistics"]
    (first, quotes), (second, _) = digest.voices
    assert (first, quotes[0].text, quotes[0].about) == ("Rude", "Курьер не приехал", "отзыв r7 · 21.04.2026 · оценка 1")
    assert second == "Dear"


def test_english_has_every_word_and_no_russian_one():
    data = insights(
        [a_type("late", [3] * 4 + [9] * 4, owner_title="Logistics", quotes=[]), NEW | {"owner_title": "Logistics"}]
    )
    data["types"][1]["quotes"] = []
    data["alerts"]["alerts"] = [an_alert("late", 2, owner_title="Logistics", escalation=[], quotes=[])]
    digest = digests(data, language="en")["logistics"]
    for text in (to_html(digest), to_markdown(digest)):
        assert not re.search("[а-яё]", text, re.IGNORECASE)
        assert "48 mentions since 2026-04-18, 20.5 expected, 2.3 times the usual (1.7–3.1)" in text
    with pytest.raises(ReviewmineError, match="language 'de', expected ru or en"):
        digests(data, language="de")


TABLE = ("table", "thead", "tbody", "tr", "th", "td")


class Page(HTMLParser):
    """The tags and the visible text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in {"src", "href"}]

    def handle_data(self, data):
        self.text += data


def test_hostile_words_are_shown_as_they_are():
    hostile = a_type(
        HOSTILE, [2, 2, 2, 2, 9, 9, 9, 9], title=HOSTILE, owner_title=HOSTILE, quotes=[a_quote(HOSTILE * 999)]
    )
    alert = an_alert(
        HOSTILE, 3, title=HOSTILE, evidence=[HOSTILE], escalation=[{"after_hours": 1, "to": HOSTILE}], quotes=[]
    )
    digest = digests(insights([hostile], [alert]))["logistics"]
    html, text = to_html(digest), to_markdown(digest)
    page = Page(html)
    assert not page.tags & {"script", "img", "a", "link", "iframe"}
    assert "<script>alert(1)</script> |[клик](javascript:alert(2))" in page.text
    assert "\u202e" not in html + text
    assert len(html) < 50_000
    drawn = Page(MarkdownIt("commonmark").enable("table").render(text))
    assert drawn.tags <= {"h1", "h2", "h3", "p", "ol", "ul", "li", "em", "strong", "blockquote", *TABLE}
    assert (
        "<script>alert(1)</script> |[клик](javascript:alert(2)) \\[x](http://зло.рф) **`_ ＠all # www.zlo.ru"
        in drawn.text
    )
    assert not re.search(r"(?<!\\)://|www\.|@", text)  # what GitHub makes a link or a mention of by itself


def test_the_policy_of_the_page_allows_its_style_and_nothing_else():
    html = to_html(digests(insights([STEADY]))["logistics"])
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'" in html
    assert "prefers-color-scheme: dark" in style
    assert not re.search(r"https?://|url\(|@import", html)


NAMES = [
    "../../etc/passwd",
    "C:\\x",
    "con",
    "index",
    "README",
    "",
    "Склад",
    "склад",
    "a" * 300,
    "\ud800",
    ".",
    "a/b",
    "logistics",
]


def test_file_names_are_safe_and_differ():
    names = [file_name(owner) for owner in NAMES]
    assert all(re.fullmatch(r"[a-z0-9_-]{1,60}", name) for name in names)
    assert len({*names}) == len(NAMES)
    assert not {*names} & {"con", "index", "readme"}
    assert file_name("logistics") == "logistics"


def test_a_folder_of_insights_becomes_two_files_an_owner_and_two_lists(tmp_path):
    types = [STEADY, a_type("x", [1] * 8, owner="../зло", owner_title="<b>Зло"), a_type("y", [1] * 8, owner="")]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "insights.json").write_text(json.dumps(insights(types)), encoding="utf-8")
    written = write_digests(tmp_path / "in", tmp_path / "deep" / "out")
    assert {path.parent for path in written.values()} == {tmp_path / "deep" / "out"}
    files = {path.name for path in (tmp_path / "deep" / "out").iterdir()}
    assert files == {"index.html", "README.md"} | {
        f"{path.stem}{end}" for path in written.values() for end in (".md", ".html")
    }
    for listed in ("index.html", "README.md"):
        text = (tmp_path / "deep" / "out" / listed).read_text(encoding="utf-8")
        linked = re.findall(r'href="([^"]+)"|\]\(([^)]+)\)', text)
        assert {one or other for one, other in linked} <= files
        assert len(linked) == 3
        assert "<b>Зло" not in text
    with pytest.raises(ReviewmineError, match=r"no insights.json.*make it with `reviewmine insights`"):
        write_digests(tmp_path, tmp_path / "out")


@pytest.mark.parametrize("broken", [None, 7, "x", [], [None], {"a": []}, {"weeks": WEEKS[:2], "counts": ["x"]}])
def test_insights_of_strangers_do_not_break_a_digest(broken):
    names = ("weekly", "priority", "impact", "quotes", "change", "monthly", "severity", "title", "n")
    row = STEADY | dict.fromkeys(names, broken)
    alert = an_alert("dear", 2) | dict.fromkeys(
        ("ratio", "segment", "evidence", "escalation", "quotes", "severity"), broken
    )
    others = dict.fromkeys(("emerging", "owners", "taxonomy", "months"), broken)
    for digest in digests(insights([row], [alert], **others)).values():
        assert to_html(digest)
        assert to_markdown(digest)
    for weekly in (broken, {"weeks": [broken], "totals": [1]}, {"weeks": ["9999-12-31"], "totals": [float("inf")]}):
        assert to_html(digests(insights([row], weekly=weekly) | {"alerts": broken})["logistics"])
