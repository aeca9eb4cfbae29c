// The arithmetic of a production network in one reading: the port of kanmon.risk.production.kernels, number for number.
// Values of node i as seen from side s stand at x[i * sides + s].

const [WORST, BEST, ALIKE] = [0, 1, 2];
const [LOOSE, STRICT_LOW, STRICT_HIGH] = [0, 1, 2];
const TINY = 1e-12;
const MAX_SWEEPS = 10000;
const UNIFORM = 2; // a whole market all of whose makers share all that they need

const snap = (total) => (total > 1 - 1e-12 && total < 1 + 1e-12 ? 1 : total > 1e-12 ? total : 0);

// One pass over a network; holds the arrays that the loops share.
class Pass extends Pool {
  constructor(network, conditions, { kept, use, rank }, reading, strict) {
    super(network, conditions.sides);
    // Field by field: an object of one fixed shape is what makes the loops fast.
    this.network = network;
    this.n = network.n;
    this.m = network.m;
    this.kind = network.kind;
    this.whole = network.whole;
    this.slack = network.slack;
    this.indptr = network.indptr;
    this.indices = network.indices;
    this.share = network.share;
    this.need_indptr = network.need_indptr;
    this.needs = network.needs;
    this.wants = network.wants;
    this.some_indptr = network.some_indptr;
    this.some = network.some;
    this.kept = kept;
    this.use = use;
    this.rank = rank;
    this.strict = strict;
    this.side = conditions.side;
    this.sides = conditions.sides;
    this.unknown = conditions.unknown;
    this.substitutes = conditions.substitutes;
    this.cap = conditions.cap[reading.bound];
    this.gain = conditions.gain[reading.bound];
    this.bound = reading.bound;
    this.top = 1; // what a market serves at most: today's use
    this.spread = reading.spread;
    this.arrangement = reading.arrangement;
    this.mixing = reading.mixing;
    this.x = new Float64Array(this.n * this.sides);
  }

  // What a link's requirement gets, from a side: served first where its use share is below 1.
  reach(k, side) {
    let a = this.x[this.indices[k] * this.sides + side];
    if (this.use[k] < 1) a = a <= 0 ? 0 : a >= this.use[k] ? 1 : a / this.use[k];
    if (this.strict !== LOOSE && this.flags[k] & ASSUMED) {
      if (this.strict === STRICT_LOW) a = a >= 1 ? 1 : 0;
      else a = a > 0 ? 1 : 0;
    }
    return a;
  }

  // What a requirement gets where it gets most: nothing hits the unknown side at best, and everything at worst.
  fullest(k) {
    if (this.arrangement !== WORST) return this.reach(k, this.unknown);
    let a = 0;
    for (let one = 0; one < this.sides; one++) a = Math.max(a, this.reach(k, one));
    return a;
  }

  // Whether the maker behind link k shares a need of its market.
  shares(k, slot) {
    if (this.wants[k] === 1) return true;
    if (this.wants[k] === 2) for (let i = this.some_indptr[k]; i < this.some_indptr[k + 1]; i++) if (this.some[i] === slot) return true;
    return false;
  }

  // Whether the maker behind link k shares all needs of its market, and has all that it needs by itself.
  unhindered(k, i, count) {
    if (this.wants[k] !== 2) return this.wants[k] === 1;
    return this.v[i] === this.e[i] && this.some_indptr[k + 1] - this.some_indptr[k] === count;
  }

  // What a maker makes of the world's supply that it cannot make without a need: more than the part b.
  needing(k, b) {
    const made = this.x[this.indices[k] * this.sides];
    const could = this.wants[k] === 2 ? this.cap[this.indices[k]] : made;
    return this.share[k] * (made - Math.min(made, b * could));
  }

