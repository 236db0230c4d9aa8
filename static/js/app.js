// What is better with a script and works without one.

// A form that was refused: the summary of its errors is read first.
const summary = document.querySelector(".k-error-summary");
if (summary) summary.focus();

// An open menu of the header closes with Escape and when the reader goes elsewhere.
const menus = document.querySelectorAll(".k-switch, .k-account");
for (const menu of menus) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
}
document.addEventListener("click", (event) => {
  for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
});

// What a link leads to is opened, where it is folded.
const unfold = () => {
  const found = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (found instanceof HTMLDetailsElement && !found.open) {
    found.open = true;
    found.scrollIntoView();
  }
};
addEventListener("hashchange", unfold);
unfold();
