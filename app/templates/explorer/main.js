// Everything together: one change of state redraws what depends on it.

const ASKED = ["buyer", "home", "sharing", "term", "sourcing"]; // what else the answer rests on
const SEEN = ["product", "focus", "collapsed", "opened", "suppliers", ...FILTERS];

// What has changed while a network was being read.
let waiting = null;

function refresh(changed) {
  if (waiting) return changed.forEach((key) => waiting.add(key));
  if (networks.isRead(...asking())) return redraw(changed);
  waiting = new Set(changed);
  return networks.rest().then(() => {
    const all = waiting;
    waiting = null;
    redraw(all);
  });
}

function redraw(changed) {
  const has = (...keys) => keys.some((key) => changed.has(key));
  const asked = has("product", "changes", ...ASKED);
  const before = whatIf.losses;
  if (asked) runWhatIf();
  const turned = !before !== !whatIf.losses; // what the colours mean
  if (has("product", "focus", ...FILTERS)) chooseVisible();
  const chosen = nodeOf(state.selected);
  if (has("selected", "product", "focus")) path = pathOf(chosen);
  if (has("theme")) showTheme();
  if (asked || has(...SEEN, "selected", "theme", "view")) {
    if (state.view !== "board") {
      if (turned || has("view", ...ASKED, ...SEEN)) showFilters();
      showCrumbs();
    }
    if (has("view")) showView();
    else if (state.view === "board") asked && showBoard(has("product", ...ASKED));
    else if (state.view === "table") showTable();
    else if (has(...SEEN, "selected", "theme", ...ASKED)) draw(has("product", "focus", "collapsed", "opened", ...FILTERS));
    else recolour();
  }
  if (asked || has("selected", "suppliers", "focus", ...FILTERS)) stale.add("details");
  if (has("pins") && !has("view") && state.view === "board") $("pins")?.replaceWith(pinned());
  if (asked || has("pins", "view")) stale.add("whatif");
  if (has("tab")) showTab(state.tab);
  showFresh(state.tab);
  if (has("product")) showProduct();
  if (has("buyer")) $("buyer").value = state.buyer;
  if (has("changes", "home") && whatIf.losses) announceWhatIf();
  showNotice();
}

// A panel out of sight is written when it comes into sight.
const stale = new Set();
const PANELS = { details: () => showPanel(), whatif: () => showWhatIf() };

function showFresh(...names) {
  for (const name of names) if (stale.delete(name)) PANELS[name]();
}

function pathOf(node) {
  if (!node) return new Set();
  const ends = state.product ? [productRow()] : data.products.map((id) => itemNumber.get(id));
  return pathsToProduct(itemsOf(node).filter((i) => shown.has(i)), ends.filter((i) => i !== undefined));
}

function announceWhatIf() {
  const hit = data.products.filter((id) => whatIf.losses.get(id)?.possible > HIT).length;
  const found = state.product && whatIf.losses.get(state.product);
  say(found ? t("announce_product", { product: nameOfId(state.product), loss: lossWords(found) }) : t("announce_products", { count: hit }));
}

function showNotice() {
  const left = about.leftOut;
  const words = [];
  if (left.items) words.push(t("left_out", { kept: left.kept, items: left.items, inputs: left.inputs, shares: left.shares }));
  if (state.view !== "board" && isLarge()) words.push(t(byChain ? "aggregated_chain" : "aggregated_country", { count: visible.length }));
  if (state.view === "graph" && drawn.linksLeftOut) words.push(t("links_left_out", { count: drawn.linksLeftOut }));
  if (state.view !== "board" && !visible.length) words.push(t("nothing_shown"));
  $("notice").hidden = !words.length;
  $("notice").textContent = words.join(" ");
}

function showView() {
  document.body.dataset.view = state.view;
  for (const name of VIEWS) {
    $(name).hidden = state.view !== name;
    $(`as-${name}`).setAttribute("aria-pressed", String(state.view === name));
  }
  if (state.view === "table") showTable();
  else if (state.view === "board") showBoard();
  else {
    startCanvas();
    drawn.network.setSize("100%", "100%");
    draw(true);
  }
}

function showTab(tab) {
  for (const name of ["details", "whatif"]) {
    $(name).hidden = name !== tab;
    $(`tab-${name}`).setAttribute("aria-selected", String(name === tab));
    $(`tab-${name}`).tabIndex = name === tab ? 0 : -1;
  }
  if (document.body.dataset.pane !== "stage" && document.body.dataset.pane !== "filters") showPane(tab);
}

function showPane(name) {
  document.body.dataset.pane = name;
  document.querySelectorAll("#panes button").forEach((button) => (button.dataset.to === name ? button.setAttribute("aria-current", "true") : button.removeAttribute("aria-current")));
  if (name === "details" || name === "whatif") update({ tab: name });
}

