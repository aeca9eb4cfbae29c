// Everything together: one change of state redraws what depends on it.

const SEEN = ["product", "focus", "collapsed", "opened", "suppliers", ...FILTERS];

function refresh(changed) {
  const has = (...keys) => keys.some((key) => changed.has(key));
  if (has("product", "changes", "home")) runWhatIf();
  if (has("product", "focus", ...FILTERS)) chooseVisible();
  const chosen = nodeOf(state.selected);
  if (has("selected", "product", "focus")) path = pathOf(chosen);
  if (has("theme")) showTheme();
  if (has(...SEEN, "selected", "changes", "home", "theme")) {
    showFilters();
    showCrumbs();
    if (!has("view")) {
      if (state.view === "graph") draw(has("product", "focus", "collapsed", "opened", ...FILTERS));
      else showTable();
    }
  }
  if (has("view")) showView();
  if (has("selected", "product", "changes", "home", "suppliers", ...FILTERS, "focus")) showPanel();
  if (has("changes", "home", "product", ...FILTERS)) showWhatIf();
  if (has("tab")) showTab(state.tab);
  if (has("product")) $("product").value = state.product || "";
  if (has("changes", "home") && whatIf.kept) announceWhatIf();
  showNotice();
}

function pathOf(node) {
  if (!node) return new Set();
  const starts = node.table === "item" ? [node.i] : supplied[node.i].map((row) => views.item[shares.view[row]]);
  const ends = state.product ? [productRow()] : data.products.map((id) => itemNumber.get(id));
  return pathsToProduct(starts.filter((i) => shown.has(i)), ends.filter((i) => i !== undefined));
}

function announceWhatIf() {
  const id = state.product;
  const hit = data.products.filter((product) => whatIf.kept.get(product)?.low < 1 - 1e-9).length;
  const found = id && whatIf.kept.get(id);
  say(found ? t("announce_product", { product: nameOfId(id), kept: interval(found.low, found.high, percent) }) : t("announce_products", { count: hit }));
}

function showNotice() {
  const left = about.leftOut;
  const words = [];
  if (left.items) words.push(t("left_out", { kept: left.kept, items: left.items, inputs: left.inputs, shares: left.shares }));
  if (isLarge()) words.push(t(byChain ? "aggregated_chain" : "aggregated_country", { count: visible.length }));
  if (!visible.length) words.push(t("nothing_shown"));
  $("notice").hidden = !words.length;
  $("notice").textContent = words.join(" ");
}

function showView() {
  const table = state.view === "table";
  $("graph").hidden = table;
  $("table").hidden = !table;
  $("as-table").setAttribute("aria-pressed", String(table));
  if (table) showTable();
  else {
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

const dark = matchMedia("(prefers-color-scheme: dark)");

function showTheme() {
  document.documentElement.dataset.theme = state.theme || (dark.matches ? "dark" : "light");
  readColours();
}

function share() {
  const done = () => say(t("shared"));
  const sentence = () => fill($("share"), t("shared_short"));
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
  sentence();
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
  const node = nodeOf(state.selected);
  const keys = {
    "/": () => $("search").focus(),
    "?": () => $("about").showModal(),
    t: () => update({ view: state.view === "graph" ? "table" : "graph" }),
    w: () => {
      if (matchMedia("(max-width: 900px)").matches) showPane("whatif");
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
  if (matchMedia("(max-width: 900px)").matches) showPane("details");
  update({ tab: "details" });
  $("details").focus();
}

const zoom = (by) => drawn.network.moveTo({ scale: drawn.network.getScale() * by, animation: false });

function found(node) {
  $("search").value = "";
  const outside = node.table === "item" && !shown.has(node.i);
  if (outside) update({ ...Object.fromEntries(FILTERS.map((key) => [key, START[key]])), focus: null, product: null });
  if (node.table === "item" && collapsedTiers().includes(tierOf(node.i))) {
    if (data.apart[node.i]) update({ focus: { node: keyOf(node), direction: "both", depth: 0 } });
    else update({ collapsed: collapsedTiers().filter((tier) => tier !== tierOf(node.i)) });
  }
  if (node.table === "item" && isLarge()) update({ opened: [...new Set([...state.opened, groupName(node.i)])] });
  select(node);
  if (node.table === "item" && state.view === "graph") centreOn(node.i);
  openPanel();
}

function start() {
  document.documentElement.dataset.theme = state.theme || (dark.matches ? "dark" : "light");
  const names = data.products.map((id) => [id, nameOfId(id)]).sort((a, b) => a[1].localeCompare(b[1], language));
  fill($("product"), h("option", { value: "" }, t("whole_graph")), names.map(([id, name]) => h("option", { value: id }, cut(name, 60))));
  $("product").addEventListener("change", (event) => update({ product: event.target.value || null, focus: null, selected: null }));
  combobox($("search"), $("found"), (question) => search(question), found);
  $("as-table").addEventListener("click", () => update({ view: state.view === "graph" ? "table" : "graph" }));
  $("share").addEventListener("click", share);
  $("export-png").addEventListener("click", () => (update({ view: "graph" }), exportPng()));
  $("export-csv").addEventListener("click", exportCsv);
  $("export-graphml").addEventListener("click", exportGraphml);
  $("theme").addEventListener("click", () => update({ theme: document.documentElement.dataset.theme === "dark" ? "light" : "dark" }));
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
  dark.addEventListener("change", () => (showTheme(), draw(false)));
  window.addEventListener("hashchange", () => update({ ...START, ...stateFromAddress() }));
  startCanvas();
  drawn.network.on("resize", () => state.view === "graph" && frame());
  listeners.push(refresh);
  refresh(new Set(Object.keys(START)));
  document.documentElement.dataset.ready = "true";
}

// For tests and for whoever opens the console: the page's engine by itself.
window.kanmon = {
  simulate: (product, changes, home = about.domestic, estimated = true) => {
    const network = networkOf(product, home);
    return network && Object.fromEntries(simulate(network, changes, estimated).kept);
  },
  explain: (product, changes, reading) => explain(solve(networkOf(product), changes), product, reading),
  state: () => state,
  drawn,
};

start();
