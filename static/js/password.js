// A button beside each password shows what was typed. Without a script the field is an ordinary password field.
for (const input of document.querySelectorAll("input[data-password]")) {
  const words = input.form.dataset;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-secondary k-password-show";
  button.setAttribute("aria-controls", input.id);
  const label = input.form.querySelector(`label[for="${input.id}"]`)?.textContent.trim() ?? "";
  const draw = () => {
    const hidden = input.type === "password";
    button.textContent = hidden ? words.show : words.hide;
    button.setAttribute("aria-label", `${button.textContent}: ${label}`);
  };
  button.addEventListener("click", () => {
    input.type = input.type === "password" ? "text" : "password";
    draw();
  });
  input.form.addEventListener("submit", () => {
    input.type = "password";
  });
  draw();
  const row = document.createElement("div");
  row.className = "k-password";
  input.before(row);
  row.append(input, button);
}
