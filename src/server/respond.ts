/** Turns what a tool returned or threw into the protocol's result, the one place that formats either. */
import type { ExtraBlock } from '../../tools/define-tool.ts';
import { type ThawError, toThawError } from '../errors.ts';
import { UNTRUSTED_META } from './untrusted.ts';

interface TextBlock {
  readonly type: 'text';
  readonly text: string;
}

export interface ToolResult {
  readonly content: (TextBlock | ExtraBlock)[];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError?: true;
  readonly [key: string]: unknown;
}

/**
 * Some clients show the model the structured part only, others the text only: both carry the same facts. Pictures
 * and links follow as blocks of their own.
 */
export function respondWith(
  value: Record<string, unknown>,
  { blocks, untrusted }: { readonly blocks: readonly ExtraBlock[]; readonly untrusted: boolean },
): ToolResult {
  return {
    content: [{ type: 'text', text: JSON.stringify(value) }, ...blocks],
    structuredContent: value,
    ...(untrusted ? { _meta: UNTRUSTED_META } : {}),
  };
}

function errorText(error: ThawError, requestId: string): string {
  const lines = [
    `${error.code}: ${error.message}`,
    `Next: ${error.next}`,
    `Retryable: ${error.retryable ? 'yes' : 'no'}`,
  ];
  if (Object.keys(error.context).length > 0) lines.push(`Details: ${JSON.stringify(error.context)}`);
  if (error.code === 'internal') lines.push(`Request: ${requestId}`);
  return lines.join('\n');
}

/** Clients drop the structured part of an error, so everything is in the text. Never a stack or a cause. */
export function respondWithError(thrown: unknown, requestId: string): ToolResult {
  return { content: [{ type: 'text', text: errorText(toThawError(thrown), requestId) }], isError: true };
}
