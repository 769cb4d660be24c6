/** The services of the owner's HTTP listener, each made of the same parts. */
import { type PreviewBase, previewTemplate } from './backend/preview-address.ts';
import { type Clock, toTimestamp } from './clock.ts';
import type { EngineSupply } from './control/engine-supply.ts';
import type { OwnerConfig } from './control/owner-config.ts';
import { fileLinks } from './file-links.ts';
import type { HttpListener } from './http/listener.ts';
import type { Authenticator, HttpService } from './http/service.ts';
import type { KeyBook } from './keys/key-book.ts';
import type { Logger } from './log.ts';
import type { Meter } from './metrics/measure-backend.ts';
import type { Snapshot } from './metrics/metrics.ts';
import { restService } from './rest/service.ts';
import { makeToolbox, toolboxService } from './rest/toolbox/service.ts';
import type { Toolbox } from './rest/toolbox/toolbox.ts';
import type { BackendSource } from './server/call-tool.ts';
import type { Connections } from './server/connections.ts';
import type { ProtocolExtension } from './server/extension.ts';
import { type McpHttpService, makeMcpService } from './server/http/service.ts';
import { surfaceHeaders } from './server/surface-settings.ts';
import type { Surfaces } from './server/surfaces.ts';
import type { TaskBook } from './server/tasks/task-book.ts';

/** What a service is made of. */
export interface ServiceParts {
  readonly surfaces: Surfaces;
  readonly connections: Connections;
  readonly tasks: TaskBook;
  readonly extension: ProtocolExtension;
  readonly config: OwnerConfig;
  readonly keys: KeyBook;
  readonly authenticator: Authenticator;
  readonly supply: EngineSupply;
  /** The backend of the supply, measured. */
  readonly backend: BackendSource;
  readonly meter: Meter;
  /** Where previews are served; null while they are not. */
  readonly previewBase: () => PreviewBase | null;
  /** Null until it listens. */
  readonly listener: () => HttpListener | null;
  readonly clock: Clock;
  readonly log: Logger;
}

function toolboxOf({ authenticator, backend, supply, clock, log }: ServiceParts): Toolbox {
  return makeToolbox({
    authenticator,
    backend,
    previews: () => supply.engine?.previewTarget ?? null,
    clock,
    log,
  });
}

function restOf(parts: ServiceParts, toolbox: Toolbox): HttpService {
  return restService({
    ...parts,
    toolbox,
    url: () => parts.listener()?.url ?? '',
    startedAt: toTimestamp(parts.clock.now()),
    defaultSnapshot: 'default',
    previewTemplate: () => previewTemplate(parts.previewBase()),
  });
}

function mcpOf(parts: ServiceParts): McpHttpService {
  const { authenticator, backend, config, connections, extension, tasks, clock, log, surfaces } = parts;
  return makeMcpService({
    authenticator,
    connections,
    extension,
    dependencies: { backend, tasks, clock, log },
    catalogueFor: (headers) => surfaces.for(surfaceHeaders(headers)),
    linksFor: (origin) => fileLinks({ base: () => origin, clock }),
    clock,
    // Half of all clients, so that those on the socket cannot be kept out over HTTP.
    maxSessions: Math.max(1, Math.floor(config.maxClients / 2)),
  });
}

/** `/metrics`, from whose opening on operations are measured. */
async function metricsOf(parts: ServiceParts, mcp: McpHttpService): Promise<HttpService> {
  // Loaded only now, when the owner listens already.
  const [{ makeMetrics }, { metricsService }] = await Promise.all([
    import('./metrics/metrics.ts'),
    import('./metrics/service.ts'),
  ]);
  const metrics = makeMetrics();
  parts.meter.observe = metrics.observe;
  const now = (): Snapshot => {
    const status = parts.supply.engine?.status();
    return {
      pool: status?.pool ?? null,
      sandboxes: status?.sandboxes ?? {},
      mcpClients: parts.connections.size,
      mcpSessions: mcp.sessions,
      httpConnections: parts.listener()?.connections ?? 0,
    };
  };
  return metricsService({ authenticator: parts.authenticator, metrics, now });
}

/** Every service but `/healthz` and what goes with letting callers in. */
export async function makeServices(parts: ServiceParts): Promise<HttpService[]> {
  const toolbox = toolboxOf(parts);
  const mcp = mcpOf(parts);
  return [toolboxService(toolbox, parts.clock), restOf(parts, toolbox), mcp, await metricsOf(parts, mcp)];
}
