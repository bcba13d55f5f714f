// The live page in a browser: complete without script, then moving by itself.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PHONE, startBrowser, withPage } from './fixtures/browser.mjs';
import { eventually } from './fixtures/eventually.mjs';
import {
  NAMES,
  assertAccessible,
  entry,
  figure,
  markDocument,
  number,
  panel,
  row,
  streamIs,
  zoneWhereItIsNoon,
} from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

// The words of the page, as a reader sees them.
const WORDS = {
  en: {
    tag: 'en',
    title: 'Live stock',
    total: 'Live stock, all warehouses',
    inToday: 'In today',
    needsPerson: 'Needs a person',
    rejected: /(\d+) rejected/,
    byProduct: 'By product',
    findProduct: 'Find product',
    heat: 'Warehouse × product',
    alerts: 'Negative and low',
    hour: 'Last hour',
    restsOn: 'What these figures rest on',
    negative: (n) => `${n} negative`,
    lastAudit: 'Last good audit (book to book)',
    byWarehouse: 'By warehouse',
    newest: 'Newest entries',
    north: 'North depot',
    south: 'South depot',
    apple: 'Fuji apple',
    live: 'Live',
    reconnecting: 'Reconnecting',
    behind: 'Not up to date',
    empty: 'No entries yet',
    emptyHow: 'Publish bill lines to the topic, and they appear here at once.',
    switchTo: '中文',
    dark: 'Dark',
    light: 'Light',
  },
  zh: {
    tag: 'zh-CN',
    title: '实时库存',
    total: '实时库存 · 全部仓库',
    inToday: '今日入库',
    needsPerson: '待处理',
    rejected: /(\d+) 条拒收/,
    byProduct: '按产品',
    findProduct: '查找产品',
    heat: '仓库 × 产品',
    alerts: '负库存与低库存',
    hour: '最近一小时',
    restsOn: '数字依据',
    negative: (n) => `${n} 负库存`,
    lastAudit: '上次审计（账账核对）',
    byWarehouse: '按仓库',
    newest: '最新明细',
    north: '北仓',
    south: '南仓',
    apple: '红富士苹果',
    live: '实时',
    reconnecting: '正在重连',
    empty: '还没有出入库记录',
    emptyHow: '把单据明细发布到主题后，这里会立即显示。',
    switchTo: 'EN',
    dark: '深色',
    light: '浅色',
  },
};
const LANGUAGES = Object.keys(WORDS);

const stockOf = (page, words, warehouse) => number(row(page, words.byWarehouse, warehouse).locator('.num'));
const newest = (page, words) => panel(page, words.newest).getByRole('listitem').first().innerText();

// --- tests ---

