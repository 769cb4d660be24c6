/** Signed links to a sandbox's files, for callers whose machine is another one: each opens one file, without a key, for a while. */
import type { ToolCall } from './define-tool.ts';

export interface FileLink {
  readonly url: string;
  readonly expiresAt: string;
}

export interface LinkRequest {
  readonly use: 'download' | 'upload';
  readonly sandboxId: string;
  readonly path: string;
  /** The sandbox's signing key. */
  readonly key: string;
}

export interface FileLinks {
  /** Null while no file is served over HTTP. */
  sign(request: LinkRequest): FileLink | null;
}

/** Throws `sandbox_not_found`. Null where no link can be made: HTTP is off, or the backend signs nothing. */
export async function linkToFile(
  { links, backend: { lifecycle, signing }, context }: ToolCall,
  { sandbox, ...wanted }: Pick<LinkRequest, 'use' | 'path'> & { readonly sandbox: string },
): Promise<FileLink | null> {
  if (links === undefined || lifecycle === undefined || signing === undefined) return null;
  const { id } = await lifecycle.get(sandbox, context);
  return links.sign({ ...wanted, sandboxId: id, key: await signing.key(sandbox, context) });
}
