// The chain as a flow by stage: the product's needs divided evenly over what each step needs, each bar by who supplies it.

const FLOW = { width: 1000, height: 520, top: 26, bar: 16, gap: 7, least: 8, most: 12, label: 172, font: 12.5, line: 13.5, air: 5 };
const FLOW_ON_PAPER = { ...FLOW, height: 270, top: 22, gap: 4, least: 6, most: 6, font: 12, line: 12 }; // wide and low: its letters are as large as those around it
const COLUMN_OF = { mineral: 0, material: 1, component: 2, product: 2, service: 2 }; // processes and machines are passed through
const COLUMN_HEADS = ["stage_mineral", "stage_material", "stage_component", "stage_product"];
const BANDS = 3; // countries with a colour of their own: the hardest ones

const svg = (tag, attributes, ...children) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.flat(Infinity).filter(Boolean));
  return element;
};

// How much of the product's supply lines runs through each item, and to which items of later stages it goes on.
function flowsOf(product) {
  const weight = new Map([[product, 1]]);
  const onward = new Map([[product, new Map()]]);
  const stage = (i) => (i === product ? 3 : COLUMN_OF[items.kind[i]] ?? -1);
  // Where what goes into an item ends up, beyond a stage: the parts add up to 1.
  const beyond = (i, least, depth = 0) => {
    if (stage(i) > least || depth > 40) return [[i, 1]];
    const to = [...onward.get(i)];
    const total = to.reduce((sum, [, size]) => sum + size, 0) || 1;
    return to.flatMap(([one, size]) => beyond(one, least, depth + 1).map(([end, part]) => [end, (part * size) / total]));
  };
  // Users before what they need; a loop is entered once.
  const order = [];
  const seen = new Set();
  const visit = (start) => {
    const stack = [[start, 0]];
    seen.add(start);
    while (stack.length) {
      const top = stack[stack.length - 1];
      const row = needs[top[0]][top[1]++];
      if (row === undefined) order.push(stack.pop()[0]);
      else if (!seen.has(inputs.input[row])) {
        seen.add(inputs.input[row]);
        stack.push([inputs.input[row], 0]);
      }
    }
  };
  visit(product);
  const rank = new Map(order.map((i, n) => [i, n]));
  // Alternatives of a group share what the item needs of it; the item's needs share it evenly.
  for (const i of order.reverse()) {
    const rows = needs[i].filter((row) => rank.get(inputs.input[row]) < rank.get(i));
    const slots = count(rows.map((row) => cell(inputs, "group", row) || row));
    const through = weight.get(i);
    for (const row of rows) {
      const need = inputs.input[row];
      const part = through / slots.size / slots.get(cell(inputs, "group", row) || row);
      weight.set(need, (weight.get(need) || 0) + part);
      const to = onward.get(need) || onward.set(need, new Map()).get(need);
      for (const [end, size] of beyond(i, stage(need))) to.set(end, (to.get(end) || 0) + part * size);
    }
  }
  return { chain: [...weight.keys()].filter((i) => stage(i) >= 0), weight, onward, stage };
}

// The bars of each stage, the heaviest by name and the rest together, and what goes from bar to bar: {bars, links}.
function barsOf(product, size) {
  const { chain, weight, onward, stage } = flowsOf(product);
  const barOf = new Map();
  const stages = COLUMN_HEADS.map((_, s) => chain.filter((i) => stage(i) === s).sort((a, b) => weight.get(b) - weight.get(a)));
  const columns = stages.map((found, s) => {
    const named = found.slice(0, size.most).map((i) => ({ s, i, members: [i], name: nameOf(item(i)) }));
    const rest = found.slice(size.most);
    return rest.length ? [...named, { s, i: null, members: rest, name: t("others_n", { count: rest.length }) }] : named;
  }).filter((bars) => bars.length);
  columns.forEach((bars, c) => bars.forEach((one) => {
    const whole = sum(one.members.map((i) => weight.get(i)));
    Object.assign(one, { c, size: whole, parts: new Map(one.members.map((i) => [i, weight.get(i) / whole])), ...linesOf(one.name, size) });
    one.members.forEach((i) => barOf.set(i, one));
  }));
  const found = new Map();
  for (const i of chain) {
    for (const [to, part] of onward.get(i) || []) {
      const [a, b] = [barOf.get(i), barOf.get(to)];
      if (!a || !b || a.c >= b.c) continue;
      const links = found.get(a) || found.set(a, new Map()).get(a);
      if (!links.has(b)) links.set(b, { a, b, size: 0 });
      links.get(b).size += part;
    }
  }
  return { columns, links: [...found.values()].flatMap((to) => [...to.values()]) };
}

