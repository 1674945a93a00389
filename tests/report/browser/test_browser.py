"""The page in a real Chromium: no complaint, no request, every switch by mouse and by keyboard, on a phone and on paper."""

import json
import re

import pytest

from report.browser.chromium import CHROMIUM, chromium
from report.given import full_insights
from report.test_page import CARD, DRAFT
from report.test_sections import in_greek, render

pytest.importorskip("websocket", reason="the client of a websocket that Jupyter brings is missing")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

SHOWN = "[...document.querySelectorAll('#pain-map tbody tr')].filter((row) => !row.hidden)"
COLUMN = f"{SHOWN}.map((row) => row.cells[%d].dataset.v).map(Number)"
FOCUS = "(() => { const one = document.activeElement; return [one.tagName, one.textContent.trim().slice(0, 40)]; })()"


RUSSIAN = """[document.title, ...[...document.querySelectorAll("body *")]
  .filter((one) => !one.closest("script, [lang=ru]"))
  .flatMap((one) => [...[...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data),
    one.getAttribute("aria-label"), one.getAttribute("placeholder")])].filter((text) => /[а-яё]/i.test(text))"""
WIDE = """[...document.querySelectorAll("body *")]
  .filter((one) => !one.closest(".scroll, svg") && one.getBoundingClientRect().right > 391)
  .map((one) => one.outerHTML.slice(0, 80))"""
CONTRAST = """(() => {
  const parts = (text) => {
    const found = text.match(/[\\d.]+/g).map(Number);
    return { rgb: found.slice(0, 3), alpha: found[3] ?? 1 };
  };
  const light = (rgb) => rgb.map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (one) => { for (; one; one = one.parentElement) { const found = parts(getComputedStyle(one).backgroundColor);
    if (found.alpha === 1) return found.rgb; } return [255, 255, 255]; };
  const weak = new Set();
  for (const one of document.querySelectorAll("main *, header *")) {
    const said = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!said || one.closest("svg") || !one.checkVisibility()) continue;
    const [a, b] = [light(parts(getComputedStyle(one).color).rgb), light(ground(one))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) weak.add(`${one.tagName}.${one.className} in ${one.parentElement.className}`);
  }
  return [...weak];
})()"""


