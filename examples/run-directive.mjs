// Runs a directive of three tasks and prints each event, then the result. See docs/typescript-api.md.
//   node examples/run-directive.mjs                  against the server that runs ("npm start", "coc up")
//   node examples/run-directive.mjs --embedded       starts one in this process when there is none (Node 24.11.1)
import { eventBus, runDirective } from 'chain-of-command';

const unsubscribe = eventBus.subscribe('task.completed', (event) => {
  console.log('Task completed:', event.data.taskId);
});

const spec = {
  id: 'my-directive',
  description: 'Draft, review, publish',
  tasks: [
    { id: 'draft', role: 'worker', prompt: 'Draft a release note for version 2.0' },
    { id: 'review', role: 'worker', prompt: 'Review the draft', input: { draft: { $task: 'draft', path: '/text' } } },
    { id: 'publish', role: 'worker', prompt: { $task: 'review', path: '/text' } },
  ],
  policies: { maxRetries: 3, retryDelayMs: 1000 },
};

const result = await runDirective(spec, { embedded: process.argv.includes('--embedded') });
console.log(result.state, result.output, result.tasks.map(({ id, state, tokens }) => `${id} ${state} ${tokens} tokens`));

unsubscribe();
