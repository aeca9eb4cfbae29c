// What if: what happens, what is lost, why, and scenarios side by side. Estimate first, then at least and at most.

const whatIf = { solution: null, losses: null, hit: new Set() };
const HIT = 1e-9;

const asking = (product = state.product) => [product, product ? state.buyer : "", state.home];
const networkOf = (product = state.product) => networks.get(...asking(product));
const assumptions = () => ({ sharing: state.sharing, term: state.term, sourcing: state.sourcing });
const isPlace = (id) => supplierNumber.has(id) || countryOf.includes(id);

// Whether all that a change names is in this page; an unknown name is shown struck out, and asked of nothing.
function known({ kind, node, item: only, by, to = [], holder }) {
  const whole = ["halt", "reduce"].includes(kind) && itemNumber.has(node);
  return (!node || isPlace(node) || whole) && (!holder || isPlace(holder)) && [only, by].every((id) => !id || itemNumber.has(id)) && to.every(isPlace);
}

function runWhatIf() {
  const network = networkOf();
  const changes = state.changes.filter(known);
  whatIf.hit = new Set(changes.filter(({ kind }) => ["halt", "embargo", "reduce"].includes(kind)).map(({ node }) => node));
  const needed = network && state.product ? network.needed(network.market(state.product)) : null; // nothing else is shown
  whatIf.solution = network && changes.length ? new Solution(network, changes, assumptions(), THREE, state.product) : null;
  whatIf.losses = whatIf.solution && new Map(network.items.filter((id) => !needed || needed[network.market(id)]).map((id) => [id, whatIf.solution.loss(id)]));
}

const nameOfId = (id) => {
  if (itemNumber.has(id)) return nameOf(item(itemNumber.get(id)));
  return supplierNumber.has(id) ? nameOf(supplier(supplierNumber.get(id))) : id;
};

// Ids with their names, in the order of these.
const byName = (ids) => ids.map((id) => [id, nameOfId(id)]).sort((a, b) => a[1].localeCompare(b[1], language));

// "At least" is never rounded up, "at most" never down.
const atLeast = (value) => outward(value, -1, percent);
const atMost = (value) => outward(value, 1, percent);
const bandWords = ({ certain, possible }) => t("lost_band", { certain: atLeast(certain), possible: atMost(possible) });
const lossWords = (loss) => t("lost_words", { estimate: part(loss.estimate), certain: atLeast(loss.certain), possible: atMost(loss.possible) });

// A band from what is certainly to what is possibly lost, with the estimate as a line on it.
function lossBand(loss) {
  return h("span", { class: "band", role: "img", "aria-label": lossWords(loss) },
    h("i", { style: { width: `${100 * loss.certain}%` } }),
    h("b", { style: { left: `${100 * loss.certain}%`, width: `${100 * (loss.possible - loss.certain)}%` } }),
    h("u", { style: { left: `${100 * loss.estimate}%` } }));
}

// The way to what is hit, as sentences; steps that hand on one and the same shortage are told as one.
function explain(solution, product, reading) {
  const chain = trace(solution, product, reading);
  const lines = [];
  for (let n = 0; n < chain.length; n++) {
    const row = chain[n];
    let end = n;
    while (row.cause === "need" && chain[end + 1]?.cause === "need" && percent(1 - chain[end + 1].kept) === percent(1 - row.kept)) end++;
    const after = chain[end + 1];
    const values = { item: nameOfId(row.item), lost: percent(1 - row.kept), need: after ? nameOfId(after.item) : "" };
    if (end > n) {
      const through = [...chain.slice(n + 1, end + 1), after].filter(Boolean).map((one) => nameOfId(one.item));
      lines.push(t("way_chain", { ...values, chain: through.join(" → ") }));
      n = end;
      continue;
    }
    // Shortages of several needs that meet different makers add up: the makers may have less than the scarcest of them.
    const more = row.cause === "need" && after?.cause === "need" && row.kept < after.kept - 5e-3;
    lines.push(t(`way_${row.cause === "input" && !after ? "input_last" : more ? "need_more" : row.cause}`, {
      ...values,
      supplier: row.supplier === NEW ? t("way_new") : row.supplier ? nameOfId(row.supplier) : t("way_nobody"),
      share: row.share === undefined ? t("way_share_unknown") : interval(row.share_low, row.share_high, percent),
      fact: factOf(row),
    }));
  }
  return lines;
}

