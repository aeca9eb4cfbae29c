// What a scenario does to a network: bounds of capacities and gains, and the sides from which markets are read. The port of
// kanmon.risk.production.conditions, change by change.

const LOW = 0;
const HIGH = 1;
const ESTIMATE = 2;
const BOUNDS = [LOW, HIGH, ESTIMATE];

// Who stands behind which maker and which link; looked up once for each network.
class About {
  constructor(network) {
    this.network = network;
    this.byPlace = new Map(); // supplier or country -> makers
    this.byItem = new Map(); // the same of one item
    this.ofItem = new Map(); // item -> makers
    this.restsOf = new Map(); // item -> links to the remainder
    this.sales = []; // links of markets to makers
    this.rests = []; // those to the remainder
    this.named = new Map(); // supplier -> markets that tell its share
    this.salesOf = new Map(); // supplier -> links of these markets to it
    this.placeless = []; // links to makers of whom nobody says where they stand
    this.countries = new Set(); // where makers stand
    const put = (map, key, value) => map.has(key) ? map.get(key).add(value) : map.set(key, new Set([value]));
    network.kind.forEach((kind, node) => {
      if (kind !== MAKER) return;
      if (network.supplier[node] !== NEW) put(this.ofItem, network.item[node], node);
      if (network.supplier[node] === REMAINDER) return;
      for (const place of [network.supplier[node], network.country[node]]) {
        if (place === null) continue;
        put(this.byPlace, place, node);
        put(this.byItem, `${place}\n${network.item[node]}`, node);
      }
      if (network.country[node] !== null) this.countries.add(network.country[node]);
    });
    for (let k = 0; k < network.m; k++) {
      const [market, maker] = [network.owner[k], network.indices[k]];
      if (network.kind[market] !== MARKET || network.kind[maker] !== MAKER) continue;
      this.sales.push(k);
      if (network.placeless.has(network.supplier[maker])) this.placeless.push(k);
      if (network.supplier[maker] === REMAINDER) {
        this.rests.push(k);
        put(this.restsOf, network.item[market], k);
      } else if (!(network.flags[k] & EXTRA)) {
        put(this.named, network.supplier[maker], market);
        put(this.salesOf, network.supplier[maker], k);
      }
    }
  }

  // Who stands for a company where a market does not name it: companies it belongs to, its country; any, where that is not known.
  groups(node) {
    const above = this.network.chain(node).slice(1);
    return this.network.placeless.has(node) ? [...above, ...this.countries] : above;
  }

  // Which of some nodes may be hit together in what one maker supplies, whoever it is: it, those that it belongs to, and the country that it stands in (any one, where nobody says which).
  owners(nodes) {
    const { network } = this;
    const asked = new Set(nodes);
    const countries = [...asked].filter((node) => network.isCountry(node));
    const below = asked.size > countries.length ? Object.keys(network.chains).filter((maker) => network.chains[maker].slice(1).some((up) => asked.has(up) && !network.isCountry(up))) : [];
    return [...new Set([...asked, ...below])].flatMap((maker) => {
      const felt = [...asked].filter((up) => network.chain(maker).includes(up));
      if (!network.placeless.has(maker) || !countries.length) return [felt];
      return countries.map((country) => [...felt.filter((up) => !countries.includes(up)), country]);
    });
  }

  // Links that may belong to a node, to remainders and to whoever stands for it (for a country, to those of whom nobody says where they stand): not where its own share is told.
  hiding(node, item) {
    const { owner, indices, item: items, home, product } = this.network;
    const told = this.named.get(node) || new Set();
    const rests = item ? [...(this.restsOf.get(item) || [])] : this.rests;
    const held = this.network.isCountry(node) ? this.placeless : new Set(this.groups(node).flatMap((one) => [...(this.salesOf.get(one) || [])]));
    const own = home === null ? null : this.network.market(product);
    const may = [...held].filter((k) => (!item || items[owner[k]] === item) && !(indices[k] === home && owner[k] === own));
    return [...rests, ...may].filter((k) => !told.has(owner[k]));
  }

  makers(node, item) {
    return [...((item ? this.byItem.get(`${node}\n${item}`) : this.byPlace.get(node)) || [])];
  }

