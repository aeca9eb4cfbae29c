// How long we last: what is supplied from day to day, exactly, from one event to the next. The port of
// kanmon.risk.production.flows and courses; stocks are those of the users of an item, of the product's buyer, or of a place.

const SOON = 1e-9; // days and stocks below this are nothing
const PLENTY = 1e9; // no limit to what a market is offered
const [AS_IT_COMES, WITHOUT, AS_USUAL, BARE] = [0, 1, 2, 3];

// From which day on a change is in force by how much; before the first day not at all.
function stepsOf({ kind, start = 0, lasts = null, ramp = 0 }) {
  const count = Math.ceil(ramp);
  const parts = Array.from({ length: count }, (_, i) => [(ramp * i) / count, (i + 1) / (count + 1)]);
  if (OPENING.includes(kind) || kind === "spare_capacity") {
    const found = [...parts.map(([day, part]) => [start + day, part]), [start + ramp, 1]];
    if (lasts === null) return found;
    return [...found.filter(([day]) => day < start + lasts), [start + lasts, 0]];
  }
  if (lasts === null) return [[start, 1]];
  const end = start + lasts;
  return [[start, 1], ...parts.map(([day, part]) => [end + day, 1 - part]), [end + ramp, 0]];
}

// A network from event to event in one reading.
class Flow extends Pass {
  constructor(film, name) {
    const { network, assumptions } = film;
    const reading = READINGS[name];
    const first = film.states[0];
    const long = needArrays(network, { ...assumptions, term: "long" }, reading.bound);
    super(network, first, long, reading, LOOSE);
    const { n, m, sides } = this;
    this.film = film;
    this.asked = passOf(network, first, assumptions, name).strict;
    this.usesOf = this.use;
    this.use = new Float64Array(m).fill(1);
    this.target = network.indices;
    // What makers share of a need is set apart from what its market gives.
    this.indices = Int32Array.from(network.indices, (target, k) => (network.kind[network.owner[k]] === MARKET ? target : n + k));
    const full = (count) => new Float64Array(count).fill(1);
    this.x = this.now = full((n + m) * sides);
    this.calm = { x: full((n + m) * sides), gain: network.openOn(sides), cap: full(n), substitutes: new Map() };
    this.top = PLENTY;
    this.keptAlways = long.kept;
    this.reserves = film.reservesIn(reading.bound);
    this.q = new Map(); // days on a stock
    this.rates = new Map(); // how fast it runs
    this.bare = new Map();
    this.hits = new Map(); // who is hit in the worst arrangement: d, and the stock left by level
    this.event = { times: [], past: [] };
    this.sent = new Int32Array(m).fill(-1);
    this.shut = new Uint8Array(n);
    for (let k = 0; k < m; k++) if (this.flags[k] & EXTRA) this.shut[this.target[k]] = 1;
    // Where nothing is taken for granted, nobody knows what a new source has in stock: nothing, or all that it needs.
    this.unsaid = Array.from(network.owner, (node) => this.asked !== LOOSE && this.kind[node] === MAKER && this.shut[node] > 0);
    if (this.asked === STRICT_HIGH) this.unsaid.forEach((unsaid, k) => unsaid && this.q.set(k * sides, PLENTY));
  }

  held(key) {
    return this.q.get(key) || 0;
  }

  runs(key, rate) {
    this.rates.set(key, rate > -1e-12 && rate < 1e-12 ? 0 : rate);
  }

  // What reaches a link's requirement now, from a side: what left its source one delivery time ago.
  arrives(k, at) {
    let a;
    const lag = this.film.lag[k];
    if (!(lag > 0)) a = this.now[this.target[k] * this.sides + at];
    else a = this.sent[k] < 0 ? 1 : this.event.past[this.sent[k]][this.target[k] * this.sides + at];
    if (this.usesOf[k] < 1 && a < 1) a = a <= 0 ? 0 : a >= this.usesOf[k] ? 1 : a / this.usesOf[k];
    if (this.asked !== LOOSE && this.flags[k] & ASSUMED && a < 1) a = this.asked === STRICT_LOW || a <= 0 ? 0 : 1;
    return a;
  }

  struck(key, d) {
    const hit = this.hits.get(key);
    hit.d = d;
    let [lost, bottom] = [0, 0];
    for (const { level, left } of hit.plants) {
      if (bottom >= d) break;
      if (left <= SOON) lost += Math.min(level, d) - bottom;
      bottom = level;
    }
    return lost;
  }

