// Mounts the maps and charts of the page: charts near the window first, the rest when idle, all before printing.
(function () {
  "use strict";

  const read = (id) => {
    const node = document.getElementById(id);
    return node && node.textContent.trim() ? JSON.parse(node.textContent) : null;
  };

  const mapData = read("map-data");
  if (mapData)
    for (const node of document.querySelectorAll("[data-map]"))
      window.ContactlineMap.mount(node, mapData, {
        groups: node.dataset.groups ? node.dataset.groups.split(" ") : null,
        layer: node.dataset.layer || null,
        fit: node.dataset.fit || "all",
        link: node.dataset.link || null,
        label: node.dataset.label,
      });

  const specs = read("chart-specs") || {}, config = read("chart-config");
  const drawn = new Map();

  function show(node) {
    if (!drawn.has(node))
      drawn.set(node, window.vegaEmbed(node, specs[node.dataset.chart], { renderer: "svg", actions: false, config })
        .catch((error) => { node.textContent = "This chart could not be drawn: " + error.message; }));
    return drawn.get(node);
  }

  const charts = [...document.querySelectorAll("[data-chart]")];
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { watcher.unobserve(entry.target); show(entry.target); }
  }, { rootMargin: "600px" });
  charts.forEach((node) => watcher.observe(node));
  // The rest are drawn one by one while the reader looks at the first.
  const later = (act) => setTimeout(act, 40);
  const next = () => {
    const node = charts.find((chart) => !drawn.has(chart));
    if (node) show(node).finally(() => later(next));
  };
  later(next);
  // Paper cannot be unfolded: what is closed is opened for printing and closed again.
  const folded = [...document.querySelectorAll("details")];
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = folded.filter((node) => !node.open);
    closed.forEach((node) => { node.open = true; });
    charts.forEach(show);
    window.dispatchEvent(new Event("resize"));
  });
  window.addEventListener("afterprint", () => { closed.forEach((node) => { node.open = false; }); closed = []; });
  // A chart drawn while folded may have had no width: charts follow the window, so they are told to look again.
  for (const node of folded)
    node.addEventListener("toggle", () => {
      if (!node.open) return;
      node.querySelectorAll("[data-chart]").forEach(show);
      window.dispatchEvent(new Event("resize"));
    });
})();
