// The drawing: vis-network draws nodes and links, this module places them, colours them and writes the labels.

const MARGIN = { left: 22, right: 128, top: 40, bottom: 20 }; // pixels kept free around the drawing
const MOST_SUPPLIERS = 8;
const MOST_VISIBLE = 2000;
const MOST_GROUPS = 12;
const MOST_LINKS = 6000; // more are drawn of the selected node only
const font = "system-ui, 'Hiragino Sans', 'Yu Gothic UI', 'Noto Sans CJK JP', 'Noto Sans JP', sans-serif";

const drawn = { nodes: null, edges: null, labels: [], bands: [], hover: null, network: null };
let colours = {};
let path = new Set(); // items on the ways from the selected node to the products

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(`--${name}`).trim();
  colours = {
    grades: [0, 1, 2, 3, 4].map((i) => value(`grade-${i}`)),
    losses: [0, 1, 2, 3, 4].map((i) => value(`loss-${i}`)),
    ...Object.fromEntries(["page", "text", "faint", "line", "accent", "band", "alarm", "badge", "badge-text"].map((name) => [name, value(name)])),
  };
}

// Grouping: a collapsed tier is one node; a large graph starts as tier x chain (or country of the largest supplier).

const grouping = (i) => chainsOf[i][0] || (step.has(i) && countryOf[column(steps, "top_supplier")[step.get(i)]]) || t("grade_0");
const byChain = chainsOf.some((chains) => chains.length);
const isLarge = () => visible.length > MOST_VISIBLE;

function collapsedTiers() {
  if (state.collapsed) return state.collapsed;
  const whole = !state.product && !state.focus && !FILTERS.some((key) => !same(state[key], START[key]));
  return whole && data.apart.includes(0) && data.apart.includes(1) ? [-1] : [];
}

// The largest groups of each tier by name, the rest together.
function largeGroups() {
  const counts = count(items.id.map((_, i) => `${tierOf(i)}|${grouping(i)}`));
  const found = new Set();
  const perTier = new Map();
  for (const [key] of [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))) {
    const tier = key.slice(0, key.indexOf("|"));
    perTier.set(tier, (perTier.get(tier) || 0) + 1);
    if (perTier.get(tier) <= MOST_GROUPS) found.add(key);
  }
  return found;
}

let namedGroups = null;
function groupName(i) {
  namedGroups = namedGroups || largeGroups();
  const key = `${tierOf(i)}|${grouping(i)}`;
  return namedGroups.has(key) ? key : `${tierOf(i)}|${t("others")}`;
}

function groupsOfVisible() {
  const collapsed = new Set(collapsedTiers());
  const large = isLarge();
  const group = new Map();
  for (const i of visible) {
    const small = large ? groupName(i) : null;
    if (collapsed.has(tierOf(i))) group.set(i, `t${tierOf(i)}`);
    else if (large && !state.opened.includes(small)) group.set(i, `g${small}`);
  }
  return group;
}

// What leads to no product stands apart, unless nothing else is shown.
const tierOf = (i) => (data.apart[i] ? -1 : tiers[i]);

const tierName = (tier) => (tier < 0 ? t("tier_none") : tier === 0 ? t("tier_0") : t("tier_n", { n: tier }));

// Places --------------------------------------------------------------------------------------------------------------

// Nearest places to the wanted ones, in order, each with its own height (pool adjacent violators).
function spaced(wanted, heights) {
  const offsets = [];
  let sum = 0;
  heights.forEach((height) => {
    offsets.push(sum + height / 2);
    sum += height;
  });
  const blocks = [];
  wanted.forEach((value, i) => {
    let [total, members] = [value - offsets[i], 1];
    while (blocks.length && blocks[blocks.length - 1][0] / blocks[blocks.length - 1][1] > total / members) {
      const [below, count] = blocks.pop();
      [total, members] = [total + below, members + count];
    }
    blocks.push([total, members]);
  });
  return blocks.flatMap(([total, members]) => Array(members).fill(total / members)).map((place, i) => place + offsets[i]);
}

