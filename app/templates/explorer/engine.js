// The production network in the page: the equations, changes and readings of kanmon.risk, number for number.
// A producer takes the minimum of its requirements, a pool the weighted sum of its sources; the answer is the greatest
// fixed point, read twice: what is not attributed sits where it hurts most (low), or least (high).

const REMAINDER = "";
const WORLD_MARKET = "";
const LOW = 0;
const HIGH = 1;
const ESTIMATE = 2;
const TOLERANCE = 1e-13;
const MAX_STEPS = 100000;

const KINDS_OF_NUMBER = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: Float64Array };

function numbers([bytes, text]) {
  const raw = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new KINDS_OF_NUMBER[bytes](raw.buffer);
}

function networkFrom(packed) {
  const word = (name) => Array.from(numbers(packed[name]), (i) => packed.strings[i]);
  const weights = numbers(packed.levels);
  const weight = (name) => Array.from(numbers(packed[name]), (i) => weights[i]);
  const [item, supplier, country, buyer, role] = ["item", "supplier", "country", "buyer", "role"].map(word);
  const [low, high, slack] = ["low", "high", "slack"].map(weight);
  const indices = numbers(packed.indices);
  const rows = item.map((name, i) => ({ item: name, supplier: supplier[i], country: country[i], buyer: buyer[i], role: role[i] }));
  for (const [node, year, source, confidence] of packed.markets) Object.assign(rows[node], { year, source, confidence });
  let k = 0;
  const links = Array.from(numbers(packed.counts), (count) => {
    const found = [];
    for (const end = k + count; k < end; k++) found.push([indices[k], low[k], high[k], 1, 1]);
    return found;
  });
  return { rows, links, slack, caps: rows.map(() => [1, 1]), product: packed.product, places: packed.places };
}

const isProducer = (row) => row.role === "producer";

// A copy of a network on which the changes of a scenario are made one after the other. Links are [source, low, high, gain
// low, gain high].
class NetworkEditor {
  constructor(network) {
    this.rows = network.rows.slice();
    this.links = network.links.slice(); // lists of links are replaced, never changed
    this.slack = network.slack.slice();
    this.caps = network.caps.slice();
    this.product = network.product;
    this.places = network.places;
    this.drawnOn = null;
    this.countries = new Map();
    this.served = new Set(); // items with a market of the reader's own
    for (const row of this.rows) {
      if (row.supplier) this.countries.set(row.supplier, (this.countries.get(row.supplier) || new Set()).add(row.country));
      if (row.role === "market" && this.places.includes(row.buyer)) this.served.add(row.item);
    }
  }

  // The nodes that draw on each node.
  get users() {
    if (!this.drawnOn) {
      this.drawnOn = this.rows.map(() => []);
      this.links.forEach((links, node) => {
        for (const link of links) {
          const users = this.drawnOn[link[0]];
          if (users[users.length - 1] !== node) users.push(node);
        }
      });
    }
    return this.drawnOn;
  }

  addUser(node, user) {
    if (!this.users[node].includes(user)) this.users[node].push(user);
  }

  apply(change) {
    if (change.kind === "halt") this.halt(change);
    else if (change.kind === "embargo") this.embargo(change);
  }

  is(maker, node) {
    const row = this.rows[maker];
    return isProducer(row) && row.supplier !== REMAINDER && (row.supplier === node || row.country === node);
  }

  isRemainder(maker) {
    return isProducer(this.rows[maker]) && this.rows[maker].supplier === REMAINDER;
  }

  // The remainder of a market may belong to a node unless the node's own share there is known.
  mayHide(market, node) {
    return !this.links[market].some((link) => this.rows[link[0]].supplier === node);
  }

  markets(item) {
    const found = [];
    this.rows.forEach((row, n) => row.role === "market" && (!item || row.item === item) && found.push(n));
    return found;
  }

  halt({ node, item }) {
    const wholeItem = this.rows.some((row) => row.item === node);
    this.rows.forEach((row, maker) => {
      const hit = wholeItem ? row.item === node : this.is(maker, node);
      if (hit && isProducer(row) && (!item || row.item === item)) this.caps[maker] = [0, 0];
    });
    if (wholeItem) return;
    const hiding = new Set();
    for (const market of this.markets(item)) {
      const makers = this.links[market].map((link) => link[0]).filter((maker) => this.isRemainder(maker));
      if (makers.length && this.mayHide(market, node)) makers.forEach((maker) => hiding.add(maker));
    }
    hiding.forEach((maker) => (this.caps[maker] = [0, this.caps[maker][1]]));
  }

