/** Which toolset a tool belongs to. The tools know nothing of it; a tool of a new kind gets its area here and nowhere else. */
import type { Tool } from '../../tools/define-tool.ts';

/** Areas, in the order in which help names them. Every tool is in exactly one. */
export const areas = {
  lifecycle: 'create, find, start, stop, fork, archive and delete sandboxes',
  exec: 'run commands',
  code: 'run code in an interpreter',
  files: 'read, write, edit, find, move and compare files',
  settings: 'labels, intervals and visibility of a sandbox',
  forks: 'who came from whom, and backups',
  snapshots: 'templates and their builds',
  volumes: 'directories that are shared between sandboxes',
  network: 'what a sandbox may reach',
  previews: 'addresses of what a sandbox serves',
  ssh: 'access over SSH',
  git: 'repositories in a sandbox',
  admin: 'what an operator of Thaw needs, and no agent',
} as const;
export type Area = keyof typeof areas;

/** The area of each operation group. */
const areaOfGroup: Readonly<Record<Tool['group'], Area>> = {
  lifecycle: 'lifecycle',
  settings: 'settings',
  forks: 'forks',
  archives: 'forks',
  snapshots: 'snapshots',
  builds: 'snapshots',
  volumes: 'volumes',
  network: 'network',
  exec: 'exec',
  jobs: 'exec',
  sessions: 'exec',
  commands: 'exec',
  terminals: 'exec',
  system: 'exec',
  git: 'git',
  code: 'code',
  interpreters: 'code',
  files: 'files',
  fileSystem: 'files',
  search: 'files',
  changes: 'files',
  ssh: 'ssh',
  previews: 'previews',
  signing: 'previews',
  pools: 'admin',
};

/** Tools that belong elsewhere than their group. */
const areaOfTool: Readonly<Record<string, Area>> = {
  sandbox_fork: 'lifecycle',
  sandbox_archive: 'lifecycle',
  sandbox_validate_ssh: 'admin',
};

export const areaOf = ({ name, group }: Pick<Tool, 'name' | 'group'>): Area =>
  areaOfTool[name] ?? areaOfGroup[group];

/** What an agent with little room for tools works with. */
const coreTools: ReadonlySet<string> = new Set([
  'sandbox_create',
  'sandbox_list',
  'sandbox_start',
  'sandbox_delete',
  'sandbox_exec',
  'sandbox_exec_output',
  'sandbox_read_file',
  'sandbox_write_file',
  'sandbox_edit_file',
]);

const defaultAreas: ReadonlySet<Area> = new Set<Area>(['lifecycle', 'exec', 'code', 'files']);

const named: Readonly<Record<string, (tool: Tool) => boolean>> = {
  core: ({ name }) => coreTools.has(name),
  default: (tool) => defaultAreas.has(areaOf(tool)),
  all: () => true,
};

/** The names of all toolsets. */
export const toolsets: readonly string[] = [...Object.keys(named), ...Object.keys(areas)];

/** Whether the toolset, which exists, has the tool. */
export const hasTool = (toolset: string, tool: Tool): boolean =>
  named[toolset]?.(tool) ?? areaOf(tool) === toolset;
