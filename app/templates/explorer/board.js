// The first view: an answer for the chosen product and buyer. Who is hardest to do without, and at which stage.

const STAGES = ["mineral", "material", "process", "equipment", "component", "service", "product"];
const MOST_ROWS = 12;
const THIN = 0.5; // a band wider than this is hatched
const gradeOfLoss = (loss) => (loss <= HIT ? 0 : loss < 0.1 - HIT ? 1 : loss < 0.5 - HIT ? 2 : loss < 1 - HIT ? 3 : 4); // 1 - 0.9 is 10 %

// With `changes` alone it stands as it is: only what is pressed, and the question asked, are written anew.
function showBoard(asked = true) {
  const board = $("board");
  if (!asked) {
    const now = askedNow();
    board.querySelectorAll("[data-shock]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.shock === now)));
    $("asked")?.replaceWith(question());
    return;
  }
  const open = document.activeElement && board.contains(document.activeElement) ? document.activeElement.id : null;
  if (!state.product) fill(board, productsBoard());
  else if (!networkOf()) fill(board, h("h2", {}, nameOfId(state.product)), h("p", { class: "note" }, t("no_network_product")));
  else fill(board, answer(), question(), pinned(), matrixOf(), flowOf(), controlsInForce(), cutSetFacts(), brief());
  if (open && $(open)) $(open).focus({ preventScroll: true });
}

// The answer ----------------------------------------------------------------------------------------------------------

const placeAsked = () => (state.buyer && state.product ? t("board_from", { buyer: cut(nameOfId(state.buyer), 60) }) : t("board_from_world"));

function answer() {
  const ranking = rankingOf();
  const product = cut(nameOfId(state.product), 120);
  const title = h("h2", {}, product, " ", h("small", {}, placeAsked()));
  if (!ranking.length) return [title, h("p", { class: "lead" }, t("board_nobody", { product }))];
  const three = ranking.slice(0, 3);
  const words = { product, names: three.map(({ id }) => cut(nameOfId(id), 60)).join(t("name_list")), first: cut(nameOfId(three[0].id), 60), certain: atLeast(three[0].certain), estimate: part(three[0].estimate), possible: atMost(three[0].possible) };
  return [title,
    h("p", { class: "lead" }, t(three[0].certain >= 0.01 ? "board_lead" : "board_lead_open", words)),
    h("ol", { class: "cards" }, three.map((one, n) => card(one, n))),
    h("p", { class: "faint" }, t("board_reading"), " ", t(`assume_sharing_${state.sharing}`))];
}

function card({ id, certain, possible, estimate, first, hard }, n) {
  const loss = { certain, possible, estimate };
  const because = bindingHold(id);
  return h("li", {}, h("button", { class: "card", id: `card-${id}`, ...shock([{ kind: "halt", node: id }]) },
    h("span", { class: "card-head" }, h("span", { class: "rank" }, String(n + 1)), h("strong", { title: nameOfId(id) }, cut(nameOfId(id), 60))),
    h("span", { class: "huge" }, h("b", {}, part(estimate)), " ", h("span", {}, t("lost_if_stops"))),
    lossBand(loss), h("span", { class: "ends" }, h("span", {}, t("certain_loss", { loss: atLeast(certain) })), h("span", {}, t("possible_loss", { loss: atMost(possible) }))),
    because ? h("small", {}, because) : null, hard === null ? null : h("small", { class: "served" }, t(`served_${hard}`, { loss: atLeast(first) })), toFindOutShort(id)));
}

// Why: the item on the way to the certain loss (else the possible one) of which the country holds a part, and that part of the
// market through which the way goes: the buyer's own may be another.
function bindingHold(id) {
  const held = new Set(holdsOf(id).map((one) => one.item));
  for (const reading of ["high", "estimate", "low"]) {
    const last = trace(haltOf(id), state.product, reading).reverse().find(({ item: of, market }) => held.has(of) && market !== undefined);
    if (!last) continue;
    const { low, high } = holdIn(last.market, id);
    const { network } = haltOf(id);
    const share = [interval(low, high, percent), ageOf(last.year || Infinity) === null ? null : dated(last.year)].filter(Boolean).join(t("name_list"));
    const item = cut(nameFor(last.item, network.placeOf[last.market]), 80);
    return low > 0 || high < 1 ? t("holds", { share, item }) : t("holds_unknown", { item });
  }
  return null;
}

const askedNow = () => JSON.stringify(state.changes.map(({ start, lasts, ramp, ...change }) => change)); // at whatever time
const shock = (changes) => ({ "data-shock": JSON.stringify(changes), "aria-pressed": String(askedNow() === JSON.stringify(changes)), onclick: () => runShock(changes) });

function runShock(changes) {
  setChanges(askedNow() === JSON.stringify(changes) ? [] : changes);
  if (state.changes.length && isNarrow()) showPane("whatif");
}

// Country and stage ---------------------------------------------------------------------------------------------------

// What a country holds of a market: {low, high, links}.
function holdIn(market, country) {
  const network = networkOf();
  const makers = aboutOf(network).byPlace.get(country) || new Set();
  const links = network.links(market).filter((k) => makers.has(network.indices[k]) && !(network.flags[k] & EXTRA));
  const sum = (weights) => Math.min(1, links.reduce((total, k) => total + weights[k], 0));
  return { low: sum(network.low), high: sum(network.high), links: links.length };
}

// The market of an item through which the product needs it: the buyer's, else (it buys what is made of it) the world's.
function neededMarket(network, id) {
  const needed = network.needed(network.market(state.product));
  return [network.market(id), network.markets.get(`${id}\n${WORLD_MARKET}`)].find((node) => needed[node]);
}

// What a country holds of each item of the chain, as the buyer sees it: {item, low, high, links}.
function holdsOf(country) {
  const network = networkOf();
  return once(`holds ${country}`, () => network.items.flatMap((id) => {
    const market = neededMarket(network, id);
    // Who makes the product for itself is not asked whether it stops.
    if (market === undefined || (network.home !== null && id === state.product)) return [];
    const held = holdIn(market, country);
    return held.links ? [{ item: id, ...held }] : [];
  }));
}

const byShare = (a, b) => b.low - a.low || b.high - a.high;
// A product that goes into the one asked about is a part of it.
const stageOf = (id) => (items.kind[itemNumber.get(id)] === "product" && id !== state.product ? "component" : items.kind[itemNumber.get(id)]);

function cellOf(country, stage) {
  return once(`cell ${country} ${stage}`, () => {
    const holds = holdsOf(country).filter(({ item: id }) => stageOf(id) === stage).sort(byShare);
    if (!holds.length) return null;
    const changes = holds.slice(0, MOST_CHANGES).map(({ item: id }) => ({ kind: "halt", node: country, item: id }));
    return { holds, changes, loss: new Solution(networkOf(), changes, assumptions(), THREE, state.product).loss(state.product) };
  });
}

function matrixOf() {
  const rows = rankingOf().slice(0, MOST_ROWS);
  const chain = new Set(rows.flatMap(({ id }) => holdsOf(id).map(({ item: one }) => stageOf(one))));
  const stages = STAGES.filter((stage) => chain.has(stage));
  if (!stages.length) return null;
  return h("section", { id: "matrix" }, h("h3", {}, t("matrix")), h("p", { class: "faint" }, t("matrix_reading"), stages.includes("equipment") && state.term === "short" ? ` ${t("matrix_equipment")}` : ""), matrixLegend(),
    h("div", { class: "scroll" }, walked(h("caption", { class: "hidden-text" }, t("matrix")),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("country_column")), stages.map((stage) => h("th", { scope: "col" }, t(`stage_${stage}`))), h("th", { scope: "col" }, t("all_stages")))),
      h("tbody", {}, rows.map((row) => h("tr", {}, h("th", { scope: "row" }, nameButton(row.id, { tabindex: -1 })),
        stages.map((stage) => matrixCell(row.id, stage)), totalCell(row)))))));
}

