// The face of a labelling session. Every word of a customer or a taxonomy is put in as text, never as markup.

const WORDS = {
  ru: {
    pros: "Достоинства", cons: "Недостатки", comment: "Комментарий", title: "Заголовок", text: "Текст",
    rating: "оценка", date: "дата", channel: "канал", product: "товар", group: "группа",
    save: "Сохранить", none: "Ни один", unsure: "Не уверен", skip: "Пропустить", undo: "Отменить",
    search: "Найти тип по названию или слову", of: "из", nothing: "Ничего не нашлось",
    finished: "Все отзывы этой очереди пройдены.", label: "Разметка отзывов", wait: "Сохраняю…",
    hint: "1–9 — отметить тип (ещё раз — «не уверен»), Enter — сохранить, / — поиск. Показанные и не отмеченные типы — «нет».",
  },
  en: {
    pros: "Pros", cons: "Cons", comment: "Comment", title: "Title", text: "Text",
    rating: "rating", date: "date", channel: "channel", product: "product", group: "group",
    save: "Save", none: "None of these", unsure: "Unsure", skip: "Skip", undo: "Undo",
    search: "Find a type by title or word", of: "of", nothing: "Nothing found",
    finished: "All reviews of this queue are done.", label: "Labelling of reviews", wait: "Saving…",
    hint: "1–9 marks a type (again: unsure), Enter saves, / searches. Types shown and not marked are a “no”.",
  },
};
const KEYS = { KeyU: "u", KeyS: "s", KeyZ: "z", Slash: "/" };
const MOST_FOUND = 8;
const NEXT = { "": "yes", yes: "unsure", unsure: "" };
const SIGN = { "": "", yes: "✓", unsure: "?" };

/** Return the key as a Latin keyboard has it: on a Russian layout "u" arrives as «г». */
function latin(event) {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  if (digit) return digit[1];
  const key = event.key.toLowerCase();
  return /^[\x21-\x7e]$/.test(key) && !(key === "." && event.code === "Slash") ? key : KEYS[event.code] ?? event.key;
}

/** Return a text in which case and ё make no difference. */
const fold = (text) => text.toLowerCase().replaceAll("ё", "е");

