import ts from 'typescript';
import { codeFiles, isReference, nodesOf, parse, placeOf } from './sources.mjs';

// libs/config parses the environment once; launch/ and check/ run before it is built, deploy/image without it; set-up, the bench and the chaos harness pass it on to processes.
const MAY_READ =
  /^(libs\/config|launch|check|deploy\/image|test\/setup)\/|^bench\/src\/peer\.ts$|^chaos\/src\/(rig\/process-environment|preload\/variables)\.ts$/;
const PROCESS_MODULE = /^(node:)?process$/;

const bare = (node) => ts.skipOuterExpressions(node);

function isProcess(node) {
  const target = bare(node);
  if (ts.isPropertyAccessExpression(target)) return target.name.text === 'process';
  return isReference(target) && target.text === 'process';
}

const isProcessModule = (node) => ts.isStringLiteral(node) && PROCESS_MODULE.test(node.text);

function readsMember(node) {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'env' && isProcess(node.expression);
  if (!ts.isElementAccessExpression(node) || !isProcess(node.expression)) return false;
  return !ts.isStringLiteralLike(node.argumentExpression) || node.argumentExpression.text === 'env';
}

/** `const { env } = process` and `const p = process`. */
function takesApart(node) {
  if (!ts.isVariableDeclaration(node) || !node.initializer || !isProcess(node.initializer)) return false;
  if (!ts.isObjectBindingPattern(node.name)) return true;
  return node.name.elements.some((it) => it.dotDotDotToken || (it.propertyName ?? it.name).text === 'env');
}

/** `import { env } from 'node:process'`, or the whole module under a name that hides what it is. */
function importsIt(node) {
  if (!ts.isImportDeclaration(node) || !isProcessModule(node.moduleSpecifier)) return false;
  const { name, namedBindings } = node.importClause ?? {};
  if (name && name.text !== 'process') return true;
  if (!namedBindings) return false;
  if (ts.isNamespaceImport(namedBindings)) return namedBindings.name.text !== 'process';
  return namedBindings.elements.some((it) => ['env', 'default'].includes((it.propertyName ?? it.name).text));
}

function findingsOf(path) {
  const tree = parse(path);
  return [...nodesOf(tree)]
    .filter((node) => readsMember(node) || takesApart(node) || importsIt(node))
    .map((node) => `${placeOf(tree, node)} reads the environment: take it from libs/config`);
}

export const checkEnvironment = () => ({
  findings: codeFiles()
    .filter((path) => !MAY_READ.test(path))
    .flatMap(findingsOf),
});
