// Audits in a browser: made now, followed, their findings opened and dealt with; without script too: these pages have none.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { audited, editLive, tablesOf } from './fixtures/audit.mjs';
import { PHONE, startBrowser, withPage } from './fixtures/browser.mjs';
import { eventually } from './fixtures/eventually.mjs';
import { NAMES, assertAccessible, assertFits, entry, zoneWhereItIsNoon } from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

const WORDS = {
  en: {
    run: 'Audit now',
    passed: 'Passed',
    failed: 'Failed',
    allAgree: /All 8 keys agree/,
    need: /6 of 8 keys need a person/,
    edited: 'The number in the live stock was edited',
    rowsLost: 'The records lost rows',
    rowsMake: /t_salt_\d+: rows make in .*; the day's totals say in /,
    accept: 'Accept the records',
    acknowledge: 'Acknowledge',
    acknowledged: /Acknowledged by/,
    accepted: /Records accepted by/,
    adjust: 'Post an adjusting entry',
    adjusted: /Adjusting entry posted by/,
    titles: 'Number,Warehouse id,Warehouse,Product id,Product,"RRS, Stock"',
    why: 'Why',
    noNote: /say why/,
    badPeriod: /is no period between 10 seconds and a year/,
    chosen: 'chosen here',
    toDo: 'To do',
    noSuch: 'There is no such audit',
    verified: /Verified \d/,
    auditFailed: /Audit failed/,
    replay: 'Replay the queue',
    missing: /Missing 2/,
    confirm: /Confirm the correction of 2 keys/,
    confirmed: /Confirmed by local administrator/,
  },
  zh: {
    run: '立即审计',
    passed: '通过',
    failed: '未通过',
    allAgree: /8 键全部一致/,
    need: /8 键中 6 键需要人工处理/,
    edited: '实时库存的数值被人改动',
    rowsLost: '关系库丢失明细行',
    rowsMake: /t_salt_\d+：明细为入 .*笔；当日汇总为入 /,
    accept: '以关系库为准',
    acknowledge: '已阅',
    acknowledged: /已阅 · /,
    accepted: /以关系库为准 · /,
    adjust: '补记调整分录',
    adjusted: /已补记调整分录 · /,
    titles: '序号,仓库编号,仓库,产品编号,产品,"RRS, 库存"',
    why: '理由',
    noNote: /请写明理由/,
    badPeriod: /不是 10 秒至一年之间的时长/,
    chosen: '在此设定',
    toDo: '待处理',
    noSuch: '没有此审计',
    verified: /已核对 \d/,
    auditFailed: /审计未通过/,
    replay: '回放消息队列',
    missing: /缺失 2/,
    confirm: /确认校正 2 键/,
    confirmed: /local administrator 于 .* 确认/,
  },
};

const PRODUCTS = ['apple', 'milk', 'rice', 'egg', 'salt', 'oil', 'tea', 'bean'];
const finding = (page, product) => page.locator('.findings > tbody > tr').filter({ hasText: product });

/** Opens a finding, says why, and presses a button of it. */
async function decide(page, product, words, why, button) {
  const it = finding(page, product);
  await it.locator('summary').click();
  await it.getByLabel(words.why).fill(why);
  await it.getByRole('button', { name: button }).click();
}


