// What can be taken along: the picture, the visible rows, the whole graph.

function download(name, content, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const anchor = h("a", { href: url, download: name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
  say(t("saved", { name }));
}

const fileName = (ending) => `kanmon-${(state.product || about.name).replace(/[^\w-]+/g, "_").slice(0, 60)}.${ending}`;

// The drawing with what it is about above it, and what its colours mean and where it comes from below.
async function exportPng() {
  if (state.view !== "graph") {
    update({ view: "graph" });
    // The drawing has its place when the page around it has been laid out.
    for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
    frame();
  }
  const source = $("canvas").querySelector("canvas");
  const ratio = source.width / source.clientWidth;
  const scale = Math.max(1, 2 / ratio);
  const [wide, head, foot] = [source.clientWidth, 62, 64];
  const picture = h("canvas", { width: source.width * scale, height: source.height * scale + (head + foot) * ratio * scale });
  const ctx = picture.getContext("2d");
  ctx.scale(ratio * scale, ratio * scale);
  ctx.fillStyle = colours.page;
  ctx.fillRect(0, 0, wide, source.clientHeight + head + foot);
  ctx.drawImage(source, 0, head, wide, source.clientHeight);
  ctx.textBaseline = "middle";
  const write = (words, x, y, kind) => {
    ctx.font = `${kind} ${font}`;
    ctx.fillStyle = colours.text;
    ctx.fillText(words, x, y);
    return ctx.measureText(words).width;
  };
  write(shortened(ctx, `600 15px ${font}`, titleOfPicture(), wide - 32)[0], 16, 22, "600 15px");
  write(shortened(ctx, `400 12px ${font}`, askedOfPicture(), wide - 32)[0], 16, 44, "400 12px");
  let x = 16;
  const y = source.clientHeight + head + 20;
  x += write(t(whatIf.losses ? "lost_share" : "by_concentration"), x, y, "600 12px") + 14;
  const kind = whatIf.losses ? "loss" : "grade";
  [0, 1, 2, 3, 4].forEach((g) => {
    ctx.fillStyle = whatIf.losses ? colours.losses[g] : colours.grades[g];
    ctx.strokeStyle = colours.faint;
    ctx.fillRect(x, y - 6, 12, 12);
    ctx.strokeRect(x, y - 6, 12, 12);
    x += 18 + write(t(`${kind}_${g}`), x + 18, y, "400 12px") + 14;
  });
  write(shortened(ctx, `400 11px ${font}`, `${cut(about.name, 60)} · ${t("picture_sources", { count: sources.id.length })}`, wide - 32)[0], 16, y + 26, "400 11px");
  picture.toBlob((blob) => download(fileName("png"), blob), "image/png");
}

// A spreadsheet must read a cell as text, never as a formula; the same rule as for the CSV files of results (app/outputs.py).
const FORMULA = /^(?:[\t\r\n]|[\s\p{Cf}\p{Cc}\u115f\u1160\u3164\uffa0]*[=+\-@＝＋－＠﹦﹢﹣﹫−])/u;
function csvCell(value) {
  const words = blank(value) ? "" : String(value);
  const safe = typeof value === "string" && FORMULA.test(words) ? `'${words}` : words;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function exportCsv() {
  const names = ["id", ...columnsShown()];
  const lines = [names, ...rowsShown().map((row) => names.map((name) => row[name]))];
  download(fileName("csv"), `\ufeff${lines.map((line) => line.map(csvCell).join(",")).join("\r\n")}\r\n`, "text/csv;charset=utf-8");
}

const xml = (value) =>
  String(value)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

function exportGraphml() {
  const keys = [
    ...["table", "name_en", "name_ja", "kind", "chains", "relation", "source", "confidence"].map((name) => [name, "string"]),
    ...["tier", "year"].map((name) => [name, "int"]),
    ...["hhi_low", "hhi_high", "share_low", "share_high"].map((name) => [name, "double"]),
  ];
  const values = (row) => Object.entries(row).filter(([, value]) => !blank(value)).map(([key, value]) => `<data key="${key}">${xml(value)}</data>`).join("");
  const sold = new Set(visible.flatMap((i) => (worldView[i] === undefined ? [] : sharesOf[worldView[i]].map((row) => shares.supplier[row]))));
  const nodes = [
    ...visible.map((i) => [items.id[i], i]).map(([id, i]) => [`i:${id}`, { table: "items", name_en: cell(items, "name_en", i), name_ja: cell(items, "name_ja", i), kind: items.kind[i], chains: cell(items, "chains", i), tier: data.tier[i], ...(step.has(i) ? { hhi_low: steps.hhi_low[step.get(i)], hhi_high: steps.hhi_high[step.get(i)] } : {}) }]),
    ...[...sold].map((i) => [suppliers.id[i], i]).map(([id, i]) => [`s:${id}`, { table: "suppliers", name_en: cell(suppliers, "name_en", i), name_ja: cell(suppliers, "name_ja", i), kind: suppliers.kind[i] }]),
  ];
  const edges = [
    ...column(inputs, "item").map((to, row) => [to, row]).filter(([to, row]) => shown.has(to) && shown.has(inputs.input[row])).map(([to, row]) => [`i:${items.id[inputs.input[row]]}`, `i:${items.id[to]}`, { relation: "input", source: sources.id[inputs.source[row]], confidence: cell(inputs, "confidence", row) }]),
    ...visible.map((i) => [worldView[i], i]).flatMap(([view, i]) => (view === undefined ? [] : sharesOf[view].map((row) => [`s:${suppliers.id[shares.supplier[row]]}`, `i:${items.id[i]}`, { relation: "supplies", share_low: shares.low[row], share_high: shares.high[row], year: cell(views, "year", view), source: sources.id[views.source[view]], confidence: cell(views, "confidence", view) }]))),
  ];
  const forEdges = new Set(["relation", "source", "confidence", "year", "share_low", "share_high"]);
  download(fileName("graphml"), [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ...keys.map(([name, type]) => `<key id="${name}" for="${forEdges.has(name) ? "edge" : "node"}" attr.name="${name}" attr.type="${type}"/>`),
    `<graph id="${xml(about.name)}" edgedefault="directed">`,
    ...nodes.map(([id, row]) => `<node id="${xml(id)}">${values(row)}</node>`),
    ...edges.map(([from, to, row]) => `<edge source="${xml(from)}" target="${xml(to)}">${values(row)}</edge>`),
    "</graph></graphml>",
  ].join("\n"), "application/graphml+xml");
}
