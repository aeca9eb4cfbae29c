// Words and elements. Text goes into the page as text nodes only; nothing from the data is ever parsed as HTML.

const data = JSON.parse(document.getElementById("data").textContent);
// Values by what somebody called them: "constructor" and "__proto__" are names like any other.
const byAnyName = (found) => Object.assign(Object.create(null), found);
data.findings = byAnyName(data.findings);
const { about } = data;
const $ = (id) => document.getElementById(id);

function t(key, values = {}) {
  const filled = { "{{": "{", "}}": "}" };
  return data.words[key].replace(/\{\{|\}\}|\{(\w+)\}/g, (whole, name) => filled[whole] || (name in values ? String(values[name]) : whole));
}

function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const fill = (element, ...children) => element.replaceChildren(...children.flat(Infinity).filter(Boolean));

// What stands behind a summary is worked out when it is first opened.
function folded(attributes, summary, content) {
  const place = h("div", {});
  const show = () => place.hasChildNodes() || fill(place, content());
  if (attributes.open) show();
  return h("details", { ...attributes, ontoggle: ({ target }) => target.open && show() }, h("summary", {}, summary), place);
}

function unfold(details, open) {
  if (details.open === open) return;
  details.open = open;
  details.dispatchEvent(new Event("toggle")); // the browser's own comes later, when the page has been seen without
}

function say(sentence) {
  $("live").textContent = "";
  setTimeout(() => ($("live").textContent = sentence), 30);
}

const sum = (values) => values.reduce((a, b) => a + b, 0);
const put = (lists, key, value) => (lists.has(key) ? lists.get(key).push(value) : lists.set(key, [value])); // a list a key

const cut = (words, most) => (words.length > most ? `${words.slice(0, most - 1)}…` : words);
// Width and case do not matter, nor whether kana are hiragana or katakana.
const fold = (words) => words.normalize("NFKC").toLowerCase().replace(/[\u3041-\u3096]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60));

// A figure's age in years where it is old, and its year with that age, as on the command line.
const ageOf = (year) => (new Date().getFullYear() - year > data.stale ? new Date().getFullYear() - year : null);
const dated = (year) => (ageOf(year) === null ? String(year) : t("years_old", { year, age: ageOf(year) }));

// Whole percent, halves to even, as the command line prints it.
function percent(value) {
  const exact = value * 100;
  const near = Math.round(exact);
  return `${Math.abs(exact % 1) === 0.5 && near % 2 ? near - 1 : near}%`;
}

// A little is not nothing, nor nearly all of it all, as on the command line.
function part(value) {
  const shown = percent(value);
  return shown === "0%" && value > 1e-9 ? "<1%" : shown === "100%" && value < 1 - 1e-9 ? ">99%" : shown;
}

function interval(low, high, show = (v) => v.toFixed(2)) {
  const near = show === percent ? part : show;
  const [a, b] = [near(low), near(high)];
  return a === b || (low === 0 && b.startsWith("<")) ? b : t("range", { low: outward(low, -1, show).replace(/%$/, ""), high: outward(high, 1, show) });
}

// A bound as text, never narrowed: one unit of its last place further out where it would be.
function outward(value, way, show) {
  const words = show(value);
  const number = words.replace(/[%,]/g, "");
  if (!/^-?\d+(\.\d+)?$/.test(number)) return words;
  const unit = words.endsWith("%") ? 0.01 : 1;
  const step = unit / 10 ** (number.split(".")[1] || "").length;
  const rounded = number * unit; // from here, not from the value: 0.006 less 0.01 would be "-0.00"
  return way * (value - rounded) > 1e-9 * Math.max(step, Math.abs(value)) ? show(rounded + way * step) : words;
}

// A range on a track: what is certain is filled, what is possible hatched.
function bar(low, high, label, kind = "") {
  return h(
    "span",
    { class: `bar ${kind}`, role: "img", "aria-label": label },
    h("i", { style: { width: `${100 * low}%` } }),
    h("b", { style: { left: `${100 * low}%`, width: `${100 * (high - low)}%` } }),
  );
}

// Only addresses of the web become links.
function link(url, words) {
  const safe = typeof url === "string" && /^https?:\/\//i.test(url);
  return safe ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, words) : h("span", {}, words);
}

// A text field with a list to choose from: arrows, Enter, Escape, pointer.
function combobox(input, list, search, choose) {
  let results = [];
  let active = -1;
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = () => {
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", i === active));
    const option = list.children[active];
    if (!option) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    return option.scrollIntoView({ block: "nearest" });
  };
  const pick = (i) => {
    close();
    choose(results[i]);
  };
  const show = () => {
    results = input.value.trim() ? search(input.value) : [];
    fill(
      list,
      results.map((node, i) =>
        h("li", { role: "option", id: `${list.id}-${i}`, onpointerdown: (event) => event.preventDefault(), onclick: () => pick(i) },
          h("span", {}, cut(nameOf(node), 80)), h("small", {}, cut(describe(node), 60)))),
      !results.length && input.value.trim() ? [h("li", { class: "none" }, t("nothing_found"))] : [],
    );
    list.hidden = !input.value.trim();
    input.setAttribute("aria-expanded", String(!list.hidden));
    active = results.length ? 0 : -1;
    mark();
    if (input.value.trim()) say(t("found", { count: results.length }));
  };
  input.addEventListener("input", show);
  input.addEventListener("focus", () => input.value && show());
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (list.hidden) input.blur();
      close();
      event.stopPropagation();
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      pick(active);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && results.length) {
      event.preventDefault();
      active = (active + (event.key === "ArrowDown" ? 1 : results.length - 1)) % results.length;
      mark();
    }
  });
}