  embargo({ node, item, to }) {
    const aimed = to && to.length > 0;
    const home = (this.rows.find((row) => row.supplier === node) || {}).country || node;
    const special = new Set(aimed ? to : [home]);
    for (const market of this.markets(item)) {
      const cut = new Set();
      const hidden = new Set();
      this.links[market].forEach((link, i) => {
        if (this.is(link[0], node)) cut.add(i);
        if (this.isRemainder(link[0]) && this.mayHide(market, node)) hidden.add(i);
      });
      if (!cut.size && !hidden.size) continue;
      const [inside, outside] = this.split(market, special);
      const target = aimed ? inside : outside;
      if (target === null) continue;
      this.links[target] = this.links[target].map((link, i) => {
        if (!cut.has(i) && !hidden.has(i)) return link;
        const [source, low, high, , gainHigh] = link;
        return [source, low, high, 0, cut.has(i) ? 0 : gainHigh];
      });
    }
  }

  // The pools that users inside and outside the places draw from: the same sources, two nodes.
  split(pool, places) {
    const row = this.rows[pool];
    if (row.role === "market" && row.buyer !== WORLD_MARKET) {
      return this.inside(row.buyer, places) ? [pool, null] : [null, pool];
    }
    const sides = { true: [], false: [], null: [] };
    for (const user of [...this.users[pool]].sort((a, b) => a - b)) sides[this.side(user, places)].push(user);
    if (row.role === "market") sides[this.readerInside(row.item, places)].push(-1);
    if (!sides.false.length && !sides.null.length) return [pool, null];
    if (!sides.true.length && !sides.null.length) return [null, pool];
    const twin = this.copy(pool);
    if (row.role === "market") {
      this.rows[twin] = { ...row, buyer: this.label(places) };
      if (this.places.includes(this.rows[twin].buyer)) this.served.add(row.item);
    }
    for (const user of sides.true) if (user !== -1) this.redirect(user, pool, twin);
    for (const user of sides.null) {
      if (this.rows[user].role === "group") {
        const [inside] = this.split(user, places);
        if (inside !== null) this.redirect(inside, pool, twin);
      } else {
        const place = this.add({ item: row.item, buyer: null, role: "place" }, [[pool, 0, 1, 1, 1], [twin, 0, 1, 1, 1]], 1, [1, 1]);
        this.addUser(pool, place);
        this.addUser(twin, place);
        this.redirect(user, pool, place);
      }
    }
    return [twin, pool];
  }

  label(places) {
    const own = this.places.find((place) => places.has(place));
    return own === undefined ? [...places].sort().join("|") : own;
  }

  readerInside(item, places) {
    return !this.served.has(item) && this.places.some((place) => places.has(place));
  }

  inside(buyer, places) {
    return places.has(buyer) || [...(this.countries.get(buyer) || [])].some((country) => places.has(country));
  }

  // Whether a user stands inside the places; null where that is not known or differs.
  side(user, places) {
    const row = this.rows[user];
    if (isProducer(row)) return row.supplier === REMAINDER ? null : places.has(row.supplier) || places.has(row.country);
    if (row.role === "market" && row.buyer !== WORLD_MARKET) return this.inside(row.buyer, places);
    if (row.role === "group") {
      const sides = new Set(this.users[user].map((above) => this.side(above, places)));
      return sides.size === 1 ? [...sides][0] : null;
    }
    return null;
  }

  copy(node) {
    const links = this.links[node].slice();
    const twin = this.add({ ...this.rows[node] }, links, this.slack[node], this.caps[node]);
    links.forEach((link) => this.addUser(link[0], twin));
    return twin;
  }

  add(row, links, slack, caps) {
    this.rows.push(row);
    this.links.push(links);
    this.slack.push(slack);
    this.caps.push(caps);
    this.drawnOn.push([]);
    return this.rows.length - 1;
  }

  redirect(user, old, next) {
    this.links[user] = this.links[user].map((link) => (link[0] === old ? [next, link[1], link[2], link[3], link[4]] : link));
    this.users[old] = this.users[old].filter((other) => other !== user);
    this.addUser(next, user);
  }
}

// The network as arrays, for the loops below.
function flat({ rows, links, slack, caps }) {
  const n = rows.length;
  const total = links.reduce((sum, found) => sum + found.length, 0);
  const start = new Int32Array(n + 1);
  const source = new Int32Array(total);
  const [low, high, gainLow, gainHigh] = [0, 0, 0, 0].map(() => new Float64Array(total));
  const producer = new Uint8Array(n);
  const [capLow, capHigh] = [new Float64Array(n), new Float64Array(n)];
  let k = 0;
  for (let i = 0; i < n; i++) {
    for (const link of links[i]) {
      source[k] = link[0];
      low[k] = link[1];
      high[k] = link[2];
      gainLow[k] = link[3];
      gainHigh[k++] = link[4];
    }
    start[i + 1] = k;
    producer[i] = isProducer(rows[i]) ? 1 : 0;
    [capLow[i], capHigh[i]] = caps[i];
  }
  return { n, start, source, low, high, gains: [gainLow, gainHigh], caps: [capLow, capHigh], producer, slack };
}

