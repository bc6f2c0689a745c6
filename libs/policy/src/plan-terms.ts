import { microUsdFromUsd, type ActionRecord, type TaskSpec } from '#libs/contracts';
import type { PlanFaults } from './plan-faults.js';
import { checkModels } from './plan-models.js';
import type { PlanRequest } from './plan-request.js';

/** Checks on what terms a task may run at all: its model, its budget, the length of its fan-out list. */
export function checkTerms(
  request: PlanRequest,
  task: TaskSpec,
  action: ActionRecord,
  faults: PlanFaults,
  pointer: string,
): void {
  checkModels(request, task, action, faults, pointer);
  checkMaximum(task, action, faults, pointer);
  checkAgainstDay(request, task, action, faults, pointer);
  checkAgainstDirective(request, task, faults, pointer);
}

function checkMaximum(task: TaskSpec, action: ActionRecord, faults: PlanFaults, pointer: string): void {
  if (action.maxCostUsd !== null || task.budget?.maxCostUsd !== undefined) return;
  const detail = `${action.name} costs money and names no maximum; give task "${task.id}" a "budget" with "maxCostUsd"`;
  faults.add('BUDGET_MAXIMUM_MISSING', `${pointer}/budget/maxCostUsd`, detail);
}

/** It would wait for ever. */
function checkAgainstDay(
  { house }: PlanRequest,
  task: TaskSpec,
  action: ActionRecord,
  faults: PlanFaults,
  pointer: string,
): void {
  const most = task.budget?.maxCostUsd ?? action.maxCostUsd ?? 0;
  const ofDay = house?.maxCostUsdPerDay;
  if (ofDay === undefined || most <= ofDay) return;
  const detail = `task "${task.id}" may spend ${most} USD and your tenant ${ofDay} a day`;
  faults.add('REQUEST_INVALID', `${pointer}/budget/maxCostUsd`, detail);
}

function checkAgainstDirective(request: PlanRequest, task: TaskSpec, faults: PlanFaults, pointer: string): void {
  const [own, whole] = [task.budget, request.budget];
  if (own?.maxCostUsd !== undefined && whole?.maxCostUsd !== undefined) {
    const isOver = microUsdFromUsd(own.maxCostUsd) > microUsdFromUsd(whole.maxCostUsd);
    if (isOver)
      faults.add(
        'REQUEST_INVALID',
        `${pointer}/budget/maxCostUsd`,
        overDetail(task, own.maxCostUsd, whole.maxCostUsd, 'USD'),
      );
  }
  if (own?.maxTokens !== undefined && whole?.maxTokens !== undefined && own.maxTokens > whole.maxTokens) {
    faults.add(
      'REQUEST_INVALID',
      `${pointer}/budget/maxTokens`,
      overDetail(task, own.maxTokens, whole.maxTokens, 'tokens'),
    );
  }
}

function overDetail(task: TaskSpec, own: number, whole: number, unit: string): string {
  return `task "${task.id}" may spend ${own} ${unit} and the whole directive ${whole}; lower the one or raise the other`;
}