/** Return an element with a class, a text and children. */
function make(tag, name = "", text = "", children = []) {
  const made = document.createElement(tag);
  if (name) made.className = `rm-${name}`;
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

/** Return a button; `key` is shown as the key that does the same. */
function button(name, text, key, act) {
  const made = make("button", name, "", [...(key ? [make("kbd", "", key)] : []), make("span", "", text)]);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function render({ model, el }) {
  const words = Object.hasOwn(WORDS, model.get("language")) ? WORDS[model.get("language")] : WORDS.en;
  const types = model.get("types").map((type) => ({
    ...type, folded: fold(`${type.title} ${type.code} ${type.group} ${type.definition}`),
  }));
  const byId = new Map(types.map((type) => [type.id, type]));
  const root = make("section", "label");
  root.tabIndex = 0;
  root.lang = model.get("language");
  root.setAttribute("aria-label", words.label);
  root.setAttribute("data-lm-suppress-shortcuts", "true"); // else JupyterLab takes "z" for its own

  const bar = make("progress");
  const count = make("span", "count");
  const review = make("div", "review");
  const chips = make("div", "chips");
  const search = make("input", "search");
  search.type = "search";
  search.placeholder = words.search;
  search.setAttribute("aria-label", words.search);
  const found = make("div", "found");
  const save = button("save", words.save, "Enter", () => answer());
  const unsure = button("unsure", words.unsure, "u", () => beUnsure());
  const skip = button("skip", words.skip, "s", () => send({ do: "skip" }));
  const undo = button("undo", words.undo, "z", () => send({ do: "undo" }));
  const status = make("p", "status");
  status.setAttribute("role", "status");
  root.append(
    make("div", "head", "", [bar, count, undo]),
    review, chips, search, found, make("div", "acts", "", [save, unsure, skip]), status, make("p", "hint", words.hint),
  );
  el.append(root);

  let marks = new Map(); // type to "yes" or "unsure"
  let listed = []; // types with a chip: the suggested ones, then those found by search
  let busy = false;

  function send(message) {
    if (busy) return;
    busy = true; // until Python has answered: a key pressed meanwhile was meant for a review not seen yet
    root.classList.add("rm-busy");
    status.textContent = words.wait;
    model.send({ ...message, review: model.get("view").review });
  }

  const marked = (mark) => listed.filter((id) => marks.get(id) === mark);

  function answer() {
    if (model.get("view").review) send({ do: "answer", yes: marked("yes"), unsure: marked("unsure") });
  }

  function beUnsure() {
    if (!model.get("view").review) return;
    const named = listed.filter((id) => marks.get(id));
    send({ do: "answer", yes: [], unsure: named.length ? named : listed });
  }

  function mark(id) {
    if (busy || !id) return;
    if (!listed.includes(id)) listed.push(id);
    const next = NEXT[marks.get(id) ?? ""];
    next ? marks.set(id, next) : marks.delete(id);
    drawChips();
    root.focus({ preventScroll: true }); // so that Enter saves and does not press the chip again
  }

  function drawChips() {
    chips.replaceChildren(...listed.map((id, place) => {
      const type = byId.get(id);
      const state = marks.get(id) ?? "";
      const chip = button(`chip${state ? ` rm-${state}` : ""}`, type.title, place < 9 ? String(place + 1) : "", () => mark(id));
      chip.append(make("small", "", type.code), make("b", "sign", SIGN[state]));
      chip.title = type.definition;
      chip.setAttribute("aria-pressed", state === "yes" ? "true" : state ? "mixed" : "false");
      return chip;
    }));
    save.querySelector("span").textContent = marks.size ? words.save : words.none;
    save.disabled = !listed.length;
    unsure.disabled = !listed.length;
  }

  function matches() {
    const asked = fold(search.value).split(/\s+/).filter(Boolean);
    return asked.length ? types.filter((type) => asked.every((word) => type.folded.includes(word))).slice(0, MOST_FOUND) : [];
  }

  function drawFound() {
    const hits = matches();
    found.replaceChildren(...hits.map((type) => {
      const hit = button("hit", type.title, "", () => take(type.id));
      hit.append(make("small", "", type.definition || type.code));
      return hit;
    }));
    if (search.value.trim() && !hits.length) found.append(make("p", "hint", words.nothing));
  }

  function take(id) {
    search.value = "";
    drawFound();
    if (marks.get(id) !== "yes") { marks.delete(id); mark(id); } else root.focus({ preventScroll: true });
  }

  function draw() {
    const view = model.get("view");
    const inside = root.contains(root.getRootNode().activeElement);
    busy = false;
    root.classList.remove("rm-busy");
    bar.max = Math.max(view.n, 1);
    bar.value = view.done;
    count.textContent = `${view.done} ${words.of} ${view.n}`;
    undo.disabled = !view.undo;
    status.textContent = view.error ?? "";
    if (view.error && view.review === root.dataset.review) return; // what was marked stays for another try
    root.dataset.review = view.review;
    marks = new Map();
    listed = [...view.shown];
    search.value = "";
    const fields = view.fields.map(([name, text]) => {
      const said = make("p", "said", text);
      said.dir = "auto";
      return make("div", `field rm-${name}`, "", [make("h4", "", words[name] ?? name), said]);
    });
    const beside = view.beside.map(([name, value]) => make("span", "", `${words[name] ?? name}: ${value}`));
    review.replaceChildren(...fields, make("p", "beside", "", beside));
    if (!view.review) review.replaceChildren(make("p", "finished", words.finished));
    for (const part of [search, skip]) part.disabled = !view.review;
    drawChips();
    drawFound();
    if (inside) root.focus({ preventScroll: true });
  }

  function press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target === search) {
      if (event.key === "Escape") { search.value = ""; drawFound(); root.focus({ preventScroll: true }); }
      else if (event.key === "Enter") { const first = matches()[0]; if (first) take(first.id); }
      else return;
      event.preventDefault();
      return;
    }
    const key = latin(event);
    if (key === "Enter" && event.target.closest("button")) return; // a button chosen by Tab presses itself
    if (/^[1-9]$/.test(key)) mark(listed[key - 1]);
    else if (key === "Enter") { if (!save.disabled && !event.repeat) answer(); }
    else if (key === "u") { if (!unsure.disabled && !event.repeat) beUnsure(); }
    else if (key === "s") { if (!skip.disabled && !event.repeat) send({ do: "skip" }); }
    else if (key === "z") { if (!undo.disabled && !event.repeat) send({ do: "undo" }); }
    else if (key === "/") search.focus();
    else return;
    event.preventDefault();
  }

  root.addEventListener("keydown", press);
  search.addEventListener("input", drawFound);
  model.on("change:view", draw);
  draw();
  return () => model.off("change:view", draw);
}

export default { render };