function matrixCell(country, stage) {
  const found = cellOf(country, stage);
  if (!found) return h("td", { class: "none" }, h("span", { "aria-hidden": "true" }, "·"));
  const { holds: [worst, ...rest], changes, loss } = found;
  const told = worst.low > 0 || worst.high < 1 ? interval(worst.low, worst.high, percent) : t("share_unknown_short");
  const share = worst.low > 0 && rest.some(({ high }) => high > worst.high + TINY) ? t("share_or_more", { share: told }) : told;
  const name = nameOfId(worst.item);
  const controls = measuresBy(country, found.holds);
  const words = t("cell_words", { country: nameOfId(country), stage: t(`stage_${stage}`), share, item: name, loss: lossWords(loss) });
  return h("td", {}, h("button", { class: `cell loss-${gradeOfLoss(loss.estimate)}${loss.possible - loss.certain > THIN ? " thin" : ""}`, id: `cell-${country}-${stage}`, tabindex: -1, "aria-label": words, title: words, ...shock(changes) },
    h("b", {}, share), controls ? h("span", { class: "badge", title: t("controls_here", { count: controls }) }, `§${controls}`) : null, h("small", {}, cut(name, 60)), rest.length ? h("small", { class: "more" }, t("and_more", { count: rest.length })) : null));
}

// How many export controls of a country are in force on what it holds.
function measuresBy(country, holds) {
  const found = new Set(holds.flatMap(({ item: id }) => measuresOn[itemNumber.get(id)]).filter((one) => one.issuer === country && restrictsNow(one)));
  return found.size;
}

