// Pictures of every page in both languages: the live page, statistics, records, the system and the names in both themes and on two sizes of screen, the wall
// as the hall sees it. out/PAGE-{en,zh}-{light,dark}-{desk,phone}.png, out/wall-{en,zh}.png. The audit that the README shows goes to screenshots/.
// With DEMO_URL, that of a system which `make run` has started: the README's other pictures, into screenshots/.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { audited, confirmed, editLive, replayed, tablesOf } from './fixtures/audit.mjs';
import { DESK, LANGUAGES, PHONE, startBrowser, withPage } from './fixtures/browser.mjs';
import { eventually } from './fixtures/eventually.mjs';
import { zoneWhereItIsNoon } from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

const OUT = fileURLToPath(new URL('out/', import.meta.url));
const README = fileURLToPath(new URL('screenshots/', import.meta.url));
const LIVE = { en: 'Live', zh: '实时' };
const PER_SECOND = { en: /per second/i, zh: '每秒笔数' };
const NEWEST = { en: 'Newest entries', zh: '最新明细' };
const SCREENS = { desk: DESK, phone: PHONE };
const HALL = { width: 1920, height: 1080 };
const WELL = { en: 'Everything works.', zh: '一切正常。' };
const RATE = 5;

/** What is not recorded, and why. */
const POISON = ['{"product_id":"rice","quantity":"ten"}', '{"product_id":"rice","quan', 'not json at all'];
/** A file as a person would bring it, with a line that is wrong. */
const FILE = {
  name: '出入库.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(
    '日期,单据号,产品,仓库,公司,方向,数量\n' +
      Array.from({ length: 20 }, (_, n) => `2026/3/1 ${8 + (n % 9)}:05,SO-${n},rice,shanghai-pudong,acme,${n % 4 ? '出库' : '入库'},${n === 7 ? 0 : n * 11 + 1}\n`).join(''),
  ),
};

/** Until the page is live and shows nothing but the trickle: a rate without the history, and newest entries that come. */
async function untilLively(page, language) {
  const live = new RegExp(`^\\s*${LIVE[language]}\\s*$`);
  await page.getByRole('status').filter({ hasText: live }).waitFor();
  const rate = page.locator('dl').filter({ hasText: PER_SECOND[language] }).getByRole('definition').first();
  const newest = page.getByRole('region', { name: NEWEST[language] }).getByRole('listitem').first();
  const first = await newest.innerText();
  await eventually(async () => {
    const perSecond = Number((await rate.innerText()).replaceAll(',', ''));
    assert.ok(perSecond > 0 && perSecond < 3 * RATE, `${perSecond} entries per second`);
    assert.notEqual(await newest.innerText(), first);
  }, 30_000);
}

async function caughtUp(system) {
  await eventually(async () => {
    const metrics = await (await fetch(`${system.url}/metrics`)).text();
    assert.match(metrics, /^tallyhouse_lag_messages 0$/m);
    assert.match(metrics, /^tallyhouse_live_lag_messages 0$/m);
  }, 180_000);
}

/** Edits the live stock of four keys; of one of the others a row is lost, of the last one a row is altered. */
async function damage(system, keys) {
  for (const [n, by] of [-12, -600, 48, 360].entries()) await editLive(system, keys[n].warehouse_id, keys[n].product_id, by);
  const [lost] = await tablesOf(system, keys[4].product_id);
  await system.sql(`DELETE FROM \`${lost}\` LIMIT 1`);
  const [changed] = await tablesOf(system, keys[5].product_id);
  await system.sql(`UPDATE \`${changed}\` SET quantity = quantity * 10 LIMIT 1`);
}

/** Until the page is live and has its newest entries. */
async function untilLive(page, language) {
  await page.getByRole('status').filter({ hasText: new RegExp(`^\\s*${LIVE[language]}\\s*$`) }).waitFor();
  await page.getByRole('region', { name: NEWEST[language] }).getByRole('listitem').first().waitFor();
}

/** What the README shows of a day on which everything is as it should be: the demo of `make run`. */
async function forTheReadme(url) {
  for (const language of Object.keys(LANGUAGES)) {
    const picture = (path, name, viewport, ready) =>
      withPage(browser, `${url}${path}`, { language, theme: 'light', viewport }, async (page) => {
        await ready(page);
        await page.screenshot({ path: `${README}${name}-${language}.png` });
        console.log(`${README}${name}-${language}.png`);
      });
    const isLive = (page) => untilLive(page, language);
    await picture('/wall', 'wall', HALL, isLive);
    if (language === 'en') await picture('/', 'live', DESK, isLive);
    await picture('/statistics?period=30d', 'statistics', DESK, untilChart);
  }
}

/** Until ECharts has taken the chart over; it is in the shadow. */
const untilChart = (page) => page.locator('tally-chart svg path').first().waitFor({ state: 'attached' });

/** Audits in every state: passed; failed; with a replay that waits for somebody; corrected. */
async function auditsOfAllKinds(system) {
  const good = await audited(system, 'full');
  const { items } = await (await fetch(`${system.url}/api/v1/stock?limit=60`)).json();
  const keys = [...new Map(items.filter((it) => it.stock > 100).map((it) => [it.product_id, it])).values()];
  // First what is corrected: a key that is dealt with is so in every audit that saw it.
  await damage(system, keys.slice(6, 12));
  const corrected = await audited(system, 'full');
  await confirmed(system, (await replayed(system, corrected.id)).id);
  // The audit that follows by itself, as soon as totals are made anew.
  await eventually(async () => {
    const { items } = await (await fetch(`${system.url}/api/v1/audits`)).json();
    assert.equal(items[0].state, 'passed');
  }, 60_000);
  await damage(system, keys.slice(0, 6));
  const failed = await audited(system, 'full');
  const ready = await audited(system, 'full');
  await replayed(system, ready.id);
  return { passed: good.id, failed: failed.id, ready: ready.id, corrected: corrected.id };
}

