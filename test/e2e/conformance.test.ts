/** The official conformance suite, both pinned versions, against Thaw over HTTP in both protocol eras. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  countChecks,
  installSuite,
  type KeyProxy,
  openKeyProxy,
  runSuite,
} from '../support/conformance/suite.ts';
import { inspectorRuns as suiteRuns } from '../support/inspector.ts';
import { bundleFakeThaw, OwnerSpace } from '../support/owner.ts';
import { ownerHttp } from '../support/owner-http.ts';
import { realOwnerSpace } from '../support/real-owner.ts';

/**
 * What no revision requires and Thaw does not have: tasks that ask their client for something, calls that only a client
 * of tasks may make, tasks that end with an error of the protocol, and tools whose arguments are lifted into headers.
 */
const notServed = [
  /^tasks-mrtr-/,
  /^tasks-required-task-error\/sep-2663-server-returns-missing-capability-when-required:/,
  /^tasks-lifecycle\/sep-2663-tasks-get-status-failed:/,
  /^http-custom-header-server-validation\//,
];
const isNotServed = (check: string): boolean => notServed.some((pattern) => pattern.test(check));

/** Starts the owner and opens the proxy to it. */
async function serve(space: OwnerSpace): Promise<KeyProxy> {
  space.spawn('serve');
  const { url, key } = await ownerHttp(space);
  return await openKeyProxy(url, key);
}

describe.runIf(suiteRuns)('the whole suite, with its fixtures beside the tools', () => {
  let bundle: Awaited<ReturnType<typeof bundleFakeThaw>>;
  let space: OwnerSpace;
  let proxy: KeyProxy;
  beforeAll(async () => {
    await installSuite();
    bundle = await bundleFakeThaw('conformance/thaw.ts');
    space = new OwnerSpace(bundle.entry);
    proxy = await serve(space);
  }, 400_000);
  afterAll(async () => {
    await proxy.close();
    await space.dispose();
    bundle.remove();
  });

  it('passes as 0.1.16', { timeout: 120_000 }, async () => {
    const outcome = await runSuite('stable', proxy.url, []);
    expect(countChecks(outcome)).toEqual({ passed: 40, failed: [] });
    expect([outcome.code, Object.keys(outcome.scenarios).length]).toEqual([0, 30]);
  });

  it('passes as the newest, with what 2025-11-25 requires', { timeout: 120_000 }, async () => {
    const outcome = await runSuite('newest', proxy.url, ['--requirements', '2025-11-25']);
    expect(outcome.code, outcome.output).toBe(0);
    expect(countChecks(outcome)).toEqual({ passed: 84, failed: [] });
  });

  it('passes as the newest, with what 2026-07-28 requires', { timeout: 240_000 }, async () => {
    const outcome = await runSuite('newest', proxy.url, ['--requirements', '2026-07-28']);
    expect(outcome.code, outcome.output).toBe(0);
    const { passed, failed } = countChecks(outcome);
    expect({ passed, failed: failed.filter((check) => !isNotServed(check)) }).toEqual({
      passed: 178,
      failed: [],
    });
  });
});

describe.runIf(suiteRuns)('the real program, with nothing beside its tools', () => {
  let space: OwnerSpace;
  let proxy: KeyProxy;
  beforeAll(async () => {
    await installSuite();
    // A scenario calls the first tool that is listed: it must be one that leaves nothing.
    space = await realOwnerSpace({ THAW_POOL_TARGET: '0', THAW_READ_ONLY: 'on' });
    proxy = await serve(space);
  }, 400_000);
  afterAll(async () => {
    await proxy.close();
    await space.dispose();
  });

  it.each([
    ['2025-11-25', 'server-initialize', 3],
    ['2025-11-25', 'server-session-lifecycle', 3],
    ['2025-11-25', 'ping', 2],
    ['2025-11-25', 'tools-list', 3],
    ['2025-11-25', 'server-sse-multiple-streams', 2],
    ['2025-11-25', 'dns-rebinding-protection', 2],
    ['2026-07-28', 'tools-list', 4],
    ['2026-07-28', 'server-sse-multiple-streams', 1],
    ['2026-07-28', 'dns-rebinding-protection', 2],
    ['2026-07-28', 'http-header-validation', 14],
  ])('passes in %s: %s', { timeout: 60_000 }, async (revision, scenario, checks) => {
    const args = ['--spec-version', revision, '--scenario', scenario];
    const outcome = await runSuite('newest', proxy.url, args);
    expect(countChecks(outcome), outcome.output).toEqual({ passed: checks, failed: [] });
    expect(outcome.code).toBe(0);
  });
});
