/** What may be added to the servers of both protocol eras by whoever starts an owner; the package itself adds nothing. */
import type { Server as LegacyServer, ServerOptions } from '@modelcontextprotocol/sdk/server/index.js';
import type {
  CallToolRequest,
  CallToolResult,
  ServerOptions as ModernOptions,
  Server as ModernServer,
  ServerContext,
} from '@modelcontextprotocol/server';
import type { Tool } from '../../tools/define-tool.ts';
import type { Catalogue } from './catalogue.ts';

/** Thaw's own answer to `tools/call` of 2026-07-28. */
export type ModernCall = (
  request: Pick<CallToolRequest, 'params'>,
  context: ServerContext,
) => Promise<CallToolResult>;

export interface ProtocolExtension {
  /** Offered beside the package's tools. */
  readonly tools?: readonly Tool[];
  /** Replaces the options of servers for revisions up to 2025-11-25. */
  readonly legacyOptions?: ServerOptions;
  /** Called before such a server is connected, with Thaw's own handlers set. */
  readonly extendLegacy?: (server: LegacyServer, catalogue: Catalogue) => void;
  /** Replaces the options of servers for 2026-07-28. */
  readonly modernOptions?: ModernOptions;
  readonly extendModern?: (server: ModernServer, catalogue: Catalogue, call: ModernCall) => void;
}
