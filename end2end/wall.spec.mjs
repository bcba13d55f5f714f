// The wall in a browser: one screen that nobody touches.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { audited, editLive } from './fixtures/audit.mjs';
import { startBrowser, withPage } from './fixtures/browser.mjs';
import { eventually } from './fixtures/eventually.mjs';
import {
  NAMES,
  assertAccessible,
  entry,
  figure,
  markDocument,
  number,
  panel,
  streamIs,
  zoneWhereItIsNoon,
} from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

const HALL = { width: 1920, height: 1080 };
const WORDS = {
  en: { live: 'Live', stale: 'Stale since', total: 'All warehouses, units', part: '1 warehouse, units', products: 'By product', warehouses: 'By warehouse', north: 'North depot', south: 'South depot', failed: ['Audit failed', /^Verified \d/] },
  zh: { live: '实时', stale: '未更新，自', total: '全部仓库 · 件', part: '1 个仓库 · 件', products: '按产品', warehouses: '按仓库', north: '北仓', south: '南仓', failed: ['审计未通过', /^已核对 \d/] },
};

/** What the hall cannot read: beside its panel, over another one, or cut. */
async function assertNothingLeavesItsPanel(page) {
  const outside = await page.locator('main section').evaluateAll((all) =>
    all.flatMap((section) => {
      const { left, right, top, bottom } = section.getBoundingClientRect();
      const isOutside = (it) => it.left < left - 1 || it.right > right + 1 || it.top < top - 1 || it.bottom > bottom + 1;
      return [...section.querySelectorAll('span, td, th, li, time, .proof *')]
        .filter((it) => isOutside(it.getBoundingClientRect()))
        .map((it) => `${section.ariaLabel}: ${it.textContent}`);
    }),
  );
  assert.deepEqual(outside, [], 'something leaves its panel');
}