const pen = document.createElement("canvas").getContext("2d");

// A name in one line, or in two where it is long: {lines, wide}.
function linesOf(name, { font: letters, label }) {
  pen.font = `${letters}px ${font}`;
  const wide = (words) => pen.measureText(words).width;
  const fits = (words) => {
    let end = words.length;
    while (end > 1 && wide(words.slice(0, end)) > label) end -= 1;
    return end;
  };
  let end = fits(name);
  if (end < name.length) {
    const gap = Math.max(name.lastIndexOf(" ", end), name.lastIndexOf("（", end));
    if (gap > 0) end = gap;
    while (end > 1 && NOT_FIRST.test(name[end])) end -= 1;
  }
  const rest = name.slice(end).trim();
  const kept = fits(rest);
  const lines = [name.slice(0, end), kept < rest.length ? `${rest.slice(0, kept - 1)}…` : rest].filter(Boolean);
  return { lines, wide: Math.max(...lines.map(wide)) };
}

const headOf = ([{ s }]) => t(COLUMN_HEADS[s]);

const NOT_FIRST = /[、。，．・：；）」』】〕〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ)\]]/; // what no line of Japanese begins with

// Where bars stand: {x, y, tall} of each, and of each stage where its names end and the lane of what passes it by.
function placeBars({ columns, links }, size) {
  const passing = columns.map((_, c) => links.filter(({ a, b }) => a.c < c && c < b.c));
  // One scale for all stages, the largest that leaves room for every name, so that bars can be compared across them.
  const tall = (one, scale) => Math.max(size.least, one.size * scale);
  const slot = (one, scale) => Math.max(tall(one, scale), one.lines.length * size.line) + size.gap;
  const lane = (c, scale) => sum(passing[c].map((link) => link.size)) * scale;
  const used = (c, scale) => sum(columns[c].map((one) => slot(one, scale))) + lane(c, scale);
  const room = size.height - size.top;
  let [scale, most] = [0, room];
  for (let n = 0; n < 40; n++) {
    const middle = (scale + most) / 2;
    if (columns.every((_, c) => used(c, middle) <= room)) scale = middle;
    else most = middle;
  }
  // From the product backwards each stage stands near what it goes into; the rest of a stage comes last.
  for (const bars of [...columns].reverse()) {
    const goal = new Map(bars.map((one) => {
      const on = links.filter(({ a }) => a === one);
      return [one, one.i === null ? Infinity : sum(on.map((link) => link.size * (link.b.y + link.b.tall / 2))) / sum(on.map((link) => link.size)) || 0];
    }));
    bars.sort((a, b) => goal.get(a) - goal.get(b) || b.size - a.size);
    const [{ c }] = bars;
    const gap = Math.min(12, (room - used(c, scale)) / bars.length);
    let y = size.top + (room - used(c, scale) - gap * bars.length) / 2;
    for (const one of bars) {
      const high = slot(one, scale) + gap;
      one.tall = tall(one, scale);
      one.y = y + (high - one.tall) / 2;
      y += high;
    }
    bars.lane = y;
  }
  pen.font = `600 ${size.font}px ${font}`;
  const headed = (bars) => pen.measureText(headOf(bars)).width + size.air;
  const zone = columns.map((bars) => Math.max(headed(bars), size.bar + 2 * size.air + Math.max(...bars.map(({ wide }) => wide))));
  const between = (size.width - sum(zone)) / Math.max(1, columns.length - 1);
  let x = 0;
  columns.forEach((bars, c) => {
    bars.forEach((one) => (one.x = x));
    Object.assign(bars, { x, end: x + zone[c] });
    x += zone[c] + between;
  });
  return { passing, scale };
}

