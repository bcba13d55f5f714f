// The catalogue in a browser: what has no name first, edited in place, imported from a file after a look at it. All without
// script too: these pages have none.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PHONE, startBrowser, withPage } from './fixtures/browser.mjs';
import { eventually } from './fixtures/eventually.mjs';
import { NAMES, assertAccessible, entry, panel, row, streamIs, zoneWhereItIsNoon } from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

const WORDS = {
  en: {
    zh: 'Chinese',
    en: 'English',
    save: 'Save',
    saved: /Saved: 2 changed/,
    notSaved: 'Nothing is saved yet',
    tooLong: 'Chinese is longer than 128 characters',
    noLevel: 'is no number from 1 to',
    changedSince: 'somebody changed it since',
    unnamed: 'no name yet',
    lowStock: 'Low stock',
    level: 'Level',
    addIn: 'Add a level in',
    oneLevel: '1 warehouse',
    warehouses: 'Warehouses',
    companies: 'Companies',
    find: 'Find by name, initials or id',
    file: 'File',
    look: 'Show what it changes',
    would: '2 new, 1 changed, 1 as they are.',
    doImport: 'Import',
    imported: 'Imported: 3 new or changed.',
    faults: ['line 2: kind', 'line 3: id is empty', 'line 4: 4 fields'],
    byProduct: 'By product',
    live: 'Live',
    add: 'Add: Id',
  },
  zh: {
    zh: '中文名',
    en: '英文名',
    save: '保存',
    saved: /已保存：2 处更改/,
    notSaved: '尚未保存',
    tooLong: '中文名 超过 128 个字符',
    noLevel: '不是 1 至',
    changedSince: '此后有人更改过',
    unnamed: '尚无名称',
    lowStock: '低库存',
    level: '下限',
    addIn: '新增下限，仓库',
    oneLevel: '1 个仓库',
    warehouses: '仓库',
    companies: '公司',
    find: '按名称、首字母或编号查找',
    file: '文件',
    look: '查看将更改什么',
    would: '新增 2，更改 1，相同 1。',
    doImport: '导入',
    imported: '已导入：新增或更改 3 处。',
    faults: ['第 2 行：kind', '第 3 行：id 为空', '第 4 行：有 4 个字段'],
    byProduct: '按产品',
    live: '实时',
    add: '新增: 编号',
  },
};

const csv = (name, ...lines) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) });

