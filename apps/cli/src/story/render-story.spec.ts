import { expect, it } from '@jest/globals';
import { renderStory } from './render-story.js';
import { eventsOf, sampleEvents } from './sample-story.js';
import { tellStory } from './tell-story.js';

it('prints head, steps, a row a task, and what was waited for', () => {
  const text = renderStory(tellStory(sampleEvents));
  const lines = text.split('\n');
  expect(lines[0]).toBe(
    'directive d0_01JD6Z0000000000000000000A  kind tasks  by ana  nightly  from 2026-11-21T07:00:00.000Z',
  );
  expect(lines[4]).toMatch(/^ {3}\+0\.010s {2}task\.queued {2}collect {2}attempt=1 queue=docs\.collect\.0/);
  expect(text).toContain('\nFAILED after 4.3s  cost $0.0004  REFUSED\n');
  expect(text).toMatch(
    /^embed\[1\] +succeeded +\+0\.115s +15ms +- +- +1\.0s +2\.2s +2: TIMEOUT, completed +\$0\.0001/m,
  );
  expect(text).toMatch(/^report +skipped .*skipped because of publish$/m);
  expect(text).toContain('total: 6 tasks (4 succeeded, 1 failed, 1 skipped), 5 attempts; queued 35ms, held 1.0s');
  expect(text).toContain('longest chain: collect 105ms > embed[1] 3.2s > embed 0ms > publish 1.0s\n');
  expect(text).toContain('waited for most: embed[1], 3.2s of 4.3s (74 %)\n');
});

it('says of a story so far what is waited for and how many tasks were not heard of', () => {
  const text = renderStory(tellStory(sampleEvents.slice(0, 18)));
  expect(text).toContain('\nRUNNING, so far 3.3s');
  expect(text).toMatch(/^publish +held .*waits for an approval \(publish\) since \+3\.330s$/m);
  expect(text).toContain('1 more wait for tasks before them');
});

it('shows no control character of a worker or client', () => {
  const text = renderStory(
    tellStory(
      eventsOf(
        [0, 'directive.accepted', null, { ref: '\u001b[2J' }],
        [1, 'task.failed', '\u001b[31m', { code: '\u0007' }],
      ),
    ),
  );
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});
