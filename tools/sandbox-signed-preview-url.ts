/** sandbox_signed_preview_url: an address of a port that needs no token. */
import { z } from 'zod';
import { ExpiresInSeconds, PreviewPort, SignedPortPreviewUrl } from '../schemas/previews.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_signed_preview_url',
  title: 'Preview by link',
  description:
    'Answers a URL of one port that opens without a token until it expires or sandbox_expire_preview_url ends it. Whoever has it gets in.',
  kind: 'create',
  group: 'previews',
  input: z.strictObject({ sandbox: SandboxRef, port: PreviewPort, expiresInSeconds: ExpiresInSeconds }),
  output: SignedPortPreviewUrl,
  handle: ({ sandbox, port, expiresInSeconds }, { backend, context }) =>
    requireGroup(backend, 'previews').signedUrl(sandbox, port, expiresInSeconds, context),
});