for (const [language, words] of Object.entries(WORDS)) {
  describe(`the catalogue, in ${language}`, { timeout: 300_000 }, () => {
    let browser;
    let system;
    // A page that refuses says so with its status, which the browser's console repeats.
    const expected = /status of (422|413)/;
    const open = (path, options, work) => withPage(browser, `${system.url}${path}`, { language, expected, ...options }, work);
    const field = (page, title, id) => page.getByRole('textbox', { name: `${title}: ${id}`, exact: true });
    const save = (page) => page.getByRole('button', { name: words.save, exact: true }).click();

    before(async () => {
      const settings = { TALLYHOUSE_TIME_ZONE: zoneWhereItIsNoon(), TALLYHOUSE_RECORDS_LAYOUT: 'bucket-day' };
      [browser, system] = await Promise.all([startBrowser(), System.start({ names: NAMES, settings })]);
      await system.produce(entry(10), entry(5, { product_id: 'e2e-new' }), entry(3, { product_id: 'e2e-other' }));
      await eventually(async () => assert.ok((await (await fetch(`${system.url}/names`)).text()).includes('e2e-other')));
    });
    after(async () => {
      await browser?.close();
      await system?.close();
    });

    it('shows what has no name first, and finds by name, initials and id', () =>
      open('/names', { script: false }, async (page) => {
        const ids = () => page.locator('tbody th code').allInnerTexts();
        assert.deepEqual(await ids(), ['e2e-new', 'e2e-other', 'e2e-apple', 'e2e-milk']);
        assert.equal(await page.getByText(words.unnamed, { exact: true }).count(), 2);
        for (const wanted of ['苹果', 'hfs', 'Fuji', 'e2e-app']) {
          await page.getByRole('searchbox', { name: words.find }).fill(wanted);
          await page.keyboard.press('Enter');
          await page.waitForURL((url) => url.searchParams.get('find') === wanted);
          assert.deepEqual(await ids(), ['e2e-apple'], wanted);
        }
        await page.getByRole('link', { name: words.companies }).click();
        await page.waitForURL(/of=company/);
        assert.deepEqual(await ids(), ['e2e-company']);
      }));

    for (const script of [false, true]) {
      it(`saves all that was typed, or nothing, and loses none of it, ${script ? 'with' : 'without'} script`, () =>
        open('/names', { script }, async (page) => {
          const name = `新品${script}`;
          await field(page, words.zh, 'e2e-new').fill(name);
          const other = field(page, words.zh, 'e2e-other');
          await other.evaluate((it) => it.removeAttribute('maxlength'));
          await other.fill('长'.repeat(129));
          await save(page);
          await page.getByRole('alert').filter({ hasText: words.notSaved }).waitFor();
          await page.getByText(words.tooLong).waitFor();
          assert.equal(await other.getAttribute('aria-invalid'), 'true');
          assert.equal(await field(page, words.zh, 'e2e-new').inputValue(), name);
          assert.ok(!(await (await fetch(`${system.url}/names.csv`)).text()).includes(name), 'something was saved');
          await other.fill(`其他${script}`);
          await save(page);
          await page.getByRole('status').filter({ hasText: words.saved }).waitFor();
          assert.equal(await field(page, words.zh, 'e2e-other').inputValue(), `其他${script}`);
          // Screens show it at once.
          await page.goto(`${system.url}/`);
          await eventually(async () => {
            await page.reload();
            assert.equal(await row(page, words.byProduct, name).count(), 1);
          });
        }));
    }

    it('sets a level, and refuses what is none', () =>
      open('/names', {}, async (page) => {
        await page.getByRole('button', { name: `${words.lowStock}: e2e-milk` }).click();
        const levels = page.locator('.levels:popover-open');
        await levels.getByRole('combobox', { name: words.addIn }).fill('e2e-south');
        await levels.getByRole('textbox', { name: words.level, exact: true }).fill('many');
        await page.keyboard.press('Enter');
        await page.getByText(words.noLevel).waitFor();
        await page.getByRole('button', { name: `${words.lowStock}: e2e-milk` }).click();
        assert.equal(await levels.getByRole('combobox', { name: words.addIn }).inputValue(), 'e2e-south');
        await levels.getByRole('textbox', { name: words.level, exact: true }).fill('30');
        await page.keyboard.press('Enter');
        const button = page.getByRole('button', { name: `${words.lowStock}: e2e-milk` });
        await button.filter({ hasText: words.oneLevel }).waitFor();
        assert.match(await (await fetch(`${system.url}/names.csv`)).text(), /low_stock,e2e-milk,,,,e2e-south,30/);
      }));

    it('does not overwrite what somebody else changed', () =>
      open('/names', {}, async (page) => {
        await open('/names', {}, async (other) => {
          await field(other, words.en, 'e2e-milk').fill('Milk of theirs');
          await save(other);
          await other.waitForURL(/saved=1/);
        });
        await field(page, words.en, 'e2e-milk').fill('Milk of mine');
        await save(page);
        await page.getByText(words.changedSince).filter({ hasText: 'Milk of theirs' }).waitFor();
        assert.equal(await field(page, words.en, 'e2e-milk').inputValue(), 'Milk of mine');
        await save(page);
        await page.waitForURL(/saved=1/);
        assert.equal(await field(page, words.en, 'e2e-milk').inputValue(), 'Milk of mine');
      }));

    it('needs no script and no WASM', async () => {
      for (const path of ['/names', '/names/import', '/system']) {
        const html = await (await fetch(`${system.url}${path}`)).text();
        assert.doesNotMatch(html, /\.wasm|tallyhouse\.js/, path);
      }
    });

    it('adds an id that no entry brought yet', () =>
      open('/names?of=warehouse', { script: false }, async (page) => {
        await page.getByRole('textbox', { name: words.add }).fill('e2e-harbour');
        await page.locator('[name="new.en"]').fill('Harbour');
        await save(page);
        await page.waitForURL(/saved=1/);
        assert.equal(await field(page, words.en, 'e2e-harbour').inputValue(), 'Harbour');
      }));

    it('shows what a file would change, then changes it', () =>
      open('/names/import', { script: false }, async (page) => {
        const head = 'kind,id,zh,en,unit,warehouse,level';
        const file = csv('names.csv', head, 'product,f-1,甲,A,kg,,', 'product,e2e-apple,红富士苹果,Fuji,kg,,', 'warehouse,e2e-north,北仓,North depot,,,', 'low_stock,f-1,,,,e2e-north,5', '');
        await page.getByLabel(words.file, { exact: true }).setInputFiles(file);
        await page.getByRole('button', { name: words.look }).click();
        await page.getByRole('status').filter({ hasText: words.would }).waitFor();
        await page.getByRole('row').filter({ hasText: 'product e2e-apple' }).filter({ hasText: 'Fuji apple' }).waitFor();
        const stored = async () => (await fetch(`${system.url}/names.csv`)).text();
        assert.doesNotMatch(await stored(), /f-1/);
        await page.getByRole('button', { name: words.doImport, exact: true }).click();
        await page.getByRole('status').filter({ hasText: words.imported }).waitFor();
        assert.match(await stored(), /product,f-1,甲,A,kg/);
      }));

    it('names all that is wrong with a file by line, and imports none of it', () =>
      open('/names/import', { script: false }, async (page) => {
        const file = csv('bad.csv', 'kind,id,zh,en,unit', 'fruit,g-1,,,', 'warehouse,,,,', 'product,g-2,,', 'product,g-3,,,');
        await page.getByLabel(words.file, { exact: true }).setInputFiles(file);
        await page.getByRole('button', { name: words.look }).click();
        for (const fault of words.faults) await page.getByRole('listitem').filter({ hasText: fault }).waitFor();
        assert.equal(await page.getByRole('button', { name: words.doImport, exact: true }).count(), 0);
        assert.doesNotMatch(await (await fetch(`${system.url}/names.csv`)).text(), /g-3/);
      }));

    for (const theme of ['light', 'dark']) {
      for (const viewport of [undefined, PHONE]) {
        it(`is accessible, ${theme}, ${viewport ? 'phone' : 'desk'}`, () =>
          open('/names', { theme, viewport }, async (page) => {
            await assertAccessible(page);
            await page.locator('[name="0.zh"]').evaluate((it) => it.removeAttribute('maxlength'));
            await page.locator('[name="0.zh"]').fill('长'.repeat(129));
            await save(page);
            await page.getByText(words.tooLong).waitFor();
            await assertAccessible(page);
            await page.goto(`${system.url}/names/import`);
            await assertAccessible(page);
          }));
      }
    }
  });
}