  // What a market gives where all its makers lack all that they share: the part kept without is there at worst. Of what a
  // maker buys by itself some of its plants have nothing, and make the part `own` at most; the others have all.
  sure(node, start, stop, first, count) {
    const { indptr, indices, flags, kept, needs, wants, v, e, w, mu } = this;
    let b = 1;
    for (let slot = 0; slot < count; slot++) b = Math.min(b, kept[needs[first + slot]]);
    if (b <= 0) return 0;
    for (let k = start; k < stop; k++) {
      const i = k - start;
      let own = 1;
      if (wants[k] === 2 && v[i] < e[i]) {
        for (let j = indptr[indices[k]]; j < indptr[indices[k] + 1]; j++) if (!(flags[j] & SHARED)) own = Math.min(own, kept[j]);
      }
      mu[i] = wants[k] === 0 ? v[i] : Math.min(v[i], b * e[i]);
      if (own < b) mu[i] = own * e[i] + ((v[i] - own * e[i]) / (1 - own)) * (b - own);
    }
    let total = this.weigh(start, stop, this.slack[node], this.spread, mu);
    if (this.spread === LEAST) total = 0;
    for (let k = start; k < stop; k++) total += w[k - start] * mu[k - start];
    return total;
  }

  // The most that a market's makers can lose by what their shared needs fall short of: of all makers (group < 0), or of one side.
  deprived(node, start, stop, first, count, group) {
    const { v, w, mu, share, x, sides, indices, kept, needs, rank, side, wants } = this;
    const whole = this.whole[node];
    let [lost, left] = [0, 0];
    for (let k = start; k < stop; k++) {
      mu[k - start] = whole ? w[k - start] * v[k - start] : share[k] * x[indices[k] * sides];
      if (wants[k] > 0 && (group < 0 || side[indices[k]] === group)) left += mu[k - start];
    }
    for (let turn = 0; turn < count; turn++) {
      const slot = rank[first + turn];
      const need = needs[first + slot];
      const cost = 1 - kept[need];
      if (cost <= 0) break; // sorted: the rest can be done without, too
      let budget = 1 - this.reach(need, group < 0 ? this.unknown : group);
      if (budget <= TINY) continue;
      if (whole) {
        // A need hits no more than the makers who share it, and all needs no more than all makers.
        let most = 0;
        for (let k = start; k < stop; k++) {
          if (mu[k - start] > 0 && (group < 0 || side[indices[k]] === group) && this.shares(k, slot)) most += mu[k - start];
        }
        const step = Math.min(budget, most, left);
        left -= step;
        lost += step * cost;
        continue;
      }
      while (budget > TINY) {
        let [best, ratio] = [-1, 0];
        for (let k = start; k < stop; k++) {
          const i = k - start;
          if (w[i] * v[i] <= 0 || mu[i] <= 0 || (group >= 0 && side[indices[k]] !== group)) continue;
          const value = (w[i] * v[i]) / (share[k] * x[indices[k] * sides]);
          if (value > ratio && wants[k] > 0) [best, ratio] = [i, value];
        }
        if (best < 0) break;
        const step = Math.min(budget, mu[best]);
        mu[best] -= step;
        budget -= step;
        lost += step * ratio * cost;
      }
    }
    return lost;
  }

