// The board on paper and elsewhere: what a one-page brief says beside the answer, the board as an HTML fragment, drawings as SVG.

const MOST_CONTROLS = 8;

// Export controls in force on the chain, those of the hardest countries first.
function controlsOf() {
  const chain = reach([productRow()], "up");
  const rank = new Map(rankingOf().map(({ id }, n) => [id, n]));
  return data.measures.filter((one) => restrictsNow(one) && one.items.some((i) => chain.has(i)))
    .map((one) => ({ ...one, on: one.items.filter((i) => chain.has(i)) }))
    .sort((a, b) => (rank.get(a.issuer) ?? 99) - (rank.get(b.issuer) ?? 99) || b.on.length - a.on.length);
}

function controlsInForce() {
  const found = controlsOf();
  if (!found.length) return null;
  return h("section", { id: "controls" }, h("h3", {}, t("controls_in_force", { count: found.length })),
    h("ul", { class: "rows" }, found.slice(0, MOST_CONTROLS).map((one) => h("li", {},
      h("b", {}, `${nameOfId(one.issuer)}: ${t(`measure_${one.kind}`)}`), ` – ${names(one.on.map((i) => items.id[i]), 4)}`,
      h("small", {}, [one.since && t("since", { day: one.since }), aimOf(one), one.legal_reference && cut(one.legal_reference, 120)].filter(Boolean).join(" · "))))),
    found.length > MOST_CONTROLS ? h("p", { class: "faint" }, t("and_more_controls")) : null);
}

// What stands beside the question in the panel, for paper: the days, and what to find out.
const daysBeside = () => ($("lost-days") ? h("p", {}, $("lost-days").textContent) : null);

function foundBeside() {
  const lines = [...($("find-out")?.querySelectorAll("li > .name") || [])].map((one) => one.textContent);
  return lines.length ? [h("h3", {}, t("find_out")), h("ol", {}, lines.map((line) => h("li", {}, line)))] : null;
}

const KEPT = new Set(["class", "style", "href", "scope", "colspan", "lang", "role", "aria-label", "viewBox", "d", "x", "y", "dy", "cx", "cy", "r", "width", "height", "stroke-width", "font-size", "text-anchor", "open"]);

// The board without anything to press, with the rules of style that it uses; it can be put into any page.
function briefFragment() {
  const board = $("board").cloneNode(true);
  board.querySelectorAll("[hidden], .no-paper, #asked:empty, .scroll > .hidden-text, .find-out:not([data-ready])").forEach((one) => one.remove());
  const plainCopy = (node) => {
    if (node.nodeType !== 1) return node.nodeType === 3 ? document.createTextNode(node.data) : null;
    if (node.localName === "input") return h("span", {}, node.value);
    const name = node.localName === "button" || node.localName === "details" ? (node.localName === "button" ? "span" : "div") : node.localName === "summary" ? "b" : node.localName;
    const copy = document.createElementNS(node.namespaceURI, name);
    for (const { name: key, value } of node.attributes) if (KEPT.has(key)) copy.setAttribute(key, value);
    if (node.id) copy.classList.add(`of-${node.id.split("-")[0]}`);
    copy.append(...[...node.childNodes].map(plainCopy).filter(Boolean));
    return copy;
  };
  const copy = h("article", { class: "kanmon-brief", lang: language }, [...board.childNodes].map(plainCopy), h("p", { class: "faint" }, [cut(about.name, 60), t("picture_sources", { count: sources.id.length }), new Date().toISOString().slice(0, 10)].join(" · ")));
  return `<style>\n${styleOf(copy, ".kanmon-brief")}\n</style>\n${copy.outerHTML}\n`;
}

