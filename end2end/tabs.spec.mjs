// Any number of tabs: a browser opens six connections to a server, and all of its tabs share one event stream.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startBrowser } from './fixtures/browser.mjs';
import { eventually } from './fixtures/eventually.mjs';
import { NAMES, entry, figure, number, streamIs } from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

const TABS = 12;
const WITHIN_MS = 2_000;

describe('twelve tabs of one browser', () => {
  let system;
  let browser;
  let context;
  before(async () => {
    [system, browser] = await Promise.all([System.start({ names: NAMES }), startBrowser()]);
    await system.produce(entry(100));
    context = await browser.newContext({ locale: 'en-GB' });
  });
  after(async () => {
    await browser?.close();
    await system?.close();
  });

  const streams = async () => {
    const text = await (await fetch(`${system.url}/metrics`)).text();
    return Number(/^tallyhouse_streams_opened_total (\d+)/m.exec(text)?.[1] ?? 0);
  };
  const total = (page) => number(figure(page, 'Live stock, all warehouses'));
  const show = (pages, expected, limit = WITHIN_MS) =>
    eventually(async () => {
      const shown = await Promise.all(pages.map(total));
      assert.deepEqual(shown, pages.map(() => expected));
    }, limit);

  it('are all live within 2 s, follow the stock, and leave connections for everything else', async () => {
    const pages = [];
    for (let n = 0; n < TABS; n += 1) {
      const page = await context.newPage();
      // Every other one is a wall, about other warehouses.
      await page.goto(n % 4 === 3 ? `${system.url}/wall` : system.url, { waitUntil: 'load' });
      pages.push(page);
    }
    const boards = pages.filter((_, n) => n % 4 !== 3);
    const began = Date.now();
    await Promise.all(boards.map((page) => streamIs(page, 'Live', WITHIN_MS)));
    console.log(`${TABS} tabs live ${Date.now() - began} ms after the last was loaded, ${await streams()} streams opened`);
    assert.ok((await streams()) <= 3, 'one stream for all, opened again at most for those that came between two events');
    await system.produce(entry(11));
    await show(boards, 111);
    const answer = await boards[0].evaluate(async () => (await fetch('/api/v1/pipeline')).status);
    assert.equal(answer, 200, 'other calls are answered');

    // The tab that began it goes, as do others without a word.
    await pages[0].close();
    await pages[1].close({ runBeforeUnload: false });
    const left = boards.filter((page) => !page.isClosed());
    await system.produce(entry(22));
    await show(left, 133);
    await Promise.all(left.map((page) => streamIs(page, 'Live', WITHIN_MS)));

    // A selection of its own has a stream of its own, and ends with its last tab.
    const other = await context.newPage();
    await other.goto(`${system.url}/wall?warehouse=e2e-south`, { waitUntil: 'load' });
    await system.produce(entry(5, { warehouse_id: 'e2e-south' }));
    await eventually(async () => assert.match(await other.locator('main').innerText(), /\b5\b/), WITHIN_MS);
    await other.close();
    await show(left, 138);
  });

  it('come back when the server does', async () => {
    const pages = context.pages().filter((page) => !page.url().includes('/wall'));
    await system.kill();
    await Promise.all(pages.map((page) => streamIs(page, 'Reconnecting')));
    await system.serve();
    await Promise.all(pages.map((page) => streamIs(page, 'Live', 10_000)));
    await system.produce(entry(1000));
    await show(pages, 1138, 5_000); // a daemon begins, too; Kafka gives a nameless ghost up after 10 s
  });
});

describe('a browser without shared workers', () => {
  it('follows the stream in the tab that is looked at', async () => {
    const [system, browser] = await Promise.all([System.start({ names: NAMES }), startBrowser()]);
    try {
      await system.produce(entry(7));
      const context = await browser.newContext({ locale: 'en-GB' });
      await context.addInitScript(() => delete globalThis.SharedWorker);
      const page = await context.newPage();
      await page.goto(system.url, { waitUntil: 'load' });
      await streamIs(page, 'Live');
      const hide = (hidden) =>
        page.evaluate((it) => {
          Object.defineProperty(document, 'hidden', { value: it, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }, hidden);
      await hide(true);
      await system.produce(entry(3));
      await hide(false);
      await eventually(async () => assert.equal(await number(figure(page, 'Live stock, all warehouses')), 10), 5_000);
      await streamIs(page, 'Live');
    } finally {
      await browser.close();
      await system.close();
    }
  });
});