  // The value of a whole market all of whose makers share all needs: all that matters is how much is alive on each side.
  uniform(node, start, stop, first, count, total, left, inLoop) {
    const { indices, low, high, flags, slack, needs, rank, kept, side, sides, unknown, v, w, mu } = this;
    if (slack[node] > 0 && sides > 1 && (this.arrangement === WORST || this.spread === MOST)) this.widen(start, stop, slack[node]);
    let alive = 0;
    for (let one = 0; one < sides; one++) mu[one] = 0;
    for (let k = start; k < stop; k++) {
      mu[side[indices[k]]] += w[k - start] * v[k - start];
      alive += w[k - start] * v[k - start];
    }
    if (this.arrangement === ALIKE && !inLoop) {
      let result = left;
      for (let one = 0; one < sides; one++) {
        if (mu[one] <= 0) continue;
        let least = 1;
        for (let slot = 0; slot < count; slot++) {
          const need = needs[first + slot];
          if (kept[need] < 1) least = Math.min(least, kept[need] + (1 - kept[need]) * this.reach(need, one));
        }
        result += mu[one] * least;
      }
      return result;
    }
    let best = total;
    if (this.arrangement === WORST) {
      // Losses of needs fall on different makers as far as they go round: jointly, and on each side apart.
      let [joint, rest, floor] = [0, alive, 1];
      for (let turn = 0; turn < count; turn++) {
        const need = needs[first + rank[first + turn]];
        floor = Math.min(floor, kept[need]);
        const step = Math.min(rest, 1 - this.reach(need, unknown));
        joint += step * (1 - kept[need]);
        rest -= step;
      }
      if (sides > 1) {
        let apart = 0;
        for (let one = 0; one < sides; one++) {
          rest = mu[one];
          for (let turn = 0; turn < count; turn++) {
            const need = needs[first + rank[first + turn]];
            const step = Math.min(rest, 1 - this.reach(need, one));
            apart += step * (1 - kept[need]);
            rest -= step;
          }
        }
        joint = Math.min(joint, apart);
      }
      best = Math.max(total - joint, floor * total);
      if (total <= 1 + TINY) return best;
      // Above today's use makers have no more of what they need than in the best arrangement: that bounds the worst, too,
      // where the open weights are those of one completion.
      this.weigh(start, stop, slack[node], LEAST);
      [alive, left] = [total, 0];
      for (let one = 0; one < sides; one++) mu[one] = 0;
      for (let k = start; k < stop; k++) mu[side[indices[k]]] += w[k - start] * v[k - start];
    }
    for (let slot = 0; slot < count; slot++) {
      const need = needs[first + slot];
      const b = kept[need];
      if (b >= 1) continue;
      best = Math.min(best, left + Math.min(alive, b * alive + (1 - b) * this.fullest(need)));
      if (sides > 1) {
        let apart = left;
        for (let one = 0; one < sides; one++) apart += Math.min(mu[one], b * mu[one] + (1 - b) * this.reach(need, one));
        best = Math.min(best, apart);
      }
    }
    return best;
  }

