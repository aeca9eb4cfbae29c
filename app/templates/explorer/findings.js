// Chokepoints of the products, as kanmon.risk found them.

const findings = data.findings;

// Part of the product's output that is certainly lost without an item (0..1); null where no product is chosen.
function criticality(i) {
  return (state.product && findings[state.product]?.criticality[items.id[i]]) ?? null;
}

const stoppers = (i, sure) => data.single[items.id[i]]?.[sure] || [];
const isSinglePoint = (i) => stoppers(i, "certain").length > 0;
const names = (ids, most = 6) => ids.slice(0, most).map(nameOfId).join(", ") + (ids.length > most ? ` … (${ids.length})` : "");

function selectId(id) {
  select(itemNumber.has(id) ? item(itemNumber.get(id)) : supplier(supplierNumber.get(id)));
}

const nameButton = (id) => h("button", { class: "plain name", onclick: () => selectId(id) }, cut(nameOfId(id), 40));

function stopsAlone(i) {
  const [certain, possible] = [stoppers(i, "certain"), stoppers(i, "possible")];
  return [
    certain.length ? h("p", { class: "flag alarm" }, h("strong", {}, t("alone_certain", { nodes: names(certain) }))) : null,
    possible.length ? h("p", { class: "flag alarm" }, t("alone_possible", { nodes: names(possible) })) : null,
  ];
}

// A row of the chokepoints: what is lost, and where the node hits the product most.
function chokepointLine(row) {
  const words = interval(row.criticality_low, row.criticality_high, percent);
  return h("li", { class: "kept" }, nameButton(row.node), h("span", { class: "figure" }, words),
    bar(row.criticality_low, row.criticality_high, t("set_loss", { loss: words }), "loss-bar"),
    row.worst_item ? h("small", {}, t("hits_most", { item: nameOfId(row.worst_item), share: interval(row.worst_share_low, row.worst_share_high, part) })) : null);
}

function chokepointFacts(id) {
  const row = state.product && findings[state.product]?.nodes.find(({ node }) => node === id);
  if (!row) return null;
  const facts = [
    ["criticality", interval(row.criticality_low, row.criticality_high, percent)],
    ["criticality_named", percent(row.criticality_named)],
    ["single_points", row.single_points === row.single_points_possible ? String(row.single_points) : `${row.single_points}–${row.single_points_possible}`],
    ["dependency_flow", percent(row.dependency_flow)],
    ["betweenness", row.betweenness.toFixed(4)],
  ];
  const source = sourceNumber.get(row.source);
  return h("section", {}, h("h3", {}, t("chokepoint_of", { product: nameOfId(state.product) })),
    h("dl", { class: "facts" }, facts.map(([key, value]) => [h("dt", {}, t(key)), h("dd", {}, value)])),
    row.worst_item ? h("p", {}, t("hits_most", { item: nameOfId(row.worst_item), share: interval(row.worst_share_low, row.worst_share_high, part) })) : null,
    source === undefined ? null : fact(source, row.year, t(row.confidence || "unknown")));
}

function cutSetLine({ members, certainty, low, high }) {
  return h("li", {}, members.map((id, n) => [n ? " + " : "", nameButton(id)]),
    h("small", {}, `${t(certainty)}: ${t("set_loss", { loss: interval(low, high, percent) })}`));
}

function cutSetFacts(id) {
  if (!state.product || !(state.product in findings)) return null;
  const sets = findings[state.product].sets.filter(({ members }) => members.includes(id));
  if (!sets.length) return null;
  return h("section", {}, h("h3", {}, t("cut_sets", { count: sets.length })), h("ul", { class: "rows" }, sets.slice(0, 20).map(cutSetLine)));
}

function findingsOf() {
  if (!state.product) return null;
  if (!(state.product in findings)) return h("p", { class: "note" }, t("no_findings"));
  const { nodes, sets } = findings[state.product];
  return [
    h("h3", {}, t("chokepoints")),
    h("ol", { class: "rows" }, nodes.slice(0, 8).map(chokepointLine)),
    h("p", { class: "faint" }, t("chokepoints_reading")),
    sets.length ? [h("h3", {}, t("smallest_sets")), h("ul", { class: "rows" }, sets.slice(0, 8).map(cutSetLine))] : null,
  ];
}