const sourceNumber = new Map(column(sources, "id").map((id, i) => [id, i]));

function factOf({ source, year, confidence, supplier }) {
  const row = sourceNumber.get(source);
  if (row === undefined) return t(supplier && supplier !== NEW ? "way_no_source_assumed" : "way_no_source");
  return [sources.publisher[row], year ? dated(year) : t("way_no_year"), t(confidence || "unknown")].join(", ");
}

function describeChange({ kind, node, item: only, to = [], share = 1, days, holder, release, by, inputs, start, lasts, ramp }) {
  const number = (value) => interval(...(Array.isArray(value) ? value : [value, value]), (one) => String(Number(one.toFixed(1))));
  const size = Array.isArray(share) ? interval(share[0], share[1], percent) : percent(share);
  const key = kind === "add_source" && inputs === false ? "recycling" : kind === "embargo" && to.length ? "embargo_to" : holder ? "reserve" : kind;
  const words = t(`change_${key}`, { holder: nameOfId(holder), node: nameOfId(node), item: nameOfId(only), by: nameOfId(by), to: to.map(nameOfId).join(t("name_list")), share: size, days: days === undefined ? "" : number(days) });
  return [
    holder && release && ((change) => t("change_release", { change, share: percent(release) })),
    only && node && ((change) => t("change_only", { change, item: nameOfId(only) })),
    start && ((change) => t(helps({ kind }) || kind === "stockpile" ? "change_ready" : "change_from", { change, day: number(start) })),
    typeof lasts === "number" && ((change) => t("change_lasts", { change, days: number(lasts) })),
    ramp && ((change) => t("change_ramp", { change, days: number(ramp) })),
  ].filter(Boolean).reduce((found, say) => say(found), words);
}

// Changes that differ in the item alone are told as one.
function groupsOf(changes) {
  const groups = new Map();
  for (const change of changes) {
    const { item: only, ...rest } = change;
    const key = only && (change.node || change.kind === "stockpile") ? JSON.stringify(rest) : JSON.stringify(change);
    put(groups, key, change);
  }
  return [...groups.values()];
}

function describeGroup(group) {
  if (group.length === 1) return describeChange(group[0]);
  if (group[0].kind === "stockpile") return describeChange({ ...group[0], item: names(group.map(({ item: of }) => of), 4) });
  return t("change_several", { change: describeChange({ ...group[0], item: undefined }), count: group.length });
}

const describeScenario = (changes) => groupsOf(changes).map(describeGroup).join(t("and_list"));

// Making changes ------------------------------------------------------------------------------------------------------

const MAKING = ["halt", "embargo", "reduce", "stockpile", "reserve", "add_source", "recycling", "substitute", "spare_capacity"];
const HITTING = ["halt", "embargo", "reduce"];
const SIZED = { reduce: 0.5, embargo: 1, add_source: 0.2, recycling: 0.2, substitute: 0.2, spare_capacity: 0.2 };
const FIRST_STOCK = 60; // days
const FIRST_RESERVE = 180;
const form = { kind: "halt", toAll: false, only: null, item: null, by: null, holder: null };

const matches = (change) => (other) => same(stripped(change), stripped(other));
const stripped = ({ share, days, release, start, lasts, ramp, ...change }) => change; // the same change at another size and time

function changeFor(node) {
  const change = { kind: form.kind, node };
  if (form.kind === "halt" && itemNumber.has(node)) return change;
  if (form.only) change.item = form.only;
  if (form.kind === "embargo" && state.buyer && !form.toAll && node !== state.buyer) change.to = [state.buyer]; // its own hits all abroad
  if (form.kind in SIZED && form.kind !== "embargo") change.share = SIZED[form.kind];
  return change;
}

const setChanges = (changes, quiet) => update({ changes, tab: "whatif" }, quiet);

function toggleChange(change) {
  const had = state.changes.some(matches(change));
  // Who stops altogether does not also stop exports: one hit of a node takes the place of another.
  const rival = (other) => HITTING.includes(change.kind) && HITTING.includes(other.kind) && other.node === change.node && (other.item ?? null) === (change.item ?? null);
  const rest = state.changes.filter((other) => !matches(change)(other) && !rival(other));
  setChanges(had ? rest : [...rest, change]);
}

