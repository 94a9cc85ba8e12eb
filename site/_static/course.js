// Parts of a page that scroll sideways can be reached by the keyboard.
function letKeyboardScroll() {
  for (const part of document.querySelectorAll(
    ".bd-article pre, .bd-article div.math, .bd-article table, .bd-article .output"
  )) {
    const scrolls = part.scrollWidth > part.clientWidth + 1;
    if (scrolls && !part.hasAttribute("tabindex")) {
      part.tabIndex = 0;
    }
  }
}

// Escape hides the definition of a word, until the next one is looked at.
document.addEventListener("keydown", (event) => {
  document.documentElement.classList.toggle("words-told", event.key === "Escape");
});
document.addEventListener("mouseover", () => {
  document.documentElement.classList.remove("words-told");
});

// Formulas are drawn by a script that may end later than the page.
window.addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  letKeyboardScroll();
});
window.addEventListener("resize", letKeyboardScroll);
