// What dev/prove/client.sh published, read by nothing but the generated client in TypeScript.
//   node read.js URL
import assert from 'node:assert/strict';
import { setTimeout as after } from 'node:timers/promises';
import {
  Configuration, EntriesApi, NamesApi, ProblemFromJSON, ResponseError, StatisticsApi, StockApi,
  type Entry, type Problem, type RecordedItem, type StatisticsRow, type StockItem,
} from './client/index.js';

const configuration = new Configuration({ basePath: process.argv[2] });
const [stock, entries, names, statistics] = [StockApi, EntriesApi, NamesApi, StatisticsApi].map((Api) => new Api(configuration)) as
  [StockApi, EntriesApi, NamesApi, StatisticsApi];
const LARGEST = Number.MAX_SAFE_INTEGER; // 2^53 - 1
const told = (what: string) => console.log(`TypeScript: ${what}`);

// Asks page by page, and says how many pages there were.
async function all<Page extends { nextCursor?: string | null }, Item>(ask: (cursor?: string) => Promise<Page>, items: (page: Page) => Item[]): Promise<[Item[], number]> {
  const found: Item[] = [];
  let cursor: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const page = await ask(cursor);
    found.push(...items(page));
    if (page.nextCursor == null) return [found, pages];
    assert.ok(pages < 100, 'the pages do not end');
    cursor = page.nextCursor;
  }
}
async function problem(call: Promise<unknown>): Promise<Problem> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof ResponseError, String(error));
    return ProblemFromJSON(await error.response.json());
  }
  return assert.fail('what is wrong is taken');
}
const faults = (it: Problem) => (it.errors ?? []).map((fault) => `${fault.line == null ? '' : `line ${fault.line}, `}${fault.field}: ${fault.code}, ${fault.message}`);

const [items, pages] = await all((cursor) => stock.stock({ limit: 2, cursor }), (page) => page.items);
const line = (it: StockItem) => [it.warehouseId, it.productId, it.stock];
assert.deepEqual(items.map(line), [
  ['north', 'apple', 70], ['north', 'pear', 3], ['south', 'apple', -3], ['south', 'steel', 6_442_450_941],
  ['vault', 'debt', -LARGEST], ['vault', 'grain', LARGEST], ['华东仓', '苹果 +&%', 8],
]);
assert.equal(pages, 4);
assert.deepEqual((await stock.stock({ warehouseId: '华东仓', productId: '苹果 +&%' })).items.map(line), [['华东仓', '苹果 +&%', 8]]);
told(`${items.length} stocks in ${pages} pages, up to ${items[5]?.stock}`);

assert.deepEqual((await names.findIds({ of: 'product', find: 'app' })).items.map((it) => it.id), ['apple']);
told('an id is found by a part of it');

const day = { from: '2025-03-10', to: '2025-03-11' };
const [rows] = await all((cursor) => statistics.statistics({ ...day, groupBy: 'warehouse,product', limit: 3, cursor }), (page) => {
  const { opening, _in, out, adjust, closing, entries: count } = page.total;
  assert.deepEqual({ opening, _in, out, adjust, closing, count },
    { opening: 0, _in: 6_442_451_058, out: 42, adjust: 3, closing: 6_442_451_019, count: 14 });
  return page.rows;
});
const figures = (it: StatisticsRow) => [it.warehouseId, it.productId, it._in, it.out, it.adjust, it.closing, it.entries];
assert.deepEqual(rows.map(figures), [
  ['north', 'apple', 100, 30, 0, 70, 2], ['north', 'pear', 0, 0, 3, 3, 2], ['south', 'apple', 7, 10, 0, -3, 2],
  ['south', 'steel', 6_442_450_941, 0, 0, 6_442_450_941, 3], ['vault', 'debt', 0, 2, 0, -2, 2], ['vault', 'grain', 2, 0, 0, 2, 2],
  ['华东仓', '苹果 +&%', 8, 0, 0, 8, 1],
]);
told(`${rows.length} rows of statistics, in ${rows.reduce((sum, it) => sum + it._in, 0)}`);

const [records] = await all((cursor) => entries.records({ ...day, limit: 5, cursor }), (page) => page.items);
const net = (of: RecordedItem[]) => of.reduce((sum, it) => sum + it.quantity * it.drcr, 0);
assert.deepEqual([records.length, net(records)], [14, 6_442_451_019]);
const steel = records.filter((it) => it.productId === 'steel');
assert.deepEqual(steel.map((it) => [it.billId, it.quantity, it.drcr, it.kind]), Array(3).fill(['B-5', 2_147_483_647, 1, 'bill']));
assert.equal((await entries.records({ ...day, warehouseId: ['vault', '华东仓'] })).items.length, 5);
told(`${records.length} records, net ${net(records)}`);

// In and out again, so that who reads after this finds the same stock.
const entry = (quantity: number, drcr: 1 | -1, lineNo: number): Entry => ({
  productId: 'apple', quantity, drcr, companyId: 'company', warehouseId: 'north', billId: 'TS-1', lineNo, createTime: '2025-03-12 09:00:00',
});
const apples = async () => (await stock.stock({ warehouseId: 'north', productId: 'apple' })).items[0]?.stock;
const becomes = async (wanted: number) => {
  const end = Date.now() + 20_000;
  while (await apples() !== wanted) {
    assert.ok(Date.now() < end, `the stock does not become ${wanted} within 20 s`);
    await after(100);
  }
};
assert.deepEqual(await entries.sendEntries({ entry: [entry(11, 1, 1)] }), { accepted: 1, recorded: 0 });
await becomes(81);
assert.deepEqual(await entries.sendEntries({ entry: [entry(11, 1, 1), entry(11, -1, 2)] }), { accepted: 1, recorded: 1 });
await becomes(70);
told('an entry is sent, counts once, and is taken back');

const wrong = await problem(entries.sendEntries({ entry: [entry(0, 1, 3), { ...entry(1, 1, 4), productId: '' }] }));
assert.deepEqual([wrong.status, wrong.code, faults(wrong)], [422, 'invalid_input',
  ['line 1, quantity: invalid, is not between 1 and 2147483647', 'line 2, product_id: invalid, is empty']]);
faults(wrong).forEach((it) => told(`422: ${it}`));
const question = await problem(stock.stock({ limit: 0 }));
assert.deepEqual([question.status, faults(question)], [422, ['limit: not_between, is no number from 1 to 1,000']]);
faults(question).forEach((it) => told(`422: ${it}`));
