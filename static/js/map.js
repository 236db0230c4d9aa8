// The cooperation map: vis-network draws it, this module adds panel, keyboard, search and announcements.
// Without it the page shows the picture from the server and the same table.

import { decorate } from "./map-draw.js";

const frame = document.querySelector("[data-map]");
const wide = matchMedia("(min-width: 768px)");
if (frame && wide.matches) start();
else if (frame) wide.addEventListener("change", start, { once: true });

// PNG: the server's own picture, drawn by this browser with its fonts.
const png = document.querySelector("[data-png]");
if (png) {
  png.hidden = false;
  png.addEventListener("click", () => savePng(png.dataset.png, png.dataset.name));
}

async function start() {
  const status = frame.querySelector("[data-status]");
  const words = frame.dataset;
  try {
    const [response] = await Promise.all([fetch(words.map, { credentials: "same-origin" }), library(words.vis)]);
    if (!response.ok) throw new Error(String(response.status));
    draw(await response.json());
    status.hidden = true;
  } catch (error) {
    status.textContent = words.failed;
    const fallback = frame.querySelector("[data-fallback]");
    fallback.hidden = false;
    fallback.firstElementChild.src = fallback.firstElementChild.dataset.src;
    console.error(error);
  }
}

function library(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => reject(new Error("vis-network")));
    document.head.append(script);
  });
}

