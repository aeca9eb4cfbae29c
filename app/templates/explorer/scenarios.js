// Scenarios to and from `kanmon whatif`: JSON lines are YAML, too, and of YAML what such files need is read back.

function exportScenarios() {
  const plainChange = ({ kind, start, ...rest }) => ({ [kind]: { ...rest, ...(start ? { [helps({ kind }) ? "ready" : "start"]: start } : {}) } });
  const scenario = (name, changes) => ({ name, changes: changes.map(plainChange) });
  const found = [...state.pins.map(({ name, changes }, n) => scenario(name || letterOf(n), changes)), ...(state.changes.length ? [scenario(t("whatif"), state.changes)] : [])];
  download(fileName("yaml"), `${found.map((one) => `- ${JSON.stringify(one)}`).join("\n")}\n`, "application/yaml");
}

class Unreadable extends Error {} // its message is the number of the line

const wrongIn = (line) => new Unreadable(String(line.n));

// One value in flow style at the beginning of some words, and what is left of them.
function flowed(words, line, inside = false) {
  words = words.trimStart();
  if (words[0] === "[" || words[0] === "{") {
    const [close, list, map] = [words[0] === "[" ? "]" : "}", [], Object.create(null)];
    words = words.slice(1).trimStart();
    while (words[0] !== close) {
      let [one, rest] = flowed(words, line, true);
      rest = rest.trimStart();
      if (close === "}") {
        if (rest[0] !== ":") throw wrongIn(line);
        let held;
        [held, rest] = flowed(rest.slice(1), line, true);
        map[String(one)] = held;
        rest = rest.trimStart();
      } else list.push(one);
      if (rest[0] === ",") rest = rest.slice(1).trimStart();
      else if (rest[0] !== close) throw wrongIn(line);
      words = rest;
    }
    return [close === "]" ? list : map, words.slice(1)];
  }
  const quoted = /^"((?:[^"\\]|\\.)*)"|^'((?:[^']|'')*)'/.exec(words);
  if (quoted) return [quoted[2] === undefined ? JSON.parse(quoted[0]) : quoted[2].replaceAll("''", "'"), words.slice(quoted[0].length)];
  const plainWords = (inside ? /^(?:[^,:[\]{}#]|(?<=\S)#|:(?=[^\s,[\]{}]))+/ : /^(?:[^#]|(?<=\S)#)+/).exec(words);
  if (!plainWords || /^[&*!|>%@`]/.test(words)) throw wrongIn(line);
  return [scalar(plainWords[0].trim()), words.slice(plainWords[0].length)];
}

function wholeValue(words, line) {
  const [found, rest] = flowed(words, line);
  if (rest.replace(/^\s*(#.*)?$/, "")) throw wrongIn(line);
  return found;
}

// Block and flow mappings and lists, quoted and plain words, numbers. Anything else (anchors, tags, text over several lines)
// throws, and the reader is told which line.
function yamlOf(text) {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/).map((line, n) => ({ n: n + 1, indent: line.search(/\S/), words: line.trim() }))
    .filter(({ words }) => words && !words.startsWith("#") && words !== "---");
  let at = 0;
  const block = (indent) => {
    const first = lines[at];
    if (first.words.startsWith("- ") || first.words === "-") {
      const list = [];
      while (at < lines.length && lines[at].indent === indent && /^-( |$)/.test(lines[at].words)) {
        const rest = lines[at].words.slice(1).trimStart();
        if (!rest) at += 1;
        else lines[at] = { ...lines[at], indent: indent + lines[at].words.length - rest.length, words: rest };
        list.push(below(indent));
      }
      return list;
    }
    const map = Object.create(null);
    while (at < lines.length && lines[at].indent === indent) {
      const line = lines[at];
      const key = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'{[][^:]*?)\s*:(?:\s+(.*))?$/.exec(line.words);
      if (!key) throw wrongIn(line);
      at += 1;
      const name = String(wholeValue(key[1], line));
      if (key[2] && !key[2].startsWith("#")) map[name] = wholeValue(key[2], line);
      // A list may stand as far left as its key.
      else map[name] = at < lines.length && lines[at].indent === indent && lines[at].words.startsWith("-") ? block(indent) : below(indent);
    }
    return map;
  };
  const below = (indent) => {
    if (at >= lines.length || lines[at].indent <= indent) return null;
    const line = lines[at];
    if (/^[[{"']/.test(line.words) && !/^(".*?"|'.*?')\s*:(\s|$)/.test(line.words)) return (at += 1), wholeValue(line.words, line);
    if (/^-( |$)/.test(line.words) || /^[^\s][^:]*:(\s|$)/.test(line.words)) return block(line.indent);
    return (at += 1), wholeValue(line.words, line);
  };
  if (!lines.length) return null;
  const found = below(-1);
  if (at < lines.length) throw wrongIn(lines[at]);
  return found;
}

function scalar(words) {
  if (/^(null|~|)$/i.test(words)) return null;
  if (/^(true|false)$/i.test(words)) return words.toLowerCase() === "true";
  return /^[-+]?(0|[1-9]\d*|\d*\.\d+|\d+\.)(e[-+]?\d+)?$/i.test(words) ? Number(words) : words;
}

// Scenarios as the page holds them: {name, changes}, and how many changes it cannot ask.
function scenariosFrom(found) {
  let left = 0;
  const scenarios = (Array.isArray(found) ? found : [found]).filter(isPlain).filter(({ changes }) => Array.isArray(changes)).map(({ name, changes }) => {
    const rows = changes.filter(isPlain).map((entry) => {
      const [[kind, rest]] = Object.entries(entry).length ? Object.entries(entry) : [["", {}]];
      const { recycling, part, to, ready, ...more } = isPlain(rest) ? rest : {};
      return { kind, ...more, ...(ready === undefined ? {} : { start: ready }), ...(to === undefined ? {} : { to: [to].flat() }), ...(part === undefined ? {} : { share: part }), ...(recycling === undefined ? {} : { inputs: !recycling }) };
    });
    const kept = changesFrom(rows);
    left += changes.length - kept.length;
    return { name: ["string", "number"].includes(typeof name) ? cut(String(name), 60) : "", changes: kept };
  });
  return { scenarios, left };
}

// One scenario is asked; several stand side by side.
function openScenarios(text) {
  let read;
  try {
    read = scenariosFrom(yamlOf(text));
  } catch (error) {
    const foreseen = error instanceof Unreadable;
    return tell(t("import_line", { line: foreseen ? error.message : "?" }));
  }
  const { scenarios, left } = read;
  if (!scenarios.length) return tell(t("import_none"));
  const more = Math.max(0, scenarios.length - MOST_PINS);
  update(scenarios.length === 1 ? { changes: scenarios[0].changes, tab: "whatif" } : { pins: scenarios.slice(0, MOST_PINS), changes: scenarios[0].changes, tab: "whatif" });
  return tell([t("imported", { count: scenarios.length - more }), left ? t("import_left", { count: left }) : null, more ? t("import_more", { count: more }) : null].filter(Boolean).join(" "));
}

const tell = (words) => ((imported = words), showWhatIf(), say(words));
let imported = null;

function scenarioFiles() {
  const input = h("input", { type: "file", id: "open-scenarios", accept: ".yaml,.yml,.json", class: "hidden-text", tabindex: -1, "aria-label": t("import_scenarios"), onchange: async (event) => {
    const [file] = event.target.files;
    if (file && file.size < 1e6) openScenarios(await file.text());
    else if (file) tell(t("import_large"));
  } });
  return h("div", { class: "files" }, h("button", { class: "plain", id: "import-scenarios", onclick: () => $("open-scenarios").click() }, t("import_scenarios")), input,
    imported ? h("p", { class: "note", id: "imported" }, imported) : null);
}
