/** The classes of errors that Daytona's SDK tells apart. */
import { expect, it } from 'vitest';
import { errorClassesOf, expectCase } from './error-case.ts';
import { errorCases, unprovokedClasses } from './error-cases.ts';
import type { Stage } from './stage.ts';
import { troubleClasses } from './trouble-cases.ts';

export function errorTests(stage: Stage): void {
  it('throws its class for what is not there, what is taken and what takes too long', async () => {
    const { daytona, box, version } = stage();
    await expect(daytona.get('no-such-sandbox')).rejects.toMatchObject({ name: 'DaytonaNotFoundError' });
    await expect(daytona.create({ name: box.name })).rejects.toThrow(
      `Sandbox with name ${box.name} already exists`,
    );
    await expect(daytona.create({ snapshot: 'no-such-snapshot' })).rejects.toThrow(
      'Snapshot no-such-snapshot not found',
    );
    if (version.isOld)
      await expect(box.process.executeCommand('sleep 30', undefined, undefined, 1)).rejects.toThrow();
  });
}

/** Old SDKs have one class for most of these. */
export function newErrorTests(stage: Stage): void {
  it('exports no class of errors that is not provoked here', () => {
    const provoked = [...errorCases.map(({ name }) => name), ...troubleClasses];
    const known = [...provoked, ...Object.keys(unprovokedClasses)];
    expect(errorClassesOf(stage()).toSorted()).toEqual(known.toSorted());
  });

  it.each(errorCases)('throws $name', async (one) => {
    await expectCase(one, stage());
  });
}
