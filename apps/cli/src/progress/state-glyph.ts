import type { styleText } from 'node:util';
import type { DirectiveState, TaskState } from '#libs/contracts';

type Style = Parameters<typeof styleText>[0];

export interface Glyph {
  /** One character, one column wide in every terminal font tried (emoji are two). */
  mark: string;
  style: Style;
}

const done: Glyph = { mark: '✓', style: 'green' };
const bad: Glyph = { mark: '✗', style: 'red' };
const busy: Glyph = { mark: '▸', style: 'cyan' };
const still: Glyph = { mark: '·', style: 'dim' };
const held: Glyph = { mark: '‖', style: 'yellow' };
const left: Glyph = { mark: '⊘', style: 'dim' };

export const taskGlyphs: Record<TaskState, Glyph> = {
  waiting: still,
  ready: { mark: '○', style: 'dim' },
  held,
  deferred: { mark: '~', style: 'yellow' },
  dispatched: { mark: '▹', style: 'cyan' },
  running: busy,
  succeeded: done,
  failed: bad,
  cancelled: left,
  expired: bad,
  skipped: left,
};

export const directiveGlyphs: Record<DirectiveState, Glyph> = {
  PENDING: still,
  QUEUED: still,
  RUNNING: busy,
  PAUSED: held,
  DEGRADED: { mark: '▸', style: 'yellow' },
  COMPLETED: done,
  PARTIALLY_COMPLETED: { mark: '✓', style: 'yellow' },
  FAILED: bad,
  TIMEOUT: bad,
  STOPPED: left,
  CANCELLED: left,
  ORPHANED: bad,
};