let browser;
let system;
if (process.env.DEMO_URL) {
  browser = await startBrowser();
  try {
    await forTheReadme(process.env.DEMO_URL);
  } finally {
    await browser.close();
  }
  process.exit();
}
try {
  // The hour of the pictures is one at which people work, and there is something behind every curve.
  system = await System.start({ settings: { TALLYHOUSE_TIME_ZONE: zoneWhereItIsNoon(), TALLYHOUSE_AUDIT_RETRY_AFTER: '1h' } });
  const names = system.path('simulated-names.csv');
  await system.tallyhouse(['simulate', '--days', '21', '--entries-per-day', '1500', '--last-hour-rate', `${RATE}`, '--write-names', names]);
  await system.tallyhouse(['names', 'import', names]);
  await system.produce(...POISON);
  await caughtUp(system);
  // New names are read now and then; a server that starts has them at once.
  await system.stop();
  await system.serve();
  system.startHelper(['simulate', '--rate', `${RATE}`]);
  await mkdir(OUT, { recursive: true });
  browser = await startBrowser();
  await audited(system, 'full');
  const audits = await auditsOfAllKinds(system);
  for (const language of Object.keys(LANGUAGES)) {
    for (const theme of ['light', 'dark']) {
      for (const [screen, viewport] of Object.entries(SCREENS)) {
        await withPage(browser, system.url, { language, theme, viewport }, async (page) => {
          await untilLively(page, language);
          const path = `${OUT}live-${language}-${theme}-${screen}.png`;
          await page.screenshot({ path, fullPage: screen === 'phone' });
          console.log(path);
        });
        await withPage(browser, `${system.url}/system`, { language, theme, viewport }, async (page) => {
          await page.getByText(WELL[language]).waitFor();
          const path = `${OUT}system-${language}-${theme}-${screen}.png`;
          await page.screenshot({ path, fullPage: true });
          console.log(path);
        });
        await withPage(browser, `${system.url}/statistics?period=30d`, { language, theme, viewport }, async (page) => {
          await untilChart(page);
          const path = `${OUT}statistics-${language}-${theme}-${screen}.png`;
          await page.screenshot({ path, fullPage: true });
          console.log(path);
        });
        await withPage(browser, `${system.url}/records?period=7d`, { language, theme, viewport }, async (page) => {
          const path = `${OUT}records-${language}-${theme}-${screen}.png`;
          await page.screenshot({ path });
          console.log(path);
        });
        await withPage(browser, `${system.url}/rejections`, { language, theme, viewport }, async (page) => {
          const path = `${OUT}rejections-${language}-${theme}-${screen}.png`;
          await page.screenshot({ path, fullPage: true });
          console.log(path);
          await page.locator('.lines tbody a').first().click();
          await page.waitForURL(/rejections\/\d+$/);
          const one = `${OUT}rejection-${language}-${theme}-${screen}.png`;
          await page.screenshot({ path: one, fullPage: true });
          console.log(one);
        });
        await withPage(browser, `${system.url}/import`, { language, theme, viewport }, async (page) => {
          await page.locator('input[type=file]').setInputFiles(FILE);
          await page.locator('form button').first().click();
          await page.waitForURL(/upload=/);
          const path = `${OUT}import-${language}-${theme}-${screen}.png`;
          await page.screenshot({ path, fullPage: true });
          console.log(path);
        });
        const ofAudits = Object.entries(audits).map(([state, id]) => [`audit-${state}`, `/audits/${id}`]);
        for (const [name, path] of [['audits', '/audits'], ...ofAudits]) {
          await withPage(browser, `${system.url}${path}`, { language, theme, viewport }, async (page) => {
            if (name === 'audit-failed' && theme === 'light' && screen === 'desk') {
              // What one sees first.
              await page.locator('.findings summary').nth(2).click();
              await page.evaluate(() => window.scrollTo(0, 0));
              await page.screenshot({ path: `${README}audit-${language}.png` });
              await page.locator('.findings summary').nth(2).click();
            }
            for (const it of await page.locator('.findings summary').all()) await it.click();
            await page.evaluate(() => window.scrollTo(0, 0)); // what sticks to the top belongs there
            const file = `${OUT}${name}-${language}-${theme}-${screen}.png`;
            await page.screenshot({ path: file, fullPage: true });
            console.log(file);
          });
        }
        await withPage(browser, `${system.url}/names`, { language, theme, viewport }, async (page) => {
          const path = `${OUT}names-${language}-${theme}-${screen}.png`;
          await page.screenshot({ path });
          console.log(path);
        });
      }
    }
    // While somebody holds a table, an audit waits for it.
    const held = system.sql('LOCK TABLES day_totals WRITE; DO SLEEP(8)');
    const { id } = await (await fetch(`${system.url}/api/v1/audits`, { method: 'POST', body: '{"scope":"full"}' })).json();
    await withPage(browser, `${system.url}/audits/${id}`, { language, viewport: DESK }, async (page) => {
      const path = `${OUT}audit-running-${language}-light-desk.png`;
      await page.screenshot({ path, fullPage: true });
      console.log(path);
    });
    await held;
    await withPage(browser, `${system.url}/wall`, { language, viewport: HALL }, async (page) => {
      await untilLively(page, language);
      const path = `${OUT}wall-${language}.png`;
      await page.screenshot({ path });
      console.log(path);
    });
  }
} finally {
  await browser?.close();
  await system?.close();
}
