// A shared worker that follows the event stream once for all tabs of a browser: a browser opens no more than six connections to a server, and
// a stream holds one for good. One stream for each selection of warehouses ("scope"), at most MOST at a time; more take turns.

const MOST = 3;
const TURN_MS = 4_000;
const SILENT_MS = 30_000;
const CATCH_UP_MS = 1_000;
const KEPT = 256;
const KINDS = ["snapshot", "change", "heartbeat"];

/** By scope. */
const scopes = new Map();

class Scope {
  constructor(query) {
    this.query = query;
    this.tabs = new Map(); // port -> the id it has, while it waits for what follows
    this.kept = []; // the last events with an id, in their order
    this.source = null;
    this.heard = 0;
  }

  get last() {
    return this.kept.at(-1)?.id ?? "";
  }

  open(after = this.last) {
    this.close();
    this.source = new EventSource(`/api/v1/live?after=${after}${this.query}`);
    this.heard = Date.now();
    this.source.onopen = () => this.tell({ state: EventSource.OPEN });
    this.source.onerror = () => this.tell({ state: this.source?.readyState ?? EventSource.CLOSED });
    for (const kind of KINDS) this.source.addEventListener(kind, (event) => this.take(kind, event));
  }

  close() {
    this.source?.close();
    this.source = null;
  }

  tell(message) {
    for (const port of this.tabs.keys()) port.postMessage(message);
  }

  take(kind, { data, lastEventId: id }) {
    this.heard = Date.now();
    if (kind === "heartbeat") return this.tell({ kind, data });
    if (kind === "snapshot") this.kept = [];
    this.kept.push({ id, kind, data });
    if (this.kept.length > KEPT) this.kept.shift();
    for (const [port, waits] of this.tabs) {
      if (waits === null || kind === "snapshot") {
        this.tabs.set(port, null);
        port.postMessage({ kind, data });
      } else if (waits === id) {
        this.tabs.set(port, null); // it has this one; it takes the next
      }
    }
  }

  /** A tab joins, with what it has seen. */
  join(port, after) {
    const found = this.kept.findIndex(({ id }) => id === after);
    const isFirst = this.tabs.size === 0 && this.source === null;
    this.tabs.set(port, isFirst || found >= 0 ? null : after);
    if (isFirst) {
      this.kept = [];
      return this.open(after);
    }
    if (found >= 0) {
      for (const { kind, data } of this.kept.slice(found + 1)) port.postMessage({ kind, data });
    } else {
      // What it has seen may be on its way to us. If not, everybody gets a snapshot.
      setTimeout(() => {
        if (typeof this.tabs.get(port) === "string") this.open("");
      }, CATCH_UP_MS);
    }
    if (this.source === null || this.source.readyState === EventSource.CLOSED || Date.now() - this.heard > SILENT_MS) this.open();
    else port.postMessage({ state: this.source.readyState });
  }

  leave(port) {
    this.tabs.delete(port);
    if (this.tabs.size > 0) return;
    this.close();
    scopes.delete(this.query);
  }
}

function leave(port) {
  for (const scope of [...scopes.values()]) if (scope.tabs.has(port)) scope.leave(port);
}

function join(port, url) {
  leave(port);
  const asked = new URL(url, self.location.href).searchParams;
  const query = asked.getAll("warehouse").map((id) => `&warehouse=${encodeURIComponent(id)}`).join("");
  if (!scopes.has(query)) scopes.set(query, new Scope(query));
  scopes.get(query).join(port, asked.get("after") ?? "");
  takeTurns();
}

/** More scopes than streams: the one that was followed longest makes room. */
function takeTurns() {
  const open = [...scopes.values()].filter((it) => it.source !== null);
  for (const scope of open.slice(0, Math.max(0, open.length - MOST))) {
    scope.close();
    scopes.delete(scope.query);
    scopes.set(scope.query, scope); // to the end
  }
}

setInterval(() => {
  for (const scope of scopes.values()) if (scope.source?.readyState === EventSource.CLOSED) scope.open();
  const waits = [...scopes.values()].find((it) => it.source === null);
  if (!waits) return;
  scopes.delete(waits.query);
  scopes.set(waits.query, waits);
  waits.open();
  takeTurns();
}, TURN_MS);

self.onconnect = ({ ports: [port] }) => {
  port.onmessage = ({ data }) => {
    if (data.url) join(port, data.url);
    if (data.close) leave(port);
    // A tab that ends without a word lets go of its lock.
    if (data.lock && self.navigator.locks) self.navigator.locks.request(data.lock, () => leave(port));
  };
};
