// How long we last, as a picture: what is supplied of the product from day to day, while what happens lasts some days. Solid:
// with what is held in stock and what is opened; dashed: the estimate without them.

const FAN = { width: 320, height: 150, left: 34, right: 8, top: 10, bottom: 22 };
const MOST_DAYS = 3650;
const LONG = 365; // days shown of what does not end
const lasting = { open: null }; // as the reader left it; null: open where days are told
const PAUSE = 150; // milliseconds: the days are worked out when the answer stands

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

const isHitting = ({ kind }) => HITTING.includes(kind);
const isTimed = (changes) => changes.some(({ kind, start, lasts, ramp }) => kind === "stockpile" || start || ramp || typeof lasts === "number");

// As long again as what happens lasts.
function horizonOf(changes) {
  const ends = changes.filter(isHitting).map(({ start = 0, lasts = null, ramp = 0 }) => (lasts === null ? LONG / 2 : start + lasts + ramp));
  return Math.min(MOST_DAYS, Math.max(30, Math.ceil(2 * Math.max(...ends))));
}

const courseOf = (changes, horizon) => once(`course ${horizon} ${JSON.stringify(changes)}`, () => timelineOf(networkOf(), changes, state.product, assumptions(), horizon));

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
    marks.map(([day, name]) => [svg("line", { x1: x(day), x2: x(day), y1: top, y2: height - bottom, stroke: "var(--accent)", "stroke-dasharray": "1 3" }), label(x(day) + 3, top + 16, "start", name)]),
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
  const sameDay = last !== null && Math.floor(first + 1e-6) === Math.ceil(last - 1e-6);
  return t(last === null ? "fan_words_perhaps" : sameDay ? "fan_words_day" : "fan_words", {
    first: Math.floor(first + 1e-6), last: last === null ? "" : Math.ceil(last - 1e-6), estimate: estimate === null ? "–" : Math.round(estimate),
    least: Math.floor(lost("low") + 1e-6), most: Math.ceil(lost("high") - 1e-6), middle: Math.round(lost("estimate")),
  });
}

function drawFan(place) {
  const changes = state.changes.filter(known);
  const horizon = horizonOf(changes);
  const curves = courseOf(changes, horizon);
  const bare = changes.every(isHitting) ? null : courseOf(changes.filter(isHitting), horizon);
  const marks = [...new Map([...changes.filter(isHitting).filter(({ lasts }) => typeof lasts === "number").map(({ start = 0, lasts }) => [start + lasts, t("fan_over")]),
    ...changes.filter(helps).filter(({ start }) => start).map(({ start }) => [start, t("fan_ready")])])].filter(([day]) => day < horizon);
  const { lost } = curves;
  const of = (name) => lost[name][lost[name].length - 1];
  fill(place, fanPicture(curves, bare, horizon, marks, fanWords(curves)), h("p", { class: "said" }, fanWords(curves)),
    bare && h("p", { class: "faint" }, `${t("fan_before")} ${fanWords(bare)}`), h("p", { class: "faint" }, t("fan_legend")));
  Object.assign(place.dataset, { low: of("low"), high: of("high"), estimate: of("estimate"), horizon });
  place.className = "";
  if ($("lost-days")) fill($("lost-days"), daysWords(curves, horizon));
}

function daysWords({ lost }, horizon) {
  const of = (name) => lost[name][lost[name].length - 1];
  return [h("b", {}, t("days_lost", { days: horizon, estimate: Math.round(of("estimate")) })), " ", t("days_lost_band", { certain: Math.floor(of("low") + 1e-6), possible: Math.ceil(of("high") - 1e-6) })];
}

// Beside the answer, where something happens and days are told of it or of what helps.
function daysLost() {
  const changes = state.changes.filter(known);
  return isTimed(changes) && changes.some(isHitting) ? h("p", { id: "lost-days" }, t("days_working")) : null;
}

// How long all that happens lasts, how many days the direct inputs are in stock, and when what is opened is ready.
function allDays() {
  const network = networkOf();
  const direct = directNeeds(network);
  const isDirect = (change) => change.kind === "stockpile" && !isReserve(change) && direct.includes(change.item);
  const common = (found, key) => (found.length && found.every((one) => same(one[key], found[0][key])) ? found[0][key] ?? "" : "");
  const stocks = state.changes.filter(isDirect);
  const set = (of, key) => (days) => setChanges(state.changes.map((change) => (of(change) ? timedAt(change, key, days) : change)));
  return h("div", { class: "times" }, dayField("fan-lasts", t("fan_lasts"), common(state.changes.filter(isHitting), "lasts"), set(isHitting, "lasts")),
    dayField("fan-stock", t("fan_stock"), stocks.length === direct.length ? common(stocks, "days") : "", (days) =>
      setChanges([...state.changes.filter((change) => !isDirect(change)), ...(days ? direct.map((of) => ({ kind: "stockpile", item: of, days })) : [])])),
    state.changes.some(helps) ? dayField("fan-ready", t("fan_ready_day"), common(state.changes.filter(helps), "start"), set(helps, "start")) : null);
}

// Beside the answer of the what-if; worked out when it is open.
function howLong() {
  const hits = state.product && whatIf.losses && state.changes.filter(known).some(isHitting);
  if (!hits) return document.createComment("");
  // What stands is kept, pale, until the new one is there.
  const place = h("div", { id: "fan", class: "stale" }, [...($("fan")?.childNodes || [])]);
  const open = lasting.open ?? isTimed(state.changes);
  const work = () => setTimeout(() => place.isConnected && drawFan(place), PAUSE);
  if (open || daysLost()) work();
  return h("details", { id: "how-long", open, ontoggle: ({ target }) => {
    if (target.open !== (lasting.open ?? isTimed(state.changes))) lasting.open = target.open;
    if (target.open && place.className) work();
  } }, h("summary", {}, t("fan_title")), allDays(), place);
}
