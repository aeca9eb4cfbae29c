// The page of an item: what it is and why it matters in a few sentences, each from facts of the graph with their sources, and
// its shares as areas and over the years. Nothing is said that the tables do not hold.

const MOST_LINES = 5;
const LEAST_YEARS = 3;
const CHART = { width: 320, height: 170, left: 30, right: 92, top: 8, bottom: 20 };
const TREE = { width: 320, height: 150 };

// Sentences with numbers in brackets, and under them the numbered sources.
function itemParagraph(i) {
  const used = [];
  const cite = (source) => {
    if (source === null || source === undefined) return "";
    if (!used.includes(source)) used.push(source);
    return ` [${used.indexOf(source) + 1}]`;
  };
  const sentences = [whatItIs(i, cite), whereItGoes(i), whoMakesIt(i, cite), whoRestrictsIt(i, cite), whatItCosts(i)].filter(Boolean);
  return h("section", { id: "about-item" }, h("p", { class: "paragraph" }, sentences.map((one) => (one.endsWith("。") ? one : `${one} `)).join("").trim()),
    used.length ? h("ol", { class: "sources" }, used.map((source) => h("li", {}, fact(source)))) : null);
}

const list3 = (ids, most = 3) => ids.slice(0, most).map(nameOfId).join(t("name_list"));

function whatItIs(i, cite) {
  const made = needs[i].map((row) => items.id[inputs.input[row]]);
  const words = { item: nameOf(item(i)), kind: t(`kind_${items.kind[i]}`), count: made.length, inputs: list3(made) };
  return made.length ? t(made.length > 3 ? "about_made_more" : "about_made", words) + cite(inputs.source[needs[i][0]]) + t("full_stop") : t("about_raw", words);
}

function whereItGoes(i) {
  const down = reach([i], "down");
  const products = data.products.filter((id) => id !== items.id[i] && down.has(itemNumber.get(id)));
  if (!uses[i].length) return null;
  return products.length ? t(products.length > 3 ? "about_goes_more" : "about_goes", { direct: uses[i].length, count: products.length, products: list3(products) }) : t("about_used", { direct: uses[i].length });
}

function whoMakesIt(i, cite) {
  const row = step.get(i);
  if (row === undefined) {
    const named = (sharesOf[worldView[i]] || []).map((one) => shares.supplier[one]).filter((one) => suppliers.kind[one] !== "aggregate").map((one) => suppliers.id[one]);
    return named.length ? t("about_named", { names: names(named, 3) }) : t("about_unknown");
  }
  const words = { top: topOf(row), share: interval(steps.top_share_low[row], steps.top_share_high[row], percent), hhi: t(`grade_${gradeLow(i)}`), year: cell(steps, "year", row) ?? "" };
  const sure = t(cell(steps, "confidence", row) || "unknown");
  const known = ageOf(words.year || Infinity) === null ? sure : t("known_and_old", { known: sure, age: ageOf(words.year) });
  if (column(steps, "top_supplier")[row] === null) return t("about_nobody");
  // Foundry capacity is not all that its item is: of what the share is stands beside it.
  const told = [measureName(cell(views, "measure", worldView[i])), known].filter(Boolean).join(t("name_list"));
  return t(words.year ? "about_top_year" : "about_top", { ...words, known: told }) + cite(steps.source[row]) + t("full_stop");
}

function whoRestrictsIt(i, cite) {
  const now = measuresOn[i].filter(restrictsNow);
  if (!now.length) return null;
  const issuers = [...new Set(now.map(({ issuer }) => issuer))];
  return t("about_controls", { count: now.length, places: list3(issuers, 4) }) + [...new Set(now.map(({ source }) => source))].slice(0, 3).map(cite).join("") + t("full_stop");
}

function whatItCosts(i) {
  const id = items.id[i];
  if (!state.product || id === state.product || criticality(i) === null) return null;
  const { estimate, certain, possible } = haltOf(id).loss(state.product);
  return t("about_without", { product: nameOfId(state.product), estimate: part(estimate), certain: atLeast(certain), possible: atMost(possible) });
}

// The years of one market: views of the same scope, level and measure, for each year the one that stands first.
function yearsOf(i) {
  const main = worldView[i];
  if (main === undefined) return [];
  const alike = ["scope", "level", "measure"];
  const byYear = new Map();
  for (const view of viewsOf[i]) {
    const year = cell(views, "year", view);
    if (year === null || !alike.every((name) => cell(views, name, view) === cell(views, name, main))) continue;
    const held = byYear.get(year);
    const better = held === undefined || (cell(views, "source", view) === cell(views, "source", main) && cell(views, "source", held) !== cell(views, "source", main));
    if (better) byYear.set(year, view);
  }
  return [...byYear].sort((a, b) => a[0] - b[0]);
}

