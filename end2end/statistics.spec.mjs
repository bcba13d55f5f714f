// Period statistics in a browser: asked for by links and a form, with and without script; the same figures everywhere.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PHONE, startBrowser, withPage } from './fixtures/browser.mjs';
import { eventually } from './fixtures/eventually.mjs';
import { NAMES, assertAccessible, assertFits, entry, zoneWhereItIsNoon } from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

const WORDS = {
  en: {
    opening: /^Opening \d{4}-\d\d-\d\d 00:00$/,
    in: 'In',
    out: 'Out',
    adjust: 'Adjust',
    closing: 'Closing so far',
    live: 'equals live stock',
    today: 'Today',
    sevenDays: '7 days',
    product: 'Product',
    warehouse: 'Warehouse',
    show: 'Show',
    byProduct: 'By product',
    byWarehouse: 'By warehouse',
    several: 'finds several. Which one?',
    without: 'Without the filter Fuji apple',
    apple: 'Fuji apple',
    north: 'North depot',
    sortIn: 'Sort by in',
    wrong: 'This cannot be answered.',
    notATime: 'From is no date or time',
    unknown: /Product \u201cnothing\u201d is unknown/,
    notAfter: 'To is not after from',
    tooLong: 'To ends more than 100 years after it begins',
    asTable: 'Show as table',
    nothing: 'Nothing was there, and nothing moved',
    group: 'Group by',
    time: 'Time',
  },
  zh: {
    opening: /^期初 \d{4}-\d\d-\d\d 00:00$/,
    in: '入库',
    out: '出库',
    adjust: '调整',
    closing: '期末（截至目前）',
    live: '与实时库存相等',
    today: '今日',
    sevenDays: '近 7 天',
    product: '产品',
    warehouse: '仓库',
    show: '查询',
    byProduct: '按产品',
    byWarehouse: '按仓库',
    several: '有多个结果，请选择',
    without: '取消筛选 红富士苹果',
    apple: '红富士苹果',
    north: '北仓',
    sortIn: '按入库排序',
    wrong: '无法查询。',
    notATime: '起 不是日期或时间',
    unknown: /产品 “nothing”不存在/,
    notAfter: '止 不晚于 from',
    tooLong: '止 距起始超过 100 年',
    asTable: '以表格显示',
    nothing: '此期间既无库存也无出入',
    group: '分组',
    time: '时间',
  },
};

const DAY = 86_400_000;
const ago = (days) => new Date(Date.now() - days * DAY).toISOString();
/** What the pages are about: 1000 apples three days ago, 40 in and 15 out today, 30 milk yesterday, a correction of -2. */
const ENTRIES = () => [
  entry(1000, { create_time: ago(3), kind: 'opening' }),
  entry(40, {}),
  entry(15, { drcr: -1 }),
  entry(2, { drcr: -1, kind: 'adjust' }),
  entry(30, { product_id: 'e2e-milk', warehouse_id: 'e2e-south', create_time: ago(1) }),
];

const grouped = (number) => number.toLocaleString('en-US').replace('-', '\u2212');
/** The figure with a label. */
const figure = (page, label) => page.locator('.equation dl').filter({ has: page.getByText(label, { exact: true }) });
const value = (page, label) => figure(page, label).locator('dd.value').innerText();
const line = (page, name) => page.locator('.lines tbody tr').filter({ hasText: name });
const cells = async (row) => (await row.locator('td.num').allInnerTexts()).map((it) => it.trim());