// Nodes in strongly connected blocks, requirements first (Tarjan 1972), and where each block starts.
function evaluationOrder({ n, start, source }) {
  const index = new Int32Array(n).fill(-1);
  const lowlink = new Int32Array(n);
  const onStack = new Uint8Array(n);
  const position = start.slice();
  const [stack, path, order] = [new Int32Array(n), new Int32Array(n), new Int32Array(n)];
  const starts = [];
  let [counter, held, placed, depth] = [0, 0, 0, -1];
  const open = (node) => {
    index[node] = lowlink[node] = counter++;
    stack[held++] = node;
    onStack[node] = 1;
    path[++depth] = node;
  };
  for (let root = 0; root < n; root++) {
    if (index[root] >= 0) continue;
    open(root);
    while (depth >= 0) {
      const node = path[depth];
      if (position[node] < start[node + 1]) {
        const child = source[position[node]++];
        if (index[child] < 0) open(child);
        else if (onStack[child]) lowlink[node] = Math.min(lowlink[node], index[child]);
        continue;
      }
      if (lowlink[node] === index[node]) {
        starts.push(placed);
        let member;
        do {
          member = stack[--held];
          onStack[member] = 0;
          order[placed++] = member;
        } while (member !== node);
      }
      depth -= 1;
      if (depth >= 0) lowlink[path[depth]] = Math.min(lowlink[path[depth]], lowlink[node]);
    }
  }
  starts.push(placed);
  return { order, starts };
}

const snap = (total) => (total > 1 - 1e-12 ? 1 : total);

function poolValue(net, node, x, gain, reading) {
  const { start, source, low, high, slack } = net;
  const [from, to] = [start[node], start[node + 1]];
  let total = 0;
  for (let k = from; k < to; k++) total += low[k] * gain[k] * x[source[k]];
  let left = slack[node];
  if (left <= 0) return snap(total);
  let [least, most, room, part] = [Infinity, -Infinity, 0, 0];
  for (let k = from; k < to; k++) {
    if (high[k] <= low[k]) continue;
    const value = gain[k] * x[source[k]];
    least = Math.min(least, value);
    most = Math.max(most, value);
    room += high[k] - low[k];
    part += (high[k] - low[k]) * value;
  }
  if (reading === ESTIMATE) return snap(total + (room > 0 ? (left * part) / room : left));
  // The slack goes to the sources with the least (or most) to give, each up to its upper bound.
  const give = (value, width) => {
    const step = Math.min(left, width);
    total += step * value;
    left -= step;
  };
  if (least === most) {
    for (let k = from; k < to && left > 1e-15; k++) if (high[k] > low[k]) give(least, high[k] - low[k]);
  } else if (room > 0) {
    const open = [];
    for (let k = from; k < to; k++) if (high[k] > low[k]) open.push([gain[k] * x[source[k]], high[k] - low[k]]);
    open.sort((a, b) => (reading === LOW ? a[0] - b[0] : b[0] - a[0]));
    for (const [value, width] of open) if (left > 1e-15) give(value, width);
  }
  if (left > 1e-15 && reading === HIGH) total += left;
  return snap(total);
}

function levels(net, { order, starts }, reading) {
  const { n, start, source, producer } = net;
  const side = reading === LOW ? 0 : 1;
  const [gain, cap] = [net.gains[side], net.caps[side]];
  const x = new Float64Array(n);
  for (let i = 0; i < n; i++) x[i] = producer[i] ? cap[i] : 1;
  const value = (node) => {
    if (!producer[node]) return poolValue(net, node, x, gain, reading);
    let least = 1;
    for (let k = start[node]; k < start[node + 1]; k++) least = Math.min(least, x[source[k]]);
    return cap[node] * least;
  };
  const needsItself = (node) => source.subarray(start[node], start[node + 1]).includes(node);
  for (let block = 0; block < starts.length - 1; block++) {
    const [from, to] = [starts[block], starts[block + 1]];
    if (to - from === 1) {
      x[order[from]] = value(order[from]);
      if (!needsItself(order[from])) continue;
    }
    for (let steps = 0; steps < MAX_STEPS; steps++) {
      let change = 0;
      for (let at = from; at < to; at++) {
        const next = value(order[at]);
        change = Math.max(change, Math.abs(x[order[at]] - next));
        x[order[at]] = next;
      }
      if (change <= TOLERANCE) break;
    }
  }
  return x;
}

function marketNodes(network) {
  const found = new Map();
  network.rows.forEach((row, node) => row.role === "market" && found.set(`${row.item}\n${row.buyer}`, node));
  return found;
}