// A column's width and a row's height such that the drawing fills the stage at full size; a tier too tall for it is
// staggered over several columns.
function gridFor(sizes) {
  const width = Math.max(200, $("canvas").clientWidth - MARGIN.left - MARGIN.right);
  const height = Math.max(200, $("canvas").clientHeight - MARGIN.top - MARGIN.bottom);
  const most = Math.max(1, ...sizes);
  const columns = (rows) => sizes.reduce((sum, n) => sum + Math.ceil(n / rows), 0);
  let rows = most;
  while (rows > 8 && (rows * 15) / height > (1.5 * Math.max(columns(rows), 1) * 90) / width) rows -= 1;
  const least = state.suppliers.length ? 170 : 18;
  const column = Math.min(230, Math.max(least, width / Math.max(1, columns(rows) - 1)));
  const zoomedOut = Math.max(1, (column * (columns(rows) - 1)) / width);
  return { rows, column, row: Math.min(46 * zoomedOut, Math.max(15, (height / rows) * zoomedOut)) };
}

function shownSuppliers(i) {
  const view = worldView[i];
  if (view === undefined || !state.suppliers.includes(items.id[i])) return [];
  return sharesOf[view].filter((row) => suppliers.kind[shares.supplier[row]] !== "aggregate").slice(0, MOST_SUPPLIERS);
}

// Each unit moves to the middle of what it is linked to, as far as the others of its tier leave room; a few rounds are enough.
function settle(tiersOfKeys, near, units, place) {
  for (let sweep = 0; sweep < 4; sweep++) {
    for (const keys of tiersOfKeys) {
      const wanted = keys.map((key) => {
        const ys = [...near.get(key)].map((n) => place.get(n).y);
        return ys.length ? sum(ys) / ys.length : place.get(key).y;
      });
      spaced(wanted, keys.map((key) => units.get(key).step)).forEach((y, i) => (place.get(keys[i]).y = y));
    }
  }
}

// Places of all that is drawn: units are items or groups; the whole, untouched graph stands where Python put it.
function arrange(group) {
  const mixed = visible.some((i) => !data.apart[i]);
  const units = new Map(); // key -> {tier, order, height}
  const unitOf = (i) => group.get(i) || i;
  for (const i of visible) {
    const key = unitOf(i);
    if (!units.has(key)) units.set(key, { tier: mixed ? tierOf(i) : tiers[i], order: data.order[i], y: data.nodes[i].y, count: 0, members: [], extra: 17 * shownSuppliers(i).length });
    units.get(key).count += 1;
    units.get(key).members.push(i);
  }
  const columnsOf = new Map();
  for (const [key, unit] of units) put(columnsOf, unit.tier, key);
  const order = [...columnsOf.keys()].sort((a, b) => a - b);
  const near = new Map([...units.keys()].map((key) => [key, new Set()]));
  inputs.item?.forEach((to, row) => {
    const from = inputs.input[row];
    if (!shown.has(to) || !shown.has(from)) return;
    const [a, b] = [unitOf(from), unitOf(to)];
    if (a !== b && units.get(a).tier >= 0 && units.get(b).tier >= 0) {
      near.get(a).add(b);
      near.get(b).add(a);
    }
  });
  const linked = order.filter((tier) => tier >= 0);
  const { rows, column: COLUMN, row: ROW } = gridFor(linked.length ? linked.map((tier) => columnsOf.get(tier).length) : [Math.ceil(Math.sqrt(units.size))]);
  drawn.column = COLUMN;
  const place = new Map();
  drawn.bands = [];
  let edge = COLUMN;
  for (const tier of linked) {
    const keys = columnsOf.get(tier).sort((a, b) => units.get(a).order - units.get(b).order);
    const columns = Math.ceil(keys.length / rows);
    let y = 0;
    keys.forEach((key, i) => {
      const unit = units.get(key);
      unit.step = Math.max(ROW / columns, unit.extra);
      place.set(key, { x: edge - COLUMN * (columns - (i % columns)), y: y + unit.step / 2 });
      y += unit.step;
    });
    keys.forEach((key) => (place.get(key).y -= y / 2));
    drawn.bands.push({ tier, from: edge - COLUMN * columns, to: edge });
    edge -= COLUMN * columns;
  }
  settle(linked.map((tier) => columnsOf.get(tier)), near, units, place);
  const apart = (columnsOf.get(-1) || []).sort((a, b) => units.get(a).order - units.get(b).order);
  const floor = Math.max(0, ...[...place].map(([, p]) => p.y)) + (linked.length ? 2 * ROW : 0);
  const wide = Math.max(COLUMN, 130);
  const columns = Math.max(1, Math.round(1 + (COLUMN - edge) / wide));
  apart.forEach((key, i) => {
    const height = Math.max(ROW, ...apart.map((k) => units.get(k).extra));
    place.set(key, { x: wide * (1 - columns + (i % columns)), y: floor + height * Math.floor(i / columns) });
  });
  return { units, place, unitOf };
}

