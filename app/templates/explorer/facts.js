// The tables of the page, indexed. A node is {table: "item" | "supplier", i: row number}.

const { items, suppliers, sources, inputs, views, shares, steps, flags, trades } = data;
const column = (table, name) => table[name] || [];
const size = items.id.length;
const NO_DATA = 0;
const LIMITS = [0.15, 0.25, 0.5];

const language = about.lang;
const other = Object.keys(items).filter((name) => name.startsWith("name_")).map((name) => name.slice(5)).find((lang) => lang !== language);
const cell = (table, name, i) => (table[name] ? table[name][i] : null);
const tableOf = (node) => (node.table === "item" ? items : suppliers);
const idOf = (node) => tableOf(node).id[node.i];
const nameIn = (node, lang) => cell(tableOf(node), `name_${lang}`, node.i);
const nameOf = (node) => nameIn(node, language) || nameIn(node, other) || idOf(node);
const item = (i) => ({ table: "item", i });
const itemsOf = (node) => (node.table === "item" ? [node.i] : supplied[node.i].map((row) => views.item[shares.view[row]])); // itself, or what it supplies
const supplier = (i) => ({ table: "supplier", i });
const itemNumber = new Map(items.id.map((id, i) => [id, i]));
const supplierNumber = new Map(suppliers.id.map((id, i) => [id, i]));
const keyOf = (node) => node && `${node.table}:${idOf(node)}`;

function nodeOf(key) {
  const [, table, id] = /^(item|supplier):([^]*)$/.exec(key || "") || [];
  const i = (table === "item" ? itemNumber : supplierNumber).get(id);
  return i === undefined ? null : { table, i };
}

const list = () => Array.from({ length: size }, () => []);
const needs = list(); // rows of inputs by item
const uses = list(); // rows of inputs by input
column(inputs, "item").forEach((i, row) => {
  needs[i].push(row);
  uses[inputs.input[row]].push(row);
});
const viewsOf = list();
column(views, "item").forEach((i, view) => viewsOf[i].push(view));
const sharesOf = column(views, "item").map(() => []);
column(shares, "view").forEach((view, row) => sharesOf[view].push(row));
const step = new Map(column(steps, "item").map((i, row) => [i, row]));
const flagsOf = list();
column(flags, "item").forEach((i, row) => flagsOf[i].push(row));
const measuresOn = list(); // measures by item
data.measures.forEach((measure) => measure.items.forEach((i) => measuresOn[i].push(measure)));
const chainsOf = items.id.map((_, i) => (cell(items, "chains", i) || "").split("|").filter(Boolean));

const chainName = (chain) => data.words[`chain_${chain}`] || chain; // those of the bundled facts have names

// What stands for an item in the drawing: the shares of the view behind its concentration.
const worldView = viewsOf.map((found, i) => {
  const row = step.get(i);
  if (row === undefined) return found.find((v) => views.preferred[v] && views.scope[v] === "world");
  return found.find((v) => views.preferred[v] && views.scope[v] === "world" && views.level[v] === steps.level[row]);
});
const supplied = suppliers.id.map(() => []); // rows of shares by supplier, in those views
worldView.forEach((view) => view !== undefined && sharesOf[view].forEach((row) => supplied[shares.supplier[row]].push(row)));
const countryOf = suppliers.id.map((id, i) => cell(suppliers, "country", i) || (suppliers.kind[i] === "country" ? id : null));
const countriesOf = worldView.map((view) => new Set(view === undefined ? [] : sharesOf[view].map((row) => countryOf[shares.supplier[row]])));

const grade = (hhi) => 1 + LIMITS.filter((limit) => hhi >= limit).length;
const gradeLow = (i) => (step.has(i) ? grade(steps.hhi_low[step.get(i)]) : NO_DATA);
const gradeHigh = (i) => (step.has(i) ? grade(steps.hhi_high[step.get(i)]) : NO_DATA);

function describe(node) {
  if (node.table === "supplier") return `${t(`kind_${suppliers.kind[node.i]}`)} · ${idOf(node)}`;
  return `${t(`kind_${items.kind[node.i]}`)} · ${idOf(node)}`;
}

// Search: every word of the question must stand in a name, alias or id; whole names first, then beginnings.
const searchable = [
  ...items.id.map((id, i) => [item(i), [id, cell(items, "name_en", i), cell(items, "name_ja", i), ...(cell(items, "aliases", i) || "").split("|"), ...(cell(items, "hs6", i) || "").split("|")]]),
  ...suppliers.id.map((id, i) => [supplier(i), [id, cell(suppliers, "name_en", i), cell(suppliers, "name_ja", i)]]),
]
  .filter(([node]) => node.table === "item" || suppliers.kind[node.i] !== "aggregate")
  .map(([node, names]) => ({ node, text: `\n${names.filter(Boolean).map(fold).join("\n")}\n` }));

