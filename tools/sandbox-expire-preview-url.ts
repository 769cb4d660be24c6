/** sandbox_expire_preview_url: ends a signed address early. */
import { z } from 'zod';
import { ExpiredPreviewUrl, PreviewPort, PreviewToken } from '../schemas/previews.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_expire_preview_url',
  title: 'End a preview link',
  description:
    'Ends a URL of sandbox_signed_preview_url before its time; connections through it are closed within seconds.',
  kind: 'change',
  group: 'previews',
  input: z.strictObject({ sandbox: SandboxRef, port: PreviewPort, token: PreviewToken }),
  output: ExpiredPreviewUrl,
  handle: ({ sandbox, port, token }, { backend, context }) =>
    requireGroup(backend, 'previews').expire(sandbox, port, token, context),
});
