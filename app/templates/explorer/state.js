// What a reader has chosen. It lives in the address (location.hash), so a link restores it.

const START = {
  product: data.start, // id of an item, or null for the whole graph
  view: "graph",
  tab: "details",
  selected: null, // key of a node
  focus: null, // {node, direction, depth}
  hiddenKinds: [],
  hiddenGrades: [],
  chain: "",
  tier: "",
  country: "",
  technology: "",
  confidence: "",
  missing: false,
  single: false,
  suppliers: [], // ids of items whose suppliers are shown
  collapsed: null, // tiers drawn as one node; null: as the page thinks best
  opened: [], // groups of an aggregated graph that were opened
  home: about.domestic, // whether the buyer makes at home what nobody is known to supply
  changes: [], // {kind, node, item, to}
  theme: "",
};
const FILTERS = ["hiddenKinds", "hiddenGrades", "chain", "tier", "country", "technology", "confidence", "missing", "single"];

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
let state = { ...START, ...stateFromAddress() };
const listeners = [];

function stateFromAddress() {
  let found = {};
  try {
    found = JSON.parse(decodeURIComponent(location.hash.slice(1) || "{}"));
  } catch {
    return {};
  }
  const known = Object.entries(found).filter(([key, value]) => key in START && fits(START[key], value));
  const result = Object.fromEntries(known);
  if (result.product && !itemNumber.has(result.product)) delete result.product;
  if (result.selected && !nodeOf(result.selected)) delete result.selected;
  if (result.focus && !nodeOf(result.focus.node)) delete result.focus;
  if (result.changes) result.changes = result.changes.filter((c) => ["halt", "embargo"].includes(c.kind) && typeof c.node === "string");
  return result;
}

// A link from elsewhere may say anything: a value must have the shape of the one that it replaces.
function fits(model, value) {
  if (model === null) return value === null || ["string", "object"].includes(typeof value);
  return typeof model === typeof value && Array.isArray(model) === Array.isArray(value);
}

function update(change) {
  const before = state;
  state = { ...state, ...change };
  const chosen = Object.fromEntries(Object.entries(state).filter(([key, value]) => !same(value, START[key])));
  try {
    history.replaceState(null, "", Object.keys(chosen).length ? `#${encodeURIComponent(JSON.stringify(chosen))}` : "#");
  } catch {
    // A page inside a notebook's frame has no address of its own.
  }
  const changed = new Set(Object.keys(change).filter((key) => !same(before[key], state[key])));
  if (changed.size) listeners.forEach((listen) => listen(changed));
}

const toggled = (values, value) => (values.includes(value) ? values.filter((v) => v !== value) : [...values, value]);
const productRow = () => (state.product ? itemNumber.get(state.product) : undefined);

// Which items are shown: the product's chain, the focus, then the filters.
let shown = new Set();
let visible = [];

// Tiers as seen from the product: longest ways to it, along links that lead to a higher tier of the whole graph.
let tiers = data.tier;

function tiersFrom(product, within) {
  const found = [...data.tier];
  const rank = new Map([[product, 0]]);
  for (const i of [...within].sort((a, b) => data.tier[a] - data.tier[b])) {
    if (!rank.has(i)) continue;
    found[i] = rank.get(i);
    for (const row of needs[i]) {
      const need = inputs.input[row];
      if (data.tier[need] > data.tier[i]) rank.set(need, Math.max(rank.get(need) || 0, rank.get(i) + 1));
    }
  }
  return found;
}

function chooseVisible() {
  const product = productRow();
  let within = product === undefined ? null : reach([product], "up");
  tiers = product === undefined ? data.tier : tiersFrom(product, within);
  if (state.focus) {
    const node = nodeOf(state.focus.node);
    const starts = node.table === "item" ? [node.i] : supplied[node.i].map((row) => views.item[shares.view[row]]);
    const near = reach(starts, state.focus.direction, state.focus.depth || Infinity);
    within = within && node.table !== "item" ? new Set([...near].filter((i) => within.has(i))) : near;
  }
  visible = items.id.map((_, i) => i).filter((i) => (!within || within.has(i)) && passes(i));
  shown = new Set(visible);
}

function passes(i) {
  const s = state;
  if (s.hiddenKinds.includes(items.kind[i]) || s.hiddenGrades.includes(gradeLow(i))) return false;
  if (s.chain && !chainsOf[i].includes(s.chain)) return false;
  if (s.tier !== "" && tierOf(i) !== Number(s.tier)) return false;
  if (s.country && !countriesOf[i].has(s.country)) return false;
  if (s.technology && !flagsOf[i].some((row) => s.technology === "any" || flags.technology[row] === Number(s.technology))) return false;
  if (s.confidence && (step.has(i) ? steps.confidence[step.get(i)] : "unknown") !== s.confidence) return false;
  if (s.missing && step.has(i)) return false;
  return !s.single || isSinglePoint(i);
}
