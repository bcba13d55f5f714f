// The event stream as a page sees it: shared by all tabs of a browser (stream-worker.js). Where there are no shared workers, each tab has its
// own, and closes it while nobody looks at it.

const KINDS = ["snapshot", "change", "heartbeat"];

let port = null;
let current = null;

function connect() {
  if (port || typeof SharedWorker === "undefined") return;
  try {
    port = new SharedWorker(new URL("./stream-worker.js", import.meta.url), { name: "tallyhouse-stream" }).port;
  } catch {
    return;
  }
  port.onmessage = ({ data }) => current?.take(data);
  // Held until the tab ends, however it ends.
  const lock = `tallyhouse-tab-${crypto.randomUUID?.() ?? Math.random()}`;
  navigator.locks?.request(lock, () => new Promise(() => {}));
  // Asked for after it is held: else the worker would have it first.
  navigator.locks?.query().then(() => port.postMessage({ lock }));
  addEventListener("pagehide", () => port.postMessage({ close: true }));
  // A page that comes back from the browser's memory begins again.
  addEventListener("pageshow", ({ persisted }) => persisted && current?.lost());
}

/** Its states are those of an EventSource: 0 connecting, 1 open, 2 closed. */
class TallyhouseStream {
  state = 0;

  /** `take(kind, data)` is called for each event, and with "open" when the connection stands. */
  constructor(url, take) {
    this.told = take;
    connect();
    current = this;
    if (port) port.postMessage({ url });
    else this.alone(url);
  }

  take({ kind, data, state }) {
    if (state !== undefined) {
      const opens = state === 1 && this.state !== 1;
      this.state = state;
      if (opens) this.told("open", "");
    }
    if (kind) {
      this.state = 1;
      this.told(kind, data);
    }
  }

  /** A stream of its own, for as long as the tab is looked at. */
  alone(url) {
    this.seen = () => (document.hidden ? this.source?.close() : this.lost());
    document.addEventListener("visibilitychange", this.seen);
    if (document.hidden) return;
    this.source = new EventSource(url);
    this.source.onopen = () => this.take({ state: 1 });
    this.source.onerror = () => this.take({ state: this.source.readyState });
    for (const kind of KINDS) this.source.addEventListener(kind, ({ data }) => this.take({ kind, data }));
  }

  /** The page opens another one, from where it stands. */
  lost() {
    this.state = 2;
  }

  close() {
    if (this.seen) document.removeEventListener("visibilitychange", this.seen);
    this.source?.close();
    if (current !== this) return;
    current = null;
    port?.postMessage({ close: true });
  }
}

globalThis.TallyhouseStream = TallyhouseStream;