function totalCell({ id, certain, possible, estimate }) {
  const loss = { certain, possible, estimate };
  const changes = [{ kind: "halt", node: id }];
  return h("td", {}, h("button", { class: "cell total", id: `cell-${id}-all`, tabindex: -1, "aria-label": `${nameOfId(id)}: ${lossWords(loss)}`, ...shock(changes) },
    h("b", {}, part(estimate)), lossBand(loss)));
}

const lossMarks = () => [0, 1, 2, 3, 4].map((g) => h("span", { class: "mark" }, h("span", { class: `swatch loss-${g}` }), t(`loss_${g}`)));

function matrixLegend() {
  return h("p", { class: "legend" }, h("b", {}, t("loss_legend")), lossMarks(), h("span", { class: "mark" }, h("span", { class: "swatch thin" }), t("thin")),
    data.measures.length ? h("span", { class: "mark" }, h("span", { class: "badge" }, "§"), t("mark_controls")) : null);
}

// Arrow keys go from cell to cell; the table is one stop for Tab.
function walked(...inside) {
  const table = h("table", { class: "matrix", onkeydown: walkCells }, inside);
  const first = table.querySelector("button.cell");
  if (first) first.tabIndex = 0;
  return table;
}

function walkCells(event) {
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  if (!Object.hasOwn(steps, event.key)) return;
  event.preventDefault();
  const table = [...event.currentTarget.querySelectorAll("tbody tr")].map((row) => [...row.cells].map((place) => place.querySelector("button")));
  let [r, c] = [table.findIndex((row) => row.includes(event.target)), 0];
  c = table[r].indexOf(event.target);
  const [dr, dc] = steps[event.key];
  do [r, c] = [r + dr, c + dc];
  while (table[r] && c >= 0 && c < table[r].length && !table[r][c]);
  if (!table[r] || !table[r][c]) return;
  table.flat().forEach((cell) => cell && (cell.tabIndex = -1));
  table[r][c].tabIndex = 0;
  table[r][c].focus();
}

// Without a product: what each product loses when a country stops.
function productsBoard() {
  const network = networkOf(null);
  if (!network) return [h("h2", {}, cut(about.name, 80)), h("p", { class: "note" }, t("no_network"))];
  const countries = largestCountries(8);
  const losses = countries.map((id) => once(`products ${id}`, () => new Solution(network, [{ kind: "halt", node: id }], assumptions())));
  const ends = data.products.filter((id) => network.inside.has(id)).slice(0, 60);
  return [h("h2", {}, cut(about.name, 80), " ", h("small", {}, t("board_from_world"))), h("p", { class: "lead" }, t("products_lead", { count: ends.length })),
    h("section", { id: "matrix" }, h("div", { class: "scroll" }, walked(h("caption", { class: "hidden-text" }, t("products_matrix")),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("product")), countries.map((id) => h("th", { scope: "col" }, nameOfId(id))))),
      h("tbody", {}, ends.map((id) => h("tr", {}, h("th", { scope: "row" }, h("button", { class: "plain name", tabindex: -1, onclick: () => update({ product: id }) }, cut(nameOfId(id), 60))),
        countries.map((country, c) => {
          const loss = losses[c].loss(id);
          const words = t("product_cell_words", { country: nameOfId(country), product: nameOfId(id), loss: lossWords(loss) });
          return h("td", {}, h("button", { class: `cell loss-${gradeOfLoss(loss.estimate)}${loss.possible - loss.certain > THIN ? " thin" : ""}`, tabindex: -1, "aria-label": words, title: words, onclick: () => update({ product: id, changes: [{ kind: "halt", node: country }], tab: "whatif" }) }, h("b", {}, part(loss.estimate))));
        })))))), matrixLegend())];
}

// For paper: the question that was asked, what it rests on, and the sources, numbered --------------------------------

function question() {
  if (!whatIf.losses || !state.product) return h("section", { id: "asked" });
  return h("section", { id: "asked" }, h("h3", {}, t("asked")), h("p", {}, describeScenario(state.changes)), lossFigure(whatIf.losses.get(state.product), state.product), daysBeside(), foundBeside());
}

function brief() {
  const rows = rankingOf().slice(0, MOST_ROWS).flatMap(({ id }) => STAGES.map((stage) => cellOf(id, stage)?.holds[0].item));
  const used = new Set(rows.filter(Boolean).map((id) => networkOf().facts.get(networkOf().market(id))[1]).filter(Boolean));
  return h("section", { id: "brief" }, h("h3", {}, t("assumptions")), h("p", {}, assumed()), h("p", {}, t("board_halt")),
    h("details", {}, h("summary", {}, t("sources_of", { count: used.size })),
      h("ol", { class: "sources" }, [...used].filter((id) => sourceNumber.has(id)).map((id) => h("li", {}, fact(sourceNumber.get(id)))))));
}
