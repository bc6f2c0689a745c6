import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';

const isOurs = (url) => url?.startsWith('file:') && url.endsWith('.ts') && !url.includes('/node_modules/');

let isOn = false;

/** From here on this process imports the TypeScript sources themselves, so that what is generated from them never depends on an old `dist/`. */
export function importTypeScript() {
  if (isOn) return;
  isOn = true;
  registerHooks({
    resolve(specifier, context, next) {
      // Nothing of ours is JavaScript with this ending, and what is in node_modules keeps its own.
      const isFile = specifier.startsWith('.') && !context.parentURL?.includes('/node_modules/');
      const path = isFile ? specifier.replace(/\.js$/, '.ts') : specifier;
      return next(path, { ...context, conditions: [...context.conditions, 'coc-source'] });
    },
    load(url, context, next) {
      if (!isOurs(url)) return next(url, context);
      return { format: 'module', source: transformFileSync(fileURLToPath(url)).code, shortCircuit: true };
    },
  });
}
