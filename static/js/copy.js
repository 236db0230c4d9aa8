// A button that copies the one-time link; without a script the field can be selected and copied by hand.
for (const input of document.querySelectorAll("input[data-copy]")) {
  if (!navigator.clipboard) continue;
  const button = document.createElement("button");
  const said = document.createElement("span");
  button.type = "button";
  button.className = "btn btn-secondary k-copy";
  button.textContent = input.dataset.copy;
  said.setAttribute("role", "status");
  said.className = "k-copied";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(input.value);
    said.textContent = input.dataset.copied;
  });
  input.after(button, said);
}
