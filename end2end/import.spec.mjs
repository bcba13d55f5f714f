// Entries from a file, in a browser: looked at, columns named, errors by line, sent once. Without script too: the page has none.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PHONE, startBrowser, withPage } from './fixtures/browser.mjs';
import { eventually } from './fixtures/eventually.mjs';
import { NAMES, assertAccessible, assertFits, entry, zoneWhereItIsNoon } from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

const WORDS = {
  en: {
    file: 'File',
    look: 'Look at it',
    lookAgain: 'Look again',
    clean: 'Every line can be sent.',
    send3: 'Send 3 entries',
    sendGood: 'Send the 2 good ones',
    sent: (n) => `${n} entries were sent.`,
    leftOut: '3 lines were left out.',
    flaws: [/^3 Quantity is not between/, /^4 Line is the same bill line as line 2/, /^5 Business time is neither/],
    companyMissing: /Company is missing/,
    companyValue: 'Company: the same in every line',
    timeColumn: 'Business time: column',
    recorded: 'Every line is recorded already',
    empty: 'This file has no entry in it',
    gone: 'This file is not here any more',
  },
  zh: {
    file: '文件',
    look: '检查文件',
    lookAgain: '重新检查',
    clean: '每一行都可以提交。',
    send3: '提交 3 笔明细',
    sendGood: '提交有效的 2 笔',
    sent: (n) => `已提交 ${n} 笔明细。`,
    leftOut: '3 行未提交。',
    flaws: [/^3 数量 不在/, /^4 行号 与第 2 行是同一单据行/, /^5 业务时间 不是/],
    companyMissing: /公司 未填写/,
    companyValue: '公司：每行相同',
    timeColumn: '业务时间：列',
    recorded: '每一行都已有记录',
    empty: '此文件 没有明细',
    gone: '此文件已不在',
  },
};

const csv = (name, ...lines) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(lines.join('\r\n') + '\r\n') });
const recordedAre = (system, wanted) =>
  eventually(async () => {
    const { totals } = await (await fetch(`${system.url}/api/v1/pipeline`)).json();
    assert.deepEqual([totals.recorded, totals.rejected], [wanted, 0]);
  }, 60_000);

describe('import', () => {
  let browser;
  let system;
  let recorded = 0;
  before(async () => {
    browser = await startBrowser();
    system = await System.start({ names: NAMES, settings: { TALLYHOUSE_TIME_ZONE: zoneWhereItIsNoon() } });
  });
  after(async () => {
    await browser?.close();
    await system?.close();
  });

  for (const [language, words] of Object.entries(WORDS)) {
    const at = (path, work, options = {}) => withPage(browser, `${system.url}${path}`, { language, ...options }, work);
    const choose = async (page, file) => {
      await page.goto(`${system.url}/import`);
      await page.getByLabel(words.file, { exact: true }).setInputFiles(file);
      await page.getByRole('button', { name: words.look }).click();
    };

    describe(`in ${language}`, () => {
      const head = '日期,单据号,产品,仓库,方向,数量';
      const line = (n, quantity, time = '2026/3/1 8:05') => `${time},IMP-${language}-${n},e2e-apple,e2e-north,入库,${quantity}`;

      it('understands a table as people write it, asks for what is missing, and sends it once', () =>
        at('/import', async (page) => {
          const file = csv('三月.csv', head, line(1, '"1,200"'), line(2, 7), line(3, 8));
          await choose(page, file);
          await page.waitForURL(/upload=/);
          await page.locator('.flaws').getByText(words.companyMissing).first().waitFor();
          await page.getByLabel(words.companyValue).fill('acme');
          await page.getByRole('button', { name: words.lookAgain }).click();
          await page.getByText(words.clean).waitFor();
          await page.getByText('+1,200').waitFor();
          await page.getByText('2026-03-01 08:05:00').first().waitFor();
          const form = page.url();
          await page.getByRole('button', { name: words.send3 }).click();
          await page.getByText(words.sent(3)).waitFor();
          recorded += 3;
          await recordedAre(system, recorded);
          // The way back does not send it again; the same file again is known.
          await page.goto(form);
          await page.getByText(words.sent(3)).waitFor();
          await choose(page, file);
          await page.getByLabel(words.companyValue).fill('acme');
          await page.getByRole('button', { name: words.lookAgain }).click();
          await page.getByText(words.recorded).waitFor();
        }, { script: false }));

      it('names every bad line at once, and sends the good ones only when told to', () =>
        at('/import', async (page) => {
          const all = [line(11, 5), line(12, 0), line(11, 6), line(13, 5, 'soon'), line(14, 9), line(15, 'x')];
          await choose(page, csv('bad.csv', `${head},公司`, ...all.map((it) => `${it},acme`)));
          await page.waitForURL(/upload=/);
          const said = await page.locator('.flaws tbody tr').allInnerTexts();
          words.flaws.forEach((it, n) => assert.match(said[n].replaceAll(/\s+/g, ' '), it));
          assert.equal(said.length, 4);
          await recordedAre(system, recorded); // nothing was sent
          // Another file with three bad lines: two good ones.
          await choose(page, csv('some.csv', `${head},公司`, ...all.slice(0, 5).map((it) => `${it},acme`)));
          await page.getByRole('button', { name: words.sendGood }).click();
          await page.getByText(words.leftOut).waitFor();
          recorded += 2;
          await recordedAre(system, recorded);
        }, { script: false }));

      it('lets a person say where a field comes from', () =>
        at('/import', async (page) => {
          await choose(page, csv('own.csv', 'w,n,p,h,q,c', `2026-03-02 09:00:00,IMP-${language}-21,e2e-milk,e2e-south,-4,acme`));
          await page.waitForURL(/upload=/);
          for (const [field, place] of [['create_time', 1], ['bill_id', 2], ['product_id', 3], ['warehouse_id', 4], ['quantity', 5], ['company_id', 6]]) {
            await page.locator(`select[name="column.${field}"]`).selectOption(`${place}`);
          }
          await page.getByRole('button', { name: words.lookAgain }).click();
          await page.getByText(words.clean).waitFor();
          await page.getByText('\u22124', { exact: true }).waitFor();
          assert.equal(await page.getByLabel(words.timeColumn).inputValue(), '1');
        }));

      it('takes NDJSON, and says why a file cannot be taken', () =>
        at('/import', async (page) => {
          const ndjson = JSON.stringify(entry(3, { bill_id: `IMP-${language}-31` }));
          await choose(page, { name: 'a.ndjson', mimeType: 'application/x-ndjson', buffer: Buffer.from(ndjson) });
          await page.getByText(words.clean).waitFor();
          await choose(page, csv('empty.csv', 'a,b'));
          await page.getByText(words.empty).waitFor();
          await page.goto(`${system.url}/import?upload=0123`);
          await page.getByText(words.gone).waitFor();
        }));

      for (const [screen, viewport] of [['desk', undefined], ['phone', PHONE]]) {
        for (const theme of ['light', 'dark']) {
          it(`is accessible and fits, ${theme}, ${screen}`, () =>
            at('/import', async (page) => {
              await assertAccessible(page);
              await assertFits(page);
              await choose(page, csv('三月.csv', head, line(41, 5), line(42, 0)));
              await page.waitForURL(/upload=/);
              await assertAccessible(page);
              await assertFits(page);
            }, { theme, ...(viewport ? { viewport } : {}) }));
        }
      }
    });
  }
});
