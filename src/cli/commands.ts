/** The commands of `thaw`, each but the small relay loaded when it is used. */
import { mcpEntry } from './mcp-entry.ts';
import type { CommandEntry } from './run.ts';

export const commands: readonly CommandEntry[] = [
  mcpEntry,
  {
    name: 'serve',
    summary: 'run the owner of the sandboxes in the foreground',
    load: async () => {
      const [{ serveCommand }, { makeEngineOpener }] = await Promise.all([
        import('./serve.ts'),
        import('./open-engine.ts'),
      ]);
      return serveCommand(makeEngineOpener);
    },
  },
  {
    name: 'status',
    summary: 'show the owner, its pool and its sandboxes',
    load: async () => (await import('./status.ts')).statusCommand,
  },
  {
    name: 'key',
    summary: 'make, list and revoke API keys',
    load: async () => (await import('./key.ts')).keyCommand,
  },
  {
    name: 'install',
    summary: 'write Thaw into the configuration of an MCP client',
    load: async () => (await import('./install.ts')).installCommand,
  },
  {
    name: 'doctor',
    summary: 'look at what Thaw needs on this machine, and say what to do',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  {
    name: 'prune',
    summary: 'free the disk space of what nothing needs',
    load: async () => (await import('./prune.ts')).pruneCommand,
  },
  {
    name: 'stop',
    summary: 'end the owner and the sandboxes that run; their files are kept',
    load: async () => (await import('./stop.ts')).stopCommand,
  },
  {
    name: 'completion',
    summary: 'print a script that completes commands and flags in bash, zsh or fish',
    load: async () => (await import('./completion.ts')).completionCommand(() => commands),
  },
];
