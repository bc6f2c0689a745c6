import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';

const isOurs = (url) => url?.startsWith('file:') && url.endsWith('.ts') && !url.includes('/node_modules/');

/** From here on this process imports the TypeScript sources themselves, so that what is generated from them never depends on an old `dist/`. */
export function importTypeScript() {
  registerHooks({
    resolve(specifier, context, next) {
      const isFile = specifier.startsWith('.') && isOurs(context.parentURL);
      const path = isFile ? specifier.replace(/\.js$/, '.ts') : specifier;
      return next(path, { ...context, conditions: [...context.conditions, 'coc-source'] });
    },
    load(url, context, next) {
      if (!isOurs(url)) return next(url, context);
      return { format: 'module', source: transformFileSync(fileURLToPath(url)).code, shortCircuit: true };
    },
  });
}
