// What to find out first: which single answer narrows the band of the question asked, all other facts left open.
//
// An open fact has two ends: at the one that hurts most, the most that is kept falls from H to H'; at the other, the least
// rises from L to L'. Each is one more pass in which the nodes of the fact are read as the other bound reads them. Dozens of
// facts can turn a wide band into a certain loss, so bounds alone cannot rank them. They are weighed by p, the part that what
// stops holds of what is told of this market, or of comparable ones:
//
//     narrowing = p (H - H') + (1 - p) (L' - L)
//
// A chain of which nobody knows anything gives no hint: p is then one half.

const WIDE = 0.2; // bands wider than this are told what narrows them
const FIRST = 3;
const MOST_TRIED = 30; // facts solved for each end, those that stir their own step most, weighed by how likely the end is
const TOLD = 0.3; // markets of which less is told say nothing of who is likely
const COMPARABLE = 6; // ... and neither do fewer markets than this
const EITHER = 0.5; // weight of a mix or a need: nothing speaks for one end
const SLICE = 24; // milliseconds at a time, so that the page keeps answering

// A pass in which the nodes of one fact are read as `other`, the opposite bound, reads them.
class Answered extends Pass {
  constructor(...all) {
    super(...all);
    const { x, gain, kept, rank } = this;
    this.open = { x, gain, kept, rank };
    this.gain = gain.slice();
    this.asked = new Uint8Array(this.n);
    this.fact = { nodes: [], links: [] };
  }

  // One fact at a time: the one before is open again.
  answer(fact, other) {
    const gains = (from) => {
      for (let s = 0; s < this.sides; s++) for (const k of this.fact.links) this.gain[s * this.m + k] = from[s * this.m + k];
    };
    gains(this.open.gain);
    this.fact.nodes.forEach((node) => (this.asked[node] = 0));
    Object.assign(this, { fact, x: this.open.x, kept: this.open.kept, rank: this.open.rank });
    fact.nodes.forEach((node) => (this.asked[node] = 1));
    this.instead = { spread: this.spread, mixing: this.mixing };
    if (fact.kind === "market") {
      this.instead.spread = other.spread;
      gains(other.gain);
    } else if (fact.kind === "mix") this.instead.mixing = other.mixing;
    else {
      this.kept = this.kept.slice();
      for (const k of fact.links) this.kept[k] = other.kept[k];
      this.rank = ranksOf(this.network, this.kept);
    }
    return this;
  }

  value(node, here, inLoop) {
    if (!this.asked[node]) return super.value(node, here, inLoop);
    const { spread, mixing } = this;
    Object.assign(this, this.instead);
    const found = super.value(node, here, inLoop);
    Object.assign(this, { spread, mixing });
    return found;
  }
}

// The open facts of a network: {kind, says, item, input, buyer, nodes, links}.
function openFactsOf(network) {
  network.openFacts = network.openFacts || [...marketFacts(network), ...requirementFacts(network)];
  return network.openFacts;
}

function marketFacts(network) {
  const found = [];
  for (let node = 0; node < network.n; node++) {
    if (network.kind[node] !== MARKET) continue;
    const about = { item: network.item[node], buyer: network.placeOf[node], nodes: [node] };
    const links = network.links(node).filter((k) => !(network.flags[k] & EXTRA));
    const rests = links.filter((k) => network.supplier[network.indices[k]] === REMAINDER);
    if (rests.length || network.slack[node] > 0) {
      found.push({ ...about, kind: "market", says: !rests.length ? "no_figure" : rests.length === links.length ? "nobody_named" : "remainder", links: rests });
    }
  }
  return found;
}

// Mixes of alternatives, and what is kept without a requirement: what is said of one item's requirement is one fact.
function requirementFacts(network) {
  const found = new Map();
  const put = (kind, node, input, link) => {
    const key = `${kind}\n${network.item[node]}\n${input}`;
    if (!found.has(key)) found.set(key, { kind, says: kind, item: network.item[node], input, nodes: [], links: [], buyer: WORLD_MARKET });
    found.get(key).nodes.push(node);
    if (link !== undefined) found.get(key).links.push(link);
  };
  const inputsOf = (group) => [...new Set(network.links(group).map((k) => network.item[network.indices[k]]))].sort().join("|");
  const readers = new Map(); // link -> markets whose makers share it
  for (let node = 0; node < network.n; node++) {
    if (network.kind[node] === GROUP && network.slack[node] > 0) put("mix", node, inputsOf(node));
    for (let i = network.need_indptr[node]; i < network.need_indptr[node + 1]; i++) readers.set(network.needs[i], [...(readers.get(network.needs[i]) || []), node]);
  }
  for (let k = 0; k < network.m; k++) {
    if (!(network.kept_low[k] < network.kept_high[k])) continue;
    const goal = network.indices[k];
    const input = network.kind[goal] === GROUP ? inputsOf(goal) : network.item[goal];
    for (const node of [network.owner[k], ...(readers.get(k) || [])]) put("need", node, input, k);
  }
  return [...found.values()];
}