const isNarrow = () => matchMedia("(max-width: 900px)").matches;
const dark = matchMedia("(prefers-color-scheme: dark)");

const setTheme = (theme) => (document.documentElement.dataset.theme = theme || state.theme || (dark.matches ? "dark" : "light"));

function showTheme() {
  setTheme();
  readColours();
}

function toPaper() {
  showFresh("whatif");
  $("asked")?.replaceWith(question());
  setTheme("light"); // paper is white
  $("flow")?.replaceWith(flowOf(FLOW_ON_PAPER));
  document.querySelectorAll("#brief details").forEach((one) => (one.open = true));
}

function share() {
  const done = () => say(t("shared"));
  if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(location.href).then(done, done);
  else {
    const field = h("textarea", { class: "hidden-text" });
    field.value = location.href;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    done();
  }
  fill($("share"), t("shared_short"));
  setTimeout(() => fill($("share"), t("share")), 2000);
}

// Arrows walk the graph: left to what an item needs, right to what needs it, up and down within a tier.
function walk(key) {
  const node = nodeOf(state.selected);
  const here = node && node.table === "item" && shown.has(node.i) ? node.i : null;
  if (here === null) {
    const first = visible.find((i) => tierOf(i) === 0) ?? visible[0];
    return first === undefined ? undefined : go(first);
  }
  const near = key === "ArrowLeft" ? needs[here].map((row) => inputs.input[row]) : key === "ArrowRight" ? uses[here].map((row) => inputs.item[row]) : null;
  if (near) {
    const next = near.find((i) => shown.has(i));
    return next === undefined ? say(t("no_further")) : go(next);
  }
  const tier = visible.filter((i) => tierOf(i) === tierOf(here)).sort((a, b) => data.order[a] - data.order[b]);
  const at = tier.indexOf(here) + (key === "ArrowDown" ? 1 : -1);
  return tier[at] === undefined ? say(t("no_further")) : go(tier[at]);
}

function go(i) {
  select(item(i));
  centreOn(i);
}

function pressed(event) {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && !["checkbox", "radio"].includes(event.target.type);
  if (event.key === "Escape" && !typing) {
    if (state.focus) return update({ focus: null });
    return update({ selected: null });
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey || $("about").open) return undefined;
  // Single letters work wherever nobody types; arrows and zoom only in the drawing, elsewhere they scroll.
  const node = nodeOf(state.selected);
  const keys = {
    "/": () => $("search").focus(),
    "?": () => $("about").showModal(),
    b: () => update({ view: "board" }),
    g: () => update({ view: "graph" }),
    t: () => update({ view: state.view === "table" ? "graph" : "table" }),
    w: () => {
      if (isNarrow()) showPane("whatif");
      update({ tab: "whatif" });
      $("whatif").focus();
    },
    f: () => node && update({ focus: state.focus ? null : { node: state.selected, direction: "both", depth: 0 } }),
    e: () => node && node.table === "item" && update({ suppliers: toggled(state.suppliers, idOf(node)) }),
  };
  if (event.target === $("canvas")) {
    for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]) keys[key] = () => walk(key);
    keys.Enter = () => (node ? openPanel() : walk("ArrowRight"));
    keys["+"] = () => zoom(1.25);
    keys["-"] = () => zoom(0.8);
  }
  if (!keys[event.key]) return undefined;
  event.preventDefault();
  return keys[event.key]();
}

function openPanel() {
  if (isNarrow()) showPane("details");
  update({ tab: "details" });
  $("details").focus();
}

const zoom = (by) => drawn.network?.moveTo({ scale: drawn.network.getScale() * by, animation: false });

function found(node) {
  $("search").value = "";
  const outside = node.table === "item" && !shown.has(node.i);
  const change = { selected: keyOf(node), tab: "details" };
  if (outside) {
    // Filters give way; the product only where the item is no part of its chain, and then it is said.
    Object.assign(change, Object.fromEntries(FILTERS.map((key) => [key, START[key]])), { focus: null });
    if (state.product && !reach([productRow()], "up").has(node.i)) Object.assign(change, { product: null });
  }
  const before = state.product;
  update(change);
  if (node.table === "item" && state.view === "graph") {
    if (collapsedTiers().includes(tierOf(node.i))) {
      if (data.apart[node.i]) update({ focus: { node: keyOf(node), direction: "both", depth: 0 } }, true);
      else update({ collapsed: collapsedTiers().filter((tier) => tier !== tierOf(node.i)) }, true);
    }
    if (isLarge()) update({ opened: [...new Set([...state.opened, groupName(node.i)])] }, true);
    centreOn(node.i);
  }
  openPanel();
  say(outside ? t(before && !state.product ? "left_product" : "left_filters", { node: nameOf(node), product: before ? nameOfId(before) : "" }) : `${nameOf(node)}. ${summaryOf(node)}`);
}

