/** The settings group of the port over the API. Every operation may be sent twice. */

import { z } from 'zod';
import type { Sandbox } from '../../../schemas/sandbox.ts';
import type { CallContext, SettingsOperations } from '../../backend/port.ts';
import type { RequestInitOfCall } from '../api.ts';
import type { RemoteContext } from '../context.ts';
import { toSandbox } from '../wire/sandbox.ts';
import { changeSandbox } from './change.ts';
import { fetchSandbox } from './fetch.ts';

export function settingsOperations(remote: RemoteContext): SettingsOperations {
  const { api } = remote;
  const { client } = api;
  const change = (
    name: string,
    sandbox: string,
    context: CallContext,
    request: (init: RequestInitOfCall) => Promise<{ readonly data?: unknown }>,
  ): Promise<Sandbox> => {
    const operation = { name, idempotent: true, retryConflict: true };
    return changeSandbox(remote, sandbox, { operation, request }, context);
  };
  const interval = (sandbox: string, minutes: number) => ({
    params: { path: { sandboxIdOrName: sandbox, interval: String(minutes) } },
  });
  return {
    setLabels: (sandbox, labels, context) =>
      change('replaceLabels', sandbox, context, (init) =>
        client.PUT('/sandbox/{sandboxIdOrName}/labels', {
          params: { path: { sandboxIdOrName: sandbox } },
          body: { labels: { ...labels } },
          ...init,
        }),
      ),
    setPublic: (sandbox, isPublic, context) =>
      change('updatePublicStatus', sandbox, context, (init) =>
        client.POST('/sandbox/{sandboxIdOrName}/public/{isPublic}', {
          params: { path: { sandboxIdOrName: sandbox, isPublic: String(isPublic) } },
          ...init,
        }),
      ),
    async touch(sandbox, context) {
      // This one operation takes an id and no name.
      const { id } = await fetchSandbox(remote, sandbox, context);
      await api.call({ name: 'updateLastActivity', idempotent: true }, z.unknown(), context, (init) =>
        client.POST('/sandbox/{sandboxId}/last-activity', {
          params: { path: { sandboxId: id } },
          body: {},
          ...init,
        }),
      );
      return toSandbox(await fetchSandbox(remote, id, context));
    },
    setAutoStop: (sandbox, minutes, context) =>
      change('setAutostopInterval', sandbox, context, (init) =>
        client.POST('/sandbox/{sandboxIdOrName}/autostop/{interval}', {
          ...interval(sandbox, minutes),
          ...init,
        }),
      ),
    setAutoArchive: (sandbox, minutes, context) =>
      change('setAutoArchiveInterval', sandbox, context, (init) =>
        client.POST('/sandbox/{sandboxIdOrName}/autoarchive/{interval}', {
          ...interval(sandbox, minutes),
          ...init,
        }),
      ),
    setAutoDelete: (sandbox, minutes, context) =>
      change('setAutoDeleteInterval', sandbox, context, (init) =>
        client.POST('/sandbox/{sandboxIdOrName}/autodelete/{interval}', {
          ...interval(sandbox, minutes),
          ...init,
        }),
      ),
    setTtl: (sandbox, ttlMinutes, context) =>
      change('setTtl', sandbox, context, (init) =>
        client.POST('/sandbox/{sandboxIdOrName}/ttl/{ttlMinutes}', {
          params: { path: { sandboxIdOrName: sandbox, ttlMinutes: String(ttlMinutes) } },
          ...init,
        }),
      ),
  };
}
