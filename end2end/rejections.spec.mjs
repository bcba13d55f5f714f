// What was not recorded, in a browser: why, by reason, corrected and sent again; without script too: these pages have none.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PHONE, startBrowser, withPage } from './fixtures/browser.mjs';
import { eventually } from './fixtures/eventually.mjs';
import { NAMES, assertAccessible, assertFits, entry, zoneWhereItIsNoon } from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

const WORDS = {
  en: {
    consumed: 'Consumed',
    wrongType: 'Wrong type',
    reason: 'quantity is not a whole number written as digits without quotes, such as 10',
    quantity: 'Quantity',
    send: 'Send the corrected entry',
    stillWrong: 'would be rejected again \u2014 Quantity is not between 1 and 2147483647',
    done: 'Sent.',
    recorded: 'recorded',
    sentAgain: 'Sent again',
    open: 'To do',
    noSuch: 'There is no such rejection',
    bytes: 'Bytes',
    notOneOf: 'is none of',
  },
  zh: {
    consumed: '已消费',
    wrongType: '类型不符',
    reason: '数量 不是不加引号的整数，例如 10',
    quantity: '数量',
    send: '提交更正后的明细',
    stillWrong: '仍会被拒收 \u2014 数量 不在 1 至 2147483647 之间',
    done: '已提交。',
    recorded: '已记录',
    sentAgain: '已重新提交',
    open: '待处理',
    noSuch: '没有此拒收',
    bytes: '字节',
    notOneOf: '不是',
  },
};

const rows = (page) => page.locator('.lines tbody tr');
const settled = (system, rejected) =>
  eventually(async () => {
    const { totals } = await (await fetch(`${system.url}/api/v1/pipeline`)).json();
    assert.equal(totals.rejected, rejected);
  }, 60_000);

describe('rejections', () => {
  let browser;
  let system;
  before(async () => {
    browser = await startBrowser();
    system = await System.start({ names: NAMES, settings: { TALLYHOUSE_TIME_ZONE: zoneWhereItIsNoon() } });
    const wrong = ['en', 'zh'].map((language) => ({ ...entry(1, { bill_id: `E2E-${language}` }), quantity: 'ten' }));
    const script = '<script>document.title="owned"</script></textarea>';
    await system.produce(entry(5), ...wrong, script, { ...entry(1), drcr: 7, description: script });
    await settled(system, 4);
  });
  after(async () => {
    await browser?.close();
    await system?.close();
  });

  for (const [language, words] of Object.entries(WORDS)) {
    const at = (path, work, options = {}) => withPage(browser, `${system.url}${path}`, { language, ...options }, work);

    describe(`in ${language}`, () => {
      it('shows every message accounted for, and finds by reason', () =>
        at('/rejections', async (page) => {
          assert.ok((await rows(page).count()) >= 4);
          const [consumed, recorded, duplicates, rejected] = (
            await page.locator('.accounting dd').allInnerTexts()
          ).map((it) => Number(it.replaceAll(',', '')));
          assert.equal(consumed, recorded + duplicates + rejected);
          await page.getByRole('link', { name: new RegExp(words.wrongType) }).click();
          await page.waitForURL(/code=wrong_type/);
          assert.equal(await rows(page).count(), 2);
          await rows(page).first().getByText(words.reason).waitFor();
        }, { script: false }));

      it('corrects an entry, says what is still wrong, and keeps both', () =>
        at('/rejections?code=wrong_type', async (page) => {
          await rows(page).filter({ hasText: `E2E-${language}` }).getByRole('link').first().click();
          await page.waitForURL(/rejections\/\d+$/);
          const quantity = page.locator('[data-field=quantity] input');
          assert.equal(await quantity.inputValue(), 'ten');
          assert.equal(await quantity.getAttribute('aria-invalid'), 'true');
          await quantity.fill('0');
          await page.getByRole('button', { name: words.send }).click();
          await page.getByRole('alert').getByText(words.stillWrong).waitFor();
          assert.equal(await quantity.inputValue(), '0', 'what was typed stays');
          await quantity.fill('12');
          await page.getByRole('button', { name: words.send }).click();
          await page.getByText(words.done, { exact: true }).waitFor();
          await eventually(async () => {
            await page.reload();
            assert.equal(await page.locator('.resent .badge').innerText(), words.recorded);
          });
          await page.locator('pre').first().getByText('"ten"').waitFor();
          await page.goto(`${system.url}/records?bill_id=E2E-${language}`);
          assert.equal(await rows(page).count(), 1);
          await page.goto(`${system.url}/rejections?code=wrong_type&state=sent_again`);
          assert.ok((await rows(page).count()) >= 1);
        }, { script: false, expected: /422/ }));

      it('shows whatever bytes came, as text and never as a page', () =>
        at('/rejections?code=malformed', async (page) => {
          await rows(page).first().getByRole('link').first().click();
          await page.waitForURL(/rejections\/\d+$/);
          await page.locator('pre').first().getByText('</textarea>').waitFor();
          assert.notEqual(await page.title(), 'owned');
          await page.getByText(words.bytes, { exact: true }).click();
          await page.locator('details pre').getByText('3c 73 63 72').waitFor();
        }));

      it('says what is wrong with a question, and where nothing is', () =>
        at('/rejections?code=theft', async (page) => {
          await page.locator('.faults').getByText(words.notOneOf).waitFor();
          const answer = await page.goto(`${system.url}/rejections/999999`);
          assert.equal(answer.status(), 404);
          await page.getByText(words.noSuch).waitFor();
        }, { expected: /404/ }));

      for (const [screen, viewport] of [['desk', undefined], ['phone', PHONE]]) {
        for (const theme of ['light', 'dark']) {
          it(`is accessible and fits, ${theme}, ${screen}`, () =>
            at('/rejections', async (page) => {
              await assertAccessible(page);
              await assertFits(page);
              await rows(page).last().getByRole('link').first().click();
              await page.waitForURL(/rejections\/\d+$/);
              await assertAccessible(page);
              await assertFits(page);
            }, { theme, ...(viewport ? { viewport } : {}) }));
        }
      }
    });
  }
});
