/** The guard over a host that the test plays: when it installs, when it leaves things, and what it refuses. */
import { describe, expect, it } from 'vitest';
import type { HostNetwork, HostPlace } from '../../../src/engine/host/port.ts';
import { NetworkGuard } from '../../../src/engine/network/guard.ts';
import { defaultNetwork } from '../../../src/engine/network/policy.ts';
import { ThawError } from '../../../src/errors.ts';
import { asContainerId } from '../../../src/ids.ts';
import { silentLogger } from '../../../src/log.ts';

const place: HostPlace = { containerId: asContainerId('0'.repeat(64)), pid: 7, cgroups: null };
const blocked = { ...defaultNetwork, blockAll: true };

function guardOver(
  network: Partial<HostNetwork> | null,
  helper: 'on' | 'off' = 'on',
  openRanges: string[] = [],
) {
  const applied: string[] = [];
  const whole: HostNetwork = {
    plug: async () => '10.225.128.1',
    apply: async (_place, script) => void applied.push(script),
    query: async () => '{"nftables":[]}',
    has: async () => false,
    readHostFile: async () => '',
    ...network,
  };
  const prefixes = [{ gateway: '10.225.0.1/16', subnet: '10.225.0.0/16' }];
  const bridge = { facts: async () => ({ gateways: ['10.225.0.1'], prefixes, bridge: 'br-test' }) };
  const host = { network: network === null ? null : whole };
  const log = silentLogger();
  return { applied, guard: new NetworkGuard({ bridge, host, openRanges, helper, log }) };
}

describe('the guard', () => {
  it('installs nothing a second time where the policy stands', async () => {
    let asked: readonly string[] = [];
    const { guard, applied } = guardOver({
      has: async (_place, command) => {
        asked = command;
        return true;
      },
    });
    await guard.ensure(place, blocked);
    expect(applied).toEqual([]);
    expect(asked.join(' ')).toMatch(/^list chain inet thaw policy_[0-9a-f]{24}$/);
  });

  it('installs it where another stands', async () => {
    const { guard, applied } = guardOver({});
    await guard.ensure(place, blocked);
    expect(applied).toHaveLength(1);
  });

  it('passes a refusal of the kernel on', async () => {
    const refusal = new ThawError('engine_error', 'no');
    const { guard } = guardOver({ apply: () => Promise.reject(refusal) });
    await expect(guard.install(place, blocked)).rejects.toBe(refusal);
  });

  it('lets nothing run where nothing can be enforced, unless that was asked for', async () => {
    await expect(guardOver(null).guard.install(place, defaultNetwork)).rejects.toMatchObject({
      code: 'setup_failed',
    });
    const { guard } = guardOver(null, 'off');
    await guard.install(place, defaultNetwork);
    await expect(guard.install(place, blocked)).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('admits addresses of the policy in force alone, and none that are closed', async () => {
    const { guard, applied } = guardOver({});
    const listed = { ...defaultNetwork, domainAllowList: 'site.example' };
    const four = (value: bigint) => ({ address: { family: 4 as const, value }, ttlSeconds: 1 });
    await guard.install(place, listed);
    await guard.admit(place, listed, [four(0x01010101n), four(0x0a000001n)]);
    expect(applied[1]).toContain('{ 1.1.1.1 timeout 120s }');
    expect(applied[1]).not.toContain('10.0.0.1');
    await guard.install(place, blocked);
    await expect(guard.admit(place, listed, [four(0x01010101n)])).rejects.toMatchObject({
      code: 'state_conflict',
    });
  });

  it('refuses open ranges that are none', () => {
    expect(() => guardOver({}, 'on', ['10.0.0.0/33'])).toThrow('THAW_OPEN_RANGES: 10.0.0.0/33');
  });
});
