// The chain as a flow by stage: the product's needs divided evenly over what each step needs, each bar by who supplies it.

const FLOW = { width: 1000, height: 500, top: 28, bar: 16, gap: 6, least: 10, most: 12, label: 175, letters: 34 };
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

function flowOf() {
  const product = productRow();
  if (!needs[product].length) return null;
  const { chain, weight, onward, stage } = flowsOf(product);
  const colours = new Map(rankingOf().slice(0, BANDS).map(({ id }, n) => [id, n]));
  const columns = COLUMN_HEADS.map((_, s) => ({ s, found: chain.filter((i) => stage(i) === s).sort((a, b) => weight.get(b) - weight.get(a)) }));
  const used = columns.filter(({ found }) => found.length);
  // Bars: the heaviest by name, the rest of a stage together.
  const barOf = new Map();
  const bars = used.map(({ s, found }) => {
    const named = found.slice(0, FLOW.most).map((i) => ({ s, members: [i], name: nameOf(item(i)), i }));
    const rest = found.slice(FLOW.most);
    if (rest.length) named.push({ s, members: rest, name: t("others_n", { count: rest.length }), i: null });
    named.forEach((one) => {
      one.size = one.members.reduce((sum, i) => sum + weight.get(i), 0);
      one.members.forEach((i) => barOf.set(i, one));
    });
    return named;
  });
  // One scale for all stages, that of the fullest, so that bars can be compared across them.
  const room = (named) => (FLOW.height - FLOW.top - (FLOW.gap + FLOW.least) * named.length) / Math.max(1e-9, named.reduce((sum, { size }) => sum + size, 0));
  const scale = Math.min(...bars.map(room));
  bars.forEach((named, c) => {
    named.forEach((one) => (one.tall = Math.max(FLOW.least, one.size * scale)));
    const tall = named.reduce((sum, one) => sum + one.tall, 0);
    const gap = Math.min(18, (FLOW.height - FLOW.top - tall) / named.length);
    let y = FLOW.top + Math.max(0, (FLOW.height - FLOW.top - tall - gap * named.length) / 2);
    for (const one of named) {
      Object.assign(one, { x: bars.length < 2 ? 0 : (c * (FLOW.width - FLOW.label)) / (bars.length - 1), y, out: 0, in: 0 });
      y += one.tall + gap;
    }
  });
  // What leaves a bar and what enters one is stacked along it, in the order of the links.
  const links = new Map();
  for (const i of chain) {
    for (const [to, size] of onward.get(i) || []) {
      const [a, b] = [barOf.get(i), barOf.get(to)];
      if (!a || !b || a === b || a.x >= b.x) continue;
      const key = links.get(a) || links.set(a, new Map()).get(a);
      key.set(b, (key.get(b) || 0) + size);
    }
  }
  const paths = [...links].flatMap(([a, to]) => [...to].map(([b, size]) => {
    const thick = Math.max(0.6, (size / a.size) * a.tall);
    const [y0, y1] = [a.y + Math.min(a.tall, a.out + thick / 2), b.y + Math.min(b.tall, b.in + ((size / b.size) * b.tall) / 2)];
    a.out += thick;
    b.in += (size / b.size) * b.tall;
    const [x0, x1] = [a.x + FLOW.bar, b.x];
    return svg("path", { d: `M${x0} ${y0.toFixed(1)}C${(x0 + x1) / 2} ${y0.toFixed(1)} ${(x0 + x1) / 2} ${y1.toFixed(1)} ${x1} ${y1.toFixed(1)}`, "stroke-width": thick.toFixed(1) });
  }));
  const heads = used.map(({ s }, c) => svg("text", { class: "flow-head", x: bars[c][0].x, y: 12 }, t(COLUMN_HEADS[s])));
  const drawing = svg("svg", { class: "flow", viewBox: `0 0 ${FLOW.width} ${FLOW.height}`, role: "img", "aria-label": t("flow_reading") },
    svg("g", { class: "flow-links" }, paths), heads, bars.flat().map((one) => flowBar(one, colours)));
  return h("section", { id: "flow" }, h("h3", {}, t("flow")), h("p", { class: "faint" }, t("flow_reading")), h("div", { class: "scroll" }, drawing),
    h("p", { class: "legend" }, [...colours].map(([id, n]) => h("span", { class: "mark" }, h("span", { class: `swatch who-${n}` }), nameOfId(id))),
      h("span", { class: "mark" }, h("span", { class: "swatch who-other" }), t("other_countries")), h("span", { class: "mark" }, h("span", { class: "swatch grade-0" }), t("who_unknown"))));
}

const wideAs = (words) => [...words].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 2 : 1), 0); // in letters of the Latin alphabet

// A name in one line, or in two where it is long.
function label(name, x, y) {
  const at = { x, y: y.toFixed(1) };
  if (wideAs(name) <= FLOW.letters) return svg("text", at, name);
  let end = name.length;
  while (wideAs(name.slice(0, end)) > FLOW.letters) end -= 1;
  const space = name.lastIndexOf(" ", end);
  if (space > 0) end = space;
  let rest = name.slice(end).trim();
  for (let most = rest.length; wideAs(rest) > FLOW.letters; most--) rest = cut(rest, most - 1);
  return svg("text", { x, y: (y - 6).toFixed(1) }, svg("tspan", { x }, name.slice(0, end)), svg("tspan", { x, dy: 12 }, rest));
}

// A bar, divided by the countries that supply it; what nobody is known to supply stays open.
function flowBar({ i, members, name, x, y, tall }, colours) {
  const network = networkOf();
  const held = new Map([...colours.keys(), "other"].map((id) => [id, 0]));
  let unknown = 0;
  for (const one of members) {
    const market = network.market(items.id[one]);
    let told = 0;
    for (const k of market === undefined ? [] : network.links(market)) {
      const country = network.country[network.indices[k]];
      if (network.flags[k] & EXTRA || country === null) continue;
      held.set(colours.has(country) ? country : "other", held.get(colours.has(country) ? country : "other") + network.low[k] / members.length);
      told += network.low[k];
    }
    unknown += Math.max(0, 1 - told) / members.length;
  }
  let top = y;
  const parts = [...held, ["unknown", unknown]].filter(([, size]) => size > 0).map(([id, size]) => {
    const kind = colours.has(id) ? `who-${colours.get(id)}` : id === "other" ? "who-other" : "who-unknown";
    const part = svg("rect", { class: kind, x, y: top.toFixed(1), width: FLOW.bar, height: (size * tall).toFixed(1) });
    top += size * tall;
    return part;
  });
  const group = svg("g", i === null ? {} : { class: "flow-item" }, svg("title", {}, name), parts,
    label(name, x + FLOW.bar + 4, y + tall / 2 + 3.5));
  if (i !== null) group.addEventListener("click", () => select(item(i)));
  return group;
}
