// Saves each answer as it is given and shows at once what else is asked. Without it the buttons do the same.
const form = document.querySelector("form[data-survey]");
if (form) {
  const status = document.querySelector("[data-saved]");
  const panel = status.closest(".k-survey-saved");
  const ending = document.querySelector("[data-ending]");
  const text = form.dataset;
  const dirty = new Set(); // ids of questions that are not saved yet; only in memory, for machines are shared
  const refused = new Set(); // sent, and waiting for their writer
  let running = false;
  let timer = 0;
  let waits = 0;
  let warning = 0;
  let leaving = false;
  let onward = null; // the button that waits for a saving under way

  const item = (id) => form.querySelector(`[data-item="${CSS.escape(id)}"]`);
  const say = (words, bad = false) => {
    status.textContent = words;
    panel.classList.toggle("k-unsaved", bad);
  };

  const body = (ids) => {
    const data = new FormData();
    data.set("csrf_token", form.elements.csrf_token?.value ?? "");
    for (const id of ids) {
      for (const field of item(id)?.querySelectorAll("input, textarea") ?? []) {
        if (field.name && (!["radio", "checkbox"].includes(field.type) || field.checked)) data.append(field.name, field.value);
      }
    }
    return data;
  };

  // A session that was opened anew in another window has another token for its forms.
  const freshToken = async () => {
    const answer = await fetch(location.pathname, { redirect: "manual" });
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("form[data-survey] [name=csrf_token]")?.value;
    if (token) form.elements.csrf_token.value = token;
    return Boolean(token);
  };

  const wrong = (box, part, found) => {
    const place = box.querySelector(`[data-wrong="${part}"]`);
    if (!place) return;
    place.hidden = !found.length;
    place.replaceChildren(...found.map((each) => Object.assign(document.createElement("p"), { textContent: each.text })));
    const name = part === "value" ? "a" : part;
    for (const field of box.querySelectorAll(`[name="${name}-${CSS.escape(box.dataset.item)}"]`)) {
      if (found.length) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
      field.classList.toggle("is-invalid", Boolean(found.length) && field.classList.contains("form-control"));
    }
  };

  const show = (got) => {
    for (const [id, html] of Object.entries(got.items)) {
      const old = item(id);
      const held = old.contains(document.activeElement);
      old.insertAdjacentHTML("afterend", html);
      const made = old.nextElementSibling;
      old.remove();
      if (held) made.focus();
    }
    for (const [id, found] of Object.entries(got.troubles)) {
      const box = item(id);
      for (const part of ["value", "reason", "evidence", "comment"]) wrong(box, part, found.filter((each) => each.part === part));
      const clash = got.conflicts[id];
      box.querySelector("[data-conflict]").innerHTML = clash ?? "";
      box.classList.toggle("k-item-wrong", Boolean(found.length || clash));
      if (found.some((each) => ["evidence", "comment"].includes(each.part))) box.querySelector("details").open = true;
      if (!got.copied[id]) box.querySelector("[data-copied]")?.remove();
      if (found.length || clash) refused.add(id);
      else refused.delete(id);
    }
    for (const [id, edition] of Object.entries(got.editions)) item(id).querySelector(`[name="seen-${CSS.escape(id)}"]`).value = edition;
    for (const [id, mark] of Object.entries(got.was)) item(id).querySelector(`[name="was-${CSS.escape(id)}"]`).value = mark;
    const shown = new Set(got.shown);
    for (const box of form.querySelectorAll("[data-item]")) box.hidden = !shown.has(box.dataset.item);
    for (const [id, words] of Object.entries(got.progress)) {
      const place = document.querySelector(`[data-progress="${CSS.escape(id)}"]`);
      if (place) place.textContent = words;
    }
    last(got.ends);
    if (Object.keys(got.conflicts).length) say(text.conflict, true);
    else if (refused.size) say(text.partly, true);
    else say(got.saved);
  };

  const again = (ids, words) => {
    for (const id of ids) dirty.add(id);
    say(words, true);
    clearTimeout(timer);
    timer = setTimeout(save, Math.min(30, 2 ** (waits += 1)) * 1000);
  };

  const save = async () => {
    if (running || !dirty.size) return;
    running = true;
    const ids = [...dirty];
    dirty.clear();
    say(text.saving);
    try {
      const send = () => fetch(location.pathname, { method: "POST", body: body(ids), headers: { Accept: "application/json" }, redirect: "manual" });
      let answer = await send();
      if (answer.status === 400 && (await freshToken())) answer = await send();
      const json = answer.headers.get("Content-Type")?.startsWith("application/json");
      if (json) {
        const got = await answer.json();
        waits = 0;
        if (got.refused) {
          for (const id of ids) refused.add(id);
          say(got.refused, true);
        } else show(got);
      } else if (answer.type === "opaqueredirect" || answer.status === 400) {
        again(ids, text.out);
      } else if (answer.status >= 500 || answer.status === 429) {
        again(ids, text.again);
      } else {
        for (const id of ids) refused.add(id);
        say(text.gone, true);
      }
    } catch {
      again(ids, text.again);
    }
    running = false;
    if (onward) form.requestSubmit(onward);
    else if (dirty.size && !waits) save();
  };

  // "Not applicable", "don't know" and "none of these" stand alone: choosing one takes the others away.
  const alone = (field) => {
    if (!field.name.startsWith("a-")) return;
    const fields = [...form.querySelectorAll(`[name="${CSS.escape(field.name)}"]`)];
    const marks = fields.filter((each) => each.value.startsWith("~") && each.type === "checkbox");
    if (marks.includes(field) && field.checked) {
      for (const each of fields) if (each !== field) each.type === "checkbox" ? (each.checked = false) : (each.value = "");
    } else if (!marks.includes(field) && (field.type === "checkbox" ? field.checked : field.value)) {
      for (const each of marks) each.checked = false;
    }
  };

  form.addEventListener("change", (event) => {
    const box = event.target.closest("[data-item]");
    if (!box) return;
    alone(event.target);
    // The reason is written next: until it is there, "not applicable" is not sent to be refused.
    const id = box.dataset.item;
    const reason = box.querySelector(`[name="reason-${CSS.escape(id)}"]`);
    if (event.target.value === "~na" && event.target.checked && !reason.value.trim()) {
      refused.add(id);
      reason.focus();
      return;
    }
    dirty.add(id);
    waits = 0;
    save();
  });

  addEventListener("online", () => { waits = 0; save(); });
  form.addEventListener("submit", (event) => {
    leaving = !running;
    if (!running) return;
    event.preventDefault();
    onward = event.submitter;
  });
  addEventListener("beforeunload", (event) => { if (!leaving && (dirty.size || refused.size || running)) event.preventDefault(); });

  // The end of the session is said in time, and one button puts it off.
  const last = (ends) => {
    clearTimeout(warning);
    ending.hidden = true;
    const left = new Date(ends) - Date.now() - text.warn * 60_000;
    warning = setTimeout(() => { ending.hidden = false; }, Math.min(Math.max(left, 0), 2 ** 31 - 1));
  };
  document.querySelector("[data-prolong]").addEventListener("click", async () => {
    try {
      const answer = await fetch(text.alive, { redirect: "manual" });
      if (answer.ok) last((await answer.json()).ends);
      else say(text.out, true);
    } catch {
      say(text.again, true);
    }
  });
  last(text.ends);
}
