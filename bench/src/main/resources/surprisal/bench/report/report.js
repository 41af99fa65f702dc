// Draws each chart from the JSON beside it, in the colours of the page; again when those or the width change.
(() => {
  const screens = matchMedia("(prefers-color-scheme: dark)");
  const palettes = {
    light: { ink: "#1c1b19", soft: "#5f5b54", grid: "#ebe7df", level: "#8a857b",
      series: ["#1f5fbf", "#c4501b", "#2b8a4b", "#8440a8", "#b3860b", "#0e8aa0", "#c2306b", "#5a6b2d", "#6b4f3a", "#555a66"] },
    dark: { ink: "#e8e5de", soft: "#a19c92", grid: "#2b2e33", level: "#8d887e",
      series: ["#7db2ff", "#ff9a62", "#6fce8c", "#cf9bf0", "#e6c04f", "#58cfe2", "#ff86b3", "#b4c86f", "#cfa98a", "#aeb4c2"] },
  };
  const font = "12px " + getComputedStyle(document.documentElement).getPropertyValue("--sans");
  const number = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
  const shown = v => v == null ? "–" : number.format(v).replace("-", "−");
  let printing = false;

  function options(spec, width) {
    const colours = palettes[screens.matches && !printing ? "dark" : "light"];
    const xs = spec.data[0], cloud = spec.series.some(s => s.form === "POINTS");
    const axis = label => ({ label, labelFont: font, font, stroke: colours.soft, labelSize: 22, size: label === spec.x ? 40 : 58,
      grid: { stroke: colours.grid, width: 1 }, ticks: { show: false }, values: (u, ticks) => ticks.map(shown) });
    const colour = i => spec.series[i].form === "LEVEL" ? colours.level : colours.series[i % colours.series.length];
    const series = spec.series.map((s, i) => {
      return { label: s.label, stroke: colour(i), value: (u, v) => shown(v), spanGaps: s.form !== "POINTS",
        width: s.form === "POINTS" ? 0 : s.form === "LEVEL" ? 1.25 : 2, dash: s.form === "LEVEL" ? [5, 5] : undefined,
        paths: s.form === "POINTS" ? () => null : undefined,
        points: s.form === "POINTS" ? { show: true, size: 4, fill: colour(i), width: 0 }
          : { show: s.form === "LINE" && xs.length <= 30, size: 6, fill: colour(i) } };
    });
    const wide = range => { const pad = (range[1] - range[0]) * .04 || 1; return [range[0] - pad, range[1] + pad]; };
    return { width, height: Math.round(Math.max(260, Math.min(380, width * .56))),
      scales: { x: { time: false, range: cloud ? (u, lo, hi) => wide([lo, hi]) : undefined } },
      axes: [axis(spec.x), axis(spec.y)], series: [{ label: spec.x, value: (u, v) => shown(v) }, ...series],
      cursor: { points: { size: 7 }, drag: { x: !cloud, y: false } }, legend: { live: !cloud, isolate: true, markers: { width: 0,
        fill: (u, i) => i === 0 ? "transparent" : colour(i - 1) } } };
  }

  const charts = [...document.querySelectorAll("script[data-chart]")].map(source => {
    const place = document.getElementById(source.dataset.chart), spec = JSON.parse(source.textContent);
    let plot, width = 0;
    const draw = () => {
      plot?.destroy();
      width = Math.floor(place.clientWidth);
      if (width > 0) plot = new uPlot(options(spec, width), spec.data, place);
    };
    new ResizeObserver(() => { if (Math.floor(place.clientWidth) !== width) draw(); }).observe(place);
    draw();
    return draw;
  });
  const redraw = () => charts.forEach(draw => draw());
  screens.addEventListener("change", redraw);
  addEventListener("beforeprint", () => { printing = true; redraw(); });
  addEventListener("afterprint", () => { printing = false; redraw(); });
})();