// How likely what stops holds what is not told: its part of what is told of the market itself, and, for as much as is not
// told, its part in markets of the same kind in the same chain (else of the same kind, of all).
function likelihoods(network, hit) {
  const makers = new Set([...hit].flatMap((id) => aboutOf(network).makers(id)));
  const sums = new Map();
  const keysOf = (id) => {
    const i = itemNumber.get(id);
    return i === undefined ? [""] : [...chainsOf[i].map((chain) => `${items.kind[i]} ${chain}`), items.kind[i], ""];
  };
  const own = new Map();
  for (const [key, node] of network.markets) {
    let [told, held] = [0, 0];
    for (const k of network.links(node)) {
      if (network.flags[k] & EXTRA || network.supplier[network.indices[k]] === REMAINDER) continue;
      told += network.low[k];
      if (makers.has(network.indices[k])) held += network.low[k];
    }
    own.set(node, [held, Math.min(1, told)]);
    if (told < TOLD) continue;
    if (!key.endsWith("\n")) continue; // each item once: its world market
    for (const one of keysOf(network.item[node])) {
      const [sum, of, markets] = sums.get(one) || [0, 0, 0];
      sums.set(one, [sum + held, of + told, markets + 1]);
    }
  }
  return (node) => {
    const key = keysOf(network.item[node]).find((one) => sums.get(one)?.[2] >= COMPARABLE);
    const elsewhere = key === undefined ? EITHER : sums.get(key)[0] / sums.get(key)[1];
    const [held, told] = own.get(node);
    return held + (1 - told) * elsewhere;
  };
}

// The facts whose answer narrows the band of an item most: {tried, open, found: [{fact, likely, narrowing, worst, best}]};
// worst and best are the bands of the loss after the answer at either end. Done in steps: it yields after each of them.
function* findingOut(solution, product, assumed, hit) {
  const { network, conditions, outcomes } = solution;
  const { low, high } = outcomes;
  const { sides } = conditions;
  const at = network.market(product) * sides + conditions.reader;
  const needed = network.needed(network.market(product));
  const likely = likelihoods(network, hit);
  const trials = { low: passOf(network, conditions, assumed, "low", Answered), high: passOf(network, conditions, assumed, "high", Answered) };
  const settled = (name, fact) => trials[name].answer(fact, name === "low" ? high : low);
  // Exact: an answer that leaves its own steps as they are moves nothing above them.
  const stirs = (name, fact) => {
    const base = outcomes[name];
    const trial = settled(name, fact);
    trial.x = base.x;
    let most = 0;
    for (const node of fact.nodes) {
      if (!needed[node]) continue;
      for (let s = 0; s < sides; s++) most = Math.max(most, Math.abs(base.x[node * sides + s] - trial.value(node, s, false)));
    }
    return most;
  };
  const open = [];
  for (const fact of openFactsOf(network)) {
    if (!fact.nodes.some((node) => needed[node])) continue;
    const p = fact.kind === "market" ? likely(fact.nodes[0]) : EITHER;
    const [up, down] = [stirs("low", fact), stirs("high", fact)];
    if (Math.max(up, down) > HIT) open.push({ fact, likely: p, up, down });
    yield null;
  }
  const most = (weight) => [...open].sort((a, b) => weight(b) - weight(a)).slice(0, MOST_TRIED);
  const tried = [...new Set([...most((one) => one.likely * one.down), ...most((one) => (1 - one.likely) * one.up)])];
  const [certain, possible] = [1 - high.x[at], 1 - low.x[at]];
  const solved = (name, fact) => Math.min(possible, Math.max(certain, 1 - settled(name, fact).solve(needed, outcomes[name].x, maskOf(network, fact.nodes)).x[at]));
  const found = [];
  for (const { fact, likely: p, up, down } of tried) {
    const raised = down > HIT ? solved("high", fact) : certain;
    const lowered = up > HIT ? solved("low", fact) : possible;
    const narrowing = p * (raised - certain) + (1 - p) * (possible - lowered);
    if (narrowing > 1e-4) found.push({ fact, likely: p, narrowing, worst: [raised, possible], best: [certain, lowered] });
    yield null;
  }
  return { open: open.length, tried: tried.length, found: found.sort((a, b) => b.narrowing - a.narrowing).slice(0, FIRST) };
}

