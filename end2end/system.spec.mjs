// The system page in a browser: where each partition stands, and what is wrong.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PHONE, startBrowser, withPage } from './fixtures/browser.mjs';
import { eventually } from './fixtures/eventually.mjs';
import { assertAccessible, entry, markDocument, panel } from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

const WORDS = {
  en: { well: 'Everything works.', accounting: 'Every message is accounted for', partitions: 'Partitions', stores: 'Stores', answers: 'Answers', holds: 'Holds', old: 'these figures are from before' },
  zh: { well: '一切正常。', accounting: '每条消息都有去处', partitions: '分区', stores: '存储', answers: '正常应答', holds: '成立', old: '未必是当前库存' },
};

describe('the system page', { timeout: 300_000 }, () => {
  let browser;
  let system;
  const open = (options, work) => withPage(browser, `${system.url}/system`, options, work);

  before(async () => {
    [browser, system] = await Promise.all([startBrowser(), System.start()]);
    await system.produce(entry(1), entry(2), entry(0));
    await eventually(async () => {
      const { totals } = await (await fetch(`${system.url}/api/v1/pipeline`)).json();
      assert.equal(totals.consumed, 3);
    });
  });
  after(async () => {
    await browser?.close();
    await system?.close();
  });

  /** The terms of the accounting line. */
  const equation = async (page, words) => {
    const terms = await panel(page, words.accounting).getByRole('definition').allInnerTexts();
    return terms.map((it) => Number(it.replaceAll(',', '')));
  };

  for (const [language, words] of Object.entries(WORDS)) {
    it(`says how the parts are, in ${language}, with and without script`, async () => {
      for (const script of [false, true]) {
        await open({ language, script }, async (page) => {
          await page.getByText(words.well, { exact: true }).waitFor();
          const [consumed, recorded, duplicates, rejected] = await equation(page, words);
          assert.ok(consumed >= 3);
          assert.equal(consumed, recorded + duplicates + rejected);
          await panel(page, words.accounting).getByText(words.holds, { exact: true }).waitFor();
          assert.equal(await panel(page, words.stores).getByText(words.answers, { exact: true }).count(), 3);
          assert.ok((await panel(page, words.partitions).getByRole('row').count()) >= 5);
        });
      }
    });

    for (const theme of ['light', 'dark']) {
      it(`is accessible, in ${language}, ${theme}`, () =>
        open({ language, theme }, async (page) => {
          await assertAccessible(page);
          await page.setViewportSize(PHONE);
          await assertAccessible(page);
        }));
    }
  }

  it('keeps up without loading again, and shows what is old as old', () =>
    open({ language: 'en', expected: /net::ERR_|Failed to load resource/ }, async (page) => {
      const words = WORDS.en;
      const isSameDocument = await markDocument(page);
      const [consumed] = await equation(page, words);
      await system.produce(entry(4));
      await eventually(async () => assert.equal((await equation(page, words))[0], consumed + 1));
      await system.kill();
      try {
        await page.getByText(words.old).waitFor();
        assert.ok((await page.locator('.panel[data-stale]').count()) > 0);
      } finally {
        await system.serve();
      }
      await page.getByText(words.old).waitFor({ state: 'hidden' });
      assert.equal(await page.locator('.panel[data-stale]').count(), 0);
      await isSameDocument();
    }));
});