function yearLines(i) {
  const years = yearsOf(i);
  if (years.length < LEAST_YEARS) return null;
  const { width, height, left, right, top, bottom } = CHART;
  const [first, last] = [years[0][0], years[years.length - 1][0]];
  const x = (year) => left + ((year - first) / (last - first)) * (width - left - right);
  const y = (share) => top + (1 - share) * (height - top - bottom);
  const shareOf = (view, s) => sharesOf[view].find((row) => shares.supplier[row] === s && shares.known[row] !== "unknown");
  const latest = years[years.length - 1][1];
  const lines = sharesOf[latest].filter((row) => shares.known[row] !== "unknown" && suppliers.kind[shares.supplier[row]] !== "aggregate").sort(byLow).slice(0, MOST_LINES).map((row) => {
    const s = shares.supplier[row];
    return { s, points: years.map(([year, view]) => [year, shareOf(view, s)]).filter(([, at]) => at !== undefined) };
  });
  const ends = spaced(lines.map(({ points }) => y(middle(points[points.length - 1][1]))), lines.map(() => 12));
  for (let n = ends.length - 1, limit = y(0); n >= 0; n--, limit = ends[n + 1] - 12) ends[n] = Math.min(ends[n], limit);
  const drawing = svg("svg", { class: "years", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": t("over_years") },
    [0, 0.5, 1].map((share) => [svg("path", { class: "grid", d: `M${left} ${y(share)}H${width - right}` }), svg("text", { x: 0, y: y(share) + 4 }, percent(share))]),
    years.map(([year], n) => (n === 0 || n === years.length - 1 || years.length <= 6 ? svg("text", { x: x(year), y: height - 4, "text-anchor": "middle" }, String(year)) : null)),
    lines.map(({ s, points }, n) => svg("g", { class: `line line-${n}` }, svg("title", {}, nameOf(supplier(s))),
      svg("path", { d: points.map(([year, row], at) => `${at ? "L" : "M"}${x(year).toFixed(1)} ${y(middle(row)).toFixed(1)}`).join("") }),
      points.map(([year, row]) => svg("circle", { cx: x(year).toFixed(1), cy: y(middle(row)).toFixed(1), r: 2.5 })),
      svg("text", { x: width - right + 6, y: ends[n] + 4 }, cut(nameOf(supplier(s)), 13)))));
  const used = [...new Set(years.map(([, view]) => views.source[view]))];
  return h("section", { id: "years" }, h("h3", {}, t("over_years")), drawing, h("p", { class: "faint" }, t("over_years_reading", { count: years.length })), used.map((source) => fact(source)));
}

const byLow = (a, b) => shares.low[b] - shares.low[a] || shares.high[b] - shares.high[a];
const middle = (row) => (shares.low[row] + shares.high[row]) / 2;

// Shares as areas, the largest first, each strip as square as it gets (Bruls, Huizing, van Wijk 2000).
function squarified(sizes, { width, height }) {
  const found = [];
  let [x, y, w, hgt] = [0, 0, width, height];
  const total = sum(sizes);
  const areas = sizes.map((size) => (size / total) * width * height);
  for (let n = 0; n < areas.length; ) {
    const side = Math.min(w, hgt);
    const worst = (row) => {
      const all = sum(row);
      return Math.max(...row.map((area) => Math.max((side * side * area) / (all * all), (all * all) / (side * side * area))));
    };
    // A row takes the next area as long as its worst shape gets no worse; then it is laid along the shorter side.
    const row = [areas[n]];
    while (n + row.length < areas.length && worst([...row, areas[n + row.length]]) <= worst(row)) row.push(areas[n + row.length]);
    const thick = sum(row) / side;
    let along = 0;
    for (const area of row) {
      const long = area / thick;
      found.push(w >= hgt ? { x, y: y + along, width: thick, height: long } : { x: x + along, y, width: long, height: thick });
      along += long;
    }
    if (w >= hgt) [x, w] = [x + thick, w - thick];
    else [y, hgt] = [y + thick, hgt - thick];
    n += row.length;
  }
  return found;
}

function treemap(i) {
  const view = worldView[i];
  if (view === undefined) return null;
  const rows = sharesOf[view].filter((row) => shares.known[row] !== "unknown" && middle(row) > 0.004).sort((a, b) => middle(b) - middle(a)).slice(0, 14);
  if (rows.length < 3) return null;
  const parts = rows.map((row) => ({ size: middle(row), name: nameOf(supplier(shares.supplier[row])), share: interval(shares.low[row], shares.high[row], percent), s: shares.supplier[row] }));
  const rest = Math.max(0, 1 - sum(parts.map(({ size }) => size)));
  if (rest > 0.004) parts.push({ size: rest, name: t("rest_of_market"), share: part(rest), s: null });
  const boxes = squarified(parts.map(({ size }) => size), TREE);
  return svg("svg", { class: "treemap", viewBox: `0 0 ${TREE.width} ${TREE.height}`, role: "img", "aria-label": parts.map(({ name, share }) => `${name} ${share}`).join(", ") },
    parts.map(({ name, share, s }, n) => {
      const { x, y, width, height } = boxes[n];
      return svg("g", {}, svg("title", {}, `${name} ${share}`), svg("rect", { class: s === null ? "rest" : `part-${Math.min(n, 4)}`, x: x.toFixed(1), y: y.toFixed(1), width: width.toFixed(1), height: height.toFixed(1) }),
        width > 44 && height > 15 ? svg("text", { class: s === null ? "" : `on-${Math.min(n, 4)}`, x: x + 4, y: y + 12 }, cut(name, Math.max(2, Math.floor(width / 7)))) : null,
        width > 44 && height > 28 ? svg("text", { class: s === null ? "" : `on-${Math.min(n, 4)}`, x: x + 4, y: y + 24 }, share) : null);
    }));
}