// Nodes and links -----------------------------------------------------------------------------------------------------

function paint(i) {
  if (whatIf.losses) {
    const loss = whatIf.losses.get(items.id[i]);
    const [low, high] = loss ? [gradeOfLoss(loss.certain), gradeOfLoss(loss.possible)] : [0, 0];
    return { background: colours.losses[low], border: high ? colours.losses[high] : colours.line };
  }
  const [low, high] = [gradeLow(i), gradeHigh(i)];
  return { background: low ? colours.grades[low] : colours.page, border: high ? colours.grades[high] : colours.faint };
}

// A group in a what-if takes the worst colours of its members.
function groupPaint(key) {
  const members = whatIf.losses ? drawn.units.get(key).members.map((i) => whatIf.losses.get(items.id[i])).filter(Boolean) : [];
  const worst = (name) => Math.max(0, ...members.map((loss) => gradeOfLoss(loss[name])));
  if (!members.length || !worst("possible")) return { background: colours.band, border: colours.accent };
  return { background: colours.losses[worst("certain")], border: colours.losses[worst("possible")] };
}

const supplierKey = (i, s) => `s${i}|${s}`;

function draw(fit) {
  const group = groupsOfVisible();
  const { units, place, unitOf } = arrange(group);
  const chosen = nodeOf(state.selected);
  const focus = chosen && chosen.table === "item" ? new Set([chosen.i]) : new Set();
  const starts = new Set(chosen && chosen.table === "supplier" ? supplied[chosen.i].map((row) => views.item[shares.view[row]]) : []);
  const nodes = [];
  const edges = [];
  drawn.labels = [];
  Object.assign(drawn, { units, written: null });
  const dim = path.size > 0 && !state.focus; // a focus has set the rest aside already
  for (const [key, unit] of units) {
    const at = place.get(key);
    if (typeof key === "string") {
      const words = key[0] === "t" ? tierName(unit.tier) : chainName(nameOfId(key.slice(key.indexOf("|") + 1)));
      const radius = 6 + 1.5 * Math.log2(1 + unit.count);
      nodes.push({ id: key, x: at.x, y: at.y, shape: "dot", size: radius, color: colourOf(key), borderWidth: 2, shapeProperties: { borderDashes: [4, 3] } });
      drawn.labels.push({ ...at, key, words: `${words} · ${unit.count}`, radius, rank: -1, bold: true });
      continue;
    }
    const i = key;
    const radius = radiusOf(i);
    const selected = focus.has(i);
    const faint = dim && !path.has(i);
    const passed = path.size && starts.size && !starts.has(i); // on the way from what a supplier sells
    nodes.push({ ...data.nodes[i], x: at.x, y: at.y, size: radius, color: paint(i), opacity: faint ? 0.25 : passed ? 0.55 : 1, borderWidth: selected ? 3 : 2, ...(selected ? { shadow: { enabled: true, color: colours.accent, size: 14, x: 0, y: 0 } } : {}) });
    drawn.labels.push({ ...at, key: i, words: nameOf(item(i)), radius, rank: rankOf(i, selected), faint, bold: selected || tierOf(i) === 0, badges: badgesOf(i) });
    const rows = shownSuppliers(i);
    rows.forEach((row, n) => {
      const s = shares.supplier[row];
      const node = { x: at.x - 0.6 * drawn.column, y: at.y + 17 * (n - (rows.length - 1) / 2) };
      nodes.push({ id: supplierKey(i, s), ...node, shape: suppliers.kind[s] === "country" ? "dot" : "square", size: 3.5, color: colourOf(supplierKey(i, s)), opacity: faint ? 0.25 : 1 });
      drawn.labels.push({ ...node, key: supplierKey(i, s), words: `${nameOf(supplier(s))} ${shares.known[row] === "unknown" ? t("share_unknown_short") : interval(shares.low[row], shares.high[row], percent)}`, radius: 3.5, rank: 2, faint, left: true });
      const sure = shares.known[row] === "share" && cell(views, "confidence", shares.view[row]) === "published";
      edges.push({ id: `f${i}|${s}`, from: supplierKey(i, s), to: i, width: 0.8 + 4 * shares.low[row], dashes: sure ? false : [5, 4], color: { color: colours.faint, opacity: 0.8 }, smooth: false });
    });
  }
  edges.push(...linksBetween(unitOf));
  swap(drawn.nodes, nodes);
  swap(drawn.edges, edges);
  drawn.labels.sort((a, b) => a.rank - b.rank);
  if (fit) frame();
  else drawn.network.redraw();
}

