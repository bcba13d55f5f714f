// Five days of a real wholesaler: every cell of statistics by warehouse x product x day, against a sum that this program makes of the
// files by itself. In both layouts of the records.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { eventually } from './fixtures/eventually.mjs';
import { System } from './fixtures/system.mjs';

const SAMPLES = fileURLToPath(new URL('../samples/online-retail/', import.meta.url));
const PERIOD = { from: '2010-11-30', to: '2010-12-08' };

async function lines() {
  const files = (await readdir(SAMPLES)).filter((it) => it.endsWith('.gz')).sort();
  const texts = await Promise.all(files.map(async (it) => gunzipSync(await readFile(SAMPLES + it)).toString()));
  return texts.flatMap((it) => it.trim().split('\n'));
}

const keyOf = (warehouse, product, company, day) => JSON.stringify([warehouse, product, company, day]);

/** In, out and entries by warehouse, product, company and day; and the stock of each warehouse and product after each day. */
function cellsOf(entries) {
  const cells = new Map();
  for (const { warehouse_id, product_id, company_id, create_time, quantity, drcr } of entries) {
    const key = keyOf(warehouse_id, product_id, company_id, create_time.slice(0, 10));
    const cell = cells.get(key) ?? { in: 0, out: 0, entries: 0 };
    if (drcr === 1) cell.in += quantity;
    else cell.out += quantity;
    cell.entries += 1;
    cells.set(key, cell);
  }
  return cells;
}

/** All pages of an answer, put together. */
async function pages(system, call, list, fields) {
  const all = [];
  let answer = {};
  do {
    const url = new URL(`/api/v1/${call}`, system.url);
    const cursor = answer.next_cursor ? { cursor: answer.next_cursor } : {};
    for (const [name, value] of Object.entries({ ...PERIOD, limit: 1000, ...fields, ...cursor })) url.searchParams.set(name, value);
    const response = await fetch(url);
    answer = await response.json();
    assert.equal(response.status, 200, JSON.stringify(answer));
    all.push(...answer[list]);
  } while (answer.next_cursor);
  return { ...answer, [list]: all };
}

const statement = (system, fields) => pages(system, 'statistics', 'rows', fields);

for (const [layout, settings] of Object.entries({
  'a table per product and day': { TALLYHOUSE_RECORDS_LAYOUT: 'product-day' },
  'a table per bucket and day': { TALLYHOUSE_RECORDS_LAYOUT: 'bucket-day', TALLYHOUSE_RECORDS_BUCKETS: '64' },
})) {
  describe(`five retail days, ${layout}`, () => {
    let system;
    let entries;
    let cells;
    before(async () => {
      const texts = await lines();
      entries = texts.map((it) => JSON.parse(it));
      cells = cellsOf(entries);
      system = await System.start({ settings: { TALLYHOUSE_TIME_ZONE: 'Europe/London', ...settings } });
      await system.produce(...texts);
      await eventually(async () => {
        const { totals } = await (await fetch(`${system.url}/api/v1/pipeline`)).json();
        assert.equal(totals.recorded, entries.length);
      }, 180_000);
    });
    after(async () => system?.close());

    it('tells every cell by warehouse, product, company and day', async () => {
      const { rows, total } = await statement(system, { group_by: 'warehouse,product,company', interval: 'day' });
      const moved = rows.filter((it) => it.entries > 0);
      assert.equal(moved.length, cells.size);
      for (const it of moved) {
        const key = keyOf(it.warehouse_id, it.product_id, it.company_id, it.start.slice(0, 10));
        assert.deepEqual({ in: it.in, out: it.out, entries: it.entries }, cells.get(key), key);
      }
      const sum = (name) => [...cells.values()].reduce((all, it) => all + it[name], 0);
      assert.deepEqual(total, {
        opening: 0, in: sum('in'), out: sum('out'), adjust: 0, closing: sum('in') - sum('out'), entries: entries.length,
      });
      assert.equal(total.closing, -100_481, 'as the samples say');
    });

    it('carries stock from day to day, also where nothing moves', async () => {
      const { rows } = await statement(system, { group_by: 'warehouse,product', interval: 'day' });
      const stock = new Map();
      for (const it of rows) {
        const key = keyOf(it.warehouse_id, it.product_id);
        assert.equal(it.opening, stock.get(key) ?? 0, `${key} ${it.start}`);
        assert.equal(it.opening + it.in - it.out + it.adjust, it.closing);
        stock.set(key, it.closing);
      }
      const expected = new Map();
      for (const { warehouse_id, product_id, quantity, drcr } of entries) {
        const key = keyOf(warehouse_id, product_id);
        expected.set(key, (expected.get(key) ?? 0) + drcr * quantity);
      }
      assert.equal(expected.size, 2_785);
      for (const [key, value] of expected) assert.equal(stock.get(key) ?? 0, value, key);
    });

    it('brings the entries behind every figure, whose sum is that figure', async () => {
      const { rows } = await statement(system, { group_by: 'warehouse', interval: 'day' });
      for (const { warehouse_id, start, in: qtyIn, out, entries: count } of rows.filter((it) => it.entries > 0)) {
        const to = new Date(Date.parse(start) + 86_400_000).toISOString();
        const { items } = await pages(system, 'records', 'items', { from: start, to, warehouse_id });
        const sum = (drcr) => items.filter((it) => it.drcr === drcr).reduce((all, it) => all + it.quantity, 0);
        assert.deepEqual([items.length, sum(1), sum(-1)], [count, qtyIn, out], `${warehouse_id} ${start}`);
      }
      const { items } = await pages(system, 'records', 'items', {});
      assert.equal(items.length, entries.length);
      assert.ok(items.every((it, n) => n === 0 || it.create_time <= items[n - 1].create_time), 'newest first');
    });

    it('brings all lines of a bill', async () => {
      const { items } = await pages(system, 'records', 'items', { bill_id: '536365' });
      const mine = entries.filter((it) => it.bill_id === '536365');
      assert.deepEqual(items.map((it) => it.product_id).sort(), mine.map((it) => it.product_id).sort());
    });

    it('tells the same from any bounds, to the minute', async () => {
      for (const [from, to] of [
        ['2010-12-01T08:00', '2010-12-01T12:00'],
        ['2010-12-01T09:34', '2010-12-05T14:17'],
        ['2010-12-03', '2010-12-06T10:59:30'],
      ]) {
        const far = { product_id: '85123A' };
        const { total } = await statement(system, { from, to, ...far });
        const at = (it) => it.create_time.replace(' ', 'T');
        const mine = entries.filter((it) => it.product_id === '85123A');
        const within = mine.filter((it) => at(it) >= from && at(it) < to);
        const net = (all) => all.reduce((sum, it) => sum + it.drcr * it.quantity, 0);
        const before = net(mine.filter((it) => at(it) < from));
        assert.deepEqual(
          [total.opening, total.closing, total.entries],
          [before, before + net(within), within.length],
          `${from} to ${to}`,
        );
      }
    });
  });
}
