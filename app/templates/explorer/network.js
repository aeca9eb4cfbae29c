// The compiled networks of kanmon.graph, unpacked: makers, markets and groups as compressed sparse rows.

const MAKER = 0;
const MARKET = 1;
const GROUP = 2;
const SHARED = 1;
const EQUIPMENT = 2;
const ASSUMED = 4;
const EXTRA = 8;
const REMAINDER = "";
const NEW = "+";
const WORLD_MARKET = "";
const HOME = "@";

const KINDS_OF_NUMBER = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: Float64Array };

function numbers([bytes, text, value]) {
  if (bytes === 0) return new Uint32Array(text).fill(value);
  return new KINDS_OF_NUMBER[bytes](bytesOf(text).buffer);
}

function bytesOf(base64) {
  const letters = atob(base64);
  const found = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) found[i] = letters.charCodeAt(i);
  return found;
}

// What Python deflated, as plain data; the browser brings what reads it.
async function inflated(text) {
  return new Response(new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
}

function pointers(packed) {
  const counts = numbers(packed);
  const found = new Int32Array(counts.length + 1);
  counts.forEach((count, i) => (found[i + 1] = found[i] + count));
  return found;
}

class Network {
  constructor(packed, shared) {
    const words = (name) => Array.from(numbers(packed[name]), (i) => shared.strings[i]);
    const weights = (name) => Float64Array.from(numbers(packed[name]), (i) => shared.weights[i]);
    for (const name of ["indices", "flags", "wants", "kind", "whole", "needs", "some"]) this[name] = numbers(packed[name]);
    for (const name of ["low", "kept_low", "kept_high", "use_low", "use_high", "slack", "lag", "life"]) this[name] = weights(name);
    for (const name of ["high", "share"]) this[name] = Float64Array.from(numbers(packed[name]), (code, k) => (code ? shared.weights[code - 1] : this.low[k]));
    for (const name of ["indptr", "need_indptr", "some_indptr"]) this[name] = pointers(packed[name]);
    [this.item, this.supplier, this.placeOf] = ["item", "supplier", "place"].map(words);
    this.n = this.kind.length;
    this.m = this.indices.length;
    this.product = packed.product;
    this.buyer = packed.buyer;
    this.chains = shared.chains;
    this.placeless = new Set(shared.placeless); // companies and sites of which nobody says where they stand
    const at = (supplier) => (supplier in shared.countries ? shared.countries[supplier] : supplier); // null: nobody knows
    this.country = this.supplier.map((supplier) => (supplier === null ? null : at(supplier)));
    this.owner = new Int32Array(this.m);
    this.markets = new Map();
    this.items = [];
    this.facts = new Map();
    const facts = numbers(packed.facts);
    for (let node = 0, row = 0; node < this.n; node++) {
      this.owner.fill(node, this.indptr[node], this.indptr[node + 1]);
      if (this.kind[node] !== MARKET) continue;
      this.markets.set(`${this.item[node]}\n${this.placeOf[node]}`, node);
      if (this.placeOf[node] === WORLD_MARKET) this.items.push(this.item[node]);
      this.facts.set(node, shared.facts[facts[row++]]);
    }
    [this.users, this.users_indptr] = this.usersOf();
    this.inside = new Set(this.items);
    const own = this.markets.get(`${this.product}\n${HOME}`);
    this.home = own === undefined ? null : this.indices[this.indptr[own]]; // the maker that the buyer is of the product
    this.widest = 0; // links of a node at most
    for (let node = 0; node < this.n; node++) this.widest = Math.max(this.widest, this.indptr[node + 1] - this.indptr[node]);
    this.masks = new Map();
    this.seen = new Map(); // item -> its market as the buyer sees it
    this.full = new Float64Array(this.n).fill(1); // capacities as usual
    this.opens = [null, Float64Array.from(this.flags, (flags) => (flags & EXTRA ? 0 : 1))]; // gains as usual: new sources are shut
  }

  // The nodes that read each node: through a link of their own, or as markets whose makers share a need.
  usersOf() {
    const { n, m, indices, owner, needs, need_indptr } = this;
    const reads = new Int32Array(m + needs.length); // who reads, and below what is read
    const read = new Int32Array(m + needs.length);
    for (let k = 0; k < m; k++) [reads[k], read[k]] = [owner[k], indices[k]];
    for (let node = 0; node < n; node++) for (let i = need_indptr[node]; i < need_indptr[node + 1]; i++) [reads[m + i], read[m + i]] = [node, indices[needs[i]]];
    const start = new Int32Array(n + 1);
    for (const node of read) start[node + 1] += 1;
    for (let node = 0; node < n; node++) start[node + 1] += start[node];
    const [at, found] = [start.slice(), new Int32Array(read.length)];
    read.forEach((node, i) => (found[at[node]++] = reads[i]));
    return [found, start];
  }

  // Gains as usual from a number of sides.
  openOn(sides) {
    if (!this.opens[sides]) {
      this.opens[sides] = new Float64Array(sides * this.m);
      for (let s = 0; s < sides; s++) this.opens[sides].set(this.opens[1], s * this.m);
    }
    return this.opens[sides];
  }

  // A supplier, the companies that it belongs to, and the countries that these stand in.
  chain(supplier) {
    return supplier === REMAINDER || supplier === NEW ? [] : this.chains[supplier] || [supplier];
  }

  // Whether a node is no company: it belongs to nothing and stands in nothing else.
  isCountry(node) {
    return !this.placeless.has(node) && !(node in this.chains);
  }

  get places() {
    return this.buyer === null ? [] : this.chain(this.buyer);
  }

  // The market of an item as this network's buyer sees it.
  market(item) {
    if (!this.seen.has(item)) this.seen.set(item, [HOME, ...this.places, WORLD_MARKET].map((place) => this.markets.get(`${item}\n${place}`)).find((node) => node !== undefined));
    return this.seen.get(item);
  }

  // The nodes that a node needs, itself included.
  needed(node) {
    if (this.masks.has(node)) return this.masks.get(node);
    const found = new Uint8Array(this.n);
    const front = [node];
    found[node] = 1;
    while (front.length) {
      const here = front.pop();
      for (let k = this.indptr[here]; k < this.indptr[here + 1]; k++) {
        if (found[this.indices[k]]) continue;
        found[this.indices[k]] = 1;
        front.push(this.indices[k]);
      }
    }
    this.masks.set(node, found);
    return found;
  }

  links(node) {
    return Array.from({ length: this.indptr[node + 1] - this.indptr[node] }, (_, i) => this.indptr[node] + i);
  }

  // Links that a new source of an item opens: each market holds the shut one without inputs, then the one with.
  opened(item, inputs) {
    const found = [];
    for (const [key, node] of this.markets) {
      if (!key.startsWith(`${item}\n`)) continue;
      const extra = this.links(node).filter((k) => this.flags[k] & EXTRA);
      if (extra.length) found.push(extra[inputs ? 1 : 0]);
    }
    return found;
  }

  // Nodes in strongly connected blocks, what is needed first; substitutes add links.
  blocks(substitutes) {
    if (substitutes.size) return evaluationOrder(this, substitutes);
    this.usual = this.usual || evaluationOrder(this, substitutes);
    return this.usual;
  }
}

// Tarjan (1972) without recursion; `substitutes` are further links of markets.
function evaluationOrder({ n, indptr, indices }, substitutes) {
  const targets = (node) => {
    const found = indices.subarray(indptr[node], indptr[node + 1]);
    return substitutes.has(node) ? [...found, ...substitutes.get(node).map(({ from }) => from)] : found;
  };
  const index = new Int32Array(n).fill(-1);
  const lowlink = new Int32Array(n);
  const onStack = new Uint8Array(n);
  const [stack, order, starts, path] = [[], [], [], []];
  let counter = 0;
  const open = (node) => {
    index[node] = lowlink[node] = counter++;
    stack.push(node);
    onStack[node] = 1;
    path.push({ node, next: targets(node), at: 0 });
  };
  for (let root = 0; root < n; root++) {
    if (index[root] >= 0) continue;
    open(root);
    while (path.length) {
      const top = path[path.length - 1];
      if (top.at < top.next.length) {
        const child = top.next[top.at++];
        if (index[child] < 0) open(child);
        else if (onStack[child]) lowlink[top.node] = Math.min(lowlink[top.node], index[child]);
        continue;
      }
      if (lowlink[top.node] === index[top.node]) {
        starts.push(order.length);
        let member;
        do {
          member = stack.pop();
          onStack[member] = 0;
          order.push(member);
        } while (member !== top.node);
      }
      path.pop();
      if (path.length) lowlink[path[path.length - 1].node] = Math.min(lowlink[path[path.length - 1].node], lowlink[top.node]);
    }
  }
  starts.push(order.length);
  return { order: Int32Array.from(order), starts: Int32Array.from(starts) };
}

// The networks of the page by buyer, reading and product, unpacked when they are first asked. The one that the page opens on
// is read first, the others when there is time, or when one of them is asked.
const networks = await (async () => {
  const [first, others] = data.networks;
  const { index: places, packed, strings, levels, chains, countries, placeless, facts } = await inflated(first);
  const shared = { strings, weights: numbers(levels), chains: byAnyName(chains), countries: byAnyName(countries), placeless, facts };
  const index = byAnyName(places);
  for (const of of Object.values(index)) for (const reading of ["market", "domestic"]) if (of[reading]) of[reading] = byAnyName(of[reading]);
  const unpacked = new Map();
  let reading = null;
  const numberOf = (product, buyer, home) => {
    const of = index[buyer || ""];
    return of && (of[home && of.domestic ? "domestic" : "market"] || {})[buyer ? product : ""];
  };
  const found = {
    index,
    // Whether a network, or that there is none, can be told at once.
    isRead: (...asked) => numberOf(...asked) === undefined || numberOf(...asked) in packed,
    rest: () => (reading = reading || inflated(others).then((more) => Object.assign(packed, more))),
    get(...asked) {
      const number = numberOf(...asked);
      if (number === undefined) return null;
      if (!unpacked.has(number)) unpacked.set(number, new Network(packed[number], shared));
      return unpacked.get(number);
    },
    async read(...asked) {
      if (!found.isRead(...asked)) await found.rest();
      return found.get(...asked);
    },
  };
  return found;
})();
