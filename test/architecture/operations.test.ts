/** Holds the table of the API's operations to the tools that exist. */
import { describe, expect, test } from 'vitest';
import { apiOperations, laterApiOperations } from '../../schemas/api-operations.ts';
import type { Tool } from '../../tools/define-tool.ts';
import { tools } from '../../tools/index.ts';
import { operationServices, ownTools, type Service } from '../../tools/operations.ts';

const documented: readonly string[] = [...Object.values(apiOperations), laterApiOperations.sandbox].flatMap(
  (operations) => Object.keys(operations),
);
const services: Readonly<Record<string, Service>> = operationServices;
const served: readonly string[] = Object.values(services).flatMap((service) =>
  service.kind === 'tool' ? [service.tool] : [],
);
const ofKind = (kind: Service['kind']): readonly string[] =>
  Object.keys(services).filter((id) => services[id]?.kind === kind);

/** Groups that stand for the toolbox, which is an API and a document of its own. */
const toolboxGroups: ReadonlySet<string> = new Set<Tool['group']>(['exec', 'jobs', 'files']);

/** Operations that had no tool on the day this table was made. None may join them: what is served stays served. */
const neverServed = [
  'setAutoPauseInterval',
  'getPortPreviewUrl',
  'getSignedPortPreviewUrl',
  'expireSignedPortPreviewUrl',
  'getToolboxProxyUrl',
  'getSandboxSigningKey',
  'rotateSigningKey',
  'updateSandboxSecrets',
  'getSandboxLogs',
  'getSandboxTraces',
  'getSandboxTraceSpans',
  'getSandboxMetrics',
];

describe('the operations of the API', () => {
  test('are all of the two documents: 53 of May 2026 and 7 later ones', () => {
    const { sandbox, snapshots, volumes } = apiOperations;
    const counts = [sandbox, snapshots, volumes, laterApiOperations.sandbox].map(
      (operations) => Object.keys(operations).length,
    );
    expect(counts).toEqual([40, 8, 5, 7]);
    expect(new Set(documented).size).toBe(60);
  });

  test('each have a tool, or a reason to have none, in tools/operations.ts', () => {
    expect(Object.keys(services).sort()).toEqual([...documented].sort());
  });

  test('name only tools that exist', () => {
    const names = new Set(tools.map(({ name }) => name));
    expect([...served, ...Object.keys(ownTools)].filter((name) => !names.has(name))).toEqual([]);
  });

  test.each(tools.filter(({ group }) => !toolboxGroups.has(group)).map(({ name }) => [name]))(
    '%s stands for one of them',
    (name) => {
      const missing =
        `In tools/operations.ts, replace the notServed(…) of the operation that ${name} stands for by tool('${name}'), ` +
        'or give it a line in ownTools when no operation is behind it; then run `npm run readme`.';
      expect([...served, ...Object.keys(ownTools)], missing).toContain(name);
    },
  );

  test('are not both served and a tool of no operation', () => {
    expect(Object.keys(ownTools).filter((name) => served.includes(name))).toEqual([]);
  });

  test('that are served stay served', () => {
    expect(ofKind('not served').filter((id) => !neverServed.includes(id))).toEqual([]);
  });

  test('that no user may call are these', () => {
    expect(ofKind('internal')).toEqual([
      'getSandboxesForRunner',
      'updateSandboxState',
      'getOrganizationBySandboxId',
      'getRegionQuotaBySandboxId',
      'resolveSandboxSecrets',
    ]);
  });
});