def change(selector, name, value, event="input"):
    """Return a script that sets what a reader would have set."""
    return (
        f"(() => {{ const one = document.querySelector({json.dumps(selector)}); one.{name} = {json.dumps(value)};"
        f" one.dispatchEvent(new Event('{event}')); }})()"
    )


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("chromium")) as found:
        yield found


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A page with every section, its data in Greek letters: what is Russian on it is its own."""
    folder = tmp_path_factory.mktemp("page")
    text = render(folder, in_greek(full_insights(24, 2)), in_greek(CARD), in_greek(DRAFT))
    (folder / "report.html").write_text(text, encoding="utf-8")
    return folder / "report.html"


def test_страница_135_типов_открывается_без_жалоб_и_обращений(browser, whole, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(whole, encoding="utf-8")
    for ending in ("", "?language=en&theme=dark"):
        browser.open(path, ending)
        assert browser.complaints == []
        assert browser.requests == [path.as_uri() + ending]
        assert browser.run("document.querySelectorAll('details.type').length") == 135


def test_чужой_скрипт_стиль_и_картинка_не_пройдут(browser, page, tmp_path):
    path = tmp_path / "attacked.html"
    evil = (
        "<script>window.hacked = 1</script><style>h1 { color: red }</style>"
        '<img src="data:image/png;base64,AA" onerror="window.hacked = 2">'
        '<a id="evil" href="javascript:window.hacked = 3">x</a>'
    )
    path.write_text(page.read_text(encoding="utf-8").replace("<h1>", f"{evil}<h1>"), encoding="utf-8")
    browser.open(path)
    browser.click("#evil")
    assert browser.run("[window.hacked ?? null, getComputedStyle(document.querySelector('h1')).color]") == [
        None,
        "rgb(29, 33, 37)",
    ]
    assert len([one for one in browser.complaints if "Content Security Policy" in json.dumps(one)]) >= 4


def test_таблица_упорядочена_мышью_и_клавишей(browser, page):
    browser.open(page)
    heading = "#pain-map thead th:nth-child(3)"
    by_priority = browser.run(COLUMN % 1)
    assert by_priority == sorted(by_priority, reverse=True)
    browser.click(f"{heading} button")
    down = browser.run(COLUMN % 2)
    assert down == sorted(down, reverse=True)
    assert browser.run(f"document.querySelector('{heading}').getAttribute('aria-sort')") == "descending"
    browser.press("Enter")  # the heading has the focus
    assert browser.run(COLUMN % 2) == down[::-1]
    assert browser.run(f"document.querySelector('{heading}').getAttribute('aria-sort')") == "ascending"
    browser.click("#pain-map thead th:first-child button")
    names = browser.run(f"{SHOWN}.map((row) => row.cells[0].textContent.trim())")
    assert len(set(names)) == len(names) == len(down)
    assert browser.run("document.querySelectorAll('#pain-map [aria-sort]').length") == 1


def test_неизвестное_при_любом_порядке_внизу(browser, tmp_path):
    data = full_insights(9, 1)
    data["types"][0]["reach"]["products"] = None
    data["types"][0]["priority"] = None
    path = tmp_path / "report.html"
    path.write_text(render(tmp_path, data), encoding="utf-8")
    browser.open(path)
    for _ in "up", "down":
        browser.click("#pain-map thead th:nth-child(5) button")
        assert browser.run(f"{SHOWN}.at(-1).cells[4].dataset.v") == ""


def test_поиск_и_выбор_прячут_прочие_строки(browser, page):
    browser.open(page)
    n = browser.run(f"{SHOWN}.length")
    word = browser.run(f"{SHOWN}[0].cells[0].querySelector('a').textContent.split(' ')[0]")
    browser.click("input[type=search]")
    browser.type(word.upper())
    found = browser.run(f"{SHOWN}.map((row) => row.cells[0].textContent.toLowerCase())")
    assert 0 < len(found) < n
    assert all(word.lower() in text for text in found)
    assert browser.run("document.querySelector('[data-found]').textContent") == str(len(found))
    browser.run(change("input[type=search]", "value", ""))
    assert browser.run(f"{SHOWN}.length") == n
    browser.run(change("select[data-by=owner]", "selectedIndex", 2))
    assert browser.run(f"new Set({SHOWN}.map((row) => row.dataset.owner)).size") == 1
    assert 0 < browser.run(f"{SHOWN}.length") < n


def test_язык_меняется_весь_помнится_и_возвращается(browser, page):
    browser.open(page)
    browser.run("localStorage.clear()")
    browser.open(page)
    russian = browser.run("document.body.textContent")
    browser.click("[data-language=en]")
    assert browser.run(RUSSIAN) == []
    assert browser.run("[document.documentElement.lang, document.querySelector('#map h2').textContent]") == [
        "en",
        "Pain map",
    ]
    assert browser.run("[...document.querySelectorAll('[data-language]')].map((one) => one.ariaPressed)") == [
        "false",
        "true",
    ]
    browser.open(page)
    assert browser.run("document.documentElement.lang") == "en"
    browser.click("[data-language=ru]")
    assert browser.run("document.body.textContent") == russian
    assert browser.complaints == []


def test_тема_меняется_и_помнится(browser, page):
    ground = "getComputedStyle(document.body).backgroundColor"
    browser.open(page)
    browser.run("localStorage.clear()")
    browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    browser.open(page)
    assert browser.run(ground) == "rgb(21, 24, 27)"  # as the system has it
    browser.run(change("#theme", "value", "light", "change"))
    assert browser.run(ground) == "rgb(246, 246, 243)"
    browser.open(page)
    assert browser.run(f"[{ground}, document.querySelector('#theme').value]") == ["rgb(246, 246, 243)", "light"]
    browser.run(change("#theme", "value", "", "change"))
    assert browser.run(ground) == "rgb(21, 24, 27)"
    browser.ask("Emulation.setEmulatedMedia", features=[])
    browser.run("localStorage.clear()")


def test_до_всего_можно_дойти_клавишей_табуляции(browser, page):
    browser.open(page)
    browser.run(
        "window.reached = new Set(); addEventListener('focusin', (event) => reached.add(event.target), true); document.body.focus()"
    )
    asked = (
        "[...document.querySelectorAll('a[href], button, input, select, summary, [tabindex=\"0\"]')]"
        ".filter((one) => one.checkVisibility() && one.tabIndex >= 0 && !(one.type === 'radio' && !one.checked))"
    )
    n = browser.run(f"{asked}.length")
    assert n > 150
    browser.press("Tab")
    assert browser.run(FOCUS) == ["A", "К содержанию"]
    for _ in range(n + 30):
        browser.press("Tab")
    assert browser.run(f"{asked}.filter((one) => !reached.has(one)).map((one) => one.outerHTML.slice(0, 80))") == []


def test_заголовок_типа_открывается_клавишей(browser, page):
    browser.open(page)
    browser.run("document.querySelector('.type summary').focus()")
    browser.press("Enter")
    assert browser.run("document.querySelector('.type').open")
    browser.press(" ")
    assert not browser.run("document.querySelector('.type').open")


def test_ссылка_ведёт_к_открытой_странице_типа(browser, page):
    browser.open(page, "#type-20")
    assert browser.run("document.querySelector('#type-20').open")
    place = "document.querySelector('#type-%d').getBoundingClientRect().top"
    assert -5 <= browser.run(place % 20) < 800
    browser.click('#pain-map a[href="#type-4"]')
    browser.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert browser.run("document.querySelector('#type-4').open")
    assert -5 <= browser.run(place % 4) < 800
    dots = browser.run("[...document.querySelectorAll('.scatter a')].map((one) => one.getAttribute('href').slice(1))")
    assert len(dots) > 10
    assert browser.run(f"{json.dumps(dots)}.every((id) => document.getElementById(id).matches('details.type'))")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_на_телефоне_страница_не_шире_экрана(browser, page, language):
    browser.open(page, f"?language={language}", width=390)
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert browser.run(WIDE) == []
    assert browser.run("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert browser.run("parseFloat(getComputedStyle(document.querySelector('.inside p')).fontSize) >= 12")


def test_печатается_без_кнопок_на_белом(browser, page):
    browser.open(page, "?theme=dark")
    pdf = browser.pdf()
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 5
    browser.ask("Emulation.setEmulatedMedia", media="print")
    assert browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not browser.run("document.querySelector('.switches').checkVisibility()")
    assert browser.run("document.querySelector('#pain-map tbody tr:last-child').checkVisibility()")
    browser.ask("Emulation.setEmulatedMedia", media="")


def test_без_скрипта_всё_читается(browser, page):
    browser.script(on=False)
    try:
        browser.open(page)
        tags = browser.ask("DOM.getDocument", depth=-1)
        html = browser.ask("DOM.getOuterHTML", nodeId=tags["root"]["nodeId"])["outerHTML"]
        assert 'class="switches" hidden' in html
        assert 'class="filters" hidden' in html
        assert '<th scope="col"><span data-en="Type">Тип</span></th>' in html  # a heading, no button that does nothing
    finally:
        browser.script(on=True)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_слова_видны_на_своём_фоне(browser, page, theme):
    browser.open(page, f"?theme={theme}")
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert browser.run(CONTRAST) == []