  plant(node) {
    const { flags, kept, side, sides } = this;
    const most = this.cap[node];
    const scale = Math.max(1, most);
    const needs = [];
    let least = most;
    for (let k = this.indptr[node]; k < this.indptr[node + 1]; k++) {
      if (flags[k] & SHARED || kept[k] >= 1) continue;
      const a = this.arrives(k, side[node]);
      needs.push([k, a]);
      if (this.held(k * sides) <= 0) least = Math.min(least, kept[k] * most + (1 - kept[k]) * a * scale);
    }
    for (const [k, a] of needs) {
      const drawn = Math.max(0, least - kept[k] * most) / (1 - kept[k]);
      this.runs(k * sides, this.shut[node] ? 0 : scale * a - drawn);
    }
    return least;
  }

  mixed(node, here) {
    const [start, stop] = [this.indptr[node], this.indptr[node + 1]];
    for (let k = start; k < stop; k++) {
      const a = this.arrives(k, here);
      const key = k * this.sides + here;
      if (this.hits.has(`link ${key}`)) this.v[k - start] = 1 - this.struck(`link ${key}`, Math.max(0, 1 - a));
      else {
        this.v[k - start] = this.held(key) <= 0 ? Math.min(1, a) : 1;
        this.runs(key, a - this.v[k - start]);
      }
    }
    const unplaced = this.weigh(start, stop, this.slack[node], this.mixing);
    let total = this.mixing === LEAST ? 0 : unplaced;
    for (let k = start; k < stop; k++) total += this.w[k - start] * this.v[k - start];
    return snap(Math.min(1, total));
  }

  // What the makers of a market bring it.
  offered(node, here, inLoop) {
    const { n, m, sides, flags, kept, side, needs, film, v, e, w } = this;
    const [start, stop] = [this.indptr[node], this.indptr[node + 1]];
    const first = this.need_indptr[node];
    const needed = this.need_indptr[node + 1] - first;
    const worst = this.arrangement === WORST;
    const got = [];
    for (let slot = 0; slot < needed; slot++) {
      const need = needs[first + slot];
      got.push([]);
      for (let at = 0; at < sides; at++) {
        let a = 1;
        if (film.live[first + slot] && kept[need] < 1) {
          a = this.arrives(need, at);
          const key = `need ${(first + slot) * sides + at}`;
          if (worst && this.hits.has(key)) a = 1 - this.struck(key, Math.max(0, 1 - a));
        }
        got[slot].push(a);
        this.now[(n + need) * sides + at] = worst ? Math.min(1, a) : PLENTY;
      }
    }
    if (this.arrangement === ALIKE && !inLoop && needed > 0) {
      // Every maker is one plant with its own stock.
      let extra = 0;
      for (let k = start; k < stop; k++) {
        v[k - start] = this.gain[here * m + k] * this.now[this.target[k] * sides + here];
        e[k - start] = this.wants[k] === 2 ? this.gain[here * m + k] * this.cap[this.target[k]] : v[k - start];
        if (flags[k] & EXTRA) extra += v[k - start];
      }
      for (const { from, gain } of this.substitutes.get(node) || []) extra += gain[this.bound] * this.now[from * sides + here];
      let total = this.weigh(start, stop, this.slack[node], this.spread);
      for (let k = start; k < stop; k++) {
        if (this.wants[k] === 0 || flags[k] & EXTRA) {
          total += w[k - start] * v[k - start];
          continue;
        }
        const mine = [];
        let least = 1;
        for (let slot = 0; slot < needed; slot++) {
          const b = kept[needs[first + slot]];
          if (!film.live[first + slot] || b >= 1 || !this.shares(k, slot)) continue;
          const [key, a] = [`plant ${k} ${slot}`, got[slot][side[this.target[k]]]];
          mine.push([key, a, b]);
          if (this.held(key) <= 0) least = Math.min(least, b + (1 - b) * a);
        }
        // Where its own needs let it make less of what it could, it draws less.
        const made = e[k - start] > 0 ? Math.min(least, v[k - start] / e[k - start]) : least;
        for (const [key, a, b] of mine) this.runs(key, a - Math.max(0, made - b) / (1 - b));
        total += Math.min(w[k - start] * v[k - start], w[k - start] * e[k - start] * least);
      }
      return snap(total + extra);
    }
    const full = this.market(node, here, inLoop);
    if (worst) return full;
    // The best arrangement pools supply and stocks, and the scarcest need decides: each in turn, the others given.
    const tried = got.map((arrivals, slot) => (film.live[first + slot] && kept[needs[first + slot]] < 1 ? this.tried(node, here, inLoop, first + slot, arrivals) : null));
    let best = full;
    tried.forEach((one, slot) => {
      if (one && this.held(`pool ${(first + slot) * sides + here}`) <= 0) best = Math.min(best, one[AS_IT_COMES]);
    });
    tried.forEach((one, slot) => {
      if (!one) return;
      const beyond = Math.max(0, Math.min(...got[slot]) - 1); // more arrives only while upstream catches up
      const brought = one[AS_USUAL] - one[BARE] + beyond * (1 - one[BARE]);
      const drawn = Math.max(0, best - one[WITHOUT]);
      this.runs(`pool ${(first + slot) * sides + here}`, one[BARE] < 1 ? (brought - drawn) / (1 - one[BARE]) : 0);
    });
    return best;
  }

