"""A widget in a real browser: Chromium, headless, by its DevTools protocol; the page's model speaks to Python's widget."""

import base64
import json
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from reviewmine.labels.widget import STATIC

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<style>%(css)s</style><style>:root { color-scheme: light dark } body { margin: 8px }</style></head><body><main></main>
<script type="module">
const url = URL.createObjectURL(new Blob([%(script)s], { type: "text/javascript" }));
const { default: widget } = await import(url);
const state = %(state)s, heard = {};
window.sent = [];
window.receive = (view) => { state.view = view; (heard["change:view"] ?? []).forEach((act) => act()); };
const model = {
  get: (name) => state[name], set: (name, value) => { state[name] = value; }, save_changes: () => {},
  on: (name, act) => { (heard[name] ??= []).push(act); }, off: () => {}, send: (content) => window.sent.push(content),
};
widget.render({ model, el: document.querySelector("main") });
document.querySelector(".rm-label").focus();
window.ready = true;
</script></body></html>"""
KEYS = {"Enter": ("Enter", "\r"), "/": ("Slash", "/")}


def _inside_script(text):
    """Return JSON that may stand in a script element."""
    return json.dumps(text, ensure_ascii=False).replace("<", "\\u003c")


class Page:
    """A page that shows one widget; what it sends goes to Python's widget and the answer back at once."""

    def __init__(self, socket, widget):
        self._socket, self._widget, self._last = socket, widget, 0

    def _ask(self, method, **params):
        self._last += 1
        self._socket.send(json.dumps({"id": self._last, "method": method, "params": params}))
        while (answer := json.loads(self._socket.recv())).get("id") != self._last:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    def run(self, script):
        """Return the value of an expression."""
        found = self._ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def wait_for(self, script):
        """Wait until an expression is true."""
        for _ in range(200):
            if self.run(script):
                return
            time.sleep(0.05)
        raise AssertionError(f"never true: {script}")

    def press(self, key, code=None, letter=None):
        """Press a key; ``letter`` is what it is on another layout. What was sent is answered."""
        where, text = KEYS.get(key, (code or (f"Digit{key}" if key.isdigit() else f"Key{key.upper()}"), letter or key))
        name = "Enter" if key == "Enter" else text
        for kind in ("keyDown", "keyUp"):
            self._ask(
                "Input.dispatchKeyEvent",
                type=kind,
                key=name,
                code=where,
                **({"text": text} if kind == "keyDown" else {}),
            )
        for content in self.run("window.sent.splice(0)"):
            self._widget._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})
            self.run(f"window.receive({_inside_script(self._widget.view)})")

    def type(self, text):
        """Type into what has the focus."""
        self._ask("Input.insertText", text=text)

    def text(self):
        """Return what a person reads."""
        return self.run("document.body.innerText")

    def chips(self):
        """Return what stands on each type: key, title, code, sign."""
        return self.run(
            "[...document.querySelectorAll('.rm-chip')].map((chip) => [...chip.children].map((one) => one.textContent).join(' ').trim())"
        )

    def picture(self, path, width, dark):
        """Write a picture of the page and return its path."""
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=760, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])
        path.write_bytes(base64.b64decode(self._ask("Page.captureScreenshot", format="png")["data"]))
        return path


@contextmanager
def open_page(widget, folder: Path):
    """Show a widget in Chromium; the browser ends with the block."""
    import urllib.request

    from websocket import create_connection

    script, css = ((STATIC / name).read_text(encoding="utf-8") for name in ("label.js", "label.css"))
    state = {name: getattr(widget, name) for name in ("types", "view", "language")}
    parts = {"css": css, "script": _inside_script(script), "state": _inside_script(state)}
    (folder / "page.html").write_text(PAGE % parts, encoding="utf-8")
    profile = folder / "profile"
    arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    arguments += ["--remote-debugging-port=0", "--remote-allow-origins=*", f"--user-data-dir={profile}"]
    browser = subprocess.Popen([CHROMIUM, *arguments, (folder / "page.html").as_uri()], stderr=subprocess.DEVNULL)
    try:
        port = _port(profile / "DevToolsActivePort", browser)
        for _ in range(200):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=20) as answer:
                pages = [one for one in json.load(answer) if one["url"].endswith("page.html")]
            if pages:
                break
            time.sleep(0.05)
        socket = create_connection(pages[0]["webSocketDebuggerUrl"], timeout=60)
        try:
            page = Page(socket, widget)
            page.wait_for("window.ready === true")
            yield page
        finally:
            socket.close()
    finally:
        browser.terminate()
        browser.wait(timeout=30)


def _port(path: Path, browser) -> str:
    """Return the port that the browser chose."""
    for _ in range(1200):
        if path.exists() and path.read_text().strip():
            return path.read_text().split()[0]
        assert browser.poll() is None, "Chromium ended"
        time.sleep(0.05)
    raise AssertionError("Chromium did not start")
