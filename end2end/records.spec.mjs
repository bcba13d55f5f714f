// The entries themselves in a browser: by filter, by bill, from a figure of statistics; with and without script.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { PHONE, startBrowser, withPage } from './fixtures/browser.mjs';
import { eventually } from './fixtures/eventually.mjs';
import { NAMES, assertAccessible, assertFits, entry, zoneWhereItIsNoon } from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

const WORDS = {
  en: {
    bill: 'Bill',
    title: 'Bill E2E-R',
    show: 'Show',
    next: 'Next page',
    in: 'In +1,830',
    out: 'Out \u2212183',
    entries: '366 entries',
    today: 'Today',
    nothing: 'No such entries',
    tooWide: 'Description is looked for within a product, a bill or a day',
    text: 'In the description',
    north: 'North depot',
    south: 'South depot',
    exported: '122 rows exported',
  },
  zh: {
    bill: '单据',
    title: '单据 E2E-R',
    show: '查询',
    next: '下一页',
    in: '入库 +1,830',
    out: '出库 \u2212183',
    entries: '366 笔',
    today: '今日',
    nothing: '没有符合的明细',
    tooWide: '说明 只能在一种产品、一张单据或一天之内查找',
    text: '说明中包含',
    north: '北仓',
    south: '南仓',
    exported: '已导出 122 行',
  },
};

const MINUTE = 60_000;
/** 183 in of 10 and 183 out of 1, a minute apart; the first three are one bill. */
const ENTRIES = () => {
  const now = Date.now();
  return Array.from({ length: 366 }, (_, n) =>
    entry(n % 2 === 0 ? 10 : 1, {
      drcr: n % 2 === 0 ? 1 : -1,
      create_time: new Date(now - n * MINUTE).toISOString(),
      ...(n < 3 ? { bill_id: 'E2E-R', line_no: n + 1, description: n === 0 ? 'Handle with care' : '' } : {}),
      ...(n % 3 === 0 ? { warehouse_id: 'e2e-south' } : {}),
    }),
  );
};

const rows = (page) => page.locator('.lines tbody tr');
/** Looks at each page of a list, from the one that is open to the last. */
async function eachPage(page, words, look) {
  for (;;) {
    await look();
    const next = page.getByRole('link', { name: words.next });
    if ((await next.count()) === 0) return;
    const before = page.url();
    await next.click();
    await page.waitForURL((url) => url.href !== before);
  }
}

describe('records', () => {
  let browser;
  let system;
  before(async () => {
    browser = await startBrowser();
    system = await System.start({ names: NAMES, settings: { TALLYHOUSE_TIME_ZONE: zoneWhereItIsNoon() } });
    await system.produce(...ENTRIES());
    await eventually(async () => {
      const { totals } = await (await fetch(`${system.url}/api/v1/pipeline`)).json();
      assert.equal(totals.recorded, 366);
    }, 60_000);
  });
  after(async () => {
    await browser?.close();
    await system?.close();
  });

  for (const [language, words] of Object.entries(WORDS)) {
    const at = (path, work, options = {}) => withPage(browser, `${system.url}${path}`, { language, ...options }, work);

    describe(`in ${language}`, () => {
      it('shows the newest first, their sums, and page after page until the last', () =>
        at('/records', async (page) => {
          for (const text of [words.in, words.out, words.entries]) await page.locator('.sums').getByText(text).waitFor();
          const seen = new Set();
          await eachPage(page, words, async () => {
            const origins = await rows(page).locator('td:last-child').allInnerTexts();
            origins.forEach((it) => seen.add(it));
          });
          assert.equal(seen.size, 366, 'each entry once');
        }, { script: false }));

      it('opens all lines of a bill', () =>
        at('/records', async (page) => {
          await rows(page).first().getByRole('link', { name: 'E2E-R' }).click();
          await page.getByRole('heading', { name: words.title }).waitFor();
          assert.equal(await rows(page).count(), 3);
        }));

      it('finds a text within a product, and says where it cannot', () =>
        at('/records?product_id=e2e-apple', async (page) => {
          await page.getByRole('searchbox', { name: words.text }).fill('WITH CARE');
          await page.getByRole('button', { name: words.show }).click();
          await page.waitForURL(/text=/);
          assert.equal(await rows(page).count(), 1);
          await page.goto(`${system.url}/records?text=care`);
          await page.locator('.faults').getByText(words.tooWide).waitFor();
          await page.goto(`${system.url}/records?bill_id=none-such`);
          await page.getByText(words.nothing).waitFor();
        }));

      it('opens the entries behind a figure, whose sum is that figure', () =>
        at('/statistics?period=7d', async (page) => {
          const cell = page.locator('.lines tbody tr').filter({ hasText: words.north }).locator('td.num.in a');
          const figure = (await cell.innerText()).trim();
          await cell.click();
          await page.waitForURL(/\/records\?.*warehouse_id=e2e-north/);
          await page.locator('.sums').getByText(`+${figure}`).waitFor();
          let sum = 0;
          await eachPage(page, words, async () => {
            for (const it of await rows(page).locator('td.num.in').allInnerTexts()) sum += Number(it.replace(/[^\d]/g, ''));
          });
          assert.equal(sum, Number(figure.replace(',', '')));
        }));

      it('exports what is shown, and says when it is done', () =>
        at('/records?period=7d&warehouse_id=e2e-south', async (page) => {
          for (const kind of ['CSV', 'XLSX']) {
            const download = page.waitForEvent('download');
            await page.locator('.export').getByRole('link', { name: new RegExp(`${kind}$`) }).click();
            const file = await download;
            assert.match(file.suggestedFilename(), new RegExp(`^records-\\d{8}-\\d{6}\\.${kind.toLowerCase()}$`));
            await page.locator('.export [role=status]').getByText(words.exported).waitFor();
            if (kind === 'CSV') {
              const text = await readFile(await file.path(), 'utf8');
              assert.equal(text.trimEnd().split('\r\n').length, 1 + 122);
              assert.ok(text.includes(words.south), 'names are there');
            }
          }
        }));

      for (const [screen, viewport] of [['desk', undefined], ['phone', PHONE]]) {
        for (const theme of ['light', 'dark']) {
          it(`is accessible and fits, ${theme}, ${screen}`, () =>
            at('/records?period=7d&kind=bill', async (page) => {
              await assertAccessible(page);
              await assertFits(page);
            }, { theme, ...(viewport ? { viewport } : {}) }));
        }
      }
    });
  }
});