  // What a market gives with one need as it arrives and without it; and the same while all else is as usual.
  tried(node, here, inLoop, place, arrivals) {
    const { n, sides } = this;
    const need = this.needs[place];
    const [gain, cap, substitutes, known] = [this.gain, this.cap, this.substitutes, this.bare.get(place * sides + here)];
    const found = [AS_IT_COMES, WITHOUT, AS_USUAL, BARE].map((what) => {
      const usual = what >= AS_USUAL;
      if (what === AS_USUAL && arrivals.every((a) => a === 1)) return 1;
      if (what === BARE && known !== undefined) return known;
      if (usual) Object.assign(this, this.calm);
      arrivals.forEach((a, at) => (this.x[(n + need) * sides + at] = what % 2 === 0 ? a : 0));
      const value = this.market(node, here, inLoop && !usual);
      arrivals.forEach((_, at) => (this.x[(n + need) * sides + at] = PLENTY));
      Object.assign(this, { x: this.now, gain, cap, substitutes });
      return value;
    });
    this.bare.set(place * sides + here, found[BARE]);
    return found;
  }

  // The most that a market can give while it catches up.
  ceiling(node, here) {
    let most = 1;
    for (let k = this.indptr[node]; k < this.indptr[node + 1]; k++) {
      const more = this.cap[this.target[k]] - 1;
      if (more <= 0 || this.flags[k] & EXTRA || this.kind[this.target[k]] !== MAKER) continue;
      const weight = this.spread === LEAST ? this.low[k] : this.spread === MOST ? this.high[k] : (this.low[k] + this.high[k]) / 2;
      most += weight * more * Math.min(1, this.gain[here * this.m + k]);
    }
    return most;
  }

  // What a market gives when its makers bring `offer`: today's use, more only to catch up, and its reserves.
  served(node, here, offer) {
    const i = node * this.sides + here;
    const top = this.held(`late ${i}`) > 0 ? this.ceiling(node, here) : 1;
    let x = this.held(`over ${i}`) > 0 ? top : Math.min(top, offer);
    this.runs(`over ${i}`, offer - x);
    for (const { key, rate } of this.reserves.get(i) || []) {
      const given = this.held(key) > 0 ? Math.min(rate, Math.max(0, 1 - x)) : 0;
      x += given;
      this.runs(key, -given);
    }
    x = snap(x);
    if (this.film.spare) this.runs(`late ${i}`, 1 - x);
    return x;
  }

  valueAt(node, here, inLoop) {
    if (this.kind[node] === MAKER) return here === 0 ? this.plant(node) : this.now[node * this.sides];
    if (this.kind[node] === GROUP) return this.mixed(node, here);
    return this.served(node, here, this.offered(node, here, inLoop));
  }

  // The rates until the next event: one pass, with cycles iterated.
  pass() {
    const { sides, kind, now } = this;
    const { order, starts, loops } = this.film.blocks;
    for (let block = 0; block + 1 < starts.length; block++) {
      const [a, b] = [starts[block], starts[block + 1]];
      if (!this.film.touched[order[a]]) continue;
      const inLoop = loops[block];
      if (inLoop) {
        for (let i = a; i < b; i++) {
          for (let s = 0; s < sides; s++) {
            now[order[i] * sides + s] = kind[order[i]] === MAKER ? this.cap[order[i]] : this.film.spare && kind[order[i]] === MARKET ? this.ceiling(order[i], s) : 1;
          }
        }
      }
      for (let sweeps = 1; ; sweeps++) {
        let change = 0;
        for (let i = a; i < b; i++) {
          for (let s = 0; s < sides; s++) {
            const next = this.valueAt(order[i], s, inLoop);
            change = Math.max(change, Math.abs(now[order[i] * sides + s] - next));
            now[order[i] * sides + s] = next;
          }
        }
        if (!inLoop || change <= 1e-13) break;
        if (sweeps >= MAX_SWEEPS) {
          if (this.arrangement === WORST || this.spread === LEAST) for (let i = a; i < b; i++) now.fill(0, order[i] * sides, (order[i] + 1) * sides);
          break;
        }
      }
    }
  }

