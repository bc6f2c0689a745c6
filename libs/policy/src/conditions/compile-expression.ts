import { EvaluationFailure, ExpressionFault } from './expression-error.js';
import { expressionParser, type ASTNode } from './expression-parser.js';
import { elementName, isTasks, taskIdOf, textKey, unknownFunction, unknownVariable } from './expression-names.js';
import type { Step } from './expression-step.js';
import { kindOf, type Value } from './expression-value.js';
import { elementOf, hasKey } from './field-access.js';
import { functions, type ExpressionFunction } from './functions.js';
import { attempt, loops, truthOf } from './loops.js';
import { isInt64, negate, not, operators, refuseKinds, type Operator } from './operators.js';
import { expressionLimits } from './step-budget.js';

/** What an expression needs to know: the tasks whose outputs it reads, in order, and whether it reads the other variables. */
export interface ExpressionReads {
  tasks: string[];
  input: boolean;
  item: boolean;
}

export interface CompiledExpression {
  step: Step;
  reads: ExpressionReads;
}

type Node<Operation extends ASTNode['op']> = Extract<ASTNode, { op: Operation }>;

/** Throws ExpressionFault. What it returns fails only for the sake of values and limits: names and forms are checked here. */
export function compileExpression(text: string): CompiledExpression {
  const compiler = new Compiler();
  const step = compiler.compile(expressionParser.parse(text));
  return { step, reads: compiler.reads };
}

class Compiler {
  private readonly tasks = new Set<string>();
  private readsInput = false;
  private readsItem = false;
  /** The loops around the node, the innermost last. */
  private readonly scope: { name: string; slot: number }[] = [];
  private slots = 0;
  private depth = 0;

  get reads(): ExpressionReads {
    return { tasks: [...this.tasks], input: this.readsInput, item: this.readsItem };
  }

  /** The step spends one of the budget for each node, so loops cost what they do. */
  compile(node: ASTNode): Step {
    this.depth += 1;
    if (this.depth > expressionLimits.maxDepth) {
      const limit = `${expressionLimits.maxDepth} levels, which is the limit`;
      throw new ExpressionFault(`it is nested deeper than ${limit}`, node.pos);
    }
    const step = this.stepOf(node);
    this.depth -= 1;
    return (run) => {
      run.budget.spend(1);
      return step(run);
    };
  }

  private stepOf(node: ASTNode): Step {
    switch (node.op) {
      case 'value':
        return literal(node);
      case 'id':
        return this.variable(node);
      case '.':
        return this.field(node);
      case '[]':
        return this.element(node);
      case 'call':
        return this.call(node);
      case 'rcall':
        return this.methodCall(node);
      case 'list':
        return this.list(node);
      case 'map':
        return this.map(node);
      case '?:':
        return this.choice(node);
      case '&&':
        return this.logic(node, false);
      case '||':
        return this.logic(node, true);
      case '!_':
        return this.unary(node, not);
      case '-_':
        return negativeLiteral(node) ?? this.unary(node, negate);
      case '.?':
      case '[?]':
        throw new ExpressionFault('there are no optional values; ask with has(a.b)', node.pos);
      default:
        return this.binary(node, operators[node.op]);
    }
  }

  private variable({ args: name, pos }: Node<'id'>): Step {
    const local = this.scope.findLast((loop) => loop.name === name);
    if (local) return ({ locals }) => locals[local.slot]!;
    switch (name) {
      case 'input':
        this.readsInput = true;
        return ({ sources }) => present(sources.input, 'the directive has no input', pos);
      case 'item':
        this.readsItem = true;
        return ({ sources }) => present(sources.item, 'the task is not part of a fan-out', pos);
      default:
        throw unknownVariable(name, pos);
    }
  }

  private field({ args: [container, key], pos }: Node<'.'>): Step {
    if (isTasks(container)) return this.task(key, pos);
    const step = this.compile(container);
    return (run) => elementOf(step(run), key, pos);
  }

  private element({ args: [container, key], pos }: Node<'[]'>): Step {
    if (isTasks(container)) return this.task(taskIdOf(key), pos);
    const containerStep = this.compile(container);
    const keyStep = this.compile(key);
    return (run) => elementOf(containerStep(run), keyStep(run), pos);
  }

  private task(id: string, position: number): Step {
    this.tasks.add(id);
    return ({ sources }) => {
      const output = sources.tasks(id);
      if (output === undefined && sources.isAbsent?.(id)) return null;
      return present(output, `the task ${JSON.stringify(id)} has no output`, position);
    };
  }

  private call({ args: [name, args], pos }: Node<'call'>): Step {
    if (name === 'has' && args.length === 1) return this.has(args[0]!);
    return this.apply(name, functions.get(`${name}/${args.length}`), args, pos);
  }

