/** sh stands in for bash only where nobody can tell. */
import { describe, expect, it } from 'vitest';
import { chooseShell } from '../../../src/engine/exec/choose-shell.ts';

const choose = (command: string, env: Record<string, string> = {}) => chooseShell('/bin/bash', command, env);

describe('chooseShell', () => {
  it('takes sh for a plain call of a program', () => {
    for (const command of [
      'true',
      'python3 main.py',
      'ls -la /tmp',
      '/usr/bin/env',
      'git log --max-count=3',
      'make -j2 all',
    ]) {
      expect(choose(command), command).toBe('/bin/sh');
    }
  });

  it('takes bash for everything that a shell interprets', () => {
    const commands = [
      'a; b',
      'a && b',
      'a | b',
      'echo $A',
      'ls *',
      'A=1 env',
      'cat < x',
      'a\nb',
      'ls ~',
      'x "y"',
      "x 'y'",
      'a & ',
      '[[ a ]]',
      '{ a; }',
      'a  b',
      ' a',
      'a #b',
      'a(b)',
      'a\\b',
      'x {1..3}',
      '! a',
    ];
    for (const command of commands) expect(choose(command), command).toBe('/bin/bash');
  });

  it('takes bash for builtins that differ, and where the environment configures it', () => {
    for (const command of [
      'echo -e x',
      'source x',
      '. x',
      'printf x',
      'time ls',
      'ulimit -a',
      'declare -p',
      'type ls',
      'exec ls',
    ]) {
      expect(choose(command), command).toBe('/bin/bash');
    }
    expect(choose('ls', { BASH_ENV: '/x' })).toBe('/bin/bash');
    expect(choose('ls', { PATH: '/x' })).toBe('/bin/sh');
  });
});