// The rules of the page that meet something in an element, for that element alone; colours are those of light paper.
function styleOf(element, scope) {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).filter((rule) => rule.selectorText && !rule.selectorText.includes("data-theme"));
  const own = rules.filter(({ selectorText }) => selectorText !== ":root").map((rule) => {
    const met = rule.selectorText.replaceAll("#board > *", ".none-of-it").split(/,\s*/).map((one) => one.replace(/^#board /, "")).filter((one) => !/[#:]|^(html|body|\*)/.test(one) && element.querySelector(one));
    return met.length ? `${met.map((one) => `${scope} ${one}`).join(", ")} { ${rule.style.cssText} }` : null;
  });
  const root = rules.find(({ selectorText }) => selectorText === ":root");
  return [`${scope}, ${scope} * { box-sizing: border-box; }`, `${scope} { ${root ? root.style.cssText : ""} font: 14px/1.5 sans-serif; color: #1b2430; background: #fff; max-width: 1000px; }`, ...own.filter(Boolean)].join("\n");
}

function exportFragment() {
  const page = briefFragment();
  download(fileName("html"), page, "text/html;charset=utf-8");
}

// The drawing in sight as SVG: the flow beside the answer, else the graph; with title, legend and sources.
function exportSvg() {
  const picture = state.view === "board" && $("board").querySelector("svg.flow") ? flowPicture() : graphPicture();
  download(fileName("svg"), `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(picture)}\n`, "image/svg+xml");
}

// What a picture is about, and what is asked of it.
const titleOfPicture = () => `${state.product ? nameOfId(state.product) : cut(about.name, 60)}${t("colon")}${placeAsked()}`;
const askedOfPicture = () => (whatIf.losses ? cut(describeScenario(state.changes), 200) : "");

function framed(width, height, legend, ...inside) {
  const sheet = [50, height + 70, height + 92];
  let x = 8;
  return svg("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height + 102}`, width, height: height + 102, "font-family": "sans-serif" },
    svg("rect", { width, height: height + 102, fill: colours.page }), svg("text", { x: 8, y: 20, "font-size": 15, "font-weight": 600, fill: colours.text }, titleOfPicture()),
    svg("text", { x: 8, y: 39, "font-size": 12, fill: colours.text }, askedOfPicture()),
    svg("g", { transform: `translate(0 ${sheet[0]})` }, inside),
    legend.map(([colour, words]) => {
      const mark = svg("g", {}, svg("rect", { x, y: sheet[1] - 10, width: 11, height: 11, fill: colour, stroke: colours.faint }), svg("text", { x: x + 16, y: sheet[1], "font-size": 11, fill: colours.text }, words));
      x += 34 + [...words].reduce((sum, sign) => sum + (sign > "\u2e7f" ? 11 : 6.2), 0);
      return mark;
    }),
    svg("text", { x: 8, y: sheet[2], "font-size": 10, fill: colours.faint }, `${cut(about.name, 60)} · ${t("picture_sources", { count: sources.id.length })}`));
}

function flowPicture() {
  readColours();
  const drawing = $("board").querySelector("svg.flow");
  const copy = drawing.cloneNode(true);
  // What the page's style says, said on each element: the file stands alone.
  const [from, to] = [[...drawing.querySelectorAll("*")], [...copy.querySelectorAll("*")]];
  from.forEach((element, n) => {
    const seen = getComputedStyle(element);
    const told = ["text", "tspan"].includes(element.localName) ? { fill: seen.fill, "font-size": seen.fontSize, "font-weight": seen.fontWeight } : ["path", "rect"].includes(element.localName) ? { fill: seen.fill, "fill-opacity": seen.fillOpacity, stroke: seen.stroke, "stroke-dasharray": seen.strokeDasharray } : {};
    for (const [name, value] of Object.entries(told)) to[n].setAttribute(name, value);
    to[n].removeAttribute("class");
  });
  const legend = [...$("board").querySelectorAll("#flow .legend .mark")].map((mark) => [getComputedStyle(mark.querySelector(".swatch")).backgroundColor, mark.textContent]);
  return framed(FLOW.width, FLOW.height, legend, [...copy.childNodes]);
}

function graphPicture() {
  if (!drawn.nodes?.length) update({ view: "graph" });
  const nodes = drawn.nodes.get();
  const at = new Map(nodes.map((node) => [node.id, node]));
  const [xs, ys] = [nodes.map(({ x }) => x), nodes.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs) - 20, Math.min(...ys) - 20];
  const [width, height] = [Math.max(600, Math.max(...xs) - left + 240), Math.max(...ys) - top + 20];
  const kind = whatIf.losses ? "loss" : "grade";
  const legend = [0, 1, 2, 3, 4].map((g) => [colours[whatIf.losses ? "losses" : "grades"][g], t(`${kind}_${g}`)]);
  return framed(width, height, legend, svg("g", { transform: `translate(${-left} ${-top})` },
    drawn.edges.get().map(({ from, to, width: thick = 1 }) => {
      const [a, b] = [at.get(from), at.get(to)];
      return a && b ? svg("path", { d: `M${a.x} ${a.y}C${(a.x + b.x) / 2} ${a.y} ${(a.x + b.x) / 2} ${b.y} ${b.x} ${b.y}`, fill: "none", stroke: colours.line, "stroke-width": Number(thick).toFixed(2), "stroke-opacity": 0.5 }) : null;
    }),
    nodes.map(({ x, y, size: radius = 5, color = {} }) => svg("circle", { cx: x, cy: y, r: Number(radius).toFixed(1), fill: color.background || colours.band, stroke: color.border || colours.faint, "stroke-width": 1.6 })),
    drawn.labels.map(({ x, y, radius, words }) => svg("text", { x: x + radius + 4, y: y + 4, "font-size": 11, fill: colours.text }, cut(words, 60)))));
}