  // A change, the life of machines, or what arrives now.
  happens(t, at) {
    const { film, bound } = this;
    while (at.step < film.days.length && film.days[at.step] <= t + SOON) {
      const state = film.states[at.step];
      [this.cap, this.gain, this.substitutes] = [state.cap[bound], state.gain[bound], state.substitutes];
      for (let i = 0; i < this.gain.length; i++) if (this.gain[i] > 0) this.shut[this.target[i % this.m]] = 0;
      for (const stock of film.stocks) if ((stock.start || 0) === film.days[at.step]) this.stocked(stock);
      at.step++;
    }
    const { epochs, ends } = film.machines;
    let later = at.epoch < 0;
    while (at.epoch + 1 < epochs.length && epochs[at.epoch + 1] <= t + SOON) [at.epoch, later] = [at.epoch + 1, true];
    if (later) {
      this.kept = Float64Array.from(this.keptAlways, (kept, k) => (ends[k] > epochs[at.epoch] ? 1 : kept));
      this.rank = ranksOf(this.network, this.kept);
      this.bare.clear();
    }
    const { times } = this.event;
    for (const k of film.lagged) while (this.sent[k] + 1 < times.length && times[this.sent[k] + 1] + film.lag[k] <= t + SOON) this.sent[k]++;
  }

  // Days more for all who hold a stock of an item.
  stocked(stock) {
    const { network, sides, flags } = this;
    const [of, [low, high]] = [stock.item, boundsOf({ share: stock.days })];
    const days = this.bound === LOW ? low : this.bound === HIGH ? high : (low + high) / 2;
    const more = (key) => this.q.set(key, this.held(key) + days);
    const worse = (key) => {
      if (!this.hits.has(key)) this.hits.set(key, { d: 0, plants: [{ level: 1, left: 0 }] });
      for (const plants of this.hits.get(key).plants) plants.left += days;
    };
    for (const entries of this.reserves.values()) for (const one of entries) if (one.stock === stock) more(one.key);
    if (isReserve(stock)) return;
    const worst = this.arrangement === WORST;
    const divided = new Set();
    if (worst) for (let k = 0; k < this.m; k++) if (flags[k] & SHARED) divided.add(this.target[k]);
    for (let k = 0; k < this.m; k++) {
      if (this.kind[this.target[k]] !== MARKET || network.item[this.target[k]] !== of) continue;
      const owner = this.kind[network.owner[k]];
      if (owner === MAKER && !(flags[k] & SHARED) && !this.unsaid[k]) more(k * sides);
      if (owner === GROUP) for (let s = 0; s < sides; s++) worst && divided.has(network.owner[k]) ? worse(`link ${k * sides + s}`) : more(k * sides + s);
    }
    for (let node = 0; node < this.n; node++) {
      for (let place = this.need_indptr[node]; place < this.need_indptr[node + 1]; place++) {
        const target = this.target[this.needs[place]];
        if (this.kind[target] !== MARKET || network.item[target] !== of) continue;
        for (let s = 0; s < sides; s++) worst ? worse(`need ${place * sides + s}`) : more(`pool ${place * sides + s}`);
        if (this.arrangement === ALIKE) for (let k = this.indptr[node]; k < this.indptr[node + 1]; k++) more(`plant ${k} ${place - this.need_indptr[node]}`);
      }
    }
  }

