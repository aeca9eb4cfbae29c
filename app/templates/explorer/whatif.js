// What if: tick who stops, see what each product keeps.

const whatIf = { kept: null, solution: null, hit: new Set() };
const readNetworks = new Map();
const baseline = new Map();

// The network that answers for a product, or null where the page holds none.
function networkOf(product, home = state.home) {
  const there = data.networks[home ? "domestic" : "market"];
  const name = about.buyer && product ? product : "";
  if (!there || !(name in there)) return null;
  if (!readNetworks.has(there[name])) readNetworks.set(there[name], networkFrom(there[name]));
  return readNetworks.get(there[name]);
}

const known = (change) => itemNumber.has(change.node) || supplierNumber.has(change.node) || countryOf.includes(change.node);

function runWhatIf() {
  const network = networkOf(state.product);
  const changes = state.changes.filter(known);
  whatIf.hit = new Set(changes.map((change) => change.node));
  const result = network && changes.length ? simulate(network, changes) : null;
  whatIf.kept = result && result.kept;
  whatIf.solution = result && result.solution;
}

// What a product keeps when one node stops: the base of criticality, worked out once for each product.
function keptWithout(node, product) {
  const network = networkOf(product);
  if (!network) return null;
  const key = `${product}\n${node}\n${state.home}`;
  if (!baseline.has(key)) {
    const { kept, solution } = simulate(network, [{ kind: "halt", node }]);
    baseline.set(key, { kept: kept.get(product), solution });
  }
  return baseline.get(key);
}

const nameOfId = (id) => {
  if (itemNumber.has(id)) return nameOf(item(itemNumber.get(id)));
  return supplierNumber.has(id) ? nameOf(supplier(supplierNumber.get(id))) : id;
};

// The sentences of the command line, from the same catalogue.
function explain(solution, product, reading) {
  const chain = trace(solution, product, reading);
  return chain.map((row, n) => {
    const after = chain[n + 1];
    const cause = row.cause !== "input" || after ? row.cause : "input_last";
    return t(`why_${cause}`, {
      item: nameOfId(row.item),
      supplier: row.supplier && row.supplier !== "+" ? nameOfId(row.supplier) : t("why_nobody"),
      share: row.share === undefined ? t("why_share_unknown") : percent(row.share),
      fact: factOf(row),
      need: after ? nameOfId(after.item) : "",
      kept: percent(row.kept),
    });
  });
}

const sourceNumber = new Map(column(sources, "id").map((id, i) => [id, i]));

function factOf({ source, year, confidence }) {
  const row = sourceNumber.get(source);
  if (row === undefined) return t("why_no_source");
  return t("why_fact", {
    publisher: sources.publisher[row],
    year: year === null || year === undefined ? t("why_no_year") : year,
    sure: t(confidence || "unknown"),
    source,
  });
}

function describeChange({ kind, node, item: only, to }) {
  const words = kind === "halt" ? t("change_halt", { node: nameOfId(node) }) : t(to && to.length ? "change_embargo_to" : "change_embargo", { node: nameOfId(node), to: (to || []).map(nameOfId).join(", ") });
  return only ? t("change_only", { change: words, item: nameOfId(only) }) : words;
}

const form = { kind: about.buyer ? "embargo" : "halt", to: about.buyer ? [about.buyer] : [], only: null };
const matches = (change) => (other) => same({ ...change }, { ...other });

function changeFor(node) {
  const kind = itemNumber.has(node) ? "halt" : form.kind;
  const change = { kind, node };
  if (form.only && !itemNumber.has(node)) change.item = form.only;
  if (kind === "embargo" && form.to.length) change.to = form.to;
  return change;
}

function toggleChange(change) {
  const had = state.changes.some(matches(change));
  update({ changes: had ? state.changes.filter((c) => !matches(change)(c)) : [...state.changes, change], tab: "whatif" });
}

