// Filters, which are the legend too: what a colour and a shape mean, and how many there are.

const KINDS = Object.keys(data.shapes);
const GLYPHS = {
  dot: "M8 3a5 5 0 1 0 .01 0z",
  square: "M3.5 3.5h9v9h-9z",
  diamond: "M8 2l6 6-6 6-6-6z",
  star: "M8 1.5l2 4.3 4.7.5-3.5 3.2 1 4.6L8 11.7l-4.2 2.4 1-4.6L1.3 6.3 6 5.8z",
  triangle: "M8 2.5l6 10.5H2z",
  triangleDown: "M8 13.5L2 3h12z",
  hexagon: "M4.5 2.5h7L15 8l-3.500 5.500h-7L1 8z",
};

function glyph(shape) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const way = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  way.setAttribute("d", GLYPHS[shape]);
  svg.append(way);
  return svg;
}

function count(values) {
  const counts = new Map();
  values.forEach((value) => counts.set(value, (counts.get(value) || 0) + 1));
  return counts;
}

function tickBox(id, checked, toggle, ...words) {
  return h("label", { class: "tick" }, h("input", { type: "checkbox", id, checked, onchange: toggle }), ...words);
}

function chooseFrom(id, label, key, options) {
  return h("label", { class: "field" }, h("span", {}, label),
    h("select", { id, onchange: (event) => update({ [key]: event.target.value }) }, h("option", { value: "" }, t("all")), options.map(([value, words]) => h("option", { value, selected: state[key] === String(value) }, cut(String(words), 50)))));
}

function showFilters() {
  const kinds = count(unfiltered.map((i) => items.kind[i]));
  const grades = count(unfiltered.map(gradeLow));
  // What is chosen stays among the choices, also where the product needs nothing of it.
  const choices = (values, chosen) => [...count(values), ...(chosen === "" || values.includes(chosen) ? [] : [[chosen, 0]])];
  const changed = FILTERS.some((key) => !same(state[key], START[key])) || state.focus;
  const technologies = [...new Set(column(flags, "technology"))].sort((a, b) => a - b);
  const open = document.activeElement && $("filters").contains(document.activeElement) ? document.activeElement.id : null;
  fill($("filters"),
    h("p", { class: "count" }, h("b", {}, t("shown", { shown: visible.length, all: size })), changed ? h("button", { id: "reset", class: "plain", onclick: () => update({ ...Object.fromEntries(FILTERS.map((key) => [key, START[key]])), focus: null }) }, t("reset")) : null),
    whatIf.losses ? lossLegend() : null,
    h("fieldset", {}, h("legend", {}, t("by_concentration")),
      [4, 3, 2, 1, 0].map((g) => tickBox(`grade-${g}`, !state.hiddenGrades.includes(g), () => update({ hiddenGrades: toggled(state.hiddenGrades, g) }), h("span", { class: `swatch grade-${g}` }), h("span", {}, t(`grade_${g}`)), h("small", {}, gradeRange(g)), h("em", {}, String(grades.get(g) || 0)))),
      h("p", { class: "faint" }, t("ring"))),
    h("fieldset", {}, h("legend", {}, t("by_kind")),
      KINDS.filter((kind) => kinds.has(kind)).map((kind) => tickBox(`kind-${kind}`, !state.hiddenKinds.includes(kind), () => update({ hiddenKinds: toggled(state.hiddenKinds, kind) }), glyph(data.shapes[kind]), h("span", {}, t(`kind_${kind}`)), h("em", {}, String(kinds.get(kind)))))),
    h("fieldset", {}, h("legend", {}, t("marks")),
      h("p", { class: "mark" }, h("span", { class: "badge" }, "24"), t("mark_technology")),
      state.product ? h("p", { class: "mark" }, h("span", { class: "badge alarm" }, "!"), t("mark_single")) : null,
      h("p", { class: "mark" }, h("span", { class: "dash" }), t("mark_dashed")),
      sizesDiffer() ? h("p", { class: "faint", id: "mark-size" }, t("mark_size")) : null),
    h("fieldset", {}, h("legend", {}, t("narrow")),
      chooseFrom("by-chain", t("chain"), "chain", choices(unfiltered.flatMap((i) => chainsOf[i]), state.chain).sort().map(([chain, n]) => [chain, `${chainName(chain)} (${n})`])),
      chooseFrom("by-tier", t("tier"), "tier", choices(unfiltered.map(tierOf), state.tier === "" ? "" : Number(state.tier)).sort((a, b) => a[0] - b[0]).map(([tier, n]) => [tier, `${tierName(tier)} (${n})`])),
      chooseFrom("by-country", t("country"), "country", byName([...new Set(countriesOf.flatMap((found) => [...found]))].filter(Boolean))),
      technologies.length ? chooseFrom("by-technology", t("technology"), "technology", [["any", t("any_technology")], ...technologies.map((n) => [n, `${n} ${data.technologies[n] || ""}`])]) : null,
      chooseFrom("by-confidence", t("confidence"), "confidence", ["published", "estimated", "unknown"].map((word) => [word, t(word)])),
      tickBox("only-missing", state.missing, () => update({ missing: !state.missing }), h("span", {}, t("only_missing"))),
      state.product ? tickBox("only-single", state.single, () => update({ single: !state.single }), h("span", {}, t("only_single"))) : null),
    h("fieldset", {}, h("legend", {}, t("tiers")), tierList()));
  if (open && $(open)) $(open).focus();
}

const sizesDiffer = () => state.product && new Set(visible.map((i) => radiusOf(i).toFixed(1))).size > 1;

function gradeRange(g) {
  if (g === NO_DATA) return "";
  if (g === 1) return `< ${LIMITS[0]}`;
  return g === 4 ? `≥ ${LIMITS[2]}` : t("range", { low: LIMITS[g - 2], high: LIMITS[g - 1] });
}

function lossLegend() {
  return h("fieldset", {}, h("legend", {}, t("lost_share")), lossMarks(), h("p", { class: "faint" }, t("loss_ring")));
}

function tierList() {
  const collapsed = collapsedTiers();
  const tiers = [...count(visible.map(tierOf))].sort((a, b) => a[0] - b[0]);
  return tiers.map(([tier, n]) => tickBox(`tier-${tier}`, !collapsed.includes(tier), () => update({ collapsed: toggled(collapsed, tier) }), h("span", {}, tierName(tier)), h("em", {}, String(n))));
}

function showCrumbs() {
  const node = state.focus && nodeOf(state.focus.node);
  const chips = [
    node && [t("crumb_focus", { node: cut(nameOf(node), 40), direction: t(`focus_${state.focus.direction}`) }), { focus: null }],
    state.chain && [state.chain, { chain: "" }],
    state.tier !== "" && [tierName(Number(state.tier)), { tier: "" }],
    state.country && [nameOfId(state.country), { country: "" }],
    state.missing && [t("only_missing"), { missing: false }],
    state.single && [t("only_single"), { single: false }],
    state.suppliers.length && [t("crumb_suppliers", { count: state.suppliers.length }), { suppliers: [] }],
    state.changes.length && [t("crumb_whatif", { count: state.changes.length }), { changes: [] }],
  ].filter(Boolean);
  fill($("crumbs"), chips.map(([words, undo]) => h("button", { class: "chip", onclick: () => update(undo), "aria-label": `${t("remove")}: ${words}` }, cut(words, 60), " ×")));
}