// What a kind of opening asks for beside its item.
const ASKS = { substitute: "by", reserve: "holder" };

function openSource() {
  const { kind, item: of } = form;
  const beside = ASKS[kind];
  if (!of || (beside && !form[beside])) return;
  const size = { stockpile: { days: FIRST_STOCK }, reserve: { days: FIRST_RESERVE } }[kind] || { share: SIZED[kind] };
  const change = { kind: { recycling: "add_source", reserve: "stockpile" }[kind] || kind, item: of, ...size };
  if (kind === "recycling") change.inputs = false;
  if (beside) change[beside] = form[beside];
  Object.assign(form, { item: null, by: null });
  setChanges([...state.changes.filter((other) => !matches(change)(other)), change]);
}

// The countries that hold most of what is shown, to be ticked.
function largestCountries(most = 10) {
  const ranked = state.product && rankingOf();
  if (ranked) return ranked.slice(0, most).map(({ id }) => id);
  const weight = new Map();
  for (const i of visible) {
    if (worldView[i] === undefined) continue;
    for (const row of sharesOf[worldView[i]]) {
      const country = countryOf[shares.supplier[row]];
      if (country && supplierNumber.has(country)) weight.set(country, (weight.get(country) || 0) + shares.low[row]);
    }
  }
  return [...weight].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, most).map(([country]) => country);
}

// The panel -----------------------------------------------------------------------------------------------------------

function showWhatIf() {
  const panel = $("whatif");
  if (!networkOf()) return fill(panel, h("p", { class: "note" }, t(state.product ? "no_network_product" : "no_network")));
  const open = document.activeElement && panel.contains(document.activeElement) ? document.activeElement.id : null;
  const unfolded = new Map([...panel.querySelectorAll("details[id]")].map((one) => [one.id, one.open]));
  fill(panel, results(), changesList(), findOutSection(), controls(), state.view === "board" ? null : pinned(), scenarioFiles(), reasons(), readings(), affectedItems());
  unfolded.forEach((wide, id) => $(id) && unfold($(id), wide));
  if (open && $(open)) $(open).focus({ preventScroll: true });
  $("results").after(howLong());
  return undefined;
}

const seenFrom = () => (state.buyer && state.product ? t("seen_from", { buyer: nameOfId(state.buyer) }) : t("seen_from_world"));

// The answer stays in sight while controls below it are moved.
function results() {
  if (!whatIf.losses) return h("div", { id: "results", class: "answer" }, h("p", {}, t("whatif_intro")), h("p", { class: "faint" }, seenFrom()));
  if (!state.product) return productsHit();
  const loss = whatIf.losses.get(state.product);
  return h("div", { id: "results", class: "answer" }, h("h3", {}, t("lost_of", { product: nameOfId(state.product) })), lossFigure(loss, state.product), daysLost());
}

function lossFigure(loss, id) {
  return h("div", { class: "lost", "data-item": id, "data-certain": loss.certain, "data-possible": loss.possible, "data-estimate": loss.estimate },
    lossInFull(loss, state.changes));
}

// The estimate, the band, and its ends in words.
function lossInFull(loss, changes) {
  return [h("p", { class: "huge" }, h("b", {}, part(loss.estimate)), " ", h("span", {}, t(isTimed(changes) ? "lost_estimate_timed" : "lost_estimate"))), lossBand(loss),
    h("p", { class: "ends" }, h("span", {}, t("certain_loss", { loss: atLeast(loss.certain) })), h("span", {}, t("possible_loss", { loss: atMost(loss.possible) })))];
}

// Under a wide band: what narrows it. The same question keeps its answer while the panel is drawn anew.
let findOutShown = { key: null, place: null };

function findOutSection() {
  if (!whatIf.losses || !state.product) return null;
  const key = JSON.stringify([state.product, state.buyer, state.home, assumptions(), state.changes]);
  if (findOutShown.key !== key) findOutShown = { key, place: toFindOut(whatIf.solution, whatIf.hit, "find-out") };
  return findOutShown.place;
}

