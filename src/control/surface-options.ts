/**
 * The options of what a connection sees: for an owner they bound all connections, for a relay they choose for its own.
 * Plain data without imports at run time: the relay reads its flags with it.
 */
import type { OwnerOption } from './owner-options.ts';

export const surfaceOptions = {
  toolsets: {
    flag: 'toolsets',
    variable: 'THAW_TOOLSETS',
    kind: 'text',
    default: null,
    shownDefault: 'default',
    help: 'toolsets to offer, comma-separated: core, default, all, or areas such as snapshots, network, ssh',
  },
  tools: {
    flag: 'tools',
    variable: 'THAW_TOOLS',
    kind: 'text',
    default: null,
    shownDefault: 'none',
    help: 'tools to offer beside the toolsets, or without --toolsets alone; comma-separated',
  },
  excludeTools: {
    flag: 'exclude-tools',
    variable: 'THAW_EXCLUDE_TOOLS',
    kind: 'text',
    default: null,
    shownDefault: 'none',
    help: 'tools not to offer whatever else is said, comma-separated',
  },
  readOnly: {
    flag: 'read-only',
    variable: 'THAW_READ_ONLY',
    kind: 'switch',
    help: 'offer only the tools that change nothing, whatever else is said',
  },
  sandbox: {
    flag: 'sandbox',
    variable: 'THAW_SANDBOX',
    kind: 'text',
    default: null,
    shownDefault: 'all of them',
    help: 'the one sandbox to work with, by id or name: its tools lose their sandbox argument',
  },
  hostPaths: {
    flag: 'host-paths',
    variable: 'THAW_HOST_PATHS',
    kind: 'text',
    default: null,
    shownDefault: 'none',
    help: 'directories of this machine that sandbox_upload and sandbox_download may use, comma-separated',
  },
} as const satisfies Record<string, OwnerOption>;
