/** The small parts of the client by themselves. */
import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../../src/engine/agent/address.ts';
import { ByteReader } from '../../../src/engine/agent/byte-reader.ts';
import { ByteWriter } from '../../../src/engine/agent/byte-writer.ts';
import { describeErrno, fileError, spawnError, toFailure } from '../../../src/engine/agent/errno.ts';
import { OutboundStream } from '../../../src/engine/agent/outbound-stream.ts';
import { encodeSpawn } from '../../../src/engine/agent/spawn-request.ts';

describe('addresses', () => {
  it.each([
    [4, '7f000001', '127.0.0.1'],
    [6, '00000000000000000000000000000001', '::1'],
    [6, '00000000000000000000000000000000', '::'],
    [6, '00000000000000000000ffff0a000001', '::ffff:10.0.0.1'],
    [6, '20010db8000000000000000000000010', '2001:db8::10'],
    [6, 'fe800000000000010000000000000000', 'fe80:0:0:1::'],
    [6, '00010002000300040005000600070008', '1:2:3:4:5:6:7:8'],
    [6, '00010000000300040005000600070008', '1:0:3:4:5:6:7:8'],
  ] as const)('%i %s is %s', (family, hex, text) => {
    expect(formatAddress(family, Buffer.from(hex, 'hex'))).toBe(text);
  });
});

describe('numbers and texts', () => {
  it('come back as they went', () => {
    const bytes = new ByteWriter()
      .u8(1, 2)
      .u16(65_535)
      .u32(4_294_967_295)
      .u64(Number.MAX_SAFE_INTEGER)
      .text('é', 'x')
      .finish();
    const reader = new ByteReader(bytes);
    expect([reader.u8(), reader.u8(), reader.u16(), reader.u32(), reader.u64()]).toEqual([
      1,
      2,
      65_535,
      4_294_967_295,
      Number.MAX_SAFE_INTEGER,
    ]);
    expect(reader.text(reader.u32())).toBe('é');
    expect(reader.u8()).toBe(0);
    reader.end();
    expect(() => reader.u8()).toThrow(/too short/);
    expect(() => new ByteReader(Buffer.alloc(8, 0xff)).u64()).toThrow(/too large/);
    expect(() => new ByteReader(Buffer.alloc(1)).end()).toThrow(/too long/);
  });
});

describe('failures', () => {
  it('become errors that name the cause', () => {
    expect(fileError(toFailure(28, 16), '/f', 'root')).toMatchObject({
      code: 'disk_full',
      message: '/f: ENOSPC (no space left on device).',
    });
    expect(fileError(toFailure(9999, 200), '/f', 'root')).toMatchObject({
      code: 'engine_error',
      message: '/f: errno 9999.',
    });
    expect(fileError(toFailure(22, 14), '/f', 'root')).toMatchObject({ code: 'not_a_file' });
    const what = { program: 'x', cwd: '/w', user: 'u' };
    expect(spawnError(toFailure(11, 3), what)).toMatchObject({
      code: 'process_limit',
      context: { errno: 11, step: 'fork' },
    });
    expect(spawnError(toFailure(1, 8), what)).toMatchObject({ code: 'command_not_started' });
    expect(describeErrno(13)).toBe('EACCES (permission denied)');
  });
});

describe('a stream to the guest', () => {
  it('sends no more than the window until it is acknowledged', async () => {
    const sent: string[] = [];
    const stream = new OutboundStream({
      data: (offset, bytes) => void sent.push(`${offset}+${bytes.length}`),
      end: (offset) => void sent.push(`end ${offset}`),
    });
    const writing = stream.write(Buffer.alloc(100_000));
    stream.end();
    expect(sent).toEqual(['0+32768', '32768+32768']);
    stream.acknowledge(10_000, false);
    expect(sent.slice(2)).toEqual(['65536+10000']);
    stream.acknowledge(75_536, false);
    await writing;
    expect(sent.slice(3)).toEqual(['75536+24464', 'end 100000']);
    expect(() => stream.acknowledge(100_001, false)).toThrow(/acknowledged/);
    expect(() => stream.acknowledge(1, false)).toThrow(/acknowledged/);
    await expect(stream.write(Buffer.alloc(1))).rejects.toThrow(/after the end/);
  });

  it('drops what a reader that went away does not take', async () => {
    const stream = new OutboundStream({ data: () => undefined, end: () => undefined });
    const writing = stream.write(Buffer.alloc(1_000_000));
    stream.acknowledge(500, true);
    await writing;
    await stream.write(Buffer.alloc(1_000_000));
    stream.end();
  });
});

describe('spawn requests', () => {
  it('carry a long shell text beside the arguments', () => {
    const short = encodeSpawn({ argv: ['sh', '-c', 'x'.repeat(131_071)] }, 1);
    expect(short[1]).toBe(0);
    const long = encodeSpawn({ argv: ['/bin/bash', '-lc', 'x'.repeat(131_072)] }, 1);
    expect(long[1]).toBe(4);
    expect(long.includes('. /proc/self/fd/4')).toBe(true);
    expect(encodeSpawn({ argv: ['python3', '-c', 'x'.repeat(131_072)] }, 1)[1]).toBe(0);
  });
});
