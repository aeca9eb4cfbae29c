// The table twin: the same rows as the drawing, sortable, for eyes, screen readers and spreadsheets.

const order = { by: "hhi_low", down: true };
let filter = "";
let most = 80;

function rowOf(i) {
  const row = step.get(i);
  const loss = whatIf.losses && whatIf.losses.get(items.id[i]);
  const has = (name) => (row === undefined ? null : cell(steps, name, row));
  return {
    id: items.id[i],
    name: nameOf(item(i)),
    kind: t(`kind_${items.kind[i]}`),
    tier: data.apart[i] ? null : tierOf(i),
    chains: chainsOf[i].map(chainName).join(", "),
    hhi_low: has("hhi_low"),
    hhi_high: has("hhi_high"),
    top: row === undefined ? null : topOf(row),
    top_low: has("top_share_low"),
    top_high: has("top_share_high"),
    year: has("year"),
    confidence: row === undefined ? null : t(has("confidence") || "unknown"),
    technology: [...new Set(flagsOf[i].map((f) => flags.technology[f]))].join(", "),
    single: names(stoppers(i)),
    source: row === undefined ? null : sources.title[steps.source[row]],
    ...(whatIf.losses ? Object.fromEntries(LOSSES.map((name) => [name, loss ? plain(loss[name.slice(5)]) : null])) : {}),
  };
}

const COLUMNS = ["name", "loss_estimate", "loss_certain", "loss_possible", "hhi_low", "hhi_high", "top", "top_low", "top_high", "year", "kind", "tier", "chains", "confidence", "technology", "single", "source"];
const LOSSES = ["loss_estimate", "loss_certain", "loss_possible"];
const SHARES = ["top_low", "top_high", ...LOSSES];
const NUMBERS = ["hhi_low", "hhi_high", ...SHARES, "year", "tier"];
const plain = (value) => Number(value.toPrecision(12)); // figures without the noise of the last bits
const blank = (value) => value === null || value === undefined || value === "";

function rowsShown() {
  const words = fold(filter).trim();
  const rows = visible.map((i) => ({ i, ...rowOf(i) }));
  const kept = words ? rows.filter((row) => Object.values(row).some((value) => typeof value === "string" && fold(value).includes(words))) : rows;
  const sign = order.down ? -1 : 1;
  return kept.sort((a, b) => {
    const [x, y] = [a[order.by], b[order.by]];
    if (blank(x) || blank(y)) return blank(x) - blank(y);
    return sign * (typeof x === "number" ? x - y : String(x).localeCompare(String(y), language)) || a.i - b.i;
  });
}

const columnsShown = () => COLUMNS.filter((name) => (!LOSSES.includes(name) || whatIf.losses) && (name !== "single" || state.product));

function shownCell(name, value) {
  if (blank(value)) return "–";
  if (SHARES.includes(name)) return percent(value);
  return typeof value === "number" && name.startsWith("hhi") ? value.toFixed(3) : cut(String(value), 120);
}

// Widths are told, so that a cell that changes moves no other.
const WIDTHS = { name: 230, hhi_low: 100, hhi_high: 100, year: 64, kind: 104, tier: 64, chains: 190, top: 132, confidence: 104, technology: 104, single: 190, source: 640 };
let grid = null; // what stands: {names, head, body, caption, count, more, rows: item -> {tr, cells, words}}

function newGrid(names) {
  const [head, body, caption, count, more] = ["tr", "tbody", "caption", "span", "div"].map((tag) => h(tag, {}));
  const input = h("input", { id: "table-filter", type: "search", value: filter, placeholder: t("table_filter"), "aria-label": t("table_filter"), oninput: (event) => {
    filter = event.target.value;
    showTable();
    say(t("rows", { count: rowsShown().length }));
  } });
  caption.className = "hidden-text";
  count.className = "faint";
  fill($("table"), h("div", { class: "table-tools" }, input, count),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("table") },
      h("table", { class: "grid" }, caption, h("colgroup", {}, names.map((name) => h("col", { style: { width: `${WIDTHS[name] || 92}px` } }))), h("thead", {}, head), body)), more);
  return { names, head, body, caption, count, more, rows: new Map() };
}

function newRow({ i, name }) {
  const cells = grid.names.map((column) => (column === "name" ? h("th", { scope: "row" }, h("button", { class: "plain name", onclick: () => select(item(i)) }, cut(name, 80))) : h("td", {})));
  return { cells, words: [], tr: h("tr", {}, cells) };
}

function showTable() {
  const rows = rowsShown();
  const names = columnsShown();
  if (!grid || !same(grid.names, names)) grid = newGrid(names);
  const open = grid.head.contains(document.activeElement) ? document.activeElement.id : null;
  fill(grid.head, names.map((name) => h("th", { scope: "col", class: NUMBERS.includes(name) ? "number" : "", "aria-sort": order.by === name ? (order.down ? "descending" : "ascending") : "none" },
    h("button", { id: `sort-${name}`, onclick: () => sortBy(name) }, t(`column_${name}`), h("span", { "aria-hidden": "true" }, order.by === name ? (order.down ? " ↓" : " ↑") : "")))));
  if (open && $(open)) $(open).focus();
  const caption = t("table_caption", { count: rows.length });
  grid.caption.textContent = grid.count.textContent = caption;
  const body = rows.slice(0, most).map((row) => {
    const { tr, cells, words } = grid.rows.get(row.i) || grid.rows.set(row.i, newRow(row)).get(row.i);
    tr.setAttribute("aria-selected", String(state.selected === `item:${row.id}`));
    names.forEach((name, n) => {
      const shown = name === "name" ? null : shownCell(name, row[name]);
      if (shown === null || words[n] === shown) return;
      words[n] = cells[n].textContent = shown;
      cells[n].className = NUMBERS.includes(name) ? "number" : "";
    });
    return tr;
  });
  if (body.length !== grid.body.children.length || body.some((tr, n) => tr !== grid.body.children[n])) fill(grid.body, body);
  fill(grid.more, rows.length > most ? h("button", { id: "more-rows", onclick: () => { most += 500; showTable(); } }, t("more_rows", { count: rows.length - most })) : null);
}

function sortBy(name) {
  order.down = order.by === name ? !order.down : NUMBERS.includes(name) && name !== "tier";
  order.by = name;
  showTable();
  say(t("sorted", { column: t(`column_${name}`) }));
}
