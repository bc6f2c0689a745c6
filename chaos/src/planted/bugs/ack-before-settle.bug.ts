import type { PlantedBug } from '../planted-bug.js';

export const ackBeforeSettle: PlantedBug = {
  name: 'ack-before-settle',
  breaks: 'reports are acknowledged before they are settled: an executor that dies in between has lost them',
  edits: [
    {
      file: 'apps/executor/src/settle/outcome.loop.ts',
      find: `    const aftermath = await this.settle.settleReports(this.desk.shard, sorted);
    const held = new Set(sorted.starts);
    this.acknowledge([...reports.filter((report) => !held.has(report)), ...told]);
`,
      replace: `    const held = new Set(sorted.starts);
    this.acknowledge([...reports.filter((report) => !held.has(report)), ...told]);
    const aftermath = await this.settle.settleReports(this.desk.shard, sorted);
`,
    },
  ],
  run: 'slow',
  expects: ['7 an outcome is kept until it is settled'],
};
