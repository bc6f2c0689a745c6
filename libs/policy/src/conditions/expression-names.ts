import { ExpressionFault } from './expression-error.js';
import type { ASTNode } from './expression-parser.js';
import { functions } from './functions.js';
import { loops } from './loops.js';

const taskForms = 'tasks.ID, or tasks["ID"] where the id is no plain word';
const variables = `there are input, tasks (${taskForms}) and, in the input of a task with "forEach", item`;

export function isTasks(node: ASTNode): boolean {
  return node.op === 'id' && node.args === 'tasks';
}

export function taskIdOf(key: ASTNode): string {
  if (key.op === 'value' && typeof key.args === 'string') return key.args;
  const why = 'which tasks are read must be known before anything runs';
  throw new ExpressionFault(`tasks[...] takes the id of a task as a text in quotes: ${why}`, key.pos);
}

/** The element of a loop cannot hide a variable: a reader would take it for the variable. */
export function elementName(node: ASTNode): string {
  if (node.op !== 'id')
    throw new ExpressionFault('the first argument is the name of the element: list.all(x, x > 0)', node.pos);
  if (!['input', 'tasks', 'item'].includes(node.args)) return node.args;
  throw new ExpressionFault(`"${node.args}" is the name of a variable; call the element otherwise`, node.pos);
}

/** JSON has no other keys. A key that is computed is looked at when it is known. */
export function textKey(key: ASTNode): ASTNode {
  if (key.op !== 'value' || typeof key.args === 'string') return key;
  throw new ExpressionFault('a map has texts as keys: {"a": 1}', key.pos);
}

export function unknownFunction(name: string, position: number): ExpressionFault {
  const names = ['has', ...loops.keys(), ...functions.keys()].map((key) => key.replace(/^\.|\/\d$/g, ''));
  const known = [...new Set(names)].toSorted().join(', ');
  return new ExpressionFault(
    `there is no function "${name}" that is called like this; the functions are ${known}`,
    position,
  );
}

export function unknownVariable(name: string, position: number): ExpressionFault {
  const why =
    name === 'tasks'
      ? `"tasks" is read one task at a time: ${taskForms}`
      : `there is no variable "${name}": ${variables}`;
  return new ExpressionFault(why, position);
}
