// The way down from a node to what is hit: at each step what binds. The port of kanmon.risk.production.ways.

// What takes from a node in a reading, the most first: {link, loss, need}.
function causesOf(outcome, node, side) {
  const { network, x, sides } = outcome;
  const links = network.links(node);
  let found;
  if (network.kind[node] === MAKER) {
    found = links.filter((k) => !(network.flags[k] & SHARED)).map((k) => ({ link: k, loss: (1 - outcome.kept[k]) * (1 - outcome.reach(k, outcome.side[node])), need: true }));
  } else {
    const { weights, levels } = weightsOf(outcome, node, side);
    found = links.map((k, i) => ({ link: k, loss: weights[i] * (1 - levels[i]), need: false }));
  }
  if (network.kind[node] === MARKET) {
    const at = new Set(links.map((k) => outcome.side[network.indices[k]]));
    for (let i = network.need_indptr[node]; i < network.need_indptr[node + 1]; i++) {
      const k = network.needs[i];
      const short = Math.max(...[...at].map((one) => 1 - outcome.reach(k, one)));
      found.push({ link: k, loss: (1 - outcome.kept[k]) * short, need: true });
    }
  }
  const size = (loss) => Math.round(loss * 1e12) / 1e12;
  const level = ({ link }) => x[network.indices[link] * sides];
  return found.filter(({ loss }) => loss > TINY).sort((a, b) => size(b.loss) - size(a.loss) || level(a) - level(b) || a.link - b.link);
}

// The weights of a pool's links in a reading, and what each of them gives.
function weightsOf(outcome, node, side) {
  const { network, x, sides, gain, m } = outcome;
  const links = network.links(node);
  const group = network.kind[node] === GROUP;
  const levels = links.map((k) => (group ? outcome.reach(k, side) : gain[side * m + k] * x[network.indices[k] * sides + side]));
  levels.forEach((level, i) => (outcome.v[i] = level));
  const [start, stop] = [network.indptr[node], network.indptr[node + 1]];
  outcome.weigh(start, stop, network.slack[node], group ? outcome.mixing : outcome.spread);
  return { weights: Array.from(outcome.w.slice(0, links.length)), levels };
}

// The need that costs most, or the worst maker where the makers together cost more.
function bindingOf(found) {
  const needs = found.filter(({ need }) => need);
  const rest = found.filter(({ need }) => !need);
  const sum = rest.reduce((total, { loss }) => total + loss, 0);
  return needs.length && (!rest.length || needs[0].loss >= sum - TINY) ? needs[0] : rest[0];
}

// The steps from an item down to what is hit: {item, supplier, share, share_low, share_high, kept, cause, market, source, year, confidence}.
function trace(solution, item, reading) {
  const outcome = solution.outcomes[reading];
  const { network, x, sides, gain, m } = outcome;
  const certain = outcome.spread === MOST;
  const rows = [];
  const seen = new Set();
  let about = {};
  let side = solution.conditions.reader;
  let node = network.market(item);
  while (x[node * sides + side] < 1 - TINY && !seen.has(node)) {
    seen.add(node);
    const found = causesOf(outcome, node, side);
    if (network.kind[node] === MAKER) {
      const cap = outcome.cap[node];
      const halted = cap < 1 && (!found.length || 1 - cap >= found[0].loss);
      rows.push({ ...about, item: network.item[node], supplier: network.supplier[node], kept: x[node * sides], cause: halted ? "halt" : "input" });
      if (halted || !found.length) break;
      side = outcome.side[node];
      [node, about] = [network.indices[found[0].link], {}];
      continue;
    }
    if (!found.length) break;
    const best = bindingOf(found);
    const source = network.indices[best.link];
    if (network.kind[node] === MARKET) {
      const [year, of, confidence] = network.facts.get(node);
      about = { market: node, source: of, year, confidence };
      if (best.need) {
        rows.push({ ...about, item: network.item[node], supplier: null, share: 1, share_low: 1, share_high: 1, kept: x[node * sides + side], cause: "need" });
        const at = [...new Set(network.links(node).map((k) => outcome.side[network.indices[k]]))].sort((a, b) => a - b);
        side = at.reduce((a, b) => (outcome.reach(best.link, b) < outcome.reach(best.link, a) ? b : a));
        [node, about] = [source, {}];
        continue;
      }
      const [low, high] = [network.low[best.link], network.high[best.link]];
      Object.assign(about, { share: certain ? low : high, share_low: low, share_high: high });
      const through = gain[side * m + best.link];
      if (through < 1 && network.kind[source] === MAKER) {
        rows.push({ ...about, item: network.item[source], supplier: network.supplier[source], kept: through * x[source * sides], cause: solution.conditions.sides > 1 ? "embargo" : "halt" });
        if (x[source * sides] >= through) break;
      }
    }
    node = source;
  }
  return rows;
}
