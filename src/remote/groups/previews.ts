/** The previews group of the port over the API; open ports come from the toolbox. */
import { z } from 'zod';
import type { PreviewOperations } from '../../backend/port.ts';
import { toTimestamp } from '../../clock.ts';
import type { RemoteContext } from '../context.ts';
import { callToolbox } from '../toolbox/call.ts';
import { Moment } from '../wire/values.ts';

const DEFAULT_SECONDS = 60;

const WireUrl = z.looseObject({
  sandboxId: z.uuid(),
  url: z.string(),
  token: z.string(),
  // Of a Thaw server: where the host of `url` does not resolve.
  pathUrl: z.string().optional().catch(undefined),
  expiresAt: Moment.optional().catch(undefined),
});

const WirePorts = z.looseObject({
  ports: z.array(z.number().int()),
  // Of a Thaw server: who listens.
  details: z
    .array(
      z.looseObject({
        port: z.number().int(),
        addresses: z.array(z.string()),
        pid: z.number().int().optional(),
        process: z.string().optional(),
        command: z.string().optional(),
      }),
    )
    .optional()
    .catch(undefined),
});

export function previewOperations(remote: RemoteContext): PreviewOperations {
  const { api } = remote;
  return {
    async url(sandbox, port, context) {
      const operation = { name: 'getPortPreviewUrl', idempotent: true };
      const { sandboxId, url, token, pathUrl } = await api.call(operation, WireUrl, context, (init) =>
        api.client.GET('/sandbox/{sandboxIdOrName}/ports/{port}/preview-url', {
          params: { path: { sandboxIdOrName: sandbox, port: String(port) } },
          ...init,
        }),
      );
      return { sandboxId, port, url, pathUrl: pathUrl ?? url, token };
    },
    async signedUrl(sandbox, port, expiresInSeconds = DEFAULT_SECONDS, context) {
      const operation = { name: 'getSignedPortPreviewUrl', idempotent: true };
      // Counted from before the request, so that it never ends later than the server's own.
      const expiresAtMs = api.clock.now() + expiresInSeconds * 1000;
      const answer = await api.call(operation, WireUrl, context, (init) =>
        api.client.GET('/sandbox/{sandboxIdOrName}/ports/{port}/signed-preview-url', {
          params: { path: { sandboxIdOrName: sandbox, port: String(port) }, query: { expiresInSeconds } },
          ...init,
        }),
      );
      const { sandboxId, url, token, pathUrl = url, expiresAt = toTimestamp(expiresAtMs) } = answer;
      return { sandboxId, port, url, pathUrl, token, expiresAt };
    },
    async expire(sandbox, port, token, context) {
      const { id } = await remote.places.find(sandbox, context);
      const operation = { name: 'expireSignedPortPreviewUrl', idempotent: true };
      const Answer = z.looseObject({ expired: z.boolean().optional() }).nullable().catch(null);
      const answer = await api.call(operation, Answer, context, (init) =>
        api.client.POST('/sandbox/{sandboxIdOrName}/ports/{port}/signed-preview-url/{token}/expire', {
          params: { path: { sandboxIdOrName: id, port: String(port), token } },
          ...init,
        }),
      );
      // The API answers nothing, whether there was such a token or not.
      return { sandboxId: id, port, expired: answer?.expired ?? true };
    },
    async ports(sandbox, context) {
      const request = { method: 'GET', path: '/port', idempotent: true };
      const { value, id } = await callToolbox(remote, sandbox, request, WirePorts, context);
      const listed = value.details ?? value.ports.map((port) => ({ port, addresses: [] }));
      return { sandboxId: id, ports: listed };
    },
  };
}