function linksBetween(unitOf) {
  const merged = new Map();
  inputs.item?.forEach((to, row) => {
    const from = inputs.input[row];
    if (!shown.has(to) || !shown.has(from)) return;
    const [a, b] = [unitOf(from), unitOf(to)];
    if (a === b || a === "t-1" || b === "t-1") return;
    const key = `${a}>${b}`;
    if (merged.has(key)) return void (merged.get(key).count += 1);
    merged.set(key, { ...data.edges[row], from: a, to: b, count: 1, items: [from, to] });
  });
  const chosen = nodeOf(state.selected);
  const touches = ({ items: [from, to] }) => (path.has(from) && path.has(to)) || (chosen && chosen.table === "item" && (chosen.i === from || chosen.i === to));
  drawn.linksLeftOut = merged.size > MOST_LINKS ? merged.size : 0;
  return [...merged.values()].filter((edge) => !drawn.linksLeftOut || touches(edge)).slice(0, MOST_LINKS).map(({ count, items: [from, to], ...edge }) => {
    const onPath = path.has(from) && path.has(to);
    const touched = chosen && chosen.table === "item" && (chosen.i === from || chosen.i === to);
    const strong = touched || (onPath && path.size <= 40);
    const faint = touched ? 0.95 : onPath ? (path.size <= 40 ? 0.85 : 0.3) : path.size ? 0.12 : count > 1 ? 0.35 : 0.55;
    const colour = { color: onPath || touched ? colours.accent : colours.line, opacity: state.focus && !touched && !onPath ? 0.55 : faint };
    return { ...edge, width: count > 1 ? 1 + Math.log2(count) : edge.width, dashes: edge.dashes && count === 1 ? [5, 4] : false, color: colour, arrows: { to: { enabled: strong, scaleFactor: 0.4 } } };
  });
}

// Another answer about the same drawing: colours alone change, and so they alone are set. (An update of the rows would have
// each node and link worked out anew.)
function recolour() {
  drawn.nodes.forEach((node) => {
    const color = colourOf(node.id);
    if (node.color.background === color.background && node.color.border === color.border) return;
    node.color = color;
    drawn.network.body.nodes[node.id].setOptions({ color });
  });
  drawn.network.redraw();
}

function colourOf(key) {
  if (typeof key === "number") return paint(key);
  if (key[0] !== "s") return groupPaint(key);
  const hit = whatIf.hit.has(suppliers.id[Number(key.slice(key.indexOf("|") + 1))]);
  return { background: hit ? colours.alarm : colours.faint, border: hit ? colours.alarm : colours.faint };
}

// Put new rows into a vis data set with as few changes as possible.
function swap(set, rows) {
  const ids = new Set(rows.map((row) => row.id));
  set.remove(set.getIds().filter((id) => !ids.has(id)));
  set.update(rows);
}

function radiusOf(i) {
  const found = criticality(i);
  return found === null ? 5 : 3.5 + 4 * Math.sqrt(found);
}

function rankOf(i, selected) {
  if (selected) return -2;
  if (path.has(i)) return 0;
  if (tierOf(i) === 0) return 1;
  return 4 - (criticality(i) || 0) - (step.has(i) ? steps.hhi_low[step.get(i)] : 0);
}

const badgesOf = (i) => [flagsOf[i].some((row) => flags.verdict[row] === "match") && "24", isSinglePoint(i) && "!"].filter(Boolean);