  // The value of a market, seen from side `here`.
  market(node, here, inLoop) {
    const { indptr, indices, share, flags, slack, needs, wants, kept, side, x, v, e, w, mu, sides, some, some_indptr } = this;
    const [start, stop] = [indptr[node], indptr[node + 1]];
    const whole = this.whole[node];
    const shift = here * this.m;
    let extra = 0;
    for (let k = start; k < stop; k++) {
      v[k - start] = this.gain[shift + k] * x[indices[k] * sides + here];
      e[k - start] = wants[k] === 2 ? this.gain[shift + k] * this.cap[indices[k]] : v[k - start];
      if (flags[k] & EXTRA) extra += v[k - start];
    }
    if (this.substitutes.size) for (const { from, gain } of this.substitutes.get(node) || []) extra += gain[this.bound] * x[from * sides + here];
    const first = this.need_indptr[node];
    const count = this.need_indptr[node + 1] - first;
    if (this.arrangement === BEST || (this.arrangement !== WORST && inLoop)) {
      // A maker that shares some needs only, and gets nothing of one that it cannot do without, makes nothing.
      for (let k = start; k < stop; k++) {
        if (wants[k] !== 2) continue;
        for (let i = some_indptr[k]; i < some_indptr[k + 1]; i++) {
          const need = needs[first + some[i]];
          if (kept[need] <= 0 && this.reach(need, side[indices[k]]) <= 0) v[k - start] = 0;
        }
      }
    }
    const least = count > 0 && this.arrangement === WORST ? this.sure(node, start, stop, first, count) : 0;
    const left = this.weigh(start, stop, slack[node], this.spread);
    let total = this.spread === LEAST ? 0 : left;
    for (let k = start; k < stop; k++) total += w[k - start] * v[k - start];
    if (count === 0) return snap(Math.min(this.top, total + extra));
    if (whole === UNIFORM) return snap(Math.min(this.top, extra + this.uniform(node, start, stop, first, count, total, left, inLoop)));
    if (this.arrangement === ALIKE && !inLoop) {
      // Every maker is supplied alike: the scarcest need as its own place gets it.
      total = left;
      for (let k = start; k < stop; k++) {
        if (w[k - start] * v[k - start] <= 0) continue;
        let most = 1;
        for (let slot = 0; slot < count; slot++) {
          const need = needs[first + slot];
          if (kept[need] < 1 && this.shares(k, slot)) {
            most = Math.min(most, kept[need] + (1 - kept[need]) * this.reach(need, side[indices[k]]));
          }
        }
        total += Math.min(w[k - start] * v[k - start], w[k - start] * e[k - start] * most);
      }
      return snap(Math.min(this.top, total + extra));
    }
    let alike = whole && sides === 1;
    for (let k = start; k < stop; k++) alike = alike && (flags[k] & EXTRA || this.unhindered(k, k - start, count));
    // The weights that decide the capacities decide it all where every maker is in the same place. Elsewhere others may hurt
    // (help) more.
    if (slack[node] > 0 && this.spread !== EVEN && !alike && (this.arrangement === WORST || this.spread === MOST)) this.widen(start, stop, slack[node]);
    let best = total;
    const worst = this.arrangement === WORST;
    if (worst) {
      let hidden = 0; // makers of no known part of the world's supply: any shortage may take them wholly
      if (!whole) {
        for (let k = start; k < stop; k++) {
          const i = k - start;
          if (w[i] * v[i] <= 0 || share[k] > 0 || wants[k] === 0) continue;
          let most = 0;
          for (let slot = 0; slot < count; slot++) {
            const need = needs[first + slot];
            if (this.shares(k, slot) && this.reach(need, side[indices[k]]) < 1 - TINY) most = Math.max(most, 1 - kept[need]);
          }
          hidden += w[i] * v[i] * most;
        }
      }
      let lost = this.deprived(node, start, stop, first, count, -1);
      if (sides > 1) {
        let apart = 0;
        for (let one = 0; one < sides; one++) apart += this.deprived(node, start, stop, first, count, one);
        lost = Math.min(lost, apart);
      }
      best = Math.max(total - lost - hidden, least);
      if (total <= 1 + TINY) return snap(Math.min(this.top, best + extra));
    }
    // The best arrangement: for each need, what there is of it goes to living plants, first to those that this market hangs
    // on most; the scarcest need decides.
    for (let slot = 0; slot < count; slot++) {
      const need = needs[first + slot];
      const b = kept[need];
      if (b >= 1) continue;
      if (this.spread === LEAST && slack[node] > 0) {
        // At worst what is open is held by those who bring least beside the need.
        const a = this.fullest(need);
        const alone = whole || a <= 0;
        const all = (k) => (alone ? v[k - start] : -1);
        const most = (k) => (alone ? Math.min(v[k - start], b * e[k - start]) : this.needing(k, b));
        for (let k = start; k < stop; k++) mu[k - start] = this.shares(k, slot) ? most(k) : all(k);
        if (alone) this.weigh(start, stop, slack[node], LEAST, mu);
        else this.squeeze(start, stop, slack[node], a, b);
      }
      for (let way = 0; way < (sides > 1 ? 2 : 1); way++) {
        // way 0: one stock for all makers, as much as any place gets; way 1: each side has what its place gets.
        let sum = worst ? 0 : left;
        for (let one = 0; one < (way === 0 ? 1 : sides); one++) {
          const a = way === 0 ? this.fullest(need) : this.reach(need, one);
          let budget = (1 - b) * a;
          let [made, inside] = [0, 0];
          for (let k = start; k < stop; k++) {
            const i = k - start;
            mu[i] = 0;
            if (w[i] * v[i] <= 0 || (way === 1 && side[indices[k]] !== one)) continue;
            if (!this.shares(k, slot)) {
              sum += w[i] * v[i];
              continue;
            }
            inside += w[i] * v[i];
            made += w[i] * Math.min(v[i], b * e[i]);
            mu[i] = this.needing(k, b);
          }
          if (whole) made = Math.min(inside, made + budget);
          else {
            if (a > 0) {
              for (let k = start; k < stop; k++) {
                const i = k - start;
                const here_ = way === 0 || side[indices[k]] === one;
                if (share[k] <= 0 && w[i] * v[i] > 0 && here_ && this.shares(k, slot)) made += w[i] * (v[i] - Math.min(v[i], b * e[i]));
              }
            }
            while (budget > TINY) {
              let [pick, ratio] = [-1, 0];
              for (let k = start; k < stop; k++) {
                const i = k - start;
                const value = mu[i] > 0 ? (w[i] * v[i]) / (share[k] * x[indices[k] * sides]) : 0;
                if (value > ratio) [pick, ratio] = [i, value];
              }
              if (pick < 0) break;
              const step = Math.min(budget, mu[pick]);
              made += step * ratio;
              budget -= step;
              mu[pick] = 0;
            }
          }
          sum += made;
        }
        best = Math.min(best, sum);
      }
    }
    return snap(Math.min(this.top, best + extra));
  }