describe('the live page', { timeout: 600_000 }, () => {
  let browser;
  let system;
  const open = (options, work) => withPage(browser, system.url, options, work);

  before(async () => {
    // Thousands of products a day would be thousands of tables.
    const settings = { TALLYHOUSE_TIME_ZONE: zoneWhereItIsNoon(), TALLYHOUSE_RECORDS_LAYOUT: 'bucket-day' };
    [browser, system] = await Promise.all([startBrowser(), System.start({ names: NAMES, settings })]);
    await system.produce(
      entry(1200),
      entry(300, { drcr: -1 }),
      entry(5000, { warehouse_id: 'e2e-south', product_id: 'e2e-milk' }),
      entry(7, { warehouse_id: 'e2e-unnamed' }),
    );
    // Ready is not yet there: the entries have their way to go.
    await eventually(async () => {
      const html = await (await fetch(system.url)).text();
      assert.ok(html.includes('>5,907<'), 'the entries do not appear');
    });
  });
  after(async () => {
    await browser?.close();
    await system?.close();
  });

  for (const language of LANGUAGES) {
    const words = WORDS[language];

    describe(`in ${language}`, () => {
      it('is complete without script', () =>
        open({ language, script: false }, async (page) => {
          assert.equal(await page.locator('html').getAttribute('lang'), words.tag);
          await page.getByRole('heading', { level: 1, name: words.title }).waitFor();
          assert.ok((await number(figure(page, words.total))) >= 5907);
          assert.ok((await number(figure(page, words.inToday))) >= 6207);
          assert.equal(await stockOf(page, words, words.south), 5000);
          assert.ok((await stockOf(page, words, words.north)) >= 900);
          // Without a name the id stands in.
          assert.equal(await stockOf(page, words, 'e2e-unnamed'), 7);
          assert.match(await newest(page, words), /E2E-\d+/);
          assert.ok((await panel(page, words.hour).locator('.bars rect.in').count()) > 0, 'the hour is not drawn');
        }));

      it('takes the chart over, and shows the same as the table beside it', () =>
        open({ language }, async (page) => {
          await streamIs(page, words.live);
          const chart = panel(page, words.hour).getByRole('img').first();
          const rows = panel(page, words.hour).locator('tbody tr');
          // Closed, so no reader sees it; what counts is what it holds.
          const table = async () => {
            const lines = await rows.evaluateAll((all) => all.map((it) => [...it.cells].map((cell) => cell.textContent)));
            return new Map(lines.map(([label, ...values]) => [label, values]));
          };
          const moved = (all) => [...all.values()].reduce((sum, [into]) => sum + Number(into.replaceAll(',', '')), 0);
          await chart.locator('path').first().waitFor({ state: 'attached' });
          assert.equal(await chart.locator('.bars').isVisible(), false, 'the server\u2019s picture gives way');

          const old = moved(await table());
          await system.produce(entry(41));
          let nudge = 0;
          await eventually(async () => {
            const { x, y, width, height } = await chart.boundingBox();
            nudge = 1 - nudge; // a pointer that stands still asks for nothing
            await page.mouse.move(x + width - 8 + nudge, y + height / 2);
            const all = await table();
            assert.equal(moved(all), old + 41);
            const tip = page.locator('.tip');
            const label = await tip.locator('b').innerText({ timeout: 1000 });
            const [into, out] = await tip.locator('em').allInnerTexts();
            const signed = (sign, text) => (text === '0' ? '0' : `${sign}${text}`);
            assert.deepEqual([into, out], [signed('+', all.get(label)[0]), signed('\u2212', all.get(label)[1])]);
          });
        }));

      it('shows an entry as it comes, without loading again', () =>
        open({ language }, async (page) => {
          await streamIs(page, words.live);
          const isSameDocument = await markDocument(page);
          const look = async () => ({
            total: await number(figure(page, words.total)),
            inToday: await number(figure(page, words.inToday)),
            north: await stockOf(page, words, words.north),
            south: await stockOf(page, words, words.south),
          });
          const old = await look();
          const coming = entry(41);
          await system.produce(coming);
          await eventually(async () => {
            assert.deepEqual(await look(), {
              total: old.total + 41,
              inToday: old.inToday + 41,
              north: old.north + 41,
              south: old.south,
            });
            const line = await newest(page, words);
            for (const part of [words.north, words.apple, coming.bill_id, '+41']) assert.ok(line.includes(part), line);
          });
          await isSameDocument();
        }));

      it('counts a rejected message', () =>
        open({ language }, async (page) => {
          await streamIs(page, words.live);
          const isSameDocument = await markDocument(page);
          const line = figure(page, words.needsPerson).last();
          const rejected = async () => Number((await line.innerText()).match(words.rejected)[1]);
          const old = await rejected();
          await system.produce(entry(0));
          await eventually(async () => assert.equal(await rejected(), old + 1));
          await isSameDocument();
        }));

      it('moves the cell, and names what is below zero', () =>
        open({ language }, async (page) => {
          await streamIs(page, words.live);
          const isSameDocument = await markDocument(page);
          const product = `minus-${language}`;
          await system.produce(entry(5, { drcr: -1, product_id: product, warehouse_id: 'e2e-west' }));
          await panel(page, words.alerts).getByRole('listitem').filter({ hasText: product }).getByText('\u22125').waitFor();
          const west = page.getByRole('row', { name: 'e2e-west' });
          const place = (await page.locator('.heat thead th').allInnerTexts()).indexOf(product);
          assert.ok(place > 0, 'the product has no column');
          const cell = west.getByRole('cell').nth(place - 1);
          assert.equal(await cell.innerText(), '\u22125');
          await system.produce(entry(9, { product_id: product, warehouse_id: 'e2e-west' }));
          await eventually(async () => assert.equal(await cell.innerText(), '4'));
          const alert = panel(page, words.alerts).getByRole('listitem').filter({ hasText: product });
          await eventually(async () => assert.equal(await alert.count(), 0));
          await isSameDocument();
        }));

      it('says what a figure rests on, with and without script', async () => {
        for (const script of [false, true]) {
          await open({ language, script }, async (page) => {
            await figure(page, words.total).first().getByRole('button').click();
            const rests = page.locator('#rests-total');
            await rests.getByText(words.lastAudit).waitFor();
            // When the figures are of, and when an audit passed last: one is made as soon as there is a server.
            await eventually(async () => assert.match(await rests.innerText(), /\d\d:\d\d:\d\d[^]*\d\d:\d\d:\d\d/));
            assert.ok((await rests.locator('.offsets span').count()) >= 1, 'positions of partitions');
          });
        }
      });

      it('says in each panel what its figures rest on', () =>
        open({ language }, async (page) => {
          await streamIs(page, words.live);
          for (const title of [words.byWarehouse, words.byProduct, words.heat, words.hour, words.alerts, words.newest]) {
            await panel(page, title).getByRole('button', { name: words.restsOn }).click();
            const rests = page.locator('#rests-all:popover-open');
            await rests.getByText(words.lastAudit).waitFor();
            assert.ok((await rests.locator('.offsets span').count()) >= 1, 'positions of partitions');
            await page.keyboard.press('Escape');
          }
        }));

      for (const theme of ['light', 'dark']) {
        for (const [name, viewport] of Object.entries({ desk: undefined, phone: PHONE })) {
          it(`is accessible, ${theme}, ${name}`, () =>
            open({ language, theme, viewport }, async (page) => {
              await streamIs(page, words.live);
              await assertAccessible(page);
            }));
        }
      }
    });
  }

  it('finds one of 5,000 products by name, initials and id, with and without script', async () => {
    const many = Array.from({ length: 5000 }, (_, n) =>
      entry(1, { product_id: `many-${n}`, warehouse_id: 'e2e-many', bill_id: `many-${n}` }),
    );
    await system.produce(...many);
    const words = WORDS.zh;
    await eventually(async () => {
      const html = await (await fetch(`${system.url}?product=many-4321`)).text();
      assert.ok(html.includes('>many-4321<'), 'the products do not appear');
    }, 60_000);
    await open({ language: 'zh' }, async (page) => {
      await streamIs(page, words.live);
      const search = page.getByRole('searchbox', { name: words.findProduct });
      const found = panel(page, words.byProduct).getByRole('listitem');
      for (const [text, name] of [['hfs', words.apple], ['many-4321', 'many-4321'], ['milk', '鲜牛奶']]) {
        const began = Date.now();
        await search.fill(text);
        await found.filter({ hasText: name }).first().waitFor();
        assert.ok(Date.now() - began < 1500, `${text} took ${Date.now() - began} ms`);
      }
      // What was found moves too.
      await search.fill('many-4321');
      await eventually(async () => assert.equal(await number(found.filter({ hasText: 'many-4321' }).locator('.num')), 1));
      await system.produce(entry(6, { product_id: 'many-4321', warehouse_id: 'e2e-many' }));
      await eventually(async () => assert.equal(await number(found.filter({ hasText: 'many-4321' }).locator('.num')), 7));
      await search.fill('');
      await found.filter({ hasText: words.apple }).first().waitFor();
    });
    await open({ language: 'zh', script: false }, async (page) => {
      const search = page.getByRole('searchbox', { name: words.findProduct });
      await search.fill('hfs');
      await search.press('Enter');
      const found = panel(page, words.byProduct).getByRole('listitem');
      await found.filter({ hasText: words.apple }).waitFor();
      assert.equal(await found.filter({ hasText: 'many-' }).count(), 0);
    });
  });

  it('changes its language, and remembers', () =>
    open({ language: 'en' }, async (page) => {
      const html = page.locator('html');
      assert.equal(await html.getAttribute('lang'), 'en');
      await page.getByRole('button', { name: WORDS.en.switchTo, exact: true }).click();
      await page.getByRole('heading', { level: 1, name: WORDS.zh.title }).waitFor();
      assert.equal(await html.getAttribute('lang'), 'zh-CN');
      await row(page, WORDS.zh.byWarehouse, WORDS.zh.north).waitFor();
      await page.reload();
      assert.equal(await html.getAttribute('lang'), 'zh-CN');
      await streamIs(page, WORDS.zh.live);
      await page.getByRole('button', { name: WORDS.zh.switchTo, exact: true }).click();
      await page.getByRole('heading', { level: 1, name: WORDS.en.title }).waitFor();
      assert.equal(await html.getAttribute('lang'), 'en');
    }));

  it('changes its theme, and remembers', () =>
    open({ language: 'en', theme: 'light' }, async (page) => {
      const html = page.locator('html');
      const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(await html.getAttribute('data-theme'), null);
      const light = await background();
      await page.getByRole('button', { name: WORDS.en.dark, exact: true }).click();
      await page.locator('html[data-theme=dark]').waitFor();
      assert.notEqual(await background(), light);
      await page.reload();
      assert.equal(await html.getAttribute('data-theme'), 'dark');
      await page.getByRole('button', { name: WORDS.en.light, exact: true }).click();
      await page.locator('html[data-theme=light]').waitFor();
      assert.equal(await background(), light);
    }));

  it('keeps its figures while the server is away, and goes on when it is back', () =>
    // The browser itself reports the broken connection; nothing else may be reported.
    open({ language: 'en', expected: /net::ERR_(CONNECTION|INCOMPLETE_CHUNKED|EMPTY_RESPONSE|NETWORK)/ }, async (page) => {
      const words = WORDS.en;
      await streamIs(page, words.live);
      const isSameDocument = await markDocument(page);
      const old = await number(figure(page, words.total));
      const line = await newest(page, words);

      await system.kill();
      try {
        await streamIs(page, words.reconnecting);
        assert.equal(await number(figure(page, words.total)), old);
        assert.equal(await newest(page, words), line);
        await system.produce(entry(17));
      } finally {
        await system.serve();
      }

      await streamIs(page, words.live, 30_000);
      await eventually(async () => assert.equal(await number(figure(page, words.total)), old + 17));
      // Stocks and newest entries are read apart after a start: the line may come a moment after the sum.
      await eventually(async () => assert.match(await newest(page, words), /\+17/));
      await isSameDocument();
    }));

  it('says that nobody records, and shows its figures as old, until somebody does', () =>
    open({ language: 'en', expected: /net::ERR_(CONNECTION|INCOMPLETE_CHUNKED|EMPTY_RESPONSE|NETWORK)/ }, async (page) => {
      const words = WORDS.en;
      await streamIs(page, words.live);
      const isSameDocument = await markDocument(page);
      const old = await number(figure(page, words.total));
      const isOld = () => panel(page, words.byWarehouse).evaluate((it) => it.dataset.stale !== undefined);
      await system.stop();
      await system.serve('--without', 'ingest');
      try {
        // New entries come over the whole time in which none is recorded.
        await eventually(async () => {
          await system.produce(entry(1));
          await page.getByText('does a daemon run?').waitFor({ timeout: 500 });
        }, 60_000);
        await streamIs(page, words.behind);
        assert.equal(await isOld(), true);
        assert.equal(await number(figure(page, words.total)), old);
      } finally {
        await system.stop();
        await system.serve();
      }
      await streamIs(page, words.live, 30_000);
      await eventually(async () => assert.ok((await number(figure(page, words.total))) > old));
      assert.equal(await isOld(), false);
      await isSameDocument();
    }));
});

