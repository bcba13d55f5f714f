// The webhook against the public library that receivers check it with.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { eventually } from './fixtures/eventually.mjs';
import { entry } from './fixtures/page.mjs';
import { System } from './fixtures/system.mjs';

describe('a receiver that checks with the library of the standard', () => {
  it('takes every try under one id, each signed for its own time', async () => {
    const secret = `whsec_${randomBytes(24).toString('base64')}`;
    const library = new Webhook(secret);
    const tries = [];
    const receiver = createServer(async (request, response) => {
      const parts = [];
      for await (const part of request) parts.push(part);
      try {
        const message = library.verify(Buffer.concat(parts).toString(), request.headers);
        tries.push({ id: request.headers['webhook-id'], at: Number(request.headers['webhook-timestamp']), message });
        response.statusCode = tries.length > 2 ? 204 : 503; // away at first
      } catch (error) {
        tries.push({ error });
        response.statusCode = 401;
      }
      response.end();
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const url = `http://127.0.0.1:${receiver.address().port}/hook`;
    const settings = { TALLYHOUSE_WEBHOOK_URL: url, TALLYHOUSE_WEBHOOK_SECRET: secret, TALLYHOUSE_AUDIT_EXPIRATION: '1s' };
    const system = await System.start({ settings });
    try {
      await system.produce(entry(5));
      await eventually(async () => {
        const found = await (await fetch(`${system.url}/api/v1/stock`)).json();
        assert.equal(found.items.length, 1);
      });
      // The live stock holds more than the records: an audit fails, and a person has to decide.
      const key = (await system.redis('--scan', '--pattern', '{}*e2e-apple*')).split('\n')[0];
      await system.redis('HINCRBY', key, 'change_v1', 3);
      await system.redis('HINCRBY', key, 'change_v2', 3);
      await eventually(async () => assert.ok(tries.length >= 3, JSON.stringify(tries)), 60_000);
      assert.deepEqual(tries.filter((it) => it.error), [], 'the library refuses none');
      assert.equal(new Set(tries.slice(0, 3).map((it) => it.id)).size, 1);
      assert.ok(tries[2].at > tries[0].at, 'a later try is signed for its own time');
      assert.equal(tries[2].message.type, 'audit_failed');
    } finally {
      await system.close();
      receiver.close();
    }
  });
});
