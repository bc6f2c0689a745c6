import type { PlantedBug } from '../planted-bug.js';

export const eventOutsideScript: PlantedBug = {
  name: 'event-outside-script',
  breaks: 'the executor writes the event of a start after the script that recorded it',
  edits: [
    {
      file: 'libs/state/src/scripts/includes/settle.lua',
      find: `attempt_id(directive.id, index, task))
  emit_started(directive, control, task)
`,
      replace: `attempt_id(directive.id, index, task))
`,
    },
    {
      file: 'apps/executor/src/settle/held-starts.ts',
      find: '      this.onStale(stale);\n',
      replace: `      this.onStale(stale);
      if (stale === 0) for (const { jobId } of reports) await this.tellStarted(jobId);
`,
    },
    {
      file: 'apps/executor/src/settle/held-starts.ts',
      find: '  private async write(',
      replace: `  private async tellStarted(jobId: string): Promise<void> {
    const { redis, keys, agenda } = this.context;
    const [id, index, attempt] = jobId.split('.') as [string, string, string];
    const control = JSON.parse((await redis.hget(keys.plan(id), index))!) as { id: string };
    const counts = JSON.parse((await redis.hget(keys.directive(id), 'counts'))!) as number[];
    counts[0]! += 1;
    const body = [\`task.started \${control.id}\`, JSON.stringify({ attempt: Number(attempt) })];
    await redis.xadd(keys.events(id), \`\${counts[0]}-0\`, 'at', String(await agenda.nowMs()), ...body);
    await redis.hset(keys.directive(id), 'counts', JSON.stringify(counts));
  }

  private async write(`,
    },
  ],
  run: 'calm',
  expects: ['6 ', '5 charged', '3 every directive ends', '2 final'],
};
