// A hundred warehouses: the pages stay as long as they were, and all of them can be read.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PHONE, startBrowser, withPage } from './fixtures/browser.mjs';
import { eventually } from './fixtures/eventually.mjs';
import { NAMES, assertAccessible, entry, panel, streamIs, zoneWhereItIsNoon } from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

const MANY = 100;
const HALL = { width: 1920, height: 1080 };

describe('a hundred warehouses', { timeout: 300_000 }, () => {
  let browser;
  let system;
  before(async () => {
    const settings = { TALLYHOUSE_TIME_ZONE: zoneWhereItIsNoon(), TALLYHOUSE_RECORDS_LAYOUT: 'bucket-day' };
    [browser, system] = await Promise.all([startBrowser(), System.start({ names: NAMES, settings })]);
    const cells = Array.from({ length: MANY * 12 }, (_, n) =>
      entry(1000 + n, { warehouse_id: `w-${String(n % MANY).padStart(3, '0')}`, product_id: `p-${Math.floor(n / MANY)}` }),
    );
    await system.produce(...cells);
    await eventually(async () => {
      const html = await (await fetch(system.url)).text();
      assert.ok(html.includes('w-099') && html.includes('w-000'), 'the entries do not appear');
    }, 30_000);
  });
  after(async () => {
    await browser?.close();
    await system?.close();
  });

  it('scroll within their panels on a desk', () =>
    withPage(browser, system.url, { language: 'en' }, async (page) => {
      await streamIs(page, 'Live');
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      assert.ok(height < 1400, `the page is ${height} px long`);
      const heat = panel(page, 'Warehouse × product').getByRole('region');
      const last = heat.getByRole('row').last();
      await last.scrollIntoViewIfNeeded();
      const [head, body] = await Promise.all([heat.locator('thead th').nth(1).boundingBox(), heat.boundingBox()]);
      assert.ok(Math.abs(head.y - body.y) < 4, 'the names of the products stay');
      assert.ok((await last.boundingBox()).y < body.y + body.height, 'the last warehouse can be reached');
      // As one opens it: scrolled, a field may be half under the bar that stays on top.
      await page.evaluate(() => scrollTo(0, 0));
      await assertAccessible(page);
    }));

  it('are there on a phone', () =>
    withPage(browser, system.url, { language: 'zh', viewport: PHONE }, async (page) => {
      await streamIs(page, '实时');
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), PHONE.width);
      await assertAccessible(page);
    }));

  it('turn on the wall', () =>
    withPage(browser, `${system.url}/wall`, { language: 'en', viewport: HALL }, async (page) => {
      await streamIs(page, 'Live');
      assert.equal(await panel(page, 'By warehouse').getByRole('img').getAttribute('aria-label'), '1 / 9');
      const size = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]);
      assert.deepEqual(size, [HALL.width, HALL.height]);
    }));
});
