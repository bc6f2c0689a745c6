import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import {
  ActionRecord,
  ArtifactEntry,
  DirectiveView,
  EventList,
  OutputView,
  PlanView,
  Problem,
  ReportedFailure,
  ReportedOutput,
  RoomBatch,
  SubmitAccepted,
  SubmitDirective,
  TaskMessage,
  TraceEvent,
  TraceHead,
} from '#libs/contracts';
import { parseReturnValue } from '#libs/policy';

const folder = join(import.meta.dirname, '../samples');
const text = async (version: string, name: string): Promise<string> => readFile(join(folder, version, name), 'utf8');

const schemas: Record<string, z.ZodType> = {
  'action-record.json': ActionRecord,
  'artifact-entry.json': ArtifactEntry,
  'http-accepted.json': SubmitAccepted,
  'http-directive.json': DirectiveView,
  'http-events.json': EventList,
  'http-output.json': OutputView,
  'http-plan.json': PlanView,
  'http-problem.json': Problem,
  'http-submit.json': SubmitDirective,
  'reported-failure.json': ReportedFailure,
  'reported-output.json': ReportedOutput,
  'room-batch.json': RoomBatch,
  'task-message.json': TaskMessage,
};

describe.each(await readdir(folder))('what a release of version %s wrote', (version) => {
  it.each(Object.keys(schemas))('%s is still understood, and nothing of it is dropped', async (name) => {
    const stored = JSON.parse(await text(version, name)) as unknown;
    expect(schemas[name]!.parse(stored)).toMatchObject(stored as object);
  });

  it('every sample has its schema here', async () => {
    const others = ['record.jsonl', 'trace.jsonl'];
    expect((await readdir(join(folder, version))).toSorted()).toEqual([...Object.keys(schemas), ...others].toSorted());
  });

  it('each line of a trace is still understood', async () => {
    const [head, ...lines] = (await text(version, 'trace.jsonl')).trimEnd().split('\n');
    expect(TraceHead.safeParse(JSON.parse(head!)).success).toBe(true);
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines) expect(TraceEvent.safeParse(JSON.parse(line)).success).toBe(true);
  });

  it('a return value is still an output with its usage', async () => {
    expect(parseReturnValue(await text(version, 'reported-output.json'), 'a nonce')).toMatchObject({
      report: { usage: { tokens: 12 } },
    });
  });
});
