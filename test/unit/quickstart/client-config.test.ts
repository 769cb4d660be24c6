/** The configurations that the quickstart prints. */
import { expect, test } from 'vitest';
import { clientConfigs } from '../../../src/quickstart/client-config.ts';

const command = '/opt/my node/bin/node';
const args = ['/srv/thaw/dist/thaw.mjs', 'mcp'];

const textFor = (client: string, env: Record<string, string> = {}): string => {
  const found = clientConfigs({ command, args, env }).find((config) => config.client === client);
  if (found === undefined) throw new Error(`no configuration for ${client}`);
  return found.text;
};

test('Claude Desktop and Cursor get mcpServers', () => {
  const expected = { mcpServers: { thaw: { command, args } } };
  expect(JSON.parse(textFor('Claude Desktop'))).toEqual(expected);
  expect(JSON.parse(textFor('Cursor'))).toEqual(expected);
});

test('VS Code gets servers with a type', () => {
  expect(JSON.parse(textFor('VS Code'))).toEqual({ servers: { thaw: { type: 'stdio', command, args } } });
});

test('settings of the run are handed on, and left out when there are none', () => {
  const env = { THAW_STATE_DIR: "/it's here" };
  expect(JSON.parse(textFor('Claude Desktop', env))).toEqual({
    mcpServers: { thaw: { command, args, env } },
  });
  expect(textFor('Claude Desktop')).not.toContain('env');
});

test('the shell command is quoted', () => {
  expect(textFor('Claude Code', { THAW_STATE_DIR: "/it's here" })).toBe(
    "claude mcp add thaw --env 'THAW_STATE_DIR=/it'\\''s here' -- '/opt/my node/bin/node' /srv/thaw/dist/thaw.mjs mcp",
  );
});
