/** Which permission of an API key a tool needs, in the words of the Daytona API, which its REST interface uses too. */
import type { Tool, ToolKind } from '../../tools/define-tool.ts';
import { ThawError } from '../errors.ts';

const resources: Partial<Record<Tool['group'], string>> = { snapshots: 'snapshots', volumes: 'volumes' };

const verbs: Record<ToolKind, 'read' | 'write' | 'delete'> = {
  read: 'read',
  create: 'write',
  change: 'write',
  replace: 'write',
  write: 'write',
  execute: 'write',
  destroy: 'delete',
};

/** Null where any valid key will do: only reading volumes has a permission of its own. */
export function permissionFor({ kind, group }: Pick<Tool, 'kind' | 'group'>): string | null {
  const resource = resources[group] ?? 'sandboxes';
  const permission = `${verbs[kind]}:${resource}`;
  return verbs[kind] === 'read' && resource !== 'volumes' ? null : permission;
}

/** Throws `permission_denied` that names what is missing. */
export function checkPermission(
  tool: Pick<Tool, 'kind' | 'group' | 'name'>,
  can: (permission: string) => boolean,
): void {
  const permission = permissionFor(tool);
  if (permission === null || can(permission)) return;
  throw new ThawError(
    'permission_denied',
    `This API key may not call ${tool.name}: it lacks ${permission}.`,
    {
      next: `Use a key that has ${permission}; \`thaw key create --permissions\` makes one.`,
    },
  );
}
