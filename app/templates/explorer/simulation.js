// A network solved under changes, in several readings: the port of kanmon.risk.production.simulation.

const READINGS = {
  low: { bound: LOW, spread: LEAST, arrangement: WORST, mixing: LEAST },
  high: { bound: HIGH, spread: MOST, arrangement: BEST, mixing: MOST },
  estimate: { bound: ESTIMATE, spread: EVEN, arrangement: ALIKE, mixing: EVEN },
  facts: { bound: LOW, spread: LEAST, arrangement: BEST, mixing: MOST },
};
const ASSUMED_FIRST = { sharing: "alike", term: "short", sourcing: "world" };
const THREE = ["low", "high", "estimate"];

const needsOf = new WeakMap(); // network -> assumptions and bound -> arrays

// What makers keep without each requirement, its use share, and the needs of each market, the hardest first.
function needArrays(network, { sharing, term, unstated = 1 }, bound) {
  if (!needsOf.has(network)) needsOf.set(network, new Map());
  const known = needsOf.get(network);
  const key = `${sharing} ${term} ${unstated} ${bound}`;
  if (known.has(key)) return known.get(key);
  const between = (low, high) => (bound === LOW ? low : bound === HIGH ? high : low.map((value, i) => (value + high[i]) / 2));
  const kept = Float64Array.from(between(network.kept_low, network.kept_high));
  if (term === "short") network.flags.forEach((flags, k) => flags & EQUIPMENT && (kept[k] = 1));
  const use = new Float64Array(network.m).fill(1);
  // A use is a maker's need of one input, or one of its alternatives; a market, or what leads to a group, is none.
  const kindOf = (k) => [network.kind[network.owner[k]], network.kind[network.indices[k]]];
  const isUse = (k) => (([owner, goal]) => owner === GROUP || (owner === MAKER && goal !== GROUP))(kindOf(k));
  if (sharing === "first") between(network.use_high, network.use_low).forEach((share, k) => {
    if (!Number.isNaN(share)) use[k] = share;
    else if (unstated < 1 && isUse(k)) use[k] = unstated;
  });
  known.set(key, { kept, use, rank: ranksOf(network, kept) });
  return known.get(key);
}

// The needs of each market, the hardest to do without first; those alike as they stand.
function ranksOf({ n, need_indptr: ptr, needs }, kept) {
  const rank = new Uint32Array(needs.length);
  for (let node = 0; node < n; node++) {
    const first = ptr[node];
    for (let slot = 0; slot < ptr[node + 1] - first; slot++) {
      let turn = slot;
      for (; turn > 0 && kept[needs[first + rank[first + turn - 1]]] > kept[needs[first + slot]]; turn--) rank[first + turn] = rank[first + turn - 1];
      rank[first + turn] = slot;
    }
  }
  return rank;
}

// The values of a network as it stands, in a reading; only what a change reaches differs from them.
function usualOf(network, name, assumptions) {
  if (!needsOf.has(network)) needsOf.set(network, new Map());
  const known = needsOf.get(network);
  const key = `usual ${name} ${assumptions.sharing} ${assumptions.unstated} ${assumptions.term} ${assumptions.sourcing}`;
  if (!known.has(key)) known.set(key, passOf(network, conditionsOf(network, []), assumptions, name).solve().x);
  return known.get(key);
}

// The same from several sides. Where all is as today everybody sees the same; elsewhere (null) sides may tell.
function usualFrom(network, name, assumptions, sides) {
  const usual = usualOf(network, name, assumptions);
  if (sides === 1) return usual;
  const known = needsOf.get(network);
  const key = `from ${sides} ${name} ${assumptions.sharing} ${assumptions.unstated} ${assumptions.term} ${assumptions.sourcing}`;
  if (!known.has(key)) known.set(key, usual.every((value) => value === 1) ? new Float64Array(network.n * sides).fill(1) : null);
  return known.get(key);
}

function passOf(network, conditions, assumptions, name, kind = Pass) {
  const reading = READINGS[name];
  const strict = assumptions.sourcing !== "any" || reading.arrangement === ALIKE ? LOOSE : reading.arrangement === WORST ? STRICT_LOW : STRICT_HIGH;
  return new kind(network, conditions, needArrays(network, assumptions, reading.bound), reading, strict);
}

class Solution {
  // With `only` an item: what it needs is solved, the rest stands as usual.
  constructor(network, changes, assumptions = ASSUMED_FIRST, readings = THREE, only = null) {
    this.network = network;
    this.conditions = conditionsOf(network, changes);
    this.outcomes = {};
    const { sides, substitutes } = this.conditions;
    for (const name of readings) {
      const usual = substitutes.size ? null : usualFrom(network, name, assumptions, sides);
      const needed = only !== null && usual ? network.needed(network.market(only)) : null;
      this.outcomes[name] = passOf(network, this.conditions, assumptions, name).solve(needed, usual, this.conditions.touched);
    }
    const { low, high, estimate } = this.outcomes;
    if (!low || !high) return;
    // Where bounds meet, rounding must not turn them round.
    for (let i = 0; i < low.x.length; i++) {
      low.x[i] = Math.min(low.x[i], high.x[i]);
      if (estimate) estimate.x[i] = Math.min(Math.max(estimate.x[i], low.x[i]), high.x[i]);
    }
  }

  level(item, reading) {
    return this.outcomes[reading].x[this.network.market(item) * this.conditions.sides + this.conditions.reader];
  }

  // What is lost of an item's supply, as the buyer sees it: at least (certain), at most (possible), estimated.
  loss(item) {
    const lost = (reading) => (this.outcomes[reading] ? 1 - this.level(item, reading) : null);
    return { certain: lost("high"), possible: lost("low"), estimate: lost("estimate") };
  }
}
