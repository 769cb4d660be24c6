/** What builds printed: as text now, or as it comes until the build ends. */
import type { BuildLogs } from '../../../schemas/build.ts';
import type { Clock } from '../../clock.ts';
import type { Handlers, RequestFacts, TextAnswer } from '../handler.ts';
import type { ServerFacts } from '../to-answers.ts';
import { named } from './sandboxes.ts';

type Ids = 'getBuildLogs' | 'getBuildLogsUrl' | 'getSnapshotBuildLogs' | 'getSnapshotBuildLogsUrl';

/** The bound of a log in the engine. */
const MAX_BYTES = 1_000_000;
const LOOK_EVERY_MS = 400;
/** The API's limit of a build. */
const FOLLOW_MS = 3_600_000;

/** States in which more may be printed. */
const building: ReadonlySet<string> = new Set([
  'pending_build',
  'building_snapshot',
  'pending',
  'pulling',
  'building',
]);

const pause = (clock: Clock, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.schedule(LOOK_EVERY_MS, end);
    signal.addEventListener('abort', end, { once: true });
  });

/** Ends with the build, when the caller goes away, or after an hour. */
async function* follow(first: BuildLogs, read: () => Promise<BuildLogs>, clock: Clock, signal: AbortSignal) {
  const endsAt = clock.monotonic() + FOLLOW_MS;
  let shown = 0;
  for (let now = first; ; now = await read()) {
    // A log that had to be cut in its middle does not go on from where it was.
    const text = now.logs.slice(Math.min(shown, now.logs.length));
    shown = Math.max(shown, now.logs.length);
    if (text !== '') yield text;
    if (!building.has(now.state) || signal.aborted || clock.monotonic() > endsAt) return;
    await pause(clock, signal);
  }
}

export function buildHandlers(facts: ServerFacts & { readonly clock: Clock }): Handlers<Ids> {
  const { clock } = facts;
  const answer = async (
    input: RequestFacts & { readonly query: { readonly follow?: boolean | undefined } },
    read: () => Promise<BuildLogs>,
  ): Promise<TextAnswer> => {
    const first = await read();
    return input.query.follow === true ? follow(first, read, clock, input.call.signal) : first.logs;
  };
  return {
    async getBuildLogs(input) {
      const { id } = await named(input);
      const builds = await input.group('builds');
      return await answer(input, () => builds.sandboxLogs(id, { maxBytes: MAX_BYTES }, input.call));
    },
    async getBuildLogsUrl(input) {
      const { id } = await named(input);
      const builds = await input.group('builds');
      await builds.sandboxLogs(id, { maxBytes: 0 }, input.call);
      return { url: `${facts.url()}/api/sandbox/${id}/build-logs` };
    },
    async getSnapshotBuildLogs(input) {
      const reference = input.params['id'] ?? '';
      const builds = await input.group('builds');
      return await answer(input, () => builds.snapshotLogs(reference, { maxBytes: MAX_BYTES }, input.call));
    },
    async getSnapshotBuildLogsUrl(input) {
      const reference = input.params['id'] ?? '';
      const builds = await input.group('builds');
      await builds.snapshotLogs(reference, { maxBytes: 0 }, input.call);
      return { url: `${facts.url()}/api/snapshots/${encodeURIComponent(reference)}/build-logs` };
    },
  };
}