describe('audits', () => {
  let browser;
  let system;
  let good;
  let bad;
  before(async () => {
    browser = await startBrowser();
    // No audit by itself while these are looked at.
    const settings = { TALLYHOUSE_TIME_ZONE: zoneWhereItIsNoon(), TALLYHOUSE_AUDIT_RETRY_AFTER: '1h' };
    system = await System.start({ names: NAMES, settings });
    await system.produce(...PRODUCTS.flatMap((product_id) => [1, 2].map((n) => entry(n, { product_id, quantity: 100 + n }))));
    await eventually(async () => {
      const { totals } = await (await fetch(`${system.url}/api/v1/pipeline`)).json();
      assert.equal(totals.recorded, 2 * PRODUCTS.length);
    }, 60_000);
    good = await audited(system, 'full');
    assert.equal(good.state, 'passed', JSON.stringify(good));
    // Two of each kind: a language deals with one.
    const { warehouse_id } = entry(1);
    for (const [product, by] of [['apple', -3], ['milk', -4], ['rice', 5], ['egg', 6], ['tea', 7], ['bean', 8]]) {
      await editLive(system, warehouse_id, product, by);
    }
    for (const product of ['salt', 'oil']) {
      const [table] = await tablesOf(system, product);
      await system.sql(`DELETE FROM ${table} LIMIT 1`);
    }
    bad = await audited(system, 'full');
    assert.equal(bad.state, 'failed', JSON.stringify(bad));
  });
  after(async () => {
    await browser?.close();
    await system?.close();
  });

  it('marks the last check as failed while the last audit failed, whatever passed before', () =>
    withPage(browser, `${system.url}/audits`, { script: false }, (page) => page.locator('.last .proof[data-state=failed] .ruler').waitFor()));

  for (const [language, words] of Object.entries(WORDS)) {
    const at = (path, work, options = {}) => withPage(browser, `${system.url}${path}`, { language, ...options }, work);
    const [repaired, surplus, counted, more] = language === 'en' ? ['apple', 'rice', 'tea', 7] : ['milk', 'egg', 'bean', 8];

    describe(`in ${language}`, () => {
      it('tells what an audit compared and came to', () =>
        at(`/audits/${good.id}`, async (page) => {
          await page.getByText(words.allAgree).waitFor();
          await page.locator('.badge', { hasText: words.passed }).first().waitFor();
          assert.equal(await page.locator('.checks li[data-state=ok]').count(), 4);
          assert.equal(await page.locator('.cut tbody tr').count(), 4);
          await page.getByText('一致无需处理').waitFor();
        }, { script: false }));

      it('names what deviates, with both sides and what says so', () =>
        at(`/audits/${bad.id}`, async (page) => {
          await page.getByText(words.need).waitFor();
          assert.equal(await page.locator('.findings > tbody > tr').count(), 8);
          const edited = finding(page, 'rice');
          await edited.getByText('RRS或NRS重复').waitFor();
          await edited.getByText(words.edited).click();
          assert.match(await edited.locator('.sides').innerText(), /203/);
          const lost = finding(page, 'salt');
          await lost.getByText('RRS记录不完整').waitFor();
          await lost.getByText(words.rowsLost).click();
          await lost.getByText(words.rowsMake).waitFor();
          await lost.getByRole('button', { name: words.accept }).waitFor();
          assert.equal(await page.locator('.checks li[data-state=failed]').count(), 1);
          await page.getByRole('link', { name: words.toDo }).click();
          await page.waitForURL(/flag=F/);
        }, { script: false }));

      it('puts on record what a person decides, and why', () =>
        at(`/audits/${bad.id}`, async (page) => {
          await decide(page, repaired, words, 'seen on the floor', words.acknowledge);
          await page.waitForURL(/#finding-/);
          await finding(page, repaired).locator('summary').click();
          await finding(page, repaired).getByText(words.acknowledged).waitFor();
          await finding(page, repaired).getByText('seen on the floor').waitFor();
          await decide(page, surplus, words, '   ', words.accept);
          await page.getByRole('alert').getByText(words.noNote).waitFor();
          await decide(page, surplus, words, 'counted by hand', words.accept);
          await page.waitForURL(/#finding-/);
          // The audit that follows by itself settles it.
          await eventually(async () => {
            const { items } = await (await fetch(`${system.url}/api/v1/stock?product_id=${surplus}`)).json();
            assert.equal(items[0].stock, 203);
          }, 60_000);
          await finding(page, surplus).locator('summary').click();
          await finding(page, surplus).getByText(words.accepted).waitFor();
        }, { script: false, expected: /422/ }));

      it('posts an adjusting entry where the hall agrees with the live stock', () =>
        at(`/audits/${bad.id}`, async (page) => {
          await decide(page, counted, words, 'counted twice', words.adjust);
          await page.waitForURL(/#finding-/);
          await finding(page, counted).locator('summary').click();
          await finding(page, counted).getByText(words.adjusted).waitFor();
          await eventually(async () => {
            const { items } = await (await fetch(`${system.url}/api/v1/stock?product_id=${counted}`)).json();
            const { items: rows } = await (await fetch(`${system.url}/api/v1/records?product_id=${counted}`)).json();
            assert.deepEqual([items[0].stock, rows.length], [203 + more, 3]);
          }, 60_000);
        }, { script: false, expected: /409/ }));

      it('gives the findings as a file, and prints what says so', () =>
        at(`/audits/${bad.id}`, async (page) => {
          const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /CSV$/ }).click()]);
          const text = await readFile(await download.path(), 'utf8');
          const lines = text.replace(/^\uFEFF/, '').trim().split('\r\n');
          assert.ok(lines[0].startsWith(words.titles), lines[0]);
          assert.equal(lines.length, 1 + 8);
          await page.emulateMedia({ media: 'print' });
          assert.ok(await page.locator('.evidence > p').first().isVisible());
          assert.ok(!(await page.locator('.decide').first().isVisible()));
        }, { script: false }));

      it('makes an audit now, and follows it to its end', () =>
        at('/audits', async (page) => {
          await page.getByRole('button', { name: words.run, exact: true }).click();
          await page.waitForURL(/audits\/\d+$/);
          await page.locator('.badge').filter({ hasText: new RegExp(`${words.passed}|${words.failed}`) }).first().waitFor();
          await page.locator('.steps li[data-state=done]').last().waitFor();
        }));

      it('changes the period, and says what is none', () =>
        at('/audits', async (page) => {
          const period = page.locator('.period input[name=period]').first();
          await period.fill('soon');
          await page.locator('.period button').first().click();
          await page.getByRole('alert').getByText(words.badPeriod).waitFor();
          assert.equal(await period.inputValue(), 'soon');
          await period.fill('30m');
          await page.locator('.period button').first().click();
          await page.getByText(words.chosen).waitFor();
          assert.equal(await page.locator('.period input[name=period]').first().inputValue(), '30m');
          await page.locator('.period button[value=""]').click();
          await page.waitForFunction(() => document.querySelector('.period input[name=period]').value === '1h');
        }, { expected: /422/ }));

      it('says on live pages how far the figures can be trusted', () =>
        at('/', async (page) => {
          // A quick audit does not look at old tables again, and passes.
          const verdict = new RegExp(`${words.verified.source}|${words.auditFailed.source}`);
          await page.locator('#proof .verdict-line').filter({ hasText: verdict }).waitFor();
        }));

      it('says that there is no such audit', () =>
        at('/audits', async (page) => {
          const answer = await page.goto(`${system.url}/audits/999999`);
          assert.equal(answer.status(), 404);
          await page.getByText(words.noSuch).waitFor();
        }, { expected: /404/ }));

      for (const theme of ['light', 'dark']) {
        for (const [name, viewport] of [['desk', undefined], ['phone', PHONE]]) {
          it(`is accessible and fits, ${theme}, ${name}`, async () => {
            for (const path of ['/audits', `/audits/${bad.id}`, `/audits/${good.id}`]) {
              await at(path, async (page) => {
                // What a finding opens has to fit too.
                for (const it of await page.locator('.findings summary').all()) await it.click();
                await assertAccessible(page);
                await assertFits(page);
              }, { theme, ...(viewport && { viewport }) });
            }
          });
        }
      }
    });
  }

  // Last: afterwards both stores are right again.
  it('reads the queue again, names the bills, and corrects the records once an auditor confirms', () =>
    withPage(browser, `${system.url}/audits/${bad.id}`, { language: 'en', expected: /409/ }, async (page) => {
      const words = WORDS.en;
      await page.getByRole('button', { name: words.replay }).click();
      await eventually(async () => {
        await page.reload();
        await page.getByText(words.missing).waitFor({ timeout: 1000 });
      }, 60_000);
      assert.equal(await page.locator('.bills li').count(), 2);
      await assertAccessible(page);
      await eventually(async () => {
        await page.getByRole('button', { name: words.confirm }).click();
        await page.getByText(words.confirmed).waitFor({ timeout: 2000 });
      }, 60_000);
      await eventually(async () => {
        const { items } = await (await fetch(`${system.url}/api/v1/audits?limit=1`)).json();
        assert.deepEqual([items[0].state, items[0].keys], ['passed', 8]);
      }, 60_000);
      await page.goto(`${system.url}/audits`);
      await page.locator('.lines tbody tr').first().getByText('Passed').waitFor();
    }));
  it('shows afterwards what was corrected, and by whom, in the other language too', () =>
    withPage(browser, `${system.url}/audits/${bad.id}`, { language: 'zh' }, async (page) => {
      await page.getByText(WORDS.zh.confirmed).waitFor();
      await assertAccessible(page);
      await page.goto(`${system.url}/`);
      await page.locator('#proof').getByText(WORDS.zh.verified).waitFor();
    }));
});