function productsHit() {
  const ends = data.products.filter((id) => whatIf.losses.has(id));
  const products = ends.filter(isHit).sort(worstFirst);
  return h("div", { id: "results", class: "answer" }, h("h3", {}, t("lost_of_products", { hit: products.length, all: ends.length })),
    products.slice(0, 30).map((id) => lossLine(id)));
}

const isHit = (id) => whatIf.losses.get(id).possible > HIT;
const worstFirst = (a, b) => {
  const [x, y] = [whatIf.losses.get(a), whatIf.losses.get(b)];
  return y.certain - x.certain || y.estimate - x.estimate || y.possible - x.possible;
};

function lossLine(id, loss = whatIf.losses.get(id)) {
  return h("div", { class: "lost-line", "data-item": id },
    h("button", { class: "plain name", onclick: () => select(item(itemNumber.get(id))) }, cut(nameOfId(id), 60)),
    h("span", { class: "figure" }, part(loss.estimate)), lossBand(loss), h("small", {}, bandWords(loss)));
}

function changesList() {
  if (!state.changes.length) return null;
  return h("div", { id: "changes" },
    groupsOf(state.changes).map((group, n) => {
      const words = describeGroup(group);
      const without = () => setChanges(state.changes.filter((change) => !group.includes(change)));
      return h("div", { class: group.every(known) ? "change" : "change unknown" }, h("span", {}, words),
        h("button", { class: "plain", "aria-label": `${t("remove")}: ${words}`, onclick: without }, "×"), sizeSlider(group, n), daysOf(group, n));
    }),
    h("p", { class: "chips" }, h("button", { class: "plain", id: "clear-changes", onclick: () => setChanges([]) }, t("clear")),
      state.pins.length < MOST_PINS ? h("button", { id: "pin", onclick: pin }, t("pin", { letter: letterOf(state.pins.length) })) : null));
}

const editGroup = (group, edit, quiet) => setChanges(state.changes.map((change) => (group.some(matches(change)) ? edit(change) : change)), quiet);

// How much: moves the answer while it is dragged.
function sizeSlider(group, n) {
  const { kind, share = 1, holder } = group[0];
  if (holder) return releaseSlider(group, n);
  if (kind === "halt" || kind === "stockpile" || Array.isArray(share)) return null;
  const most = kind === "spare_capacity" ? 2 : 1;
  const move = ({ target }) => editGroup(group, (change) => ({ ...change, share: Number(target.value) }), true);
  return h("input", { type: "range", id: `size-${n}`, min: 0, max: most, step: 0.01, value: share, "aria-label": `${t("how_much")}: ${describeGroup(group)}`, "aria-valuetext": percent(share), oninput: move });
}

// How much a reserve gives a day at most; in full it gives whatever is short.
function releaseSlider(group, n) {
  const { release = 1 } = group[0];
  const move = ({ target }) => editGroup(group, ({ release: before, ...rest }) => (Number(target.value) < 1 ? { ...rest, release: Number(target.value) } : rest), true);
  return h("label", { class: "field" }, h("span", {}, t("release")), h("input", { type: "range", id: `size-${n}`, min: 0.05, max: 1, step: 0.05, value: release ?? 1, "aria-valuetext": percent(release ?? 1), oninput: move }));
}

// How long, from when, how many days in stock: a field left empty says nothing.
function daysOf(group, n) {
  const { kind } = group[0];
  const fields = kind === "stockpile" ? ["days", "start"] : helps({ kind }) ? ["start", "lasts"] : ["lasts", "start"];
  const label = (key) => t(`time_${key === "start" && (kind === "stockpile" || helps({ kind })) ? "ready" : key}`);
  return h("div", { class: "times" }, fields.map((key) => {
    const value = group[0][key];
    if (Array.isArray(value)) return null;
    return dayField(`${key}-${n}`, label(key), value || (key === "lasts" && value === 0) ? value : "", (days) => editGroup(group, (change) => timedAt(change, key, days)));
  }));
}

function timedAt(change, key, days) {
  const { [key]: before, ...rest } = change;
  if (days === null && key === "days") return change;
  return days === null || (key === "start" && days === 0) ? rest : { ...rest, [key]: days };
}

