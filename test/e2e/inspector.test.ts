/** The MCP Inspector's command line, strict, on mcp.json as it stands: lists and calls the tools without a complaint. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hasTool } from '../../src/server/toolsets.ts';
import { tools } from '../../tools/index.ts';
import { type Inspection, inspect, inspectorRuns, installInspector, overHttp } from '../support/inspector.ts';
import type { OwnerSpace } from '../support/owner.ts';
import { type OwnerHttp, ownerHttp } from '../support/owner-http.ts';
import { realOwnerSpace } from '../support/real-owner.ts';

const Listed = z.object({ result: z.object({ tools: z.array(z.object({ name: z.string() })) }) });
const Called = z.object({ result: z.object({ structuredContent: z.record(z.string(), z.unknown()) }) });

/** What the Inspector says about its own key store is not about the server. */
const complaints = (stderr: string): string =>
  stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('[mcp-inspector]'))
    .join('\n');

// The Node that the Inspector needs comes as a package for this platform only.
describe.skipIf(!inspectorRuns)('the MCP Inspector', () => {
  let space: OwnerSpace;
  let http: OwnerHttp;
  const callTool = (name: string, args: object): Promise<Inspection> =>
    inspect(
      ['--method', 'tools/call', '--tool-name', name, '--tool-args-json', JSON.stringify(args)],
      space.env,
    );

  beforeAll(async () => {
    await installInspector();
    space = await realOwnerSpace();
    // The Inspector hands the relay little more than HOME, so the owner with this run's engine is there already.
    const owner = space.spawn('serve');
    owner.stderr?.resume();
    http = await ownerHttp(space);
    expect(owner.exitCode).toBeNull();
  });
  afterAll(() => space.dispose());

  it.each([
    ['stdio', 'legacy'],
    ['stdio', 'modern'],
    ['HTTP', 'legacy'],
    ['HTTP', 'modern'],
  ])('finds the tools over %s in the %s era and nothing to criticise, and calls', async (transport, era) => {
    const all = ['--header', 'X-MCP-Toolsets: all'];
    const target = transport === 'stdio' ? undefined : [...overHttp(http.url, http.key), ...all];
    const expected = transport === 'stdio' ? tools.filter((tool) => hasTool('default', tool)) : tools;
    const run = (...args: string[]) => inspect(['--protocol-era', era, ...args], space.env, target);
    const { code, stdout, stderr } = await run('--method', 'tools/list', '--strict');
    expect(complaints(stderr)).toBe('');
    expect(code).toBe(0);
    const listed = Listed.parse(JSON.parse(stdout));
    expect(listed.result.tools.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
    const called = await run('--method', 'tools/call', '--tool-name', 'sandbox_list');
    expect([called.code, complaints(called.stderr)]).toEqual([0, '']);
    expect(Called.parse(JSON.parse(called.stdout)).result.structuredContent).toMatchObject({ items: [] });
  });

  it('creates, runs and deletes', async () => {
    const steps: readonly (readonly [string, object, object])[] = [
      [
        'sandbox_create',
        { name: 'inspected', env: { GREETING: 'hello' } },
        { name: 'inspected', state: 'started' },
      ],
      [
        'sandbox_exec',
        { sandbox: 'inspected', command: 'echo $GREETING' },
        { exitCode: 0, stdout: 'hello\n' },
      ],
      ['sandbox_delete', { sandbox: 'inspected' }, { name: 'inspected' }],
    ];
    for (const [tool, args, expected] of steps) {
      const { code, stdout, stderr } = await callTool(tool, args);
      expect(complaints(stderr)).toBe('');
      expect(code).toBe(0);
      expect(Called.parse(JSON.parse(stdout)).result.structuredContent).toMatchObject(expected);
    }
  });

  it('shows a failed call as the tool’s error', async () => {
    const { code, stdout } = await callTool('sandbox_get', { sandbox: 'nobody' });
    expect(code).toBe(5);
    expect(stdout).toContain('sandbox_not_found');
  });
});
