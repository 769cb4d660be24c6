/** What the tables of errors consist of, and how a class of an SDK is recognised. */
import { expect } from 'vitest';
import type { SdkStage } from './stage.ts';

/** One exported class, and what makes a real server make the SDK throw it. */
export interface ErrorCase {
  readonly name: string;
  /** The class of what is thrown, where the SDK itself only throws one that extends `name`. */
  readonly thrown?: string;
  readonly provoke: (stage: SdkStage) => Promise<unknown>;
}

const isErrorClass = (value: unknown): value is new () => Error =>
  typeof value === 'function' && (value === Error || value.prototype instanceof Error);

/** The names of all classes of errors that an SDK exports. */
export const errorClassesOf = ({ sdk }: SdkStage): string[] =>
  Object.keys(sdk).filter((name) => isErrorClass(sdk[name]));

/** Fails unless the case throws exactly its class. */
export async function expectCase(
  { name, thrown = name, provoke }: ErrorCase,
  stage: SdkStage,
): Promise<void> {
  const error = await provoke(stage).then(
    () => null,
    (reason: unknown) => reason,
  );
  const known = stage.sdk[name];
  if (!isErrorClass(known)) throw new Error(`the SDK has no class ${name}`);
  expect(error).toBeInstanceOf(known);
  expect(error).toMatchObject({ name: thrown });
}
