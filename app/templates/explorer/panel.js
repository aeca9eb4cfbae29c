// The side panel: all that is known about the selected node, each fact with its source.

function select(node, quiet) {
  const key = keyOf(node);
  update({ selected: key, ...(node && !quiet ? { tab: "details" } : {}) });
  if (node) say(`${nameOf(node)}. ${summaryOf(node)}`);
}

function summaryOf(node) {
  if (node.table === "supplier") return t("supplies_count", { count: new Set(supplied[node.i].map((row) => views.item[shares.view[row]])).size });
  const row = step.get(node.i);
  if (row === undefined) return t("no_figures");
  return t("summary", { hhi: interval(steps.hhi_low[row], steps.hhi_high[row]), top: topOf(row), share: interval(steps.top_share_low[row], steps.top_share_high[row], percent) });
}

const topOf = (row) => (column(steps, "top_supplier")[row] === null ? t("nobody_known") : nameOf(supplier(steps.top_supplier[row])));

function showPanel() {
  const node = nodeOf(state.selected);
  const panel = $("details");
  if (!node) return fill(panel, welcome());
  panel.scrollTop = 0;
  return fill(panel, heading(node), actions(node), node.table === "item" ? itemFacts(node.i) : supplierFacts(node.i));
}

function welcome() {
  const within = visible.filter((i) => step.has(i)).sort((a, b) => steps.hhi_low[step.get(b)] - steps.hhi_low[step.get(a)]);
  const without = visible.length - within.length;
  return [
    h("h2", {}, state.product ? nameOf(item(productRow())) : cut(about.name, 80)),
    h("p", {}, t("welcome", { items: visible.length, sources: sources.id.length })),
    without ? h("p", { class: "faint" }, t("without_figures", { count: without })) : null,
    h("h3", {}, t("most_concentrated")),
    h("ol", { class: "rows" }, within.slice(0, 12).map((i) => itemLine(i))),
  ];
}

function itemLine(i, ...more) {
  const row = step.get(i);
  return h("li", {},
    h("button", { class: "plain name", onclick: () => select(item(i)) }, cut(nameOf(item(i)), 80)),
    row === undefined ? h("small", {}, t("no_figures_short")) : h("small", {}, `${topOf(row)} ${interval(steps.top_share_low[row], steps.top_share_high[row], percent)} · HHI ${interval(steps.hhi_low[row], steps.hhi_high[row])}`),
    ...more);
}

function heading(node) {
  const [mine, theirs] = [nameOf(node), nameIn(node, other)];
  const i = node.i;
  const facts = node.table === "item"
    ? [t(`kind_${items.kind[i]}`), tierName(tierOf(i)), ...chainsOf[i].map(chainName), cell(items, "hs6", i) && `HS ${cell(items, "hs6", i).replaceAll("|", ", ")}`]
    : [t(`kind_${suppliers.kind[i]}`), suppliers.kind[i] !== "country" && countryOf[i] && nameOfId(countryOf[i])];
  return [
    h("h2", {}, cut(mine, 200)),
    theirs && theirs !== mine ? h("p", { class: "second", lang: other }, cut(theirs, 200)) : null,
    h("p", { class: "tags" }, facts.filter(Boolean).map((word) => h("span", {}, cut(word, 60))), h("code", {}, cut(idOf(node), 60))),
  ];
}

// Notes stand in the graph in one language, whoever reads them: in another, that is said.
function noteOf(node) {
  const words = cell(tableOf(node), "note", node.i);
  if (!words) return null;
  const written = /[\u3040-\u30ff\u4e00-\u9fff]/.test(words) ? "ja" : "en";
  return h("p", { class: "faint note-of" }, written === language ? null : [h("b", {}, t(`note_in_${written}`)), " "], h("span", { lang: written }, cut(words, 500)));
}

