/** What Prometheus is told, and that measuring changes nothing for who is measured. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { ThawError } from '../../../src/errors.ts';
import { type Meter, measuring, type OperationFact } from '../../../src/metrics/measure-backend.ts';
import { makeMetrics } from '../../../src/metrics/metrics.ts';
import { fakeBackend } from '../../support/fake-backend.ts';
import { sandboxFixture } from '../../support/sandbox-fixture.ts';

const context = { signal: new AbortController().signal };
const quiet = { pool: null, sandboxes: {}, mcpClients: 0, mcpSessions: 0, httpConnections: 0 };

function measuredBackend(observe: Meter['observe']) {
  const meter: Meter = { clock: systemClock, observe };
  const { backend } = fakeBackend({
    lifecycle: {
      get: async () => sandboxFixture(),
      stop: () => Promise.reject(new ThawError('sandbox_not_found', 'Nobody is there.')),
    },
  });
  const wrap = measuring(meter);
  return { meter, backend, measured: wrap(backend), wrap };
}

describe('a measured backend', () => {
  it('answers and fails as before, and tells how long it took', async () => {
    const facts: OperationFact[] = [];
    const { backend, measured, wrap } = measuredBackend((fact) => void facts.push(fact));
    expect(await measured.lifecycle?.get('box', context)).toEqual(sandboxFixture());
    await expect(measured.lifecycle?.stop('box', { force: false }, context)).rejects.toThrow(
      'Nobody is there.',
    );
    expect(facts).toMatchObject([
      { operation: 'lifecycle.get', code: null, ms: expect.any(Number) },
      { operation: 'lifecycle.stop', code: 'sandbox_not_found' },
    ]);
    expect(measured.kind).toBe('embedded');
    expect(wrap(backend)).toBe(measured);
    expect(measured.lifecycle).toBe(measured.lifecycle);
  });

  it('is not measured while nobody wants to know', async () => {
    const facts: OperationFact[] = [];
    const { meter, measured } = measuredBackend(null);
    await measured.lifecycle?.get('box', context);
    meter.observe = (fact) => void facts.push(fact);
    await measured.lifecycle?.get('box', context);
    expect(facts).toHaveLength(1);
  });
});

describe('the metrics', () => {
  it('have times by operation, creates by start, errors by code and the figures of the moment', async () => {
    const metrics = makeMetrics();
    metrics.observe({ operation: 'lifecycle.create', ms: 4, code: null, value: { startedFrom: 'warm' } });
    metrics.observe({ operation: 'exec.exec', ms: 20, code: null, value: {} });
    metrics.observe({ operation: 'exec.exec', ms: 1, code: 'busy', value: undefined });
    const text = await metrics.render({
      pool: { target: 4, parked: 3, hits: 7, misses: 2 },
      sandboxes: { started: 2, stopped: 1 },
      mcpClients: 5,
      mcpSessions: 1,
      httpConnections: 6,
    });
    for (const line of [
      'thaw_create_seconds_bucket{le="0.005",start="warm"} 1',
      'thaw_operation_seconds_bucket{le="0.0025",operation="exec.exec"} 1',
      'thaw_operation_seconds_count{operation="exec.exec"} 2',
      'thaw_errors_total{code="busy"} 1',
      'thaw_pool_parked 3',
      'thaw_pool_claims_total{outcome="hit"} 7',
      'thaw_sandboxes{state="started"} 2',
      'thaw_mcp_clients 5',
      'thaw_mcp_http_sessions 1',
      'thaw_http_connections 6',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    expect(await metrics.render(quiet)).not.toContain('state="started"');
  });
});
