// What a proxy makes of a request.
//   node echo.mjs PORT          says what it is asked: the headers as they came, and when the first and the last byte of the body did (ms)
//   node echo.mjs check FILE    whether such an answer is that of dev/prove/proxy.sh's question, exit code 1 where not
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

function serve(port) {
  createServer((request, response) => {
    const began = Date.now();
    let first = null;
    let bytes = 0;
    request.on('data', (chunk) => {
      first ??= Date.now() - began;
      bytes += chunk.length;
    });
    request.on('end', () => {
      const answer = { names: request.rawHeaders.filter((_, at) => at % 2 === 0), headers: request.headers, first, last: Date.now() - began, bytes };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer));
    });
  }).listen(port, '127.0.0.1');
}

function check({ names, headers, first, last, bytes }) {
  const faults = [];
  const is = (what, got, wanted) => {
    if (got !== wanted) faults.push(`${what} is ${got}, not ${wanted}`);
  };
  is('X-Forwarded-For', headers['x-forwarded-for'], '127.0.0.1');
  is('X-Forwarded-Proto', headers['x-forwarded-proto'], 'https');
  is('Authorization', headers.authorization, undefined);
  is('Forwarded', headers.forwarded, undefined);
  is('X-Real-IP', headers['x-real-ip'], undefined);
  is('the host, without its port', headers.host.split(':')[0], 'localhost');
  if (/evil/.test(headers['x-forwarded-host'] ?? '')) faults.push("X-Forwarded-Host is the client's");
  const odd = names.filter((it) => it.includes('_'));
  if (odd.length > 0) faults.push(`headers with an underscore came through: ${odd}`);
  is('the length of the body', bytes, 9);
  if (last - first < 1000) faults.push(`the body came at once, ${first} to ${last} ms after the head: it was kept until it was whole`);
  return faults;
}

if (process.argv[2] === 'check') {
  const faults = check(JSON.parse(readFileSync(process.argv[3], 'utf8')));
  if (faults.length > 0) {
    console.error(faults.join('\n'));
    process.exit(1);
  }
} else {
  serve(Number(process.argv[2]));
}
