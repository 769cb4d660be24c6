/**
 * A command with much output that one client starts, another follows, and `kill -9` of the owner does not end: all of it is
 * read back by cursor. It lasts seconds, or as many as THAW_LONG_COMMAND_SECONDS says (600 for the long run); the output
 * is the same.
 */
import { createHash } from 'node:crypto';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, spawnStdioClient } from '../support/mcp-client.ts';
import type { OwnerSpace } from '../support/owner.ts';
import { realOwnerSpace } from '../support/real-owner.ts';

const ROUNDS = 50;
const LINES = 130_000;
const SECONDS = Number(process.env['THAW_LONG_COMMAND_SECONDS'] ?? 5);
const PAUSE_SECONDS = (SECONDS / ROUNDS).toFixed(3);

let space: OwnerSpace;
const clients: Client[] = [];

async function connect(): Promise<Client> {
  const { client } = await spawnStdioClient(space.command('mcp'), space.env);
  clients.push(client);
  return client;
}

beforeAll(async () => {
  space = await realOwnerSpace();
}, 240_000);
afterAll(async () => {
  for (const client of clients) await client.close();
  await space.dispose();
}, 120_000);

/** What the command prints, as a digest and a length. */
function expectedOutput(): { readonly digest: string; readonly bytes: number } {
  const hash = createHash('sha256');
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const lines = Array.from({ length: LINES }, (_, n) => round * LINES + n + 1);
    const text = `${lines.join('\n')}\n`;
    hash.update(text);
    bytes += text.length;
  }
  return { digest: hash.digest('hex'), bytes };
}

it('is followed by another client, outlives its owner, and is read back whole', {
  timeout: 240_000 + SECONDS * 1_000,
}, async () => {
  const first = await connect();
  await call(first, 'sandbox_create', { name: 'long' });
  const command = `for i in $(seq 0 ${ROUNDS - 1}); do seq $((i * ${LINES} + 1)) $(((i + 1) * ${LINES})); sleep ${PAUSE_SECONDS}; done; exit 3`;
  const started = await call(first, 'sandbox_exec', { sandbox: 'long', command, waitSeconds: 1 });
  expect(started.structured).toMatchObject({ status: 'running' });
  const execId = started.structured?.['execId'];

  const second = await connect();
  const followed = await call(second, 'sandbox_exec_output', { sandbox: 'long', execId, maxBytes: 1_000 });
  expect(followed.structured).toMatchObject({ status: 'running', cursor: 0, nextCursor: 1_000 });

  const owner = space.ownerPid();
  expect(owner).not.toBeNull();
  process.kill(owner ?? 0, 'SIGKILL');

  const third = await connect();
  const hash = createHash('sha256');
  let cursor = 0;
  for (;;) {
    const { structured, isError, text } = await call(third, 'sandbox_exec_output', {
      sandbox: 'long',
      execId,
      cursor,
      maxBytes: 1_000_000,
      encoding: 'base64',
      waitSeconds: 30,
    });
    expect(isError, text.slice(0, 500)).toBe(false);
    expect(structured).toMatchObject({ cursor, droppedBytes: 0 });
    hash.update(Buffer.from(String(structured?.['output']), 'base64'));
    cursor = Number(structured?.['nextCursor']);
    if (structured?.['status'] === 'running' || structured?.['bytesLeft'] !== 0) continue;
    expect(structured).toMatchObject({ status: 'exited', exitCode: 3 });
    break;
  }
  const expected = expectedOutput();
  expect(expected.bytes).toBeGreaterThan(50_000_000);
  expect({ digest: hash.digest('hex'), bytes: cursor }).toEqual(expected);
  expect((await call(third, 'sandbox_delete', { sandbox: 'long' })).isError).toBe(false);
});
