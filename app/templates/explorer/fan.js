// How long we last, as a picture: what is supplied of the product from day to day, while what happens lasts some days. Solid:
// with what is held in stock and what is opened; dashed: the estimate without them.

const FAN = { width: 320, height: 150, left: 30, right: 8, top: 10, bottom: 22 };
const MOST_DAYS = 3650;
const lasting = { lasts: 180, stock: 0, ready: 90, open: false };

// The items that the product is made of: its users hold the stocks that are asked about.
function directNeeds(network) {
  const found = new Set();
  for (const k of network.links(network.home ?? network.market(state.product))) {
    const links = network.kind[network.indices[k]] === MARKET ? [k] : network.links(network.indices[k]);
    for (const one of links) if (network.kind[network.indices[one]] === MARKET) found.add(network.item[network.indices[one]]);
  }
  found.delete(state.product);
  return [...found];
}

const helps = ({ kind }) => OPENING.includes(kind) || kind === "spare_capacity";

// The changes of the page with days: threats last, what helps is ready later, and all direct needs are in stock.
function withDays(network) {
  const hits = state.changes.filter(known).filter((change) => !helps(change)).map((change) => ({ ...change, lasts: lasting.lasts }));
  const opened = state.changes.filter(known).filter(helps).map((change) => ({ ...change, start: lasting.ready }));
  const stocks = lasting.stock > 0 ? directNeeds(network).map((of) => ({ kind: "stockpile", item: of, days: lasting.stock })) : [];
  return { before: hits, after: [...hits, ...opened, ...stocks], measures: opened.length + stocks.length > 0 };
}

// A curve of constant pieces, from left to right.
function stairs({ days, rate }, name, x, y) {
  return days.slice(0, -1).map((day, i) => [[x(day), y(rate[name][i])], [x(days[i + 1]), y(rate[name][i])]]).flat();
}

const polyline = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

function fanPicture(after, before, horizon, marks, words) {
  const { width, height, left, right, top, bottom } = FAN;
  const most = Math.max(1, ...after.rate.high);
  const x = (day) => left + (day / horizon) * (width - left - right);
  const y = (rate) => height - bottom - (rate / most) * (height - top - bottom);
  const label = (at, up, anchor, text) => svg("text", { x: at, y: up, "text-anchor": anchor, "font-size": 10, fill: "var(--faint)" }, text);
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width: "100%", role: "img", "aria-label": words },
    [0, 0.5, 1].map((rate) => [svg("line", { x1: left, x2: width - right, y1: y(rate), y2: y(rate), stroke: "var(--rule)" }), label(left - 4, y(rate) + 3, "end", percent(rate))]),
    [0, 0.5, 1].map((part) => label(x(part * horizon), height - 6, part ? (part === 1 ? "end" : "middle") : "start", t("fan_day", { day: Math.round(part * horizon) }))),
    marks.map(([day, name]) => [svg("line", { x1: x(day), x2: x(day), y1: top, y2: height - bottom, stroke: "var(--accent)", "stroke-dasharray": "1 3" }), label(x(day) + 3, top + 8, "start", name)]),
    svg("path", { d: `${polyline([...stairs(after, "high", x, y), ...stairs(after, "low", x, y).reverse()])}Z`, fill: "var(--loss-2)", "fill-opacity": 0.45 }),
    before && svg("path", { d: polyline(stairs(before, "estimate", x, y)), fill: "none", stroke: "var(--faint)", "stroke-dasharray": "5 4" }),
    svg("path", { d: polyline(stairs(after, "estimate", x, y)), fill: "none", stroke: "var(--text)", "stroke-width": 2 }));
}

// The first day of shortage in a reading; null where there is none.
function shortFrom({ days, rate }, name) {
  const at = rate[name].slice(0, -1).findIndex((one) => one < 1 - 1e-9);
  return at < 0 ? null : days[at];
}

// Earliest, latest and lost days in a sentence: "from" is rounded down, "lost at most" up.
function fanWords(curves) {
  const lost = (name) => curves.lost[name][curves.lost[name].length - 1];
  const [first, last, estimate] = ["low", "high", "estimate"].map((name) => shortFrom(curves, name));
  if (first === null) return t("fan_never");
  return t(last === null ? "fan_words_perhaps" : "fan_words", {
    first: Math.floor(first + 1e-6), last: last === null ? "" : Math.ceil(last - 1e-6), estimate: estimate === null ? "–" : Math.round(estimate),
    least: Math.floor(lost("low") + 1e-6), most: Math.ceil(lost("high") - 1e-6), middle: Math.round(lost("estimate")),
  });
}

function drawFan(place) {
  const network = networkOf();
  const horizon = Math.max(30, Math.ceil(2 * lasting.lasts));
  const { before, after, measures } = withDays(network);
  const curves = timelineOf(network, after, state.product, assumptions(), horizon);
  const bare = measures ? timelineOf(network, before, state.product, assumptions(), horizon) : null;
  const marks = [[lasting.lasts, t("fan_over")]];
  if (after.some(helps) && lasting.ready < horizon) marks.push([lasting.ready, t("fan_ready")]);
  const last = curves.lost;
  fill(place, fanPicture(curves, bare, horizon, marks, fanWords(curves)), h("p", { class: "said" }, fanWords(curves)),
    bare && h("p", { class: "faint" }, `${t("fan_before")} ${fanWords(bare)}`), h("p", { class: "faint" }, t("fan_legend")));
  Object.assign(place.dataset, { low: last.low[last.low.length - 1], high: last.high[last.high.length - 1], estimate: last.estimate[last.estimate.length - 1] });
}

// Beside the answer of the what-if; worked out when it is opened.
function howLong() {
  const hits = state.product && whatIf.losses && state.changes.filter(known).some((change) => !helps(change));
  if (!hits) return document.createComment("");
  const place = h("div", { id: "fan" });
  const number = (key, words) => h("label", { class: "field" }, h("span", {}, words),
    h("input", { id: `fan-${key}`, type: "number", min: key === "lasts" ? 1 : 0, max: MOST_DAYS, step: 1, value: lasting[key], onchange: (event) => {
      const days = Number(event.target.value);
      if (!(days >= (key === "lasts" ? 1 : 0) && days <= MOST_DAYS)) event.target.value = lasting[key];
      else lasting[key] = days;
      drawFan(place);
    } }));
  return h("details", { id: "how-long", open: lasting.open, ontoggle: (event) => {
    lasting.open = event.target.open;
    if (lasting.open) drawFan(place);
  } }, h("summary", {}, t("fan_title")), number("lasts", t("fan_lasts")), number("stock", t("fan_stock")),
  state.changes.some(helps) ? number("ready", t("fan_ready_day")) : null, place);
}