// Labels in screen pixels: the most important first, none over another. They are placed anew when the eye has moved.
function writeLabels(ctx) {
  const ratio = ctx.canvas.width / ctx.canvas.clientWidth;
  const { clientWidth: width, clientHeight: height } = ctx.canvas;
  const scale = drawn.network.getScale();
  const centre = drawn.network.getViewPosition();
  ctx.save();
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  const eye = [width, height, scale, centre.x, centre.y, drawn.hover].join();
  if (drawn.written?.eye !== eye) drawn.written = { eye, ...placedLabels(ctx, { width, height, scale, centre }) };
  ctx.lineWidth = 3.5;
  ctx.strokeStyle = colours.page;
  ctx.fillStyle = colours.text;
  for (const { words, from, y, kind, faint } of drawn.written.placed) {
    ctx.globalAlpha = faint ? 0.35 : 1;
    ctx.font = kind;
    ctx.strokeText(words, from, y);
    ctx.fillText(words, from, y);
  }
  for (const { badges, faint, x, y, radius } of drawn.written.badged) {
    ctx.globalAlpha = faint ? 0.35 : 1;
    badges.forEach((badge) => {
      const wide = badge.length > 1 ? 15 : 10;
      const alarm = badge === "!";
      const left = x + (alarm ? radius - 3 : -radius - wide + 2);
      ctx.fillStyle = alarm ? colours.alarm : colours.badge;
      ctx.beginPath();
      ctx.roundRect(left, y - radius - 7, wide, 11, 5);
      ctx.fill();
      ctx.fillStyle = alarm ? colours.page : colours["badge-text"];
      ctx.font = `700 8.5px ${font}`;
      ctx.fillText(badge, left + (badge.length > 1 ? 2.8 : 3.6), y - radius - 1.3);
    });
  }
  ctx.globalAlpha = 1;
  writeBands(ctx, { width, scale, centre });
  ctx.restore();
}

// Which labels have room, shorter where there is less: {words, from, y, kind, faint}; and what bears a badge.
function placedLabels(ctx, { width, height, scale, centre }) {
  const taken = new Map();
  const free = (x0, y0, x1, y1) => {
    const cells = [];
    for (let a = Math.floor(x0 / 16); a <= Math.floor(x1 / 16); a++)
      for (let b = Math.floor(y0 / 14); b <= Math.floor(y1 / 14); b++) cells.push(a * 4096 + b);
    const clear = cells.every((cell) => (taken.get(cell) || []).every(([a, b, c, d]) => x1 <= a || c <= x0 || y1 <= b || d <= y0));
    if (clear) cells.forEach((cell) => (taken.get(cell) || taken.set(cell, []).get(cell)).push([x0, y0, x1, y1]));
    return clear;
  };
  const seen = drawn.labels.map((label) => ({ ...label, x: (label.x - centre.x) * scale + width / 2, y: (label.y - centre.y) * scale + height / 2, radius: label.radius * scale }))
    .filter(({ x, y }) => x > -300 && x < width + 20 && y > 26 && y < height + 10);
  for (const { x, y, radius } of seen) free(x - radius, y - Math.min(radius, 5), x + radius, y + Math.min(radius, 5));
  const pixels = width < 500 ? 11 : 12;
  const placed = [];
  for (const label of [...seen.filter(({ key }) => key === drawn.hover), ...seen.filter(({ key }) => key !== drawn.hover)]) {
    const { x, y, radius, left } = label;
    const kind = `${label.bold ? 600 : 400} ${left ? pixels - 1 : pixels}px ${font}`;
    const start = x + radius + 4;
    const edge = left ? x - radius - 8 : width - start - 8;
    const forced = label.key === drawn.hover || label.rank === -2;
    let last = null;
    for (const most of left ? [150, 80, 54] : [300, 150, 90, 54]) {
      const [words, length] = shortened(ctx, kind, label.words, forced ? 320 : Math.min(most, edge));
      if (words === last) continue;
      last = words;
      const from = left ? x - radius - 4 - length : start;
      const clear = free(from - 1, y - 6.5, from + length + 3, y + 6.5);
      if (!forced && (words.length < Math.min(3, label.words.length) || !clear)) continue;
      placed.push({ words, from, y, kind, faint: label.faint });
      break;
    }
  }
  return { placed, badged: seen.filter(({ badges }) => badges && badges.length) };
}

// Words that are no longer than some pixels, and how long they are. To measure is slow: each piece is measured once.
const lengths = new Map();
function shortened(ctx, kind, words, most) {
  const whole = words.slice(0, 200);
  const known = lengths.get(kind) || lengths.set(kind, new Map()).get(kind);
  if (known.size > 50000) known.clear();
  const measured = (part) => {
    if (!known.has(part)) {
      ctx.font = kind;
      known.set(part, ctx.measureText(part).width);
    }
    return known.get(part);
  };
  if (measured(whole) <= most) return [whole, measured(whole)];
  let [low, high] = [1, whole.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measured(`${whole.slice(0, middle)}…`) <= most) low = middle;
    else high = middle - 1;
  }
  const found = `${whole.slice(0, low).trimEnd()}…`;
  return [found, measured(found)];
}

