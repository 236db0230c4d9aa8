// Saves the answers as they are chosen; without it the two buttons do the same.
const form = document.querySelector("form[data-autosave]");
if (form) {
  const status = form.querySelector("[data-saved]");
  let running = null;
  const save = async () => {
    const data = new FormData(form);
    data.set("action", "draft");
    try {
      const answer = await fetch(location.href, { method: "POST", body: data, headers: { Accept: "application/json" }, redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      const { saved_at } = await answer.json();
      const time = new Intl.DateTimeFormat("pl", { hour: "numeric", minute: "2-digit" }).format(new Date(saved_at));
      status.textContent = status.dataset.text.replace("{time}", time);
    } catch {
      status.textContent = status.dataset.failed;
    }
  };
  form.addEventListener("change", () => { running = (running ?? Promise.resolve()).then(save); });
}
