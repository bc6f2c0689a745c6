/** The harness's own environment without what it says of the product, and what a process is told beside it. */
export function environmentWith(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(COC_(?!REDIS_SERVER)|REDIS_URL|TRACE_DIR|MOCK_)/.test(name),
  );
  return { ...Object.fromEntries(own), ...env };
}
