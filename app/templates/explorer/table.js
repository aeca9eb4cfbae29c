// The table twin: the same rows as the drawing, sortable, for eyes, screen readers and spreadsheets.

const order = { by: "hhi_low", down: true };
let filter = "";
let most = 200;

function rowOf(i) {
  const row = step.get(i);
  const loss = whatIf.losses && whatIf.losses.get(items.id[i]);
  const has = (name) => (row === undefined ? null : cell(steps, name, row));
  return {
    id: items.id[i],
    name: nameOf(item(i)),
    kind: t(`kind_${items.kind[i]}`),
    tier: data.apart[i] ? null : tierOf(i),
    chains: chainsOf[i].join(", "),
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

const COLUMNS = ["name", "kind", "tier", "chains", "hhi_low", "hhi_high", "top", "top_low", "top_high", "loss_estimate", "loss_certain", "loss_possible", "year", "confidence", "technology", "single", "source"];
const LOSSES = ["loss_estimate", "loss_certain", "loss_possible"];
const SHARES = ["top_low", "top_high", ...LOSSES];
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

function showTable() {
  const rows = rowsShown();
  const names = columnsShown();
  const head = names.map((name) => h("th", { scope: "col", "aria-sort": order.by === name ? (order.down ? "descending" : "ascending") : "none" },
    h("button", { id: `sort-${name}`, onclick: () => sortBy(name) }, t(`column_${name}`), h("span", { "aria-hidden": "true" }, order.by === name ? (order.down ? " ↓" : " ↑") : ""))));
  const body = rows.slice(0, most).map((row) => h("tr", { "aria-selected": String(state.selected === `item:${row.id}`) },
    names.map((name) => (name === "name" ? h("th", { scope: "row" }, h("button", { class: "plain name", onclick: () => select(item(row.i)) }, cut(row.name, 80))) : h("td", { class: typeof row[name] === "number" ? "number" : null }, shownCell(name, row[name]))))));
  const open = document.activeElement && $("table").contains(document.activeElement) ? document.activeElement.id : null;
  const input = h("input", { id: "table-filter", type: "search", value: filter, placeholder: t("table_filter"), "aria-label": t("table_filter"), oninput: (event) => {
    filter = event.target.value;
    showTable();
    say(t("rows", { count: rowsShown().length }));
  } });
  const caption = t("table_caption", { count: rows.length });
  fill($("table"), h("div", { class: "table-tools" }, input, h("span", { class: "faint" }, caption)),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("table") }, h("table", {}, h("caption", { class: "hidden-text" }, caption), h("thead", {}, h("tr", {}, head)), h("tbody", {}, body))),
    rows.length > most ? h("button", { id: "more-rows", onclick: () => { most += 500; showTable(); } }, t("more_rows", { count: rows.length - most })) : null);
  if (open && $(open)) {
    $(open).focus();
    if (open === "table-filter") $(open).setSelectionRange(filter.length, filter.length);
  }
}

function sortBy(name) {
  order.down = order.by === name ? !order.down : ["hhi_low", "hhi_high", ...SHARES].includes(name);
  order.by = name;
  showTable();
  say(t("sorted", { column: t(`column_${name}`) }));
}