function draw(data) {
  const stage = frame.querySelector("[data-stage]");
  const say = document.querySelector("[data-say]");
  const panel = document.querySelector("[data-panel]");
  const [left, top, right, bottom] = data.around.box;
  const look = { selected: panel.dataset.selected || "", cursor: "", focused: false };
  const proportion = (bottom - top) / Math.max(1, right - left);
  stage.hidden = false;
  stage.style.height = `${Math.round(Math.max(420, Math.min(stage.clientWidth * proportion, 980)))}px`;

  const nodes = new vis.DataSet(data.nodes);
  const edges = new vis.DataSet(data.edges);
  const network = new vis.Network(stage, { nodes, edges }, data.options);
  const { byId, partners } = decorate(network, data.nodes, data.edges, data.around, look);
  const original = new Map(data.edges.map((edge) => [edge.id, edge]));
  stage.querySelector("canvas")?.setAttribute("aria-hidden", "true");

  // View -----------------------------------------------------------------------------------------------------------
  function whole() {
    if (!stage.clientWidth || !stage.clientHeight) return; // a window made narrow shows the list instead
    const scale = Math.min(stage.clientWidth / (right - left), stage.clientHeight / (bottom - top));
    network.moveTo({ position: { x: (left + right) / 2, y: (top + bottom) / 2 }, scale: Math.min(scale, 1.4) });
  }
  function zoom(factor, keep) {
    const scale = Math.min(6, Math.max(0.08, network.getScale() * factor));
    const position = keep ? byId.get(keep) : network.getViewPosition();
    network.moveTo({ position: { x: position.x, y: position.y }, scale });
  }
  function bring(node) {
    const at = network.canvasToDOM({ x: node.x, y: node.y });
    const edge = 60;
    if (at.x < edge || at.y < edge || at.x > stage.clientWidth - edge || at.y > stage.clientHeight - edge) {
      network.moveTo({ position: { x: node.x, y: node.y } });
    }
  }
  whole();
  frame.dataset.drawn = `${data.nodes.length}`;
  addEventListener("resize", whole);
  const tools = document.querySelector("[data-tools]");
  tools.hidden = false;
  tools.querySelector("[data-zoom-in]").addEventListener("click", () => zoom(1.3));
  tools.querySelector("[data-zoom-out]").addEventListener("click", () => zoom(1 / 1.3));
  tools.querySelector("[data-whole]").addEventListener("click", whole);
  // The wheel scrolls the page, as everywhere; with Ctrl, or once the map has the focus, it zooms.
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && document.activeElement !== stage) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.12 : 1 / 1.12);
  }, { passive: false });

  // Selection ------------------------------------------------------------------------------------------------------
  function paint() {
    const changed = [];
    for (const edge of data.edges) {
      const touched = !look.selected || edge.from === look.selected || edge.to === look.selected;
      if (edge.touched === touched && edge.marked === Boolean(look.selected)) continue;
      edge.touched = touched;
      edge.marked = Boolean(look.selected);
      const base = original.get(edge.id).color;
      const colour = typeof base === "string" ? { color: base, opacity: 1, inherit: false } : base;
      const opacity = !look.selected ? colour.opacity : touched ? 1 : edge.id.endsWith("~") ? 1 : data.around.large ? 0.08 : 0.28;
      changed.push({ id: edge.id, color: { ...colour, opacity } });
    }
    if (changed.length) edges.update(changed);
    network.redraw();
  }
  let asked = 0;
  async function select(id, { announce = true, remember = true } = {}) {
    look.selected = id;
    look.cursor = id || look.cursor;
    paint();
    const address = new URL(location.href);
    if (id) address.searchParams.set("focus", id);
    else address.searchParams.delete("focus");
    if (remember) history.replaceState(null, "", address);
    if (announce) say.textContent = id ? byId.get(id).say : frame.dataset.left;
    const mine = ++asked;
    const query = new URL(panel.dataset.panel, location.href);
    for (const [key, value] of address.searchParams) query.searchParams.set(key, value);
    query.searchParams.delete("view");
    if (!id) query.searchParams.delete("focus");
    const response = await fetch(query, { credentials: "same-origin" }).catch(() => null);
    if (mine !== asked || !response?.ok) return;
    const found = new DOMParser().parseFromString(await response.text(), "text/html");
    panel.replaceChildren(...found.body.childNodes);
    panel.dataset.selected = id;
  }
  network.on("click", (event) => {
    const id = network.getNodeAt(event.pointer.DOM);
    if (id !== undefined) select(id);
    else if (look.selected) select("");
  });
  network.on("dragStart", () => stage.classList.add("k-net-held"));
  network.on("dragEnd", () => stage.classList.remove("k-net-held"));
  network.on("hoverNode", () => stage.classList.add("k-net-over"));

  // Keyboard -------------------------------------------------------------------------------------------------------
  function move(id) {
    look.cursor = id;
    bring(byId.get(id));
    network.redraw();
    say.textContent = byId.get(id).say;
  }
  function nearest(dx, dy) {
    const here = byId.get(look.cursor);
    let best = null;
    for (const node of data.nodes) {
      if (node.id === here.id) continue;
      const ahead = (node.x - here.x) * dx + (node.y - here.y) * dy;
      const aside = Math.abs((node.x - here.x) * dy) + Math.abs((node.y - here.y) * dx);
      // Within a right angle of the arrow; what lies straight ahead counts as nearer.
      if (ahead <= 0 || aside > ahead * 1.01 + 0.01) continue;
      const cost = ahead + aside * 1.5;
      if (!best || cost < best.cost) best = { cost, id: node.id };
    }
    if (best) return best.id;
    // Nothing within the angle: the nearest that lies on that side at all, so that every institution can be reached.
    for (const node of data.nodes) {
      const ahead = (node.x - here.x) * dx + (node.y - here.y) * dy;
      if (node.id === here.id || ahead <= 0) continue;
      const cost = Math.hypot(node.x - here.x, node.y - here.y);
      if (!best || cost < best.cost) best = { cost, id: node.id };
    }
    return best?.id;
  }
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (arrows[key] && data.nodes.length) {
      const next = look.cursor ? nearest(...arrows[key]) : first();
      if (next) move(next);
    } else if (key === "Enter" || key === " ") {
      if (look.cursor) select(look.cursor);
    } else if (key === "Escape") {
      if (look.selected) select("");
      else document.querySelector("[data-after]").focus();
    } else if (key === "+" || key === "=") zoom(1.3, look.cursor);
    else if (key === "-" || key === "−") zoom(1 / 1.3, look.cursor);
    else if (key === "0") whole();
    else return;
    event.preventDefault();
  });
  function first() {
    return look.selected || [...data.nodes].sort((a, b) => b.degree - a.degree || a.id.localeCompare(b.id))[0]?.id;
  }
  stage.addEventListener("focus", () => {
    look.focused = stage.matches(":focus-visible");
    if (!look.cursor && data.nodes.length) look.cursor = first();
    if (look.focused && look.cursor) move(look.cursor);
  });
  stage.addEventListener("blur", () => {
    look.focused = false;
    network.redraw();
  });

  // Search ---------------------------------------------------------------------------------------------------------
  const find = document.querySelector("[data-find]");
  find?.addEventListener("submit", (event) => {
    const input = find.elements.find;
    const wanted = plain(input.value);
    if (!wanted) return;
    event.preventDefault();
    const matches = (test) => data.nodes.find((node) => test(plain(node.name.join(" "))) || test(plain(node.title)));
    const found = matches((text) => text === wanted) ?? matches((text) => text.startsWith(wanted)) ?? matches((text) => text.includes(wanted));
    if (!found) {
      say.textContent = frame.dataset.nothing;
      find.querySelector("[data-find-result]").textContent = frame.dataset.nothing;
      return;
    }
    find.querySelector("[data-find-result]").textContent = "";
    network.moveTo({ position: { x: found.x, y: found.y }, scale: Math.max(network.getScale(), 0.9) });
    select(found.id);
  });

  // Names in the panel select on the map instead of loading the page anew.
  panel.addEventListener("click", (event) => {
    const link = event.target.closest("[data-select]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !byId.has(link.dataset.select)) return;
    event.preventDefault();
    bring(byId.get(link.dataset.select));
    select(link.dataset.select).then(() => panel.focus());
  });

  if (look.selected && byId.has(look.selected)) select(look.selected, { announce: false, remember: false });
  else look.selected = "";
  frame.map = { network, look, partners };
}

function plain(text) {
  return text.toLowerCase().replaceAll("ł", "l").normalize("NFD").replace(/\p{M}/gu, "").trim();
}

async function savePng(address, name) {
  const text = await (await fetch(address, { credentials: "same-origin" })).text();
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  const times = Math.min(2, 8000 / Math.max(picture.naturalWidth, picture.naturalHeight));
  [canvas.width, canvas.height] = [picture.naturalWidth * times, picture.naturalHeight * times];
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const link = document.createElement("a");
  link.download = name;
  link.href = canvas.toDataURL("image/png");
  link.click();
}
