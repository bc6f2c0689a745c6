import type { TextStream } from '../cli.js';
import { LineView } from './line-view.js';
import type { ProgressView } from './progress-view.js';
import { TreeView } from './tree-view.js';

export interface ViewOptions {
  stream: TextStream;
  color: boolean;
  /** False for a terminal that cannot move its cursor (`TERM=dumb`). */
  canMoveCursor: boolean;
}

/** A tree drawn in place on a terminal, one line a transition anywhere else. */
export function openProgressView(options: ViewOptions): ProgressView {
  const { stream } = options;
  return stream.isTTY && options.canMoveCursor ? new TreeView(stream, options.color) : new LineView(stream);
}
