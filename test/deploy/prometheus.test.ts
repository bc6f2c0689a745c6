import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { metricNames } from '#libs/telemetry';
import { parse } from 'yaml';
import { root } from '../e2e/services.js';

interface Rule {
  alert: string;
  expr: string;
  annotations: Record<string, string>;
}

const folder = join(root, 'deploy', 'prometheus');
const read = (file: string): unknown => parse(readFileSync(join(root, file), 'utf8'));
const alerts = read('deploy/prometheus/alerts.yml') as { groups: { rules: Rule[] }[] };
const rules = alerts.groups.flatMap((group) => group.rules);

it.each(rules.map((rule) => [rule.alert, rule] as const))(
  '%s asks for metrics that there are, and says what to do',
  (_, rule) => {
    const known = new Set<string>(Object.values(metricNames));
    const asked = [...rule.expr.matchAll(/\b(?:coc|orchestrator|http)_\w+/g)].map(([name]) => name);
    expect(asked.length > 0 || rule.expr.startsWith('up{')).toBe(true);
    expect(asked.filter((name) => !known.has(name.replace(/_(bucket|count|sum)$/, '')))).toEqual([]);
    expect(Object.keys(rule.annotations)).toEqual(['summary', 'next']);
  },
);

it('every service of the compose file is a target, and no other', () => {
  type Scrape = { scrape_configs: { dns_sd_configs: { names: string[] }[] }[] };
  const { scrape_configs: jobs } = read('deploy/prometheus/prometheus.yml') as Scrape;
  const targets = jobs.flatMap((job) => job.dns_sd_configs.flatMap(({ names }) => names));
  const { services } = read('docker-compose.yml') as { services: Record<string, object> };
  const ours = Object.keys(services).filter((name) => name !== 'redis' && name !== 'prometheus');
  expect(targets.toSorted()).toEqual(ours.toSorted());
});

const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;
if (!hasPromtool) process.stderr.write('SKIPPED: promtool is not on this machine.\n');
(hasPromtool ? it : it.skip)('promtool finds nothing wrong', () => {
  execFileSync('promtool', ['check', 'config', '--syntax-only', 'prometheus.yml'], { cwd: folder });
  execFileSync('promtool', ['check', 'rules', 'alerts.yml'], { cwd: folder });
});
