/** Random trees and random changes to them, over few names so that they meet. */
import * as fc from 'fast-check';
import type { Operation } from './difference-tool.ts';

const common = ['a', 'b', 'sub'];
const odd = ['.wh.a', '.wh..wh..opq', 'two words', 'line\nbreak', '100%', 'é', '-rf', '\\x', 'n'.repeat(255)];
const name = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...common).map((text) => Buffer.from(text)) },
  { weight: 4, arbitrary: fc.constantFrom(...odd).map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.constant(Buffer.from([0xff, 0xfe, 0x80])) },
);
const slash = Buffer.from('/');
const path = fc
  .array(name, { minLength: 1, maxLength: 3 })
  .map((parts) => Buffer.concat(parts.flatMap((part, i) => (i === 0 ? [part] : [slash, part]))));

const size = fc.oneof(
  fc.constantFrom(0, 1, 511, 512, 513, 4096),
  fc.integer({ min: 0, max: 20_000 }),
  fc.constantFrom(131_073, 300_000),
);
const seed = fc.nat(20);
const owner = fc.constantFrom(0, 1, 1000, 65_534, 3_000_000, 4_294_967_294);
const mode = fc.constantFrom(0o644, 0, 0o777, 0o4755, 0o2755, 0o2775, 0o1777, 0o6711, 0o7777);
const nanoseconds = fc.constantFrom(0, 1, 500_000_000, 999_999_999);
const seconds = fc.constantFrom(0, 1, -1, -5, 1_700_000_000, 9_999_999_999, -2_000_000_000);
const attribute = fc.constantFrom('user.a', 'user.b=c', 'user.100%', 'user.%3D');
const target = fc.oneof(
  path,
  fc
    .constantFrom('/nonexistent/target', '../nowhere', '/nonexistent', 'x'.repeat(300))
    .map((text) => Buffer.from(text)),
);

const making: fc.Arbitrary<Operation>[] = [
  fc.tuple(fc.constant('mkdir'), path),
  fc.tuple(fc.constant('write'), path, size, seed),
  fc.tuple(
    fc.constant('sparse'),
    path,
    fc.constantFrom(1_000_000, 3_000_000_000),
    fc.constantFrom(200_000, 999_996),
  ),
  fc.tuple(fc.constant('symlink'), path, target),
  fc.tuple(fc.constant('link'), path, path),
  fc.tuple(fc.constant('fifo'), path),
  fc.tuple(fc.constant('node'), path, fc.constantFrom(1, 4095), fc.constantFrom(3, 1_048_575)),
  fc.tuple(fc.constant('disk'), path, fc.constantFrom(7, 0), fc.constantFrom(0, 1)),
];
const marking: fc.Arbitrary<Operation>[] = [
  fc.tuple(fc.constant('chmod'), path, mode),
  fc.tuple(fc.constant('chown'), path, owner, owner),
  fc.tuple(fc.constant('time'), path, seconds, nanoseconds),
  fc.tuple(fc.constant('xattr'), path, attribute, fc.constantFrom('', 'value', 'a=b\n')),
  fc.tuple(fc.constant('unxattr'), path, attribute),
  fc.tuple(fc.constant('capability'), path, fc.constantFrom(0, 10, 25)),
  fc.tuple(fc.constant('acl'), path, owner),
  fc.tuple(fc.constant('default-acl'), path, owner),
];
const changing: fc.Arbitrary<Operation>[] = [
  fc.tuple(fc.constant('append'), path, size, seed),
  fc.tuple(fc.constant('truncate'), path, size),
  fc.tuple(fc.constant('remove'), path),
  fc.tuple(fc.constant('anew'), path),
  fc.tuple(fc.constant('rename'), path, path),
  fc.tuple(fc.constant('socket'), path),
  fc.tuple(fc.constant('deep'), path, fc.integer({ min: 1, max: 40 })),
];

/** Directories first, or little else would find a place. */
const somewhere = fc.array(fc.tuple(fc.constant('mkdir'), path), { minLength: 2, maxLength: 8 });

export const lowerTree: fc.Arbitrary<Operation[]> = fc
  .tuple(somewhere, fc.array(fc.oneof(...making, ...marking), { maxLength: 40 }))
  .map(([first, then]) => [...first, ...then]);
export const changes: fc.Arbitrary<Operation[]> = fc.array(
  fc.oneof(...making, ...marking, ...changing, ...changing),
  {
    minLength: 1,
    maxLength: 40,
  },
);
