// The only file that knows ECharts, with only the parts of it that are used.

import { BarChart, LineChart } from "echarts/charts";
import { DataZoomComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, DataZoomComponent, GridComponent, TooltipComponent, SVGRenderer]);

// Beyond so many rows a part of them can be looked at.
const ZOOM_FROM = 60;

// As a property of SVG, so that another theme, or a panel that is stale, needs no second palette.
const colour = (token) => `var(--${token})`;
const number = (text) => Number(text.replaceAll(",", "").replace("\u2212", "-"));

function node(name, text, ...children) {
  const it = document.createElement(name);
  it.append(...(text === null ? [] : [text]), ...children);
  return it;
}

/** What stands beside the pointer: every value as the server wrote it. */
function tooltip(series, [label, ...values]) {
  const lines = series.map(({ name, tone, sign }, n) => {
    const dot = node("i", null);
    dot.style.background = colour(tone);
    return node("span", null, dot, name, node("em", values[n] === "0" ? "0" : `${sign}${values[n]}`));
  });
  return node("div", null, node("b", label), ...lines);
}

/** Room for the labels of all scales, so that plots above each other begin at one line; and for the handle of a long chart. */
function grids({ upper = [], ticks, rows }, hasLine, rem) {
  const longest = Math.max(...[...upper, ...ticks].map(([, label]) => label.length), 1);
  const left = Math.max(2.75, 0.4375 * longest + 0.625) * rem; // as the server's picture: components/chart.rs
  const sides = { left, right: 0.25 * rem, outerBoundsMode: "none" };
  const bottom = (rows.length > ZOOM_FROM ? 2.75 : 1.4) * rem;
  if (!hasLine) return [{ ...sides, top: 0.5 * rem, bottom }];
  return [{ ...sides, top: 0.5 * rem, height: "30%" }, { ...sides, top: "46%", bottom }];
}

/** All that does not move. Lengths in CSS pixels: one rem of the page is `rem`. A line has a scale of its own above the bars. */
function fixed(series, rem, font, read) {
  const text = { color: colour("ink-3"), fontSize: font, fontFamily: "inherit" };
  const hasLine = series.some(({ line }) => line);
  const lowest = hasLine ? 1 : 0;
  const across = (at) => ({
    type: "category",
    gridIndex: at,
    axisTick: { show: false },
    axisLine: { show: at === lowest, onZero: true, lineStyle: { color: colour("line-strong") } },
    axisLabel: { ...text, show: at === lowest, margin: 0.5 * rem, hideOverlap: true, interval: (row) => read().isPart || read().marks.includes(row) },
  });
  const up = (at) => ({
    type: "value",
    gridIndex: at,
    splitLine: { lineStyle: { color: colour("line") } },
    axisLabel: {
      ...text,
      margin: 0.5 * rem,
      formatter: (value) => (at === lowest ? read().ticks : read().upper).find(([tick]) => tick === value)?.[1] ?? "",
    },
  });
  const bar = ({ name, tone }) => ({
    type: "bar",
    name,
    stack: "one",
    barCategoryGap: "28%",
    xAxisIndex: lowest,
    yAxisIndex: lowest,
    itemStyle: { color: colour(tone) },
    emphasis: { disabled: true },
  });
  const curve = ({ name, tone }) => ({
    type: "line",
    name,
    showSymbol: false,
    lineStyle: { color: colour(tone), width: 2 },
    itemStyle: { color: colour(tone) },
    emphasis: { disabled: true },
  });
  const plots = hasLine ? [0, 1] : [0];
  return {
    animation: false,
    textStyle: { fontFamily: "inherit" },
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    grid: grids(read(), hasLine, rem),
    xAxis: plots.map(across),
    yAxis: plots.map(up),
    tooltip: {
      trigger: "axis",
      appendTo: () => document.body,
      className: "tip",
      transitionDuration: 0,
      axisPointer: { type: "line", lineStyle: { color: colour("control"), width: 1, type: "solid" } },
      formatter: ([{ dataIndex }]) => tooltip(series, read().rows[dataIndex]),
    },
    series: series.map((it) => (it.line ? curve(it) : bar(it))),
  };
}

const scale = (ticks) => {
  const at = ticks.map(([value]) => value);
  return { min: at[0], max: at.at(-1), interval: at[1] - at[0] };
};

/** A handle below a long chart: what is shown is a part of it. */
const handle = (left, rem) => ({
  type: "slider",
  xAxisIndex: "all",
  left,
  right: 0.25 * rem,
  height: 0.875 * rem,
  bottom: 0.125 * rem,
  showDetail: false,
  brushSelect: false,
  borderColor: colour("line"),
  fillerColor: colour("selected"),
  handleStyle: { color: colour("surface"), borderColor: colour("control") },
  moveHandleStyle: { color: colour("line-strong") },
  dataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } },
  selectedDataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } },
});

/** Only what moves. */
function moving(series, data, rem) {
  const { upper, ticks, rows } = data;
  const x = { data: rows.map(([label]) => label) };
  const grid = grids(data, Boolean(upper), rem);
  const all = {
    grid,
    xAxis: grid.map(() => x),
    yAxis: upper ? [scale(upper), scale(ticks)] : [scale(ticks)],
    series: series.map(({ down }, n) => ({ data: rows.map((row) => (down ? -1 : 1) * number(row[n + 1])) })),
  };
  return rows.length > ZOOM_FROM ? { ...all, dataZoom: [handle(grid[0].left, rem)] } : all;
}

/** A chart of `series` in `into`, as large as `host`: show(data), resize() and dispose() are all there is to it. */
export function draw(into, host, series) {
  const plot = document.createElement("div");
  plot.style.height = "100%";
  into.replaceChildren(plot);
  const chart = init(plot, null, { renderer: "svg" });
  let data = { ticks: [], marks: [], rows: [] };
  let rem = 16;
  const lay = () => {
    rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    chart.setOption(fixed(series, rem, parseFloat(getComputedStyle(host).fontSize), () => data));
  };
  lay();
  chart.on("datazoom", () => {
    const [{ start, end }] = chart.getOption().dataZoom;
    data.isPart = end - start < 50;
  });
  return {
    show(next) {
      data = next;
      chart.setOption(moving(series, data, rem), { lazyUpdate: true });
    },
    resize() {
      chart.resize();
      lay();
    },
    dispose() {
      chart.dispose();
      into.replaceChildren();
    },
  };
}
