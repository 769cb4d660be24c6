/** What the quickstart says of clients at its end. */
import { expect, it } from 'vitest';
import { clientLines } from '../../../src/quickstart/client-lines.ts';

it('names the command that writes it, and what to paste into each client, with the settings of the run', () => {
  const lines = clientLines(['/opt/my node/bin/node', '/srv/thaw/dist/thaw.mjs'], { THAW_STATE_DIR: '/s' });
  const text = lines.join('\n');
  expect(text).toContain(
    "'/opt/my node/bin/node' /srv/thaw/dist/thaw.mjs install claude|claude-code|vscode|cursor",
  );
  for (const title of ['Claude Desktop,', 'Claude Code,', 'VS Code,', 'Cursor,'])
    expect(text).toContain(`\n${title}`);
  const blocks = lines.filter((line) => line.trimStart().startsWith('{'));
  const entry = {
    command: '/opt/my node/bin/node',
    args: ['/srv/thaw/dist/thaw.mjs', 'mcp'],
    env: { THAW_STATE_DIR: '/s' },
  };
  expect(blocks.map((block): unknown => JSON.parse(block))).toEqual([
    { mcpServers: { thaw: entry } },
    { mcpServers: { thaw: { type: 'stdio', ...entry } } },
    { servers: { thaw: { type: 'stdio', ...entry } } },
    { mcpServers: { thaw: entry } },
  ]);
});
