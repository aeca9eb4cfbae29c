// Chokepoints of the product, worked out with the page's solver: what is lost when a country or an item stops.

const MOST_RANKED = 15;
const remembered = new Map();

// Worked out once for each question (product, buyer, assumptions).
function once(name, work) {
  const key = `${name}\n${state.product}\n${state.buyer}\n${state.home}\n${Object.values(assumptions()).join()}`;
  if (!remembered.has(key)) remembered.set(key, work());
  return remembered.get(key);
}

const harder = (a, b) => b.certain - a.certain || b.estimate - a.estimate || b.possible - a.possible;

const CHOKES = 0.1; // what a chokepoint certainly costs, as in kanmon.risk
const AS_GOOD_AS_NOTHING = 1e-9; // a part of demand that nobody states, at its least

// The countries that stand in the chain, the hardest first.
function rankingOf() {
  const network = networkOf();
  if (!network || !state.product) return null;
  return once("ranking", () => {
    const needed = network.needed(network.market(state.product));
    const shared = network.use_low.some((share, k) => needed[network.owner[k]] && share === share);
    const places = new Set(network.country.filter((country, node) => country !== null && needed[node]));
    const markets = network.items.map((id) => [id, network.market(id)]).filter(([, node]) => needed[node]);
    const solve = (id, readings, more) => new Solution(network, [{ kind: "halt", node: id }], { ...assumptions(), ...more }, readings, state.product);
    // In turn what decides the order: the certain loss of all, the estimate of those that may stand among the first, and the
    // possible loss, which takes most of the time, of the first ones only. Where the first ones are told, all of it at once.
    const told = placesFound();
    const lossIn = (id, reading) => (told ? haltOf(id) : solve(id, [reading])).loss(state.product);
    const all = (told || [...places]).filter((id) => places.has(id)).map((id) => ({ id, certain: lossIn(id, "high").certain })).sort((a, b) => b.certain - a.certain);
    const border = all[Math.min(MOST_RANKED, all.length) - 1]?.certain;
    const near = all.filter(({ certain }) => certain >= border).map((one) => ({ ...one, possible: 0, estimate: lossIn(one.id, "estimate").estimate }));
    return near.sort(harder).slice(0, MOST_RANKED).map(({ id, certain }) => {
      const served = (unstated) => solve(id, ["high"], { sharing: "first", unstated }).loss(state.product).certain;
      const first = certain < CHOKES - HIT ? null : shared ? served(1) : certain;
      const hard = first === null ? null : first < CHOKES - HIT ? "soft" : served(AS_GOOD_AS_NOTHING) < CHOKES - HIT ? "open" : "hard";
      const solution = haltOf(id);
      const { x } = solution.outcomes.high;
      return { id, ...solution.loss(state.product), first, hard, stops: markets.filter(([, node]) => x[node] <= HIT).map(([one]) => one) };
    }).filter(({ possible }) => possible > HIT);
  });
}

// Where kanmon.risk has ranked the same question, the places that may be among the first; null elsewhere.
function placesFound() {
  const nodes = data.findings[state.product]?.nodes;
  const alike = about.level === "country" && (state.buyer || null) === about.buyer && !state.home && same(assumptions(), ASSUMED_FIRST);
  if (!nodes || !alike) return null;
  const border = nodes[Math.min(MOST_RANKED, nodes.length) - 1]?.loss_low;
  return nodes.filter((one) => one.loss_low >= border * (1 - 1e-5)).map(({ node }) => node);
}

// Part of the product's output that is certainly lost without an item (0..1); null where no product is chosen.
function criticality(i) {
  const network = state.product && networkOf();
  if (!network) return null;
  const found = once("items", () => new Map(network.items.filter((id) => neededMarket(network, id) !== undefined)
    .map((id) => [id, new Solution(network, [{ kind: "halt", node: id }], assumptions(), ["high"], state.product).loss(state.product).certain])));
  return found.get(items.id[i]) ?? null;
}

// The countries that stop an item alone, as far as the chosen product shows.
function stoppers(i) {
  const ranking = rankingOf();
  if (!ranking) return [];
  const found = once("stoppers", () => {
    const by = new Map();
    for (const { id, stops } of ranking) for (const one of stops) put(by, one, id);
    return by;
  });
  return found.get(items.id[i]) || [];
}

const isSinglePoint = (i) => stoppers(i).length > 0;
const names = (ids, most = 6) => ids.slice(0, most).map(nameOfId).join(t("name_list")) + (ids.length > most ? ` … (${ids.length})` : "");

function selectId(id) {
  select(itemNumber.has(id) ? item(itemNumber.get(id)) : supplier(supplierNumber.get(id)));
}

const nameButton = (id, more = {}) => h("button", { ...more, class: "plain name", onclick: () => selectId(id) }, cut(nameOfId(id), 40));

function stopsAlone(i) {
  const found = stoppers(i);
  return found.length ? h("p", { class: "flag alarm" }, h("strong", {}, t("alone_certain", { nodes: names(found) }))) : null;
}

const haltOf = (id) => once(`halt ${id}`, () => new Solution(networkOf(), [{ kind: "halt", node: id }], assumptions(), THREE, state.product));

// What a node does to the product when it stops: losses, the ways to them, and what the tables of kanmon.risk say of it.
function chokepointFacts(id) {
  const network = state.product && networkOf();
  if (!network || id === state.product || !(network.inside.has(id) || aboutOf(network).byPlace.has(id))) return null;
  const solution = haltOf(id);
  const loss = solution.loss(state.product);
  return h("section", { id: "why" }, h("h3", {}, t("if_it_stops")), lossLine(state.product, loss),
    loss.possible > HIT ? [why("why_certain", "high", solution), why("why_possible", "low", solution)] : h("p", { class: "faint" }, t("nothing_lost")),
    toFindOut(solution, new Set([id])), measuresOf(id));
}

function measuresOf(id) {
  const row = data.findings[state.product]?.nodes.find(({ node }) => node === id);
  if (!row || (state.buyer || null) !== about.buyer) return null;
  const rows = [["dependency_flow", percent(row.dependency_flow)], ["betweenness", row.betweenness.toFixed(4)], ["single_points", String(row.single_points)]];
  return h("dl", { class: "facts" }, rows.map(([key, value]) => [h("dt", {}, t(key)), h("dd", {}, value)]));
}

// Smallest sets: facts, in the best arrangement. Who stops it alone is told in a line; sets of several follow.
function cutSetLine({ members, certainty, low, facts }) {
  return h("li", {}, members.map((id, n) => [n ? " + " : "", nameButton(id)]),
    h("small", {}, `${t(certainty)}: ${t("set_loss", { loss: interval(low, Math.max(low, facts ?? low), percent) })}`));
}

function cutSetFacts(id = null) {
  const sets = (state.buyer || null) === about.buyer && data.findings[state.product]?.sets.filter(({ members }) => id === null || members.includes(id));
  if (!sets || !sets.length) return null;
  const alone = (sure) => sets.filter(({ members, certainty }) => members.length === 1 && certainty === sure).map(({ members }) => members[0]);
  const several = sets.filter(({ members }) => members.length > 1);
  return h("section", { class: "sets" }, h("h3", {}, t("smallest_sets")),
    ["certain", "possible"].map((sure) => [sure, alone(sure)]).filter(([, found]) => found.length).map(([sure, found]) => h("p", {}, t(`sets_alone_${sure}`, { nodes: names(found, 12) }))),
    h("ul", { class: "rows" }, several.slice(0, 8).map(cutSetLine)), h("p", { class: "faint" }, t("sets_reading")));
}