  value(node, here, inLoop) {
    if (this.kind[node] === MARKET) return this.market(node, here, inLoop);
    const { flags, kept, v, w } = this;
    const [start, stop] = [this.indptr[node], this.indptr[node + 1]];
    if (this.kind[node] === MAKER) {
      // One plant: half a plant with half its ore makes half. Spare capacity brings the inputs that it needs.
      const most = this.cap[node];
      const scale = Math.max(1, most);
      let least = most;
      for (let k = start; k < stop; k++) {
        if (!(flags[k] & SHARED) && kept[k] < 1) {
          least = Math.min(least, kept[k] * most + (1 - kept[k]) * this.reach(k, this.side[node]) * scale);
        }
      }
      return least;
    }
    for (let k = start; k < stop; k++) v[k - start] = this.reach(k, here);
    const left = this.weigh(start, stop, this.slack[node], this.mixing);
    let total = this.mixing === LEAST ? 0 : left;
    for (let k = start; k < stop; k++) total += w[k - start] * v[k - start];
    return snap(Math.min(1, total));
  }

  // The greatest fixed point of the network's equations. With `needed` only of those nodes, the others stay as usual; with the
  // values `usual` of the network as it stands, only what lies above a change is worked out again.
  solve(needed = null, usual = null, touched = null) {
    const { n, sides, kind, cap, indptr, indices, x } = this;
    const { order, starts } = this.network.blocks(this.substitutes);
    if (usual) x.set(usual);
    else for (let node = 0; node < n; node++) for (let s = 0; s < sides; s++) x[node * sides + s] = kind[node] === MAKER ? cap[node] : 1;
    const dirty = usual ? touched.slice() : null; // nodes that something below them has moved
    const { users, users_indptr } = this.network;
    const moves = (node) => {
      let moved = false;
      for (let s = node * sides; s < (node + 1) * sides && !moved; s++) moved = x[s] !== usual[s];
      if (!moved) return;
      for (let i = users_indptr[node]; i < users_indptr[node + 1]; i++) dirty[users[i]] = 1;
      for (const [user, found] of this.substitutes) if (found.some(({ from }) => from === node)) dirty[user] = 1;
    };
    const itself = (node) => {
      for (let k = indptr[node]; k < indptr[node + 1]; k++) if (indices[k] === node) return true;
      return (this.substitutes.get(node) || []).some(({ from }) => from === node);
    };
    for (let block = 0; block + 1 < starts.length; block++) {
      const [a, b] = [starts[block], starts[block + 1]];
      if (needed && !needed[order[a]]) continue;
      let read = !usual;
      for (let i = a; i < b && !read; i++) read = dirty[order[i]] === 1;
      if (!read) continue;
      const inLoop = b - a > 1 || itself(order[a]);
      if (usual && inLoop) for (let i = a; i < b; i++) x.fill(kind[order[i]] === MAKER ? cap[order[i]] : 1, order[i] * sides, (order[i] + 1) * sides);
      for (let sweeps = 1; ; sweeps++) {
        let change = 0;
        for (let i = a; i < b; i++) {
          const node = order[i];
          for (let s = 0; s < sides; s++) {
            // A plant is the same from every side.
            const next = kind[node] === MAKER && s > 0 ? x[node * sides] : this.value(node, s, inLoop);
            change = Math.max(change, Math.abs(x[node * sides + s] - next));
            x[node * sides + s] = next;
          }
        }
        if (!inLoop || change <= 1e-13) break;
        if (sweeps >= MAX_SWEEPS) {
          // Values only fall: what stands is an upper bound. In the worst case a loop runs down to nothing.
          if (this.arrangement === WORST || this.spread === LEAST) for (let i = a; i < b; i++) x.fill(0, order[i] * sides, (order[i] + 1) * sides);
          break;
        }
      }
      if (usual) for (let i = a; i < b; i++) moves(order[i]);
    }
    return this;
  }
}
