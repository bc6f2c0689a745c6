import { DirectiveState, EventType, Json, TaskState, WaitKind } from '#libs/contracts';
import { z } from 'zod';

const ExpectedTask = z.strictObject({
  state: TaskState.optional(),
  attempts: z.number().int().min(0).optional(),
  /** Code of its error. */
  error: z.string().optional(),
});
export type ExpectedTask = z.output<typeof ExpectedTask>;

/** `task.completed draft`: a type and, when it matters, the task. */
const EventPattern = z.templateLiteral([EventType]).or(z.templateLiteral([EventType, ' ', z.string().min(1)]));

/** What must become of a directive. What is not said is not looked at. */
export const Expectation = z.strictObject({
  state: DirectiveState,
  /** By task id; a text is its state. */
  tasks: z.record(z.string(), TaskState.transform((state): ExpectedTask => ({ state })).or(ExpectedTask)).default({}),
  /** What it holds must be there with the same value; of a list each element in its place. */
  output: Json.optional(),
  /** In this order; others may stand between them. */
  events: z.array(EventPattern).default([]),
  absent: z.array(EventPattern).default([]),
  /** By task id: what it was seen waiting for, other than tasks and workers. */
  waits: z.record(z.string(), z.array(WaitKind)).default({}),
  /** Code of the directive's error. */
  error: z.string().optional(),
});
export type Expectation = z.output<typeof Expectation>;

/** A file of `examples/scenarios`: a directive and what must become of it. */
export const Scenario = z.strictObject({
  scenario: z.string().min(1),
  /** As for `runDirective`; the server judges it. */
  directive: z.record(z.string(), Json),
  expect: Expectation,
  /** After this it is cancelled and counts as not fulfilled. */
  withinMs: z.number().int().min(1).max(3_600_000).default(60_000),
});
export type Scenario = z.output<typeof Scenario>;