function writeBands(ctx, { width, scale, centre }) {
  ctx.font = `600 11px ${font}`;
  ctx.textAlign = "center";
  for (const { tier, from, to } of drawn.bands) {
    const left = (from - drawn.column / 6 - centre.x) * scale + width / 2;
    const right = (to - drawn.column / 6 - centre.x) * scale + width / 2;
    if (right < 0 || left > width || (right - left < 17 && tier % 2)) continue;
    const words = right - left > 90 ? tierName(tier) : right - left > 26 ? `T${tier}` : String(tier);
    ctx.fillStyle = colours.page;
    ctx.globalAlpha = 0.85;
    ctx.fillRect(left, 0, right - left, 24);
    ctx.globalAlpha = 1;
    ctx.fillStyle = colours.faint;
    ctx.fillText(words, (left + right) / 2, 13);
  }
  ctx.textAlign = "start";
}

function shadeBands(ctx) {
  const scale = drawn.network.getScale();
  const { height } = ctx.canvas.getBoundingClientRect();
  const centre = drawn.network.getViewPosition();
  ctx.fillStyle = colours.band;
  drawn.bands.forEach(({ from, to }, i) => i % 2 === 0 && ctx.fillRect(from - drawn.column / 6, centre.y - height / scale, to - from, (2 * height) / scale));
}

// The eye -------------------------------------------------------------------------------------------------------------

function frame() {
  const ids = drawn.nodes.getIds();
  if (!ids.length) return drawn.network.redraw();
  const at = drawn.nodes.get(ids);
  const [xs, ys] = [at.map((n) => n.x), at.map((n) => n.y)];
  const { clientWidth, clientHeight } = $("canvas");
  const room = [clientWidth - MARGIN.left - MARGIN.right, clientHeight - MARGIN.top - MARGIN.bottom];
  const box = { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
  const scale = Math.max(0.05, Math.min(1, room[0] / (box.right - box.left || 1), room[1] / (box.bottom - box.top || 1)));
  const shift = [(MARGIN.right - MARGIN.left) / 2 / scale, (MARGIN.bottom - MARGIN.top) / 2 / scale];
  drawn.network.moveTo({ position: { x: (box.left + box.right) / 2 + shift[0], y: (box.top + box.bottom) / 2 + shift[1] }, scale });
}

function centreOn(i) {
  const node = drawn.nodes.get(i);
  if (node) drawn.network.moveTo({ position: { x: node.x + 60, y: node.y }, scale: Math.max(1, drawn.network.getScale()) });
}

// Run when there is time, or when a drawing is asked; not before the answer, for it takes half as long.
function loadLibrary() {
  if (window.vis) return;
  const library = h("script");
  library.text = $("drawing").text;
  document.head.append(library);
}

function startCanvas() {
  if (drawn.network) return;
  readColours();
  loadLibrary();
  Object.assign(drawn, { nodes: new vis.DataSet(), edges: new vis.DataSet() });
  drawn.network = new vis.Network($("canvas"), { nodes: drawn.nodes, edges: drawn.edges }, { ...data.options, autoResize: true, interaction: { ...data.options.interaction, keyboard: false } });
  drawn.network.on("resize", () => state.view === "graph" && frame());
  drawn.network.on("beforeDrawing", shadeBands);
  drawn.network.on("afterDrawing", writeLabels);
  drawn.network.on("click", ({ nodes, edges }) => {
    if (!nodes.length) return edges.length ? undefined : select(null);
    const id = nodes[0];
    if (typeof id === "number") return select(item(id));
    if (id[0] === "t") return update({ collapsed: collapsedTiers().filter((tier) => `t${tier}` !== id) });
    if (id[0] === "g") return update({ opened: [...state.opened, id.slice(1)] });
    return select(supplier(Number(id.slice(id.indexOf("|") + 1))));
  });
  drawn.network.on("doubleClick", ({ nodes }) => typeof nodes[0] === "number" && update({ suppliers: toggled(state.suppliers, items.id[nodes[0]]) }));
  const hover = (node) => {
    drawn.hover = node;
    $("canvas").style.cursor = node === null ? "" : "pointer";
    drawn.network.redraw();
  };
  drawn.network.on("hoverNode", ({ node }) => hover(node));
  drawn.network.on("blurNode", () => hover(null));
}
