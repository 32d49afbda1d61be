// What the book adds to a page: menu, language, quizzes, formulas, printing.

const ui = JSON.parse(document.getElementById("ui").textContent);

// The menu closes as menus do.
const menu = document.querySelector("details.page-menu");
if (menu) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
document.querySelector(".print-page")?.addEventListener("click", () => {
  menu.open = false;
  print();
});

// The other edition opens at the heading that is being read, and is
// remembered by the root page.
document.querySelector(".language-switch")?.addEventListener("click", (event) => {
  const link = event.currentTarget;
  localStorage.setItem("edition", link.hreflang.slice(0, 2));
  const passed = [...document.querySelectorAll("article :is(h1, h2, h3)[id]")].filter(
    (heading) => heading.getBoundingClientRect().top < innerHeight / 3
  );
  const here = passed.pop();
  link.hash = here && scrollY > 0 ? here.id : "";
});

// A quiz: a question, numbered choices, and a folded list that answers each.
// Choices become buttons that show the answer written for them.
document.querySelectorAll(".admonition.quiz").forEach((quiz, number) => {
  const choices = [...quiz.querySelectorAll(":scope > ol > li")];
  const answers = [...quiz.querySelectorAll("details ol > li")];
  const question = quiz.querySelector(":scope > p:not(.admonition-title)");
  if (!choices.length || choices.length !== answers.length) return;
  const list = choices[0].parentElement;
  question.id = `quiz-${number + 1}`;
  list.setAttribute("role", "group");
  list.setAttribute("aria-labelledby", question.id);
  list.classList.add("quiz-choices");
  const status = document.createElement("div");
  status.className = "quiz-answer";
  status.setAttribute("role", "status");
  list.after(status);
  choices.forEach((choice, place) => {
    const right = /^(正确|Correct)/.test(answers[place].textContent.trim());
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    const text = choice.querySelector(":scope > p") ?? choice;
    button.append(...text.childNodes);
    // A name is made of text; a formula's is in its MathML.
    const name = button.cloneNode(true);
    name.querySelectorAll(".katex-html").forEach((html) => html.remove());
    if (button.querySelector(".katex")) {
      // Spaces inside a formula are drawn as gaps, not as text.
      for (const math of name.querySelectorAll("math")) {
        math.replaceWith(math.textContent.replace(/[\s\u2061]/g, ""));
      }
      button.ariaLabel = name.textContent;
    }
    choice.setAttribute("role", "presentation");
    choice.replaceChildren(button);
    button.addEventListener("click", () => {
      for (const other of list.querySelectorAll("button")) {
        other.setAttribute("aria-pressed", String(other === button));
      }
      button.dataset.result = right ? "right" : "wrong";
      status.dataset.result = button.dataset.result;
      status.replaceChildren(
        ...[...answers[place].childNodes].map((node) => node.cloneNode(true))
      );
    });
  });
});

// A formula wider than the text first gets smaller, down to eight tenths; if
// that is not enough it breaks at a relation, gets smaller down to six tenths,
// and scrolls at the last. All are measured before any is changed: each change
// in between costs a new layout.
const fit = () => {
  let wide = [...document.querySelectorAll("article div.math")]
    .filter((block) => block.clientWidth && block.querySelector(".katex-display"))
    .map((block) => ({ block, formula: block.querySelector(".katex-display"), scale: 1 }));
  for (const { block, formula } of wide) {
    formula.style.fontSize = "";
    formula.classList.add("one-line");
    block.removeAttribute("tabindex");
  }
  for (let pass = 0; pass < 4; pass += 1) {
    for (const item of wide) item.room = item.block.clientWidth / item.block.scrollWidth;
    wide = wide.filter(({ room }) => room < 1);
    for (const item of wide) {
      // The number beside a formula does not shrink with it.
      const scale = item.scale * (item.room - 0.03);
      const lines = item.formula.classList;
      if (scale < 0.8 && lines.contains("one-line")) {
        lines.remove("one-line");
        item.scale = 1;
      } else {
        item.scale = Math.max(0.6, scale);
      }
      item.formula.style.fontSize = `${item.scale}em`;
    }
  }
  for (const { block } of wide) {
    if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
  }
};
addEventListener("load", () => document.fonts.ready.then(fit));
let resized;
addEventListener("resize", () => {
  clearTimeout(resized);
  resized = setTimeout(fit, 200);
});

// Paper has nothing to unfold or to scroll to.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("article details:not([open])")) {
    folded.open = true;
    folded.dataset.folded = "";
  }
  for (const image of document.images) image.loading = "eager";
});
addEventListener("afterprint", () => {
  for (const folded of document.querySelectorAll("details[data-folded]")) {
    folded.open = false;
    delete folded.dataset.folded;
  }
});