function actions(node) {
  const id = idOf(node);
  const focus = state.focus && state.focus.node === keyOf(node) ? state.focus : null;
  const aim = (change) => update({ focus: { node: keyOf(node), direction: "both", depth: 0, ...focus, ...change } });
  const depth = h("select", { id: "depth", "aria-label": t("depth"), onchange: (event) => aim({ depth: Number(event.target.value) }) },
    [0, 1, 2, 3].map((d) => h("option", { value: d, selected: focus && focus.depth === d }, d ? t("depth_n", { n: d }) : t("depth_all"))));
  const ways = node.table === "item" ? ["up", "down", "both"] : [];
  const halted = state.changes.some((change) => change.kind === "halt" && change.node === id);
  return h("div", { class: "actions" },
    ways.map((direction) => h("button", { id: `focus-${direction}`, "aria-pressed": String(!!focus && focus.direction === direction), onclick: () => (focus && focus.direction === direction ? update({ focus: null }) : aim({ direction })) }, t(`focus_${direction}`))),
    node.table === "supplier" ? h("button", { id: "focus-both", "aria-pressed": String(!!focus), onclick: () => (focus ? update({ focus: null }) : aim({ direction: "down" })) }, t("focus_supplier")) : null,
    focus ? depth : null,
    node.table === "item" && worldView[node.i] !== undefined ? h("button", { id: "show-suppliers", "aria-pressed": String(state.suppliers.includes(id)), onclick: () => update({ suppliers: toggled(state.suppliers, id) }) }, t("show_suppliers")) : null,
    h("button", { id: "halt-this", "aria-pressed": String(halted), onclick: () => toggleChange({ kind: "halt", node: id }) }, t("halt_this")));
}

function itemFacts(i) {
  return [itemParagraph(i), noteOf(item(i)), flagFacts(i), stopsAlone(i), concentrationFacts(i), chokepointFacts(items.id[i]), cutSetFacts(items.id[i]), measureFacts(measuresOn[i]), supplierShares(i), worldMap(i), yearLines(i), inputFacts(i), useFacts(i), tradeFacts(i)];
}

function flagFacts(i) {
  return flagsOf[i].map((row) => h("div", { class: "flag" },
    h("strong", {}, t("technology_flag", { number: flags.technology[row], name: data.technologies[flags.technology[row]] || "" })),
    h("p", {}, t(flags.verdict[row] === "match" ? "flag_match" : "flag_review"), " ", cut(flags.reason[row] || "", 300)),
    h("p", { class: "faint" }, t("flag_note"))));
}

function concentrationFacts(i) {
  const row = step.get(i);
  if (row === undefined) return h("section", {}, h("h3", {}, t("concentration")), h("p", { class: "note" }, t("no_figures")));
  const [low, high] = [steps.hhi_low[row], steps.hhi_high[row]];
  const grades = [...new Set([gradeLow(i), gradeHigh(i)])].map((g) => t(`grade_${g}`));
  return h("section", {}, h("h3", {}, t("concentration")),
    h("p", { class: "big-figure" }, h("b", {}, `HHI ${interval(low, high)}`), h("span", {}, grades.length < 2 ? grades : t("range_in_words", { low: grades[0], high: grades[1] }))),
    h("div", { class: "scale" }, bar(low, high, `HHI ${interval(low, high)}`, `grade-${gradeLow(i)}`), LIMITS.map((limit) => h("i", { class: "limit", style: { left: `${limit * 100}%` } }, h("small", {}, String(limit))))),
    h("p", { class: "faint" }, t("effective", { count: interval(1 / high, 1 / low, (v) => v.toFixed(1)) })));
}

// What shares are shares of: the usual words in the reader's language.
const measureName = (measure) => measure && (data.words[`shares_of_${measure.match(/\w+/g)?.join("_")}`] || measure);

function viewTitle(view, ...words) {
  const year = cell(views, "year", view);
  const rest = [views.scope?.[view] !== "world" ? t("sourcing_of", { buyer: nameOfId(views.scope[view]) }) : null, t(views.level[view] || "unknown"), measureName(cell(views, "measure", view)), year ? dated(year) : null, t(cell(views, "confidence", view) || "unknown")];
  return fact(views.source[view], ...words, ...rest.filter(Boolean).map((word) => cut(String(word), 80)));
}

function shareRows(view, most = 12) {
  const rows = sharesOf[view];
  const known = rows.filter((row) => shares.known[row] !== "unknown");
  const unnamed = rows.filter((row) => shares.known[row] === "unknown");
  const told = known.reduce((sum, row) => sum + shares.low[row], 0);
  return [
    h("ul", { class: "shares" }, known.slice(0, most).map((row) => {
      const words = interval(shares.low[row], shares.high[row], percent);
      return h("li", {}, h("button", { class: "plain name", onclick: () => select(supplier(shares.supplier[row])) }, cut(nameOf(supplier(shares.supplier[row])), 40)), bar(shares.low[row], shares.high[row], words), h("span", { class: "figure" }, words));
    })),
    known.length > most ? h("p", { class: "faint" }, t("more_suppliers", { count: known.length - most })) : null,
    unnamed.length ? h("p", { class: "faint" }, t("named_without_share"), " ", unnamed.slice(0, 12).map((row, n) => [n ? ", " : "", h("button", { class: "plain name", onclick: () => select(supplier(shares.supplier[row])) }, cut(nameOf(supplier(shares.supplier[row])), 40))]), unnamed.length > 12 ? " …" : "") : null,
    told > 1.005 ? h("p", { class: "faint" }, t("rounded_sum", { sum: percent(told) })) : null,
    views.remainder[view] > 0.0005 ? h("p", { class: "faint" }, t("remainder", { share: part(views.remainder[view]) })) : null,
    cell(views, "excluded", view) ? h("p", { class: "faint" }, t("excluded", { names: cell(views, "excluded", view) })) : null,
  ];
}

