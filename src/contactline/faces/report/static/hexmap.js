// Hexagon map: one small canvas component without dependencies. It decodes the data written by mapdata.py,
// draws cells, outlines, belts, lines and labels, and is worked by pointer, wheel, buttons or keyboard.
(function () {
  "use strict";

  const INK = "#1f2933", PAPER = "#ffffff", OUTLINE = "#8793a0", BELT = "#5b3a8c";

  // --- decoding ------------------------------------------------------------------------------------------

  function varints(text) {
    const raw = atob(text), out = [];
    let value = 0, factor = 1;
    for (let i = 0; i < raw.length; i++) {
      const byte = raw.charCodeAt(i);
      value += (byte & 127) * factor;
      factor *= 128;
      if (byte < 128) { out.push(value); value = 0; factor = 1; }
    }
    return out;
  }

  function decodeRuns(text, count) {
    const pairs = varints(text), out = new Uint8Array(count);
    let at = 0;
    for (let i = 0; i < pairs.length; i += 2) { out.fill(pairs[i], at, at + pairs[i + 1]); at += pairs[i + 1]; }
    return out;
  }

  const signed = (v) => (v % 2 ? -(v + 1) / 2 : v / 2);

  function decodePolygons(text) {
    const v = varints(text), start = [0], lon = [], lat = [];
    let ax = 0, ay = 0, at = 0;
    while (at < v.length) {
      const size = v[at++];
      let x = ax, y = ay;
      for (let k = 0; k < size; k++) {
        x += signed(v[at++]); y += signed(v[at++]);
        if (k === 0) { ax = x; ay = y; }
        lon.push(x); lat.push(y);
      }
      start.push(lon.length);
    }
    return { start, lon, lat };
  }

  const mercX = (lon) => lon * Math.PI / 180;
  const mercY = (lat) => -Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360));

  // Everything that does not depend on the view, decoded once per page and shared by all maps of it.
  function prepare(data) {
    if (data.ready) return data.ready;
    const p = decodePolygons(data.cells), n = data.count;
    const x = new Float64Array(p.lon.length), y = new Float64Array(p.lon.length);
    for (let i = 0; i < x.length; i++) { x[i] = mercX(p.lon[i] / data.perDegree); y[i] = mercY(p.lat[i] / data.perDegree); }
    const cx = new Float64Array(n), cy = new Float64Array(n);
    for (let c = 0; c < n; c++) {
      for (let i = p.start[c]; i < p.start[c + 1]; i++) { cx[c] += x[i]; cy[c] += y[i]; }
      const size = p.start[c + 1] - p.start[c];
      cx[c] /= size; cy[c] /= size;
    }
    const layers = {};
    for (const group of data.groups)
      for (const step of group.steps) layers[step.id] = decodeRuns(step.values, n);
    const now = decodeRuns(data.now, n), first = decodeRuns(data.first, n);
    data.ready = {
      start: p.start, x, y, cx, cy, layers, now, first, n,
      region: decodeRuns(data.cellRegion, n),
      edges: sharedEdges(p), index: gridIndex(cx, cy),
      outlines: data.outlines.map((ring) => ring.map((v, i) => (i % 2 ? mercY(v) : mercX(v)))),
      beyond: data.beyond.map((b) => ({
        colours: b.colours, rings: b.rings.map((ring) => ring.map((v, i) => (i % 2 ? mercY(v) : mercX(v)))),
      })),
      towns: data.towns.map((t) => ({ x: mercX(t[0]), y: mercY(t[1]), name: t[2], people: t[3], kind: t[4] })),
      belts: data.belts.map((b) => ({ name: b.name, points: b.points.map((q) => [mercX(q[0]), mercY(q[1])]) })),
      lines: {},
    };
    return data.ready;
  }

  // Edges that two cells share: [cell a, cell b, corner i, corner j] by the whole numbers of their ends.
  function sharedEdges(p) {
    const seen = new Map(), edges = [];
    const key = (i) => p.lon[i] * 4194304 + p.lat[i];
    for (let c = 0; c + 1 < p.start.length; c++) {
      const a = p.start[c], b = p.start[c + 1];
      for (let i = a; i < b; i++) {
        const j = i + 1 < b ? i + 1 : a, ki = key(i), kj = key(j);
        const name = ki < kj ? ki + ":" + kj : kj + ":" + ki;
        const other = seen.get(name);
        if (other === undefined) seen.set(name, c);
        else edges.push([other, c, i, j]);
      }
    }
    return edges;
  }

  // Corner pairs along which `held` differs: the line of contact of that state.
  function lineOf(ready, key, held) {
    if (!ready.lines[key]) ready.lines[key] = ready.edges.filter((e) => held[e[0]] !== held[e[1]]);
    return ready.lines[key];
  }

  function gridIndex(cx, cy) {
    let step = 0;
    const n = cx.length, area = spread(cx) * spread(cy);
    step = Math.sqrt(area / Math.max(n, 1)) * 1.5 || 1;
    const bins = new Map();
    for (let c = 0; c < n; c++) {
      const k = Math.floor(cx[c] / step) + ":" + Math.floor(cy[c] / step);
      if (!bins.has(k)) bins.set(k, []);
      bins.get(k).push(c);
    }
    return { step, bins };
  }

  function spread(values) {
    let low = Infinity, high = -Infinity;
    for (const v of values) { if (v < low) low = v; if (v > high) high = v; }
    return high - low;
  }

  function cellAt(ready, x, y) {
    const { step, bins } = ready.index, i = Math.floor(x / step), j = Math.floor(y / step);
    for (let di = -1; di <= 1; di++)
      for (let dj = -1; dj <= 1; dj++)
        for (const c of bins.get((i + di) + ":" + (j + dj)) || []) if (inside(ready, c, x, y)) return c;
    return -1;
  }

  function inside(ready, c, x, y) {
    let odd = false;
    const a = ready.start[c], b = ready.start[c + 1];
    for (let i = a, j = b - 1; i < b; j = i++) {
      const yi = ready.y[i], yj = ready.y[j];
      if ((yi > y) !== (yj > y) && x < ((ready.x[j] - ready.x[i]) * (y - yi)) / (yj - yi) + ready.x[i]) odd = !odd;
    }
    return odd;
  }

  // --- the component -------------------------------------------------------------------------------------

  // mount(element, data, {groups: ids to offer, layer: id to start with, fit: "all" | "changed", link: name})
  function mount(root, data, options) {
    const ready = prepare(data);
    const groups = data.groups.filter((g) => !options.groups || options.groups.includes(g.id));
    if (!groups.length) return null;
    const map = { data, ready, groups, root, layer: null, view: null, hover: -1, link: options.link || null };
    build(map, options);
    const wanted = options.layer || startOf(groups[0]);
    map.bounds = extent(ready, options.fit === "changed" ? changedCells(data, ready) : null);
    select(map, wanted);
    new ResizeObserver(() => { resize(map); }).observe(map.canvas);
    resize(map);
    maps.push(map);
    return map;
  }

  const maps = [];

  const startOf = (group) => group.start || group.steps[group.steps.length - 1].id;

  // The ground that the proposal in focus hands over; failing that, whatever any proposal changes.
  function changedCells(data, ready) {
    const after = data.groups.find((g) => g.id === "after");
    if (!after) return null;
    const all = [...Array(ready.n).keys()], start = ready.layers[after.start];
    const given = all.filter((c) => !ready.now[c] && start[c] > 0);
    if (given.length) return given;
    const moved = all.filter((c) => after.steps.some((s) => ready.layers[s.id][c] > 1));
    return moved.length ? moved : null;
  }

  function extent(ready, cells) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    const add = (c) => {
      box[0] = Math.min(box[0], ready.cx[c]); box[1] = Math.min(box[1], ready.cy[c]);
      box[2] = Math.max(box[2], ready.cx[c]); box[3] = Math.max(box[3], ready.cy[c]);
    };
    if (cells) cells.forEach(add); else for (let c = 0; c < ready.n; c++) add(c);
    const pad = (cells ? 0.15 : 0.04) * Math.max(box[2] - box[0], box[3] - box[1]) + (cells ? 0.002 : 0);
    return [box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad];
  }

  function element(tag, attributes, text) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
    if (text) node.textContent = text;
    return node;
  }

  function build(map, options) {
    const { root } = map;
    root.textContent = "";
    root.classList.add("hexmap");
    const bar = element("div", { class: "hexmap-bar" });
    map.tabs = element("div", { class: "hexmap-tabs", role: "group", "aria-label": "What the map shows" });
    for (const group of map.groups) {
      const button = element("button", { type: "button", "data-group": group.id }, group.label);
      button.addEventListener("click", () => select(map, startOf(group)));
      map.tabs.append(button);
    }
    if (map.groups.length > 1) bar.append(map.tabs);
    map.steps = element("div", { class: "hexmap-steps" });
    bar.append(map.steps);
    map.stage = element("div", { class: "hexmap-stage" });
    map.canvas = element("canvas", {
      tabindex: "0", role: "application", "aria-roledescription": "map",
      "aria-label": options.label || "Map of hexagons",
    });
    map.tip = element("div", { class: "hexmap-tip", hidden: "" });
    map.zoom = element("div", { class: "hexmap-zoom" });
    for (const [text, label, act] of [
      ["+", "Zoom in", () => zoomBy(map, 1.5)], ["−", "Zoom out", () => zoomBy(map, 1 / 1.5)], ["⤢", "Show all", () => reset(map)],
    ]) {
      const button = element("button", { type: "button", "aria-label": label, title: label }, text);
      button.addEventListener("click", act);
      map.zoom.append(button);
    }
    map.stage.append(map.canvas, map.zoom, map.tip);
    map.legend = element("ul", { class: "hexmap-legend" });
    map.status = element("p", { class: "hexmap-status", "aria-live": "polite" });
    root.append(bar, map.stage, map.legend, map.status);
    listen(map);
  }

  function groupOf(map, id) { return map.groups.find((g) => g.steps.some((s) => s.id === id)); }

  function select(map, id) {
    const group = groupOf(map, id) || map.groups[0];
    const step = group.steps.find((s) => s.id === id) || group.steps[0];
    const fresh = map.group !== group;
    map.group = group; map.layer = step.id;
    for (const button of map.tabs.children) button.setAttribute("aria-pressed", String(button.dataset.group === group.id));
    if (fresh) buildSteps(map);
    markStep(map);
    drawLegend(map);
    map.status.textContent = group.label + ": " + step.label + ".";
    draw(map);
  }

  // Few steps are buttons, few with long names a list; many are a slider with a button each way.
  function buildSteps(map) {
    map.steps.textContent = "";
    const { steps } = map.group;
    if (steps.length < 2) return;
    if (steps.length <= 12 && steps.reduce((sum, s) => sum + s.label.length, 0) > 60) {
      const pick = element("select", { "aria-label": map.group.label });
      for (const step of steps) pick.append(element("option", { value: step.id }, step.label));
      pick.addEventListener("change", () => select(map, pick.value));
      map.steps.append(pick);
      return;
    }
    if (steps.length <= 8) {
      for (const step of steps) {
        const button = element("button", { type: "button", "data-step": step.id }, step.label);
        button.addEventListener("click", () => select(map, step.id));
        map.steps.append(button);
      }
      return;
    }
    const slider = element("input", { type: "range", min: "0", max: String(steps.length - 1), step: "1", "aria-label": "Day" });
    slider.addEventListener("input", () => select(map, steps[Number(slider.value)].id));
    const back = element("button", { type: "button", "aria-label": "Earlier" }, "◀");
    const on = element("button", { type: "button", "aria-label": "Later" }, "▶");
    back.addEventListener("click", () => stepBy(map, -1));
    on.addEventListener("click", () => stepBy(map, 1));
    map.stepLabel = element("output", {});
    map.slider = slider;
    map.steps.append(back, slider, on, map.stepLabel);
  }

  function markStep(map) {
    const { steps } = map.group, at = steps.findIndex((s) => s.id === map.layer);
    for (const button of map.steps.querySelectorAll("[data-step]"))
      button.setAttribute("aria-pressed", String(button.dataset.step === map.layer));
    const pick = map.steps.querySelector("select");
    if (pick) { pick.value = map.layer; return; }
    if (steps.length > 8) { map.slider.value = String(at); map.slider.setAttribute("aria-valuetext", steps[at].label); map.stepLabel.textContent = steps[at].label; }
  }

  function stepBy(map, by) {
    const { steps } = map.group, at = steps.findIndex((s) => s.id === map.layer);
    select(map, steps[Math.max(0, Math.min(steps.length - 1, at + by))].id);
  }

  function drawLegend(map) {
    map.legend.textContent = "";
    const palette = map.data.palettes[map.group.palette], used = new Set();
    for (const v of map.ready.layers[map.layer]) used.add(palette.colours[v]);
    for (const [colour, text] of palette.legend) {
      if (!used.has(colour)) continue;
      const item = element("li");
      const swatch = element("span", { class: "swatch" });
      swatch.style.background = colour;
      item.append(swatch, text);
      map.legend.append(item);
    }
    for (const part of map.data.beyond) {
      const item = element("li"), swatch = element("span", { class: "swatch" }), [ground, line] = part.colours;
      swatch.style.background = `repeating-linear-gradient(135deg, ${ground} 0 3px, ${line} 3px 5px)`;
      item.append(swatch, part.text);
      map.legend.append(item);
    }
    const extra = [["solid", map.data.labels.now], ["dashed", map.data.labels.first]];
    if (map.data.belts.length) extra.push(["belt", map.data.belts.map((b) => b.name).join(", ")]);
    for (const [kind, text] of extra) {
      const item = element("li");
      item.append(element("span", { class: "stroke " + kind }), text);
      map.legend.append(item);
    }
  }

  // --- view ----------------------------------------------------------------------------------------------

  function resize(map) {
    const box = map.canvas.getBoundingClientRect(), ratio = window.devicePixelRatio || 1;
    if (!box.width) return;
    map.width = box.width; map.height = box.height;
    map.canvas.width = Math.round(box.width * ratio); map.canvas.height = Math.round(box.height * ratio);
    map.ratio = ratio;
    reset(map);
  }

  function reset(map) {
    const [x0, y0, x1, y1] = map.bounds;
    const k = Math.min(map.width / (x1 - x0), map.height / (y1 - y0));
    map.base = k;
    setView(map, { k, x: (x0 + x1) / 2, y: (y0 + y1) / 2 });
  }

  function setView(map, view) {
    const [x0, y0, x1, y1] = map.bounds, w = x1 - x0, h = y1 - y0;
    view.k = Math.max(map.base * 0.7, Math.min(map.base * 24, view.k));
    view.x = Math.max(x0 - w, Math.min(x1 + w, view.x));
    view.y = Math.max(y0 - h, Math.min(y1 + h, view.y));
    map.view = view;
    draw(map);
    if (map.link) for (const other of maps)
      if (other !== map && other.link === map.link && other.width) { other.view = { ...view }; draw(other); }
  }

  function zoomBy(map, factor, at) {
    const { k, x, y } = map.view, px = at ? at.x - map.width / 2 : 0, py = at ? at.y - map.height / 2 : 0;
    const next = Math.max(map.base * 0.7, Math.min(map.base * 24, k * factor));
    setView(map, { k: next, x: x + px / k - px / next, y: y + py / k - py / next });
  }

  function panBy(map, dx, dy) {
    setView(map, { k: map.view.k, x: map.view.x + dx / map.view.k, y: map.view.y + dy / map.view.k });
  }

  function listen(map) {
    const { canvas } = map;
    let held = null;
    canvas.addEventListener("pointerdown", (e) => { held = { x: e.clientX, y: e.clientY }; canvas.setPointerCapture(e.pointerId); });
    canvas.addEventListener("pointermove", (e) => {
      if (held && e.buttons) { panBy(map, held.x - e.clientX, held.y - e.clientY); held = { x: e.clientX, y: e.clientY }; }
      hover(map, e);
    });
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { held = null; });
    canvas.addEventListener("pointerleave", () => { map.tip.hidden = true; map.hover = -1; draw(map); });
    canvas.addEventListener("wheel", (e) => {
      if (document.activeElement !== canvas && !e.ctrlKey) return;
      e.preventDefault();
      zoomBy(map, Math.exp(-e.deltaY * 0.0015), { x: e.offsetX, y: e.offsetY });
    }, { passive: false });
    canvas.addEventListener("keydown", (e) => {
      const act = {
        ArrowLeft: () => panBy(map, -60, 0), ArrowRight: () => panBy(map, 60, 0),
        ArrowUp: () => panBy(map, 0, -60), ArrowDown: () => panBy(map, 0, 60),
        "+": () => zoomBy(map, 1.5), "=": () => zoomBy(map, 1.5), "-": () => zoomBy(map, 1 / 1.5),
        "0": () => reset(map), Home: () => reset(map),
        ",": () => stepBy(map, -1), ".": () => stepBy(map, 1), PageUp: () => stepBy(map, -1), PageDown: () => stepBy(map, 1),
      }[e.key];
      if (act) { e.preventDefault(); act(); }
    });
  }

  function hover(map, event) {
    const { ready } = map, box = map.canvas.getBoundingClientRect();
    const px = event.clientX - box.left, py = event.clientY - box.top;
    const x = map.view.x + (px - map.width / 2) / map.view.k, y = map.view.y + (py - map.height / 2) / map.view.k;
    const cell = cellAt(ready, x, y);
    if (cell !== map.hover) { map.hover = cell; draw(map); }
    map.tip.hidden = cell < 0;
    if (cell < 0) return;
    let near = null, best = Infinity;
    for (const t of ready.towns) {
      const d = (t.x - x) ** 2 + (t.y - y) ** 2;
      if (d < best) { best = d; near = t; }
    }
    const lines = [map.data.regions[ready.region[cell]], map.data.palettes[map.group.palette].names[ready.layers[map.layer][cell]]];
    if (near) lines.push("near " + near.name + (near.people ? ", " + near.people.toLocaleString("en") + " before the war" : ""));
    map.tip.textContent = "";
    lines.forEach((text, i) => map.tip.append(element(i ? "span" : "strong", {}, text)));
    map.tip.style.left = Math.min(px + 14, map.width - 220) + "px";
    map.tip.style.top = Math.max(py - 70, 4) + "px";
  }

  // --- drawing -------------------------------------------------------------------------------------------

  function draw(map) {
    if (!map.view || map.queued) return;
    if (!map.painted) { map.painted = true; paint(map); return; }
    map.queued = true;
    requestAnimationFrame(() => { map.queued = false; paint(map); });
  }

  function paint(map) {
    const { ready, view, width, height } = map, ctx = map.canvas.getContext("2d");
    const sx = (x) => (x - view.x) * view.k + width / 2, sy = (y) => (y - view.y) * view.k + height / 2;
    ctx.setTransform(map.ratio, 0, 0, map.ratio, 0, 0);
    ctx.fillStyle = "#f6f7f9";
    ctx.fillRect(0, 0, width, height);
    paintBeyond(map, ctx, sx, sy);
    paintCells(map, ctx, sx, sy);
    ctx.lineJoin = "round";
    ctx.strokeStyle = OUTLINE; ctx.lineWidth = 1;
    for (const ring of ready.outlines) tracePath(ctx, ring, sx, sy);
    paintLine(ctx, ready, lineOf(ready, "first", ready.first), sx, sy, INK, 1.1, [3, 3]);
    paintLine(ctx, ready, lineOf(ready, "now", ready.now), sx, sy, INK, 1.9, []);
    ctx.strokeStyle = BELT; ctx.lineWidth = 5; ctx.globalAlpha = 0.55; ctx.lineCap = "round";
    for (const belt of ready.belts) tracePath(ctx, belt.points.flat(), sx, sy);
    ctx.globalAlpha = 1; ctx.lineCap = "butt";
    if (map.hover >= 0) outlineCell(ctx, ready, map.hover, sx, sy);
    paintTowns(map, ctx, sx, sy);
  }

  // Ground outside the modelled zone, hatched in its holder's colour, within the outlines of the country.
  function paintBeyond(map, ctx, sx, sy) {
    const { ready } = map;
    if (!ready.beyond.length) return;
    ctx.save();
    ctx.clip(pathOf(ready.outlines, sx, sy));
    for (const part of ready.beyond) {
      ctx.fillStyle = hatching(ctx, part.colours);
      ctx.fill(pathOf(part.rings, sx, sy), "evenodd");
    }
    ctx.restore();
  }

  function pathOf(rings, sx, sy) {
    const path = new Path2D();
    for (const flat of rings) {
      for (let i = 0; i < flat.length; i += 2) path[i ? "lineTo" : "moveTo"](sx(flat[i]), sy(flat[i + 1]));
      path.closePath();
    }
    return path;
  }

  function hatching(ctx, [ground, line]) {
    const tile = document.createElement("canvas"), size = 10;
    tile.width = tile.height = size;
    const brush = tile.getContext("2d");
    brush.fillStyle = ground; brush.fillRect(0, 0, size, size);
    brush.strokeStyle = line; brush.lineWidth = 2.4;
    for (const shift of [-size, 0, size]) {
      brush.beginPath(); brush.moveTo(shift, size); brush.lineTo(shift + size, 0); brush.stroke();
    }
    return ctx.createPattern(tile, "repeat");
  }

  // Cells of one colour are one path: a few fills a frame, however many cells there are.
  function paintCells(map, ctx, sx, sy) {
    const { ready, width, height } = map, values = ready.layers[map.layer];
    const colours = map.data.palettes[map.group.palette].colours, paths = new Map();
    for (let c = 0; c < ready.n; c++) {
      const x = sx(ready.cx[c]), y = sy(ready.cy[c]);
      if (x < -60 || y < -60 || x > width + 60 || y > height + 60) continue;
      const colour = colours[values[c]];
      if (!paths.has(colour)) paths.set(colour, new Path2D());
      const path = paths.get(colour), a = ready.start[c], b = ready.start[c + 1];
      path.moveTo(sx(ready.x[a]), sy(ready.y[a]));
      for (let i = a + 1; i < b; i++) path.lineTo(sx(ready.x[i]), sy(ready.y[i]));
      path.closePath();
    }
    ctx.lineWidth = 0.7;
    for (const [colour, path] of paths) {
      ctx.fillStyle = colour; ctx.strokeStyle = colour;
      ctx.fill(path); ctx.stroke(path);
    }
  }

  function tracePath(ctx, flat, sx, sy) {
    ctx.beginPath();
    for (let i = 0; i < flat.length; i += 2) ctx[i ? "lineTo" : "moveTo"](sx(flat[i]), sy(flat[i + 1]));
    ctx.stroke();
  }

  function paintLine(ctx, ready, edges, sx, sy, colour, width, dash) {
    ctx.beginPath();
    for (const [, , i, j] of edges) { ctx.moveTo(sx(ready.x[i]), sy(ready.y[i])); ctx.lineTo(sx(ready.x[j]), sy(ready.y[j])); }
    ctx.strokeStyle = colour; ctx.lineWidth = width; ctx.setLineDash(dash);
    ctx.stroke();
    ctx.setLineDash([]);
  }

  function outlineCell(ctx, ready, c, sx, sy) {
    ctx.beginPath();
    for (let i = ready.start[c]; i < ready.start[c + 1]; i++) ctx.lineTo(sx(ready.x[i]), sy(ready.y[i]));
    ctx.closePath();
    ctx.strokeStyle = INK; ctx.lineWidth = 2;
    ctx.stroke();
  }

  // Named places first, then by size; a label that would touch one already drawn is left out.
  function paintTowns(map, ctx, sx, sy) {
    const taken = [], zoom = map.view.k / map.base, limit = Math.round((map.width / 36) * Math.min(3, Math.sqrt(zoom)));
    ctx.font = "12px " + getComputedStyle(map.root).fontFamily;
    ctx.textBaseline = "middle";
    let drawn = 0;
    for (const town of map.ready.towns) {
      if (drawn >= limit) break;
      const x = sx(town.x), y = sy(town.y);
      if (x < 4 || y < 4 || x > map.width - 4 || y > map.height - 4) continue;
      const wide = ctx.measureText(town.name).width;
      const left = x + 6 + wide > map.width - 2 ? x - 6 - wide : x + 6;
      const box = [Math.min(left, x) - 3, y - 8, Math.max(left + wide, x) + 3, y + 8];
      if (taken.some((t) => t[0] < box[2] && box[0] < t[2] && t[1] < box[3] && box[1] < t[3])) continue;
      taken.push(box); drawn++;
      ctx.beginPath(); ctx.arc(x, y, town.kind === 1 ? 3.4 : 2.4, 0, 7);
      ctx.fillStyle = INK; ctx.fill(); ctx.strokeStyle = PAPER; ctx.lineWidth = 1; ctx.stroke();
      ctx.lineWidth = 3; ctx.strokeStyle = "rgba(255,255,255,.85)";
      ctx.strokeText(town.name, left, y); ctx.fillStyle = INK; ctx.fillText(town.name, left, y);
    }
  }

  window.ContactlineMap = { mount, decodePolygons, decodeRuns };
})();
