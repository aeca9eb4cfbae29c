// What to find out first: which single answer narrows the band of the question asked, all other facts left open.
//
// The facts and their extreme answers are those of kanmon.risk.what_to_find_out (Question.extremes), but for use shares; that
// draws answers besides, and ranks by what these explain. At the answer that hurts most the most that is kept falls from H to
// H'; at the one that hurts least, the least rises from L to L'. Each is one more pass, in which the nodes of the fact are read
// as the other bound reads them, or in which all that is open of a market is held by makers on one side: by those at the
// buyer's, or by others. Dozens of facts can turn a wide band into a certain loss, so bounds alone cannot rank them. They are
// weighed by p, the part that those who hold it where it hurts most have of what is told of this market, or of comparable ones:
//
//     narrowing = p (H - H') + (1 - p) (L' - L)
//
// A chain of which nobody knows anything gives no hint: p is then one half.

const WIDE = 0.2; // bands wider than this are told what narrows them
const FIRST = 3;
const MOST_TRIED = 100; // facts solved for each end, those that stir their own step most, weighed by how likely the end is
const TOLD = 0.3; // markets of which less is told say nothing of who is likely
const COMPARABLE = 6; // ... and neither do fewer markets than this
const EITHER = 0.5; // weight of a mix or a need: nothing speaks for one end
const SLICE = 24; // milliseconds at a time, so that the page keeps answering

// A pass in which the nodes of one fact are read as `other`, the opposite bound, reads them.
class Answered extends Pass {
  constructor(...all) {
    super(...all);
    const { x, gain, kept, rank, low, slack } = this;
    this.open = { x, rank };
    this.untold = { gain, kept, low, slack };
    [this.gain, this.kept, this.low, this.slack] = [gain, kept, low, slack].map((all) => all.slice());
    this.asked = new Uint8Array(this.n);
    this.fact = { nodes: [], links: [] };
    this.filled = [];
  }

  // One fact at a time: the one before is open again. A market is answered by weights and by how its nameless makers are hit.
  answer(fact, other, { weights, hits } = {}) {
    const gains = (from) => {
      for (let s = 0; s < this.sides; s++) for (const k of this.fact.links) this.gain[s * this.m + k] = from[s * this.m + k];
    };
    const { gain, kept, low, slack } = this.untold;
    gains(gain);
    for (const k of this.fact.links) this.kept[k] = kept[k];
    for (const [k] of this.filled) this.low[k] = low[k];
    for (const node of this.fact.nodes) [this.asked[node], this.slack[node]] = [0, slack[node]];
    Object.assign(this, this.open, { fact, filled: [] });
    fact.nodes.forEach((node) => (this.asked[node] = 1));
    this.instead = { mixing: this.mixing, arrangement: this.arrangement };
    if (fact.kind === "market" || fact.kind === "place") {
      gains(hits === this.bound ? gain : other.gain);
      if (weights.length) this.fill(fact.nodes[0], weights);
    } else if (fact.kind === "mix") this.instead.mixing = other.mixing;
    else if (fact.kind === "sourcing") this.instead.arrangement = other.arrangement;
    else {
      for (const k of fact.links) this.kept[k] = other.kept[k];
      this.rank = ranksOf(this.network, this.kept);
    }
    return this;
  }

  // What is open of a market is told, in this pass's own weights: a copy of them all a fact would cost more than the fact.
  fill(node, weights) {
    this.filled = weights;
    for (const [k, weight] of weights) {
      this.low[k] += weight;
      this.slack[node] -= weight;
    }
    if (this.slack[node] <= 1e-9) this.slack[node] = 0;
  }

  value(node, here, inLoop) {
    if (!this.asked[node]) return super.value(node, here, inLoop);
    const { mixing, arrangement } = this;
    Object.assign(this, this.instead);
    const found = super.value(node, here, inLoop);
    Object.assign(this, { mixing, arrangement });
    return found;
  }
}

// The links of a market without new sources.
const sourcesOf = (network, node) => network.links(node).filter((k) => !(network.flags[k] & EXTRA));

// What is open of a market, given to its sources in an order, each as far as it has room: [link, weight].
function poured(network, node, links) {
  let left = network.slack[node];
  const found = [];
  for (const k of links) {
    const weight = Math.min(left, network.high[k] - network.low[k]);
    if (weight > 0) found.push([k, weight]);
    left -= weight;
  }
  return found;
}

