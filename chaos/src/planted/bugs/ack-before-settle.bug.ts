import type { PlantedBug } from '../planted-bug.js';

export const ackBeforeSettle: PlantedBug = {
  name: 'ack-before-settle',
  breaks: 'reports are acknowledged before they are settled: an executor that dies in between has lost them',
  edits: [
    {
      file: 'apps/executor/src/settle/outcome.loop.ts',
      find: `    const { aftermath, postponed } = await this.settle.settleReports(this.desk.shard, sorted);
    const held = new Set([...sorted.starts, ...this.leaveOpen(postponed)]);
    this.acknowledge([...reports.filter((report) => !held.has(report)), ...told]);
`,
      replace: `    this.acknowledge([...reports.filter((report) => !sorted.starts.includes(report)), ...told]);
    const { aftermath, postponed } = await this.settle.settleReports(this.desk.shard, sorted);
    this.leaveOpen(postponed);
`,
    },
  ],
  run: 'slow',
  expects: ['7 an outcome is kept until it is settled'],
};