  // The makers of a node (it may be an item), sales of the buyer's own to others, and links that may be the node's. The buyer goes on making the product for itself, whatever happens to its country.
  hit(node, item) {
    const { network } = this;
    if (network.inside.has(node)) return [[...(this.ofItem.get(node) || [])], [], []];
    const { home, owner, indices } = network;
    const makers = this.makers(node, item);
    const own = home !== null && makers.includes(home);
    const market = own ? network.market(network.product) : null;
    const sold = own ? this.sales.filter((k) => indices[k] === home && owner[k] !== market) : [];
    return [makers.filter((maker) => maker !== home), sold, this.hiding(node, item)];
  }

  // The sales of a node, and the links that may be its.
  sold(node, item) {
    const { owner, indices, item: items } = this.network;
    const makers = new Set(this.makers(node, item));
    return [this.sales.filter((k) => makers.has(indices[k]) && (!item || items[owner[k]] === item)), this.hiding(node, item)];
  }
}

const aboutNetwork = new WeakMap();

function aboutOf(network) {
  if (!aboutNetwork.has(network)) aboutNetwork.set(network, new About(network));
  return aboutNetwork.get(network);
}

// Places that a scenario's embargoes and reserves treat alike, and one side for makers whose place is not known.
function sidesOf(network, embargoes, reserves) {
  const side = new Int32Array(network.n);
  if (!embargoes.length && !reserves.length) return { count: 1, reader: 0, unknown: 0, inside: [], side };
  const about = aboutOf(network);
  const homes = embargoes.map(({ node }) => {
    const makers = [...(about.byPlace.get(node) || [])].filter((maker) => network.supplier[maker] === node);
    const countries = makers.map((maker) => network.country[maker]).filter((country) => country !== null);
    const chain = network.chain(node);
    return new Set([node, ...(countries.length ? countries : chain.slice(-1))]);
  });
  // Aimed at some: those are hit. Aimed at everybody abroad: all that do not stand at home.
  const hits = (chain) => embargoes.map(({ to }, i) => Number(to && to.length ? chain.some((place) => to.includes(place)) : !chain.some((place) => homes[i].has(place))));
  const of = (chain) => [...hits(chain), ...reserves.map(({ holder }) => Number(chain.includes(holder)))].join("");
  const none = [...embargoes, ...reserves].map(() => 0).join("");
  const known = new Map([[NEW, none]]);
  // A maker of which nobody says where it stands reads what an unknown place does, unless it is itself whom all aim at.
  const aimedAt = (supplier) => embargoes.length && !reserves.length && embargoes.every(({ to }) => (to || []).includes(supplier));
  network.kind.forEach((kind, node) => {
    const supplier = network.supplier[node];
    const told = network.country[node] !== null || aimedAt(supplier);
    if (kind === MAKER && supplier !== REMAINDER && told && !known.has(supplier)) known.set(supplier, of(network.chain(supplier)));
  });
  const reader = of(network.places);
  const kinds = [...new Set([reader, ...known.values()])].sort();
  const number = new Map(kinds.map((kind, i) => [kind, i]));
  network.kind.forEach((kind, node) => {
    const kept = known.get(network.supplier[node]);
    if (kind === MAKER) side[node] = kept === undefined ? kinds.length : number.get(kept);
  });
  const inside = [...embargoes, ...reserves].map((_, i) => [...kinds.map((kind) => kind[i] === "1"), false]);
  return { count: kinds.length + 1, reader: number.get(reader), unknown: kinds.length, inside, side };
}

// A stock that a place holds for those who stand there.
const isReserve = ({ kind, holder }) => kind === "stockpile" && typeof holder === "string";

const boundsOf = ({ share = 1 }) => (Array.isArray(share) ? share : [share, share]);
const OPENING = ["add_source", "substitute"]; // other changes then meet what they bring

// An array for each bound. Those alike are one array until one of them is written, for most changes write few of them.
class Bounded {
  constructor(first) {
    this.first = first;
    this.arrays = BOUNDS.map(() => first);
  }

  // The array of a bound, to be written.
  of(bound) {
    const { arrays } = this;
    if (arrays[bound] === this.first || arrays.some((other, i) => i !== bound && other === arrays[bound])) arrays[bound] = arrays[bound].slice();
    return arrays[bound];
  }

  scale(bound, places, by, shift = 0) {
    if (!places.length || by === 1) return;
    const found = this.of(bound);
    for (const place of places) found[shift + place] *= by;
  }

  // All bounds, by a factor each.
  scaleAll(places, by, shift = 0) {
    const alike = BOUNDS.every((bound) => by[bound] === by[LOW] && this.arrays[bound] === this.arrays[LOW]);
    if (!alike) return BOUNDS.forEach((bound) => this.scale(bound, places, by[bound], shift));
    this.scale(LOW, places, by[LOW], shift);
    return this.arrays.fill(this.arrays[LOW]);
  }
}