function findOut(...asked) {
  const work = findingOut(...asked);
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

function maskOf(network, nodes) {
  const mask = new Uint8Array(network.n);
  nodes.forEach((node) => (mask[node] = 1));
  return mask;
}

// Shown beside a wide band, when the page has time -----------------------------------------------------------------------

const nameOfRequirement = (input) => (input || "").split("|").map(nameOfId).join(t("name_list"));

const factWords = ({ says, item: of, input, buyer }) => {
  const place = buyer && buyer !== HOME ? nameOfId(buyer) : buyer === HOME && state.buyer ? nameOfId(state.buyer) : "";
  return t(`open_${says}`, { item: place ? t("item_for", { item: nameOfId(of), buyer: place }) : nameOfId(of), input: nameOfRequirement(input) });
};

// Works on when the page has time, one question after the other; what has left the page is dropped.
let inLine = Promise.resolve();

function inSlices(work, place, show) {
  inLine = inLine.then(() => new Promise((next) => {
    const go = () => {
      if (!place.isConnected) return next();
      for (const until = performance.now() + SLICE; performance.now() < until; ) {
        const { done, value } = work.next();
        if (!done) continue;
        fill(place, show(value));
        place.dataset.ready = "true";
        return next();
      }
      return setTimeout(go);
    };
    setTimeout(go, 30);
  }));
}

const isWide = ({ certain, possible }) => possible - certain > WIDE;

function toFindOut(solution, hit, id = null) {
  const loss = solution.loss(state.product);
  if (!isWide(loss)) return null;
  const place = h("section", { class: "find-out", id }, h("h3", {}, t("find_out")), h("p", { class: "faint" }, t("find_out_working")));
  inSlices(findingOut(solution, state.product, assumptions(), new Set(hit)), place, (found) => foundOut(found, loss, names([...hit], 3)));
  return place;
}

// The same in one line, for a card.
function toFindOutShort(id) {
  const solution = haltOf(id);
  if (!isWide(solution.loss(state.product))) return null;
  const place = h("small", { class: "find-out" });
  inSlices(findingOut(solution, state.product, assumptions(), new Set([id])), place, ({ found }) => (found.length ? [h("b", {}, t("find_out_short")), " ", cut(factWords(found[0].fact), 90)] : []));
  return place;
}

function foundOut({ open, tried, found }, loss, hit) {
  const band = ([certain, possible]) => interval(certain, possible, percent);
  if (!found.length) return [h("h3", {}, t("find_out")), h("p", { class: "faint" }, t("find_out_none", { tried }))];
  return [h("h3", {}, t("find_out")),
    h("ol", { class: "facts-to-find" }, found.map(({ fact, likely, narrowing, worst, best }) => h("li", { "data-item": fact.item, "data-says": fact.says, "data-narrowing": narrowing },
      h("button", { class: "plain name", onclick: () => selectId(fact.item) }, cut(factWords(fact), 140)),
      h("div", { class: "ends-of-fact" },
        h("small", {}, t(fact.kind === "market" ? "answer_held" : "answer_worst", { hit, band: band(worst) })), shrunkBand(loss, worst),
        h("small", {}, t(fact.kind === "market" ? "answer_not_held" : "answer_best", { hit, band: band(best) })), shrunkBand(loss, best)),
      fact.kind === "market" ? h("small", {}, t("answer_likely", { hit, share: part(likely) })) : null))),
    h("details", {}, h("summary", {}, t("find_out_ranked")), h("p", { class: "faint" }, t("find_out_how", { tried, open })))];
}

// The band as it is, pale, and on it the band as it would be.
function shrunkBand(loss, [certain, possible]) {
  return h("span", { class: "band shrunk", role: "img", "aria-label": interval(certain, possible, percent) },
    h("s", { style: { left: `${100 * loss.certain}%`, width: `${100 * (loss.possible - loss.certain)}%` } }),
    h("b", { style: { left: `min(${100 * certain}%, calc(100% - 4px))`, width: `max(4px, ${100 * (possible - certain)}%)` } }));
}