// A number of days, or null where nothing is written; anything else is undone.
function dayField(id, words, value, take) {
  return h("label", {}, h("span", {}, words), h("input", { id, type: "number", min: 0, max: MOST_TIME, step: "any", value, onchange: ({ target }) => {
    const days = target.value === "" && !target.validity.badInput ? null : Number(target.value);
    if (days !== null && !(target.value !== "" && days >= 0 && days <= MOST_TIME)) target.value = value;
    else take(days);
  } }));
}

function radio(name, value, words, checked, choose) {
  return h("label", { class: "radio" }, h("input", { type: "radio", name, id: `${name}-${value}`, value, checked, onchange: choose }), h("span", {}, words));
}

function controls() {
  const redo = (change) => () => {
    Object.assign(form, change);
    showWhatIf();
  };
  const choose = h("select", { id: "kind", "aria-label": t("what_happens"), onchange: ({ target: { value } }) => redo({ kind: value, ...(value === "reserve" ? { holder: state.buyer || null } : {}) })() },
    MAKING.map((kind) => h("option", { value: kind, selected: form.kind === kind }, t(`make_${kind}`))));
  return h("fieldset", {}, h("legend", {}, t("what_happens")), choose,
    form.kind === "embargo" && state.buyer ? h("div", { class: "segments", role: "radiogroup", "aria-label": t("embargo_to") },
      radio("to", "buyer", t("to_buyer", { buyer: nameOfId(state.buyer) }), !form.toAll, redo({ toAll: false })),
      radio("to", "all", t("to_all"), form.toAll, redo({ toAll: true }))) : null,
    HITTING.includes(form.kind) ? hitters(redo) : form.kind === "spare_capacity"
      ? chooser("add-node", t("add_node"), (node) => node.table === "supplier" || inNetwork(node), (node) => toggleChange(changeFor(idOf(node))))
      : openers(redo));
}

const inNetwork = (node) => node.table === "item" && networkOf().inside.has(idOf(node));

function hitters(redo) {
  return [
    h("div", { class: "ticks" }, largestCountries().map((country) => {
      const change = changeFor(country);
      return h("label", {}, h("input", { type: "checkbox", id: `tick-${country}`, checked: state.changes.some(matches(change)), onchange: () => toggleChange(change) }), " ", cut(nameOfId(country), 40));
    })),
    chooser("add-node", t("add_node"), (node) => node.table === "supplier" || (form.kind !== "embargo" && inNetwork(node)), (node) => toggleChange(changeFor(idOf(node)))),
    form.only
      ? h("p", { class: "chips" }, h("span", { class: "chip" }, t("only_item", { item: nameOfId(form.only) }), h("button", { "aria-label": t("remove"), onclick: redo({ only: null }) }, "×")))
      : chooser("add-only", t("add_only"), inNetwork, (node) => redo({ only: idOf(node) })()),
  ];
}

function openers(redo) {
  const chosen = (key, words, accept = inNetwork) => form[key]
    ? h("p", { class: "chips" }, h("span", { class: "chip" }, `${words}${t("colon")}${nameOfId(form[key])}`, h("button", { "aria-label": t("remove"), onclick: redo({ [key]: null }) }, "×")))
    : chooser(`open-${key}`, words, accept, (node) => {
      form[key] = idOf(node);
      if (ASKS[form.kind] && !(form.item && form[ASKS[form.kind]])) showWhatIf();
      else openSource();
    });
  return [form.kind === "reserve" ? chosen("holder", t("of_holder"), (node) => node.table === "supplier") : null,
    chosen("item", t("of_item")), form.kind === "substitute" ? chosen("by", t("by_item")) : null];
}

