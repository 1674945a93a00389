// Order of rows, search, language and colours. The page reads as well without: nothing is fetched, nothing is made of texts.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const asked = new URLSearchParams(location.search);

  // What the reader chose is kept where the browser allows it.
  const recall = (name) => {
    try { return asked.get(name) ?? localStorage.getItem(`reviewmine.${name}`); } catch { return asked.get(name); }
  };
  const keep = (name, value) => {
    try { localStorage.setItem(`reviewmine.${name}`, value); } catch { /* a file in a sandbox keeps nothing */ }
  };

  // Every phrase stands in Russian with its English beside it.
  const russian = new Map();
  const swap = (node, name, english, language) => {
    const kept = russian.get(node) ?? {};
    kept[name] ??= name === "text" ? node.textContent : node.getAttribute(name);
    russian.set(node, kept);
    const said = language === "en" ? english : kept[name];
    if (name === "text") node.textContent = said; else node.setAttribute(name, said);
  };
  const speak = (language) => {
    all("[data-en]").forEach((node) => swap(node, "text", node.dataset.en, language));
    all("[data-en-label]").forEach((node) => swap(node, "aria-label", node.dataset.enLabel, language));
    all("[data-en-placeholder]").forEach((node) => swap(node, "placeholder", node.dataset.enPlaceholder, language));
    root.lang = language;
    all("[data-language]").forEach((button) => button.setAttribute("aria-pressed", button.dataset.language === language));
  };
  all("[data-language]").forEach((button) => button.addEventListener("click", () => {
    speak(button.dataset.language);
    keep("language", button.dataset.language);
  }));
  if (recall("language") === "en") speak("en");

  const theme = document.getElementById("theme");
  const colour = (name) => {
    if (name) root.dataset.theme = name; else delete root.dataset.theme;
    theme.value = name;
  };
  theme.addEventListener("change", () => { colour(theme.value); keep("theme", theme.value); });
  if (["light", "dark"].includes(recall("theme"))) colour(recall("theme"));

  // A heading of a table becomes a button; unknown figures stay at the end.
  const value = (row, column) => {
    const cell = row.cells[column];
    if (cell.dataset.v === undefined) return cell.textContent.trim();
    return cell.dataset.v === "" ? null : Number(cell.dataset.v);
  };
  const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, "ru"));
  const sort = (table, column, up) => {
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row, place) => ({ row, place, value: value(row, column) }));
    rows.sort((a, b) => {
      if (a.value === null || b.value === null) return (a.value === null) - (b.value === null) || a.place - b.place;
      return (up ? 1 : -1) * compare(a.value, b.value) || a.place - b.place;
    });
    body.append(...rows.map((one) => one.row));
    all("thead th", table).forEach((head, i) => {
      if (i === column) head.setAttribute("aria-sort", up ? "ascending" : "descending"); else head.removeAttribute("aria-sort");
    });
  };
  all("table.sorted").forEach((table) => all("thead th", table).forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const numeric = all("tbody tr", table).some((row) => row.cells[column]?.dataset.v !== undefined);
      const now = head.getAttribute("aria-sort");
      sort(table, column, now ? now === "descending" : !numeric);
    });
  }));

  // Rows that hold every word that is sought and have the owner and the group that are chosen.
  const filters = all("[data-filter]");
  const filter = (id) => {
    const own = filters.filter((one) => one.dataset.filter === id);
    let found = 0;
    for (const row of document.getElementById(id).tBodies[0].rows) {
      const text = row.cells[0].textContent.toLowerCase();
      row.hidden = !own.every((one) => one.dataset.by
        ? !one.value || row.dataset[one.dataset.by] === one.value
        : one.value.toLowerCase().split(/\s+/).every((word) => text.includes(word)));
      found += !row.hidden;
    }
    all("[data-found]").filter((one) => one.dataset.found === id).forEach((one) => { one.textContent = found; });
  };
  filters.forEach((one) => one.addEventListener("input", () => filter(one.dataset.filter)));

  // A link to a type opens it.
  const open = () => {
    let name = "";
    try { name = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const target = name && document.getElementById(name);
    if (!target) return;
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  all("[hidden].switches, [hidden].filters").forEach((one) => { one.hidden = false; });
  open();
})();
