// What the pages cost a browser, printed as a table: bytes on the wire, largest contentful paint, time until the page is live.
// With WALL_MINUTES=30 also what a wall that is left on grows by, beside RATE entries a second.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DESK, startBrowser } from './fixtures/browser.mjs';
import { eventually } from './fixtures/eventually.mjs';
import { PKG, System } from './fixtures/system.mjs';

const HALL = { width: 1920, height: 1080 };
const RUNS = 5;
const WALL_MINUTES = Number(process.env.WALL_MINUTES ?? 0);
const RATE = Number(process.env.RATE ?? 200);
const GOAL = { wasm: 250 * 1024, lcp: 1000, growth: 10 * 1024 * 1024 };

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
const line = (what, measured, goal = '') => console.log(`${what.padEnd(44)} ${measured.padStart(14)}   ${goal}`);

async function sizes() {
  for (const name of (await readdir(PKG)).filter((it) => it.endsWith('.br')).sort()) {
    const { length } = await readFile(join(PKG, name));
    line(`${name.replace('.br', '')}, brotli`, kb(length), name.includes('wasm') ? `(goal ${kb(GOAL.wasm)})` : '');
    if (name.includes('wasm')) assert.ok(length <= GOAL.wasm, 'the WASM is too large');
  }
}

/** A page opened with an empty cache: LCP, and until it says that it is live, where it does. In milliseconds. */
async function open(browser, url, viewport, isLive) {
  const context = await browser.newContext({ viewport, locale: 'en-GB' });
  try {
    const page = await context.newPage();
    await page.addInitScript(() => {
      window.paints = [];
      new PerformanceObserver((list) => window.paints.push(...list.getEntries().map((it) => it.startTime))).observe({
        type: 'largest-contentful-paint',
        buffered: true,
      });
    });
    await page.goto(url, { waitUntil: 'load' });
    if (isLive) await page.locator('.stream[data-state=live]').waitFor();
    const live = await page.evaluate(() => performance.now());
    await wait(500);
    return { lcp: await page.evaluate(() => Math.max(...window.paints)), live };
  } finally {
    await context.close();
  }
}

async function speed(browser, system) {
  for (const [path, viewport, isLive] of [['/', DESK, true], ['/wall', HALL, true], ['/statistics', DESK, false]]) {
    const runs = [];
    for (let n = 0; n < RUNS; n += 1) runs.push(await open(browser, `${system.url}${path}`, viewport, isLive));
    line(`${path}: largest contentful paint, median`, `${median(runs.map((it) => it.lcp)).toFixed(0)} ms`, `(goal ${GOAL.lcp} ms)`);
    if (isLive) line(`${path}: until it is live, median`, `${median(runs.map((it) => it.live)).toFixed(0)} ms`);
  }
}

/** Bytes that the page holds after a collection: script, what the browser holds for it, and the WASM's memory. */
async function held(session) {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, embedderHeapUsedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
  const { nodes } = await session.send('Memory.getDOMCounters');
  return { bytes: usedSize + embedderHeapUsedSize + backingStorageSize, nodes };
}

async function wall(browser, system) {
  const context = await browser.newContext({ viewport: HALL });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await page.goto(`${system.url}/wall`);
  await page.locator('.stream[data-state=live]').waitFor();
  await wait(180_000); // every panel has turned
  const first = await held(session);
  for (let minute = 1; minute <= WALL_MINUTES; minute += 1) {
    await wait(60_000);
    const now = await held(session);
    if (minute % 5 === 0 || minute === WALL_MINUTES) {
      line(`the wall after ${minute} min at ${RATE}/s`, kb(now.bytes), `${now.nodes} nodes, grown by ${kb(now.bytes - first.bytes)}`);
    }
  }
  const last = await held(session);
  line('the wall has grown by', kb(last.bytes - first.bytes), `(goal ${kb(GOAL.growth)})`);
  assert.ok(last.bytes - first.bytes < GOAL.growth, 'the wall grows');
  await context.close();
}

let browser;
let system;
try {
  await sizes();
  system = await System.start();
  const names = system.path('simulated-names.csv');
  await system.tallyhouse(['simulate', '--days', '2', '--entries-per-day', '1500', '--write-names', names]);
  await system.tallyhouse(['names', 'import', names]);
  await eventually(async () => {
    const metrics = await (await fetch(`${system.url}/metrics`)).text();
    assert.match(metrics, /^tallyhouse_live_lag_messages 0$/m);
  }, 60_000);
  browser = await startBrowser();
  await speed(browser, system);
  if (WALL_MINUTES > 0) {
    system.startHelper(['simulate', '--rate', `${RATE}`]);
    await wall(browser, system);
  }
} finally {
  await browser?.close();
  await system?.close();
}
