/** Routes that tell of the sandbox as a whole: ports, places, version, metrics (reference §4.2). */
import { z } from 'zod';
import { requireGroup } from '../../backend/port.ts';
import { toTimestamp } from '../../clock.ts';
import { version } from '../../version.ts';
import { check } from './body.ts';
import { problem, Refusal } from './problem.ts';
import { json, type ToolboxAnswer, type ToolboxCall, type ToolboxRoute } from './route.ts';

/** The range that the API looks at. */
const FIRST_PORT = 3_000;
const LAST_PORT = 9_999;

const Port = z
  .string()
  .regex(/^\d{1,5}$/, 'invalid port')
  .transform(Number)
  .refine(
    (port) => port >= FIRST_PORT && port <= LAST_PORT,
    `port out of range: must be between ${FIRST_PORT} and ${LAST_PORT}`,
  );

async function openPorts({ backend, sandbox, context }: ToolboxCall): Promise<readonly number[]> {
  const { ports } = await requireGroup(backend, 'previews').ports(sandbox, context);
  const inRange = ports.map(({ port }) => port).filter((port) => port >= FIRST_PORT && port <= LAST_PORT);
  return [...new Set(inRange)].sort((a, b) => a - b);
}

const place = (which: 'home' | 'work') => async (call: ToolboxCall) => {
  const places = await requireGroup(call.backend, 'system').places(call.sandbox, call.context);
  return json({ dir: places[which] });
};

async function metrics({ backend, sandbox, context }: ToolboxCall): Promise<ToolboxAnswer> {
  const { timestampMs, ...facts } = await requireGroup(backend, 'system').metrics(sandbox, context);
  return json({
    ...facts,
    timestamp: toTimestamp(timestampMs),
    timestampUnix: Math.floor(timestampMs / 1000),
  });
}

/** What the API's runner calls, and nobody else. */
const internal = (): Promise<never> => Promise.reject(new Refusal(problem(403, 'Access denied')));

export const systemRoutes: readonly ToolboxRoute[] = [
  { method: 'GET', path: '/port', handle: async (call) => json({ ports: await openPorts(call) }) },
  {
    method: 'GET',
    path: '/port/{port}/in-use',
    async handle(call) {
      const port = check(Port, call.parameters['port']);
      return json({ isInUse: (await openPorts(call)).includes(port) });
    },
  },
  { method: 'GET', path: '/version', handle: async () => await Promise.resolve(json({ version })) },
  { method: 'GET', path: '/user-home-dir', handle: place('home') },
  { method: 'GET', path: '/project-dir', handle: place('home') },
  { method: 'GET', path: '/work-dir', handle: place('work') },
  { method: 'GET', path: '/system/metrics', handle: metrics },
  { method: 'POST', path: '/env', handle: internal },
  { method: 'POST', path: '/init', handle: internal },
];