  private has(field: ASTNode): Step {
    if (field.op !== '.') throw new ExpressionFault('has() takes a field: has(a.b)', field.pos);
    const { args, pos } = field;
    const [container, key] = args;
    if (isTasks(container)) {
      this.tasks.add(key);
      return ({ sources }) => sources.tasks(key) !== undefined;
    }
    const step = this.compile(container);
    return (run) => hasKey(step(run), key, pos);
  }

  private methodCall({ args: [name, receiver, args], pos }: Node<'rcall'>): Step {
    const loop = loops.get(`${name}/${args.length}`);
    if (!loop) return this.apply(name, functions.get(`.${name}/${args.length}`), [receiver, ...args], pos);
    const range = this.compile(receiver);
    const slot = this.slots;
    this.slots += 1;
    this.scope.push({ name: elementName(args[0]!), slot });
    const body = args.slice(1).map((arg) => this.compile(arg));
    this.scope.pop();
    return loop({ range, slot, body, position: pos });
  }

  private apply(name: string, call: ExpressionFunction | undefined, args: readonly ASTNode[], position: number): Step {
    if (!call) throw unknownFunction(name, position);
    const steps = args.map((arg) => this.compile(arg));
    return (run) => {
      const values = steps.map((step) => step(run));
      const value = call(values, position, run.budget);
      return value === undefined ? refuseKinds(`${name}()`, values, position) : value;
    };
  }

  private list({ args }: Node<'list'>): Step {
    const steps = args.map((arg) => this.compile(arg));
    return (run) => steps.map((step) => step(run));
  }

  private map({ args, pos }: Node<'map'>): Step {
    const entries = args.map(([key, value]) => [this.compile(textKey(key)), this.compile(value)] as const);
    return (run) => {
      run.budget.spend(stepsAnEntry * entries.length);
      const made = new Map<string, Value>();
      for (const [key, value] of entries) setEntry(made, key(run), value(run), pos);
      // fromEntries defines own keys: a plain assignment of the key "__proto__" would set the prototype.
      return Object.fromEntries(made);
    };
  }

  private choice({ args, pos }: Node<'?:'>): Step {
    const [condition, first, second] = args.map((arg) => this.compile(arg));
    return (run) => (truthOf(condition!(run), pos) ? first!(run) : second!(run));
  }

  /** `false && failure` is false in either order, and `true || failure` true. */
  private logic({ args, pos }: Node<'&&'> | Node<'||'>, decisive: boolean): Step {
    const [left, right] = args.map((arg) => this.compile(arg));
    return (run) => {
      const first = attempt(run, left!, pos);
      if (first === decisive) return decisive;
      const second = attempt(run, right!, pos);
      if (second === decisive) return decisive;
      if (first instanceof EvaluationFailure) throw first;
      if (second instanceof EvaluationFailure) throw second;
      return !decisive;
    };
  }

  private unary({ args, pos }: Node<'!_'> | Node<'-_'>, operator: (value: Value, position: number) => Value): Step {
    const step = this.compile(args);
    return (run) => operator(step(run), pos);
  }

  private binary({ args, pos }: Node<keyof typeof operators>, operator: Operator): Step {
    const [left, right] = args.map((arg) => this.compile(arg));
    return (run) => operator(left!(run), right!(run), pos, run.budget);
  }
}

/** Making a map of one entry takes some 400 ns. */
const stepsAnEntry = 4;

function intLiteral(value: bigint, position: number): Step {
  if (!isInt64(value)) throw new ExpressionFault('an int has 64 bits; write 1.0 for a larger number', position);
  return () => value;
}

function literal({ args: value, pos }: Node<'value'>): Step {
  if (typeof value === 'bigint') return intLiteral(value, pos);
  if (typeof value === 'object' && value !== null) throw new ExpressionFault('there are no bytes and no uint', pos);
  return () => value;
}

/** The lowest int has no positive counterpart, so its sign belongs to the literal. */
function negativeLiteral({ args: { op, args }, pos }: Node<'-_'>): Step | undefined {
  return op === 'value' && typeof args === 'bigint' ? intLiteral(-args, pos) : undefined;
}

function present(value: Value | undefined, whyNot: string, position: number): Value {
  if (value === undefined) throw new EvaluationFailure(whyNot, position);
  return value;
}

function setEntry(entries: Map<string, Value>, key: Value, value: Value, position: number): void {
  if (typeof key !== 'string') {
    throw new EvaluationFailure(`a map has texts as keys, not values of type ${kindOf(key)}`, position);
  }
  if (entries.has(key)) throw new EvaluationFailure(`the key ${JSON.stringify(key)} is there twice`, position);
  entries.set(key, value);
}
