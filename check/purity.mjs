import ts from 'typescript';
import { codeFiles, isReference, isSpec, nodesOf, parse, placeOf } from './sources.mjs';

const IMPURE = new Map([
  ['process', 'reads the process'],
  ['performance', 'reads a clock'],
  ['crypto', 'draws random numbers'],
  ['console', 'writes output'],
  ['fetch', 'does I/O'],
  ['setTimeout', 'starts a timer'],
  ['setInterval', 'starts a timer'],
  ['setImmediate', 'starts a timer'],
  ['globalThis', 'reaches every global'],
]);
const HASHING = new Set(['createHash', 'createHmac', 'hash', 'timingSafeEqual']);

const isMember = (node, isAllowed) =>
  ts.isPropertyAccessExpression(node.parent) && node.parent.expression === node && isAllowed(node.parent.name.text);

/** A date of a given instant is a value; the date of now is a clock. */
function isPureDate(node) {
  const { parent } = node;
  if (ts.isTypeReferenceNode(parent)) return true;
  if (ts.isNewExpression(parent)) return (parent.arguments?.length ?? 0) > 0;
  if (ts.isBinaryExpression(parent)) return parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword;
  return isMember(node, (name) => name !== 'now');
}

function faultOfIdentifier(node) {
  if (!isReference(node)) return undefined;
  if (node.text === 'Math' && !isMember(node, (name) => name !== 'random')) return 'draws random numbers';
  if (node.text === 'Date' && !isPureDate(node)) return 'reads the clock';
  return IMPURE.get(node.text);
}

/** From node:crypto only hashing, and by name, so that the reader sees it in the import. */
function isHashingImport(node) {
  const { name, namedBindings } = (ts.isImportDeclaration(node) && node.importClause) || {};
  if (name || !namedBindings || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.every((it) => HASHING.has((it.propertyName ?? it.name).text));
}

function faultOfModuleName(node) {
  if (!ts.isStringLiteralLike(node) || !/^(node:)?crypto$/.test(node.text)) return undefined;
  return isHashingImport(node.parent) ? undefined : `takes more than ${[...HASHING].join(', ')} from node:crypto`;
}

function findingsOf(path) {
  const tree = parse(path);
  return [...nodesOf(tree)].flatMap((node) => {
    const fault = faultOfModuleName(node) ?? faultOfIdentifier(node);
    return fault ? [`${placeOf(tree, node)} ${fault}: pass the value in as an argument`] : [];
  });
}

export const checkPurity = () => ({
  findings: codeFiles()
    .filter((path) => path.startsWith('libs/policy/') && !isSpec(path))
    .flatMap(findingsOf),
});
