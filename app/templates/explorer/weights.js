// The weights of a pool whose shares are open: by what its sources give, or where a shortage of a need hurts most. The port of
// kanmon.risk.production.weights.

const [LEAST, MOST, EVEN] = [0, 1, 2];

// The sources of one node at a time, and what each of them gives.
class Pool {
  constructor(network, sides) {
    this.low = network.low;
    this.high = network.high;
    this.flags = network.flags;
    this.v = new Float64Array(network.widest);
    this.e = new Float64Array(network.widest); // what each source could give but for its own needs
    this.w = new Float64Array(network.widest);
    this.mu = new Float64Array(Math.max(network.widest, sides));
  }

  // Fill w with the weights of a pool; return what no source has room for.
  weigh(start, stop, slack, spread, v = this.v) {
    const { low, high, flags, w } = this;
    for (let k = start; k < stop; k++) w[k - start] = flags[k] & EXTRA ? 0 : low[k];
    let left = slack;
    if (left <= 0) return 0;
    if (spread === EVEN) {
      let room = 0;
      for (let k = start; k < stop; k++) if (!(flags[k] & EXTRA)) room += high[k] - low[k];
      if (room <= 0) return left;
      for (let k = start; k < stop; k++) if (!(flags[k] & EXTRA)) w[k - start] += (left * (high[k] - low[k])) / room;
      return 0;
    }
    // One source after the other, from the least (or most) that one has to give, each up to its upper bound.
    while (left > 1e-15) {
      let best = -1;
      for (let k = start; k < stop; k++) {
        if (flags[k] & EXTRA || high[k] - w[k - start] <= 1e-15) continue;
        if (best < 0 || (spread === LEAST ? v[k - start] < v[best - start] : v[k - start] > v[best - start])) best = k;
      }
      if (best < 0) break;
      const step = Math.min(left, high[best] - w[best - start]);
      w[best - start] += step;
      left -= step;
    }
    return left > 1e-15 ? left : 0;
  }

  // Fill w so that least is made where a need is worth `level` a unit; return that, and its slope in the level.
  hung(level, start, stop, slack, b) {
    const { low, high, flags, v, e, w, mu } = this;
    for (let k = start; k < stop; k++) w[k - start] = flags[k] & EXTRA ? 0 : low[k];
    const bare = (i) => Math.min(v[i], b * e[i]);
    const cheap = (i) => (v[i] - bare(i)) * w[i] < level * mu[i] * (1 - 1e-12);
    let [left, last] = [slack, 0];
    while (left > 1e-15) {
      let [best, cost] = [-1, 0];
      for (let k = start; k < stop; k++) {
        const i = k - start;
        if (flags[k] & EXTRA || high[k] - w[i] <= 1e-15) continue;
        const each = cheap(i) ? bare(i) : v[i];
        if (best < 0 || each < cost) [best, cost] = [k, each];
      }
      if (best < 0) break;
      const i = best - start;
      const more = v[i] - bare(i);
      const top = more > 0 && cheap(i) ? Math.min(high[best], (level * mu[i]) / more) : high[best];
      const step = Math.min(left, top - w[i]);
      w[i] += step;
      [left, last] = [left - step, cost];
    }
    let [made, slope] = [0, 0];
    for (let k = start; k < stop; k++) {
      const i = k - start;
      const more = v[i] - bare(i);
      made += mu[i] < 0 ? w[i] * v[i] : w[i] * bare(i) + Math.max(0, w[i] * more - level * mu[i]);
      if (mu[i] < 0 || flags[k] & EXTRA) continue;
      if (more * low[k] > level * mu[i]) slope -= mu[i];
      else if (more * high[k] > level * mu[i]) slope += (Math.min(0, bare(i) - Math.min(last, v[i])) * mu[i]) / more;
    }
    return [made, slope];
  }

  // Fill w with the shares of a buyer's makers of which the best that can be made of a need's part `a` is the least.
  squeeze(start, stop, slack, a, b) {
    const { high, flags, v, e, mu } = this;
    const worth = (1 - b) * a;
    let [below, above, [under, falls]] = [0, 0, this.hung(0, start, stop, slack, b)];
    falls += worth;
    for (let k = start; k < stop; k++) {
      const i = k - start;
      if (mu[i] > 0 && !(flags[k] & EXTRA)) above = Math.max(above, (high[k] * (v[i] - Math.min(v[i], b * e[i]))) / mu[i]);
    }
    if (falls >= 0 || above <= 0) return;
    let [over, rises] = this.hung(above, start, stop, slack, b);
    [over, rises] = [over + worth * above, rises + worth];
    for (let turn = 0; turn < 100 && rises > 0; turn++) {
      const level = (under - over + rises * above - falls * below) / (rises - falls);
      const least = under + falls * (level - below);
      let [made, slope] = this.hung(level, start, stop, slack, b);
      [made, slope] = [made + worth * level, slope + worth];
      if (made <= least + 1e-13 || slope === 0 || !(below < level && level < above)) return;
      if (slope < 0) [below, under, falls] = [level, made, slope];
      else [above, over, rises] = [level, made, slope];
    }
  }

  // A maker is taken to be as large as it may be.
  widen(start, stop, slack) {
    const { flags, low, high, w } = this;
    for (let k = start; k < stop; k++) if (!(flags[k] & EXTRA)) w[k - start] = Math.min(high[k], low[k] + slack);
  }
}
