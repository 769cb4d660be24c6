/** The file operations of a sandbox without a guest agent. */
import { ThawError } from '../../errors.ts';
import { randomHex } from '../../ids.ts';
import type { AgentConnection } from '../agent/port.ts';
import { parseFacts } from './facts.ts';
import {
  LIST_SCRIPT,
  MKDIR_SCRIPT,
  MOVE_SCRIPT,
  READ_SCRIPT,
  REMOVE_SCRIPT,
  STAT_SCRIPT,
  WRITE_SCRIPT,
} from './file-scripts.ts';
import { Listing } from './listing.ts';
import { cleanPath, runScript } from './run-script.ts';
import type { SandboxLink } from './sandbox-link.ts';

type FileMethods = Pick<
  AgentConnection,
  'stat' | 'readFile' | 'writeFile' | 'list' | 'makeDirectory' | 'move' | 'remove'
>;

const flag = (value: boolean): string => (value ? '1' : '0');

function octal(mode: number | undefined): string {
  if (mode === undefined) return '';
  if (Number.isInteger(mode) && mode >= 0 && mode <= 0o7777) return mode.toString(8);
  throw new ThawError('invalid_argument', 'The mode must be a whole number from 0 to 4095.');
}

function count(value: number, what: string): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new ThawError('invalid_argument', `The ${what} must be a whole number from 0.`);
}

export function fileOperations(link: SandboxLink): FileMethods {
  return {
    async stat(path, scope) {
      const { fields } = await runScript(link, { script: STAT_SCRIPT, path }, scope);
      return parseFacts(fields[0] ?? '');
    },

    async readFile(path, { maxBytes, offset = 0 }, scope) {
      const parameters = [String(count(offset, 'offset') + 1), String(count(maxBytes, 'size'))];
      const request = { script: READ_SCRIPT, path, parameters, maxBytes };
      const { fields, output, resolvedPath } = await runScript(link, request, scope);
      return { data: output, stat: parseFacts(fields[0] ?? ''), resolvedPath };
    },

    async writeFile(path, data, { mode, append = false }, scope) {
      const parameters = [randomHex(8), String(data.length), octal(mode), flag(append)];
      const request = { script: WRITE_SCRIPT, path, parameters, input: data };
      const { fields, resolvedPath } = await runScript(link, request, scope);
      return { created: fields[0] === '1', sizeBytes: Number(fields[1]), resolvedPath };
    },

    async list(path, { depth, maxEntries }, scope) {
      // Two slashes are in no path that `find` prints, and nobody knows the rest beforehand.
      const mark = `//${randomHex(16)}/`;
      const listing = new Listing(mark, count(maxEntries, 'number of entries'));
      const parameters = [mark, String(count(depth, 'depth'))];
      const onOutput = (chunk: Buffer): void => listing.add(chunk);
      const { resolvedPath } = await runScript(
        link,
        { script: LIST_SCRIPT, path, parameters, onOutput },
        scope,
      );
      return { ...listing.finish(), resolvedPath };
    },

    async makeDirectory(path, { mode, parents = false }, scope) {
      await runScript(link, { script: MKDIR_SCRIPT, path, parameters: [octal(mode), flag(parents)] }, scope);
    },

    async move(from, to, { overwrite }, scope) {
      const parameters = [cleanPath(to, scope?.cwd), flag(overwrite)];
      await runScript(link, { script: MOVE_SCRIPT, path: from, parameters }, scope);
    },

    async remove(path, { recursive }, scope) {
      await runScript(link, { script: REMOVE_SCRIPT, path, parameters: [flag(recursive)] }, scope);
    },
  };
}
