// Entries from a file, in a browser: looked at, columns named, errors by line, sent once. Without script too: the page has none.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PHONE, startBrowser, withPage } from './fixtures/browser.mjs';
import { eventually } from './fixtures/eventually.mjs';
import { NAMES, assertAccessible, assertFits, entry, zoneWhereItIsNoon } from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

const WORDS = {
  en: {
    file: 'Choose a file, or drop one here',
    look: 'Check file',
    lookAgain: 'Check again',
    clean: 'Every line can be sent.',
    send: (n) => `Send ${n} new`,
    sent: (n) => `${n} entries were sent.`,
    leftOut: '3 lines were left out.',
    flaws: [
      /^3 Quantity is not between/,
      /^4 Line is the same bill line as line 2/,
      /^5 Business time is not a date: soon/,
      /^7 Quantity is not a number: x/,
    ],
    companyMissing: /Company: no column has it/,
    companyValue: 'Company, the same in every line',
    open: /Questions to answer first: 2/,
    columnA: 'Column A as',
    lastLine: 'Last line',
    recorded: 'Every line is recorded already',
    empty: 'This file has no entry in it',
    quote: 'has a quote that opens in line 2 and never closes',
    gone: 'This file is not here any more',
    keepAs: 'Name of the mapping',
    keep: 'Keep the mapping',
    used: (name, n) => `${name} (used ${n}×)`,
    doubtful: 'Take doubtful lines as they are written (1)',
    looksLike: /looks like e2e-apple, but is another id/,
    way: 'In',
    equal: 'equal',
  },
  zh: {
    file: '选择文件，或把文件拖到这里',
    look: '检查文件',
    lookAgain: '重新检查',
    clean: '每一行都可以提交。',
    send: (n) => `提交 ${n} 条新明细`,
    sent: (n) => `已提交 ${n} 笔明细。`,
    leftOut: '3 行未提交。',
    flaws: [/^3 数量 不在/, /^4 行号 与第 2 行是同一单据行/, /^5 业务时间 不是日期：soon/, /^7 数量 不是数字：x/],
    companyMissing: /公司：没有这一列/,
    companyValue: '公司（每行相同）',
    open: /请先回答 2 个问题/,
    columnA: '第 A 列作为',
    lastLine: '最后一行',
    recorded: '每一行都已有记录',
    empty: '此文件 没有明细',
    quote: '第 2 行的引号没有闭合',
    gone: '此文件已不在',
    keepAs: '对应的名称',
    keep: '保存列的对应',
    used: (name, n) => `${name}（用过 ${n} 次）`,
    doubtful: '1 行存疑，按原样采用',
    looksLike: /像 e2e-apple，但是另一个编号/,
    way: '入库',
    equal: '相符',
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

      it('understands a table as people write it, asks what is open, and sends it once', () =>
        at('/import', async (page) => {
          const file = csv('三月.csv', head, line(1, '"1,200"'), line(2, 7), line(3, 8));
          await choose(page, file);
          await page.waitForURL(/upload=/);
          await page.getByText(words.companyMissing).waitFor();
          await page.getByText(words.open).waitFor();
          assert.ok(await page.getByRole('button', { name: words.send(0) }).isHidden());
          await page.getByLabel(words.companyValue).fill('acme');
          await page.getByRole('button', { name: words.lookAgain }).first().click();
          // Nothing in the file says what the comma means: the two answers are the two numbers.
          assert.ok(await page.getByRole('button', { name: words.send(2) }).isDisabled());
          await page.locator('[data-ask="number.quantity"]').getByRole('link', { name: '1200', exact: true }).click();
          await page.getByText(words.clean).waitFor();
          await page.getByText('+1,200').waitFor();
          await page.getByText('2026-03-01 08:05:00').first().waitFor();
          const form = page.url();
          await page.getByRole('button', { name: words.send(3) }).click();
          await page.getByText(words.sent(3)).waitFor();
          recorded += 3;
          await recordedAre(system, recorded);
          // The way back does not send it again; the same file again is known.
          await page.goto(form);
          await page.getByText(words.sent(3)).waitFor();
          await choose(page, file);
          await page.goto(form.replace(/upload=[^&]*/, new URL(page.url()).search.match(/upload=[^&]*/)[0]));
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
          assert.equal(await page.locator('.sheet td[data-bad]').count() > 0, true);
          await recordedAre(system, recorded); // nothing was sent
          // Another file with three bad lines: two good ones.
          await choose(page, csv('some.csv', `${head},公司`, ...all.slice(0, 5).map((it) => `${it},acme`)));
          await page.getByRole('button', { name: words.send(2) }).click();
          await page.getByText(words.leftOut).waitFor();
          recorded += 2;
          await recordedAre(system, recorded);
        }, { script: false }));

      it('lets a person say what a column is, and keeps that by name for the next file', () =>
        at('/import', async (page) => {
          const row = (n) => `2026-03-02 09:00:00,IMP-${language}-${n},e2e-milk,e2e-south,-4,acme`;
          const file = (...numbers) => csv(`own-${numbers[0]}.csv`, `w${language},n,p,h,q,c`, ...numbers.map(row));
          await choose(page, file(21));
          await page.waitForURL(/upload=/);
          const fields = ['create_time', 'bill_id', 'product_id', 'warehouse_id', 'quantity', 'company_id'];
          for (const [place, field] of fields.entries()) {
            await page.locator(`select[name="column.${place + 1}"]`).selectOption(field);
          }
          // Where this table ends says nothing of the next file.
          await page.getByLabel(words.lastLine).fill('2');
          await page.getByRole('button', { name: words.lookAgain }).first().click();
          await page.getByText(words.clean).waitFor();
          await page.getByText('\u22124', { exact: true }).waitFor();
          assert.equal(await page.getByLabel(words.columnA).inputValue(), 'create_time');
          await page.getByLabel(words.keepAs).fill(`ours ${language}`);
          await page.getByRole('button', { name: words.keep }).click();
          await page.waitForURL(/profile=ours/);
          await page.getByRole('button', { name: words.send(1) }).click();
          await page.getByText(words.sent(1)).waitFor();
          recorded += 1;
          // The next one with these titles is read by it at once.
          await choose(page, file(22, 23));
          await page.getByText(words.clean).waitFor();
          await page.getByText(words.used(`ours ${language}`, '1')).waitFor();
          await page.getByRole('button', { name: words.send(2) }).waitFor();
          await recordedAre(system, recorded);
        }, { script: false }));

      it('asks for words, doubts look-alikes, and checks the file by its own total', () =>
        at('/import', async (page) => {
          const lines = [`2026/3/3,IMP-${language}-41,e2e-apple,e2e-north,退货,5,acme`, `2026/3/3,IMP-${language}-42,E2E-Apple,e2e-north,采购入库,6,acme`];
          await choose(page, csv('退货.csv', '收发明细', `${head},公司`, ...lines, '合计,,,,,11,'));
          await page.locator('[data-ask="word.退货"]').getByRole('link', { name: words.way, exact: true }).click();
          await page.getByText(words.looksLike).waitFor();
          await page.getByText(words.equal, { exact: true }).waitFor();
          assert.equal(await page.locator('.sheet tr.set-aside').count(), 2);
          await page.getByRole('link', { name: words.doubtful }).click();
          await page.getByText(words.clean).waitFor();
        }, { script: false }));

      it('takes NDJSON and workbooks, and says why a file cannot be taken', () =>
        at('/import', async (page) => {
          const ndjson = JSON.stringify(entry(3, { bill_id: `IMP-${language}-31` }));
          await choose(page, { name: 'a.ndjson', mimeType: 'application/x-ndjson', buffer: Buffer.from(ndjson) });
          await page.getByText(words.clean).waitFor();
          // A workbook of our own: the template, which has no line yet.
          const template = Buffer.from(await (await fetch(`${system.url}/import/template.xlsx`)).arrayBuffer());
          await choose(page, { name: 'template.xlsx', mimeType: 'application/octet-stream', buffer: template });
          await page.getByText(words.empty).waitFor();
          await choose(page, csv('quote.csv', head, `${line(51, 5)},"12 inch`, line(52, 6)));
          await page.getByText(words.quote).waitFor();
          await page.goto(`${system.url}/import?upload=0123`);
          await page.getByText(words.gone).waitFor();
        }));

      for (const [screen, viewport] of [['desk', undefined], ['phone', PHONE]]) {
        for (const theme of ['light', 'dark']) {
          it(`is accessible and fits, ${theme}, ${screen}`, () =>
            at('/import', async (page) => {
              await assertAccessible(page);
              await assertFits(page);
              await choose(page, csv('三月.csv', '三月收发明细', `${head},公司`, `${line(61, '"1,200"')},acme`, `${line(62, 0)},acme`, `${line(63, 5)},acme`));
              await page.waitForURL(/upload=/);
              await assertAccessible(page);
              await assertFits(page);
            }, { theme, ...(viewport ? { viewport } : {}) }));
        }
      }
    });
  }
});
