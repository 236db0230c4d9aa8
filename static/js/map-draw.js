// What vis-network does not draw: names where the layout left room, rings, signs in the middle of lines, the selection.
// Used by the page (map.js) and by the map that is mailed as a file.

const INK = "#16212B";
const QUIET = "#465563";
const RULE = "#D6DCE1";
const STALE = "#84613E";
const FONT = '"Segoe UI", system-ui, -apple-system, Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif';
const COLOURS = { "confirmed": "#08564E", "one-sided": "#A86002", "disputed": "#B5015C", "none": "#141E23" };
const LARGEST = 20;

// `look` may change between two drawings: {selected: id, cursor: id, focused: bool}.
export function decorate(network, nodes, edges, around, look) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const lines = edges.filter((edge) => !edge.id.endsWith("~"));
  const partners = new Map(nodes.map((node) => [node.id, new Set()]));
  for (const line of lines) {
    partners.get(line.from).add(line.to);
    partners.get(line.to).add(line.from);
  }
  const largest = new Set([...nodes].sort((a, b) => b.degree - a.degree).slice(0, LARGEST).map((node) => node.id));

  network.on("beforeDrawing", (ctx) => {
    const unit = 1 / network.getScale();
    ctx.lineWidth = unit;
    ctx.strokeStyle = RULE;
    for (const guide of around.guides) {
      ctx.beginPath();
      ctx.ellipse(guide.x, guide.y, guide.rx, guide.ry, 0, 0, 2 * Math.PI);
      ctx.stroke();
    }
    if (around.rule) {
      ctx.beginPath();
      ctx.moveTo(around.box[0] + 12, around.rule.y);
      ctx.lineTo(around.box[2] - 12, around.rule.y);
      ctx.stroke();
    }
  });

  network.on("afterDrawing", (ctx) => {
    const scale = network.getScale();
    const near = look.selected ? partners.get(look.selected) ?? new Set() : null;
    for (const line of lines) {
      const touched = !look.selected || line.from === look.selected || line.to === look.selected;
      if (!around.large || line.state === "disputed" || (look.selected && touched)) mark(ctx, network, line, byId, touched, around.large);
    }
    if (look.selected && byId.has(look.selected)) {
      halo(ctx, byId.get(look.selected), 1 / scale);
      network.body.nodes[look.selected].draw(ctx);
    }
    const px = Math.min(17, Math.max(12, 13 * scale)) / scale;
    const taken = [];
    guideNames(ctx, around, px, taken);
    const order = [...nodes].sort((a, b) => rank(b) - rank(a));
    for (const node of order) {
      const close = near?.has(node.id) || node.id === look.selected || node.id === look.cursor;
      if (around.large && !close && !(largest.has(node.id) || scale * 13 > 15)) continue;
      name(ctx, node, px, Boolean(close), near && !close, around.large && !(node.id === look.selected || node.id === look.cursor) ? taken : null, taken);
    }
    if (look.cursor && look.focused && byId.has(look.cursor)) cursor(ctx, byId.get(look.cursor), 1 / scale);
  });

  function rank(node) {
    if (node.id === look.selected || node.id === look.cursor) return 1e6;
    return (look.selected && partners.get(look.selected)?.has(node.id) ? 1e4 : 0) + node.degree;
  }
  return { byId, partners, lines };
}

function guideNames(ctx, around, px, taken) {
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  for (const guide of around.guides) {
    if (!guide.name) continue;
    outlined(ctx, guide.name, guide.text[0], guide.text[1] - px * 0.15, px * 0.93, QUIET, 400);
    const wide = ctx.measureText(guide.name).width / 2;
    taken.push([guide.text[0] - wide, guide.text[1] - px, guide.text[0] + wide, guide.text[1]]);
  }
  if (around.rule) {
    ctx.textAlign = "left";
    outlined(ctx, around.rule.text, around.box[0] + 16, around.rule.y + px * 1.5, px, QUIET, 400);
  }
}

function outlined(ctx, words, x, y, px, colour, weight) {
  ctx.font = `${weight} ${px}px ${FONT}`;
  ctx.lineJoin = "round";
  ctx.lineWidth = px * 0.32;
  ctx.strokeStyle = "#FFFFFF";
  ctx.strokeText(words, x, y);
  ctx.fillStyle = colour;
  ctx.fillText(words, x, y);
}

