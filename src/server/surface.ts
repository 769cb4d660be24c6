/** The policy of which tools a server lists and serves. Set by configuration only; tools know nothing of it. */
import type { Tool } from '../../tools/define-tool.ts';

export interface SurfacePolicy {
  /** An upper bound: nothing else can bring a tool back that changes something. */
  readonly readOnly: boolean;
}

export function selectTools(tools: readonly Tool[], policy: SurfacePolicy): readonly Tool[] {
  return policy.readOnly ? tools.filter((tool) => tool.kind === 'read') : tools;
}
