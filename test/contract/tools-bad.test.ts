/** Every tool called badly: the backend is not reached, and the error says all that a model needs, in its text. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ThawError } from '../../src/errors.ts';
import { tools } from '../../tools/index.ts';
import { fakeBackend } from '../support/fake-backend.ts';
import { call, connectSocketClient } from '../support/mcp-client.ts';
import { type McpFixture, serveOnSocket } from '../support/mcp-fixture.ts';
import type { BadCall } from './tools-bad/bad-call.ts';
import { codeBadCalls } from './tools-bad/code.ts';
import { copiesBadCalls } from './tools-bad/copies.ts';
import { editBadCalls } from './tools-bad/edit.ts';
import { execFileBadCalls } from './tools-bad/exec-files.ts';
import { lifecycleBadCalls } from './tools-bad/lifecycle.ts';
import { networkBadCalls } from './tools-bad/network.ts';
import { previewBadCalls } from './tools-bad/previews.ts';
import { settingsBadCalls } from './tools-bad/settings.ts';
import { sshBadCalls } from './tools-bad/ssh.ts';
import { templateBadCalls } from './tools-bad/templates.ts';
import { transferBadCalls } from './tools-bad/transfer.ts';
import { volumeBadCalls } from './tools-bad/volumes.ts';

const fake = fakeBackend({
  lifecycle: {
    get: async (sandbox) => {
      if (sandbox === 'defect') throw new Error('at /var/lib/docker/secret: boom');
      throw new ThawError('sandbox_not_found', 'There is no sandbox "bx".', {
        next: 'Did you mean "box"?',
        context: { existing: ['box'] },
      });
    },
    start: async () => {
      throw new ThawError('capacity', 'Too many sandboxes.');
    },
  },
});
let fixture: McpFixture;
let client: Client;
beforeAll(async () => {
  fixture = await serveOnSocket(fake.backend);
  client = await connectSocketClient(fixture.path);
});
afterAll(async () => {
  await client.close();
  await fixture.close();
});

describe('wrong arguments', () => {
  const cases: readonly BadCall[] = [
    ...lifecycleBadCalls,
    ...settingsBadCalls,
    ...networkBadCalls,
    ...copiesBadCalls,
    ...previewBadCalls,
    ...templateBadCalls,
    ...volumeBadCalls,
    ...codeBadCalls,
    ...execFileBadCalls,
    ...editBadCalls,
    ...transferBadCalls,
    ...sshBadCalls,
  ];

  it.each(cases)('%s %j', async (tool, given, expected) => {
    const before = fake.calls.length;
    const { isError, text, structured } = await call(client, tool, given);
    expect(isError).toBe(true);
    expect(structured).toBeUndefined();
    expect(text).toMatch(/^invalid_argument: /);
    expect(text).toContain(expected);
    expect(text).toMatch(/\nNext: .*The arguments are: .*\nRetryable: no$/);
    expect(fake.calls).toHaveLength(before);
  });

  it('covers every tool', () => {
    expect(new Set(cases.map(([tool]) => tool))).toEqual(new Set(tools.map(({ name }) => name)));
  });

  it('names at most eight problems', async () => {
    const given = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`zz${index}`, 1]));
    const { text } = await call(client, 'sandbox_create', given);
    expect(text).toContain('and 42 more');
    expect(text.length).toBeLessThan(1_500);
  });
});

describe('errors of the backend', () => {
  it('carries code, message, advice, retryability and facts in the text', async () => {
    const { isError, text } = await call(client, 'sandbox_get', { sandbox: 'bx' });
    expect(isError).toBe(true);
    expect(text).toBe(
      'sandbox_not_found: There is no sandbox "bx".\nNext: Did you mean "box"?\nRetryable: no\nDetails: {"existing":["box"]}',
    );
  });

  it('says when a retry helps', async () => {
    const { text } = await call(client, 'sandbox_start', { sandbox: 'box' });
    expect(text).toMatch(/^capacity: Too many sandboxes\.\nNext: .+\nRetryable: yes$/);
  });

  it('hides what a defect says and gives the request id that the log has', async () => {
    const { text } = await call(client, 'sandbox_get', { sandbox: 'defect' });
    expect(text).toMatch(/^internal: .*\nNext: .*\nRetryable: no\nRequest: [0-9a-f]{8}$/);
    expect(text).not.toContain('/var');
    expect(text).not.toContain('boom');
  });
});

describe('an unknown tool', () => {
  it('is a protocol error that names the nearest one', async () => {
    await expect(client.callTool({ name: 'sandbox_remove_file', arguments: {} })).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining('Unknown tool "sandbox_remove_file"'),
    });
    await expect(client.callTool({ name: 'sandbox_excc', arguments: {} })).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining('Did you mean "sandbox_exec"?'),
    });
  });
});
