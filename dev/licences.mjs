// The names, licences and licence texts of what is linked into the program and its pages, as those licences ask. To stdout.
//   node dev/licences.mjs NPM_FOLDER
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const cargo = (...args) => execFileSync('cargo', [...args, '--locked'], { encoding: 'utf8', maxBuffer: 1 << 28 });
const linked = (...args) => cargo('tree', '-e', 'normal', '--prefix', 'none', '-f', '{p}', ...args)
  .split('\n').map((line) => line.split(' ').slice(0, 2).join(' v').replace('vv', 'v')).filter((it) => it.trim());
const wanted = new Set([
  ...linked('-p', 'server', '--target', 'x86_64-unknown-linux-gnu'),
  ...linked('-p', 'frontend', '--target', 'wasm32-unknown-unknown'),
]);

// Files beside which no more is looked for, except C sources that a crate brings along.
const isText = (name) => /^(licen[cs]e|copying|copyright|notice|unlicense)/i.test(name) && !name.endsWith('.html');
const texts = (folder) => readdirSync(folder, { withFileTypes: true })
  .filter((it) => it.isFile() && isText(it.name)).map((it) => join(folder, it.name));
const SOURCES = { 'rdkafka-sys': ['librdkafka'], 'libmimalloc-sys': ['c_src/mimalloc', 'c_src/mimalloc/v3', 'c_src/mimalloc/v2'] };

const parts = [];
for (const it of JSON.parse(cargo('metadata', '--format-version', '1')).packages) {
  if (!it.source || !wanted.has(`${it.name} v${it.version}`)) continue;
  const root = join(it.manifest_path, '..');
  const folders = [root, ...(SOURCES[it.name] ?? []).map((below) => join(root, below)).filter(existsSync)];
  parts.push({ name: `${it.name} ${it.version}`, licence: it.license ?? 'see below', files: folders.flatMap(texts) });
}
for (const name of ['echarts', 'zrender', 'tslib']) {
  const root = join(process.argv[2], 'node_modules', name);
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  parts.push({ name: `${name} ${version}`, licence: license, files: texts(root) });
}
const sysroot = execFileSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' }).trim();
const std = join(sysroot, 'share/doc/rust');
parts.push({ name: 'the Rust standard library', licence: 'MIT OR Apache-2.0', files: existsSync(std) ? texts(std) : [] });
if (parts.length < 100) throw new Error(`only ${parts.length} libraries are found: has the output of cargo tree changed?`);

// The same text once, below the names of all that have it.
const byText = new Map();
for (const part of parts) {
  for (const file of part.files) {
    const text = readFileSync(file, 'utf8').replaceAll('\r', '').trim();
    byText.set(text, [...(byText.get(text) ?? []), part.name]);
  }
}
parts.sort((a, b) => a.name.localeCompare(b.name, 'en'));
console.log('Libraries of others in the program and its pages.\n');
for (const part of parts) console.log(`${part.name}: ${part.licence}${part.files.length ? '' : ' (it brings no text)'}`);
for (const [text, names] of byText) console.log(`\n${'='.repeat(80)}\n${[...new Set(names)].join(', ')}\n\n${text}`);
