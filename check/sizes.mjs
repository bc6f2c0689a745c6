import ts from 'typescript';
import { allFiles, codeFiles, lineAt, lineCount, nodesOf, parse, read } from './sources.mjs';

// What fits on four screens is read as a whole; nobody is exempt, or the longest files are exactly the exempt ones.
const FILE = { soft: 250, hard: 400 };
const FUNCTION = { soft: 25, hard: 60 };
const SCRIPT = { hard: 120 };

const TEST_FILE = /\.(spec|test|testsuite)\.[cm]?[jt]sx?$/;
const TEST_BLOCKS = new Set(['describe', 'it', 'test']);

/** `it.each(rows)` and `describe.only` are calls on the same word. */
function leftmostName(expression) {
  if (ts.isIdentifier(expression)) return expression.text;
  if (ts.isPropertyAccessExpression(expression) || ts.isCallExpression(expression)) {
    return leftmostName(expression.expression);
  }
  return ts.isTaggedTemplateExpression(expression) ? leftmostName(expression.tag) : undefined;
}

/** The callback of describe() or it() is a section of a page, not a function. */
function isTestBlock(node, path) {
  const call = node.parent;
  return (
    TEST_FILE.test(path) &&
    ts.isCallExpression(call) &&
    call.arguments.includes(node) &&
    TEST_BLOCKS.has(leftmostName(call.expression))
  );
}

function nameOf(node) {
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  return (node.name ?? node.parent.name)?.getText() ?? 'a function without a name';
}

/** Decorators are left out: they describe a method to Nest and Swagger, they are not its body. */
function measure(path, tree, node) {
  const decorators = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : [];
  const start = decorators.at(-1)?.end ?? node.getStart(tree);
  const firstLine = lineAt(tree, start + tree.text.slice(start).search(/\S/));
  return { name: `${path}:${firstLine} ${nameOf(node)}`, lines: lineAt(tree, node.end) - firstLine + 1 };
}

function functionsOf(path) {
  const tree = parse(path);
  return [...nodesOf(tree)]
    .filter((node) => ts.isFunctionLike(node) && node.body && !isTestBlock(node, path))
    .map((node) => measure(path, tree, node));
}

const sizeOf = (path) => ({ name: path, lines: lineCount(read(path)) });
const between = (items, low, high) => items.filter((it) => it.lines > low && it.lines <= high);
const tooLong = (items, limit) =>
  between(items, limit, Infinity).map((it) => `${it.name}: ${it.lines} lines, at most ${limit}`);

// What `npm run generate` writes is as long as the API: its source is what is read.
const isWritten = (path) => !path.includes('/generated/');

export function checkSizes() {
  const files = codeFiles().filter(isWritten).map(sizeOf);
  const scripts = allFiles()
    .filter((path) => path.endsWith('.lua'))
    .map(sizeOf);
  const functions = codeFiles().flatMap(functionsOf);
  const long = between(functions, FUNCTION.soft, FUNCTION.hard).length;
  return {
    findings: [...tooLong(files, FILE.hard), ...tooLong(scripts, SCRIPT.hard), ...tooLong(functions, FUNCTION.hard)],
    notes: [
      ...between(files, FILE.soft, FILE.hard).map((it) => `${it.name}: ${it.lines} lines, better ${FILE.soft}`),
      `${long} of ${functions.length} functions over ${FUNCTION.soft} lines`,
    ],
  };
}