// The countries that hold most of what is shown, to be ticked.
function largestCountries(most = 10) {
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

function showWhatIf() {
  const panel = $("whatif");
  const network = networkOf(state.product);
  if (!network) {
    return fill(panel, h("p", { class: "note" }, t(state.product ? "no_network_product" : "no_network")));
  }
  const open = document.activeElement && panel.contains(document.activeElement) ? document.activeElement.id : null;
  fill(panel, intro(), changesList(), results(), readings(), controls(), affectedItems());
  if (open && $(open)) $(open).focus();
}

function intro() {
  const place = about.buyer ? t("seen_from", { buyer: nameOfId(about.buyer) }) : t("seen_from_world");
  return h("p", { class: "faint" }, t("whatif_intro"), " ", place);
}

// Who makes what nobody is known to supply: bought on the world market, or made at the buyer's.
function readings() {
  if (!about.buyer) return null;
  return h("fieldset", {}, h("legend", {}, t("steps_between")), h("div", { class: "segments", role: "radiogroup", "aria-label": t("steps_between") },
    radio("home", "market", t("bought"), !state.home, () => update({ home: false })),
    radio("home", "domestic", t("made_at_home"), state.home, () => update({ home: true }))));
}

function radio(name, value, words, checked, choose) {
  return h("label", { class: "radio" }, h("input", { type: "radio", name, id: `${name}-${value}`, value, checked, onchange: choose }), h("span", {}, words));
}

function controls() {
  const redo = (change) => () => {
    Object.assign(form, change);
    showWhatIf();
  };
  const aims = about.buyer
    ? h("div", { class: "segments", role: "radiogroup", "aria-label": t("embargo_to") },
        radio("to", "buyer", t("to_buyer", { buyer: nameOfId(about.buyer) }), form.to.length > 0, redo({ to: [about.buyer] })),
        radio("to", "all", t("to_all"), !form.to.length, redo({ to: [] })))
    : null;
  return h("fieldset", {}, h("legend", {}, t("who_stops")),
    h("div", { class: "segments", role: "radiogroup", "aria-label": t("what_happens") },
      radio("kind", "halt", t("halt"), form.kind === "halt", redo({ kind: "halt" })),
      radio("kind", "embargo", t("embargo"), form.kind === "embargo", redo({ kind: "embargo" }))),
    form.kind === "embargo" ? aims : null,
    h("div", { class: "ticks" }, largestCountries().map((country) => {
      const change = changeFor(country);
      return h("label", {}, h("input", { type: "checkbox", id: `tick-${country}`, checked: state.changes.some(matches(change)), onchange: () => toggleChange(change) }), " ", nameOfId(country));
    })),
    chooser("add-node", t("add_node"), () => true, (node) => toggleChange(changeFor(idOf(node)))),
    form.only
      ? h("p", { class: "chips" }, h("span", { class: "chip" }, t("only_item", { item: nameOfId(form.only) }), h("button", { "aria-label": t("remove"), onclick: redo({ only: null }) }, "×")))
      : chooser("add-only", t("add_only"), (node) => node.table === "item", (node) => redo({ only: idOf(node) })()));
}

function chooser(id, words, accept, choose) {
  const input = h("input", { id, type: "search", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-autocomplete": "list", placeholder: words, "aria-label": words });
  const options = h("ul", { id: `${id}-list`, class: "options", role: "listbox", "aria-label": words, hidden: true });
  combobox(input, options, (question) => search(question, accept), choose);
  return h("div", { class: "box" }, input, options);
}

function changesList() {
  if (!state.changes.length) return null;
  return h("div", { class: "chips", id: "changes" },
    state.changes.map((change) => h("span", { class: known(change) ? "chip" : "chip unknown" }, describeChange(change), h("button", { "aria-label": `${t("remove")}: ${describeChange(change)}`, onclick: () => toggleChange(change) }, "×"))),
    h("button", { class: "plain", id: "clear-changes", onclick: () => update({ changes: [] }) }, t("clear")));
}

function keptLine(id, { low, high, binding }, big) {
  return h("div", { class: big ? "kept big" : "kept", "data-item": id, "data-low": low, "data-high": high },
    h("button", { class: "plain name", onclick: () => select(item(itemNumber.get(id))) }, cut(nameOfId(id), 60)),
    h("span", { class: "figure" }, interval(low, high, percent)),
    bar(low, high, t("kept_bar", { kept: interval(low, high, percent) }), "kept-bar"),
    big ? h("small", {}, t("losses", { certain: percent(1 - high), possible: percent(1 - low) })) : null,
    binding && big ? h("small", {}, t("binds", { item: nameOfId(binding) })) : null);
}

const hit = (id) => whatIf.kept.get(id).low < 1 - 1e-9;
const worstFirst = (a, b) => whatIf.kept.get(a).high - whatIf.kept.get(b).high || whatIf.kept.get(a).low - whatIf.kept.get(b).low;

function results() {
  if (!whatIf.kept) return null;
  const ends = (state.product ? [state.product] : data.products).filter((id) => whatIf.kept.has(id));
  const products = ends.filter((id) => state.product || hit(id)).sort(worstFirst);
  return h("div", { id: "results" },
    h("h3", {}, state.product ? t("kept_of_product") : t("kept_of_products", { hit: products.length, all: ends.length })),
    products.slice(0, 30).map((id) => keptLine(id, whatIf.kept.get(id), products.length < 4)),
    h("p", { class: "faint" }, t("reading")),
    state.product && hit(state.product) ? [why("why_possible", state.product, "low"), why("why_certain", state.product, "high")] : null);
}

function affectedItems() {
  if (!whatIf.kept) return null;
  const affected = [...whatIf.kept.keys()].filter((id) => hit(id) && id !== state.product).sort(worstFirst);
  return h("div", { id: "affected" },
    h("h3", {}, t("affected", { count: affected.length })),
    affected.slice(0, 60).map((id) => keptLine(id, whatIf.kept.get(id), false)),
    affected.length > 60 ? h("p", { class: "faint" }, t("more_in_table", { count: affected.length - 60 })) : null);
}

function why(title, product, reading, solution = whatIf.solution) {
  const lines = explain(solution, product, reading);
  if (!lines.length) return null;
  return h("details", { class: "why", open: reading === "low" }, h("summary", {}, t(title)), h("ol", {}, lines.map((line) => h("li", {}, cut(line, 700)))));
}
