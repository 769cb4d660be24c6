/** Flags over environment over defaults, and what is said about values that make no sense. */
import { describe, expect, it } from 'vitest';
import { readOwnerConfig } from '../../../src/control/owner-config.ts';
import { ownerOptionList } from '../../../src/control/owner-options.ts';

const home = { HOME: '/home/someone' };

it('has defaults for everything', () => {
  const config = readOwnerConfig({}, home);
  expect(config).toMatchObject({
    dockerHost: null,
    poolTarget: 4,
    refillConcurrency: 4,
    autoStop: 15,
    idleMinutes: 30,
    helper: 'on',
    readOnly: false,
    install: false,
    logLevel: 'info',
  });
  expect(Object.isFrozen(config)).toBe(true);
});

it('prefers flags to the environment, and takes an empty variable as none', () => {
  const environment = {
    ...home,
    THAW_POOL_TARGET: '7',
    THAW_DEFAULT_CPU: '2',
    THAW_HELPER: '',
    THAW_READ_ONLY: '1',
  };
  const config = readOwnerConfig({ 'pool-target': '9' }, environment);
  expect(config).toMatchObject({ poolTarget: 9, cpu: 2, helper: 'on', readOnly: true });
});

describe('values that make no sense', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['pool-target', '1.5', 'a whole number from 0 to 1000, not "1.5"'],
    ['pool-target', '-1', 'a whole number from 0 to 1000, not "-1"'],
    ['cpu', 'many', 'a number from 0.1 to 1024, not "many"'],
    ['idle-minutes', 'NaN', 'a number from 0 to 525600, not "NaN"'],
    ['helper', 'maybe', 'one of on, off, not "maybe"'],
    ['log-level', 'loud', 'one of trace, debug'],
  ];

  it.each(cases)('--%s %s', (flag, value, expected) => {
    expect(() => readOwnerConfig({ [flag]: value }, home)).toThrow(expected);
    const variable = ownerOptionList.find((option) => option.flag === flag)?.variable ?? '';
    expect(() => readOwnerConfig({}, { ...home, [variable]: value })).toThrow(
      `--${flag} (${variable}) must be`,
    );
  });

  it('THAW_READ_ONLY that is neither on nor off', () => {
    expect(() => readOwnerConfig({}, { ...home, THAW_READ_ONLY: 'perhaps' })).toThrow('on or off');
  });
});

it('names every option once, with a flag in kebab case and a variable of Thaw, or the one that Daytona has for it', () => {
  const flags = ownerOptionList.map(({ flag }) => flag);
  const variables = ownerOptionList.map(({ variable }) => variable);
  expect(new Set(flags).size).toBe(flags.length);
  expect(new Set(variables).size).toBe(variables.length);
  for (const flag of flags) expect(flag).toMatch(/^[a-z]+(-[a-z]+)*$/);
  for (const variable of variables) expect(variable).toMatch(/^(THAW_[A-Z_]+|DAYTONA_API_URL)$/);
});