describe('the live page of an empty system', { timeout: 300_000 }, () => {
  let browser;
  let system;

  before(async () => {
    [browser, system] = await Promise.all([startBrowser(), System.start()]);
  });
  after(async () => {
    await browser?.close();
    await system?.close();
  });

  for (const language of LANGUAGES) {
    const words = WORDS[language];
    it(`says what to do, in ${language}, with and without script`, async () => {
      for (const script of [false, true]) {
        await withPage(browser, system.url, { language, script }, async (page) => {
          for (const name of [words.byWarehouse, words.newest]) {
            await panel(page, name).getByText(words.empty, { exact: true }).waitFor();
            await panel(page, name).getByText(words.emptyHow, { exact: true }).waitFor();
          }
          if (!script) return;
          await streamIs(page, words.live);
          await assertAccessible(page);
        });
      }
    });
  }

  it('shows its first entry as it comes', () =>
    withPage(browser, system.url, {}, async (page) => {
      const words = WORDS.en;
      await streamIs(page, words.live);
      await system.produce(entry(3));
      await eventually(async () => assert.equal(await number(figure(page, words.total)), 3));
      await row(page, words.byWarehouse, 'e2e-north').waitFor();
      assert.match(await newest(page, words), /e2e-north · e2e-apple/);
      assert.equal(await page.getByText(words.empty, { exact: true }).count(), 0);
    }));
});
