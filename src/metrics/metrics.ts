/**
 * What Prometheus is told. Times and errors are noted as operations end; everything else is looked up when somebody
 * asks, so that nobody pays for figures that nobody reads.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { OperationFact } from './measure-backend.ts';

/** Seconds: from a claim out of the pool to a long command. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30, 120];

/** Figures of this moment. */
export interface Snapshot {
  readonly pool: {
    readonly target: number;
    readonly parked: number;
    readonly hits: number;
    readonly misses: number;
  } | null;
  readonly sandboxes: Readonly<Record<string, number>>;
  readonly mcpClients: number;
  readonly mcpSessions: number;
  readonly httpConnections: number;
}

export interface Metrics {
  readonly observe: (fact: OperationFact) => void;
  /** In the text format of Prometheus. */
  render(now: Snapshot): Promise<string>;
  readonly contentType: string;
}

const startedFrom = (value: unknown): string | null => {
  const from: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, 'startedFrom') : null;
  return typeof from === 'string' ? from : null;
};

export function makeMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: readonly string[] = []): Gauge =>
    new Gauge({ name, help, labelNames: [...labelNames], registers });
  const operations = new Histogram({
    name: 'thaw_operation_seconds',
    help: 'Time of operations on sandboxes, snapshots and volumes, failed ones included.',
    labelNames: ['operation'],
    buckets: BUCKETS,
    registers,
  });
  const creates = new Histogram({
    name: 'thaw_create_seconds',
    help: 'Time of creates that succeeded: warm ones are claims of a parked sandbox.',
    labelNames: ['start'],
    buckets: BUCKETS,
    registers,
  });
  const errors = new Counter({
    name: 'thaw_errors_total',
    help: 'Operations that failed, by the code of the error.',
    labelNames: ['code'],
    registers,
  });
  const parked = gauge('thaw_pool_parked', 'Parked sandboxes that are ready.');
  const target = gauge('thaw_pool_target', 'Parked sandboxes that are kept ready.');
  const claims = new Counter({
    name: 'thaw_pool_claims_total',
    help: 'Creates that asked the pool, by whether it had one.',
    labelNames: ['outcome'],
    registers,
  });
  const sandboxes = gauge('thaw_sandboxes', 'Sandboxes by state.', ['state']);
  const clients = gauge('thaw_mcp_clients', 'MCP clients that are connected, HTTP sessions included.');
  const sessions = gauge('thaw_mcp_http_sessions', 'MCP sessions over HTTP.');
  const connections = gauge('thaw_http_connections', 'Connections of the HTTP listener.');

  return {
    contentType: registry.contentType,
    observe: ({ operation, ms, code, value }) => {
      operations.observe({ operation }, ms / 1000);
      if (code !== null) errors.inc({ code });
      const start = operation === 'lifecycle.create' ? startedFrom(value) : null;
      if (start !== null) creates.observe({ start }, ms / 1000);
    },
    render: async (now) => {
      claims.reset();
      claims.inc({ outcome: 'hit' }, now.pool?.hits ?? 0);
      claims.inc({ outcome: 'miss' }, now.pool?.misses ?? 0);
      parked.set(now.pool?.parked ?? 0);
      target.set(now.pool?.target ?? 0);
      sandboxes.reset();
      for (const [state, count] of Object.entries(now.sandboxes)) sandboxes.set({ state }, count);
      clients.set(now.mcpClients);
      sessions.set(now.mcpSessions);
      connections.set(now.httpConnections);
      return await registry.metrics();
    },
  };
}
