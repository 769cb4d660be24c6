/** What the Docker Engine tells of containers by itself. */
import type { ContainerId } from '../../ids.ts';

export interface ContainerEvent {
  readonly action: 'start' | 'die' | 'oom' | 'destroy';
  readonly id: ContainerId;
  readonly labels: Readonly<Record<string, string>>;
  readonly exitCode: number | null;
}
