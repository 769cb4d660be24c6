/**
 * The policy of which tools a connection sees and may call. What the owner says is an upper bound; what a connection
 * asks for (flags of its relay, headers) chooses within it. Tools know nothing of it.
 */
import type { Tool } from '../../tools/define-tool.ts';
import { ThawError } from '../errors.ts';
import { scopeToSandbox } from './single-sandbox.ts';
import type { SurfaceSettings } from './surface-settings.ts';
import { hasTool } from './toolsets.ts';

/** Says nothing, and so takes everything that is allowed. */
export const openSettings: SurfaceSettings = {
  toolsets: null,
  tools: null,
  excludeTools: [],
  readOnly: false,
  sandbox: null,
};

/** Whether the settings choose the tool, or null when they choose none in particular. Named tools join the toolsets. */
function chooses({ toolsets, tools }: SurfaceSettings, tool: Tool): boolean | null {
  if (toolsets === null && tools === null) return null;
  return tools?.includes(tool.name) === true || toolsets?.some((set) => hasTool(set, tool)) === true;
}

/** The one sandbox that both allow. Throws `permission_denied` when they name different ones. */
export function soleSandbox(bound: SurfaceSettings, wish: SurfaceSettings): string | null {
  if (bound.sandbox !== null && wish.sandbox !== null && bound.sandbox !== wish.sandbox) {
    throw new ThawError('permission_denied', 'This server serves another sandbox alone.', {
      next: 'Leave the sandbox setting of the connection out.',
    });
  }
  return bound.sandbox ?? wish.sandbox;
}

/**
 * The tools of a connection, in the order of `tools`. Without any choice it is the default toolset; read-only takes out
 * whatever may change something, last, so that nothing brings it back.
 */
export function selectTools(
  tools: readonly Tool[],
  bound: SurfaceSettings,
  wish: SurfaceSettings,
): readonly Tool[] {
  const excluded = new Set([...bound.excludeTools, ...wish.excludeTools]);
  const readOnly = bound.readOnly || wish.readOnly;
  const sandbox = soleSandbox(bound, wish);
  const chosen = tools.filter((tool) => {
    const allowed = chooses(bound, tool);
    const wanted = chooses(wish, tool) ?? allowed ?? hasTool('default', tool);
    return wanted && allowed !== false && !excluded.has(tool.name) && (!readOnly || tool.kind === 'read');
  });
  return sandbox === null ? chosen : chosen.flatMap((tool) => scopeToSandbox(tool, sandbox) ?? []);
}