describe('the wall', { timeout: 600_000 }, () => {
  let browser;
  let system;
  const open = (path, options, work) => withPage(browser, `${system.url}${path}`, { viewport: HALL, ...options }, work);

  before(async () => {
    const settings = { TALLYHOUSE_TIME_ZONE: zoneWhereItIsNoon() };
    [browser, system] = await Promise.all([startBrowser(), System.start({ names: NAMES, settings })]);
    const many = Array.from({ length: 30 }, (_, n) =>
      entry(n + 1, { product_id: `many-${n}`, warehouse_id: n % 2 ? 'e2e-north' : 'e2e-south' }),
    );
    await system.produce(entry(1200), entry(5000, { warehouse_id: 'e2e-south', product_id: 'e2e-milk' }), ...many);
    const levels = new FormData();
    levels.set('confirmed', 'kind,id,zh,en,unit,warehouse,level\nlow_stock,many-7,,,,e2e-north,99999\n');
    await fetch(`${system.url}/names/import`, { method: 'POST', body: levels });
    await eventually(async () => {
      const html = await (await fetch(`${system.url}/wall`)).text();
      assert.ok(html.includes('>6,665<') && html.includes('99,999'), 'the entries do not appear');
    });
  });
  after(async () => {
    await browser?.close();
    await system?.close();
  });

  for (const [language, words] of Object.entries(WORDS)) {
    describe(`in ${language}`, () => {
      it('shows everything on one screen, and moves', () =>
        open('/wall', { language }, async (page) => {
          await streamIs(page, words.live);
          const isSameDocument = await markDocument(page);
          const size = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]);
          assert.deepEqual(size, [HALL.width, HALL.height], 'the sheet does not fit the screen');
          assert.equal(await page.getByRole('navigation').count(), 0, 'there is nobody to navigate');
          await assertNothingLeavesItsPanel(page);
          const old = await number(figure(page, words.total));
          const row = panel(page, words.warehouses).getByRole('row').filter({ hasText: words.north });
          const held = await number(row.locator('.num'));
          await system.produce(entry(11));
          await eventually(async () => assert.equal(await number(figure(page, words.total)), old + 11));
          await eventually(async () => assert.equal(await number(row.locator('.num')), held + 11));
          await isSameDocument();
        }));

      it('is there without script', () =>
        open('/wall', { language, script: false }, async (page) => {
          assert.ok((await number(figure(page, words.total))) >= 6665);
          await panel(page, words.warehouses).getByText(words.south).waitFor();
        }));

      it('is accessible', () =>
        open('/wall', { language }, async (page) => {
          await streamIs(page, words.live);
          await assertAccessible(page);
        }));

      it('can be about some warehouses only', () =>
        open('/wall?warehouse=e2e-south', { language }, async (page) => {
          await streamIs(page, words.live);
          const board = panel(page, words.warehouses);
          assert.equal(await board.getByText(words.north).count(), 0);
          const old = await number(figure(page, words.part));
          const held = await number(board.getByRole('row').filter({ hasText: words.south }).locator('.num'));
          assert.equal(old, held);
          await system.produce(entry(100), entry(13, { warehouse_id: 'e2e-south' }));
          await eventually(async () => assert.equal(await number(figure(page, words.part)), old + 13));
        }));
    });
  }

  it('turns where there is too much', () =>
    open('/wall', {}, async (page) => {
      await streamIs(page, WORDS.en.live);
      const first = panel(page, WORDS.en.products).getByRole('row').nth(1);
      const before = await first.innerText();
      await eventually(async () => assert.notEqual(await first.innerText(), before), 30_000);
    }));

  it('shows that it is old, and comes back by itself, even as another version', () =>
    open('/wall', { expected: /net::ERR_(CONNECTION|INCOMPLETE_CHUNKED|EMPTY_RESPONSE|NETWORK|CONTENT_LENGTH)/ }, async (page) => {
      await streamIs(page, WORDS.en.live);
      const old = await number(figure(page, WORDS.en.total));
      await system.kill();
      try {
        await page.getByRole('status').filter({ hasText: WORDS.en.stale }).waitFor({ timeout: 45_000 });
        assert.equal(await page.locator('main[data-stale]').count(), 1);
        assert.equal(await number(figure(page, WORDS.en.total)), old);
        // The page is of another version than the server that comes back.
        await page.evaluate(() => document.documentElement.setAttribute('data-version', 'before'));
        await page.evaluate(() => (window.e2eMark = true));
        await system.produce(entry(19));
      } finally {
        await system.serve();
      }
      await eventually(async () => assert.equal(await page.evaluate(() => window.e2eMark), undefined), 45_000);
      await streamIs(page, WORDS.en.live);
      await eventually(async () => assert.equal(await number(figure(page, WORDS.en.total)), old + 19));
    }));

  it('waits for the first entry of a warehouse that nothing is known of', async () => {
    const page = await browser.newPage({ locale: 'en', viewport: { width: 1920, height: 1080 } });
    try {
      const answer = await page.goto(`${system.url}/wall?warehouse=e2e-newest`);
      assert.equal(answer.status(), 422);
      await page.getByRole('alert').getByText('There is no such page').waitFor();
      await system.produce(entry(5, { warehouse_id: 'e2e-newest' }));
      await streamIs(page, 'Live', 40_000);
    } finally {
      await page.close();
    }
  });

  it('refuses what is no warehouse', async () => {
    const answer = await fetch(`${system.url}/api/v1/live?warehouse=${'x'.repeat(65)}`);
    assert.equal(answer.status, 422);
    assert.equal((await answer.json()).errors[0].field, 'warehouse');
  });
});

describe('a wall of large numbers', { timeout: 300_000 }, () => {
  let browser;
  let system;
  before(async () => {
    [browser, system] = await Promise.all([startBrowser(), System.start({ names: NAMES })]);
    const most = 2_147_483_647;
    await system.produce(...Array.from({ length: 6 }, (_, n) => entry(most, { product_id: `huge-${n}` })));
    await eventually(async () => {
      const html = await (await fetch(`${system.url}/wall`)).text();
      assert.ok(html.includes('>12,884,901,882<'), 'the entries do not appear');
    });
  });
  after(async () => {
    await browser?.close();
    await system?.close();
  });

  for (const [language, words] of Object.entries(WORDS)) {
    it(`shows all of their digits, in ${language}`, () =>
      withPage(browser, `${system.url}/wall`, { viewport: HALL, language }, async (page) => {
        await streamIs(page, words.live);
        await assertNothingLeavesItsPanel(page);
        const boxes = await page.locator('.hero > *').evaluateAll((all) => all.map((it) => it.getBoundingClientRect().toJSON()));
        boxes.slice(1).forEach((it, n) => assert.ok(it.left >= boxes[n].right, 'two figures overlap'));
        assert.ok(boxes.at(-1).right <= HALL.width, 'the proof leaves the sheet');
      }));
  }

  it('says whole that an audit failed', async () => {
    await audited(system);
    await editLive(system, 'e2e-north', 'huge-0', 1);
    assert.equal((await audited(system)).state, 'failed');
    for (const [language, words] of Object.entries(WORDS)) {
      await withPage(browser, `${system.url}/wall`, { viewport: HALL, language }, async (page) => {
        for (const it of words.failed) await page.locator('#proof').getByText(it).waitFor();
        await assertNothingLeavesItsPanel(page);
      });
    }
  });
});
