/** Prepares a whole JavaScript or TypeScript program for one run by Node, which in sandboxes may be an old one. */
import type { CodeRunRequest } from '../../../../schemas/code.ts';
import { formOf } from './prepare-cell.ts';

export interface NodeProgram {
  readonly code: string;
  readonly form: 'script' | 'module';
}

/** The source is no program; `message` is what its author is told. */
export interface BrokenProgram {
  readonly message: string;
}

/** Node takes a module for one only when told. What cannot be parsed goes to it as a script, for its own message. */
function javascriptProgram(code: string): NodeProgram {
  const form = formOf(code);
  return { code, form: form !== null && (form.module || form.waits) ? 'module' : 'script' };
}

/**
 * Types are removed here, line by line, and not checked. Imports become calls of `require` as ts-node has it, unless the
 * program waits at its top level, which only modules may.
 */
async function typescriptProgram(code: string): Promise<NodeProgram | BrokenProgram> {
  // By its default: a bundle of a CommonJS module has no other export.
  const { default: sucrase } = await import('sucrase');
  try {
    const stripped = sucrase.transform(code, { transforms: ['typescript'], disableESTransforms: true }).code;
    const form = formOf(stripped);
    if (form?.waits === true) return { code: stripped, form: 'module' };
    if (form?.module !== true) return { code: stripped, form: 'script' };
    const { code: required } = sucrase.transform(code, {
      transforms: ['typescript', 'imports'],
      disableESTransforms: true,
      enableLegacyTypeScriptModuleInterop: false,
    });
    return { code: required, form: 'script' };
  } catch (error) {
    if (error instanceof RangeError) return { message: 'SyntaxError: the program is nested too deeply.' };
    return { message: error instanceof Error ? `SyntaxError: ${error.message}` : 'SyntaxError' };
  }
}

export async function nodeProgram({
  code,
  language,
}: Pick<CodeRunRequest, 'code' | 'language'>): Promise<NodeProgram | BrokenProgram> {
  return language === 'typescript' ? await typescriptProgram(code) : javascriptProgram(code);
}
