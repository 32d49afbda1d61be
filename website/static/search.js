// Search, by Pagefind's index of this edition. The index loads in small
// pieces, and only when someone searches.

(() => {
  const PAGE = 8;
  const root = document.documentElement.dataset.content_root || "./";
  const base = new URL(root, location.href);
  const form = document.querySelector("form.bd-search");
  if (!form) return;
  const input = form.querySelector("input");
  const status = form.querySelector(".search-status");
  const list = form.querySelector(".search-results");
  const dialog = form.closest("dialog");
  let engine;
  let latest = 0;

  const load = () => {
    engine ??= import(new URL("pagefind/pagefind.js", base)).then(
      async (pagefind) => {
        await pagefind.options({ excerptLength: 24 });
        return pagefind;
      }
    );
    return engine;
  };

  // Pagefind marks hits in an excerpt with <mark> and escapes the rest.
  const excerpt = (html) => {
    const p = document.createElement("p");
    p.innerHTML = html;
    return p;
  };

  const item = (result) => {
    const li = document.createElement("li");
    const sections = result.sub_results.slice(0, 3);
    const title = document.createElement("p");
    title.className = "search-title";
    title.textContent = result.meta.title;
    li.append(title);
    for (const section of sections) {
      const a = document.createElement("a");
      a.href = section.url;
      const heading = document.createElement("strong");
      heading.textContent = section.title;
      a.append(heading, excerpt(section.excerpt));
      li.append(a);
    }
    return li;
  };

  const show = async (results, from) => {
    const some = await Promise.all(
      results.slice(from, from + PAGE).map((result) => result.data())
    );
    list.querySelector(".search-more")?.remove();
    list.append(...some.map(item));
    if (results.length > from + PAGE) {
      const li = document.createElement("li");
      const button = document.createElement("button");
      li.className = "search-more";
      button.type = "button";
      button.className = "btn";
      button.textContent = ui.more;
      button.addEventListener("click", () => show(results, from + PAGE));
      li.append(button);
      list.append(li);
    }
  };

  const search = async () => {
    const query = input.value.trim();
    const mine = ++latest;
    if (!query) {
      list.replaceChildren();
      status.textContent = ui.search_hint;
      return;
    }
    if (location.protocol === "file:") {
      status.textContent = ui.from_file;
      return;
    }
    status.textContent = ui.searching;
    try {
      const { results } = await (await load()).search(query);
      if (mine !== latest) return;
      list.replaceChildren();
      status.textContent = (results.length ? ui.found : ui.none).replace(
        "{}",
        results.length || query
      );
      await show(results, 0);
    } catch {
      engine = undefined;
      status.textContent = ui.unavailable;
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

  const query = new URLSearchParams(location.search).get("q");
  if (!dialog) {
    input.value = query ?? "";
    input.focus();
    if (query) search();
  }
})();
