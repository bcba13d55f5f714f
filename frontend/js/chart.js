// <tally-chart>: the picture that the server drew, taken over by ECharts once the page has been painted.
//   series  JSON, fixed: [{name, tone, sign, down, line}], a colour token and the sign of its movement
//   data    JSON, moves: {upper, ticks: [[value, label]], marks: [row], rows: [[label, value, ...]]}, values as people read them
// ECharts is drawn beside the element's children, in its shadow: they stay the server's, and the page may compare them.

const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

// Once for all charts of a page. What could not be fetched is asked for again under another name: a browser may remember
// that a module failed.
const AGAIN_MS = 60_000;
let library = null;
let failures = 0;
let failedAt = 0;
function fetched() {
  library ??= import(failures === 0 ? "./echarts.js" : `./echarts.js?${failures}`).catch((cause) => {
    [library, failures, failedAt] = [null, failures + 1, Date.now()];
    throw cause;
  });
  return library;
}

class TallyChart extends HTMLElement {
  static observedAttributes = ["data"];
  #chart = null;
  #resized = new ResizeObserver(() => this.#chart?.resize());

  connectedCallback() {
    this.#take();
  }

  attributeChangedCallback(_name, before) {
    if (this.#chart) return this.#show();
    if (before === null) return;
    // The server's picture cannot move on: rather none than an old one. The table beside it goes on.
    this.toggleAttribute("data-old", true);
    if (failures > 0 && Date.now() - failedAt > AGAIN_MS) this.#take();
  }

  async #take() {
    await painted();
    try {
      const { draw } = await fetched();
      if (!this.isConnected || this.#chart) return;
      const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      this.#chart = draw(shadow, this, JSON.parse(this.getAttribute("series")));
      this.#show();
      this.#resized.observe(this);
      this.removeAttribute("data-old");
    } catch (cause) {
      console.warn("a chart stays as the server drew it:", cause);
    }
  }

  disconnectedCallback() {
    this.#resized.disconnect();
    this.#chart?.dispose();
    this.#chart = null;
  }

  #show() {
    this.#chart.show(JSON.parse(this.getAttribute("data")));
  }
}

customElements.define("tally-chart", TallyChart);