// Solve a network under a list of changes: levels of all nodes in two readings (three on request), and the market of each item.
function solve(network, changes, estimated = false) {
  const edited = new NetworkEditor(network);
  changes.forEach((change) => edited.apply(change));
  const net = flat(edited);
  const blocks = evaluationOrder(net);
  const high = levels(net, blocks, HIGH);
  const low = levels(net, blocks, LOW).map((value, i) => Math.min(value, high[i]));
  const estimate = estimated ? levels(net, blocks, ESTIMATE).map((value, i) => Math.min(Math.max(value, low[i]), high[i])) : null;
  const markets = marketNodes(edited);
  const market = new Map();
  for (const row of edited.rows) {
    if (row.role !== "market" || row.buyer !== WORLD_MARKET) continue;
    const place = edited.places.find((name) => markets.has(`${row.item}\n${name}`));
    market.set(row.item, markets.get(`${row.item}\n${place === undefined ? WORLD_MARKET : place}`));
  }
  return { network: edited, low, high, estimate, market };
}

// The requirement that takes most from the makers in a market, weighed by what they could hold of it.
function bindingOf({ network, low }, market) {
  const losses = new Map();
  for (const link of network.links[market]) {
    const maker = link[0];
    const needs = network.links[maker];
    if (!needs.length || !isProducer(network.rows[maker])) continue;
    let worst = needs[0][0];
    for (const need of needs) if (low[need[0]] < low[worst]) worst = need[0];
    const loss = (1 - low[worst]) * link[2];
    if (loss > 1e-12) losses.set(worst, (losses.get(worst) || 0) + loss);
  }
  let best = null;
  for (const [node, loss] of losses) {
    if (best === null || loss > losses.get(best) || (loss === losses.get(best) && node < best)) best = node;
  }
  return best === null ? null : network.rows[best].item;
}

function simulate(network, changes, estimated = false) {
  const solution = solve(network, changes, estimated);
  const kept = new Map();
  for (const [item, node] of solution.market) {
    const { low, high, estimate } = solution;
    const binding = low[node] < 1 ? bindingOf(solution, node) : null;
    kept.set(item, { low: low[node], high: high[node], ...(estimate && { estimate: estimate[node] }), binding });
  }
  return { kept, solution };
}

// The weights of a pool's sources in a reading: its slack goes to the worst sources (low) or to the best (high).
function weightsIn(links, slack, level, reading) {
  const weights = links.map((link) => link[1]);
  const sign = reading === "low" ? 1 : -1;
  const order = links.map((_, i) => i).sort((a, b) => sign * (level(links[a]) - level(links[b])) || a - b);
  let left = slack;
  for (const i of order) {
    const part = Math.min(left, links[i][2] - links[i][1]);
    weights[i] += part;
    left -= part;
  }
  return weights;
}

// Why: the chain from a product down to what is hit, following what binds at each step.
function trace({ network, low, high, market }, product, reading) {
  const [x, gain, side] = reading === "low" ? [low, 3, 0] : [high, 4, 1];
  const steps = [];
  const seen = new Set();
  let node = market.get(product);
  let about = {};
  const step = (maker, kept, cause) => {
    const { item, supplier } = network.rows[maker];
    steps.push({ ...about, item, supplier: supplier || REMAINDER, kept, cause });
  };
  while (node !== undefined && x[node] < 1 - 1e-12 && !seen.has(node)) {
    seen.add(node);
    const links = network.links[node];
    if (isProducer(network.rows[node])) {
      const worst = links.length ? links.reduce((a, b) => (x[b[0]] < x[a[0]] ? b : a))[0] : null;
      const cap = network.caps[node][side];
      const own = cap < 1 && (worst === null || cap <= x[worst]);
      step(node, x[node], own ? "halt" : "input");
      if (own || worst === null) break;
      node = worst;
      about = {};
      continue;
    }
    let best = null;
    let most = 1e-12;
    const weights = weightsIn(links, network.slack[node], (link) => link[gain] * x[link[0]], reading);
    for (const [i, link] of links.entries()) {
      const lost = Math.round(weights[i] * (1 - link[gain] * x[link[0]]) * 1e12) / 1e12;
      if (lost > most) [best, most] = [link, lost];
    }
    if (best === null) break;
    const row = network.rows[node];
    if (row.role === "market") {
      about = { share: best[reading === "low" ? 2 : 1], source: row.source, year: row.year, confidence: row.confidence };
    }
    if (best[gain] < 1 && isProducer(network.rows[best[0]])) {
      step(best[0], best[gain] * x[best[0]], "embargo");
      if (x[best[0]] >= best[gain]) break;
    }
    node = best[0];
  }
  return steps;
}