function name(ctx, node, px, strong, quiet, avoid, taken) {
  const weight = strong ? 650 : 400;
  ctx.font = `${weight} ${px}px ${FONT}`;
  const row = px * 1.16;
  const high = row * node.name.length;
  const wide = Math.max(...node.name.map((words) => ctx.measureText(words).width));
  const gap = node.size + px * 0.28;
  let [x, y, align] = [node.x, node.y + gap, "center"];
  if (node.side === "above") y = node.y - gap - high;
  if (node.side === "right") [x, y, align] = [node.x + gap, node.y - high / 2, "left"];
  if (node.side === "left") [x, y, align] = [node.x - gap, node.y - high / 2, "right"];
  const left = align === "center" ? x - wide / 2 : align === "left" ? x : x - wide;
  const box = [left, y, left + wide, y + high];
  if (avoid?.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return;
  taken.push(box);
  ctx.textAlign = align;
  ctx.textBaseline = "alphabetic";
  node.name.forEach((words, place) => outlined(ctx, words, x, y + row * place + px * 0.92, px, quiet ? QUIET : INK, weight));
}

function halo(ctx, node, unit) {
  ctx.beginPath();
  ctx.arc(node.x, node.y, node.size + 8, 0, 2 * Math.PI);
  ctx.fillStyle = "#FFC93C";
  ctx.fill();
  ctx.lineWidth = 2.5 * Math.max(1, unit * 0.8);
  ctx.strokeStyle = INK;
  ctx.stroke();
  ctx.beginPath();
  ctx.arc(node.x, node.y, node.size + 3.5, 0, 2 * Math.PI);
  ctx.fillStyle = "#FFFFFF";
  ctx.fill();
}

function cursor(ctx, node, unit) {
  for (const [extra, width, colour] of [[7, 3, "#FFC93C"], [10, 2, INK]]) {
    ctx.beginPath();
    ctx.arc(node.x, node.y, node.size + extra * Math.max(1, unit), 0, 2 * Math.PI);
    ctx.lineWidth = width * Math.max(1, unit);
    ctx.strokeStyle = colour;
    ctx.stroke();
  }
}

function middle(network, line) {
  // The curve vis-network has drawn knows its own middle; a straight line's is between its ends.
  const type = network.body.edges[line.id]?.edgeType;
  if (type?.getViaNode) {
    const via = type.getViaNode();
    return type.getPoint(0.5, via);
  }
  return null;
}

function mark(ctx, network, line, byId, strong, large) {
  const [from, to] = [byId.get(line.from), byId.get(line.to)];
  if (line.state === "confirmed" && !line.stale) return;
  const point = middle(network, line) ?? { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const along = Math.atan2(to.y - from.y, to.x - from.x);
  ctx.save();
  ctx.globalAlpha = strong ? 1 : 0.35;
  ctx.translate(point.x, point.y);
  if (line.state === "one-sided") half(ctx, line.claimant ? Math.atan2(byId.get(line.claimant).y - point.y, byId.get(line.claimant).x - point.x) : Math.PI);
  if (line.state === "disputed") bow(ctx, along, large ? 6 : 7.5);
  if (line.state === "none") slash(ctx, along);
  if (line.stale && !large) {
    const beside = line.state === "confirmed" ? 0 : 14;
    clock(ctx, beside * Math.cos(along), beside * Math.sin(along));
  }
  ctx.restore();
}

function half(ctx, towards) {
  ctx.beginPath();
  ctx.arc(0, 0, 4.6, 0, 2 * Math.PI);
  ctx.fillStyle = "#FFFFFF";
  ctx.fill();
  ctx.lineWidth = 1.4;
  ctx.strokeStyle = COLOURS["one-sided"];
  ctx.stroke();
  ctx.beginPath();
  ctx.arc(0, 0, 4.6, towards - Math.PI / 2, towards + Math.PI / 2);
  ctx.fillStyle = COLOURS["one-sided"];
  ctx.fill();
}

function bow(ctx, along, r) {
  ctx.rotate(along);
  ctx.beginPath();
  for (const side of [-1, 1]) {
    ctx.moveTo(side * r, -r * 0.8);
    ctx.lineTo(side * r, r * 0.8);
    ctx.lineTo(0, 0);
    ctx.closePath();
  }
  ctx.lineWidth = 3;
  ctx.lineJoin = "round";
  ctx.strokeStyle = "#FFFFFF";
  ctx.stroke();
  ctx.fillStyle = COLOURS.disputed;
  ctx.fill();
  ctx.rotate(-along);
}

function slash(ctx, along) {
  const angle = along + Math.PI / 3;
  ctx.beginPath();
  ctx.moveTo(-5 * Math.cos(angle), -5 * Math.sin(angle));
  ctx.lineTo(5 * Math.cos(angle), 5 * Math.sin(angle));
  ctx.lineWidth = 2.2;
  ctx.strokeStyle = COLOURS.none;
  ctx.stroke();
}

function clock(ctx, x, y) {
  ctx.beginPath();
  ctx.arc(x, y, 5.2, 0, 2 * Math.PI);
  ctx.fillStyle = "#FFFFFF";
  ctx.fill();
  ctx.lineWidth = 1.4;
  ctx.strokeStyle = STALE;
  ctx.stroke();
  ctx.beginPath();
  ctx.moveTo(x, y - 3.2);
  ctx.lineTo(x, y);
  ctx.lineTo(x + 2.6, y);
  ctx.stroke();
}