// Bands from where a bar's name ends to the next bar, as paths. What passes a stage by goes through the lane below its names.
function bandsOf({ columns, links }, { passing, scale }, size) {
  const through = new Map(links.map((link) => [link, []]));
  passing.forEach((found, c) => {
    let y = columns[c].lane;
    for (const link of found.sort((one, two) => one.b.y - two.b.y || one.a.y - two.a.y)) {
      through.get(link).push({ x: columns[c].x, end: columns[c].end, top: y, low: (y += link.size * scale) });
    }
  });
  // Bands lie along a bar in the order of where they come from and go to, and fill no more than it.
  const stacked = (side, toward) => {
    const ends = new Map();
    const of = new Map();
    for (const link of links) put(of, link[side], link);
    for (const [one, found] of of) {
      const unit = one.tall / Math.max(one.size, sum(found.map((link) => link.size)));
      let y = one.y;
      for (const link of found.sort((p, q) => toward(p) - toward(q))) ends.set(link, [y, (y += link.size * unit)]);
    }
    return ends;
  };
  const leaving = stacked("a", (link) => through.get(link)[0]?.top ?? link.b.y);
  const entering = stacked("b", (link) => through.get(link).at(-1)?.top ?? link.a.y);
  const curve = (key, from, x, to, end) => [`L${x.toFixed(1)}`, `${from[key].toFixed(1)}C${((x + end) / 2).toFixed(1)}`, from[key].toFixed(1), ((x + end) / 2).toFixed(1), to[key].toFixed(1), end.toFixed(1), to[key].toFixed(1)].join(" ");
  return links.map((link) => {
    const [from, to] = [leaving.get(link), entering.get(link)];
    const start = link.a.x + size.bar + 2 * size.air + link.a.wide;
    const ends = [{ x: start, end: columns[link.a.c].end, top: from[0], low: from[1] }, ...through.get(link), { x: link.b.x, end: link.b.x, top: to[0], low: to[1] }];
    const steps = ends.slice(1).map((next, n) => [ends[n], next]);
    const upper = steps.map(([one, next]) => curve("top", one, one.end, next, next.x));
    const lower = steps.reverse().map(([one, next]) => curve("low", next, next.x, one, one.end));
    return svg("path", { d: `M${start.toFixed(1)} ${from[0].toFixed(1)}${upper.join("")}${lower.join("")}L${start.toFixed(1)} ${from[1].toFixed(1)}Z` });
  });
}

function flowOf(size = FLOW) {
  const product = productRow();
  if (!needs[product].length) return null;
  const colours = new Map(rankingOf().slice(0, BANDS).map(({ id }, n) => [id, n]));
  const found = barsOf(product, size);
  const bands = bandsOf(found, placeBars(found, size), size);
  const { columns } = found;
  const heads = columns.map((bars) => svg("text", { class: "flow-head", x: bars.x, y: 12 }, headOf(bars)));
  const reading = state.buyer ? t("flow_reading_from", { buyer: cut(nameOfId(state.buyer), 60) }) : t("flow_reading");
  const drawing = svg("svg", { class: "flow", viewBox: `0 0 ${size.width} ${size.height}`, "font-size": size.font, role: "img", "aria-label": t("flow") },
    svg("g", { class: "flow-links" }, bands), heads, columns.flat().map((one) => flowBar(one, colours, size)));
  return h("section", { id: "flow" }, h("h3", {}, t("flow")), h("p", { class: "faint" }, reading), h("div", { class: "scroll" }, drawing),
    h("p", { class: "legend" }, [...colours].map(([id, n]) => h("span", { class: "mark" }, h("span", { class: `swatch who-${n}` }), cut(nameOfId(id), 60))),
      h("span", { class: "mark" }, h("span", { class: "swatch who-other" }), t("other_countries")), h("span", { class: "mark" }, h("span", { class: "swatch who-unknown" }), t("who_unknown"))));
}

// A bar, divided by the countries that supply it; what nobody is known to supply stays open.
function flowBar({ i, parts: members, name, lines, x, y, tall }, colours, size) {
  const network = networkOf();
  const held = new Map([...colours.keys(), "other"].map((id) => [id, 0]));
  let unknown = 0;
  for (const [one, part] of members) {
    const market = network.market(items.id[one]);
    let told = 0;
    for (const k of market === undefined ? [] : network.links(market)) {
      const country = network.country[network.indices[k]];
      if (network.flags[k] & EXTRA || country === null) continue;
      held.set(colours.has(country) ? country : "other", held.get(colours.has(country) ? country : "other") + network.low[k] * part);
      told += network.low[k];
    }
    unknown += Math.max(0, 1 - told) * part;
  }
  let top = y;
  const parts = [...held, ["unknown", unknown]].filter(([, share]) => share > 0).map(([id, share]) => {
    const kind = colours.has(id) ? `who-${colours.get(id)}` : id === "other" ? "who-other" : "who-unknown";
    const part = svg("rect", { class: kind, x, y: top.toFixed(1), width: size.bar, height: (share * tall).toFixed(1) });
    top += share * tall;
    return part;
  });
  const group = svg("g", i === null ? {} : { class: "flow-item" }, svg("title", {}, name), parts,
    lines.map((words, n) => svg("text", { x: x + size.bar + size.air, y: (y + tall / 2 + size.font * 0.35 + (n - (lines.length - 1) / 2) * size.line).toFixed(1) }, words)));
  if (i !== null) group.addEventListener("click", () => select(item(i)));
  return group;
}
