// Every component in every state and theme: nothing the browser complains about, nothing axe finds.

import { after, before, describe, it } from 'node:test';
import { LANGUAGES, PHONE, startBrowser, withPage } from './fixtures/browser.mjs';
import { assertAccessible } from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

const STATES = ['ready', 'stale', 'rebuilding', 'empty', 'loading', 'failed'];
const HALL = { width: 1920, height: 1080 };

describe('the components', { timeout: 300_000 }, () => {
  let browser;
  let system;
  before(async () => {
    [browser, system] = await Promise.all([startBrowser(), System.start()]);
  });
  after(async () => {
    await browser?.close();
    await system?.close();
  });

  for (const language of Object.keys(LANGUAGES)) {
    for (const [theme, viewport] of Object.entries({ light: undefined, dark: PHONE, wall: HALL })) {
      it(`are accessible, ${language}, ${theme}`, async () => {
        for (const state of STATES) {
          const url = `${system.url}/components?state=${state}&theme=${theme}`;
          await withPage(browser, url, { language, viewport }, async (page) => {
            await page.getByRole('link', { name: state, exact: true }).and(page.locator('[aria-current]')).waitFor();
            await assertAccessible(page);
          });
        }
      });
    }
  }
});
