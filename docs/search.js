// Search that needs no server and no network: the pages' words lie in search-index.js, a script beside this one.
"use strict";
(() => {
  const here = new URL(".", document.currentScript.src);
  const fold = (text) => text.normalize("NFKC").toLowerCase();
  const box = document.createElement("input");
  const list = document.createElement("ul");
  const frame = document.createElement("div");
  const japanese = location.pathname.includes("/ja/");
  let rows = null;

  frame.className = "kanmon-search";
  frame.setAttribute("role", "search");
  box.type = "search";
  box.placeholder = japanese ? "検索" : "Search";
  box.setAttribute("aria-label", box.placeholder);
  list.setAttribute("aria-live", "polite");
  frame.append(box, list);
  (document.querySelector(".md-header__inner") || document.body).append(frame);

  // A page on the disk may load a script from there, but not fetch a file: so the index is a script.
  const load = () =>
    new Promise((done) => {
      const script = document.createElement("script");
      script.src = new URL("search-index.js", here);
      script.onload = () => done(window.KANMON_INDEX.map((row) => ({ ...row, title: fold(row.t), words: fold(row.w) })));
      document.head.append(script);
    });

  const score = (row, terms) => {
    let sum = 0;
    for (const term of terms) {
      const inTitle = row.title.includes(term);
      if (!inTitle && !row.words.includes(term)) return 0;
      sum += inTitle ? 10 : Math.min(row.words.split(term).length - 1, 5);
    }
    return sum * (row.u.startsWith("ja/") === japanese ? 2 : 1);
  };

  const shown = (row, terms) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const about = document.createElement("span");
    const at = Math.max(0, row.words.indexOf(terms[0]) - 30);
    link.href = new URL(row.u, here);
    link.textContent = row.t;
    about.textContent = row.w.slice(at, at + 110);
    item.append(link, about);
    return item;
  };

  box.addEventListener("input", async () => {
    rows ??= await load();
    const terms = fold(box.value).split(/\s+/).filter(Boolean);
    const found = terms.length ? rows.map((row) => [score(row, terms), row]).filter(([sum]) => sum) : [];
    found.sort((a, b) => b[0] - a[0]);
    list.replaceChildren(...found.slice(0, 12).map(([, row]) => shown(row, terms)));
    if (terms.length && !found.length) list.append(Object.assign(document.createElement("li"), { textContent: "–" }));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.replaceChildren();
    if (event.key === "/" && !/INPUT|TEXTAREA/.test(document.activeElement.tagName)) {
      event.preventDefault();
      box.focus();
    }
  });
})();
