import { checkApiContract } from './api-contract.mjs';
import { checkEnvironment } from './environment.mjs';
import { checkFileNames } from './file-names.mjs';
import { checkGeneratedFiles } from './generated-files.mjs';
import { checkLockFile } from './lock-file.mjs';
import { checkLuaHeaders } from './lua-headers.mjs';
import { checkPurity } from './purity.mjs';
import { reportAll } from './report.mjs';
import { checkSizes } from './sizes.mjs';
import { codeFolders, runTool } from './tool.mjs';

// The slow tools come first, so that the short checks fill the time beside them.
const CHECKS = {
  types: () => runTool('typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.json']),
  layers: () =>
    runTool('dependency-cruiser/bin/dependency-cruise.mjs', ['--output-type', 'err-long', ...codeFolders()]),
  'dead-code': () => runTool('knip/bin/knip.js', ['--no-progress', '--no-config-hints']),
  lint: () => runTool('oxlint/bin/oxlint', ['-f', 'unix', ...codeFolders()]),
  format: () => runTool('oxfmt/bin/oxfmt', ['--list-different', ...codeFolders()]),
  sizes: checkSizes,
  environment: checkEnvironment,
  purity: checkPurity,
  'file-names': checkFileNames,
  'lua-headers': checkLuaHeaders,
  'lock-file': checkLockFile,
  'generated-files': checkGeneratedFiles,
  'api-contract': checkApiContract,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in CHECKS));
if (unknown.length > 0) {
  process.stderr.write(`There is no check '${unknown[0]}'. The checks are: ${Object.keys(CHECKS).join(', ')}.\n`);
  process.exit(2);
}
const chosen = Object.entries(CHECKS).filter(([name]) => wanted.length === 0 || wanted.includes(name));
process.exitCode = (await reportAll(chosen)) === 0 ? 0 : 1;