// Every market of the item draws on the substitute, too; what several changes bring from one market adds up.
function substitute(network, change, more, substitutes) {
  const from = network.markets.get(`${change.by}\n${WORLD_MARKET}`);
  for (const [key, node] of network.markets) {
    if (from === undefined || !key.startsWith(`${change.item}\n`)) continue;
    const found = substitutes.get(node) || substitutes.set(node, []).get(node);
    const same = found.find((one) => one.from === from);
    if (same) more.forEach((value, bound) => (same.gain[bound] += value));
    else found.push({ from, gain: more });
  }
}

// What is surely left of supply that may be of whoever is hit: that of the one maker that is hit most, not of all at once.
function spare(about, hidden, gain, m) {
  const least = new Map(); // place of a gain -> what is left
  for (const owner of about.owners(hidden.map(({ node }) => node))) {
    const left = new Map();
    for (const { node, rests, kept, sides } of hidden) {
      if (owner.includes(node)) for (const s of sides) for (const k of rests) left.set(s * m + k, (left.get(s * m + k) ?? 1) * kept);
    }
    left.forEach((part, place) => least.set(place, Math.min(part, least.get(place) ?? 1)));
  }
  least.forEach((part, place) => gain.scale(LOW, [place], part));
}

// Capacities and gains by bound. A substitute adds a link to every market of its item: {from, gain by bound}.
function conditionsOf(network, changes) {
  const about = aboutOf(network);
  const embargoes = changes.filter(({ kind }) => kind === "embargo");
  const reserves = changes.filter(isReserve);
  const sides = sidesOf(network, embargoes, reserves);
  const { n, m } = network;
  const cap = new Bounded(network.full);
  const gain = new Bounded(network.openOn(sides.count));
  const substitutes = new Map();
  const touched = new Uint8Array(n); // nodes whose own capacity or links change
  const touch = (links) => links.forEach((k) => (touched[network.owner[k]] = 1));
  const hidden = []; // what changes take of supply that may be their node's
  let embargo = 0;
  const ordered = [...changes].sort((a, b) => OPENING.includes(b.kind) - OPENING.includes(a.kind));
  for (const change of ordered) {
    if (change.kind === "stockpile") continue; // stocks run out: they tell in time alone (who holds a reserve has a side)
    const [low, high] = boundsOf(change);
    const kept = [1 - high, 1 - low, 1 - (low + high) / 2];
    if (change.kind === "halt" || change.kind === "reduce") {
      const [makers, sold, rests] = about.hit(change.node, change.item);
      cap.scaleAll(makers, kept);
      for (let s = 0; s < sides.count; s++) gain.scaleAll(sold, kept, s * m);
      touch(sold);
      makers.forEach((maker) => (touched[maker] = 1));
      touch(rests);
      hidden.push({ node: change.node, rests, kept: kept[LOW], sides: [...Array(sides.count).keys()] });
    } else if (change.kind === "spare_capacity") {
      const [makers] = about.hit(change.node, change.item);
      const more = [1 + low, 1 + high, 1 + (low + high) / 2];
      cap.scaleAll(makers, more);
      makers.forEach((maker) => (touched[maker] = 1));
    } else if (change.kind === "embargo") {
      const [cut, rests] = about.sold(change.node, change.item);
      const inside = sides.inside[embargo++];
      touch(cut);
      touch(rests);
      const met = (bound) => [...Array(sides.count).keys()].filter((s) => inside[s] || (s === sides.unknown && bound === LOW));
      for (const bound of BOUNDS) for (const s of met(bound)) gain.scale(bound, cut, kept[bound], s * m);
      hidden.push({ node: change.node, rests, kept: kept[LOW], sides: met(LOW) });
    } else {
      const more = [low, high, (low + high) / 2];
      if (change.kind === "add_source") {
        const links = network.opened(change.item, change.inputs !== false);
        touch(links);
        for (const k of links) for (const bound of BOUNDS) for (let s = 0; s < sides.count; s++) gain.of(bound)[s * m + k] += more[bound];
        continue;
      }
      substitute(network, change, more, substitutes);
    }
  }
  spare(about, hidden, gain, m);
  return { cap: cap.arrays, gain: gain.arrays, side: sides.side, sides: sides.count, reader: sides.reader, unknown: sides.unknown, reserved: sides.inside.slice(embargoes.length), substitutes, touched };
}
