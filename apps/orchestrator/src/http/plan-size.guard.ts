import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { CocError, limits } from '#libs/contracts';

const maxLabels = 1_000;

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

function edgesOf(tasks: readonly unknown[]): number {
  return tasks.reduce<number>((sum, task) => sum + lengthOf((task as { dependsOn?: unknown } | null)?.dependsOn), 0);
}

function refuse(code: 'PLAN_TOO_LARGE' | 'REQUEST_INVALID', pointer: string, detail: string): CocError {
  return new CocError(code, detail, [{ pointer, code, detail }]);
}

/** Counts before the schema looks: an error for each of 2.7 million empty tasks (8 MB) is 7 GB of errors and ends the process. */
@Injectable()
export class PlanSizeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const body = context.switchToHttp().getRequest<{ body?: { tasks?: unknown; labels?: unknown } | null }>().body;
    const tasks = Array.isArray(body?.tasks) ? (body.tasks as unknown[]) : [];
    if (tasks.length > limits.maxTasks) {
      throw refuse('PLAN_TOO_LARGE', '/tasks', `${tasks.length} tasks; the limit is ${limits.maxTasks}`);
    }
    const edges = edgesOf(tasks);
    if (edges > limits.maxEdges) {
      throw refuse('PLAN_TOO_LARGE', '/tasks', `${edges} dependencies; the limit is ${limits.maxEdges}`);
    }
    const labels = typeof body?.labels === 'object' ? Object.keys(body.labels ?? {}).length : 0;
    if (labels > maxLabels) throw refuse('REQUEST_INVALID', '/labels', `${labels} labels; the limit is ${maxLabels}`);
    return true;
  }
}
