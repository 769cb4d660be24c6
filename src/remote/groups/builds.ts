/** The builds group of the port over the API: a log is text at an address that the API names. */
import { z } from 'zod';
import type { BuildLogs, BuildLogsRequest } from '../../../schemas/build.ts';
import type { BuildOperations, CallContext } from '../../backend/port.ts';
import { OutputCapture } from '../../content/output-capture.ts';
import type { RemoteContext } from '../context.ts';
import { fetchSandbox } from '../sandboxes/fetch.ts';
import { checkPlace } from '../toolbox/places.ts';
import { fetchSnapshot } from './fetch-snapshot.ts';

const DEFAULT_LOG_BYTES = 20_000;
const Url = z.looseObject({ url: z.string() });

export function buildOperations(remote: RemoteContext): BuildOperations {
  const { api } = remote;
  const { client } = api;
  const sandboxUrl = async (sandbox: string, context: CallContext) => {
    const operation = { name: 'getBuildLogsUrl', idempotent: true, codes: { 404: 'no_build' } } as const;
    const { url } = await api.call(operation, Url, context, (init) =>
      client.GET('/sandbox/{sandboxIdOrName}/build-logs-url', {
        params: { path: { sandboxIdOrName: sandbox } },
        ...init,
      }),
    );
    return { url };
  };
  const snapshotUrl = async (id: string, context: CallContext) => {
    const operation = {
      name: 'getSnapshotBuildLogsUrl',
      idempotent: true,
      codes: { 404: 'no_build' },
    } as const;
    const { url } = await api.call(operation, Url, context, (init) =>
      client.GET('/snapshots/{id}/build-logs-url', { params: { path: { id } }, ...init }),
    );
    return { url };
  };

  async function read(
    url: string,
    state: string,
    { maxBytes = DEFAULT_LOG_BYTES }: BuildLogsRequest,
    { signal }: CallContext,
  ): Promise<BuildLogs> {
    const place = checkPlace(url, api.settings.apiUrl);
    const request = { method: 'GET', url: place, headers: {}, body: null };
    const answer = await api.send(request, { name: 'build logs', idempotent: true }, signal);
    const capture = new OutputCapture(maxBytes);
    capture.add(answer.body);
    const { text, totalBytes, truncated } = capture.result();
    return { state, logs: text, totalBytes, truncated };
  }

  return {
    async sandboxLogs(sandbox, request, context) {
      const { state } = await fetchSandbox(remote, sandbox, context);
      const { url } = await sandboxUrl(sandbox, context);
      return read(url, state, request, context);
    },
    sandboxLogsUrl: async (sandbox, context) => {
      await fetchSandbox(remote, sandbox, context);
      return sandboxUrl(sandbox, context);
    },
    async snapshotLogs(snapshot, request, context) {
      const { id, state } = await fetchSnapshot(remote, snapshot, context);
      const { url } = await snapshotUrl(id, context);
      return read(url, state, request, context);
    },
    async snapshotLogsUrl(snapshot, context) {
      const { id } = await fetchSnapshot(remote, snapshot, context);
      return snapshotUrl(id, context);
    },
  };
}
