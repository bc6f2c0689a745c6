import type { DirectiveEvent, DirectiveView, TaskView } from '#libs/contracts';

export interface EventPage {
  items: DirectiveEvent[];
  /** Not null while the server may have more events at once. */
  nextCursor: string | null;
}

/** Where a watched directive is read from; the HTTP client is one. */
export interface DirectiveSource {
  getDirective(id: string): Promise<DirectiveView>;
  listTasks(id: string): Promise<TaskView[]>;
  /** Events with a `seq` above `after`, in order. */
  listEvents(id: string, after: number): Promise<EventPage>;
}
