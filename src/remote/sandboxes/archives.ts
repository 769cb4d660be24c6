/** The archives group of the port over the API. */
import { z } from 'zod';
import type { ArchiveOperations } from '../../backend/port.ts';
import type { RemoteContext } from '../context.ts';
import { waitFor, waitLimit } from '../wait-for.ts';
import { WireSandbox } from '../wire/sandbox.ts';
import { changeSandbox, stateOperation } from './change.ts';
import { fetchSandbox } from './fetch.ts';

/** What a Thaw server says beside the API's answer. */
const Facts = z.looseObject({
  storedBytes: z.number().int().optional().catch(undefined),
  pausedMs: z.number().optional().catch(undefined),
});

export function archiveOperations(remote: RemoteContext): ArchiveOperations {
  const { api } = remote;
  return {
    archive: (sandbox, context) =>
      changeSandbox(
        remote,
        sandbox,
        {
          operation: stateOperation('archiveSandbox'),
          request: (init) =>
            api.client.POST('/sandbox/{sandboxIdOrName}/archive', {
              params: { path: { sandboxIdOrName: sandbox } },
              ...init,
            }),
          isDone: ({ state }) => state === 'archived' || state === 'error',
        },
        context,
      ),
    async backup(sandbox, context) {
      const until = waitLimit(remote);
      const facts = await api.call(stateOperation('createBackup'), Facts.nullable(), context, (init) =>
        api.client.POST('/sandbox/{sandboxIdOrName}/backup', {
          params: { path: { sandboxIdOrName: sandbox } },
          ...init,
        }),
      );
      const parsed = WireSandbox.safeParse(facts);
      const known = parsed.success ? parsed.data : await fetchSandbox(remote, sandbox, context);
      const isDone = ({ backupState }: WireSandbox): boolean =>
        !['Pending', 'InProgress'].includes(backupState);
      const seen = (await waitFor(remote, known, { until, isDone }, context)) ?? known;
      return {
        id: seen.id,
        name: seen.name ?? seen.id,
        backupState: seen.backupState,
        backupCreatedAt: seen.backupCreatedAt,
        storedBytes: facts?.storedBytes ?? null,
        pausedMs: facts?.pausedMs ?? null,
      };
    },
  };
}
