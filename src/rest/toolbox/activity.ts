/** Using the toolbox is use of the sandbox: noted with every request, and while a connection is open (reference §3.4). */
import type { Backend, CallContext } from '../../backend/port.ts';
import type { ToolboxCall } from './route.ts';

const TOUCH_MS = 45_000;

async function touch(backend: Backend, sandbox: string, context: CallContext): Promise<void> {
  if (context.quiet === true) await backend.lifecycle?.get(sandbox, context);
  else await backend.settings?.touch(sandbox, context);
}

/** Throws `sandbox_not_found`. Answers what ends the noting, for requests that last. */
export async function keepActive({ backend, sandbox, context, clock }: ToolboxCall): Promise<() => void> {
  await touch(backend, sandbox, context);
  if (context.quiet === true) return () => undefined;
  let cancel: () => void = () => undefined;
  const beat = async (): Promise<void> => {
    await touch(backend, sandbox, context);
    plan();
  };
  const plan = (): void => {
    cancel = clock.schedule(TOUCH_MS, () => {
      // A sandbox that is gone by now ends the connection in its own way.
      beat().catch(() => undefined);
    });
  };
  plan();
  return () => cancel();
}