function search(question, accept = () => true, most = 12) {
  const whole = fold(question).trim();
  const words = whole.split(/\s+/);
  const found = [];
  for (const { node, text } of searchable) {
    if (!words.every((word) => text.includes(word)) || !accept(node)) continue;
    const rank = text.includes(`\n${whole}\n`) ? 0 : text.includes(`\n${whole}`) ? 1 : 2;
    found.push({ node, rank: rank * 2 + (node.table === "item" ? 0 : 1), length: text.length });
  }
  if (!found.length && whole.length > 3) return nearest(whole, accept, 5);
  return found.sort((a, b) => a.rank - b.rank || a.length - b.length).slice(0, most).map(({ node }) => node);
}

// For typing errors: the names that share most pairs of letters with the question (Dice's coefficient).
const pairsOf = (words) => new Set(Array.from({ length: Math.max(0, words.length - 1) }, (_, i) => words.slice(i, i + 2)));

function nearest(whole, accept, most) {
  const asked = pairsOf(whole);
  const alike = (pairs) => {
    let both = 0;
    for (const pair of pairs) if (asked.has(pair)) both += 1;
    return (2 * both) / (asked.size + pairs.size);
  };
  for (const one of searchable) one.pairs = one.pairs || one.text.trim().split("\n").flatMap((name) => [name, ...name.split(/[^\p{L}\p{N}]+/u)]).map(pairsOf);
  return searchable.filter(({ node }) => accept(node)).map(({ node, pairs }) => ({ node, score: Math.max(...pairs.map(alike)) }))
    .filter(({ score }) => score >= 0.5).sort((a, b) => b.score - a.score).slice(0, most).map(({ node }) => node);
}

// Items that can be reached from some of them, upstream ("up"), downstream ("down") or both, within a number of steps.
function reach(starts, direction, depth = Infinity) {
  const found = new Set(starts);
  const walk = (rows, end) => {
    let front = [...starts];
    const seen = new Set(starts);
    for (let step = 0; front.length && step < depth; step++) {
      const next = [];
      for (const i of front) for (const row of rows[i]) if (!seen.has(end[row])) {
        seen.add(end[row]);
        next.push(end[row]);
      }
      front = next;
    }
    seen.forEach((i) => found.add(i));
  };
  if (direction !== "down") walk(needs, column(inputs, "input"));
  if (direction !== "up") walk(uses, column(inputs, "item"));
  return found;
}

// Items on a way from one of the starts to a product.
function pathsToProduct(starts, products) {
  const down = reach(starts, "down");
  const ends = products.filter((i) => down.has(i));
  const up = reach(ends, "up");
  return new Set([...down].filter((i) => up.has(i)));
}

function fact(sourceRow, ...words) {
  const title = cell(sources, "title", sourceRow);
  const rest = [cell(sources, "publisher", sourceRow), cell(sources, "date", sourceRow)].filter(Boolean).join(", ");
  return h("small", { class: "fact" }, words.filter(Boolean).map((word) => `${word} · `), link(cell(sources, "url", sourceRow), cut(title || "", 160)), rest ? ` (${cut(rest, 80)})` : "", ["low", "unverified"].includes(cell(sources, "reliability", sourceRow)) ? ` · ${t("doubtful")}` : "");
}

// Whether a measure is an export control on goods in force: not on technology, and not the buyer's own. One that is aimed at
// others counts: it may come back through their makers.
function restrictsNow({ issuer, status, kind, object = "goods" }) {
  const mine = state.buyer ? [state.buyer, cell(suppliers, "country", supplierNumber.get(state.buyer))] : [];
  return status === "in_force" && kind.startsWith("export") && object === "goods" && !mine.includes(issuer);
}

// At whom a measure is aimed, where that is said and not everybody.
function aimOf({ kind, against }) {
  if (!against || against === "all" || !/^(export|import|entity)/.test(kind)) return null;
  const told = (small) => against.split("|").filter((one) => (one === one.toLowerCase() && one !== "all") === small).map((one) => data.words[`against_${one}`] || nameOfId(one)).join(t("name_list"));
  const [places, users] = [told(false), told(true)];
  return t("against", { places: cut(users && places ? t("against_some", { places, users }) : places || users, 80) });
}

// A measure in words: what, by whom, against whom, since when, how sure that it is in force, and where that stands.
function measureLine(measure) {
  const { issuer, kind, against, object, since, until, status, legal_reference: law, source } = measure;
  const place = supplierNumber.has(issuer) ? nameOf(supplier(supplierNumber.get(issuer))) : issuer;
  const days = until ? t("range_in_words", { low: since || "?", high: until }) : since && t("since", { day: since });
  const aim = against === "all" && /^(export|import|entity)/.test(kind) ? t("against", { places: t("against_all") }) : aimOf(measure);
  const words = [t(`status_${status || "unknown"}`), object === "technology" && t("technology_only"), days, aim, law && cut(law, 120)];
  return h("li", {}, `${cut(place, 40)}: ${t(`measure_${kind}`)}`, source === null ? h("small", {}, words.filter(Boolean).join(" · ")) : fact(source, ...words.filter(Boolean)));
}