// A market's sources, those first that give the reader least (in "high": most). Those that give alike are told apart by what
// they give in the other reading, to the reader and to makers of unknown place, nameless makers being hit as in this one.
function orderOf({ network, conditions, outcomes }, fact, links, name) {
  const { sides, reader, unknown, gain } = conditions;
  const other = name === "low" ? "high" : "low";
  const nameless = new Set(fact.links);
  const boundOf = { low: LOW, high: HIGH };
  const worth = (of, s, k) => outcomes[of].x[network.indices[k] * sides + s] * gain[boundOf[nameless.has(k) ? name : of]][s * network.m + k];
  const keys = new Map(links.map((k) => [k, [worth(name, reader, k), worth(other, reader, k), worth(other, unknown, k)]]));
  const turn = name === "low" ? 1 : -1;
  const between = (a, b) => {
    const i = keys.get(a).findIndex((value, at) => value !== keys.get(b)[at]);
    return i < 0 ? a - b : turn * (keys.get(a)[i] - keys.get(b)[i]);
  };
  return [...links].sort(between);
}

// The open facts of a network: {kind, says, item, input, buyer, nodes, links, supplier}.
function openFactsOf(network) {
  network.openFacts = network.openFacts || [...marketFacts(network), ...requirementFacts(network), ...sourcingFacts(network), ...placeFacts(network)];
  return network.openFacts;
}

