// A market on the map of the world: the least that each country holds, hatched where that is not told closely.

const MAP_LIMITS = [0.1, 0.25, 0.5];
const WIDE_SHARE = 0.1;

// The world market of an item by country, as `kanmon.plot.world_map` takes it.
const countryView = (i) => viewsOf[i].find((view) => views.preferred[view] && views.scope[view] === "world" && views.level[view] === "country");

const shadeOf = (low) => (low > 0 ? 1 + MAP_LIMITS.filter((limit) => low >= limit - HIT).length : 0);

function worldMap(i) {
  const view = countryView(i);
  if (view === undefined) return null;
  const held = new Map(sharesOf[view].filter((row) => suppliers.kind[shares.supplier[row]] === "country").map((row) => [suppliers.id[shares.supplier[row]], row]));
  if (!held.size) return null;
  const { width, height, places } = data.world;
  const drawnHere = new Set(places.map(([iso3]) => iso3));
  const told = (row) => (shares.known[row] === "unknown" ? t("share_unknown_short") : interval(shares.low[row], shares.high[row], percent));
  const wide = (row) => shares.high[row] - shares.low[row] > WIDE_SHARE;
  const land = places.map(([iso3, d]) => {
    const row = held.get(iso3);
    if (row === undefined) return svg("path", { class: "land", d });
    const words = `${nameOfId(iso3)}: ${told(row)}`;
    const shape = svg("g", { class: "held", "data-place": iso3 }, svg("title", {}, words), svg("path", { class: `land shade-${shadeOf(shares.low[row])}`, d }), wide(row) ? svg("path", { d, fill: "url(#not-close)" }) : null);
    shape.addEventListener("click", () => select(supplier(supplierNumber.get(iso3))));
    return shape;
  });
  const small = [...held].filter(([iso3, row]) => !drawnHere.has(iso3) && shares.high[row] > 0).map(([iso3, row]) => `${nameOfId(iso3)} ${told(row)}`);
  const largest = [...held].sort(([, a], [, b]) => byLow(a, b)).slice(0, 5).map(([iso3, row]) => `${nameOfId(iso3)} ${told(row)}`).join(t("name_list"));
  const rest = views.remainder[view];
  return h("section", { id: "map" }, h("h3", {}, t("map")),
    svg("svg", { class: "map", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${t("map")}: ${largest}` },
      svg("defs", {}, svg("pattern", { id: "not-close", width: 12, height: 12, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, svg("path", { class: "hatch", d: "M0 0V12" }))), land),
    h("p", { class: "legend" }, [4, 3, 2, 1].map((g) => h("span", { class: "mark" }, h("span", { class: `swatch grade-${g}` }), t(`map_${g}`))),
      h("span", { class: "mark" }, h("span", { class: "swatch land" }), t("map_0")), [...held.values()].some(wide) ? h("span", { class: "mark" }, h("span", { class: "swatch thin" }), t("map_wide")) : null),
    h("p", { class: "faint" }, [small.length ? t("map_small", { places: small.slice(0, 8).join(t("name_list")) }) : null, rest > 0.0005 ? t("remainder", { share: part(rest) }) : null, t("map_source")].filter(Boolean).join(" ")),
    view === worldView[i] ? null : viewTitle(view));
}
