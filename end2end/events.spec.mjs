// Change events of another system, tried with a mapping file before any of them is translated.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PHONE, startBrowser, withPage } from './fixtures/browser.mjs';
import { assertAccessible, assertFits, entry } from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

const WORDS = {
  en: {
    link: 'Change events',
    map: 'Mapping file (TOML)',
    look: 'Try on the last 100 events',
    verdict: '4 events: 2 become entries, 1 are skipped, 1 cannot be translated.',
    fault: 'the table places has no "e2e-south"',
    skipped: 'the conditions of the mapping do not hold',
    noMap: 'The mapping file cannot be used.',
    noTopic: 'Kafka has no topic nowhere.',
  },
  zh: {
    link: '变更事件',
    map: '映射文件（TOML）',
    look: '用最近 100 条事件试一试',
    verdict: '4 条事件：2 条成为明细，1 条跳过，1 条不能翻译。',
    fault: '对照表 places 里没有“e2e-south”',
    skipped: '不满足映射的条件',
    noMap: '映射文件不能使用。',
    noTopic: 'Kafka 没有主题 nowhere。',
  },
};

/** A row without an envelope is a change event too: the topic of entries has some. */
const map = (topic) => `
topic = "${topic}"
[where]
kind = "bill"
[lookup.places]
e2e-north = "north"
[[entry]]
bill_id = { fields = ["bill_id", "product_id"] }
product_id = { field = "product_id" }
warehouse_id = { field = "warehouse_id", lookup = "places" }
company_id = { constant = "acme" }
drcr = { field = "drcr", as = "sign" }
quantity = { field = "quantity", as = "absolute" }
create_time = { field = "create_time", as = "moment" }
`;

describe('change events', () => {
  let browser;
  let system;
  before(async () => {
    browser = await startBrowser();
    system = await System.start();
    const kind = { kind: 'bill' };
    await system.produce(
      entry(5, kind),
      entry(6, { ...kind, drcr: -1 }),
      entry(7, { ...kind, warehouse_id: 'e2e-south' }),
      entry(8, { kind: 'opening' }),
    );
  });
  after(async () => {
    await browser?.close();
    await system?.close();
  });

  /** How many messages the topic of entries has. */
  const ends = async () => {
    const { partitions } = await (await fetch(`${system.url}/api/v1/pipeline`)).json();
    return partitions.reduce((all, it) => all + it.end_offset, 0);
  };

  for (const [language, words] of Object.entries(WORDS)) {
    const at = (work, options = {}) => withPage(browser, `${system.url}/import`, { language, script: false, ...options }, work);
    const preview = async (page, text) => {
      await page.goto(`${system.url}/import/events`);
      await page.getByRole('textbox', { name: words.map }).fill(text);
      await page.getByRole('button', { name: words.look }).click();
    };

    describe(`in ${language}`, () => {
      it('shows what each comes to, and records nothing', () =>
        at(async (page) => {
          await page.getByRole('link', { name: words.link }).click();
          await page.waitForURL(/\/import\/events$/);
          const topic = system.database.pathname.slice(1);
          await preview(page, map(topic));
          await page.getByText(words.verdict).waitFor();
          await page.getByText(words.fault).waitFor();
          await page.getByText(words.skipped).waitFor();
          await page.getByText('+5', { exact: true }).waitFor();
          await page.getByText('\u22126', { exact: true }).waitFor();
          // What was typed is there to be mended.
          assert.match(await page.getByRole('textbox', { name: words.map }).inputValue(), /\[lookup\.places\]/);
          assert.equal(await ends(), 4, 'what the test has sent, and nothing more');
        }));

      it('says why a mapping or a topic cannot be read', () =>
        at(async (page) => {
          await preview(page, 'topic = [');
          await page.getByText(words.noMap).waitFor();
          await preview(page, map('nowhere'));
          await page.getByText(words.noTopic).waitFor();
        }, { expected: /4(22|04)/ }));

      for (const [theme, viewport] of [['light', undefined], ['dark', PHONE]]) {
        it(`is accessible and fits, ${theme}`, () =>
          at(async (page) => {
            await preview(page, map(system.database.pathname.slice(1)));
            await page.getByText(words.verdict).waitFor();
            await assertAccessible(page);
            await assertFits(page);
          }, { theme, script: true, ...(viewport ? { viewport } : {}) }));
      }
    });
  }
});
