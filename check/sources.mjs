import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

export const ROOT = dirname(import.meta.dirname);

const NOT_OURS = new Set(['node_modules', 'dist', 'out', 'coverage', '.git', '.coc']);
const CODE = /\.[cm]?[jt]sx?$/;

function walk(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (NOT_OURS.has(entry.name)) return [];
    return entry.isDirectory() ? walk(path) : [path];
  });
}

let files;
/** Every file of the repository, whatever its folder: a new folder is checked from its first day. */
export const allFiles = () => (files ??= walk('').toSorted());

export const codeFiles = () => allFiles().filter((path) => CODE.test(path));

export const isSpec = (path) => /\.(spec|test)\.[cm]?[jt]sx?$/.test(path);

export const read = (path) => readFileSync(join(ROOT, path), 'utf8');

export const lineCount = (text) => text.replace(/\n$/, '').split('\n').length;

const trees = new Map();
/** The syntax tree of a file, parsed once for all checks. */
export function parse(path) {
  if (!trees.has(path)) trees.set(path, ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true));
  return trees.get(path);
}

/** Every node of the file, parents before children. */
export function* nodesOf(node) {
  yield node;
  const children = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}

export const lineAt = (tree, position) => tree.getLineAndCharacterOfPosition(position).line + 1;

/** `path:line`, as editors and terminals open it. */
export const placeOf = (tree, node) => `${tree.fileName}:${lineAt(tree, node.getStart(tree))}`;

/** True for an identifier that reads a variable; false where it only names a member, a key or a declaration. */
export function isReference(node) {
  if (!ts.isIdentifier(node)) return false;
  if (ts.isShorthandPropertyAssignment(node.parent)) return true;
  return node.parent.name !== node && node.parent.propertyName !== node;
}
