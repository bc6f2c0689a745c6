import { Controller, Get, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { CocError } from '#libs/contracts';
import { ProgressProbe } from './progress-probe.js';

@ApiTags('health')
@Controller('api/v1/health')
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(ProgressProbe) private readonly probe: ProgressProbe,
  ) {}

  @Get('live')
  @HealthCheck()
  async live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  /** Ready means that work gets done, not that a port is open. */
  @Get('ready')
  @HealthCheck()
  async ready(): Promise<HealthCheckResult> {
    const { ok, detail } = await this.probe.check();
    if (!ok) throw new CocError('UNAVAILABLE', `not ready: ${detail}`);
    return this.health.check([() => this.indicators.check('redis').up({ detail })]);
  }
}
