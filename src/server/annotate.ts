/** What a tool's kind, and whether it fetches, tell clients about it: all four annotations, always set, never by hand. */
import type { Tool, ToolKind } from '../../tools/define-tool.ts';

export interface Annotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

const byKind: Record<ToolKind, Annotations> = {
  read: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  create: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  change: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  replace: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  write: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  execute: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  destroy: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
};

export const annotate = ({ kind, fetches }: Pick<Tool, 'kind' | 'fetches'>): Annotations => ({
  ...byKind[kind],
  ...(fetches === true ? { openWorldHint: true } : {}),
});
