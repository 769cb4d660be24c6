/** How every tool names the sandbox that it works on. */
import { z } from 'zod';

export const SandboxRef = z.string().min(1).max(128).describe('Id or name');

/** The input of a tool that needs nothing but the sandbox. */
export const SandboxOnly = z.strictObject({ sandbox: SandboxRef });
