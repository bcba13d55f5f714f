// The only file that knows ECharts, with only the parts of it that are used.

import { BarChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, GridComponent, TooltipComponent, SVGRenderer]);

// As a property of SVG, so that another theme, or a panel that is stale, needs no second palette.
const colour = (token) => `var(--${token})`;
const number = (text) => Number(text.replaceAll(",", ""));

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

/** All that does not move. Lengths in CSS pixels: one rem of the page is `rem`. */
function fixed(series, rem, font, read) {
  const text = { color: colour("ink-3"), fontSize: font, fontFamily: "inherit" };
  return {
    animation: false,
    textStyle: { fontFamily: "inherit" },
    grid: { left: 2.75 * rem, right: 0.25 * rem, top: 0.5 * rem, bottom: 1.4 * rem },
    xAxis: {
      type: "category",
      axisTick: { show: false },
      axisLine: { onZero: true, lineStyle: { color: colour("line-strong") } },
      axisLabel: { ...text, margin: 0.5 * rem, interval: (row) => read().marks.includes(row) },
    },
    yAxis: {
      type: "value",
      splitLine: { lineStyle: { color: colour("line") } },
      axisLabel: { ...text, margin: 0.5 * rem, formatter: (value) => read().ticks.find(([at]) => at === value)?.[1] ?? "" },
    },
    tooltip: {
      trigger: "axis",
      appendTo: () => document.body,
      className: "tip",
      transitionDuration: 0,
      axisPointer: { type: "line", lineStyle: { color: colour("control"), width: 1, type: "solid" } },
      formatter: ([{ dataIndex }]) => tooltip(series, read().rows[dataIndex]),
    },
    series: series.map(({ name, tone }) => ({
      type: "bar",
      name,
      stack: "one",
      barCategoryGap: "28%",
      itemStyle: { color: colour(tone) },
      emphasis: { disabled: true },
    })),
  };
}

/** Only what moves. */
function moving(series, { ticks, rows }) {
  const at = ticks.map(([value]) => value);
  return {
    xAxis: { data: rows.map(([label]) => label) },
    yAxis: { min: at[0], max: at.at(-1), interval: at[1] - at[0] },
    series: series.map(({ down }, n) => ({ data: rows.map((row) => (down ? -1 : 1) * number(row[n + 1])) })),
  };
}

/** A chart of `series` in `into`, as large as `host`: show(data), resize() and dispose() are all there is to it. */
export function draw(into, host, series) {
  const plot = document.createElement("div");
  plot.style.height = "100%";
  into.replaceChildren(plot);
  const chart = init(plot, null, { renderer: "svg" });
  let data = { ticks: [], marks: [], rows: [] };
  const lay = () => {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    chart.setOption(fixed(series, rem, parseFloat(getComputedStyle(host).fontSize), () => data));
  };
  lay();
  return {
    show(next) {
      data = next;
      chart.setOption(moving(series, data), { lazyUpdate: true });
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
