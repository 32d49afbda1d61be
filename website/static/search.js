// Search, by Pagefind's index of this edition (website/search.py). The index
// loads in small pieces, and only when someone searches.

const CHINESE = /[\u3400-\u9fff]/;

// A query as parts: ["步幅", "Conv2D same"] of 步幅Conv2D same. A Chinese part
// is a phrase of characters; the other words stand in one part.
const queryParts = (query) => {
  const chinese = query.match(/[\u3400-\u9fff]+/g) ?? [];
  const words = query
    .replace(/[\u3400-\u9fff]+/g, " ")
    .replace(/[\u3000-\u303f\uff00-\uffef"]/g, " ")
    .trim();
  return words ? [...chinese, words] : chinese;
};

// 窗口并不滑动 as 窗口, 并不, 滑动, for when the phrase occurs nowhere.
const smallerParts = (parts) => {
  if (!Intl.Segmenter) return parts.flatMap((p) => (CHINESE.test(p) ? [...p] : [p]));
  const segmenter = new Intl.Segmenter("zh", { granularity: "word" });
  const smaller = parts.flatMap((part) =>
    CHINESE.test(part)
      ? [...segmenter.segment(part)].map(({ segment }) => segment)
      : part.split(/\s+/)
  );
  // 的 and 不 stand on every page.
  const telling = smaller.filter((part) => part.length > 1);
  return telling.length ? telling : smaller;
};

const splitWords = (text) => text.split(/\s+/).filter(Boolean);

// Pagefind shortens a word until something matches: q would do for qqqq.
const holds = async (result, part) => {
  const { content, locations } = await result.data();
  const words = splitWords(content.toLowerCase());
  const beginnings = splitWords(part.toLowerCase()).map((w) => w.slice(0, 3));
  return locations.some((place) =>
    beginnings.some((beginning) => words[place]?.includes(beginning))
  );
};

// Pages that hold one part, as a map from their id to {result, score}.
const findPart = async (pagefind, part) => {
  const pages = new Map();
  const spaced = CHINESE.test(part) ? [...part].join(" ") : part;
  const ranked = (await pagefind.search(spaced)).results;
  if (spaced === part && ranked.length && !(await holds(ranked[0], part))) {
    return pages;
  }
  for (const result of ranked) {
    pages.set(result.id, { result, score: result.score });
  }
  if (spaced === part) return pages;
  const exact = (await pagefind.search(`"${spaced}"`)).results;
  return new Map(exact.map((result) => [
    result.id, { result, score: pages.get(result.id)?.score ?? 0 },
  ]));
};

// Pages that hold every part, best first; else those that hold most words.
const findPages = async (pagefind, query) => {
  const whole = queryParts(query);
  let found = [];
  for (const parts of [whole, smallerParts(whole)]) {
    const maps = await Promise.all(parts.map((part) => findPart(pagefind, part)));
    const pages = new Map();
    maps.forEach((map, number) => {
      for (const [id, { result, score }] of map) {
        const page = pages.get(id) ?? { result, score: 0, parts: [] };
        page.score += score;
        page.parts.push(parts[number]);
        pages.set(id, page);
      }
    });
    found = [...pages.values()].sort(
      (a, b) => b.parts.length - a.parts.length || b.score - a.score
    );
    const best = found[0]?.parts.length ?? 0;
    if (best === parts.length) return found.filter((p) => p.parts.length === best);
  }
  return found;
};

// Where in a page's words the parts stand, as a set of places. Pagefind knows
// it for words, which it stems; phrases of characters are read off.
const findPlaces = (words, parts, located) => {
  const places = new Set();
  for (const part of parts) {
    if (!CHINESE.test(part)) {
      for (const place of located) {
        if (!CHINESE.test(words[place] ?? "")) places.add(place);
      }
      continue;
    }
    const characters = [...part];
    words.forEach((_, start) => {
      if (characters.every((c, i) => words[start + i] === c)) {
        characters.forEach((_, i) => places.add(start + i));
      }
    });
  }
  return places;
};

// The index keeps a space on each side of a Chinese character; the book has
// one between Chinese and Latin only.
const tidy = (text) =>
  text
    .replace(/\s*([\u3000-\u303f\u3400-\u9fff\uff00-\uffef])\s*/g, "$1")
    .replace(/([\w)\]])(?=[\u3400-\u9fff])/g, "$1 ")
    .replace(/([\u3400-\u9fff])(?=[\w(\[])/g, "$1 ");

// The headings of a page as {title, hash, start, body}: their places in its
// words, and where the text below begins. Before the first stands the title.
const findHeadings = (data) => {
  const headings = data.anchors
    .filter(({ element }) => /^h[1-4]$/.test(element))
    .map(({ text, id, location }) => ({
      title: text, hash: `#${id}`, start: location,
      body: location + splitWords(text).length,
    }))
    .sort((a, b) => a.start - b.start);
  return [{ title: data.meta.title, hash: "", start: 0, body: 0 }, ...headings];
};

// What a search found on a page: its words, the places of hits, its headings.
const findHits = (page, data) => {
  const words = splitWords(data.content);
  const places = findPlaces(words, page.parts, data.locations);
  return { words, places, headings: findHeadings(data) };
};

// Up to three sections of a page with hits: heading, address, a line of text.
const findSections = ({ words, places, headings }, data) => {
  const sections = new Map();
  for (const place of [...places].sort((a, b) => a - b)) {
    const heading = headings.findLast(({ start }) => start <= place);
    const section = sections.get(heading) ?? { heading, places: [], score: 0 };
    section.places.push(place);
    // A hit in the heading counts for ten in the text.
    section.score += place < heading.body ? 10 : 1;
    sections.set(heading, section);
  }
  const wide = CHINESE.test(data.content) ? 2 : 1;
  return [...sections.values()]
    .sort((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ heading, places: inside }) => {
      const below = inside.find((place) => place >= heading.body);
      const first = Math.max(
        below === undefined ? heading.start : heading.body,
        (below ?? inside[0]) - 8 * wide
      );
      const shown = words.slice(first, first + 26 * wide);
      return {
        title: tidy(heading.title),
        url: data.url.split("#")[0] + heading.hash,
        words: shown,
        marked: shown.map((_, i) => places.has(first + i)),
      };
    });
};

// A line of text with its hits in <mark>.
const excerpt = ({ words, marked }) => {
  const p = document.createElement("p");
  for (let i = 0; i < words.length; ) {
    let end = i;
    while (end < words.length && marked[end] === marked[i]) end += 1;
    const before = i > 0 && !/[\u3000-\uffef]$/.test(words[i - 1]) &&
      !/^[\u3000-\uffef]/.test(words[i]) ? " " : "";
    const text = tidy(words.slice(i, end).join(" "));
    if (marked[i]) {
      const mark = document.createElement("mark");
      mark.textContent = text;
      p.append(before, mark);
    } else {
      p.append(before + text);
    }
    i = end;
  }
  return p;
};

// Whether one heading of a page says all that was asked for.
const headingSaysAll = ({ words, places, headings }, parts) => {
  const wanted = parts.join(" ").match(/[\u3400-\u9fff]|[^\s\u3400-\u9fff]+/g);
  return headings.some(({ start, body }) => {
    const said = words.slice(start, body).filter((_, i) => places.has(start + i));
    return new Set(said).size >= new Set(wanted).size;
  });
};

const resultItem = async (page) => {
  const data = await page.result.data();
  const hits = findHits(page, data);
  const li = document.createElement("li");
  const title = document.createElement("p");
  title.className = "search-title";
  title.textContent = tidy(data.meta.title);
  li.append(title);
  for (const section of findSections(hits, data)) {
    const a = document.createElement("a");
    const heading = document.createElement("strong");
    a.href = section.url;
    heading.textContent = section.title;
    a.append(heading, excerpt(section));
    li.append(a);
  }
  return { li, first: headingSaysAll(hits, page.parts) };
};

const startSearch = (form) => {
  const PAGES = 8;
  const root = document.documentElement.dataset.content_root || "./";
  const engineUrl = new URL(`${root}pagefind/pagefind.js`, location.href);
  const input = form.querySelector("input");
  const status = form.querySelector(".search-status");
  const list = form.querySelector(".search-results");
  const dialog = form.closest("dialog");
  let latest = 0;

  const show = async (pages, mine) => {
    const items = await Promise.all(pages.slice(0, PAGES).map(resultItem));
    if (mine !== latest) return;
    list.querySelector(".search-more")?.remove();
    items.sort((a, b) => b.first - a.first);
    list.append(...items.map(({ li }) => li));
    if (pages.length > PAGES) {
      const li = document.createElement("li");
      const button = document.createElement("button");
      li.className = "search-more";
      button.type = "button";
      button.className = "btn";
      button.textContent = ui.more;
      button.addEventListener("click", () => show(pages.slice(PAGES), mine));
      li.append(button);
      list.append(li);
    }
  };

  const search = async () => {
    const query = input.value.trim();
    const mine = ++latest;
    if (!query || location.protocol === "file:") {
      list.replaceChildren();
      status.textContent = query ? ui.from_file : ui.search_hint;
      return;
    }
    status.textContent = ui.searching;
    try {
      const pages = await findPages(await import(engineUrl), query);
      if (mine !== latest) return;
      list.replaceChildren();
      status.textContent = pages.length
        ? ui.found.replace("{}", pages.length)
        : ui.none.replace("{}", query);
      await show(pages, mine);
    } catch (error) {
      if (mine === latest) status.textContent = ui.unavailable;
    }
  };

  let typed;
  input.addEventListener("input", () => {
    clearTimeout(typed);
    typed = setTimeout(search, 150);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  // Arrows go through the results, as in any list.
  form.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const stops = [input, ...list.querySelectorAll("a, button")];
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  });
  dialog?.querySelector(".search-close").addEventListener("click", () => dialog.close());
  list.addEventListener("click", (event) => {
    if (event.target.closest("a")) dialog?.close();
  });

  if (!dialog) {
    input.value = new URLSearchParams(location.search).get("q") ?? "";
    input.focus();
    search();
  }
};

document.querySelectorAll("form.bd-search").forEach(startSearch);