  // The days of all events, and the rate of a node from each on.
  run(place) {
    const { film, q, rates } = this;
    const { times, past } = this.event;
    const found = [];
    const at = { step: 0, epoch: -1 };
    for (let t = 0; ; ) {
      this.happens(t, at);
      this.pass();
      times.push(t);
      found.push(this.now[place]);
      if (film.lagged.length) past.push(this.now.slice(0, this.n * this.sides));
      let after = film.horizon;
      if (at.step < film.days.length) after = Math.min(after, film.days[at.step]);
      if (at.epoch + 1 < film.machines.epochs.length) after = Math.min(after, film.machines.epochs[at.epoch + 1]);
      for (const [key, rate] of rates) if (rate < 0 && this.held(key) > 0) after = Math.min(after, t - q.get(key) / rate);
      for (const { d, plants } of this.hits.values()) {
        let bottom = 0;
        for (const { level, left } of plants) {
          if (bottom >= d - 1e-12) break;
          if (left > 0) after = Math.min(after, t + left);
          bottom = level;
        }
      }
      for (const k of film.lagged) {
        for (; this.sent[k] + 1 < times.length; this.sent[k]++) {
          const differs = Array.from({ length: this.sides }, (_, s) => this.target[k] * this.sides + s)
            .some((i) => past[this.sent[k] + 1][i] !== (this.sent[k] < 0 ? 1 : past[this.sent[k]][i]));
          if (!differs) continue;
          after = Math.min(after, times[this.sent[k] + 1] + film.lag[k]);
          break;
        }
      }
      if (after >= film.horizon - SOON) return [times, found];
      const dt = Math.max(after - t, 0);
      for (const [key, rate] of rates) {
        if (rate === 0) continue;
        const left = this.held(key) + rate * dt;
        q.set(key, left < SOON ? 0 : left);
      }
      for (const hit of this.hits.values()) wears(hit, dt);
      t = after;
    }
  }
}

// Those hit live on their stock; those above keep what they have.
function wears({ d, plants }, dt) {
  if (d <= 1e-12) return;
  let bottom = 0;
  for (let i = 0; i < plants.length && bottom < d - 1e-12; i++) {
    if (plants[i].level > d + 1e-12) plants.splice(i, 0, { level: d, left: plants[i].left });
    plants[i].left = plants[i].left - dt > SOON ? plants[i].left - dt : 0;
    bottom = plants[i].level;
  }
}

// A scenario as what is in force from which day on.
class Film {
  // With `only` an item: what it needs is followed, the rest stands as usual.
  constructor(network, changes, assumptions = ASSUMED_FIRST, horizon = 365, only = null) {
    Object.assign(this, { network, assumptions, horizon });
    const { n, m, kind, indptr, indices, owner } = network;
    const forces = changes.filter((change) => change.kind !== "stockpile").map((change) => [change, stepsOf(change)]);
    this.stocks = changes.filter((change) => change.kind === "stockpile" && (change.start || 0) < horizon);
    this.spare = changes.some((change) => change.kind === "spare_capacity");
    const days = [0, ...forces.flatMap(([, steps]) => steps.map(([day]) => day)), ...this.stocks.map(({ start }) => start || 0)];
    this.days = [...new Set(days)].filter((day) => day < horizon).sort((a, b) => a - b);
    this.states = this.days.map((day) => conditionsOf(network, [...forces.map(([change, steps]) => {
      const part = steps.reduce((found, [since, force]) => (since <= day ? force : found), 0);
      return { ...change, share: boundsOf(change).map((share) => share * part) };
    }), ...changes.filter(isReserve)]));
    this.lag = Float64Array.from({ length: m }, (_, k) => (kind[owner[k]] === MARKET ? 0 : (network.lag && network.lag[k]) || 0));
    this.lagged = Array.from({ length: m }, (_, k) => k).filter((k) => this.lag[k] > 0);
    const ends = Float64Array.from({ length: m }, (_, k) => {
      if (!(network.flags[k] & EQUIPMENT)) return 0;
      const life = network.life ? network.life[k] : NaN;
      return Number.isNaN(life) ? (assumptions.term === "short" ? Infinity : 0) : life;
    });
    this.machines = { ends, epochs: [...new Set([0, ...ends.filter((day) => day < horizon)])].sort((a, b) => a - b) };
    // What happens reaches those who need it.
    const substitutes = this.states[this.states.length - 1].substitutes;
    const touched = new Uint8Array(n);
    for (const state of this.states) {
      state.touched.forEach((hit, node) => hit && (touched[node] = 1));
      for (const node of state.substitutes.keys()) touched[node] = 1;
    }
    const needed = only === null || substitutes.size ? null : network.needed(network.market(only));
    if (needed) for (let node = 0; node < n; node++) touched[node] &= needed[node];
    const { order, starts } = network.blocks(substitutes);
    for (let more = true; more; ) {
      more = false;
      for (const node of order) {
        if (touched[node] || (needed && !needed[node])) continue;
        for (let k = indptr[node]; k < indptr[node + 1] && !touched[node]; k++) if (touched[indices[k]]) [touched[node], more] = [1, true];
      }
    }
    this.touched = touched;
    const itself = (node) => indices.subarray(indptr[node], indptr[node + 1]).includes(node) || (substitutes.get(node) || []).some(({ from }) => from === node);
    this.blocks = { order, starts, loops: Array.from({ length: starts.length - 1 }, (_, i) => starts[i + 1] - starts[i] > 1 || itself(order[starts[i]])) };
    for (let i = 0; i + 1 < starts.length; i++) {
      const block = order.subarray(starts[i], starts[i + 1]);
      if (block.some((node) => touched[node])) block.forEach((node) => (touched[node] = 1));
    }
    this.live = Array.from(network.needs, (k) => touched[indices[k]] || this.spare);
    this.reserved = new Map(changes.filter(isReserve).map((change, i) => [change, this.states[0].reserved[i]]));
  }

