// The names in packaging/ and in the documentation of it: every setting exists, every setting is in the settings file of the package, and its
// manual page and completions name every command and option.
//   node dev/prove/names.mjs PROGRAM
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const read = (path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const faults = [];

// What docs/settings.md lists, and what it says of variables that are no settings. (A row of the table; a sentence below it.)
const page = read('docs/settings.md');
const settings = new Set([...page.matchAll(/^\| `TALLYHOUSE_([A-Z_]+)`/gm)].map((it) => it[1]));
const SECRETS = ['MYSQL_URL', 'REDIS_URL', 'WEBHOOK_URL', 'WEBHOOK_SECRET', 'KAFKA_SASL_PASSWORD', 'KAFKA_SSL_KEY_PASSWORD'];
const others = ['CONFIG', 'LOG', 'PKG', 'BIN', 'CACHE'];
const exists = (name) => settings.has(name) || others.includes(name) || name.startsWith('DEV_')
  || (name.endsWith('_FILE') && SECRETS.includes(name.slice(0, -5)));

// 1. The settings file of the package: whole, and nothing else.
const named = [...read('packaging/deb/settings.toml').matchAll(/^#?([a-z_]+) = /gm)].map((it) => it[1].toUpperCase());
for (const name of named) if (!exists(name)) faults.push(`packaging/deb/settings.toml has ${name.toLowerCase()}, which is no setting`);
const UNUSED = ['PUBLIC_WALL']; // without effect
for (const name of settings) {
  if (!UNUSED.includes(name) && !named.includes(name) && !named.includes(`${name}_FILE`)) {
    faults.push(`packaging/deb/settings.toml lacks ${name.toLowerCase()}, as a comment at least`);
  }
}
for (const name of SECRETS) if (named.includes(name)) faults.push(`packaging/deb/settings.toml has a secret in it: ${name}_FILE is its place`);

// 2. Variables.
const files = ['packaging/deb/tallyhouse.service', 'packaging/docker/Dockerfile', 'packaging/docker/compose.yaml', 'packaging/docker/secrets.sh',
  'packaging/proxy/nginx.conf', 'packaging/proxy/Caddyfile', 'docs/install.md', 'docs/operate.md', 'docs/zh-CN/install.md', 'docs/zh-CN/operate.md'];
for (const file of files) {
  for (const [, name] of read(file).matchAll(/TALLYHOUSE_([A-Z_]+)/g)) {
    if (!exists(name)) faults.push(`${file} names TALLYHOUSE_${name}, which docs/settings.md does not`);
  }
}
const compose = read('packaging/docker/compose.yaml');
for (const name of SECRETS) {
  if (new RegExp(`TALLYHOUSE_${name}[:=]`).test(compose)) faults.push(`compose.yaml has a secret in the environment: TALLYHOUSE_${name}`);
}

// 3. Commands and options.
const program = process.argv[2];
const help = (...args) => execFileSync(program, [...args, '--help'], { encoding: 'utf8' });
const commandsOf = (text) => [...(text.split('\nCommands:\n')[1]?.split('\n\n')[0] ?? '').matchAll(/^ {2}([a-z-]+) /gm)].map((it) => it[1]);
const optionsOf = (text) => [...text.matchAll(/^ +(?:-[a-zA-Z], )?--([a-z-]+)/gm)].map((it) => it[1]);
const manual = read('packaging/deb/tallyhouse.1').replaceAll('\\-', '-');
const completions = read('packaging/deb/tallyhouse.bash');
const told = (what, text, page) => {
  if (!new RegExp(`(^|[^a-z-])${what}($|[^a-z-])`, 'm').test(text)) faults.push(`${page} does not name ${what}`);
};
const walk = (...above) => {
  const text = help(...above);
  for (const option of optionsOf(text)) {
    if (above[0] !== 'bench') told(`--${option}`, manual, 'the manual page');
    if (above[0] !== 'bench') told(`--${option}`, completions, 'the completions');
  }
  for (const command of commandsOf(text).filter((it) => it !== 'help')) {
    if (above[0] !== 'bench') told(command, manual, 'the manual page');
    told(command, completions, 'the completions');
    walk(...above, command);
  }
};
walk();

for (const fault of faults) console.error(fault);
console.log(`names: ${settings.size} settings, ${named.length} in the settings file, ${faults.length} faults`);
process.exit(faults.length > 0 ? 1 : 0);
