/** Wrong arguments for the tools that move files and repositories. */
import type { BadCall } from './bad-call.ts';

export const transferBadCalls: readonly BadCall[] = [
  ['sandbox_upload', { sandbox: 'box', hostPath: '/a' }, '"path" is required'],
  ['sandbox_upload', { sandbox: 'box', path: 'a', hostPath: 'a\0' }, '"hostPath": '],
  ['sandbox_download', { sandbox: 'box', hostPath: '/a' }, '"path" is required'],
  ['sandbox_git_clone', { sandbox: 'box', url: '--upload-pack=x' }, '"url": must not begin with a dash'],
  ['sandbox_git_clone', { sandbox: 'box', url: 'https://x', depth: 0 }, '"depth": '],
];