  // By market and side what it is given, in turn: {key, rate, stock}. A stock of the product is held by whoever buys it. Those
  // whose place is not known stand at the holder's in the best case.
  reservesIn(bound) {
    const { network } = this;
    const { sides, reader, unknown } = this.states[0];
    const found = new Map();
    this.stocks.forEach((stock, number) => {
      const { item: of, release } = stock;
      const inside = this.reserved.get(stock);
      const at = (s) => (s === unknown ? bound === HIGH : inside[s]);
      const places = inside
        ? [...network.markets.values()].filter((node) => network.item[node] === of).flatMap((node) => Array.from({ length: sides }, (_, s) => [node, s])).filter(([, s]) => at(s))
        : of === network.product ? [[network.market(of), reader]] : [];
      for (const [node, s] of places) {
        const i = node * sides + s;
        put(found, i, { key: `reserve ${number} ${i}`, rate: release ?? PLENTY, stock });
      }
    });
    return found;
  }

  // The curves of an item: days, and by reading the rate from each day on and the output lost up to it.
  curves(item) {
    const place = this.network.market(item) * this.states[0].sides + this.states[0].reader;
    const runs = THREE.map((name) => new Flow(this, name).run(place));
    const round = (day) => Math.round(day * 1e9) / 1e9;
    let days = [...new Set(runs.flatMap(([times]) => times.map(round)))].sort((a, b) => a - b);
    const total = runs.map(([times, rates]) => (day) => {
      let made = 0;
      for (let i = 0; i < times.length && times[i] < day; i++) made += rates[i] * (Math.min(day, i + 1 < times.length ? times[i + 1] : this.horizon) - times[i]);
      return made;
    });
    // Bounds must not cross, and what is estimated lies between them: a breakpoint where two curves meet.
    days.push(this.horizon);
    const crossed = [];
    for (const [below, above] of [[0, 1], [0, 2], [2, 1]]) {
      for (let i = 0; i + 1 < days.length; i++) {
        const [before, after] = [total[above](days[i]) - total[below](days[i]), total[above](days[i + 1]) - total[below](days[i + 1])];
        if (before * after < 0 && Math.min(before, after) < -SOON) crossed.push(days[i] + ((days[i + 1] - days[i]) * before) / (before - after));
      }
    }
    days = [...new Set([...days, ...crossed.map(round)])].sort((a, b) => a - b).filter((day, i, all) => i === 0 || day - all[i - 1] > SOON);
    const made = days.map((day) => {
      const [low, high, estimate] = total.map((one) => one(day));
      const least = Math.min(low, high);
      return { low: least, high, estimate: Math.min(Math.max(estimate, least), high) };
    });
    const lost = (name) => days.map((day, i) => (Math.abs(day - made[i][name]) < SOON ? 0 : day - made[i][name]));
    const rate = (name) => days.map((day, i) => {
      const j = Math.min(i, days.length - 2);
      return (made[j + 1][name] - made[j][name]) / (days[j + 1] - days[j]);
    });
    return { days, rate: Object.fromEntries(THREE.map((name) => [name, rate(name)])), lost: { low: lost("high"), high: lost("low"), estimate: lost("estimate") } };
  }
}

// What a scenario with days does to an item; stocks are { kind: "stockpile", item, days, start }.
const timelineOf = (network, changes, item, assumptions, horizon) => new Film(network, changes, assumptions, horizon, item).curves(item);
