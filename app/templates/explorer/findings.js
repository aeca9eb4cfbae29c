// Chokepoints of the products, as kanmon.risk found them.

const findings = data.findings;

// Part of the product's output that is certainly lost without an item (0..1); of the worst product in the whole graph.
function criticality(i) {
  const found = ends().map((id) => findings[id].criticality[items.id[i]]).filter((value) => value !== undefined);
  return found.length ? Math.max(...found) : null;
}

const ends = () => (state.product ? [state.product] : data.products).filter((id) => id in findings);
const isSinglePoint = (i) => ends().some((id) => findings[id].single.includes(items.id[i]));

function cutSetLine({ members, low, high }) {
  return h("li", {}, members.map((id, n) => [n ? " + " : "", h("button", { class: "plain name", onclick: () => select(itemNumber.has(id) ? item(itemNumber.get(id)) : supplier(supplierNumber.get(id))) }, cut(nameOfId(id), 40))]),
    h("small", {}, t("set_loss", { loss: interval(low, high, percent) })));
}

function cutSetFacts(id) {
  if (!state.product || !(state.product in findings)) return null;
  const sets = findings[state.product].sets.filter(({ members }) => members.includes(id));
  if (!sets.length) return null;
  return h("section", {}, h("h3", {}, t("cut_sets", { count: sets.length })), h("ul", { class: "rows" }, sets.slice(0, 20).map(cutSetLine)));
}

function findingsOf() {
  if (!state.product || !(state.product in findings)) return null;
  const { sets } = findings[state.product];
  if (!sets.length) return null;
  return [h("h3", {}, t("smallest_sets")), h("ul", { class: "rows" }, sets.slice(0, 12).map(cutSetLine))];
}
