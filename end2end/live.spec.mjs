// The live page in a browser: complete without script, then moving by itself.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import axe from 'axe-core';
import { PHONE, startBrowser, withPage } from './fixtures/browser.mjs';
import { eventually } from './fixtures/eventually.mjs';
import { System } from './fixtures/system.mjs';

const NAMES = [
  ['product', 'e2e-apple', '红富士苹果', 'Fuji apple', 'kg'],
  ['product', 'e2e-milk', '鲜牛奶', 'Fresh milk', 'box'],
  ['warehouse', 'e2e-north', '北仓', 'North depot', ''],
  ['warehouse', 'e2e-south', '南仓', 'South depot', ''],
];

// The words of the page, as a reader sees them.
const WORDS = {
  en: {
    tag: 'en',
    title: 'Live stock',
    total: 'Live stock, all warehouses',
    inToday: 'In today',
    needsPerson: 'Needs a person',
    rejected: (n) => `${n} rejected`,
    byWarehouse: 'By warehouse',
    newest: 'Newest entries',
    north: 'North depot',
    south: 'South depot',
    apple: 'Fuji apple',
    live: 'Live',
    reconnecting: 'Reconnecting',
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
    rejected: (n) => `${n} 条拒收`,
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

let bills = 0;
/** A valid entry of a bill of its own. */
function entry(quantity, change = {}) {
  bills += 1;
  return {
    product_id: 'e2e-apple',
    quantity,
    drcr: 1,
    company_id: 'e2e-company',
    warehouse_id: 'e2e-north',
    bill_id: `E2E-${bills}`,
    create_time: new Date().toISOString(),
    ...change,
  };
}

// Noon wherever the tests run: "today" must not end between two looks at it.
function zoneWhereItIsNoon() {
  const ahead = 12 - new Date().getUTCHours();
  return ahead === 0 ? 'UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

// --- what a reader sees ---

const figure = (page, label) =>
  page
    .locator('dl')
    .filter({ has: page.getByText(label, { exact: true }) })
    .getByRole('definition');
const number = async (locator) => {
  const text = await locator.first().innerText();
  const digits = text.replaceAll(',', '').replace('\u2212', '-');
  assert.match(digits, /^[+-]?\d+$/, `"${text}" is no number`);
  return Number(digits);
};
const panel = (page, name) => page.getByRole('region', { name, exact: true });
const row = (page, panelName, text) => panel(page, panelName).getByRole('listitem').filter({ hasText: text });
const stockOf = (page, words, warehouse) => number(row(page, words.byWarehouse, warehouse).locator('.num'));
const newest = (page, words) => panel(page, words.newest).getByRole('listitem').first().innerText();

/** The stream's state shows this word. */
const streamIs = (page, word, timeout = 15_000) =>
  page.getByRole('status').filter({ hasText: new RegExp(`^\\s*${word}\\s*$`) }).waitFor({ timeout });

/** The document is the same one as when this was called. */
async function markDocument(page) {
  await page.evaluate(() => (window.e2eMark = true));
  return async () => assert.equal(await page.evaluate(() => window.e2eMark), true, 'the page was loaded again');
}

async function assertAccessible(page) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations } = await window.axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map((it) => `${it.target} ${it.failureSummary}`),
    }));
  });
  assert.deepEqual(found, []);
}

// --- tests ---

describe('the live page', { timeout: 600_000 }, () => {
  let browser;
  let system;
  const open = (options, work) => withPage(browser, system.url, options, work);

  before(async () => {
    const settings = { TALLYHOUSE_TIME_ZONE: zoneWhereItIsNoon() };
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
          const rejected = figure(page, words.needsPerson).nth(1);
          const old = Number((await rejected.innerText()).match(/\d+/)[0]);
          await system.produce(entry(0));
          await eventually(async () => assert.equal(await rejected.innerText(), words.rejected(old + 1)));
          await isSameDocument();
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

  it('changes its language, and remembers', () =>
    open({ language: 'en' }, async (page) => {
      const html = page.locator('html');
      assert.equal(await html.getAttribute('lang'), 'en');
      await page.getByRole('link', { name: WORDS.en.switchTo, exact: true }).click();
      await page.getByRole('heading', { level: 1, name: WORDS.zh.title }).waitFor();
      assert.equal(await html.getAttribute('lang'), 'zh-CN');
      await row(page, WORDS.zh.byWarehouse, WORDS.zh.north).waitFor();
      await page.reload();
      assert.equal(await html.getAttribute('lang'), 'zh-CN');
      await streamIs(page, WORDS.zh.live);
      await page.getByRole('link', { name: WORDS.zh.switchTo, exact: true }).click();
      await page.getByRole('heading', { level: 1, name: WORDS.en.title }).waitFor();
      assert.equal(await html.getAttribute('lang'), 'en');
    }));

  it('changes its theme, and remembers', () =>
    open({ language: 'en', theme: 'light' }, async (page) => {
      const html = page.locator('html');
      const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(await html.getAttribute('data-theme'), null);
      const light = await background();
      await page.getByRole('link', { name: WORDS.en.dark, exact: true }).click();
      await page.locator('html[data-theme=dark]').waitFor();
      assert.notEqual(await background(), light);
      await page.reload();
      assert.equal(await html.getAttribute('data-theme'), 'dark');
      await page.getByRole('link', { name: WORDS.en.light, exact: true }).click();
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
      assert.match(await newest(page, words), /\+17/);
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
