import { expect, it } from '@jest/globals';
import type { DirectiveState, EventType, SubmitDirective, TaskSpec, TaskState } from '#libs/contracts';
import { type DirectiveEvent, eventTypes } from '#libs/contracts';
import type { z } from 'zod';
import type * as Public from '../chain-of-command.d.ts';
import { busEvent } from './bus-event.js';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type SpecFields = keyof z.input<typeof SubmitDirective> | 'id' | 'description';

// Checked by the compiler: each of these is `true` only while the declarations and the contracts agree.
const agreements: [
  Same<Public.EventType, EventType>,
  Same<Public.DirectiveState, DirectiveState>,
  Same<Public.TaskState, TaskState>,
  Same<keyof Public.DirectiveSpec, SpecFields>,
  Same<keyof Public.ActionTask, keyof z.input<typeof TaskSpec>>,
] = [true, true, true, true, true];

const event: DirectiveEvent = {
  type: 'task.completed',
  timestamp: '2026-11-21T07:00:01.250Z',
  directiveId: 'd0_x',
  seq: 4,
  task: 'embed[3]',
  data: { attempt: 1 },
};

it('the public types agree with the contracts', () => {
  expect(agreements.every(Boolean)).toBe(true);
  expect(eventTypes.length).toBeGreaterThan(20);
});

it('an event of a task has its id in the data too, an event of the directive has none', () => {
  expect(busEvent(event)).toEqual({ ...event, data: { taskId: 'embed[3]', attempt: 1 } });
  expect(busEvent({ ...event, task: null }).data).toEqual({ attempt: 1 });
});