function chooser(id, words, accept, choose) {
  const input = h("input", { id, type: "search", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-autocomplete": "list", placeholder: words, "aria-label": words });
  const options = h("ul", { id: `${id}-list`, class: "options", role: "listbox", "aria-label": words, hidden: true });
  combobox(input, options, (question) => search(question, accept), choose);
  return h("div", { class: "box" }, input, options);
}

// Scenarios side by side ----------------------------------------------------------------------------------------------

const letterOf = (n) => "ABC"[n];

function pin() {
  update({ pins: [...state.pins, { name: "", changes: state.changes }] });
}

const lossOf = (changes) => once(`loss ${JSON.stringify(changes)}`, () => new Solution(networkOf(), changes.filter(known), assumptions(), THREE, state.product).loss(state.product));

// Beside the answer; where the board is not in sight, in the panel.
function pinned() {
  if (!state.pins.length || !state.product || !networkOf()) return h("section", { id: "pins", hidden: true });
  return h("section", { id: "pins" }, h("h3", {}, t("side_by_side")),
    h("ol", { class: "pins" }, state.pins.map((one, n) => {
      const loss = lossOf(one.changes);
      const words = one.name || describeScenario(one.changes);
      const rename = (event) => update({ pins: state.pins.map((other, i) => (i === n ? { ...other, name: cut(event.target.value.trim(), 60) } : other)) });
      return h("li", { "data-estimate": loss.estimate }, h("p", { class: "pin-head" }, h("b", { class: "letter" }, letterOf(n)),
        h("input", { id: `pin-${n}`, value: one.name, placeholder: t("pin_name", { letter: letterOf(n) }), "aria-label": t("pin_name", { letter: letterOf(n) }), onchange: rename }),
        h("button", { class: "plain no-paper", "aria-label": `${t("remove")}: ${words}`, onclick: () => update({ pins: state.pins.filter((_, i) => i !== n) }) }, "×")),
        h("button", { class: "plain", title: t("pin_ask"), onclick: () => setChanges(one.changes) }, cut(describeScenario(one.changes), 160)),
        lossInFull(loss, one.changes), pinDays(one.changes));
    })));
}

function pinDays(all) {
  const changes = all.filter(known);
  if (!isTimed(changes) || !changes.some(isHitting)) return null;
  const place = h("small", {}, t("days_working"));
  setTimeout(() => place.isConnected && fill(place, daysWords(courseOf(changes, horizonOf(changes)), horizonOf(changes))), PAUSE);
  return place;
}

// Reasons and assumptions ---------------------------------------------------------------------------------------------

function reasons() {
  if (!whatIf.losses || !state.product || !isHit(state.product)) return null;
  return h("section", { id: "reasons" }, why("why_certain", "high"), why("why_possible", "low"));
}

function why(title, reading, solution = whatIf.solution, product = state.product) {
  if (!trace(solution, product, reading).length) return null;
  const lines = () => h("ol", {}, explain(solution, product, reading).map((line) => h("li", {}, cut(line, 700))));
  return folded({ class: "why", id: solution === whatIf.solution ? title : null, open: reading === "high" }, t(title), lines);
}

// What is assumed: said in one line, and changed here.
const assumed = () => [
  state.buyer && state.product ? t(state.home ? "assume_home" : "assume_bought") : null,
  t(`assume_sharing_${state.sharing}`), t(`assume_term_${state.term}`), t(`assume_sourcing_${state.sourcing}`), t("assume_estimate"),
].filter(Boolean).join(" ");

function readings() {
  const choice = (key, values) => h("label", { class: "field" }, h("span", {}, t(`choose_${key}`)),
    h("select", { id: `choose-${key}`, onchange: (event) => update({ [key]: key === "home" ? event.target.value === "true" : event.target.value }) },
      values.map((value) => h("option", { value: String(value), selected: state[key] === value }, t(`choose_${key}_${value}`)))));
  return h("details", { id: "assumptions" }, h("summary", {}, t("assumptions")), h("p", { class: "faint" }, assumed()),
    state.buyer && state.product && networks.index[state.buyer].domestic ? choice("home", [false, true]) : null,
    choice("sharing", CHOICES.sharing), choice("term", CHOICES.term), choice("sourcing", CHOICES.sourcing));
}

function affectedItems() {
  if (!whatIf.losses || !state.product) return null;
  const chain = reach([productRow()], "up");
  const affected = [...whatIf.losses.keys()].filter((id) => id !== state.product && chain.has(itemNumber.get(id)) && isHit(id)).sort(worstFirst);
  return folded({ id: "affected" }, t("affected", { count: affected.length }), () => [affected.slice(0, 60).map((id) => lossLine(id)),
    affected.length > 60 ? h("p", { class: "faint" }, t("more_in_table", { count: affected.length - 60 })) : null]);
}
