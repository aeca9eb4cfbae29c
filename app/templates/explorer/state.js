// What a reader has chosen. It lives in the address (location.hash), so a link restores it.

const START = {
  product: data.start, // id of an item, or null for the whole graph
  buyer: about.buyer || "", // from whose place; "" is the world market
  view: "board", // "board", "graph" or "table"
  tab: "whatif",
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
  sharing: "alike",
  term: "short",
  sourcing: "world",
  changes: [], // as kanmon.risk has them: {kind, node, item, to, share, days, holder, release, by, inputs, start, lasts, ramp}
  pins: [], // scenarios side by side: {name, changes}
  theme: "",
};
const FILTERS = ["hiddenKinds", "hiddenGrades", "chain", "tier", "country", "technology", "confidence", "missing", "single"];

const VIEWS = ["board", "graph", "table"];
const CHOICES = { view: VIEWS, tab: ["details", "whatif"], sharing: ["alike", "first"], term: ["short", "long"], sourcing: ["world", "any"], theme: ["", "light", "dark"] };
const CHANGES = ["halt", "embargo", "reduce", "add_source", "substitute", "stockpile", "spare_capacity"];
const MOST_TIME = 36500; // days
const MOST_RELEASE = 10; // of a day's use
const MOST_CHANGES = 400;
const MOST_PINS = 3;

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
  if (typeof found !== "object" || found === null) return {};
  const known = Object.entries(found).filter(([key, value]) => Object.hasOwn(START, key) && fits(key, value));
  const result = Object.fromEntries(known);
  if (result.product && !itemNumber.has(result.product)) delete result.product;
  if (result.selected && !nodeOf(result.selected)) delete result.selected;
  if (result.focus && !(typeof result.focus.node === "string" && nodeOf(result.focus.node))) delete result.focus;
  if (result.changes) result.changes = changesFrom(result.changes);
  if (result.pins) result.pins = result.pins.filter(isPlain).slice(0, MOST_PINS).map(({ name, changes }) => ({ name: typeof name === "string" ? cut(name, 60) : "", changes: changesFrom(changes) }));
  return result;
}

// A link from elsewhere may say anything: a value must have the shape of the one that it replaces.
function fits(key, value) {
  const model = START[key];
  if (key in CHOICES) return CHOICES[key].includes(value);
  if (key === "buyer") return typeof value === "string" && Object.hasOwn(networks.index, value);
  if (model === null || key === "product") return value === null || ["string", "object"].includes(typeof value);
  if (["hiddenKinds", "suppliers", "opened"].includes(key)) return Array.isArray(value) && value.every((one) => typeof one === "string");
  return typeof model === typeof value && Array.isArray(model) === Array.isArray(value);
}

function isPlain(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Changes with known kinds, words where words belong and parts that are parts; the rest is dropped.
function changesFrom(rows) {
  if (!Array.isArray(rows)) return [];
  const word = (value) => value === undefined || value === null || typeof value === "string";
  const part = (value, most) => typeof value === "number" && value >= 0 && value <= most;
  const pair = (value, most) => {
    const bounds = Array.isArray(value) ? value : [value, value];
    return bounds.length === 2 && bounds.every((one) => part(one, most)) && bounds[0] <= bounds[1];
  };
  const valid = ({ kind, node, item: only, by, to = [], share = 1, days, start = 0, lasts = null, ramp = 0, holder, release }) =>
    CHANGES.includes(kind) && [node, only, by, holder].every(word) && Array.isArray(to) && to.every((place) => typeof place === "string")
      && pair(share, kind === "spare_capacity" ? 10 : 1)
      && (["add_source", "substitute", "stockpile"].includes(kind) ? typeof only === "string" && !node : typeof node === "string")
      && !(kind === "embargo" && to.includes(node)) // it stops exports: nobody exports to itself
      && (kind !== "substitute" || typeof by === "string")
      && (kind === "stockpile" ? pair(days, MOST_TIME) : !holder)
      && ((release ?? null) === null || (!!holder && part(release, MOST_RELEASE) && release > 0))
      && [start, ramp, lasts ?? 0].every((value) => part(value, MOST_TIME)) && (ramp === 0 || lasts !== null || helps({ kind }));
  return rows.filter(isPlain).filter(valid).slice(0, MOST_CHANGES);
}

const QUIET = ["theme", "tab", "opened"]; // what Back does not step through

// One step of the reader. `quiet`: it replaces the address, so that Back does not step through every move of a slider.
function update(change, quiet = false) {
  const before = state;
  state = { ...state, ...change };
  const changed = new Set(Object.keys(change).filter((key) => !same(before[key], state[key])));
  const chosen = Object.fromEntries(Object.entries(state).filter(([key, value]) => !same(value, START[key])));
  const address = Object.keys(chosen).length ? `#${encodeURIComponent(JSON.stringify(chosen))}` : "#";
  try {
    const step = !quiet && [...changed].some((key) => !QUIET.includes(key));
    if (address !== (location.hash || "#")) history[step ? "pushState" : "replaceState"](null, "", address);
  } catch {
    // A page inside a notebook's frame has no address of its own.
  }
  if (changed.size) listeners.forEach((listen) => listen(changed));
}

const toggled = (values, value) => (values.includes(value) ? values.filter((v) => v !== value) : [...values, value]);
const productRow = () => (state.product ? itemNumber.get(state.product) : undefined);

// Which items are shown: the product's chain, the focus, then the filters.
let shown = new Set();
let visible = [];
let unfiltered = []; // before the filters

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
    const near = reach(itemsOf(node), state.focus.direction, state.focus.depth || Infinity);
    within = within && node.table !== "item" ? new Set([...near].filter((i) => within.has(i))) : near;
  }
  unfiltered = items.id.map((_, i) => i).filter((i) => !within || within.has(i));
  visible = unfiltered.filter(passes);
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