// A link may ask about an item that the list of products does not offer.
function showProduct() {
  const menu = $("product");
  const id = state.product || "";
  if (![...menu.options].some(({ value }) => value === id)) menu.append(h("option", { value: id }, cut(nameOfId(id), 60)));
  menu.value = id;
}

async function start() {
  setTheme();
  fill($("product"), h("option", { value: "" }, t("whole_graph")), byName(data.products).map(([id, name]) => h("option", { value: id }, cut(name, 60))));
  $("product").addEventListener("change", (event) => update({ product: event.target.value || null, focus: null, selected: null }));
  fill($("buyer"), Object.keys(networks.index).map((id) => h("option", { value: id }, id ? cut(nameOfId(id), 40) : t("world_market"))));
  $("buyer").addEventListener("change", (event) => update({ buyer: event.target.value }));
  for (const name of VIEWS) $(`as-${name}`).addEventListener("click", () => (isNarrow() && showPane("stage"), update({ view: name })));
  $("export-print").addEventListener("click", () => (update({ view: "board" }), window.print()));
  $("export-scenarios").addEventListener("click", exportScenarios);
  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", () => (showTheme(), $("flow")?.replaceWith(flowOf())));
  combobox($("search"), $("found"), (question) => search(question), found);
  $("share").addEventListener("click", share);
  $("export-png").addEventListener("click", exportPng);
  $("export-html").addEventListener("click", () => (update({ view: "board" }), showFresh("whatif"), exportFragment()));
  $("export-svg").addEventListener("click", exportSvg);
  $("export-csv").addEventListener("click", exportCsv);
  $("export-graphml").addEventListener("click", exportGraphml);
  $("theme").addEventListener("click", () => update({ theme: document.documentElement.dataset.theme === "dark" ? "light" : "dark" }));
  $("skip").addEventListener("click", () => $("stage").focus());
  $("help").addEventListener("click", () => $("about").showModal());
  $("zoom-in").addEventListener("click", () => zoom(1.3));
  $("zoom-out").addEventListener("click", () => zoom(1 / 1.3));
  $("zoom-fit").addEventListener("click", frame);
  for (const name of ["details", "whatif"]) {
    $(`tab-${name}`).addEventListener("click", () => update({ tab: name }));
    $(`tab-${name}`).addEventListener("keydown", (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      update({ tab: name === "details" ? "whatif" : "details" });
      $(`tab-${state.tab}`).focus();
    });
  }
  document.querySelectorAll("#panes button").forEach((button) => button.addEventListener("click", () => showPane(button.dataset.to)));
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => document.querySelectorAll("details.menu[open]").forEach((menu) => menu.contains(event.target) && event.target.tagName !== "BUTTON" || (menu.open = false)));
  dark.addEventListener("change", () => (showTheme(), state.view === "graph" && draw(false)));
  for (const event of ["hashchange", "popstate"]) window.addEventListener(event, () => update({ ...START, ...stateFromAddress() }, true));
  listeners.push(refresh);
  await refresh(new Set(Object.keys(START)));
  document.documentElement.dataset.ready = "true";
  performance.mark("ready");
  setTimeout(() => networks.rest().then(loadLibrary), PAUSE);
}

// For tests and for whoever opens the console: the page's engine by itself.
window.kanmon = {
  share: (low, high) => interval(low, high, percent),
  network: networks.read,
  timeline: async (product, buyer, home, changes, assumed, horizon) => timelineOf(await networks.read(product, buyer, home), changes, product, assumed, horizon),
  // What is kept of items and the ways down, by reading, under changes.
  solve: async (product, buyer, home, changes, assumed, readings = THREE) => {
    const network = await networks.read(product, buyer, home);
    const solution = network && new Solution(network, changes, assumed, readings);
    return solution && { items: network.items, kept: Object.fromEntries(readings.map((name) => [name, network.items.map((id) => solution.level(id, name))])), ways: product ? Object.fromEntries(readings.map((name) => [name, trace(solution, product, name)])) : {} };
  },
  findOut: async (product, buyer, home, changes, assumed = ASSUMED_FIRST) => findOut(new Solution(await networks.read(product, buyer, home), changes, assumed), product, assumed, new Set(changes.map(({ node }) => node).filter(Boolean))),
  describeScenario,
  inSlices,
  yaml: yamlOf,
  openScenarios,
  update,
  state: () => state,
  drawn,
};

start();
