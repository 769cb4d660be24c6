/** Makers of identifiers and secrets. The only file that asks for randomness. */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A sandbox's id: a UUID, fixed from the moment its container is parked until it is deleted. */
export type SandboxId = Branded<'SandboxId'>;
/** The Docker Engine's id of a container: 64 hexadecimal digits. */
export type ContainerId = Branded<'ContainerId'>;

export const newSandboxId = (): SandboxId => randomUUID() as SandboxId;
export const asContainerId = (value: string): ContainerId => value as ContainerId;
export const asSandboxId = (value: string): SandboxId => value as SandboxId;
export const newUuid = (): string => randomUUID();
/** Names one call in the log: 8 hexadecimal digits, no secret. A UUID's come from a pool, and cost a hundredth of fresh ones. */
export const newRequestId = (): string => randomUUID().slice(0, 8);
/** `bytes` random bytes as lower-case hexadecimal. */
export const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex');
/** `bytes` random bytes. */
export const randomBuffer = (bytes: number): Buffer => randomBytes(bytes);
/** A factor between 0.75 and 1.25 to spread retries. */
export const jitter = (): number => 0.75 + (randomBytes(1)[0] ?? 0) / 510;

const LOWER_CASE = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ALPHANUMERIC = `ABCDEFGHIJKLMNOPQRSTUVWXYZ${LOWER_CASE}`;

/** `length` characters, each as likely as the others. */
const draw = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');

/** A secret of `length` letters and digits: about 5.95 bits a character. */
export const randomToken = (length: number): string => draw(ALPHANUMERIC, length);

/** A secret of `length` lower-case letters and digits, as a host name may hold it: about 5.17 bits a character. */
export const randomHostToken = (length: number): string => draw(LOWER_CASE, length);