function supplierShares(i) {
  const main = worldView[i];
  const rest = viewsOf[i].filter((view) => view !== main);
  if (main === undefined && !rest.length) return null;
  return h("section", {}, h("h3", {}, t("suppliers")),
    main === undefined ? null : [treemap(i), shareRows(main), viewTitle(main)],
    rest.length ? h("details", {}, h("summary", {}, t("other_views", { count: rest.length })), rest.slice(0, 20).map((view) => h("div", { class: "view" }, viewTitle(view, views.preferred[view] ? t("preferred") : null), shareRows(view, 6)))) : null);
}

function measureFacts(measures) {
  if (!measures.length) return null;
  return h("section", {}, h("h3", {}, t("measures", { count: measures.length })), h("ul", { class: "rows" }, measures.slice(0, 30).map(measureLine)));
}

function inputFacts(i) {
  if (!needs[i].length) return null;
  return h("section", {}, h("h3", {}, t("needs", { count: needs[i].length })),
    h("ul", { class: "rows" }, needs[i].slice(0, 60).map((row) => itemLine(inputs.input[row], h("p", {},
      fact(inputs.source[row], cell(inputs, "role", row) && t(`role_${cell(inputs, "role", row)}`), cell(inputs, "group", row) && t("alternative_in", { group: cut(cell(inputs, "group", row), 40) }), cell(inputs, "essential", row) === 0 ? t("not_essential") : null, t(cell(inputs, "confidence", row) || "unknown")))))));
}

function useFacts(i) {
  if (!uses[i].length) return null;
  return h("section", {}, h("h3", {}, t("used_by", { count: uses[i].length })),
    h("ul", { class: "rows" }, uses[i].slice(0, 60).map((row) => itemLine(inputs.item[row]))));
}

function tradeFacts(i) {
  const rows = column(trades, "item").flatMap((at, row) => (at === i ? [row] : []));
  if (!rows.length) return null;
  return h("section", {}, h("h3", {}, t("trades", { count: rows.length })),
    h("ul", { class: "rows" }, rows.slice(0, 30).map((row) => h("li", {}, `${cut(nameOf(supplier(trades.seller[row])), 40)} → ${cut(nameOf(supplier(trades.buyer[row])), 40)}: ${trades.value[row].toLocaleString(language)} ${trades.unit[row]} `, fact(trades.source[row], trades.year[row])))));
}

function supplierFacts(s) {
  const mine = suppliers.id.flatMap((_, i) => (i === s || (suppliers.kind[s] === "country" && countryOf[i] === suppliers.id[s]) ? [i] : []));
  const rows = mine.flatMap((i) => supplied[i]).sort((a, b) => shares.low[b] - shares.low[a] || shares.high[b] - shares.high[a]);
  return [
    noteOf(supplier(s)),
    chokepointFacts(suppliers.id[s]),
    cutSetFacts(suppliers.id[s]),
    measureFacts(data.measures.filter(({ issuer }) => issuer === suppliers.id[s])),
    h("section", {}, h("h3", {}, t("supplies", { count: rows.length })),
      h("ul", { class: "shares" }, rows.slice(0, 60).map((row) => {
        const i = views.item[shares.view[row]];
        const words = shares.known[row] === "unknown" ? t("share_unknown_short") : interval(shares.low[row], shares.high[row], percent);
        const by = shares.supplier[row] === s ? "" : ` (${nameOf(supplier(shares.supplier[row]))})`;
        return h("li", {}, h("button", { class: "plain name", onclick: () => select(item(i)) }, cut(nameOf(item(i)) + by, 60)), bar(shares.low[row], shares.known[row] === "unknown" ? shares.low[row] : shares.high[row], words), h("span", { class: "figure" }, words));
      })),
      rows.length > 60 ? h("p", { class: "faint" }, t("more_in_table", { count: rows.length - 60 })) : null),
  ];
}