describe('statistics', () => {
  let browser;
  let system;
  before(async () => {
    browser = await startBrowser();
    system = await System.start({ names: NAMES, settings: { TALLYHOUSE_TIME_ZONE: zoneWhereItIsNoon() } });
    await system.produce(...ENTRIES());
    await eventually(async () => {
      const { items } = await (await fetch(`${system.url}/api/v1/stock`)).json();
      assert.equal(items.reduce((sum, it) => sum + it.stock, 0), 1053);
    }, 60_000);
  });
  after(async () => {
    await browser?.close();
    await system?.close();
  });

  for (const [language, words] of Object.entries(WORDS)) {
    const at = (path, work, options = {}) => withPage(browser, `${system.url}${path}`, { language, ...options }, work);

    describe(`in ${language}`, () => {
      for (const script of [true, false]) {
        it(`shows the equation, its lines and its picture, ${script ? 'with' : 'without'} script`, () =>
          at('/statistics?period=today', async (page) => {
            assert.equal(await value(page, words.opening), '1,030');
            assert.equal(await value(page, words.in), '40');
            assert.equal(await value(page, words.out), '15');
            assert.equal(await value(page, words.adjust), '\u22122');
            assert.equal(await value(page, words.closing), '1,053');
            await figure(page, words.closing).getByText(words.live).waitFor();
            // North: 1000 + 40 - 15 - 2; south: stock without movement.
            assert.deepEqual(await cells(line(page, words.north)), ['1,000', '40', '15', '\u22122', '+23', '1,023', '3']);
            assert.deepEqual(await cells(line(page, 'e2e-south')), ['30', '0', '0', '0', '0', '30', '0']);
            const table = page.locator('details.as-table');
            await table.getByText(words.asTable).click();
            const last = await table.locator('tbody tr').last().innerText();
            assert.match(last, /1,053/, 'the last part ends with the closing stock');
          }, { script }));
      }

      it('goes to another period, and from a warehouse to its products', () =>
        at('/statistics?period=today', async (page) => {
          await page.getByRole('link', { name: words.sevenDays, exact: true }).click();
          assert.equal(await value(page, words.opening), '0');
          assert.equal(await value(page, words.adjust), '+998');
          await line(page, words.north).getByRole('link', { name: words.north }).click();
          await page.getByRole('heading', { name: words.byProduct }).waitFor();
          assert.equal(await value(page, words.closing), '1,023');
          assert.equal(await page.locator('.lines tbody tr').count(), 1);
          assert.match(page.url(), /warehouse_id=e2e-north/);
          assert.match(page.url(), /period=7d/, 'the period stays');
        }));

      it('orders by a column, and by it the other way round', () =>
        at('/statistics?period=7d&group_by=product', async (page) => {
          const first = () => page.locator('.lines tbody tr').first().innerText();
          await page.getByTitle(words.sortIn, { exact: true }).click();
          assert.match(await first(), new RegExp(words.apple));
          assert.equal(await page.locator('th[aria-sort]').getAttribute('aria-sort'), 'descending');
          await page.getByTitle(words.sortIn, { exact: true }).click();
          assert.doesNotMatch(await first(), new RegExp(words.apple));
        }));

      it('finds by name as one types, and at once with one click', () =>
        at('/statistics?period=7d', async (page) => {
          const field = page.getByRole('combobox', { name: words.product, exact: true });
          await field.fill(language === 'zh' ? 'hfs' : 'fuji');
          await page.locator('#products option[value="e2e-apple"]').waitFor({ state: 'attached' });
          // As a browser fills in what one takes from the list.
          await field.evaluate((it) => {
            it.value = 'e2e-apple';
            it.dispatchEvent(new Event('input', { bubbles: true }));
          });
          await page.getByRole('link', { name: words.without }).waitFor();
          assert.equal(await value(page, words.closing), '1,023');
          await page.getByRole('link', { name: words.without }).click();
          assert.equal(await value(page, words.closing), '1,053');
        }));

      it('finds by name without script, and asks where it is not clear', () =>
        at('/statistics?period=7d', async (page) => {
          const field = page.getByRole('combobox', { name: words.product, exact: true });
          await field.fill('e2e-');
          await page.getByRole('button', { name: words.show }).click();
          await page.getByText(words.several).waitFor();
          await page.locator('.unclear').getByRole('link', { name: words.apple }).click();
          assert.equal(await value(page, words.closing), '1,023');
          assert.match(page.url(), /period=7d/);
        }, { script: false }));

      it('groups at once, by time too', () =>
        at('/statistics?period=7d', async (page) => {
          await page.getByRole('group', { name: words.group }).getByRole('checkbox', { name: words.time }).click();
          await page.waitForURL(/group_by=time/);
          const lines = page.locator('.lines tbody tr');
          // North from its first entry on: four days; south: two.
          await eventually(async () => assert.equal(await lines.count(), 6));
        }));

      it('names what is wrong, and keeps the rest', () =>
        at('/statistics?from=never&to=2026-01-01&group_by=product', async (page) => {
          await page.getByText(words.wrong).waitFor();
          await page.getByText(words.notATime).waitFor();
          assert.equal(await page.locator('input[name=from]').inputValue(), 'never');
          assert.ok(await page.locator('input[name=group_by][value=product]').isChecked());
          for (const [query, message] of [
            ['from=2026-02-01&to=2026-01-01', words.notAfter],
            ['from=1950-01-01&to=2100-01-01', words.tooLong],
            ['product_id=nothing', words.unknown],
          ]) {
            await page.goto(`${system.url}/statistics?${query}`);
            await page.locator('.faults').getByText(message).waitFor();
          }
        }));

      it('takes whatever is put into its URL', () =>
        at('/statistics', async (page) => {
          const bad = ["'; DROP TABLE names; --", '<script>alert(1)</script>', 'x'.repeat(10_000), '../../etc/passwd', '%00', '\u202e'];
          for (const field of ['from', 'to', 'period', 'warehouse_id', 'product_id', 'product', 'group_by', 'interval', 'sort', 'cursor']) {
            for (const text of bad) {
              const answer = await page.request.get(`${system.url}/statistics?${field}=${encodeURIComponent(text)}`);
              assert.equal(answer.status(), 200, `${field}=${text.slice(0, 30)}`);
              assert.ok(!(await answer.text()).includes('<script>alert'), field);
            }
          }
        }));

      it('says so where nothing was', () =>
        at('/statistics?from=2011-01-01&to=2011-02-01', (page) => page.getByText(words.nothing).waitFor()));

      for (const [screen, viewport] of [['desk', undefined], ['phone', PHONE]]) {
        for (const theme of ['light', 'dark']) {
          it(`is accessible and fits, ${theme}, ${screen}`, () =>
            at('/statistics?period=7d&group_by=warehouse,product&product=e2e-', async (page) => {
              await assertAccessible(page);
              await assertFits(page);
            }, { theme, ...(viewport ? { viewport } : {}) }));
        }
      }
    });
  }

  it('says the same over HTTP', async () => {
    const [from, to] = [ago(7), ago(-1)];
    const url = `${system.url}/api/v1/statistics?from=${from}&to=${to}&group_by=product`;
    const { rows, total } = await (await fetch(url)).json();
    assert.equal(grouped(total.closing), '1,053');
    assert.deepEqual(rows.map((it) => [it.product_id, it.closing]), [['e2e-apple', 1023], ['e2e-milk', 30]]);
  });
});