function marketFacts(network) {
  const found = [];
  for (let node = 0; node < network.n; node++) {
    if (network.kind[node] !== MARKET) continue;
    const about = { item: network.item[node], buyer: network.placeOf[node], nodes: [node] };
    const links = sourcesOf(network, node);
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
  const add = (kind, node, input, link) => {
    const key = `${kind}\n${network.item[node]}\n${input}`;
    if (!found.has(key)) found.set(key, { kind, says: kind, item: network.item[node], input, nodes: [], links: [], buyer: WORLD_MARKET });
    found.get(key).nodes.push(node);
    if (link !== undefined) found.get(key).links.push(link);
  };
  const inputsOf = (group) => [...new Set(network.links(group).map((k) => network.item[network.indices[k]]))].sort().join("|");
  const readers = new Map(); // link -> markets whose makers share it
  for (let node = 0; node < network.n; node++) {
    if (network.kind[node] === GROUP && network.slack[node] > 0) add("mix", node, inputsOf(node));
    for (let i = network.need_indptr[node]; i < network.need_indptr[node + 1]; i++) put(readers, network.needs[i], node);
  }
  for (let k = 0; k < network.m; k++) {
    if (!(network.kept_low[k] < network.kept_high[k])) continue;
    const goal = network.indices[k];
    const input = network.kind[goal] === GROUP ? inputsOf(goal) : network.item[goal];
    for (const node of [network.owner[k], ...(readers.get(k) || [])]) add("need", node, input, k);
  }
  return [...found.values()];
}

// Markets whose makers share needs: who of them is supplied.
function sourcingFacts(network) {
  const found = [];
  for (let node = 0; node < network.n; node++) {
    let binding = false;
    for (let i = network.need_indptr[node]; i < network.need_indptr[node + 1]; i++) binding = binding || network.kept_low[network.needs[i]] < 1;
    if (binding) found.push({ kind: "sourcing", says: "sourcing", item: network.item[node], buyer: network.placeOf[node], nodes: [node], links: [] });
  }
  return found;
}

// Makers of whom nobody says where they stand: each stands at one place, in all its markets.
function placeFacts(network) {
  const found = new Map();
  for (const k of aboutOf(network).placeless) {
    const supplier = network.supplier[network.indices[k]];
    if (!found.has(supplier)) found.set(supplier, { kind: "place", says: "place", supplier, nodes: [], links: [] });
    found.get(supplier).nodes.push(network.owner[k]);
    found.get(supplier).links.push(k);
  }
  return [...found.values()].map((fact) => {
    const sold = new Set(fact.nodes.map((node) => network.item[node]));
    return { ...fact, nodes: [...new Set(fact.nodes)], item: sold.size === 1 ? [...sold][0] : "" };
  });
}

// How likely some makers hold what is not told: their part of what is told of the market itself, and, for as much as is not
// told, their part in markets of the same kind in the same chain (else of the same kind, of all).
function likelihoods(network, makers) {
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

// The extreme answers of a fact: {low, high} (what it is in that pass; null: as it is open), who holds it then ("hit", makers,
// or null) and how likely that is. Of a market: what gives least, what gives most, and all of it held on one known side.
function answersOf(solution, fact, hit, likely) {
  const { network, conditions } = solution;
  const [node] = fact.nodes;
  if (fact.kind === "place") {
    const there = likely("hit")(node);
    const stands = (hits, by, chance) => ({ low: { weights: [], hits }, high: { weights: [], hits }, by, likely: chance });
    return [stands(LOW, "hit", there), stands(HIGH, null, 1 - there)];
  }
  if (fact.kind !== "market") {
    // Where weights are open as well, the worst and the best arrangement are known only where all makers are alike.
    const apart = network.slack[node] > 0 && (conditions.sides > 1 || network.whole[node] !== UNIFORM);
    return fact.kind === "sourcing" && apart ? [] : [{ low: null, high: {}, by: null, likely: EITHER }, { low: {}, high: null, by: null, likely: EITHER }];
  }
  const links = sourcesOf(network, node);
  const sideOf = (k) => conditions.side[network.indices[k]];
  const answer = (hits, order) => {
    const weights = poured(network, node, order);
    const makers = weights.map(([k]) => network.indices[k]);
    const own = makers.every((maker) => hit.has(maker) || network.supplier[maker] === REMAINDER);
    const by = makers.some((maker) => network.supplier[maker] !== REMAINDER) ? makers.map((maker) => network.supplier[maker]) : hits === LOW ? "hit" : null;
    const of = { weights, hits };
    return { low: of, high: of, by, likely: likely(own ? "hit" : sideOf(weights[0][0]))(node) };
  };
  const found = [answer(LOW, orderOf(solution, fact, links, "low")), answer(HIGH, orderOf(solution, fact, links, "high"))];
  if (network.slack[node] <= 0) return found;
  const known = new Set(links.filter((k) => network.high[k] > network.low[k]).map(sideOf).filter((side) => side !== conditions.unknown));
  return [...found, ...[...known].map((side) => answer(HIGH, [...links.filter((k) => sideOf(k) === side), ...links.filter((k) => sideOf(k) !== side)]))];
}

// The facts whose answer narrows the band of an item most: {tried, open, found: [{fact, narrowing, worst, best}]}; worst and
// best are the answers there: {band of the loss, by whom it is held, how likely that is}. In steps: it yields after each.
function* findingOut(solution, product, assumed, hit) {
  const { network, conditions, outcomes } = solution;
  const { low, high } = outcomes;
  const { sides, side } = conditions;
  const at = network.market(product) * sides + conditions.reader;
  const needed = network.needed(network.market(product));
  const makersOf = new Map([["hit", new Set([...hit].flatMap((id) => aboutOf(network).makers(id)))]]);
  const makersBy = (by) => makersOf.get(by) || makersOf.set(by, new Set([...network.kind.keys()].filter((node) => network.kind[node] === MAKER && side[node] === by))).get(by);
  const weights = new Map();
  const likely = (by) => weights.get(by) || weights.set(by, likelihoods(network, makersBy(by))).get(by);
  const trials = { low: passOf(network, conditions, assumed, "low", Answered), high: passOf(network, conditions, assumed, "high", Answered) };
  const settled = (name, fact, answer) => trials[name].answer(fact, name === "low" ? high : low, answer);
  // Exact: an answer that leaves its own steps as they are moves nothing above them.
  const stirs = (name, fact, answer) => {
    if (!answer) return 0;
    const base = outcomes[name];
    const trial = settled(name, fact, answer);
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
    const answers = answersOf(solution, fact, makersBy("hit"), likely).map((one) => ({ ...one, up: stirs("low", fact, one.low), down: stirs("high", fact, one.high) }));
    const [worst, best] = [Math.max(0, ...answers.map((one) => one.likely * one.down)), Math.max(0, ...answers.map((one) => one.likely * one.up))];
    if (answers.some(({ up, down }) => Math.max(up, down) > HIT)) open.push({ fact, answers, worst, best });
    yield null;
  }
  const most = (weight) => [...open].sort((a, b) => weight(b) - weight(a)).slice(0, MOST_TRIED);
  const tried = [...new Set([...most((one) => one.worst), ...most((one) => one.best)])];
  const [certain, possible] = [1 - high.x[at], 1 - low.x[at]];
  const solved = (name, fact, answer) => Math.min(possible, Math.max(certain, 1 - settled(name, fact, answer).solve(needed, outcomes[name].x, maskOf(network, fact.nodes)).x[at]));
  const found = [];
  for (const { fact, answers } of tried) {
    const ends = answers.map((one) => {
      const lowered = one.up > HIT ? solved("low", fact, one.low) : possible;
      return { by: one.by, likely: one.likely, band: [Math.min(lowered, one.down > HIT ? solved("high", fact, one.high) : certain), lowered] };
    });
    const worst = ends.reduce((a, b) => (b.band[0] > a.band[0] + 1e-12 ? b : a));
    let best = ends.reduce((a, b) => (b.band[1] < a.band[1] - 1e-12 ? b : a), ends[1]);
    // Where nobody in particular narrows the band from above, it is the band of all other answers.
    if (worst.by === "hit" && best.band[1] > possible - 1e-12) best = { ...best, by: null };
    const narrowing = worst.likely * (worst.band[0] - certain) + (1 - worst.likely) * (possible - best.band[1]);
    if (narrowing > 1e-4) found.push({ fact, likely: worst.likely, narrowing, worst, best, off: Math.max(...ends.map(({ band: [a, b] }) => possible - certain - (b - a))) });
    yield null;
  }
  return { open: open.length, tried: tried.length, found: found.sort((a, b) => b.narrowing - a.narrowing) };
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

// An item, and whose market of it is meant where that is not the world's.
const nameFor = (id, buyer) => {
  const place = buyer === HOME ? state.buyer : buyer;
  return place ? t("item_for", { item: nameOfId(id), buyer: nameOfId(place) }) : nameOfId(id);
};

const factWords = ({ says, item: of, input, buyer, supplier }) => t(`open_${says}`, { item: nameFor(of, buyer), input: nameOfRequirement(input), supplier: supplier && nameOfId(supplier) });

// Works on when the page has time, one question after the other; what has left the page is dropped, and what fails says so in
// its place and keeps no other waiting.
let inLine = Promise.resolve();

function inSlices(work, place, show) {
  inLine = inLine.then(() => new Promise((next) => {
    const go = () => {
      if (!place.isConnected) return next();
      try {
        for (const until = performance.now() + SLICE; performance.now() < until; ) {
          const { done, value } = work.next();
          if (!done) continue;
          fill(place, show(value));
          place.dataset.ready = "true";
          return next();
        }
      } catch (error) {
        console.error(error);
        fill(place, t("find_out_failed"));
        place.dataset.ready = "failed";
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
  const who = (by) => (by === "hit" ? hit : names(by, 3));
  // What an answer is, and the band after it.
  const words = { market: ["answer_held", "answer_not_held"], place: ["answer_stands", "answer_elsewhere"] };
  const end = (fact, { by, band: [certain, possible] }, key) => [
    h("small", {}, t(words[fact.kind] ? words[fact.kind][by ? 0 : 1] : key, { hit: by && who(by), band: interval(certain, possible, percent) })),
    shrunkBand(loss, [certain, possible])];
  const chance = ({ by, likely }) => t(by === "hit" ? "answer_likely" : "answer_likely_there", { hit: who(by), share: part(likely) });
  if (!found.length) return [h("h3", {}, t("find_out")), h("p", { class: "faint" }, t("find_out_none", { tried }))];
  return [h("h3", {}, t("find_out")),
    h("ol", { class: "facts-to-find" }, found.slice(0, FIRST).map(({ fact, narrowing, worst, best }) => h("li", { "data-item": fact.item, "data-says": fact.says, "data-narrowing": narrowing },
      h("button", { class: "plain name", onclick: () => selectId(fact.supplier || fact.item) }, cut(factWords(fact), 140)),
      h("div", { class: "ends-of-fact" }, end(fact, worst, "answer_worst"), end(fact, best, "answer_best")),
      worst.by ? h("small", {}, chance(worst)) : null))),
    h("details", {}, h("summary", {}, t("find_out_ranked")), h("p", { class: "faint" }, t("find_out_how", { tried, open })))];
}

// The band as it is, pale, and on it the band as it would be.
function shrunkBand(loss, [certain, possible]) {
  return h("span", { class: "band shrunk", role: "img", "aria-label": interval(certain, possible, percent) },
    h("s", { style: { left: `${100 * loss.certain}%`, width: `${100 * (loss.possible - loss.certain)}%` } }),
    h("b", { style: { left: `min(${100 * certain}%, calc(100% - 4px))`, width: `max(4px, ${100 * (possible - certain)}%)` } }));
}
