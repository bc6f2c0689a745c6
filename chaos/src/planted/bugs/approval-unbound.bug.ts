import type { PlantedBug } from '../planted-bug.js';

export const approvalUnbound: PlantedBug = {
  name: 'approval-unbound',
  breaks: 'a yes counts whatever its digest says that it is about',
  edits: [
    {
      file: 'apps/orchestrator/src/approve/approval.service.ts',
      find: '    if (answer.digest !== undefined && answer.digest !== view.digest) throw staleDigest(view);\n',
      replace: '',
    },
  ],
  run: 'orders',
  expects: ['4 what ran is what was approved'],
};
