// A count of shelves in a browser: a sheet to print, the sheet that comes back beside the books, posted once. Without script: the pages have none.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PHONE, startBrowser, withPage } from './fixtures/browser.mjs';
import { eventually } from './fixtures/eventually.mjs';
import { NAMES, assertAccessible, assertFits, entry, zoneWhereItIsNoon } from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

const WORDS = {
  en: {
    file: 'Choose a count sheet, or drop it here',
    look: 'Compare with the books',
    lookAgain: 'Compare again',
    company: 'Company whose books are adjusted',
    missing: /Company: no column has it/,
    post: (n) => `Post ${n} adjustments`,
    posted: (n) => `${n} adjusting entries were posted.`,
    agree: 'Every line that was counted agrees with the books.',
    blind: 'Blind sheet',
    figures: 'Sheet with figures',
    counted: 'Counted',
    twice: /is counted in line 2 already/,
  },
  zh: {
    file: '选择盘点表，或把文件拖到这里',
    look: '与账面比较',
    lookAgain: '重新比较',
    company: '调整哪个公司的账',
    missing: /公司：没有这一列/,
    post: (n) => `过账 ${n} 笔调整`,
    posted: (n) => `已过账 ${n} 笔调整。`,
    agree: '盘过的每一行都与账面相符。',
    blind: '盲盘表',
    figures: '带账面的表',
    counted: '实盘',
    twice: /在第 2 行已经盘过/,
  },
};

const csv = (name, ...lines) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(lines.join('\r\n') + '\r\n') });

describe('count', () => {
  let browser;
  let system;
  before(async () => {
    browser = await startBrowser();
    system = await System.start({ names: NAMES, settings: { TALLYHOUSE_TIME_ZONE: zoneWhereItIsNoon() } });
    await system.produce(...Object.keys(WORDS).flatMap((language, n) => [
      entry(n + 1, { product_id: `apple-${language}`, warehouse_id: 'e2e-north', quantity: 100 }),
      entry(n + 3, { product_id: `pear-${language}`, warehouse_id: 'e2e-north', quantity: 40 }),
    ]));
    await eventually(async () => {
      const { totals } = await (await fetch(`${system.url}/api/v1/pipeline`)).json();
      assert.equal(totals.recorded, 4);
    }, 60_000);
  });
  after(async () => {
    await browser?.close();
    await system?.close();
  });

  for (const [language, words] of Object.entries(WORDS)) {
    const at = (path, work, options = {}) => withPage(browser, `${system.url}${path}`, { language, script: false, ...options }, work);
    const choose = async (page, file) => {
      await page.goto(`${system.url}/count`);
      await page.getByLabel(words.file, { exact: true }).setInputFiles(file);
      await page.getByRole('button', { name: words.look }).click();
      await page.waitForURL(/upload=/);
    };
    const sheet = (...lines) => csv('盘点.csv', '仓库编号,产品编号,实盘数量', ...lines);

    describe(`in ${language}`, () => {
      it('prints a sheet, blind or with figures', () =>
        at('/count', async (page) => {
          await page.getByRole('button', { name: words.blind }).click();
          await page.getByRole('row', { name: new RegExp(`apple-${language}`) }).waitFor();
          assert.equal(await page.getByText('100', { exact: true }).count(), 0);
          await page.goBack();
          await page.getByRole('button', { name: words.figures }).click();
          await page.getByRole('row', { name: new RegExp(`apple-${language}`) }).getByText('100').waitFor();
          await assertFits(page);
        }));

      it('compares a sheet with the books, and posts the difference once', () =>
        at('/count', async (page) => {
          const file = sheet(`e2e-north,apple-${language},97`, `e2e-north,pear-${language},41`);
          await choose(page, file);
          await page.getByText(words.missing).waitFor();
          await page.getByLabel(words.company).fill('acme');
          await page.getByRole('button', { name: words.lookAgain }).click();
          await page.getByRole('cell', { name: '\u22123', exact: true }).first().waitFor();
          await page.getByRole('cell', { name: '+1', exact: true }).first().waitFor();
          const url = page.url();
          await page.getByRole('button', { name: words.post(2) }).click();
          await page.getByText(words.posted(2)).waitFor();
          await page.goto(url);
          await page.getByText(words.posted(2)).waitFor();
          // The same sheet again: once the books have it, nothing differs.
          await eventually(async () => {
            await choose(page, file);
            await page.getByLabel(words.company).fill('acme');
            await page.getByRole('button', { name: words.lookAgain }).click();
            await page.getByText(words.agree).waitFor({ timeout: 3000 });
          }, 60_000);
        }));

      it('names what is wrong by line', () =>
        at('/count', async (page) => {
          await choose(page, sheet(`e2e-north,apple-${language},97`, `e2e-north,apple-${language},3`));
          await page.getByText(words.twice).waitFor();
        }));

      it('asks which of two columns of one title was counted', () =>
        at('/count', async (page) => {
          await choose(page, csv('两列.csv', '仓库编号,产品编号,实盘数量,实盘数量,公司编号', `e2e-north,pear-${language},7,9,acme`));
          await page.getByRole('link', { name: 'D 实盘数量', exact: true }).click();
          await page.waitForURL(/column\.4=counted/);
          assert.equal(await page.locator('[data-ask="column"]').count(), 0);
          await page.getByRole('cell', { name: '9', exact: true }).first().waitFor();
        }));

      for (const [screen, viewport] of [['desk', undefined], ['phone', PHONE]]) {
        for (const theme of ['light', 'dark']) {
          it(`is accessible and fits, ${theme}, ${screen}`, () =>
            at('/count', async (page) => {
              await assertAccessible(page);
              await assertFits(page);
              await choose(page, sheet(`e2e-north,apple-${language},50`, `e2e-north,pear-${language},x`));
              await page.getByLabel(words.company).fill('acme');
              await page.getByRole('button', { name: words.lookAgain }).click();
              await assertAccessible(page);
              await assertFits(page);
            }, { theme, script: true, ...(viewport ? { viewport } : {}) }));
        }
      }
    });
  }
});
